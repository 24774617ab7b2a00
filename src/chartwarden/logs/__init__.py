"""The access log, as the law asks that it be recorded and examined (45 CFR 164.312(b)).

Bytes go to the vault as received, a format reads them, rows that cannot be read go to quarantine, and the rest
become canonical access events in Parquet. Nothing is dropped silently: rows read, quarantined and duplicate add up
to the rows in the file, and coverage says which days and hours hold none.
"""
