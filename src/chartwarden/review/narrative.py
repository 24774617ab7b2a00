"""What a case says: who, what, when, how it was not explained, what speaks for and against, what to ask whom. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from chartwarden.review.cases import Draft
from chartwarden.review.contracts import Access, Detector
from chartwarden.review.wording import count, listed, stretch

ASK = {
    "ask_coder": "Ask {coder}, in writing, what the work was.",
    "ask_supervisor": "Ask the coding supervisor whether {coder} was given this work.",
    "check_vendor": "Check the vendor's agreement, and tell the vendor's administrator.",
    "check_login": "Ask the EHR administrator who used the login, and have its password changed.",
    "check_device": "Ask {coder} which device and network were used, and check them against the register.",
    "look": "Look at the accesses below; if they were in order, say so with a note.",
}


def narrate(draft: Draft, accesses: Sequence[Access], detectors: Mapping[str, Detector], zone: ZoneInfo) -> str:
    """Plain sentences, in a fixed order, for one case."""
    parts = [_opening(draft, accesses, zone), *_for(draft), _explained(accesses), *_against(draft)]
    parts.append(ASK[suggested(draft, detectors)].format(coder=draft.coder))
    return " ".join(part for part in parts if part)


def suggested(draft: Draft, detectors: Mapping[str, Detector]) -> str:
    """The next step: that of the strongest signal."""
    return detectors[draft.signals[0].detector].suggested


def _opening(draft: Draft, accesses: Sequence[Access], zone: ZoneInfo) -> str:
    if not accesses:
        first, last = draft.signals[0].begins, draft.signals[0].ends
        return f"{draft.coder}, {stretch(first, last, zone)}."
    actions = Counter(access.action for access in accesses)
    what = listed(f"{number:,} × {action}" for action, number in sorted(actions.items()))
    patients = {access.patient for access in accesses if access.patient}
    whom = f"patient {draft.patient}" if draft.patient else count(len(patients), "patient")
    span = stretch(min(a.occurred_at for a in accesses), max(a.occurred_at for a in accesses), zone)
    return f"{draft.coder}: {count(len(accesses), 'access')} ({what}) to records of {whom}, {span}."


def _for(draft: Draft) -> list[str]:
    seen: dict[str, list[str]] = {}
    for signal in draft.signals:
        seen.setdefault(signal.detector, []).append(signal.sentence)
    told = []
    for sentences in seen.values():
        told.append(sentences[0])
        if len(sentences) > 1:
            told.append(f"The same was seen {count(len(sentences) - 1, 'more time')}.")
    return told


def _explained(accesses: Sequence[Access]) -> str:
    explained = [access for access in accesses if access.explanation]
    with_patient = [access for access in accesses if access.patient]
    if not with_patient:
        return ""
    if not explained:
        return "No assignment, no reopened work and no ticket explains any of these accesses."
    if len(explained) == len(with_patient):
        return "Each access was explained by the coding queue; the case is about how it was done."
    return f"The coding queue explains {len(explained):,} of {len(with_patient):,} accesses."


def _against(draft: Draft) -> list[str]:
    told = dict.fromkeys(signal.against for signal in draft.signals if signal.against)
    return [f"For the coder: {sentence}" for sentence in list(told)[:3]]
