"""Database migrations of the duties room."""
