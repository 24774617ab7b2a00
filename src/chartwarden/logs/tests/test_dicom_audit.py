"""DICOM audit messages: the codes against pydicom's, framing, attacks on XML, and what each message means."""

import base64
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.sr.codedict import codes as dicom

from chartwarden.kernel.errors import InputRefused
from chartwarden.logs.contracts import AccessEvent, NotAccess, Quarantined, Source
from chartwarden.logs.formats import _dicom_codes as codes
from chartwarden.logs.formats.dicom_audit import FORMAT

HEADER = b'<85>1 2026-03-02T15:22:01.003Z host app 1 IHE+RFC-3881 [meta@1 x="a>b"] \xef\xbb\xbf'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("dicom")


def rows_of(folder, content, zone="UTC"):
    path = folder / "atna.xml"
    path.write_bytes(content)
    return list(FORMAT.read(Source("atna.xml", path, ZoneInfo(zone))))


def message(event="110110", action="R", patient='ParticipantObjectID="P1"', types=(), who="", extra="", outcome="0"):
    kinds = "".join(f'<EventTypeCode csd-code="{kind}"/>' for kind in types)
    person = (
        f'<ParticipantObjectIdentification ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1" {patient}>'
        '<ParticipantObjectIDTypeCode csd-code="2"/></ParticipantObjectIdentification>'
    )
    return (
        f'<AuditMessage><EventIdentification EventActionCode="{action}" EventDateTime="2026-03-02T09:00:00Z" '
        f'EventOutcomeIndicator="{outcome}"><EventID csd-code="{event}" originalText="x"/>{kinds}</EventIdentification>'
        + (who or '<ActiveParticipant UserID="ana" UserIsRequestor="true"/>')
        + (person if patient else "")
        + extra
        + "</AuditMessage>"
    ).encode()


def only(folder, **parts):
    (row,) = rows_of(folder, message(**parts))
    return row


def group(number):
    return {concept.value: concept.meaning for concept in getattr(dicom, f"cid{number}").concepts.values()}


def test_the_table_is_the_standard_s():
    assert {code: event.name for code, event in codes.EVENTS.items() if code.startswith("11")} == group(400)
    assert {codes.LOGIN: "Login", codes.LOGOUT: "Logout"}.items() <= group(401).items()
    assert group(401)[codes.EMERGENCY_OVERRIDE] == "Emergency Override Started"
    assert set(group(402)) == codes.NOT_PEOPLE
    assert group(402)[codes.DESTINATION_MEDIA] == "Destination Media"
    assert group(404)[codes.STUDY_INSTANCE_UID] == "Study Instance UID"
    assert set(codes.MEDIA) == set(group(405))


@pytest.mark.parametrize("example", FORMAT.examples, ids=[example.title for example in FORMAT.examples])
def test_an_example_becomes_what_it_says(folder, example):
    rows = rows_of(folder, example.content, example.zone)
    events = [row for row in rows if isinstance(row, AccessEvent)]
    assert len(events) == len(example.becomes)
    for event, becomes in zip(events, example.becomes, strict=True):
        for key, value in becomes.items():
            found = getattr(event, key)
            assert (found.isoformat() if key.endswith("_at") and found else found) == value, key
    assert tuple(row.line for row in rows if isinstance(row, Quarantined)) == example.quarantined


@pytest.mark.parametrize(
    ("parts", "action"),
    [
        ({"event": "110102", "action": "E"}, "open"),
        ({"event": "110103", "action": "R"}, "view"),
        ({"event": "110103", "action": "D"}, "delete"),
        ({"event": "110104", "action": "C"}, "create"),
        ({"event": "110105", "action": "D"}, "delete"),
        ({"event": "110106"}, "export"),
        ({"event": "110107", "action": "C"}, "create"),
        ({"event": "110109", "action": "U"}, "edit"),
        ({"event": "110110", "action": "E"}, "open"),
        ({"event": "110111"}, "view"),
        ({"event": "110112", "action": "E"}, "search"),
        ({"event": "110113", "action": "E", "types": ("110127",)}, "open"),
        ({"event": "110114", "action": "E", "types": ("110122",), "patient": ""}, "login"),
        ({"event": "110114", "action": "E", "types": ("110123",), "patient": ""}, "logout"),
        ({"event": "IHE0002", "action": "C"}, "create"),
        ({"event": "something-else", "action": "U"}, "edit"),
    ],
)  # fmt: skip
def test_each_event_has_its_action(folder, parts, action):
    assert only(folder, **parts).action == action


