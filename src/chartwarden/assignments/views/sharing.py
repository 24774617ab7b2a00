"""The supervisor's rules for sharing out work: read, changed, looked at, and run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chartwarden.assignments import queries, rule_keeping, services, sharing, sharing_rules
from chartwarden.assignments.forms import ShareRuleForm
from chartwarden.assignments.rule_keeping import KeptRules
from chartwarden.assignments.sharing_rules import Plan, ShareRule
from chartwarden.assignments.views.common import coders, form_page, number, places, sent, step
from chartwarden.people import queries as people
from chartwarden.people.contracts import Permission, page

PLACE = ("assignments:rules", "Rules")
OWN_TEAM = "The clinic's own"


@page(Permission.ASSIGN_WORK)
def rules(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """The rules in their order, and what they would do now."""
    told = rule_keeping.share_rules(clinic)
    plan = sharing.planned(request.clinic, request.member.person, request.now)
    named = {coder for rule in told.rules for coder in rule.coders} | plan.each.keys()
    names = people.names(clinic, named)
    before = {load.coder: load.open for load in queries.loads(clinic)}
    each = [(names[who].name, before.get(who, 0), count) for who, count in plan.each.items() if who in names]
    return render(
        request,
        "assignments/rules.html",
        {
            **places(request),
            "told": told,
            "said": [(one, _to(one, names)) for one in told.rules],
            "plan": plan,
            "each": sorted(each),
            "left": [(count, sharing_rules.LEFT[why]) for why, count in plan.left.items()],
            "waiting": queries.counts(clinic).get("unassigned", 0),
            "most": sharing.MOST,
        },
    )


def _to(rule: ShareRule, names: Any) -> str:
    if rule.coders:
        return ", ".join(sorted(names[who].name for who in rule.coders if who in names))
    if rule.team is None:
        return "Anybody who is free"
    return f"Everybody of {rule.team}" if rule.team else OWN_TEAM


@page(Permission.ASSIGN_WORK)
def add(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Another rule, behind the others."""
    told = rule_keeping.share_rules(clinic)

    def put(made: ShareRule) -> list[ShareRule]:
        return [*told.rules, made]

    return _edit(request, told, None, put, ("Add a rule", "Add it", "Added, behind the others."))


@page(Permission.ASSIGN_WORK)
def change(request: HttpRequest, clinic: UUID, rule: UUID) -> HttpResponse:
    """One rule, in its place."""
    told = rule_keeping.share_rules(clinic)
    own = _one(told, rule)

    def put(made: ShareRule) -> list[ShareRule]:
        return [made if one.id == rule else one for one in told.rules]

    return _edit(request, told, own, put, ("Change a rule", "Save it", "Saved."))


@page(Permission.ASSIGN_WORK)
@require_POST
def move(request: HttpRequest, clinic: UUID, rule: UUID) -> HttpResponse:
    """One place up, or out."""
    told = rule_keeping.share_rules(clinic)
    _one(told, rule)
    wanted = [one for one in told.rules if one.id != rule]
    place = next(at for at, one in enumerate(told.rules) if one.id == rule)
    if "remove" not in request.POST:
        wanted.insert(max(place - 1, 0), told.rules[place])

    def do() -> None:
        _keep(request, wanted, number(request.POST.get("revision", "")))

    step(request, do, "Removed." if "remove" in request.POST else "Moved up.")
    return redirect("assignments:rules", clinic=clinic)


@page(Permission.ASSIGN_WORK)
@require_POST
def run(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Do what was looked at."""

    def do() -> None:
        done: Plan = services.share_by_rules(
            clinic=request.clinic, seen=request.POST.get("seen", ""), actor=request.member.actor, at=request.now
        )
        messages.success(request, f"{len(done.given):,} assigned.")

    step(request, do, "")
    return redirect("assignments:rules", clinic=clinic)


def _edit(
    request: HttpRequest,
    told: KeptRules,
    own: ShareRule | None,
    put: Callable[[ShareRule], Sequence[ShareRule]],
    words: tuple[str, str, str],
) -> HttpResponse:
    them = coders(request)
    rows = people.roster(request.clinic.id, request.now, [one.person for one in them])
    teams = {one.employer: f"Everybody of {one.employer}" if one.employer else OWN_TEAM for one in rows}
    form = ShareRuleForm(sent(request), coders=them, teams=teams, initial=_initial(own, told.revision))

    def do() -> None:
        _keep(request, put(form.rule(own.id if own else uuid4())), form.cleaned_data["revision"])

    return form_page(request, form, do, words, "", PLACE)


def _initial(own: ShareRule | None, revision: int) -> dict[str, object]:
    if own is None:
        return {"revision": revision, "to": "anybody"}
    to = "coders" if own.coders else "anybody" if own.team is None else f"team:{own.team}"
    return {
        "kinds": sorted(own.kinds), "waits_days": own.waits_days, "to": to, "coders": [str(one) for one in own.coders],
        "most": own.most, "revision": revision,
    }  # fmt: skip


def _keep(request: HttpRequest, wanted: Sequence[ShareRule], revision: int) -> None:
    services.set_share_rules(
        clinic=request.clinic.id, given=wanted, revision=revision, actor=request.member.actor, at=request.now
    )


def _one(told: KeptRules, rule: UUID) -> ShareRule:
    found = next((one for one in told.rules if one.id == rule), None)
    if found is None:
        raise Http404
    return found
