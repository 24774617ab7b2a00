"""The ledger's pages: what was written last, whether it all holds, and the export that proves it elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from chartwarden.kernel.scratch import scratch_folder
from chartwarden.ledger.queries import checkpoint, entries, latest, signing_keys
from chartwarden.ledger.services import export_signed
from chartwarden.people.contracts import Permission, page
from chartwarden.web.entry_words import events
from chartwarden.web.verifying import verify_all

ON_A_PAGE = 50
CHUNK = 1 << 16


@page(Permission.SEE_LEDGER)
def ledger(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """The head, the last checkpoint, and the entries, the newest first."""
    return _shown(request)


@page(Permission.SEE_LEDGER)
@require_POST
def verify(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Read the whole ledger, check it, and say what was found and how long it took."""
    began = time.monotonic()
    verified, compared = verify_all(clinic)
    return _shown(request, verified=verified, compared=compared, seconds=time.monotonic() - began)


@page(Permission.SEE_LEDGER)
@require_POST
def export(request: HttpRequest, clinic: UUID) -> StreamingHttpResponse:
    """Sign a checkpoint and hand out the ledger up to it as a zip, which `chartwarden ledger verify` reads."""
    with ExitStack() as held:
        out = held.enter_context(scratch_folder(settings.DATA)) / "ledger.zip"
        export_signed(clinic=clinic, out=out, at=request.now)
        answer = StreamingHttpResponse(_chunks(out, held.pop_all()), content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="ledger-{request.now:%Y-%m-%d}.zip"'
    answer.headers["Content-Length"] = str(out.stat().st_size)
    return answer


def _chunks(path: Path, held: ExitStack) -> Iterator[bytes]:
    with held, path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _shown(request: HttpRequest, **more: object) -> HttpResponse:
    head = latest(request.clinic.id)
    newest = head.size - 1
    asked = request.GET.get("from", "")
    start = min(int(asked), newest) if asked.isascii() and asked.isdigit() and len(asked) < 16 else newest
    found = entries(request.clinic.id, start, ON_A_PAGE, newest_first=True) if head.size else []
    context = {
        "head": head,
        "signed": checkpoint(request.clinic.id),
        "keys": signing_keys(request.clinic.id),
        "events": events(request.clinic.id, found),
        "newer": min(start + ON_A_PAGE, newest) if start < newest else None,
        "older": found[-1].index - 1 if found and found[-1].index else None,
        **more,
    }
    return render(request, "ledger.html", context)