@pytest.mark.parametrize("event", ["110100", "110101", "110108", "110113", "110114", "something-else"])
def test_what_is_no_access_is_named(folder, event):
    row = only(folder, event=event, patient="")
    assert isinstance(row, NotAccess)
    assert row.what == f"DICOM audit: {codes.EVENTS.get(event, codes.UNKNOWN).name}"


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"patient": ""}, "expected a patient in Patient Record"),
        ({"action": "X"}, "EventActionCode; found 'X'"),
        ({"outcome": "7"}, "EventOutcomeIndicator; found '7'"),
        ({"who": '<ActiveParticipant UserID=" "/>'}, "UserID; found nothing"),
    ],
)  # fmt: skip
def test_what_an_access_needs_is_asked_for(folder, parts, says):
    row = only(folder, **parts)
    assert isinstance(row, Quarantined)
    assert says in row.reason


def test_media_tell_a_print_and_a_copy(folder):
    for medium, action in (("110010", "print"), ("110033", "copy"), ("110031", "export"), ("999", "export")):
        media = f'<MediaIdentifier><MediaType csd-code="{medium}"/></MediaIdentifier>'
        who = (
            f'<ActiveParticipant UserID="tray" UserIsRequestor="true">{media}</ActiveParticipant>'
            '<ActiveParticipant UserID="ana" UserIsRequestor="false"/>'
        )
        row = only(folder, event="110106", who=who)
        assert (row.action, row.actor) == (action, "ana")


def test_the_person_is_the_actor_and_the_program_lends_its_address(folder):
    program = (
        '<ActiveParticipant UserID="app" UserIsRequestor="true" NetworkAccessPointTypeCode="2" '
        'NetworkAccessPointID="10.0.0.9"><RoleIDCode csd-code="110150"/></ActiveParticipant>'
    )
    person = '<ActiveParticipant UserID="ana" UserIsRequestor="false"/>'
    assert only(folder, who=program + person).actor == "ana"
    assert only(folder, who=program + person).address == "10.0.0.9"
    assert only(folder, who=program).actor == "app"
    user = (
        '<ParticipantObjectIdentification ParticipantObjectID="ben" ParticipantObjectTypeCode="1" '
        'ParticipantObjectTypeCodeRole="6"><ParticipantObjectIDTypeCode code="11"/></ParticipantObjectIdentification>'
    )
    assert only(folder, who=program, extra=user).actor == "ben"


def test_a_patient_with_a_name_only_is_a_hint(folder):
    row = only(folder, patient="", extra=(
        '<ParticipantObjectIdentification ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1">'
        "<ParticipantObjectName>Doe^Jane^^</ParticipantObjectName></ParticipantObjectIdentification>"
    ))  # fmt: skip
    assert (row.patient, row.patient_hint) == (None, "Doe|Jane|||")


def test_a_sender_s_own_code_is_known_by_its_name(folder):
    raw = message().replace(b'csd-code="110110" originalText="x"', b'code="own" displayName="patient record"')
    assert rows_of(folder, raw)[0].action == "view"


@pytest.mark.parametrize(
    ("payload", "query"),
    [
        (base64.b64encode("<livingSubjectName>Müller</livingSubjectName>".encode()), None),
        (base64.b64encode(b"\x10\x00\x10\x00PN\x08\x00DOE^JANE\x00\x01"), "DOE^JANE"),
        (b"not base64!", "not base64!"),
    ],
)
def test_a_query_is_read(folder, payload, query):
    extra = (
        '<ParticipantObjectIdentification ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="24">'
        f"<ParticipantObjectQuery>{payload.decode()}</ParticipantObjectQuery></ParticipantObjectIdentification>"
    )
    found = only(folder, event="110112", action="E", extra=extra, patient="").query
    assert found == (query or base64.b64decode(payload).decode())


