"""Regular review of access, as the law asks (45 CFR 164.308(a)(1)(ii)(D)).

Every access is explained by the coding queue, or carries signals; signals of one coder that one person decides
together are a case. Cases are ranked by the evidence, tell what speaks for and against, and ask; they do not accuse.
"""
