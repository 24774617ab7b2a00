"""The tables of people for programs: the workforce, tokens, and mails that went out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.offered import Column, Row, Table
from chartwarden.people import models, queries
from chartwarden.people.contracts import Member, Permission, RosterRow, Token


def stamp(moment: datetime | None) -> str | None:
    """An instant as programs read it."""
    return moment.isoformat() if moment else None


def _people(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    return _behind([person_row(one) for one in queries.roster(clinic.id, at)], after, limit)


def _behind(rows: list[dict[str, Any]], after: str, limit: int) -> list[dict[str, Any]]:
    """By id, so that a page stays in its place where somebody is added meanwhile."""
    ordered = sorted(rows, key=lambda row: str(row["id"]))
    return [row for row in ordered if row["id"] > after][:limit]


def person_row(one: RosterRow) -> dict[str, Any]:
    """A person as the table has them."""
    return {
        "id": str(one.person),
        "code": one.code,
        "name": one.name,
        "state": one.state,
        "roles": list(one.roles),
        "feed_role": one.feed_role,
        "employer": one.employer,
        "started_on": one.started_on.isoformat() if one.started_on else None,
        "ended_at": stamp(one.ended_at),
        "signs_in": one.linked,
        "last_sign_in": stamp(one.last_sign_in),
        "absent_from_feed": one.absent,
    }


def _tokens(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    """Everybody's to those who manage people, else one's own."""
    whose = None if member.may(Permission.MANAGE_PEOPLE) else member.person
    return _behind([_token(one) for one in queries.tokens_of(clinic.id, at, whose)], after, limit)


def _token(one: Token) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "person": str(one.person),
        "label": one.label,
        "scopes": [scope.name for scope in one.scopes],
        "made_at": one.made_at.isoformat(),
        "expires_at": one.expires_at.isoformat(),
        "last_used_at": stamp(one.last_used_at),
        "state": one.state,
    }


def _outbox(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    rows = models.OutgoingMail.objects.filter(clinic_id=clinic.id)
    rows = rows.filter(id__gt=UUID(after)) if after else rows
    return [
        {
            "id": str(row.id),
            "person": str(row.person_id),
            "kind": row.kind,
            "state": row.state,
            "made_at": row.made_at.isoformat(),
            "sent_at": stamp(row.sent_at),
            "attempts": row.attempts,
            "trouble": row.trouble,
        }
        for row in rows.order_by("id")[:limit]
    ]


TABLES = (
    Table(
        name="people",
        title="The workforce",
        permission=Permission.SEE_PEOPLE,
        key="id",
        columns=(
            Column("id", str, "The person's id here."),
            Column("code", str, "The id in the workforce feed."),
            Column("name", str, "Given and family name."),
            Column("state", str, "engaged, to_come, ended or suspended."),
            Column("roles", list[str], "Roles in force here."),
            Column("feed_role", str, "The role in the workforce feed."),
            Column("employer", str, "The vendor they work for; empty: the clinic."),
            Column("started_on", str | None, "First day of the latest engagement."),
            Column("ended_at", str | None, "Its end (UTC); null while it lasts."),
            Column("signs_in", bool, "Whether somebody signs in as them."),
            Column("last_sign_in", str | None, "When they last signed in (UTC)."),
            Column("absent_from_feed", bool, "Engaged, but not in the newest workforce feed."),
        ),
        read=_people,
    ),
    Table(
        name="tokens",
        title="Tokens of programs",
        permission=Permission.USE_API,
        key="id",
        columns=(
            Column("id", str, "The token's id; its text is not kept."),
            Column("person", str, "Whom it acts for."),
            Column("label", str, "What it is for."),
            Column("scopes", list[str], "What it may do."),
            Column("made_at", str, "When it was made (UTC)."),
            Column("expires_at", str, "When it ends (UTC)."),
            Column("last_used_at", str | None, "When it was last used, to the minute."),
            Column("state", str, "in_force, expired or withdrawn."),
        ),
        read=_tokens,
    ),
    Table(
        name="outbox",
        title="Mails of the clinic: kinds and states, nobody's address",
        permission=Permission.SEE_SETTINGS,
        key="id",
        columns=(
            Column("id", str, "Its id."),
            Column("person", str, "Whom it is for."),
            Column("kind", str, "Which of the fixed texts."),
            Column("state", str, "waiting, sent or failed."),
            Column("made_at", str, "When it was written (UTC)."),
            Column("sent_at", str | None, "When the mail server took it (UTC)."),
            Column("attempts", int, "How often it was tried."),
            Column("trouble", str, "What the mail server said last."),
        ),
        read=_outbox,
    ),
)
