"""Plain ways to rank the same log, for comparison. They read the plain CSV feeds and know no detector."""
