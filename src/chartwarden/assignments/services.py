"""What others may have done to the coding queue: each verb changes it and leaves its entry in one transaction."""

from chartwarden.assignments.assigning import add_work, assign, assign_by_load, cancel, close, reassign, reopen
from chartwarden.assignments.conflicts import accept_conflict, keep_conflicts
from chartwarden.assignments.reading import note_table_read
from chartwarden.assignments.sampling import draw_sample
from chartwarden.assignments.working import hold, work_on

__all__ = [
    "accept_conflict",
    "add_work",
    "assign",
    "assign_by_load",
    "cancel",
    "close",
    "draw_sample",
    "hold",
    "keep_conflicts",
    "note_table_read",
    "reassign",
    "reopen",
    "work_on",
]
