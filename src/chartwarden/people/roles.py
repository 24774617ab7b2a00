"""Which role may do what: with permissions.py, the whole policy. Pure.

Roles are granted person by person and clinic by clinic; what a person may do is what their roles in force add up to.
"""

from __future__ import annotations

from chartwarden.people.contracts import Permission

P = Permission
EVERYONE = frozenset({P.SEE_HOME, P.SEE_OWN_ACCESSES, P.ANSWER_QUESTIONS})
OVERSIGHT = frozenset({P.SEE_IMPORTS, P.SEE_REVIEWS, P.SEE_LEDGER, P.SEE_PEOPLE, P.SEE_DUTIES, P.SEE_SETTINGS})
DECIDING = frozenset({P.DECIDE_CASES, P.SIGN_REVIEWS, P.CLOSE_DUTIES, P.RECERTIFY_ACCESS, P.USE_API})

ROLES: dict[str, frozenset[Permission]] = {
    "privacy_officer": EVERYONE
    | OVERSIGHT
    | DECIDING
    | {P.IMPORT_LOGS, P.IMPORT_QUEUE, P.IMPORT_STAFF, P.IMPORT_PATIENTS, P.MANAGE_PEOPLE, P.GRANT_ROLES}
    | {P.CHANGE_SETTINGS, P.MANAGE_WEBHOOKS},
    "compliance_officer": EVERYONE | OVERSIGHT | DECIDING,
    "security_officer": EVERYONE
    | OVERSIGHT
    | {P.IMPORT_LOGS, P.CLOSE_DUTIES, P.RECERTIFY_ACCESS, P.USE_API, P.MANAGE_WEBHOOKS},
    "coding_supervisor": EVERYONE
    | {P.SEE_IMPORTS, P.IMPORT_QUEUE, P.IMPORT_STAFF, P.SEE_PEOPLE, P.SEE_DUTIES, P.CLOSE_DUTIES, P.RECERTIFY_ACCESS}
    | {P.USE_API},
    "coder": EVERYONE,
    "qa_auditor": EVERYONE,
    "human_resources": EVERYONE
    | {P.SEE_IMPORTS, P.IMPORT_STAFF, P.SEE_PEOPLE, P.MANAGE_PEOPLE, P.SEE_DUTIES, P.CLOSE_DUTIES, P.USE_API},
    "ehr_administrator": EVERYONE
    | {P.SEE_IMPORTS, P.IMPORT_LOGS, P.IMPORT_QUEUE, P.IMPORT_STAFF, P.IMPORT_PATIENTS, P.SEE_PEOPLE}
    | {P.SEE_DUTIES, P.CLOSE_DUTIES, P.USE_API, P.MANAGE_WEBHOOKS},
    "vendor_administrator": EVERYONE,
    "auditor": frozenset({P.SEE_HOME}) | OVERSIGHT,
    "owner": EVERYONE
    | OVERSIGHT
    | {P.MANAGE_PEOPLE, P.GRANT_ROLES, P.CHANGE_SETTINGS, P.MANAGE_WEBHOOKS, P.CLOSE_DUTIES, P.USE_API},
}
"""What each role may do. An auditor reads, within the dates of the grant, and changes nothing."""

MUST_END = frozenset({"auditor"})
"""Roles whose grant must say when it ends."""
