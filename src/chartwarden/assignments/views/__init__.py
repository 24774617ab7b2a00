"""The pages of the coding queue: the supervisor's board, and the coder's own work."""
