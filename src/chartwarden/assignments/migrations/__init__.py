"""Migrations of the assignments room."""
