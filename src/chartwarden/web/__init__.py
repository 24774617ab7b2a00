"""The clinic's pages and programs: settings, addresses, what each request must pass, and the look.

Every page is tagged with what its reader must be allowed; what is not tagged is refused (45 CFR 164.312(a)(1)).
"""
