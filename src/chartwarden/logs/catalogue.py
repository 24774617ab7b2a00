"""The feeds: the contract of feeds.md, as data. Tools outside the project write these columns."""

from __future__ import annotations

from chartwarden.logs.contracts import Column, Feed

KINDS = ("initial", "qa_review", "provider_query", "addendum", "payer_edit", "denial", "audit", "rebuttal")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TERMS = ("permitted_uses", "safeguards", "subcontractors", "breach_notification", "return_or_destruction")

_NAME = (
    Column("family_name", "text", "Family name"),
    Column("given_name", "text", "Given name"),
    Column("birth_date", "date", "Date of birth"),
)
_PLACE = (
    Column("address_line", "text", "Street, number and unit"),
    Column("city", "text", "City"),
    Column("state", "text", "State"),
    Column("postal_code", "text", "Postal code"),
    Column("phone", "text", "Telephone number"),
)

WORKFORCE = Feed(
    "workforce",
    (
        Column("person", "id", "The person's id", required=True),
        Column("logins", "words", "EHR logins, separated by semicolons", required=True),
        Column("role", "word", "coder, qa_auditor, coding_supervisor, or any other word", required=True),
        Column("started_on", "date", "First day of the engagement", required=True),
        Column("ended_at", "instant", "End of the engagement; a date alone means the end of that day"),
        Column("employer", "id", "A vendor's id; blank: the clinic"),
        *_NAME,
        Column("time_zone", "zone", "IANA zone of the person; blank: the clinic's"),
        *_PLACE,
    ),
    key=("person",),
    must_exist=True,
    ordered=(("started_on", "ended_at"),),
)
SCHEDULES = Feed(
    "schedules",
    (
        Column("person", "id", "The person's id", required=True),
        Column("weekday", "word", "mon to sun", required=True, words=WEEKDAYS),
        Column("starts", "time", "Start of work, local to the person", required=True),
        Column("ends", "time", "End of work; before the start: over midnight", required=True),
        Column("from", "date", "First day it holds; blank: always"),
        Column("to", "date", "Last day it holds; blank: for good"),
    ),
    ordered=(("from", "to"),),
    person="person",
)
LEAVE = Feed(
    "leave",
    (
        Column("person", "id", "The person's id", required=True),
        Column("from", "date", "First day off", required=True),
        Column("to", "date", "Last day off", required=True),
        Column("kind", "word", "Vacation, sick leave, or any other word"),
    ),
    ordered=(("from", "to"),),
    person="person",
)
ASSIGNMENTS = Feed(
    "assignments",
    (
        Column("assignment", "id", "The assignment's id", required=True),
        Column("patient", "id", "The patient's id", required=True),
        Column("coder", "id", "The person it is assigned to", required=True),
        Column("kind", "word", "The kind of work", required=True, words=KINDS),
        Column("assigned_at", "instant", "When the assignment began", required=True),
        Column("ended_at", "instant", "When it ended; blank: still open"),
        Column("encounter", "id", "The encounter"),
        Column("outcome", "word", "How it ended", words=("submitted", "reassigned", "cancelled")),
        Column("reason", "text", "Why it was made or ended"),
    ),
    key=("assignment",),
    must_exist=True,
    ordered=(("assigned_at", "ended_at"),),
    person="coder",
)
TICKETS = Feed(
    "tickets",
    (
        Column("person", "id", "The person permitted", required=True),
        Column("patient", "id", "The patient", required=True),
        Column("from", "instant", "From when", required=True),
        Column("to", "instant", "Until when", required=True),
        Column("reason", "text", "Why", required=True),
        Column("approved_by", "text", "Who permitted it", required=True),
    ),
    ordered=(("from", "to"),),
    person="person",
)
PATIENTS = Feed(
    "patients",
    (
        Column("patient", "id", "The patient's id", required=True),
        *_NAME,
        *_PLACE,
        Column("contact_name", "text", "Emergency contact"),
        Column("contact_phone", "text", "The contact's telephone number"),
        Column("flags", "words", "public_figure, restricted", words=("public_figure", "restricted")),
    ),
    key=("patient",),
)
VENDORS = Feed(
    "vendors",
    (
        Column("vendor", "id", "The vendor's id", required=True),
        Column("name", "text", "Its name", required=True),
        Column("parent", "id", "The vendor whose subcontractor it is"),
        Column("country", "text", "Where its people work"),
    ),
    key=("vendor",),
)
BAAS = Feed(
    "baas",
    (
        Column("vendor", "id", "The vendor", required=True),
        Column("signed_on", "date", "Day of the last signature", required=True),
        Column("effective_from", "date", "First day in force", required=True),
        Column("effective_to", "date", "Last day in force; blank: until ended"),
        Column("terms", "words", "The terms it holds", words=TERMS),
    ),
    ordered=(("effective_from", "effective_to"),),
)
DEVICES = Feed(
    "devices",
    (
        Column("device", "id", "The device, as the log names it", required=True),
        Column("person", "id", "Whose it is; blank: shared"),
        Column("owner", "word", "Who owns it", words=("clinic", "vendor", "personal")),
        Column("encrypted", "flag", "Full-disk encryption"),
        Column("managed", "flag", "Managed by the clinic or the vendor"),
        Column("antivirus", "flag", "Antivirus runs"),
        Column("approved_from", "date", "First day approved"),
        Column("approved_to", "date", "Last day approved"),
    ),
    key=("device", "approved_from"),
    ordered=(("approved_from", "approved_to"),),
)
NETWORKS = Feed(
    "networks",
    (
        Column("cidr", "network", "A range of addresses, such as 10.20.0.0/16", required=True),
        Column("kind", "word", "What it is", required=True, words=("office", "vpn", "other")),
    ),
    key=("cidr",),
)

FEEDS = (WORKFORCE, ASSIGNMENTS, SCHEDULES, LEAVE, TICKETS, PATIENTS, VENDORS, BAAS, DEVICES, NETWORKS)
