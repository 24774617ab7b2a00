"""One case as a sheet: who, what, when, what was seen, what speaks for and against, what to ask. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from chartwarden.review.contracts import Access, Assignment, Case, Signal
from chartwarden.review.narrative import ASK
from chartwarden.review.report.contracts import CaseSheet, Picture, Reason, Table
from chartwarden.review.report.plugged import Named
from chartwarden.review.report.text import SENTENCE, shown
from chartwarden.review.report.timeline import time_line
from chartwarden.review.report.words import as_words, clock, step, strength
from chartwarden.review.wording import count, listed, moment, stretch

ACCESSES, SENTENCES, REASONS, ASSIGNMENTS = 50, 3, 8, 20


def sheet(
    case: Case,
    zone: ZoneInfo,
    names: Mapping[str, str],
    detectors: Named,
    explanations: Named,
    elsewhere: str = "findings.json lists all",
) -> CaseSheet:
    """The case in full; times in ``zone``; ``names`` are display names by person. ``elsewhere`` says where the rest of
    a long list is to be found."""
    word, marks = strength(case.score)
    known = names.get(case.coder, "")
    name = shown(known) if known and known != case.coder else ""
    who = name or shown(case.coder)
    return CaseSheet(
        rank=case.rank,
        case=case.case,
        name=name,
        coder=shown(case.coder),
        patient=shown(case.patient or ""),
        strength=word,
        marks=marks,
        score=f"{case.score:.1f}",
        when=stretch(case.begins, case.ends, zone),
        seen=seen(case.accesses),
        explained=explained(case.accesses, explanations),
        reasons=reasons(case.signals, detectors, elsewhere),
        against=against(case.signals),
        step=step(case.suggested),
        question=ASK.get(case.suggested, ASK["look"]).format(coder=who),
        picture=_picture(case, zone, names, who),
        listed=f"{len(case.accesses):,}",
        accesses=_accesses(case, zone, explanations, elsewhere),
        around=f"{len(case.assignments):,}",
        assignments=_assignments(case.rank, case.assignments, zone, names) if case.assignments else None,
    )


def seen(accesses: Sequence[Access]) -> str:
    """``Six accesses: 5 × open, 1 × print.``"""
    if not accesses:
        return "No single access; see what was seen below."
    actions = Counter(access.action for access in accesses)
    what = listed(f"{number:,}\u00a0×\u00a0{shown(action)}" for action, number in sorted(actions.items()))
    patients = {access.patient for access in accesses if access.patient}
    whose = f" on records of {count(len(patients), 'patient')}" if len(patients) > 1 else ""
    text = f"{count(len(accesses), 'access')}{whose}: {what}."
    return text[:1].upper() + text[1:]


def explained(accesses: Sequence[Access], explanations: Named) -> str:
    """How far the coding queue explains a case's accesses."""
    to_records = [access for access in accesses if access.patient]
    by = Counter(access.explanation for access in to_records if access.explanation)
    if not to_records:
        return ""
    if not by:
        return "No assignment and no ticket explains any of them."
    how = listed(explanations.title(name).lower() for name in sorted(by))
    if by.total() == len(to_records):
        return f"The coding queue explains them all ({how}); the case is about how it was done."
    return f"The coding queue explains {by.total():,} of {len(to_records):,} ({how})."


def reasons(
    signals: Sequence[Signal], detectors: Named, elsewhere: str = "findings.json lists all"
) -> tuple[Reason, ...]:
    """What each detector saw, the weightiest first, with its first sentences."""
    groups: dict[str, list[Signal]] = {}
    for signal in signals:
        groups.setdefault(signal.detector, []).append(signal)
    ordered = sorted(groups.items(), key=lambda group: (-max(s.weight for s in group[1]), group[0]))
    return tuple(_reason(name, group, detectors, elsewhere) for name, group in ordered)


def _reason(name: str, group: Sequence[Signal], detectors: Named, elsewhere: str) -> Reason:
    told = list(dict.fromkeys(shown(signal.sentence, SENTENCE) for signal in group))
    left = len(told) - SENTENCES
    return Reason(
        title=detectors.title(name),
        citation=detectors.citation(name),
        weight=f"{max(signal.weight for signal in group):+.1f}".replace("-", "−"),
        sentences=tuple(told[:SENTENCES]),
        more=f"The same was seen {count(left, 'more time')}; {elsewhere}." if left > 0 else "",
    )


def against(signals: Sequence[Signal]) -> tuple[str, ...]:
    """What speaks for the coder, each thing once."""
    told = list(dict.fromkeys(shown(signal.against, SENTENCE) for signal in signals if signal.against))
    left = len(told) - REASONS
    return (*told[:REASONS], f"And {count(left, 'more like it', 'more like these')}.") if left > 0 else tuple(told)


def _picture(case: Case, zone: ZoneInfo, names: Mapping[str, str], who: str) -> Picture:
    own = [held for held in case.assignments if held.coder == case.coder]
    others = len(case.assignments) - len(own)
    held = (
        f" Around them, {who} held {count(len(own), 'assignment')} for this patient, "
        f"and others held {count(others, 'assignment')}."
        if case.patient
        else ""
    )
    return Picture(
        title=f"Time line of case {case.rank}",
        description=f"{count(len(case.accesses), 'access').capitalize()}, "
        f"{stretch(case.begins, case.ends, zone)}.{held}",
        svg=time_line(case, zone, names),
    )


def _accesses(case: Case, zone: ZoneInfo, explanations: Named, elsewhere: str) -> Table:
    one_patient = bool(case.patient)
    columns = ("When", "Action", "Document", "Explained by", "Login", "From", "Outcome", "Event")
    rows = []
    for access in case.accesses[:ACCESSES]:
        row = (
            clock(access.occurred_at, zone),
            shown(access.action),
            as_words(shown(access.document or "–")),
            explanations.title(access.explanation) if access.explanation else "not explained",
            shown(access.actor),
            " · ".join(shown(part) for part in (access.device, access.address) if part) or "–",
            shown(access.outcome or "success"),
            shown(access.event),
        )
        rows.append(row if one_patient else (row[0], shown(access.patient or "–"), *row[1:]))
    left = len(case.accesses) - ACCESSES
    return Table(
        caption=f"Accesses of case {case.rank}",
        columns=columns if one_patient else (columns[0], "Patient", *columns[1:]),
        rows=tuple(rows),
        code=(7,) if one_patient else (8,),
        more=f"And {left:,} more; {elsewhere}." if left > 0 else "",
    )


def _assignments(rank: int, assignments: Sequence[Assignment], zone: ZoneInfo, names: Mapping[str, str]) -> Table:
    rows = tuple(
        (
            shown(held.assignment),
            shown(names.get(held.coder, held.coder)),
            as_words(shown(held.kind)),
            moment(held.assigned_at, zone),
            moment(held.ended_at, zone) if held.ended_at else "still open",
        )
        for held in assignments[:ASSIGNMENTS]
    )
    left = len(assignments) - ASSIGNMENTS
    return Table(
        caption=f"Assignments around case {rank}",
        columns=("Assignment", "Coder", "Kind of work", "From", "Until"),
        rows=rows,
        code=(0,),
        more=f"And {left:,} more." if left > 0 else "",
    )
