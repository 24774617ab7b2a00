"""An assigned record as pages show it, one document at a time: laid out by pure code, fetched only after its entry.

Law 1: no record, no PHI. Law 4: of what was read, only the list of titles stays, in memory and for minutes.
"""
