"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from chartwarden.people.contracts import Permission
from chartwarden.web.navigation import links


def page(request: HttpRequest) -> dict[str, Any]:
    """The clinic, the member, their navigation, the clinic's zone, whether all this is a demo, and an EHR is there."""
    clinic = getattr(request, "clinic", None)
    return {
        "clinic": clinic,
        "member": getattr(request, "member", None),
        "navigation": links(request) if clinic else (),
        "makes_tokens": bool(getattr(request, "member", None)) and request.member.may(Permission.USE_API),
        "demo": settings.DEMO,
        "ehr": bool(settings.FHIR_BASE),
        "idle_minutes": getattr(request, "idle_minutes", None),
        "sso": settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [{}])[0].get("name", ""),
        "locked": bool(hasattr(request, "session") and request.session.get("locked")),
        "now": getattr(request, "now", None),
    }
