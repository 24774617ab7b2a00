"""What of FHIR's JSON is read before an answer goes out, and how. The rest is passed over."""

from __future__ import annotations

import msgspec


# What is read here holds no circles, so it is no work for the collector of those.
class Reference(msgspec.Struct, gc=False):
    """A reference to another resource."""

    reference: str | None = None


class Contained(msgspec.Struct, gc=False):
    """A resource within another, and of whom it says that it is."""

    kind: str = msgspec.field(name="resourceType")
    subject: Reference | None = None
    patient: Reference | None = None
    beneficiary: Reference | None = None
    contained: list[msgspec.Raw] | None = None


class Attachment(msgspec.Struct, gc=False):
    """Where bytes lie."""

    url: str | None = None


class Content(msgspec.Struct, gc=False):
    """One form of a document."""

    attachment: Attachment | None = None


class Context(msgspec.Struct, gc=False):
    """At which encounters a document was made."""

    encounter: list[Reference] | None = None


class Item(msgspec.Struct, gc=False):
    """A claim's item, and its encounters."""

    encounter: list[Reference] | None = None


class Resource(msgspec.Struct, gc=False):
    """What says of whom a resource is, of which visit, and what it holds and names."""

    kind: str = msgspec.field(name="resourceType")
    id: str | None = None
    subject: Reference | None = None
    patient: Reference | None = None
    encounter: Reference | None = None
    context: Context | None = None
    item: list[Item] | None = None
    security: Reference | None = msgspec.field(name="securityContext", default=None)
    contained: list[Contained] | None = None
    content: list[Content] | None = None
    forms: list[Attachment] | None = msgspec.field(name="presentedForm", default=None)


class Link(msgspec.Struct, gc=False):
    """A link of a Bundle."""

    relation: str
    url: str


EMPTY = msgspec.Raw()


class Entry(msgspec.Struct, omit_defaults=True, gc=False):
    """An entry of a Bundle as it goes out: what else it had is left out."""

    fullUrl: str | None = None  # noqa: N815  FHIR's own name
    resource: msgspec.Raw = EMPTY
    search: dict[str, str | float] | None = None


class Bundle(msgspec.Struct, omit_defaults=True, gc=False):
    """A Bundle as it goes out, likewise."""

    resourceType: str = ""  # noqa: N815
    id: str | None = None
    type: str = ""
    total: int | None = None
    link: list[Link] | None = None
    entry: list[Entry] | None = None


class SeenEntry(msgspec.Struct, gc=False):
    """An entry of which the resource is judged."""

    resource: Resource
    fullUrl: str | None = None  # noqa: N815
    link: list[Link] | None = None


class SeenBundle(msgspec.Struct, gc=False):
    """A Bundle whose entries are judged."""

    resourceType: str = ""  # noqa: N815
    type: str = ""
    link: msgspec.Raw = EMPTY
    entry: list[SeenEntry] | None = None


read_resource = msgspec.json.Decoder(Resource).decode
read_bundle = msgspec.json.Decoder(Bundle).decode
read_seen = msgspec.json.Decoder(SeenBundle).decode
read_links = msgspec.json.Decoder(list[Link]).decode
encode = msgspec.json.Encoder().encode
