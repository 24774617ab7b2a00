"""The review desk's pages: each answers first what is due, then what is true, then what happened."""
