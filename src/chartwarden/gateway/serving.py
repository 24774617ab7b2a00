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
from chartwarden.gateway.exact import NotServed, objects, resources_in, said_once
from chartwarden.gateway.replies import notice
from chartwarden.gateway.shapes import (
    Contained,
    Entry,
    Link,
    Reference,
    Resource,
    encode,
    read_bundle,
    read_links,
    read_resource,
    read_seen,
)
from chartwarden.gateway.wording import not_opened

OF_WHOM = {
    "AllergyIntolerance": "patient", "Claim": "patient", "ClaimResponse": "patient", "Immunization": "patient",
}  # fmt: skip
"""The element that says whose a resource is; in all other types it is ``subject``."""
BY_ID = frozenset({PATIENT, ENCOUNTER, BINARY})
OUTCOME = "OperationOutcome"
HOLDERS = frozenset({PATIENT, "Person", "Group", "Bundle", "Parameters", "List"})
"""What no resource may contain: whoever it tells of, it could be anybody."""
SHUT, ELSEWHERE = "record_class", "other_encounter"
"""Why something of the patient's is not served that the policy does not open: its class, its encounter."""
FURTHER = frozenset({"previous", "prev", "next"})
PAGES = FURTHER | {"first", "last"}
CLASSES = len(RecordClass)
NAMED = re.compile(rb'"resourceType"\s*:', re.IGNORECASE)
"""The name of an element; text may say the same word."""
VERSION = re.compile(r"/_history/[A-Za-z0-9.-]{1,64}\Z")


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
            resource = said_once(body)
            one = encode(resource)
            binaries = _judged(resource, one, expected, base)
            if not _is_opened(resource, expected):
                raise NotServed(SHUT)
            return Served(_led_back(one, base, ours), tuple(binaries))
        quick = _is_plain_text(body, expected) and _passed_on(body, expected, base, ours, page)
        return quick or _put_together(body, expected, base, ours, page)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise NotServed("unreadable") from None


def _is_plain_text(body: bytes, expected: Expected) -> bool:
    """Whether an answer can be judged without taking it apart: all of its kind is opened, every name in it is written
    in one way, and wherever it names a patient, or an encounter where one alone opens, it names the expected one."""
    if not expected.opens_wholly or expected.kind in BY_ID:
        return False
    if b"\\" in body and (b"\\u" in body or b"\\/" in body):
        return False
    named = {PATIENT: expected.patient, **({} if expected.within is None else {ENCOUNTER: expected.within})}
    counts = ((f"{kind}/".encode(), f'{kind}/{identity}"'.encode()) for kind, identity in named.items())
    return all(body.count(any_) == body.count(expected_) for any_, expected_ in counts)


def _passed_on(body: bytes, expected: Expected, base: str, ours: str, page: Callable[[str], str]) -> Served | None:
    """A search's answer as it came, with our addresses in it: the usual case, read once. None where it must be put
    together anew: an entry has an address that is not the EHR's, or links of its own, something is contained, or more
    resources are there than were read, or more that says of whom they are. JSON may give a name twice, and readers then
    differ in which they take.
    """
    bundle = read_seen(body)
    if bundle.resourceType != "Bundle" or bundle.type != "searchset":
        raise NotServed("unreadable")
    entries, beginning = bundle.entry or [], f"{base}/"
    is_plain = _plainly(expected)
    binaries: list[str] = []
    for entry in entries:
        if (entry.fullUrl is not None and not entry.fullUrl.startswith(beginning)) or entry.link is not None:
            return None
        if is_plain(entry.resource):
            continue
        if entry.resource.contained:
            return None
        if entry.resource.kind != OUTCOME:
            binaries += _of_patient(entry.resource, expected, base)
        elif entry.fullUrl is not None:
            return None  # nothing of ours lies there
    resources, whose = 1 + len(entries), OF_WHOM.get(expected.kind, "subject")
    if body.lower().count(b'"resourcetype"') != resources and len(NAMED.findall(body)) != resources:
        return None
    if body.count(f'"{whose}"'.encode()) > len(entries):
        return None
    theirs = bytes(bundle.link)
    links = read_links(theirs) if theirs else None
    if not links:
        return Served(_led_back(body, base, ours), tuple(binaries))
    before, _, after = body.partition(theirs)
    led = encode(_led_links(links, expected, base, ours, page))
    return Served(_led_back(before, base, ours) + led + _led_back(after, base, ours), tuple(binaries))


