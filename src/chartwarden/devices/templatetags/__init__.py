"""Filters of the register's pages."""
