"""The result of a review as a person reads it: one page, one print, one terminal screen.

Law 3: a case shows the evidence for and against, with its citation; it asks, it does not accuse. Law 4: no patient or
person is named in a page title. Law 5: what was not checked is said. The three are made from ``Findings`` alone.
"""
