"""From bytes received to a log that counts."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings

from chartwarden.clinics.queries import inputs_changed_at, inputs_revision
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.logs import queries, rules, services
from chartwarden.logs.jobs import FORGOTTEN, tidy
from chartwarden.logs.models import LogImport
from chartwarden.logs.reading import LEASE, next_claim, read_claimed, read_next
from tests.support.clinic import AT, House

HEADER = "occurred_at,actor,action,patient\n"
LOG = HEADER + "2026-03-02T09:00:00-06:00,ana,open,P1\n2026-03-04T10:00:00-06:00,ben,view,P2\nnever,ana,open,P3\n"
QUEUE = "assignment,patient,coder,kind,assigned_at\nA1,P1,u-coder,initial,2026-03-02T08:00:00\n"
MIB = 1 << 20


def send(house: House, data: bytes, name: str = "log.csv", **more: object) -> services.UploadState:
    incoming = services.Incoming(
        clinic=house.id, name=name, source="page", actor=house.actor("privacy_officer"), at=AT, **more
    )
    with incoming:
        incoming.write(data)
        return incoming.finish()


def read(house: House, data: bytes = LOG.encode(), name: str = "log.csv", **more: object) -> UUID:
    sent = send(house, data, name, **more)
    assert read_next(AT) == 1
    return sent.id


def count(house: House, upload: UUID) -> None:
    services.count_import(clinic=house.id, upload=upload, actor=house.actor("privacy_officer"), at=AT)


def kept_files(house: House) -> list[Path]:
    folder = Path(settings.DATA)
    return [
        path for what in ("vault", "events") for path in (folder / what / str(house.id)).rglob("*") if path.is_file()
    ]


def test_a_log_is_read_and_counts(house: House, tmp_path: Path) -> None:
    upload = read(house)
    found = queries.import_of(house.id, upload)
    assert (found.state, found.format, found.rows, found.read, found.quarantined) == ("read", "plain", 3, 2, 1)
    assert found.first_at == datetime(2026, 3, 2, 15, tzinfo=UTC)
    shown = queries.preview(house.id, upload)
    assert [day.day for day in shown.days] == [2, 4]
    assert [day.day for day in shown.missing] == [3]
    assert shown.logins == {"ana": 1, "ben": 1}
    assert shown.quarantine[0].line == 4
    before = inputs_revision(house.id)
    assert services.fetch_logs(house.id, None, None, tmp_path) == []
    count(house, upload)
    count(house, upload)
    assert inputs_revision(house.id) == before + 1
    (span,) = queries.spans(house.id)
    assert (span.id, span.revision, span.last_at) == (upload, before + 1, datetime(2026, 3, 4, 16, tzinfo=UTC))
    stored = services.fetch_logs(house.id, datetime(2026, 3, 3), None, tmp_path)
    gathered = services.gather(stored, house.clinic.time_zone, tmp_path, services_span())
    assert [(count.rows, count.read, count.quarantined) for count in gathered.counts] == [(3, 2, 1)]
    assert services.fetch_logs(house.id, datetime(2026, 3, 5), None, tmp_path) == []


def services_span() -> object:
    from chartwarden.logs.contracts import Span

    return Span()


def test_the_same_file_again_is_the_same_import(house: House) -> None:
    first = send(house, LOG.encode())
    again = send(house, LOG.encode(), "renamed.csv")
    assert again.again
    assert again.id == first.id
    assert LogImport.objects.count() == 1
    assert len(kept_files(house)) == 1


def test_what_was_discarded_may_come_again_and_its_bytes_are_gone(house: House) -> None:
    upload = read(house)
    services.discard_import(clinic=house.id, upload=upload, actor=house.actor("privacy_officer"), at=AT)
    assert kept_files(house) == []
    assert not send(house, LOG.encode()).again


def test_what_counts_can_not_be_discarded(house: House) -> None:
    upload = read(house)
    count(house, upload)
    with pytest.raises(Refused, match="counted can't be discarded"):
        services.discard_import(clinic=house.id, upload=upload, actor=house.actor("privacy_officer"), at=AT)


def test_a_file_that_is_no_log_is_refused_in_plain_words(house: House) -> None:
    upload = read(house, b"PK\x03\x04 a zip archive")
    found = queries.import_of(house.id, upload)
    assert found.state == "refused"
    ((_, expected, told),) = queries.preview(house.id, upload).faults
    assert (expected, told) == ("text in UTF-8, or Parquet", "a zip archive")


def test_a_name_is_made_plain(house: House) -> None:
    upload = send(house, LOG.encode(), "C:\\Users\\me\\../" + "long" * 90 + "\x07.csv").id
    name = queries.import_of(house.id, upload).name
    assert len(name) <= 160
    assert name.endswith("long.csv")
    assert "/" not in name


@pytest.mark.parametrize("size", [10, 3 * MIB, 5 * MIB + 17])
def test_a_broken_off_upload_goes_on_where_it_was(house: House, size: int) -> None:
    data = (HEADER.encode() + b"x" * size)[:size]
    actor = house.actor("privacy_officer")
    digest = hashlib.sha256(data).hexdigest()

    def begin() -> services.UploadState:
        return services.begin_upload(clinic=house.id, sha256=digest, size=size, name="log.csv", actor=actor, at=AT)

    state = begin()
    half = size // 2
    state = services.append_bytes(clinic=house.id, upload=state.id, offset=0, chunks=[data[:half]], actor=actor)
    assert state.offset == half // MIB * MIB
    with pytest.raises(InputRefused, match="offset: expected"):
        services.append_bytes(clinic=house.id, upload=state.id, offset=state.offset + 1, chunks=[b"x"], actor=actor)
    with pytest.raises(InputRefused, match="bytes: expected"):
        services.finish_upload(clinic=house.id, upload=state.id, actor=actor, at=AT)
    again = begin()
    assert (again.id, again.offset, again.again) == (state.id, state.offset, False)
    rest = data[again.offset :]
    pieces = [rest[at : at + 70_000] for at in range(0, len(rest), 70_000)]
    sent = services.append_bytes(clinic=house.id, upload=state.id, offset=again.offset, chunks=pieces, actor=actor)
    assert sent.offset == size
    done = services.finish_upload(clinic=house.id, upload=state.id, actor=actor, at=AT)
    assert done.state == "received"
    assert begin().again


def test_another_digest_than_was_said_keeps_nothing(house: House) -> None:
    actor = house.actor("privacy_officer")
    state = services.begin_upload(clinic=house.id, sha256="0" * 64, size=len(LOG), name="log.csv", actor=actor, at=AT)
    services.append_bytes(clinic=house.id, upload=state.id, offset=0, chunks=[LOG.encode()], actor=actor)
    with pytest.raises(InputRefused, match="another: send it again"):
        services.finish_upload(clinic=house.id, upload=state.id, actor=actor, at=AT)
    assert kept_files(house) == []
    assert queries.import_of(house.id, state.id).state == "refused"


def test_more_bytes_than_were_said_are_refused(house: House) -> None:
    actor = house.actor("privacy_officer")
    state = services.begin_upload(clinic=house.id, sha256="0" * 64, size=4, name="log.csv", actor=actor, at=AT)
    with pytest.raises(InputRefused, match="more"):
        services.append_bytes(clinic=house.id, upload=state.id, offset=0, chunks=[b"12345"], actor=actor)


def test_a_forgotten_upload_is_let_go(house: House) -> None:
    actor = house.actor("privacy_officer")
    state = services.begin_upload(clinic=house.id, sha256="0" * 64, size=4, name="log.csv", actor=actor, at=AT)
    assert tidy(AT + FORGOTTEN) == 0
    assert tidy(AT + FORGOTTEN + timedelta(seconds=1)) == 1
    assert queries.import_of(house.id, state.id) is None


def test_a_reading_is_taken_over_when_its_lease_ran_out(house: House) -> None:
    upload = send(house, LOG.encode()).id
    slow = next_claim(AT)
    assert next_claim(AT + LEASE) is None
    later = AT + LEASE + timedelta(seconds=1)
    quick = next_claim(later)
    assert (quick.id, quick.lease != slow.lease) == (upload, True)
    read_claimed(quick, later)
    before = LogImport.objects.get(id=upload)
    read_claimed(slow, later)
    after = LogImport.objects.get(id=upload)
    assert (after.state, after.read_at, after.lease) == ("read", before.read_at, None)


def test_staff_is_read_before_what_speaks_of_it(house: House) -> None:
    send(house, QUEUE.encode(), "assignments.csv")
    staff = send(house, b"person,logins,role,started_on\nu1,ana,coder,2026-01-05\n", "workforce.csv")
    assert next_claim(AT).id == staff.id


def test_a_queue_is_taken_into_its_table(house: House) -> None:
    from chartwarden.assignments.queries import assignments_table

    upload = read(
        house, QUEUE.encode() + b"A2,P1,nobody,initial,2026-03-02T08:00:00\n", "export.csv", counts_when_read=True
    )
    found = queries.import_of(house.id, upload)
    assert (found.kind, found.state, found.read, found.quarantined) == ("assignments", "counted", 1, 1)
    assert assignments_table(house.id)["assignment"].to_pylist() == ["A1"]
    assert inputs_changed_at(house.id)["assignments"] == inputs_revision(house.id)


def test_a_queue_about_nobody_known_is_refused(house: House) -> None:
    upload = read(house, QUEUE.replace("u-coder", "nobody").encode(), "assignments.csv", counts_when_read=True)
    assert queries.import_of(house.id, upload).state == "refused"
    assert "a person of the workforce feed" in queries.preview(house.id, upload).faults[0][2]


def test_what_no_room_takes_is_kept_and_the_newest_is_in_force(house: House, tmp_path: Path) -> None:
    assert services.kept_feed(house.id, "networks", tmp_path) is None
    for cidr in ("10.0.0.0/8", "10.1.0.0/16"):
        read(house, f"cidr,kind\n{cidr},office\n".encode(), "networks.csv", counts_when_read=True)
    import pyarrow.parquet as pq

    kept = services.kept_feed(house.id, "networks", tmp_path)
    assert pq.read_table(kept.parquet)["cidr"].to_pylist() == ["10.1.0.0/16"]


def test_another_clinics_imports_are_out_of_reach(house: House, other_house: House) -> None:
    upload = send(house, LOG.encode()).id
    assert queries.import_of(other_house.id, upload) is None
    with pytest.raises(InputRefused):
        services.discard_import(clinic=other_house.id, upload=upload, actor=other_house.actor("privacy_officer"), at=AT)


@pytest.mark.parametrize(
    ("logins", "known", "foreign"),
    [
        (["a", "b"], [], True),
        (["a", "b"], ["a"], False),
        ([str(n) for n in range(14)], [], True),
        ([str(n) for n in range(14)], ["1"], True),
        ([str(n) for n in range(5000)], ["1", "2", "3", "4", "5"], False),
    ],
)
def test_a_log_of_strangers_looks_foreign(logins: list[str], known: list[str], foreign: bool) -> None:
    found = rules.acquaintance(dict.fromkeys(logins, 1), known, True)
    assert found.foreign is foreign
    assert bool(found.sentence) is foreign
    assert not rules.acquaintance(dict.fromkeys(logins, 1), known, False).foreign


def test_how_a_foreign_log_is_told_of() -> None:
    found = rules.acquaintance(dict.fromkeys(map(str, range(14)), 1), [], True)
    assert found.sentence == "This looks like another clinic’s log: none of its 14 logins are known here."


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("workforce.csv", b"", "workforce"),
        ("Patients-2026-03.CSV.gz", b"", "patients"),
        ("export.csv", b"cidr,kind\n", "networks"),
        ("export.csv", b'"patient","family_name"\n', "patients"),
        ("export.csv", HEADER.encode(), "log"),
        ("export.ndjson", b'{"vendor": "v", "name": "n"}\n', "vendors"),
        ("export.csv", b"patient\n", "log"),
        ("patientslog.csv", HEADER.encode(), "log"),
        ("x.gz", b"\x1f\x8b broken", "log"),
    ],
)
def test_a_kind_is_told_by_name_or_header(name: str, head: bytes, kind: str) -> None:
    assert rules.kind_of(name, head, queries.feeds()) == kind
