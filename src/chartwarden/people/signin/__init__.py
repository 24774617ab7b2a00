"""How somebody gets in and stays in: first run, invitations, second factor, lock, fresh authentication.

For 45 CFR 164.312(a)(2)(iii) (automatic log-off), 164.312(d) (who is it?) and 164.308(a)(5)(ii)(C)–(D) (log-in
monitoring, passwords).
"""
