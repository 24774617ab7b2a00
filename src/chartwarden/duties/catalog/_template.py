"""One sentence: what must be done. Copy this file under the name of the new duty.

``rule`` is an RRULE (RFC 5545): ``FREQ=WEEKLY;BYDAY=MO``, ``FREQ=MONTHLY;BYMONTHDAY=1``, or ``FREQ=YEARLY`` from the
clinic's first day. ``owner`` is a role of the people room.
"""

from chartwarden.duties.contracts import Duty

DUTY = Duty(
    title="Check the shredder",  # two to four words
    citation="45 CFR 164.310(d)(2)(i)",
    why="Paper with patients on it must not leave the house whole.",
    how="Shred a page and look at the pieces. Write down who did it and what came out.",
    rule="FREQ=MONTHLY;BYMONTHDAY=1",
    owner="security_officer",
    due_days=10,  # after the day it came round
    closed_by=None,  # by hand, with a note; or the kind of a ledger entry, such as review.signed
)
