"""Migrations of the patients room."""
