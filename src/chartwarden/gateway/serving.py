"""An answer of the EHR, checked before a byte of it goes out, and its links led back to us. Pure.

Each resource must say of whom it is, and must be of the patient asked for; so must each entry of a Bundle. One that is
not spoils the whole answer: an EHR that mixes patients up is not served from at all. What is the patient's, but of a
class of the record that the clinic's policy does not open, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import msgspec

from chartwarden.assignments.contracts import RecordClass, Scope
from chartwarden.gateway.classes import can_be, record_class
from chartwarden.gateway.compartment import BINARY, ENCOUNTER, OF_PATIENT, PATIENT
from chartwarden.gateway.contracts import WHOLE
from chartwarden.gateway.replies import notice
from chartwarden.gateway.wording import not_opened

OF_WHOM = {
    "AllergyIntolerance": "patient", "Claim": "patient", "ClaimResponse": "patient", "Immunization": "patient",
}  # fmt: skip
"""The element that says whose a resource is; in all other types it is ``subject``."""
BY_ID = frozenset({PATIENT, ENCOUNTER, BINARY})
OUTCOME = "OperationOutcome"
SHUT, ELSEWHERE = "record_class", "other_encounter"
"""Why something of the patient's is not served that the policy does not open: its class, its encounter."""
FURTHER = frozenset({"previous", "prev", "next"})
PAGES = FURTHER | {"first", "last"}
CLASSES = len(RecordClass)
NAMED = re.compile(rb'"resourceType"\s*:')
"""The name of an element; text may say the same word."""
VERSION = re.compile(r"/_history/[A-Za-z0-9.-]{1,64}\Z")


# What is read here holds no circles, so it is no work for the collector of those.
class _Reference(msgspec.Struct, gc=False):
    reference: str | None = None


class _Contained(msgspec.Struct, gc=False):
    kind: str = msgspec.field(name="resourceType")
    subject: _Reference | None = None
    patient: _Reference | None = None
    beneficiary: _Reference | None = None
    contained: list[msgspec.Raw] | None = None


class _Attachment(msgspec.Struct, gc=False):
    url: str | None = None


class _Content(msgspec.Struct, gc=False):
    attachment: _Attachment | None = None


class _Context(msgspec.Struct, gc=False):
    encounter: list[_Reference] | None = None


class _Item(msgspec.Struct, gc=False):
    encounter: list[_Reference] | None = None


class _Resource(msgspec.Struct, gc=False):
    kind: str = msgspec.field(name="resourceType")
    id: str | None = None
    subject: _Reference | None = None
    patient: _Reference | None = None
    encounter: _Reference | None = None
    context: _Context | None = None
    item: list[_Item] | None = None
    security: _Reference | None = msgspec.field(name="securityContext", default=None)
    contained: list[_Contained] | None = None
    content: list[_Content] | None = None
    forms: list[_Attachment] | None = msgspec.field(name="presentedForm", default=None)


class _Link(msgspec.Struct, gc=False):
    relation: str
    url: str


EMPTY = msgspec.Raw()


class _Entry(msgspec.Struct, omit_defaults=True, gc=False):
    fullUrl: str | None = None  # noqa: N815  FHIR's own name
    resource: msgspec.Raw = EMPTY
    search: dict[str, str | float] | None = None


class _Bundle(msgspec.Struct, omit_defaults=True, gc=False):
    resourceType: str = ""  # noqa: N815
    id: str | None = None
    type: str = ""
    total: int | None = None
    link: list[_Link] | None = None
    entry: list[_Entry] | None = None


class _SeenEntry(msgspec.Struct, gc=False):
    resource: _Resource
    fullUrl: str | None = None  # noqa: N815
    link: list[_Link] | None = None


class _SeenBundle(msgspec.Struct, gc=False):
    resourceType: str = ""  # noqa: N815
    type: str = ""
    link: msgspec.Raw = EMPTY
    entry: list[_SeenEntry] | None = None


_resource = msgspec.json.Decoder(_Resource).decode
_bundle = msgspec.json.Decoder(_Bundle).decode
_seen = msgspec.json.Decoder(_SeenBundle).decode
_links = msgspec.json.Decoder(list[_Link]).decode
_encode = msgspec.json.Encoder().encode
_exactly = msgspec.json.Decoder(dict[str, Any], float_hook=msgspec.Raw).decode


class NotServed(Exception):
    """An answer that may not go out. ``why`` is a word for the ledger: unreadable, outside, SHUT or ELSEWHERE."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer must be: of this ``patient``, of this ``kind``, one resource (its ``identity``) or a Bundle.

    ``within``: of this encounter alone; None: of the whole record. ``own``: what was searched for, behind our base.
    ``scope`` says of which classes of the record.
    """

    patient: str
    kind: str
    identity: str = ""
    within: str | None = None
    own: str = ""
    scope: Scope = WHOLE

    @property
    def opens_wholly(self) -> bool:
        """Whether the policy opens all that is of this kind. An attachment opens by its document."""
        classes = self.scope.classes
        return len(classes) == CLASSES or self.kind == BINARY or can_be(self.kind) <= classes


