"""Log formats, one file each: how to know an access log, how to read it, and samples with what they must become."""
