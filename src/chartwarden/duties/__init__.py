"""What comes round again: recurring duties, who answers for each, and the proof that it was done.

45 CFR 164.308(a)(1)(ii)(D) and (a)(8) ask for regular and periodic work, 164.316(b)(2) for six years of its evidence.
"""
