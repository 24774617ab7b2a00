"""The pages of the register, and everybody's own page about where they work."""