BOMB = b'<!DOCTYPE z [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">\n<!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    "attack",
    [
        BOMB + message(patient='ParticipantObjectID="&c;"'),
        b'<?xml version="1.0"?>\n' + BOMB + b"\n" + message(patient='ParticipantObjectID="&c;"'),
        b'<!DOCTYPE AuditMessage SYSTEM "file:///etc/passwd">' + message(),
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1/x">]>' + message(patient='ParticipantObjectID="&x;"'),
        b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1/p"> %p;]>' + message(),
        message().replace(b"<EventIdentification", BOMB + b"<EventIdentification", 1),
        message(patient='ParticipantObjectID="&undefined;"'),
        b"<!-- hidden " + message(),
        message().replace(b"</AuditMessage>", b"<a>" * 300_000 + b"</a>" * 300_000 + b"</AuditMessage>"),
        message().replace(b"</AuditMessage>", b"<a>" * 100 + b"</a>" * 100 + b"</AuditMessage>"),
        message().replace(b"UserID", b'x="' + b"y" * (10 << 20) + b'" UserID', 1),
        message().replace(b'"ana"', b'"an\xff"'),
        message().replace(b'"ana"', b'"an\0"'),
        message()[:150],
        message()[150:],
    ],
)
def test_attacks_and_broken_messages_are_quarantined_and_their_neighbours_read(folder, attack):
    first, last = message(patient='ParticipantObjectID="first"'), message(patient='ParticipantObjectID="last"')
    for header in (b"", HEADER):
        rows = rows_of(folder, header + first + b"\n" + header + attack + b"\n" + header + last + b"\n")
        assert [row.patient for row in rows if isinstance(row, AccessEvent)] == ["first", "last"]
        assert len(rows) == 3
        assert "expected" in rows[1].reason


def test_wrappers_namespaces_and_encodings(folder):
    inner = message(patient='ParticipantObjectID="P1" xsi:nil="false"').replace(b"AuditMessage>", b"at:AuditMessage>")
    raw = b'<?xml version="1.0" encoding="ISO-8859-1"?>\n<!-- all --><w xmlns:at="urn:x">\n' + inner + b"\n</w>"
    assert [row.patient for row in rows_of(folder, raw)] == ["P1"]
    assert [row.actor for row in rows_of(folder, raw.replace(b'"ana"', b'"an\xe9"'))] == ["ané"]


def test_syslog_without_audit_message_and_other_text_are_told(folder):
    other = b"<13>1 2026-03-02T15:00:00Z host cron - - - job done\n"
    rows = rows_of(folder, other + HEADER + message() + b"\nstray words\n" + HEADER + message() + b"\n" + other)
    assert [(row.line, type(row).__name__) for row in rows] == [
        (1, "NotAccess"), (2, "AccessEvent"), (3, "Quarantined"), (4, "AccessEvent"), (5, "NotAccess"),
    ]  # fmt: skip
    assert rows[1].recorded_at.isoformat() == "2026-03-02T15:22:01.003000"


def test_a_header_on_its_own_line_belongs_to_its_message(folder):
    raw = b'<13>2026-03-02T09:00:00+00:00 host\n<?xml version="1.0" encoding="ASCII"?>\n ' + message()
    assert [row.line for row in rows_of(folder, raw + raw)] == [3, 5]


def test_an_empty_file_is_refused(folder):
    with pytest.raises(InputRefused, match="expected DICOM audit messages; found an empty file"):
        rows_of(folder, b"")


@given(edits=st.lists(st.tuples(st.integers(0, 5000), st.binary(max_size=6), st.integers(0, 6)), max_size=5))
def test_mutations_cost_only_the_message_they_hit(folder, edits):
    middle = HEADER + message(patient='ParticipantObjectID="middle"')
    for place, raw, drop in edits:
        at = place % (len(middle) + 1)
        middle = middle[:at] + raw + middle[at + drop :]
    first, last = message(patient='ParticipantObjectID="first"'), message(patient='ParticipantObjectID="last"')
    rows = rows_of(folder, HEADER + first + b"\n" + middle + b"\n" + HEADER + last + b"\n")
    patients = [row.patient for row in rows if isinstance(row, AccessEvent)]
    assert patients[0] == "first"
    assert patients[-1] == "last"
    assert [row.line for row in rows] == sorted(row.line for row in rows)


@given(raw=st.binary(max_size=400), counted=st.booleans())
def test_any_bytes_between_messages_are_told_and_harmless(folder, raw, counted):
    whole = HEADER + message()
    framed = (b"%d " % len(whole) + whole) if counted else whole
    rows = rows_of(folder, framed + b"\n" + raw.replace(b"AuditMessage", b"") + b"\n" + framed)
    assert sum(isinstance(row, AccessEvent) for row in rows) == 2
