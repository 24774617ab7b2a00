"""Migrations of the gateway room."""
