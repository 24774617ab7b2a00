"""The words of the report: strength of evidence, next steps, ids as plain words. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

STRENGTHS = ((5.0, "very strong", 4), (3.0, "strong", 3), (1.0, "moderate", 2))
SLIGHT = ("slight", 1)

STEPS = {
    "ask_coder": "Ask the coder, in writing",
    "ask_supervisor": "Ask the coding supervisor",
    "check_vendor": "Check the vendor's agreement",
    "check_login": "Check who used the login",
    "check_device": "Check the device and the network",
    "look": "Look, and say so if all was in order",
}


def strength(score: float) -> tuple[str, int]:
    """A score (natural log of the likelihood ratio) as a word and as marks from 1 to 4.

    The steps 1, 3 and 5 are those of Kass and Raftery, "Bayes Factors", J. Am. Stat. Assoc. 90 (1995), p. 777.
    """
    return next(((word, marks) for least, word, marks in STRENGTHS if score >= least), SLIGHT)


def step(suggested: str) -> str:
    """The next step in words; an unknown one as its id reads."""
    return STEPS.get(suggested, as_words(suggested))


def as_words(identifier: str) -> str:
    """``unassigned_access`` as ``Unassigned access``, ``qa_review`` as ``QA review``."""
    text = " ".join("QA" if word == "qa" else word for word in identifier.split("_"))
    return text[:1].upper() + text[1:]


def day(value: date) -> str:
    """``Mon 4 May 2026``."""
    return f"{value:%a} {value.day} {value:%b %Y}"


def days(first: date, last: date) -> str:
    """``Mon 4 May 2026 to Sun 31 May 2026``; one day alone once."""
    return day(first) if first == last else f"{day(first)} to {day(last)}"


def clock(utc: datetime, zone: ZoneInfo) -> str:
    """``Mon 4 May 2026, 09:00:07 CDT``: to the second, as a log has it."""
    local = utc.replace(tzinfo=UTC).astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y}, {local:%H:%M:%S %Z}"


def percent(part: int, whole: int) -> str:
    """``99.2 %``; never 100 % while something is missing, and a dash where there is nothing to divide."""
    if not whole:
        return "–"
    tenths = round(1000 * part / whole)
    if part < whole:
        tenths = min(tenths, 999)
    return f"{tenths / 10:.1f} %"
