"""What went through the gateway, for an auditor's programs."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Path, Query, Router
from pydantic import AwareDatetime

from chartwarden.gateway.balp import line
from chartwarden.gateway.services import take_out_audit_events
from chartwarden.kernel.errors import refuse
from chartwarden.people.contracts import Permission, page

router = Router()
MEDIA = "application/fhir+ndjson"
FROM = Query(description="The first instant (ISO 8601 with offset).")
UNTIL = Query(description="Until, and not at, this instant.")
ANSWER = {"responses": {200: {"content": {MEDIA: {"schema": {"type": "string"}}}}}}


@router.get(
    "/gateway/audit-events", url_name="audit_events", openapi_extra=ANSWER,
    summary="Openings of a span as FHIR AuditEvents after IHE BALP, one a line; each reading is written to the ledger",
)  # fmt: skip
@page(Permission.SEE_REVIEWS)
def list_audit_events(
    request: HttpRequest, clinic: Path[UUID], begins: AwareDatetime = FROM, ends: AwareDatetime = UNTIL
) -> StreamingHttpResponse:
    """They name patients by the EHR's ids, as cases do, so they are for who may see cases."""
    span = {"begins": _in_utc(begins, "begins"), "ends": _in_utc(ends, "ends")}
    events = take_out_audit_events(clinic=clinic, **span, actor=request.member.actor, at=request.now)
    answer = StreamingHttpResponse(map(line, events), content_type=MEDIA)
    answer.headers["Content-Disposition"] = 'attachment; filename="audit-events.ndjson"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _in_utc(moment: datetime, where: str) -> datetime:
    """The instant in UTC: a store may know fewer offsets than RFC 3339 does."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise refuse(where, "an instant of the years 1 to 9999", "one beyond them") from None
