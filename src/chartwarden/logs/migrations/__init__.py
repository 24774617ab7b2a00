"""Migrations of the logs room."""
