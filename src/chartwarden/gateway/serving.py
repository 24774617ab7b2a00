"""An answer of the EHR, checked before a byte of it goes out, and its links led back to us. Pure.

Each resource must say of whom it is, and must be of the patient asked for; so must each entry of a Bundle. One that is
not spoils the whole answer: an EHR that mixes patients up is not served from at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from chartwarden.gateway.compartment import BINARY, ENCOUNTER, OF_PATIENT, PATIENT

OF_WHOM = {
    "AllergyIntolerance": "patient", "Claim": "patient", "ClaimResponse": "patient", "Immunization": "patient",
}  # fmt: skip
"""The element that says whose a resource is; in all other types it is ``subject``."""
OUTCOME = "OperationOutcome"
PAGES = frozenset({"first", "previous", "prev", "next", "last"})
VERSION = re.compile(r"/_history/[A-Za-z0-9.-]{1,64}\Z")


class _Reference(msgspec.Struct):
    reference: str | None = None


class _Contained(msgspec.Struct):
    kind: str = msgspec.field(name="resourceType")
    subject: _Reference | None = None
    patient: _Reference | None = None
    beneficiary: _Reference | None = None
    contained: list[msgspec.Raw] | None = None


class _Attachment(msgspec.Struct):
    url: str | None = None


class _Content(msgspec.Struct):
    attachment: _Attachment | None = None


class _Context(msgspec.Struct):
    encounter: list[_Reference] | None = None


class _Item(msgspec.Struct):
    encounter: list[_Reference] | None = None


class _Resource(msgspec.Struct):
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


class _Link(msgspec.Struct):
    relation: str
    url: str


EMPTY = msgspec.Raw()


class _Entry(msgspec.Struct, omit_defaults=True):
    fullUrl: str | None = None  # noqa: N815  FHIR's own name
    resource: msgspec.Raw = EMPTY
    search: dict[str, str | float] | None = None


class _Bundle(msgspec.Struct, omit_defaults=True):
    resourceType: str = ""  # noqa: N815
    id: str | None = None
    type: str = ""
    total: int | None = None
    link: list[_Link] | None = None
    entry: list[_Entry] | None = None


class _Kind(msgspec.Struct):
    resourceType: str  # noqa: N815


_kind = msgspec.json.Decoder(_Kind).decode
_resource = msgspec.json.Decoder(_Resource).decode
_bundle = msgspec.json.Decoder(_Bundle).decode
_encode = msgspec.json.Encoder().encode


class NotServed(Exception):
    """An answer that may not go out. ``why`` is a word for the ledger: ``unreadable`` or ``outside``."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer must be: of this ``patient``, of this ``kind``, one resource (its ``identity``) or a Bundle.

    ``within``: of this encounter alone; None: of the whole record.
    """

    patient: str
    kind: str
    identity: str = ""
    within: str | None = None


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
            binaries = tuple(_of_patient(body, expected, base))
            return Served(_led_back(body, base, ours), binaries)
        return _checked_bundle(body, expected, base, ours, page)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotServed("unreadable") from None


def _checked_bundle(body: bytes, expected: Expected, base: str, ours: str, page: Callable[[str], str]) -> Served:
    bundle = _bundle(body)
    if bundle.resourceType != "Bundle" or bundle.type != "searchset":
        raise NotServed("unreadable")
    binaries: list[str] = []
    for entry in bundle.entry or ():
        if not bytes(entry.resource):
            raise NotServed("unreadable")
        if _kind(entry.resource).resourceType == OUTCOME:
            entry.fullUrl = None
            continue
        binaries += _of_patient(entry.resource, expected, base)
        entry.resource = msgspec.Raw(_led_back(bytes(entry.resource), base, ours))
        full = entry.fullUrl or ""
        entry.fullUrl = ours + full.removeprefix(base) if full.startswith(f"{base}/") else None
    links = [(link, _behind(link.url, base)) for link in bundle.link or () if link.relation in PAGES]
    bundle.link = [_Link(link.relation, page(behind)) for link, behind in links if behind is not None]
    return Served(_encode(bundle), tuple(binaries))


def _of_patient(body: bytes | msgspec.Raw, expected: Expected, base: str) -> Iterator[str]:
    """The Binaries that a resource names. Raises NotServed where it isn't the patient's own."""
    one = _resource(body)
    if one.kind != expected.kind or not one.id or (expected.identity and one.id != expected.identity):
        raise NotServed("outside")
    if one.kind == PATIENT:
        whole = one.id == expected.patient
    elif one.kind == BINARY:
        whole = one.security is None or not _names_other(one.security, expected.patient, base)
    else:
        whole = _is_patient(getattr(one, OF_WHOM.get(one.kind, "subject")), expected.patient, base)
    if not whole or any(_strays(inner, expected.patient, base) for inner in one.contained or ()):
        raise NotServed("outside")
    if not _permitted(one, expected, base):
        raise NotServed("outside")
    urls = [content.attachment.url for content in one.content or () if content.attachment]
    urls += [form.url for form in one.forms or ()]
    return (found for url in urls if url and (found := _binary(url, base)))


def _permitted(one: _Resource, expected: Expected, base: str) -> bool:
    """Whether the clinic's policy gives this resource of the patient's: the place for what it says of encounters and,
    once they are told apart here, of classes of the record (45 CFR 164.514(d)(2)).

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
    return VERSION.sub("", reference.reference).removeprefix(f"{base}/") == f"{kind}/{identity}"


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
