"""What was imported, as others may read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Max

from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.queries import clinic as clinic_of
from chartwarden.kernel.dues import Due, Fact
from chartwarden.logs import models, previews, rules
from chartwarden.logs.contracts import LoginSeen, QuarantinedRow
from chartwarden.logs.fetching import quarantined_rows
from chartwarden.logs.import_contracts import Import, ImportSpan, Preview
from chartwarden.people.contracts import Member, Permission
from chartwarden.people.queries import has_logins, known_logins

QUIET_DAYS = timedelta(days=8)
OPEN = (rules.READ, rules.REFUSED, rules.READING, rules.RECEIVED, rules.RECEIVING)


def imports(clinic: UUID, waiting: bool, most: int = 200) -> list[Import]:
    """Imports, the newest first: those of which something is still to become, or those that are done with."""
    rows = models.LogImport.objects.filter(clinic_id=clinic)
    rows = rows.filter(state__in=OPEN) if waiting else rows.exclude(state__in=OPEN)
    zone = _zone(clinic)
    found = [_import(row, zone) for row in rows.order_by("-begun_at", "id")[:most]]
    return sorted(found, key=lambda found: OPEN.index(found.state)) if waiting else found


def imports_behind(clinic: UUID, after: str, most: int, state: str | None, kind: str | None) -> list[Import]:
    """Imports by id, those behind one, in a state and of a kind where these are asked for."""
    rows = models.LogImport.objects.filter(clinic_id=clinic)
    if after:
        rows = rows.filter(id__gt=UUID(after))
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    zone = _zone(clinic)
    return [_import(row, zone) for row in rows.order_by("id")[:most]]


def import_of(clinic: UUID, upload: UUID) -> Import | None:
    """One import; None where this clinic has none of that id."""
    row = _row(clinic, upload)
    return _import(row, _zone(clinic)) if row else None


def preview(clinic: UUID, upload: UUID) -> Preview:
    """What was read of an import; an empty one where nothing was yet."""
    row = _row(clinic, upload)
    return previews.preview_of(row) if row else Preview()


def quarantine(clinic: UUID, upload: UUID) -> tuple[QuarantinedRow, ...]:
    """All of an import's rows in quarantine."""
    row = _row(clinic, upload)
    return quarantined_rows(row) if row else ()


def acquaintance(clinic: UUID, found: Preview) -> rules.Acquaintance:
    """How many of a log's logins the workforce knows, as of now."""
    return rules.acquaintance(found.logins, known_logins(clinic, found.logins), has_logins(clinic))


def spans(clinic: UUID) -> list[ImportSpan]:
    """The counted logs that hold any access, in the order they were counted."""
    rows = models.LogImport.objects.filter(clinic_id=clinic, state=rules.COUNTED, kind=rules.LOG)
    return [
        ImportSpan(row.id, row.revision, row.first_at, row.last_at, row.decided_at)
        for row in rows.exclude(first_at=None).order_by("revision")
    ]


def logins_seen(clinic: UUID, since: datetime) -> list[LoginSeen]:
    """The logins of the counted logs that reach beyond an instant, in order; an access before it may count along."""
    rows = models.LogImport.objects.filter(clinic_id=clinic, state=rules.COUNTED, kind=rules.LOG, last_at__gte=since)
    found: dict[str, LoginSeen] = {}
    for row in rows:
        read = previews.preview_of(row)
        for login, accesses in read.logins.items():
            last = read.last_seen[login].replace(tzinfo=UTC) if login in read.last_seen else row.last_at
            before = found.get(login, LoginSeen(login, 0, last))
            found[login] = LoginSeen(login, before.accesses + accesses, max(before.last_at, last))
    return [found[login] for login in sorted(found) if found[login].last_at >= since]


