"""The API put together: every room's ``api.py``, and the web room's own operations for the rooms below people."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from types import ModuleType

from django.conf import settings
from ninja import NinjaAPI, Router

from chartwarden.kernel.plugins import plugin_modules
from chartwarden.web.api.guard import guard
from chartwarden.web.api.problems import handle_all
from chartwarden.web.api.tables import offer

CLINIC = "/clinics/{uuid:clinic}"
OWN = "chartwarden.web.api.own"
ABOUT = "Everything that the pages do, for programs. What is done here is written to the clinic's ledger as well."


def rooms() -> dict[str, ModuleType]:
    """The modules that offer something, by the room they speak for."""
    names = [room for room in settings.ROOMS if room != "web" and find_spec(f"chartwarden.{room}.api")]
    found = {room: importlib.import_module(f"chartwarden.{room}.api") for room in names}
    return {**plugin_modules(OWN), **found}


def build() -> NinjaAPI:
    """The API with every room's tables and routers, guarded."""
    api = NinjaAPI(
        title="Chartwarden", version="1", description=ABOUT, docs_url=None, openapi_url=None, urls_namespace="api"
    )
    handle_all(api)
    api.add_decorator(guard, mode="view")
    for room, module in rooms().items():
        router = getattr(module, "router", None) or Router()
        for table in getattr(module, "TABLES", ()):
            offer(router, table)
        api.add_router(CLINIC, router, tags=[room])
        if hasattr(module, "root"):
            api.add_router("", module.root, tags=[room])
    return api


api = build()