def _put_together(body: bytes, expected: Expected, base: str, ours: str, page: Callable[[str], str]) -> Served:
    """A search's answer made anew from those of its parts that are known and opened.

    Whether something was left out is not said, since whoever searches by a code could find out what there is: where a
    type may be of a class that is shut, each answer says so.
    """
    whole = said_once(body)
    bundle = read_bundle(encode(whole))
    if bundle.resourceType != "Bundle" or bundle.type != "searchset":
        raise NotServed("unreadable")
    binaries: list[str] = []
    kept, left_out = [], 0
    for entry, given in zip(bundle.entry or (), whole.get("entry") or (), strict=True):
        one, full = bytes(entry.resource), ""
        if not one:
            raise NotServed("unreadable")
        resource = given["resource"]
        if isinstance(resource, dict) and resource.get("resourceType") == OUTCOME:
            _holds_none_other(resource, one, None, expected.patient, base)
        else:
            named, full = _judged(resource, one, expected, base), entry.fullUrl or ""
            if not _is_opened(resource, expected):
                left_out += 1
                continue
            binaries += named
        entry.fullUrl = ours + full.removeprefix(base) if full.startswith(f"{base}/") else None
        entry.resource = msgspec.Raw(_led_back(one, base, ours))
        kept.append(entry)
    if not expected.opens_wholly:
        kept.append(Entry(None, msgspec.Raw(notice(not_opened(expected.scope))), {"mode": "outcome"}))
        is_page = any(link.relation in FURTHER for link in bundle.link or ())
        bundle.total = None if bundle.total is None or is_page else max(bundle.total - left_out, 0)
    bundle.entry = kept or bundle.entry
    if bundle.link:
        bundle.link = _led_links(bundle.link, expected, base, ours, page)
    return Served(encode(bundle), tuple(binaries))


def _judged(resource: dict[str, Any], encoded: bytes, expected: Expected, base: str) -> list[str]:
    """The Binaries that a resource names, read with care: every resource that it holds is looked at, however deep it
    lies and however its name is written. ``encoded`` is the same as it will be served. Raises NotServed where it is not
    the patient's own, or holds what could be somebody else's.
    """
    one = read_resource(encoded)
    binaries = _of_patient(one, expected, base)
    _holds_none_other(resource, encoded, one.contained, expected.patient, base)
    return binaries


def _holds_none_other(
    resource: dict[str, Any], encoded: bytes, contained: list[Contained] | None, patient: str, base: str
) -> None:
    """Raise NotServed where a resource holds others than those ``contained`` in it, or these name another patient."""
    if resources_in(encoded) != 1 + len(contained or ()):
        raise NotServed("outside")
    for inner in objects(resource["contained"] if contained else None):
        named = inner.get("reference")
        if isinstance(named, str) and _names_other(Reference(named), patient, base):
            raise NotServed("outside")


def _is_opened(resource: dict[str, Any], expected: Expected) -> bool:
    """Whether the policy opens the class that a resource is of (45 CFR 164.514(d)(2))."""
    return expected.opens_wholly or record_class(resource) in expected.scope.classes


def _led_links(links: list[Link], expected: Expected, base: str, ours: str, page: Callable[[str], str]) -> list[Link]:
    """This page by our address, and the further ones that are the EHR's; others go."""
    found = [Link("self", f"{ours}/{expected.own or expected.kind}")]
    for link in links:
        if link.relation in PAGES and (behind := _behind(link.url, base)) is not None:
            found.append(Link(link.relation, page(behind)))
    return found


def _plainly(expected: Expected) -> Callable[[Resource], bool]:
    """Whether a resource is what is expected in so many words, and holds nothing further. Most are, and this is quick.
    Those that name nobody else but are who they are by their own id are never plain."""
    kind, within = expected.kind, expected.within
    if kind in BY_ID:
        return lambda _: False
    whose = attrgetter(OF_WHOM.get(kind, "subject"))
    patient, encounter = f"{PATIENT}/{expected.patient}", f"{ENCOUNTER}/{within}"

    def is_plain(one: Resource) -> bool:
        return bool(
            one.kind == kind
            and one.id
            and (said := whose(one)) is not None
            and said.reference == patient
            and (within is None or (one.encounter is not None and one.encounter.reference == encounter))
            and not (one.contained or one.content or one.forms)
        )

    return is_plain


def _of_patient(one: Resource, expected: Expected, base: str) -> list[str]:
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


def _permitted(one: Resource, expected: Expected, base: str) -> bool:
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


def _strays(inner: Contained, patient: str, base: str) -> bool:
    """Whether what is contained could be of anybody, contains more, or is of another patient."""
    references = (inner.subject, inner.patient, inner.beneficiary)
    named = any(_names_other(one, patient, base) for one in references if one is not None)
    return inner.kind in HOLDERS or bool(inner.contained) or named


def _is_patient(reference: Reference | None, patient: str, base: str) -> bool:
    return _is(reference, PATIENT, patient, base)


def _is(reference: Reference | None, kind: str, identity: str, base: str) -> bool:
    """Whether it is a reference to this resource of the EHR's, of whatever version."""
    if reference is None or reference.reference is None:
        return False
    expected = f"{kind}/{identity}"
    if reference.reference == expected:
        return True
    return VERSION.sub("", reference.reference).removeprefix(f"{base}/") == expected


def _names_other(reference: Reference, patient: str, base: str) -> bool:
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