def due(member: Member, clinic: Clinic, now: datetime) -> list[Due]:
    """What the member should do about imports: count what was read, look at what was refused, bring the next log."""
    kinds = rules.importable(member.permissions)
    rows = models.LogImport.objects.filter(clinic_id=clinic.id, kind__in=kinds, state__in=(rules.READ, rules.REFUSED))
    waiting = rows.exclude(state=rules.READ, counts_when_read=True).order_by("begun_at", "id")
    found = [_due(row) for row in waiting[:20]]
    if member.may(Permission.IMPORT_LOGS):
        found += _no_log(clinic, now)
    return found


def _due(row: models.LogImport) -> Due:
    title = rules.TITLES.get(row.kind, rules.TITLES[rules.LOG])
    arguments = {"upload": str(row.id)}
    if row.state == rules.REFUSED:
        return Due(f"{title} could not be read", "See why", "logs:import", arguments, late=True)
    detail = row.held or f"{row.read:,} rows"
    return Due(f"{title} waits to be counted", "Look and count", "logs:import", arguments, detail=detail)


def _no_log(clinic: Clinic, now: datetime) -> list[Due]:
    logs = models.LogImport.objects.filter(clinic_id=clinic.id, kind=rules.LOG)
    if logs.filter(state__in=(rules.RECEIVING, rules.RECEIVED, rules.READING, rules.READ)).exists():
        return []
    found = logs.filter(state=rules.COUNTED).aggregate(last=Max("last_at"), times=Count("id"))
    if not found["times"] or found["last"] is None:
        return [Due("No access log is here yet", "Import a log", "logs:imports")]
    if now - found["last"] < QUIET_DAYS:
        return []
    days = (now - found["last"]).days
    return [
        Due(
            f"No access log for {days} days",
            "Import a log",
            "logs:imports",
            by=found["last"] + QUIET_DAYS,
            late=True,
            detail="The week can’t be reviewed without it.",
        )
    ]


def facts(member: Member, clinic: Clinic, now: datetime) -> list[Fact]:
    """Up to which day accesses are here, for who sees imports."""
    if not member.may(Permission.SEE_IMPORTS):
        return []
    counted = models.LogImport.objects.filter(clinic_id=clinic.id, kind=rules.LOG, state=rules.COUNTED)
    last = counted.aggregate(last=Max("last_at"))["last"]
    if last is None:
        return []
    there = last.astimezone(clinic.time_zone)
    late = now - last >= QUIET_DAYS
    waiting = models.LogImport.objects.filter(clinic_id=clinic.id, state__in=OPEN).count()
    note = f"{waiting:,} {'file' if waiting == 1 else 'files'} not counted yet" if waiting else ""
    return [Fact("last day with accesses", f"{there:%a} {there.day} {there:%b}", note, "logs:imports", late=late)]


def _row(clinic: UUID, upload: UUID) -> models.LogImport | None:
    found: models.LogImport | None = models.LogImport.objects.filter(clinic_id=clinic, id=upload).first()
    return found


def _zone(clinic: UUID) -> ZoneInfo:
    found = clinic_of(clinic)
    return found.time_zone if found else ZoneInfo("UTC")


def _import(row: models.LogImport, zone: ZoneInfo) -> Import:
    return Import(
        id=row.id,
        kind=row.kind,
        title=rules.TITLES.get(row.kind, "File"),
        source=row.source,
        state=row.state,
        name=previews.name_of(row),
        size=row.size,
        received_bytes=row.received_bytes,
        by=row.uploaded_by_id,
        begun_at=row.begun_at,
        received_at=row.received_at,
        read_at=row.read_at,
        decided_at=row.decided_at,
        format=row.format,
        first_at=row.first_at,
        last_at=row.last_at,
        first_day=row.first_at.astimezone(zone).date() if row.first_at else None,
        last_day=row.last_at.astimezone(zone).date() if row.last_at else None,
        rows=row.rows,
        read=row.read,
        quarantined=row.quarantined,
        duplicates=row.duplicates,
        stage=row.stage,
        fraction=row.fraction,
        counts_when_read=row.counts_when_read,
        revision=row.revision,
        held=row.held,
    )
