"""What each reason says to the coder, the rule it rests on, and whom to ask. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from chartwarden.gateway.contracts import Conflict, Reason


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
        "You may be close to this patient, so somebody else should code the record. Nobody holds this against you.",
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
CLOSENESS = {
    Conflict.SELF: "The record appears to be your own.",
    Conflict.FAMILY: "The patient appears to be of your family.",
    Conflict.HOUSEHOLD: "The patient appears to live where you live.",
    Conflict.COLLEAGUE: "The patient appears to be a colleague. Your supervisor may allow it in writing.",
}
