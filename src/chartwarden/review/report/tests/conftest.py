"""Findings made by hand: twelve cases of many kinds with all that data may do to a report, and a review of nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chartwarden.logs.contracts import InputCount, QuarantinedRow
from chartwarden.review.contracts import (
    Access,
    Assignment,
    Case,
    Clinic,
    CoderLoad,
    Coverage,
    DetectorRun,
    Findings,
    HourCount,
    Period,
    Signal,
    Totals,
)

at = datetime.fromisoformat
CLINIC = Clinic("Cedar Creek Family Clinic", ZoneInfo("America/Chicago"))
PERIOD = Period(date(2026, 5, 4), date(2026, 5, 31), at("2026-05-04 05:00"), at("2026-06-01 05:00"))
SCRIPT = "<script>alert('x')</script>"
FORMULA = '=HYPERLINK("https://example.org","Click")'
HEBREW = "נועה לוי"
OVERRIDE = "Ann\u202egpj.exe"
LONG = "W" * 10_000
NAMES = {
    "c-014": "Ana Ruiz",
    "c-002": "Benjamin Okafor",
    "c-003": f"Carla {SCRIPT}",
    "c-004": FORMULA,
    "c-005": HEBREW,
    "c-006": "Maximiliane Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh de la Peña y Montalbán",
    "c-007": OVERRIDE,
    "c-008": "Dara Lind",
    "c-009": "王小明",
    "q-001": "Quinn Abbott",
}
MINUTE = timedelta(minutes=1)


def access(number, occurred_at, actor, patient, action="view", explanation=None, **more):
    fields = {"document": "note", "device": "WS-114", "address": "10.20.4.17", "outcome": "success", **more}
    return Access(
        access=number,
        event=f"ev-{number:06}",
        occurred_at=occurred_at,
        actor=actor,
        action=action,
        patient=patient,
        explanation=explanation,
        file="accesses.csv",
        **fields,
    )


def signal(detector, case_accesses, coder, patient, weight, sentence, against="", **facts):
    return Signal(
        detector,
        coder,
        patient,
        case_accesses[0].occurred_at,
        case_accesses[-1].occurred_at,
        tuple(a.access for a in case_accesses),
        weight,
        facts,
        sentence,
        against,
    )


def case(rank, score, coder, patient, held, signals, suggested, assignments=()):
    return Case(
        case=f"{rank:02}" + "9f3a71c05d2e48"[:14],
        rank=rank,
        score=score,
        coder=coder,
        patient=patient,
        begins=held[0].occurred_at,
        ends=held[-1].occurred_at,
        accesses=tuple(held),
        signals=tuple(signals),
        narrative=" ".join(s.sentence for s in signals),
        suggested=suggested,
        assignments=tuple(assignments),
    )


def pair(rank, score, coder, patient, begins, looks, detectors, suggested, against="", assignments=()):
    """A case of one coder and one patient, with a signal for each (detector, weight, sentence)."""
    actions = ("open", "view", "view", "print", "view", "export")
    held = [access(rank * 1000 + n, begins + n * 4 * MINUTE, coder, patient, actions[n % 6]) for n in range(looks)]
    signals = [
        signal(name, held, coder, patient, weight, sentence, against if n == 0 else "")
        for n, (name, weight, sentence) in enumerate(detectors)
    ]
    return case(rank, score, coder, patient, held, signals, suggested, assignments)


def rich_cases():
    outside = "No assignment and no ticket covered it."
    burst = [
        access(
            2000 + n,
            at("2026-05-16 02:04") + n * MINUTE,
            "c-002",
            f"P-{30000 + n}",
            "view",
            "assignment_open" if n % 9 == 0 else None,
        )
        for n in range(87)
    ]
    first = at("2026-05-09 02:10")
    around = (
        Assignment("A-7710", "c-008", "P-20931", "initial", first - timedelta(days=4), first - timedelta(days=2)),
        Assignment("A-7801", "q-001", "P-20931", "qa_review", first - timedelta(days=1), None),
    )
    own = (
        Assignment("A-6001", "c-005", "P-11873", "initial", at("2026-05-05 13:00"), at("2026-05-06 21:00")),
        Assignment("A-6002", "c-005", "P-11873", "addendum", at("2026-05-13 13:00"), at("2026-05-13 18:00")),
    )
    return (
        pair(
            1,
            9.34,
            "c-014",
            "P-20931",
            first,
            6,
            [
                (
                    "family_or_household",
                    4.6,
                    "Ana Ruiz and patient P-20931 share a rare surname, an address and a phone number.",
                ),
                ("outside_working_hours", 2.4, "The session began at 21:10 on a Friday; the schedule ends at 17:00."),
                ("unassigned_access", 1.5, f"c-014 opened the record of patient P-20931 six times. {outside}"),
                (
                    "copy_retained",
                    0.84,
                    "One page was printed and one file was exported, after the work had gone to another coder.",
                ),
            ],
            "ask_supervisor",
            "A coder of the same team held this record two days before.",
            around,
        ),
        case(
            2,
            6.8,
            "c-002",
            None,
            burst,
            [
                signal(
                    "volume_above_queue",
                    burst,
                    "c-002",
                    None,
                    5.1,
                    "Benjamin Okafor opened 77 patients outside of the queue in 86 minutes; 3 a day would be usual.",
                ),
                *[
                    signal(
                        "unassigned_access",
                        [a],
                        "c-002",
                        a.patient,
                        0.2,
                        f"c-002 opened the record of patient {a.patient} once. {outside}",
                        "It was one short look, as a mis-click would be.",
                    )
                    for a in burst
                    if not a.explanation
                ],
            ],
            "ask_supervisor",
        ),
        pair(
            3,
            5.6,
            "c-008",
            "P-11020",
            at("2026-05-22 15:00"),
            3,
            [
                (
                    "after_separation",
                    5.6,
                    "Dara Lind's engagement ended on Fri 15 May 2026; the login was used a week later.",
                )
            ],
            "check_login",
        ),
        pair(
            4,
            4.4,
            "c-003",
            "P-40001",
            at("2026-05-12 15:00"),
            2,
            [("colleague", 2.9, f"The patient works here. {SCRIPT}"), ("unassigned_access", 1.5, outside)],
            "ask_coder",
        ),
        pair(
            5,
            3.9,
            "c-005",
            "P-11873",
            at("2026-05-20 14:00"),
            4,
            [("repeat_after_close", 3.9, "The record was opened on four days after it was coded and submitted.")],
            "ask_supervisor",
            "The record had been reopened for an addendum on Wed 13 May 2026.",
            own,
        ),
        pair(
            6,
            3.3,
            "c-004",
            FORMULA,
            at("2026-05-06 16:00"),
            2,
            [("public_figure", 3.3, "The patient is flagged as a public figure.")],
            "ask_coder",
        ),
        pair(
            7,
            2.9,
            "c-006",
            "P-50611",
            at("2026-05-07 14:00"),
            1,
            [("neighbour", 2.9, "They live in the same block of flats, on the same floor.")],
            "ask_coder",
        ),
        pair(
            8,
            2.2,
            "vpn-test",
            "P-10007",
            at("2026-05-19 08:00"),
            5,
            [("unknown_actor", 2.2, "No person in the workforce feed has the login vpn-test.")],
            "check_login",
        ),
        pair(
            9,
            1.9,
            "c-007",
            "P-61100",
            at("2026-05-26 18:00"),
            2,
            [("unapproved_device_or_network", 1.9, f"The device {LONG} is not in the register.")],
            "check_device",
        ),
        pair(
            10,
            1.5,
            "c-009",
            LONG,
            at("2026-05-27 18:00"),
            2,
            [("vendor_agreement_not_in_force", 1.5, "The vendor's agreement ended on Sun 24 May 2026.")],
            "check_vendor",
        ),
        pair(
            11,
            0.9,
            "c-014",
            "P-20777",
            at("2026-05-28 18:00"),
            2,
            [("contact_lookup", 0.9, "Only the page with address and phone was opened.")],
            "look",
        ),
        pair(
            12,
            0.2,
            "c-002",
            "P-30500",
            at("2026-05-29 18:00"),
            1,
            [("unassigned_access", 0.2, outside)],
            "look",
            "It was one short look, as a mis-click would be.",
        ),
    )


def rich_hours():
    """Work from 8 to 17, quiet weekends, a few nights; Monday is 0."""
    busy = {8: 310, 9: 480, 10: 520, 11: 470, 12: 190, 13: 440, 14: 500, 15: 460, 16: 330, 17: 90}
    counts = [
        HourCount(day, hour, number - 13 * day)
        for day in range(5)
        for hour, number in busy.items()
        if number > 13 * day
    ]
    return (*counts, HourCount(4, 21, 93), HourCount(5, 9, 12), HourCount(1, 3, 2))


@pytest.fixture(scope="session")
def findings():
    sha = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
    loads = [
        CoderLoad(c, 260 - 11 * n, 258 - 11 * n, (77 if c == "c-002" else n % 4), 980 - 40 * n)
        for n, c in enumerate(sorted(NAMES))
    ]
    return Findings(
        clinic=CLINIC,
        period=PERIOD,
        engine="duckdb",
        inputs=(
            InputCount(
                "accesses.csv",
                sha,
                18_437,
                18_420,
                3,
                14,
                "plain",
                ("A column that is not known was left out: shift.",),
            ),
            InputCount("assignments.csv", sha[::-1], 2_210, 2_210, 0, 0),
            InputCount("workforce.csv", sha[8:] + sha[:8], 41, 41, 0, 0),
        ),
        quarantined=(
            QuarantinedRow("accesses.csv", 208, "expected a time in ISO 8601; found '2026-13-01 10:00'"),
            QuarantinedRow("accesses.csv", 9_114, f"expected 12 columns; found 3: {SCRIPT}"),
            QuarantinedRow("accesses.csv", 9_115, f"a NUL byte: \x00 {LONG}"),
        ),
        coverage=Coverage(
            days=tuple(PERIOD.first_day + timedelta(days=n) for n in range(28) if n not in (20, 21)),
            days_without_accesses=(date(2026, 5, 24), date(2026, 5, 25)),
            systems=("plain",),
            out_of_scope=5_120,
            local_times_guessed=1,
            notes=("The clock of the log jumped back by 61 minutes on Tue 19 May 2026, 10:14 CDT.",),
            not_accesses={"application start": 212},
        ),
        totals=Totals(13_300, 13_187, 113, {"assignment_open": 12_000, "qa_review": 1_187}, 2_409, 10_891),
        detectors=(
            DetectorRun("after_separation", 1, True, None, 1),
            DetectorRun("family_or_household", 1, True, None, 1),
            DetectorRun("neighbour", 1, True, None, 1),
            DetectorRun("outside_working_hours", 2, True, None, 1),
            DetectorRun("self_access", 1, False, "no patients feed", 0),
            DetectorRun("unassigned_access", 1, True, None, 81),
            DetectorRun("shared_login", 1, False, "no networks feed", 0),
            DetectorRun("volume_above_queue", 1, True, None, 1),
        ),
        cases=rich_cases(),
        hours=rich_hours(),
        loads=tuple(loads),
        names=NAMES,
    )


@pytest.fixture(scope="session")
def no_findings():
    """A review of a log in which nothing was found, and nothing was there."""
    return Findings(
        clinic=CLINIC,
        period=PERIOD,
        engine="duckdb",
        inputs=(InputCount("accesses.csv", "", 0, 0, 0, 0),),
        quarantined=(),
        coverage=Coverage((), (PERIOD.first_day,), (), 0, 0),
        totals=Totals(0, 0, 0, {}, 0, 0),
        detectors=(DetectorRun("unassigned_access", 1, True, None, 0),),
        cases=(),
        hours=(),
        loads=(),
    )
