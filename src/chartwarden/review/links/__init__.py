"""Who among the staff is related to which patient whose record was opened: evidence for conflicts of interest.

Fellegi and Sunter's model of record linkage (Journal of the American Statistical Association 64, 1969), as Splink
computes it. Serves 45 CFR 164.308(a)(1)(ii)(D): the review looks for patients with no professional connection.
"""
