"""How well a review finds what is known to be wrong: its findings against the truth about a demo clinic.

It knows nothing of how the review works: it reads ``findings.json`` as anyone may, and compares it with plain ways to
look at the same log.
"""
