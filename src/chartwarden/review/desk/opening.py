"""Open the reviews that a clinic must have, and amendments of signed ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.actors import Actor
from chartwarden.ledger.services import append
from chartwarden.review import models, rules


def open_reviews(
    *, clinic: Clinic, spans: Iterable[tuple[datetime, datetime]], actor: Actor, at: datetime
) -> list[UUID]:
    """Open a review for each week that must have one and has none. Again is harmless.

    ``spans`` are those of the imported accesses (aware, ends excluded). Returns the reviews opened now.
    """
    today = at.astimezone(clinic.time_zone).date()
    weeks = rules.weeks_due(clinic.reviews_from, spans, today, clinic.time_zone)
    have = set(models.Review.objects.filter(clinic_id=clinic.id, amends=None).values_list("first_day", flat=True))
    missing = [week for week in weeks if week not in have]
    if not missing:
        return []
    with transaction.atomic():
        return [open_review(clinic, week, actor, at, None).id for week in missing]


def open_review(
    clinic: Clinic, first_day: date, actor: Actor, at: datetime, amends: models.Review | None
) -> models.Review:
    """One review, with its entry, in the caller's transaction. An amendment is due as long after it was opened as a
    review is after its week."""
    last_day = first_day + timedelta(days=6)
    begins = at.astimezone(clinic.time_zone).date() if amends else last_day
    row = models.Review.objects.create(
        clinic_id=clinic.id,
        first_day=first_day,
        last_day=last_day,
        due_at=rules.due_at(begins, clinic.review_due_days, clinic.time_zone).replace(tzinfo=UTC),
        amends=amends,
        opened_at=at,
    )
    append(
        clinic=clinic.id,
        kind="review.amended" if amends else "review.opened",
        actor=actor,
        at=at,
        subject={"review": str(row.id), **({"amends": str(amends.id)} if amends else {})},
        facts={
            "first_day": first_day.isoformat(),
            "last_day": last_day.isoformat(),
            "due_at": row.due_at.isoformat(),
        },
    )
    return row


def newest(clinic: UUID, first_day: date) -> models.Review | None:
    """The review of a week that is in force: its last amendment, or itself."""
    rows = list(models.Review.objects.filter(clinic_id=clinic, first_day=first_day))
    amended = {row.amends_id for row in rows}
    return next((row for row in rows if row.id not in amended), None)


def amendment_of(signed: models.Review, clinic: Clinic, actor: Actor, at: datetime) -> models.Review:
    """The open review that amends a signed one: the one there is, or a new one, which takes over its summary."""
    row = newest(clinic.id, signed.first_day) or signed
    if row.state != "signed":
        return row
    opened = open_review(clinic, signed.first_day, actor, at, row)
    for name in ("revision", "refreshed_at", "accesses", "explained", "summary"):
        setattr(opened, name, getattr(row, name))
    opened.save()
    return opened


def settle(review: models.Review, today: date) -> None:
    """Move a review between open and ready by whether anything is left to decide, in the caller's transaction."""
    if review.state == "signed":
        return
    undecided = review.cases.filter(state__in=rules.UNDECIDED).count()
    facts = rules.ReviewFacts(review.state, review.last_day, undecided, review.refreshed_at is not None, False)
    ready = rules.settled(facts, today)
    if ready != (review.state == "ready"):
        review.state = rules.REVIEW.after(review.state, "readied" if ready else "unsettled")
        review.save(update_fields=["state"])
