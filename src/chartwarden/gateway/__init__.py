"""Opening a record: decided by rules, written to the ledger, and only then fetched (45 CFR 164.514(d)(2)).

Law 1: no record, no PHI. Law 9: access fails closed.
"""
