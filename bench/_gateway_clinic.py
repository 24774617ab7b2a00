"""``python -m bench._gateway_clinic CODERS``: a clinic with so many coders, each with one opened assignment of their own.

Prints ``[[assignment, token], …]``; the tokens hold for a day, since a measurement takes longer than a quarter hour.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

PATIENT = "p-bench"


def main(coders: int) -> list[tuple[str, str]]:
    """Make it in CHARTWARDEN_DATA."""
    from chartwarden.web.services import make_ready

    make_ready(Path(os.environ["CHARTWARDEN_DATA"]), "127.0.0.1", 8700, demo=False, tell=lambda _: None)
    from chartwarden.assignments.services import add_work
    from chartwarden.clinics.services import acting_in, open_clinic
    from chartwarden.gateway.models import AccessToken
    from chartwarden.gateway.services import open_assignment
    from chartwarden.kernel.actors import Actor
    from chartwarden.people.services import add_person, grant_role

    system, now = Actor.of_system("bench"), datetime.now(UTC)
    clinic = open_clinic(name="Bench", time_zone="America/Chicago", actor=system, at=now)
    found = []
    with acting_in(clinic.id):
        for number in range(coders):
            person = add_person(
                clinic=clinic.id, values={"code": f"C{number}", "given_name": "A"}, feed_role="coder",
                started_on=date(2025, 1, 6), actor=system, at=now,
            )  # fmt: skip
            grant_role(clinic=clinic.id, person=person, role="coder", actor=system, at=now)
            assignment = add_work(
                clinic=clinic.id, patient=PATIENT, encounter="e1", kind="initial", reason="", coder=person,
                actor=system, at=now,
            )  # fmt: skip
            opened = open_assignment(
                clinic=clinic, person=person, assignment=assignment, purpose="coding", actor=Actor.of_person(person),
                at=datetime.now(UTC),
            )  # fmt: skip
            found.append((str(assignment), opened.token))
        AccessToken.objects.filter(clinic_id=clinic.id).update(expires_at=now + timedelta(days=1))
    return found


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
