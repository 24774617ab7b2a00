"""What a record is opened for: the day's reminder, the question beforehand, and where everything else belongs.

Serves 45 CFR 164.308(a)(5) (awareness) and 164.502(b) (no secondary purpose).
"""
