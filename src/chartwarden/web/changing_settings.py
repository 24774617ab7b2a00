"""A member changes a clinic's settings: by the page or by a program, the same is asked first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.services import change_settings
from chartwarden.people.contracts import Member
from chartwarden.review.queries import may_change_detection


def change_as(member: Member, *, clinic: UUID, changes: Mapping[str, Any], at: datetime) -> Clinic:
    """Change settings as a member. Raises Refused where a case about them is open and they would change how accesses
    are judged; else as ``change_settings``."""
    judged = may_change_detection(clinic, member.person)
    return change_settings(clinic=clinic, changes=changes, actor=member.actor, at=at, detection=judged)
