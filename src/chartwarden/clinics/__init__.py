"""The clinic: the covered entity whose records these are, and the wall around its rows (45 CFR 164.308(a)(4)).

Every table row belongs to one clinic. A clinic's identity data is sealed under keys of its own.
"""
