"""Patients, as far as linking them with people and showing their names needs it: the least PHI (45 CFR 164.502(b)).

Identity is sealed under the clinic's own key and found by a blind index; nothing of it lies in clear anywhere.
"""
