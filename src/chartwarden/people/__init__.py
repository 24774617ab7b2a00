"""The workforce: who works for a clinic, in which roles and hours, and what each may do (45 CFR 164.308(a)(3)–(4)).

permissions.py and roles.py are the whole policy.
"""
