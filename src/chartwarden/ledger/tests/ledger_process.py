"""A program of the ledger's tests: a process that appends, as the real ones do, until it is done or killed.

``prepare`` makes the tables and opens a ledger; ``append WHO THREADS EACH`` appends through a committer and writes
``INDEX HASH`` for each answer; ``killed ROUNDS SEED`` does so in child processes that it kills at random points, and
writes what they had answered; ``check`` writes what a check of the whole finds.
"""

from __future__ import annotations

import os
import random
import select
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import django

CLINIC = UUID("0b7e4a51-93f0-4d0e-8a59-0c8f5f0f8d11")
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def prepare() -> None:
    """Tables, a ledger, and a table of changes that entries tell of."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from chartwarden.clinics.services import acting_in
    from chartwarden.kernel.actors import Actor
    from chartwarden.ledger.services import open_ledger

    call_command("migrate", "ledger", verbosity=0)
    call_command("migrate", "clinics", verbosity=0)
    with acting_in(CLINIC), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE told (who text, number integer)")
        open_ledger(clinic=CLINIC, actor=Actor.of_system("tests"), at=AT)


def append(who: str, threads: int, each: int, out: int) -> None:
    """``threads`` threads make ``each`` changes with their entries; every answer is written to ``out`` at once."""
    from chartwarden.clinics.services import across_clinics
    from chartwarden.kernel.actors import Actor
    from chartwarden.ledger.contracts import Draft
    from chartwarden.ledger.services import Committer

    committer = Committer(across_clinics)

    def work(thread: int) -> None:
        for number in range(thread * each, thread * each + each):
            draft = Draft(CLINIC, "tests.told", Actor.of_system(who), AT, {"number": str(number)}, {"number": number})
            done = committer.append(draft, _change(who, number))
            os.write(out, f"{done.index} {done.leaf_hash.hex()}\n".encode())

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
    committer.close()


def _change(who: str, number: int) -> Callable[[], None]:
    def change() -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO told VALUES (%s, %s)", [who, number])

    return change


def killed(rounds: int, seed: int) -> None:
    """Child processes that append without end, each killed at a random point."""
    from django.db import connections

    chance = random.Random(seed)
    for number in range(rounds):
        connections.close_all()
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            append(f"child{number}", 3, 10**6, write)
            os._exit(0)
        os.close(write)
        answers = os.read(read, 4096)
        for _ in range(chance.randrange(8)):
            answers += os.read(read, 4096)
        select.select([], [], [], chance.random() / 100)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while more := os.read(read, 65536):
            answers += more
        os.write(1, answers[: answers.rfind(b"\n") + 1])


def check() -> None:
    """Faults of the whole ledger, its leaf hashes, and whether every change has its entry and the other way round."""
    from django.db import connection

    from chartwarden.clinics.services import acting_in
    from chartwarden.ledger import queries

    with acting_in(CLINIC):
        for fault in queries.verify_stored(CLINIC).faults:
            print(f"fault {fault}")
        entries = queries.entries(CLINIC, limit=10**7)
        for entry in entries:
            print(entry.index, entry.leaf_hash.hex())
        told = sorted((entry.actor.removeprefix("system:"), entry.facts["number"]) for entry in entries[1:])
        with connection.cursor() as cursor:
            cursor.execute("SELECT who, number FROM told")
            if sorted(cursor.fetchall()) != told:
                print("fault changes and entries differ")


if __name__ == "__main__":
    django.setup()
    verb, *given = sys.argv[1:]
    if verb == "append":
        append(given[0], int(given[1]), int(given[2]), 1)
    elif verb == "killed":
        killed(int(given[0]), int(given[1]))
    else:
        {"prepare": prepare, "check": check}[verb]()
