"""Which role may do what: with permissions.py, the whole policy. Pure.

Roles are granted person by person and clinic by clinic; what a person may do is what their roles in force add up to.
"""

from __future__ import annotations

from chartwarden.people.contracts import Permission

P = Permission
EVERYONE = frozenset({P.SEE_HOME, P.SEE_OWN_ACCESSES, P.ANSWER_QUESTIONS, P.SEE_POLICY})
OVERSIGHT = frozenset(
    {P.SEE_IMPORTS, P.SEE_REVIEWS, P.SEE_LEDGER, P.SEE_PEOPLE, P.SEE_DUTIES, P.SEE_SETTINGS, P.SEE_DEVICES}
)
DECIDING = frozenset({P.DECIDE_CASES, P.SIGN_REVIEWS, P.CLOSE_DUTIES, P.RECERTIFY_ACCESS, P.USE_API})

ROLES: dict[str, frozenset[Permission]] = {
    "privacy_officer": EVERYONE
    | OVERSIGHT
    | DECIDING
    | {P.IMPORT_LOGS, P.IMPORT_QUEUE, P.IMPORT_STAFF, P.IMPORT_SCHEDULES, P.IMPORT_DEVICES, P.IMPORT_PATIENTS}
    | {
        P.MANAGE_PEOPLE,
        P.GRANT_ROLES,
        P.CHANGE_SETTINGS,
        P.SEE_QUEUE,
        P.ASSIGN_WORK,
        P.APPROVE_POLICY,
        P.RECORD_TRAINING,
    },
    "compliance_officer": EVERYONE | OVERSIGHT | DECIDING,
    "security_officer": EVERYONE
    | OVERSIGHT
    | {
        P.IMPORT_LOGS,
        P.IMPORT_DEVICES,
        P.MANAGE_DEVICES,
        P.MANAGE_PEOPLE,
        P.CLOSE_DUTIES,
        P.RECERTIFY_ACCESS,
        P.USE_API,
        P.MANAGE_WEBHOOKS,
        P.SEE_TABLES,
    },
    "coding_supervisor": EVERYONE
    | {P.SEE_QUEUE, P.ASSIGN_WORK}
    | {P.SEE_IMPORTS, P.IMPORT_QUEUE, P.IMPORT_SCHEDULES, P.SEE_PEOPLE, P.SEE_DUTIES, P.CLOSE_DUTIES}
    | {P.RECERTIFY_ACCESS, P.USE_API},
    "coder": EVERYONE | {P.CODE_RECORDS, P.ATTEST_WORKPLACE},
    "qa_auditor": EVERYONE | {P.CODE_RECORDS, P.ATTEST_WORKPLACE},
    "human_resources": EVERYONE
    | {P.SEE_IMPORTS, P.IMPORT_STAFF, P.IMPORT_SCHEDULES, P.SEE_PEOPLE, P.MANAGE_PEOPLE, P.SEE_DUTIES, P.CLOSE_DUTIES}
    | {P.USE_API, P.RECORD_TRAINING},
    "ehr_administrator": EVERYONE
    | {P.SEE_IMPORTS, P.IMPORT_LOGS, P.IMPORT_QUEUE, P.IMPORT_DEVICES, P.IMPORT_PATIENTS, P.SEE_PEOPLE}
    | {P.SEE_DUTIES, P.CLOSE_DUTIES, P.USE_API},
    "vendor_administrator": EVERYONE,
    "auditor": frozenset({P.SEE_HOME, P.SEE_TABLES, P.SEE_POLICY}) | OVERSIGHT,
    "owner": EVERYONE
    | (OVERSIGHT - {P.SEE_REVIEWS})
    | {P.MANAGE_PEOPLE, P.GRANT_ROLES, P.CHANGE_SETTINGS, P.MANAGE_WEBHOOKS, P.CLOSE_DUTIES, P.USE_API, P.SEE_TABLES},
}
"""What each role may do, and no more than its work needs (45 CFR 164.308(a)(4)(ii)(B), 164.502(b)).

An auditor reads, within the dates of the grant, and changes nothing. Cases name patients, so only those who decide,
secure or audit see them: an owner does not. Whoever decides cases brings no program in (webhooks); whoever runs the EHR
sees no case and no ledger, since their own accesses are among them, and no webhooks, which tell of it. The security
officer can shut somebody out at once.
The tables as such, without what is sealed, are for who answers for the installation or audits it.

The minimum-necessary policy says what each class of the workforce sees, so everybody may read it; who assigns work
drafts it, and the privacy officer alone puts it in force.

A staff file ends engagements and says whose a login is, so importing it is for those who may do the same by hand: the
privacy officer and human resources. A supervisor plans hours and leave; whoever runs the EHR or its security knows its
devices and networks. Which devices open records, and who is excepted, is the security officer's alone; those who open
records say each quarter how they work.
"""

MUST_END = frozenset({"auditor"})
"""Roles whose grant must say when it ends."""
