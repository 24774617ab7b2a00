"""Openings pushed to the clinic's audit record repository (IHE ATNA, ITI-20): the ledger followed, nothing left out.

Audit controls, 45 CFR 164.312(b); on its way it is encrypted, 164.312(e)(1).
"""
