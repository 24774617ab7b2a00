"""The one router of this room's operations, which stand in several modules."""

from __future__ import annotations

from ninja import Router

router = Router()
