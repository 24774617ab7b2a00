"""The minimum-necessary policy as a page: what is in force, what a draft would change, and every version before."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chartwarden.assignments import policy_keeping, policy_rules, rules, services
from chartwarden.assignments.forms import ClauseForm
from chartwarden.assignments.policy_keeping import Policy
from chartwarden.assignments.policy_rules import Clause
from chartwarden.assignments.views.common import form_page, number, places, sent, step
from chartwarden.people import queries as people
from chartwarden.people.contracts import Permission, page
from chartwarden.people.services import needs_fresh

PLACE = ("assignments:policy", "Minimum necessary")


@page(Permission.SEE_POLICY)
def policy(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """What is in force, as a table; before it a draft with what it changes, and after it earlier versions."""
    versions, draft = policy_keeping.versions(clinic), policy_keeping.draft(clinic)
    there = versions[0] if versions else None
    return render(
        request,
        "assignments/policy.html",
        {
            "there": there,
            "tables": tables(there.clauses if there else ()),
            "draft": draft,
            "draft_tables": tables(draft.clauses if draft else ()),
            "changes": policy_rules.changes(there.clauses, draft.clauses) if there and draft else [],
            "versions": versions[1:],
            "people": _names(clinic, [*versions, *([draft] if draft else [])]),
            **places(request),
            "may_draft": request.member.may(Permission.ASSIGN_WORK),
            "reader": request.member.person,
            "may_approve": request.member.may(Permission.APPROVE_POLICY),
        },
    )


@page(Permission.SEE_POLICY)
def version(request: HttpRequest, clinic: UUID, policy: UUID) -> HttpResponse:
    """One version as it was approved."""
    found = policy_keeping.policy(clinic, policy)
    if found is None:
        raise Http404
    content = {"one": found, "tables": tables(found.clauses), "people": _names(clinic, [found])}
    return render(request, "assignments/policy_version.html", content)


@page(Permission.ASSIGN_WORK)
@require_POST
def begin(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Make the first draft, of what Chartwarden proposes."""

    def do() -> None:
        services.propose_policy(clinic=clinic, actor=request.member.actor, at=request.now)

    step(request, do, "Drafted. Read it, change what is wrong, and have the privacy officer approve it.")
    return redirect("assignments:policy", clinic=clinic)


@page(Permission.ASSIGN_WORK)
def clause(request: HttpRequest, clinic: UUID, role: str, kind: str) -> HttpResponse:
    """What one class of the workforce sees for one kind of work, in the draft."""
    if role not in policy_rules.ROLES or kind not in rules.KINDS:
        raise Http404
    draft, there = policy_keeping.draft(clinic), policy_keeping.in_force(clinic)
    base = draft or there
    others = [one for one in (base.clauses if base else ()) if (one.role, one.kind) != (role, kind)]
    own = next((one for one in (base.clauses if base else ()) if (one.role, one.kind) == (role, kind)), None)
    form = ClauseForm(sent(request), initial=_initial(own, draft))

    def do() -> None:
        made = form.clause(role, kind)
        services.draft_policy(
            clinic=clinic, clauses=[*others, *([made] if made else [])], revision=form.cleaned_data["revision"],
            actor=request.member.actor, at=request.now,
        )  # fmt: skip

    title = f"{policy_rules.ROLES[role]}: {rules.KINDS[kind]}"
    words = (title, "Put it into the draft", "In the draft. It holds once the privacy officer approves it.")
    return form_page(request, form, do, words, rules.JUSTIFICATIONS[kind], PLACE)


def _initial(own: Clause | None, draft: Policy | None) -> dict[str, object]:
    held = [name for name in policy_rules.CONDITIONS if own and getattr(own, name)]
    classes = [one.value for one in own.classes] if own else []
    return {"classes": classes, "conditions": held, "revision": draft.revision if draft else 0}


@page(Permission.ASSIGN_WORK)
@require_POST
def discard(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Throw the draft away."""
    seen = number(request.POST.get("revision", ""))

    def do() -> None:
        services.discard_policy(clinic=clinic, revision=seen, actor=request.member.actor, at=request.now)

    step(request, do, "The draft is gone. What is in force stays.")
    return redirect("assignments:policy", clinic=clinic)


@page(Permission.APPROVE_POLICY)
@require_POST
@needs_fresh
def approve(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Put the draft in force, as it was read."""

    def do() -> None:
        made = services.approve_policy(
            clinic=clinic, digest=request.POST.get("digest", ""), actor=request.member.actor, at=request.now
        )
        messages.success(request, f"Version {made} is in force.")

    step(request, do, "")
    return redirect("assignments:policy", clinic=clinic)


def tables(clauses: tuple[Clause, ...]) -> list[tuple[str, str, list[tuple[str, Clause | None]]]]:
    """A class of the workforce, its name, and every kind of work with its clause, if it has one; nothing where there
    are no clauses at all."""
    found = {(one.role, one.kind): one for one in clauses}
    named = policy_rules.ROLES.items() if clauses else ()
    return [(role, name, [(kind, found.get((role, kind))) for kind in rules.KINDS]) for role, name in named]


def _names(clinic: UUID, found: list[Policy]) -> object:
    return people.names(clinic, {who for one in found for who in (one.drafted_by, one.approved_by) if who})
