"""The record that holds: what was done, when and by whom, so that none can alter it unseen (45 CFR 164.312(b)–(c))."""
