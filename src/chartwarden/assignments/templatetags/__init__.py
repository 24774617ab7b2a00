"""Words of the coding queue for its pages."""
