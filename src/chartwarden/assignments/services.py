"""What others may have done to the coding queue: each verb changes it and leaves its entry in one transaction."""

from chartwarden.assignments.assigning import add_work, assign, cancel, close, reassign, reopen
from chartwarden.assignments.conflicts import accept_conflict, keep_conflicts
from chartwarden.assignments.copying import confirm_copy_deleted, note_copy
from chartwarden.assignments.ehr_source import set_source, stop_source
from chartwarden.assignments.policy_keeping import approve_policy, discard_policy, draft_policy, propose_policy
from chartwarden.assignments.reading import note_table_read
from chartwarden.assignments.rule_keeping import set_share_rules
from chartwarden.assignments.sampling import draw_sample
from chartwarden.assignments.sharing import assign_by_load, share_by_rules
from chartwarden.assignments.sharing_rules import ShareRule
from chartwarden.assignments.working import hold, work_on

__all__ = [
    "ShareRule",
    "accept_conflict",
    "add_work",
    "approve_policy",
    "assign",
    "assign_by_load",
    "cancel",
    "close",
    "confirm_copy_deleted",
    "discard_policy",
    "draft_policy",
    "draw_sample",
    "hold",
    "keep_conflicts",
    "note_copy",
    "note_table_read",
    "propose_policy",
    "reassign",
    "reopen",
    "set_share_rules",
    "set_source",
    "share_by_rules",
    "stop_source",
    "work_on",
]