@dataclass(frozen=True, slots=True)
class Served:
    """The bytes that may go out, and the ids of the Binaries that the served resources name."""

    body: bytes
    binaries: tuple[str, ...] = ()


def checked(body: bytes, expected: Expected, base: str, ours: str, page: Callable[[str], str]) -> Served:
    """An answer as it may go out. ``base`` is the EHR's and ``ours`` the assignment's, neither ends with a slash.

    ``page`` turns an address of the EHR, behind its base, into ours. Raises NotServed.
    """
    try:
        if expected.identity:
            is_opened = True
            if not expected.opens_wholly:
                said, body = _said_once(body)
                is_opened = record_class(said) in expected.scope.classes
            one = _resource(body)
            _hides_nothing(body, 1 + len(one.contained or ()))
            binaries = tuple(_of_patient(one, expected, base))
            if not is_opened:
                raise NotServed(SHUT)
            return Served(_led_back(body, base, ours), binaries)
        if not expected.opens_wholly or (b"\\" in body and b"\\u" in body):  # escapes: names in more than one form
            return _put_together(body, expected, base, ours, page)
        return _passed_on(body, expected, base, ours, page) or _put_together(body, expected, base, ours, page)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotServed("unreadable") from None


def _passed_on(body: bytes, expected: Expected, base: str, ours: str, page: Callable[[str], str]) -> Served | None:
    """A search's answer as it came, with our addresses in it: the usual case, read once. None where an entry has an
    address that is not the EHR's, or links of its own, so that the answer must be put together anew.
    """
    bundle = _seen(body)
    if bundle.resourceType != "Bundle" or bundle.type != "searchset":
        raise NotServed("unreadable")
    entries, beginning = bundle.entry or [], f"{base}/"
    resources, is_plain = 1 + len(entries), _plainly(expected)
    binaries: list[str] = []
    for entry in entries:
        if (entry.fullUrl is not None and not entry.fullUrl.startswith(beginning)) or entry.link is not None:
            return None
        if is_plain(entry.resource):
            continue
        resources += len(entry.resource.contained or ())
        if entry.resource.kind != OUTCOME:
            binaries += _of_patient(entry.resource, expected, base)
        elif entry.fullUrl is not None:
            return None  # nothing of ours lies there
    _hides_nothing(body, resources)
    theirs = bytes(bundle.link)
    links = _links(theirs) if theirs else None
    if not links:
        return Served(_led_back(body, base, ours), tuple(binaries))
    before, _, after = body.partition(theirs)
    led = _encode(_led_links(links, expected, base, ours, page))
    return Served(_led_back(before, base, ours) + led + _led_back(after, base, ours), tuple(binaries))


def _put_together(body: bytes, expected: Expected, base: str, ours: str, page: Callable[[str], str]) -> Served:
    """A search's answer made anew from those of its parts that are known and opened.

    Whether something was left out is not said, since whoever searches by a code could find out what there is: where a
    type may be of a class that is shut, each answer says so.
    """
    bundle = _bundle(body)
    if bundle.resourceType != "Bundle" or bundle.type != "searchset":
        raise NotServed("unreadable")
    binaries: list[str] = []
    kept, left_out, is_whole = [], 0, expected.opens_wholly
    for entry in bundle.entry or ():
        if not bytes(entry.resource):
            raise NotServed("unreadable")
        said, resource = _said_once(bytes(entry.resource))
        full = ""
        if said.get("resourceType") != OUTCOME:
            named, full = _of_patient(_resource(resource), expected, base), entry.fullUrl or ""
            if not is_whole and record_class(said) not in expected.scope.classes:
                left_out += 1
                continue
            binaries += named
        entry.fullUrl = ours + full.removeprefix(base) if full.startswith(f"{base}/") else None
        entry.resource = msgspec.Raw(_led_back(resource, base, ours))
        kept.append(entry)
    if not is_whole:
        kept.append(_Entry(None, msgspec.Raw(notice(not_opened(expected.scope))), {"mode": "outcome"}))
        is_page = any(link.relation in FURTHER for link in bundle.link or ())
        bundle.total = None if bundle.total is None or is_page else max(bundle.total - left_out, 0)
    bundle.entry = kept or bundle.entry
    if bundle.link:
        bundle.link = _led_links(bundle.link, expected, base, ours, page)
    return Served(_encode(bundle), tuple(binaries))


def _said_once(body: bytes) -> tuple[dict[str, Any], bytes]:
    """A resource in which nothing is given twice, since what is judged must be what is served; numbers stay as they are
    written. Read and as bytes.
    """
    said = _exactly(body)
    return said, _encode(said)


def _led_links(links: list[_Link], expected: Expected, base: str, ours: str, page: Callable[[str], str]) -> list[_Link]:
    """This page by our address, and the further ones that are the EHR's; others go."""
    found = [_Link("self", f"{ours}/{expected.own or expected.kind}")]
    for link in links:
        if link.relation in PAGES and (behind := _behind(link.url, base)) is not None:
            found.append(_Link(link.relation, page(behind)))
    return found


