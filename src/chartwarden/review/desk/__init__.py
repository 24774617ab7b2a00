"""The review desk: a week's findings become cases in the database, which people ask about, decide and sign.

It stands on the engine and keeps what the law asks for: which records were reviewed, when, by whom, what was found and
done (45 CFR 164.308(a)(1)(ii)(D), 164.316(b)). It needs Django; the engine beside it does not.
"""
