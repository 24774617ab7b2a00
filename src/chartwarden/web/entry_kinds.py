"""Every kind of ledger entry: what it says in words, whom it is about, and which facts it holds. Pure.

A house test holds this to the code: a kind that is written without standing here, or the other way round, fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class EntryKind:
    """A kind. ``said`` follows whoever did it; {person} and facts are filled in. ``subject``, ``facts`` and ``private``
    name its fields; a private one is a salted commitment to words that lie sealed elsewhere.
    """

    said: str
    subject: str
    facts: str = ""
    private: str = ""


TAKEN = "sha256 added changed ended unchanged"
DEVICE = "owner encrypted managed antivirus approved_from approved_to"
POLICY = "sha256 clauses version"
WORK = "coder work state hold"
INPUTS = "inputs inputs_count inputs_sha256"
KINDS: Mapping[str, EntryKind] = {
    "assignments.added": EntryKind("put a record into the coding queue", "assignment", WORK),
    "assignments.assigned": EntryKind("assigned work to a coder", "assignment", f"{WORK} follows", "reason"),
    "assignments.begun": EntryKind("began work on a record", "assignment", WORK),
    "assignments.cancelled": EntryKind("took work out of the queue", "assignment", WORK),
    "assignments.closed": EntryKind("closed submitted work", "assignment", WORK),
    "assignments.coded": EntryKind("finished coding a record", "assignment", WORK),
    "assignments.conflict_accepted": EntryKind(
        "allowed {person} in writing to code a colleague's record", "conflict person", private="note"
    ),
    "assignments.conflicts_found": EntryKind(
        "looked for conflicts of interest", "clinic", "people patients added changed withdrawn unchanged"
    ),
    "assignments.feed_taken": EntryKind("imported the coding queue", "feed", f"{TAKEN} rows rows_sha256"),
    "assignments.held": EntryKind("put work on hold", "assignment", WORK),
    "assignments.policy_approved": EntryKind("put a minimum-necessary policy in force", "policy", POLICY),
    "assignments.policy_discarded": EntryKind("threw away a draft of the minimum-necessary policy", "policy", POLICY),
    "assignments.policy_drafted": EntryKind("drafted the minimum-necessary policy", "policy", POLICY),
    "assignments.reassigned": EntryKind("took work from a coder, for another", "assignment", WORK),
    "assignments.reopened": EntryKind(
        "opened a submitted record again", "assignment", f"{WORK} follows expires_at", "reason"
    ),
    "assignments.resumed": EntryKind("went on with work", "assignment", WORK),
    "assignments.rules_set": EntryKind(
        "changed the rules by which work is shared out", "clinic", "rules sha256 revision"
    ),
    "assignments.sampled": EntryKind("drew a sample for quality review", "reviewer", "seed percent each from chosen"),
    "assignments.shared_by_rules": EntryKind(
        "shared out work by the rules", "clinic", "revision sha256 given no_rule full apart"
    ),
    "assignments.source_read": EntryKind("took over tasks of the EHR", "source", "added changed not_taken told"),
    "assignments.source_set": EntryKind("set up where the EHR keeps its tasks", "source", "host encounters"),
    "assignments.source_stopped": EntryKind("stopped reading the EHR's tasks", "source", "host encounters"),
    "assignments.submitted": EntryKind("submitted coded work", "assignment", WORK),
    "assignments.table_read": EntryKind("read the table of assignments", "clinic"),
    "clinics.data_key_rotated": EntryKind("gave the clinic's data a new key", "clinic key"),
    "clinics.keys_rewrapped": EntryKind("wrapped the clinic's keys anew", "clinic", "keys master_key"),
    "clinics.opened": EntryKind("opened the clinic", "clinic", "time_zone holidays demo"),
    "clinics.settings_changed": EntryKind(
        "changed the clinic's settings",
        "clinic",
        "name time_zone holidays grace_minutes idle_minutes review_due_days lookback_days reviews_from thresholds",
    ),
    "clinics.webhook_added": EntryKind("added a webhook", "webhook", "host kinds"),
    "clinics.webhook_tested": EntryKind("tested a webhook", "webhook"),
    "clinics.webhook_withdrawn": EntryKind("withdrew a webhook", "webhook"),
    "devices.approved": EntryKind("approved a device", "device person", DEVICE),
    "devices.changed": EntryKind("changed what is known of a device", "device person", DEVICE),
    "devices.disposed": EntryKind(
        "wrote down a disposal", "disposal device", "thing method day disposed_by witness", "what"
    ),
    "devices.exception_ended": EntryKind("ended an exception for {person}", "exception person", "reason"),
    "devices.exception_made": EntryKind("made an exception for {person}", "exception person", "reason ends", "why"),
    "devices.feed_taken": EntryKind("imported the register of devices or networks", "feed", f"{TAKEN} absent held"),
    "devices.mdm_failed": EntryKind("got no devices from the MDM", "clinic"),
    "devices.mdm_set": EntryKind("set where the MDM tells of its devices", "clinic", "host"),
    "devices.mdm_stopped": EntryKind("had the MDM asked no more", "clinic"),
    "devices.network_added": EntryKind("put a network into the register", "network", "network is"),
    "devices.network_removed": EntryKind("took a network out of the register", "network", "network is"),
    "devices.precondition_set": EntryKind(
        "set what is asked for when a record opens", "clinic", "precondition asked_from grace_days shown by_itself"
    ),
    "devices.proof_added": EntryKind("said which certificate a device shows", "device proof", "sha256"),
    "devices.proof_withdrawn": EntryKind("took a certificate away from a device", "proof", "sha256"),
    "devices.registered": EntryKind("put a device into the register", "device person", DEVICE),
    "devices.statement_signed": EntryKind(
        "signed a statement about their workplace", "person statement", "version confirmed whole", "note"
    ),
    "devices.training_recorded": EntryKind("wrote down that {person} was trained", "person training", "day"),
    "devices.withdrawn": EntryKind("withdrew the approval of a device", "device person", DEVICE),
    "duties.access_recertified": EntryKind(
        "recertified who has access", "duty", "occurrence late evidence kept revoked not_judged logins_left", "note"
    ),
    "duties.closed": EntryKind("closed a duty", "duty", "occurrence late evidence", "note"),
    "duties.reminded": EntryKind("sent a reminder of a duty", "duty", "step occurrences told"),
    "gateway.assignment_opened": EntryKind("opened an assignment", "person assignment token", "purpose expires_at"),
    "gateway.assignment_shut": EntryKind("shut an assignment's record", "person assignment"),
    "gateway.audit_feed_set": EntryKind("pushes openings, with patients' ids, to {to}", "clinic", "form from to"),
    "gateway.audit_taken_out": EntryKind("took out openings, with patients' ids", "clinic", "begins ends"),
    "gateway.copy_deleted": EntryKind("deleted a saved copy of a document", "person assignment copy"),
    "gateway.copy_made": EntryKind("saved a copy of a document", "person assignment copy", "document purpose policy"),
    "gateway.explained": EntryKind(
        "asked whether a record would open to {person}", "person", "reasons purpose", "patient"
    ),
    "gateway.inquiry_closed": EntryKind("answered what a record was wanted for", "inquiry person", "inquiry", "answer"),
    "gateway.inquiry_routed": EntryKind(
        "asked for a record, for something else than coding", "inquiry person", "inquiry", "text"
    ),
    "gateway.pages_opened": EntryKind("opened a record's pages", "person assignment", "purpose policy"),
    "gateway.record_denied": EntryKind(
        "was refused a record", "person assignment", "reasons purpose interaction excused", "patient"
    ),
    "gateway.record_failed": EntryKind(
        "was not served a record that was opened", "person assignment", "why status interaction"
    ),
    "gateway.record_opened": EntryKind(
        "opened a record", "person assignment", "reasons purpose interaction excused policy", "patient"
    ),
    "gateway.record_printed": EntryKind(
        "had a document made ready to print", "person assignment", "document purpose policy"
    ),
    "gateway.reminder_acknowledged": EntryKind("acknowledged that openings are logged", "person", "day"),
    "gateway.request_refused": EntryKind(
        "asked the gateway for what it does not give", "person assignment", "why status"
    ),
    "ledger.key_rotated": EntryKind("gave the ledger a new key", "clinic", "key note"),
    "ledger.opened": EntryKind("began the ledger", "clinic", "origin key"),
    "logs.counted": EntryKind(
        "counted an imported log",
        "import",
        "kind sha256 format rows read quarantined duplicates first_at last_at",
    ),
    "logs.discarded": EntryKind("discarded an import", "import", "kind sha256"),
    "logs.held": EntryKind("held a file back until a person looks at it", "import", "kind sha256"),
    "logs.read_again": EntryKind("had a file read again", "import", "kind"),
    "logs.received": EntryKind("received a file", "import", "kind sha256 bytes source"),
    "logs.refused": EntryKind("refused a file that could not be read", "import", "kind sha256 faults why"),
    "patients.feed_taken": EntryKind("imported patients", "feed", TAKEN),
    "patients.table_read": EntryKind("read the table of patients", "clinic"),
    "people.added": EntryKind("added {person} to the workforce", "person", "role started_on by_vendor logins"),
    "people.changed": EntryKind("changed what is known of {person}", "person", "fields"),
    "people.engagement_ended": EntryKind(
        "ended the engagement of {person}", "person", "engagement ended_at roles_ended tokens_withdrawn"
    ),
    "people.factor_reset_seen": EntryKind("saw that another clinic reset the second factors of {person}", "person"),
    "people.feed_taken": EntryKind("imported staff", "feed", f"feed rows {TAKEN} absent held unknown"),
    "people.hours_set": EntryKind("set the working hours of {person}", "person", "before rows minutes_a_week"),
    "people.invitation_withdrawn": EntryKind("withdrew an invitation", "person invitation"),
    "people.invited": EntryKind("invited {person} to sign in", "person invitation", "expires_at"),
    "people.joined": EntryKind("accepted the invitation to sign in", "person invitation"),
    "people.leave_recorded": EntryKind("recorded leave of {person}", "person", "leave first_day last_day"),
    "people.leave_withdrawn": EntryKind("withdrew leave of {person}", "person leave", "first_day last_day"),
    "people.linked": EntryKind("linked {person} to who signs in", "person"),
    "people.password_changed": EntryKind("changed their password", "person", "how tokens_withdrawn"),
    "people.presence_shown": EntryKind("showed a program's request to be their own", "person", "methods"),
    "people.provider_linked": EntryKind("linked their account to single sign-on", "person"),
    "people.provider_unlinked": EntryKind("unlinked their account from single sign-on", "person"),
    "people.recovery_codes_kept": EntryKind("kept their recovery codes", "person"),
    "people.recovery_codes_made": EntryKind("made recovery codes", "person"),
    "people.rehired": EntryKind("engaged {person} again", "person", "engagement role started_on"),
    "people.reinstated": EntryKind("reinstated {person}", "person", "suspended_at"),
    "people.role_granted": EntryKind("gave {person} the role {role}", "person", "role ends"),
    "people.role_withdrawn": EntryKind("withdrew the role {role} from {person}", "person", "role"),
    "people.second_factor_added": EntryKind("added a second factor", "person", "factor"),
    "people.second_factor_failed": EntryKind("failed at the second factor", "person", "factor"),
    "people.second_factor_removed": EntryKind("removed a second factor", "person", "factor"),
    "people.second_factors_reset": EntryKind(
        "reset the second factors of {person} (done by {by})", "person", "factors sessions_ended tokens_withdrawn by"
    ),
    "people.signed_in": EntryKind("signed in", "person", "methods failed_before"),
    "people.suspended": EntryKind("suspended {person}", "person"),
    "people.token_made": EntryKind("made a token for a program", "person token", "scopes expires_at"),
    "people.token_withdrawn": EntryKind("withdrew a program's token", "person token"),
    "review.amended": EntryKind("amended a signed review", "review amends", "first_day last_day due_at"),
    "review.case_decided": EntryKind("decided a case", "case review", "outcome detectors together", "note"),
    "review.case_reopened": EntryKind("reopened a case", "case review reopens", "outcome", "reason"),
    "review.case_withdrawn": EntryKind("withdrew a case that was no longer found", "case review", "case why"),
    "review.opened": EntryKind("opened a review", "review", "first_day last_day due_at"),
    "review.question_answered": EntryKind("answered a question about a case", "case question", private="answer"),
    "review.question_asked": EntryKind("asked a question about a case", "case question to", private="question"),
    "review.refreshed": EntryKind(
        "looked at a review's logs anew", "review", f"revision {INPUTS} detectors accesses explained cases"
    ),
    "review.signed": EntryKind(
        "signed a review",
        "review amends",
        f"first_day last_day document_sha256 late_seconds {INPUTS} detectors coverage totals cases dispositions",
    ),
}
"""By kind: ``room.past_tense``."""


def strays(kind: str, subject: Mapping[str, object], facts: Mapping[str, object]) -> set[str]:
    """The fields of an entry that its kind does not name, or the kind where it is not known."""
    known = KINDS.get(kind)
    if known is None:
        return {kind}
    return (subject.keys() - known.subject.split()) | (facts.keys() - known.facts.split())
