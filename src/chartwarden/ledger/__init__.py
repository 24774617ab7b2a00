"""The ledger: what happened, in an order that nobody can change afterwards, and that anybody can check.

One append-only tree a clinic (RFC 6962), its entries canonical JSON (RFC 8785), its head signed (C2SP checkpoints).
Serves law 2: a change and its entry commit together; and 45 CFR 164.312(c), 164.316(b): records that prove themselves.

``canonical``, ``merkle``, ``tiles``, ``checkpoint``, ``entry``, ``export``, ``verify`` and ``contracts`` are pure:
they need no database and no Django, so an auditor's laptop runs them as they are.
"""