def _hides_nothing(body: bytes, resources: int) -> None:
    """Raise NotServed where there are more resources than were read: JSON may give a name twice, and readers then
    differ in which they take.
    """
    if body.count(b'"resourceType"') > resources and len(NAMED.findall(body)) > resources:
        raise NotServed("outside")


def _plainly(expected: Expected) -> Callable[[_Resource], bool]:
    """Whether a resource is what is expected in so many words, and holds nothing further. Most are, and this is quick.
    Those that name nobody else but are who they are by their own id are never plain."""
    kind, within = expected.kind, expected.within
    if kind in BY_ID:
        return lambda _: False
    whose = attrgetter(OF_WHOM.get(kind, "subject"))
    patient, encounter = f"{PATIENT}/{expected.patient}", f"{ENCOUNTER}/{within}"

    def is_plain(one: _Resource) -> bool:
        return bool(
            one.kind == kind
            and one.id
            and (said := whose(one)) is not None
            and said.reference == patient
            and (within is None or (one.encounter is not None and one.encounter.reference == encounter))
            and not (one.contained or one.content or one.forms)
        )

    return is_plain


def _of_patient(one: _Resource, expected: Expected, base: str) -> list[str]:
    """The Binaries that a resource names. Raises NotServed where it isn't the patient's own."""
    if one.kind != expected.kind or not one.id or (expected.identity and one.id != expected.identity):
        raise NotServed("outside")
    if one.kind == PATIENT:
        whole = one.id == expected.patient
    elif one.kind == BINARY:
        whole = one.security is None or not _names_other(one.security, expected.patient, base)
    else:
        whole = _is_patient(getattr(one, OF_WHOM.get(one.kind, "subject")), expected.patient, base)
    if not whole:
        raise NotServed("outside")
    if not _permitted(one, expected, base):  # no server answers a search for one encounter with another's
        raise NotServed(ELSEWHERE if expected.identity else "outside")
    if one.contained and any(_strays(inner, expected.patient, base) for inner in one.contained):
        raise NotServed("outside")
    if not one.content and not one.forms:
        return []
    urls = [content.attachment.url for content in one.content or () if content.attachment]
    urls += [form.url for form in one.forms or ()]
    return [found for url in urls if url and (found := _binary(url, base))]


def _permitted(one: _Resource, expected: Expected, base: str) -> bool:
    """Whether a resource of the patient's is of the encounter that the clinic's policy opens, where it opens one alone.

    A document that belongs to several encounters belongs to each.
    """
    if expected.within is None or one.kind in OF_PATIENT or one.kind == BINARY:
        return True
    if one.kind == ENCOUNTER:
        return one.id == expected.within
    named = [one.encounter] if one.encounter else []
    named += (one.context.encounter or []) if one.context else []
    named += [found for item in one.item or () for found in item.encounter or ()]
    return any(_is(found, ENCOUNTER, expected.within, base) for found in named)


def _strays(inner: _Contained, patient: str, base: str) -> bool:
    """Whether what is contained is a patient, contains more, or is of another patient."""
    references = (inner.subject, inner.patient, inner.beneficiary)
    named = any(_names_other(one, patient, base) for one in references if one is not None)
    return inner.kind == PATIENT or bool(inner.contained) or named


def _is_patient(reference: _Reference | None, patient: str, base: str) -> bool:
    return _is(reference, PATIENT, patient, base)


def _is(reference: _Reference | None, kind: str, identity: str, base: str) -> bool:
    """Whether it is a reference to this resource of the EHR's, of whatever version."""
    if reference is None or reference.reference is None:
        return False
    expected = f"{kind}/{identity}"
    if reference.reference == expected:
        return True
    return VERSION.sub("", reference.reference).removeprefix(f"{base}/") == expected


def _names_other(reference: _Reference, patient: str, base: str) -> bool:
    """Whether it is a reference to any patient but this one."""
    return f"{PATIENT}/" in (reference.reference or "") and not _is_patient(reference, patient, base)


def _binary(url: str, base: str) -> str:
    """The id of a Binary of the EHR; nothing for any other address."""
    kind, _, identity = VERSION.sub("", url).removeprefix(f"{base}/").partition("/")
    return identity if kind == BINARY and re.fullmatch(r"[A-Za-z0-9.-]{1,64}", identity) else ""


def _behind(url: str, base: str) -> str | None:
    """What follows the EHR's base: of a relative address all of it, of one that lies elsewhere None."""
    found = url.removeprefix(base) if url.startswith((f"{base}/", f"{base}?")) else None
    path = (found or "").partition("?")[0]
    return None if found is None or ".." in path or "//" in path or "%" in path else found


def _led_back(body: bytes, base: str, ours: str) -> bytes:
    """Addresses of the EHR within a resource become ours: whoever follows one comes back through the gateway."""
    return body.replace(f'"{base}/'.encode(), f'"{ours}/'.encode())
