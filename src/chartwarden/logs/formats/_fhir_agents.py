"""Who acted, at which machine, from where, and to what purpose.

The actor is the first agent with ``requestor`` true that is no system; else the first with ``requestor`` true; else
the first that is no system; else the client; else the first. A system is an agent in one of DICOM's roles of
machines (110150–110155) or whose ``who`` is a Device, Organization, HealthcareService or Endpoint.

The actor's login is, in this order: ``altId`` ("a user identifier text string from an authentication system", R4),
``who.identifier.value`` (an OAuth subject or SAML NameID, IHE BALP), the id in ``who.reference``, ``name``,
``who.display``.

The client is the agent in the role of the machine at which it was done: where something is looked at, the one that
receives (110152), else the one that sends (110153), as IHE BALP has it. Its name is the device, unless it is the actor
itself. Where that names none and the audit source is a user's device (``source.type`` 1), the observer is the device.
"""

from __future__ import annotations

from chartwarden.logs.formats._fhir_codes import (
    RECEIVES,
    SENDS,
    SOURCE_USER_DEVICE,
    SYSTEM_RESOURCES,
    SYSTEM_ROLES,
)
from chartwarden.logs.formats._fhir_contained import identifier, resolve
from chartwarden.logs.formats._fhir_records import Agent, AuditEvent, Reference, Source
from chartwarden.logs.formats._fhir_values import Wrong, codes, resource_type, target, text, words_of


def client_of(agents: list[Agent], action: str) -> Agent | None:
    """The agent that is the machine at which it was done."""
    role = RECEIVES if action in ("view", "open") else SENDS
    return next((agent for agent in agents if role in codes(agent.type)), None)


def actor_of(agents: list[Agent], client: Agent | None) -> Agent:
    """The agent that acted. Raises Wrong where there is no agent at all."""
    if not agents:
        raise Wrong("expected an agent that acted; found none")
    asked = [agent for agent in agents if agent.requestor is True or agent.requestor == "true"]
    if len(asked) == 1:
        return asked[0]
    people = [agent for agent in asked or agents if not _is_system(agent)]
    return next(iter(people or asked), client or agents[0])


def login(agent: Agent, contained: object) -> str:
    """The login of the agent that acted. Raises Wrong where nothing names it."""
    found = (
        text(agent.altId, "agent.altId")
        or _who(agent.who, contained)
        or text(agent.name, "agent.name")
        or _display(agent.who)
    )
    if found is None:
        raise Wrong("expected a login (agent.altId, who or name); found an agent with none")
    return found


def device(actor: Agent, client: Agent | None, source: Source | None, contained: object) -> str | None:
    """The machine at which it was done."""
    if client is not None and client is not actor and (found := _who(client.who, contained) or _display(client.who)):
        return found
    if source is not None and SOURCE_USER_DEVICE in codes(*(source.type or ())):
        return _who(source.observer, contained) or _display(source.observer)
    return None


def address(actor: Agent, client: Agent | None) -> str | None:
    """The network address of the actor, else of the client."""
    for agent in (actor, client):
        if agent is not None and (found := _network(agent)):
            return found
    return None


def purpose(actor: Agent, event: AuditEvent) -> str | None:
    """The purpose that the actor stated, else the event's."""
    return (
        words_of(actor.purposeOfUse, "agent.purposeOfUse")
        or words_of(actor.authorization, "agent.authorization")
        or words_of(event.purposeOfEvent, "purposeOfEvent")
        or words_of(event.authorization, "authorization")
    )


def _is_system(agent: Agent) -> bool:
    return not SYSTEM_ROLES.isdisjoint(codes(agent.type)) or resource_type(agent.who) in SYSTEM_RESOURCES


def _who(who: Reference | None, contained: object) -> str | None:
    if who is None:
        return None
    if who.identifier is not None and (found := text(who.identifier.value, "who.identifier.value")):
        return found
    reference = text(who.reference, "who.reference")
    if reference is None:
        return None
    if reference.startswith("#"):
        resource = resolve(reference, contained)
        return identifier(resource) if resource is not None else None
    return target(reference)[1]


def _display(who: Reference | None) -> str | None:
    return text(who.display, "who.display") if who is not None else None


def _network(agent: Agent) -> str | None:
    found = (
        (text(agent.network.address, "agent.network.address") if agent.network is not None else None)
        or text(agent.networkString, "agent.networkString")
        or text(agent.networkUri, "agent.networkUri")
    )
    return found.removeprefix("urn:ipv6:").removeprefix("urn:ipv4:") if found else None
