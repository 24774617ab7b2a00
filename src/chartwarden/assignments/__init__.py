"""The coding queue: who was to open which patient's record, from when until when (45 CFR 164.514(d)).

An access is explained by an assignment that was open; which patient it is about is sealed.
"""
