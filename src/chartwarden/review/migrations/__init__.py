"""The review room's tables over time."""
