"""Filters of the people room's pages."""
