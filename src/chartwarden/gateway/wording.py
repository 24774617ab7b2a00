"""What each reason says to the coder, the rule it rests on, and whom to ask. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chartwarden.assignments.contracts import RecordClass, Scope
from chartwarden.gateway.contracts import Conflict, Reason


@dataclass(frozen=True)
class Belongs:
    """Something else than coding that a record might be wanted for: in the coder's words, where it belongs, and why."""

    title: str
    where: str
    citation: str


@dataclass(frozen=True)
class Told:
    """``sentence`` for the coder; ``citation`` the rule; ``ask`` the role of whoever can put it right."""

    sentence: str
    citation: str
    ask: str


TOLD = {
    Reason.ALLOWED: Told("The record is assigned to you and open.", "45 CFR 164.514(d)(2), (d)(5)", ""),
    Reason.NOT_ASSIGNED: Told(
        "This record is not in your queue.", "45 CFR 164.502(b), 164.514(d)(2)", "coding_supervisor"
    ),
    Reason.ASSIGNMENT_NOT_OPEN: Told(
        "Your work on this record has not begun or is done, so it is shut.",
        "45 CFR 164.502(b), 164.514(d)(2)",
        "coding_supervisor",
    ),
    Reason.REOPEN_EXPIRED: Told(
        "This record was reopened for you for a time, and that time is over.",
        "45 CFR 164.502(b), 164.514(d)(2)",
        "coding_supervisor",
    ),
    Reason.ENGAGEMENT_ENDED: Told(
        "Your engagement with this clinic is not in force.", "45 CFR 164.308(a)(3)(ii)(C)", "human_resources"
    ),
    Reason.ACCOUNT_SUSPENDED: Told("Your account is suspended.", "45 CFR 164.308(a)(4)(ii)(C)", "privacy_officer"),
    Reason.ROLE_WITHOUT_ACCESS: Told(
        "None of your roles opens patients' records.", "45 CFR 164.514(d)(2)(i)", "privacy_officer"
    ),
    Reason.VENDOR_AGREEMENT_MISSING: Told(
        "Your company has signed no business associate agreement with this clinic.",
        "45 CFR 164.502(e), 164.504(e), 164.308(b)",
        "vendor_administrator",
    ),
    Reason.VENDOR_AGREEMENT_NOT_IN_FORCE: Told(
        "Your company's business associate agreement with this clinic is not in force today.",
        "45 CFR 164.502(e), 164.504(e), 164.308(b)",
        "vendor_administrator",
    ),
    Reason.VENDOR_AGREEMENT_INCOMPLETE: Told(
        "Your company's business associate agreement lacks a term that the law asks for.",
        "45 CFR 164.504(e)(2), 164.314(a)(2)",
        "privacy_officer",
    ),
    Reason.SUBCONTRACTOR_NOT_COVERED: Told(
        "A company above yours has no complete agreement in force, so its subcontractors may open nothing.",
        "45 CFR 164.314(a)(2)(iii), 164.502(e)(1)(ii)",
        "privacy_officer",
    ),
    Reason.DEVICE_NOT_APPROVED: Told(
        "This device is not approved for patients' records.",
        "45 CFR 164.310(b)-(c), 164.312(a)(2)(iv)",
        "security_officer",
    ),
    Reason.NETWORK_NOT_SECURED: Told(
        "You are on a network that is neither the office's nor the VPN's.", "45 CFR 164.312(e)(1)", "security_officer"
    ),
    Reason.ATTESTATION_OVERDUE: Told(
        "Your quarterly statement about your workplace and device is overdue.",
        "45 CFR 164.310(b)-(c)",
        "security_officer",
    ),
    Reason.TRAINING_OVERDUE: Told(
        "Your privacy training is overdue.", "45 CFR 164.308(a)(5), 164.530(b)", "privacy_officer"
    ),
    Reason.CONFLICT_OF_INTEREST: Told(
        "This record is kept from you because of a possible connection; it says nothing about you.",
        "45 CFR 164.502(b), 164.514(d)(2)",
        "coding_supervisor",
    ),
    Reason.PURPOSE_NOT_PERMITTED: Told(
        "Records are opened for coding or quality review only, as assigned.",
        "45 CFR 164.502(b), 164.504(e)(2)(i)",
        "privacy_officer",
    ),
    Reason.LEDGER_UNAVAILABLE: Told(
        "Accesses can't be recorded at the moment, so no record opens.", "45 CFR 164.312(b)", "security_officer"
    ),
}
OF_ANOTHER = {
    Reason.ALLOWED: "The record is assigned to them and open.",
    Reason.NOT_ASSIGNED: "This record is not in their queue.",
    Reason.ASSIGNMENT_NOT_OPEN: "Their work on this record has not begun or is done, so it is shut.",
    Reason.REOPEN_EXPIRED: "This record was reopened for them for a time, and that time is over.",
    Reason.ENGAGEMENT_ENDED: "Their engagement with this clinic is not in force.",
    Reason.ACCOUNT_SUSPENDED: "Their account is suspended.",
    Reason.ROLE_WITHOUT_ACCESS: "None of their roles opens patients' records.",
    Reason.VENDOR_AGREEMENT_MISSING: "Their company has signed no business associate agreement with this clinic.",
    Reason.VENDOR_AGREEMENT_NOT_IN_FORCE: "Their company's business associate agreement is not in force today.",
    Reason.VENDOR_AGREEMENT_INCOMPLETE: "Their company's business associate agreement lacks a term that the law wants.",
    Reason.SUBCONTRACTOR_NOT_COVERED: "A company above theirs has no complete agreement in force.",
    Reason.DEVICE_NOT_APPROVED: "None of their devices is approved for patients' records.",
    Reason.ATTESTATION_OVERDUE: "Their quarterly statement about workplace and device is overdue.",
    Reason.TRAINING_OVERDUE: "Their privacy training is overdue.",
    Reason.CONFLICT_OF_INTEREST: "A conflict of interest. It says nothing about them: somebody else codes this record.",
}
"""The sentences for whoever asks about somebody else; the others say the same of everybody."""
TOLD_OF_ANOTHER = {
    reason: replace(told, sentence=OF_ANOTHER.get(reason, told.sentence)) for reason, told in TOLD.items()
}
CLOSENESS = {
    Conflict.SELF: "The record appears to be your own.",
    Conflict.FAMILY: "The patient appears to be of your family.",
    Conflict.HOUSEHOLD: "The patient appears to live where you live.",
    Conflict.COLLEAGUE: "The patient appears to be a colleague. Your supervisor may allow it in writing.",
}
ELSEWHERE = {
    "contact": Belongs(
        "A telephone number, an address or an appointment",
        "The front desk looks up contacts and appointments. Send whoever asks there; a chart is not an address book.",
        "45 CFR 164.502(b)",
    ),
    "colleague": Belongs(
        "A colleague asked me to look something up",
        "They open it themselves if it is assigned to them, and else ask the coding supervisor. Nobody opens a record "
        "in another's stead, however small the favor.",
        "45 CFR 164.502(b), 164.514(d)(2)",
    ),
    "department": Belongs(
        "Another department needs something from the record",
        "The release of information desk gives it out: it checks who may have what, and notes it down.",
        "45 CFR 164.502(b), 164.514(d)(3), 164.528",
    ),
    "own": Belongs(
        "It is my own record, or my family's",
        "Ask for it as every patient does: at the release of information desk or in the patient portal. You have a "
        "right to it there, and not by way of your work.",
        "45 CFR 164.524, 164.502(b)",
    ),
    "other": Belongs(
        "Something else",
        "The privacy officer says where it belongs. Ask below before anything is opened.",
        "45 CFR 164.502(b), 164.504(e)(2)(i)",
    ),
}
"""What is no purpose here (S5), and where it belongs instead."""
PURPOSE_WORDS = {"coding": "coding", "quality_review": "quality review"}


def not_opened(scope: Scope) -> str:
    """What the policy in force keeps shut, in a sentence that says nothing of what the record holds."""
    shut = [of.value.replace("_", " ") for of in RecordClass if of not in scope.classes]
    return (
        f"The clinic's minimum-necessary policy (version {scope.version}) does not open these parts of the record to "
        f"your work: {', '.join(shut)}."
    )
