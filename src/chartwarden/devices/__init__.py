"""Where records are opened from: devices, networks, the desk at home, and what was disposed of (45 CFR 164.310(b)-(d)).

Law 9: access fails closed. What the register does not know is not approved, and an unknown network is a public one.
"""
