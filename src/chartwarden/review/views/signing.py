"""Sign a review; the signed document."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from chartwarden.kernel.decisions import Refused
from chartwarden.people.contracts import Permission, page
from chartwarden.people.services import needs_fresh
from chartwarden.review import queries, rules
from chartwarden.review.desk.contracts import ReviewLine
from chartwarden.review.desk.signing import sign_review, signable
from chartwarden.review.forms import SignForm
from chartwarden.review.views import showing


@page(Permission.SIGN_REVIEWS)
def sign(request: HttpRequest, clinic: UUID, review: UUID) -> HttpResponse:
    """Show what is to be signed, and sign it: by somebody who has just shown that it is they."""
    line = queries.review(request.clinic, review, request.now)
    if line is None:
        raise Http404
    if line.state == "signed":
        return redirect("review:review", clinic=clinic, review=review)
    return _sign(request, clinic, review, line)


@needs_fresh
def _sign(request: HttpRequest, clinic: UUID, review: UUID, line: ReviewLine) -> HttpResponse:
    refusal = signable(clinic=request.clinic, review=review, at=request.now)
    if request.method == "POST":
        form = SignForm(request.POST)
        form.is_valid()
        try:
            sign_review(
                clinic=request.clinic,
                review=review,
                coverage_acknowledged=bool(form.cleaned_data.get("coverage")),
                actor=request.member.actor,
                at=request.now,
            )
            return redirect("review:review", clinic=clinic, review=review)
        except Refused as refused:
            refusal = refused.decision
    found = queries.findings(request.clinic, review)
    outcomes = queries.outcomes(request.clinic, review)
    context = {
        "line": line,
        "week": showing.week_words(line),
        "late": rules.late_in_words(line.late_by),
        "is_late": request.now > line.due_at,
        "refusal": refusal,
        "decided": line.cases - line.undecided,
        "posted": request.method == "POST",
        "outcomes": [(rules.OUTCOMES[name], number) for name, number in outcomes.items()],
        "read": showing.what_was_read(found) if found else None,
        "days": showing.days_strip(line, found.coverage) if found else (),
        "inputs": found.inputs if found else (),
        "totals": found.totals if found else None,
    }
    return render(request, "review/sign.html", context, status=409 if request.method == "POST" else 200)


@page(Permission.SEE_REVIEWS)
def document(request: HttpRequest, clinic: UUID, review: UUID) -> HttpResponse:
    """The signed review as JSON, byte for byte as its digest in the ledger says."""
    line = queries.review(request.clinic, review, request.now)
    content = queries.signed_document(request.clinic, review) if line else None
    if line is None or content is None:
        raise Http404
    name = f"review-{line.first_day}{'-amendment' if line.amends else ''}.json"
    return HttpResponse(
        content, content_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
