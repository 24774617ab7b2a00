"""Filters of the review desk's pages."""
