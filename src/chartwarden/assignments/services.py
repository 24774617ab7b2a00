"""What others may have done to the coding queue: each verb changes it and leaves its entry in one transaction."""

from chartwarden.assignments.assigning import add_work, assign, assign_by_load, cancel, close, reassign, reopen
from chartwarden.assignments.copying import confirm_copy_deleted, note_copy
from chartwarden.assignments.reading import note_table_read
from chartwarden.assignments.sampling import draw_sample
from chartwarden.assignments.working import hold, work_on

__all__ = [
    "add_work",
    "assign",
    "assign_by_load",
    "cancel",
    "close",
    "confirm_copy_deleted",
    "draw_sample",
    "hold",
    "note_copy",
    "note_table_read",
    "reassign",
    "reopen",
    "work_on",
]
