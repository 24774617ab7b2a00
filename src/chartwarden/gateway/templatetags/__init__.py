"""Words of a record's pages."""
