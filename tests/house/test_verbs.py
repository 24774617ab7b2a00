"""Every verb of a room's services leaves an entry (law 2): what takes an actor leads to the ledger's append."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from tests.house.code import PACKAGE, dotted, modules, room, tree

APPENDS = {
    ("chartwarden.ledger.services", "append"), ("chartwarden.ledger.services", "append_many"),
    ("chartwarden.ledger.store", "write"),
}  # fmt: skip
LEAVE_NONE = {
    "logs.append_bytes": "a piece of an upload, which leaves an entry when all of it is here",
    "logs.begin_upload": "nothing has come yet; the bytes leave an entry when all of them are here",
}
"""Verbs that take an actor and leave no entry, each with its reason."""
SILENT = {
    "assignments.confirm_copy_deleted": "the gateway's verb, whose step it is, leaves the entry",
    "assignments.note_copy": "the same",
    "clinics.insert_many": "writes rows for a verb of another room, which leaves the entry",
    "clinics.insert_stored": "the same",
    "clinics.seal_those_in_clear": "a migration's: the same salts, sealed",
    "clinics.update_stored": "the same",
    "clinics.inputs_changed": "raises a number in the transaction of a verb that leaves the entry",
    "ledger.sign_checkpoint": "signs what the ledger holds, and is no change of it",
    "ledger.export_signed": "signs such a checkpoint, and writes a copy",
    "people.add_user": "an account of the installation; that somebody joins a clinic with it is an entry",
    "people.ask_for_new_password": "of no clinic; the change of the password that follows is an entry of each",
    "people.at_the_gate": "notes in the session that somebody is active or locked out",
    "people.hold_account": "locks a row until the change of a verb is done",
    "people.note_token_use": "when a token was last used, to the minute",
    "people.notify": "a message about what a verb did, in that verb's transaction",
    "people.rewrap_second_factors": "the same secrets under a newer master key",
    "people.send_account_mails": "what a message has come to: sent or not",
    "people.send_invitations": "the same",
}
"""What changes rows, takes no actor and leaves no entry of its own, each with its reason."""
ALWAYS_WRITES = ("save", "bulk_create", "bulk_update", "executemany", "select_for_update")
OBJECTS_WRITE = ("create", "update", "delete", "get_or_create", "update_or_create")
Named = ast.FunctionDef | ast.ClassDef
MODULES = {dotted(path): path for path in modules()}


@cache
def _defined(module: str) -> dict[str, Named]:
    return {node.name: node for node in tree(MODULES[module]).body if isinstance(node, Named)}


@cache
def _brought(module: str) -> dict[str, tuple[str, str]]:
    """What a module imports from the package, anywhere in it: its name here, by module and name there."""
    found = {}
    for node in ast.walk(tree(MODULES[module])):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("chartwarden"):
            for alias in node.names:
                found[alias.asname or alias.name] = (str(node.module), alias.name)
    return found


def _home(module: str, name: str) -> tuple[str, str] | None:
    """Where a name of a module is defined; None outside of the package."""
    while module in MODULES:
        if name in _defined(module):
            return module, name
        if name not in _brought(module):
            return None
        module, name = _brought(module)[name]
    return None


def _reached(module: str, node: ast.AST) -> Iterator[tuple[str, str]]:
    """What a definition names of the package: its own module's, imported, or of an imported module."""
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            found = _home(module, one.id)
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id in _brought(module):
            parent, name = _brought(module)[one.value.id]
            found = _home(f"{parent}.{name}", one.attr)
        else:
            continue
        if found:
            yield found


def leads_to_an_entry(place: tuple[str, str]) -> bool:
    """Whether a function or class of the package leads to the ledger's append, through whatever it calls."""
    seen, waiting = set(), [place]
    while waiting:
        here = waiting.pop()
        if here in APPENDS:
            return True
        if here not in seen:
            seen.add(here)
            waiting += _reached(here[0], _defined(here[0])[here[1]])
    return False


def verbs() -> Iterator[tuple[str, tuple[str, str]]]:
    """``people.suspend`` and where it is defined, for everything that the services of a room with tables offer."""
    for module in MODULES:
        home = room(module)
        if module != f"chartwarden.{home}.services" or not (PACKAGE / home / "migrations").exists():
            continue
        offered = next((node for node in tree(MODULES[module]).body if _is_offer(node)), None)
        names = [one.value for one in offered.value.elts] if offered else list(_defined(module))  # type: ignore
        for name in names:
            place = _home(module, name)
            if place:
                yield f"{home}.{name}", place


def _is_offer(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"


def _takes_actor(place: tuple[str, str]) -> bool:
    node = _defined(place[0])[place[1]]
    functions = [one for one in ast.walk(node) if isinstance(one, ast.FunctionDef)]
    return any(one.arg == "actor" for function in functions for one in (*function.args.args, *function.args.kwonlyargs))


ACTING = {name: place for name, place in verbs() if _takes_actor(place)}


def test_the_walk_finds_verbs_of_every_room_that_has_them() -> None:
    assert len(ACTING) > 30
    assert {name.partition(".")[0] for name in ACTING} >= {"clinics", "duties", "ledger", "logs", "people", "review"}
    assert LEAVE_NONE.keys() <= ACTING.keys()


@pytest.mark.parametrize("name", sorted(ACTING))
def test_a_verb_leaves_an_entry(name: str) -> None:
    assert leads_to_an_entry(ACTING[name]) is (name not in LEAVE_NONE)


def test_what_leads_nowhere_is_told_apart() -> None:
    assert not leads_to_an_entry(("chartwarden.people.mailing", "notify"))
    assert leads_to_an_entry(("chartwarden.people.tokens", "make_token"))


def test_what_writes_without_an_actor_leaves_an_entry_or_is_named() -> None:
    """Whoever joins with a link acts themselves; the rest are steps of other verbs, of sign-in, of sending."""
    without = {name: place for name, place in verbs() if name not in ACTING and _writes(place)}
    silent = {name for name, place in without.items() if not leads_to_an_entry(place)}
    assert silent == SILENT.keys()
    assert "people.accept_invitation" in without


def _writes(place: tuple[str, str]) -> bool:
    """Whether a function changes rows, itself or by one that it calls in its own room."""
    seen, waiting = set(), [place]
    while waiting:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        node = _defined(here[0])[here[1]]
        if any(isinstance(one, ast.Call) and _is_write(one.func) for one in ast.walk(node)):
            return True
        waiting += [found for found in _reached(here[0], node) if room(found[0]) == room(place[0])]
    return False


def _is_write(called: ast.expr) -> bool:
    """``row.save``, ``Model.objects.….update`` and the like; ``update`` and ``create`` of other things are not."""
    if not isinstance(called, ast.Attribute):
        return False
    return called.attr in ALWAYS_WRITES or (called.attr in OBJECTS_WRITE and ".objects" in ast.unparse(called.value))
