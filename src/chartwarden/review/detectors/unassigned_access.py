"""A record opened that was not in the coder's queue."""

from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.wording import stretch, times


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder and patient; more looks, on more days, weigh more; a single short look weighs least."""
    for row in rows:
        looks, days = int(row["looks"]), int(row["days"])
        minutes = (row["last_at"] - row["first_at"]).total_seconds() / 60
        brief = looks <= scoring.parameters["brief_looks"] and minutes <= scoring.parameters["brief_minutes"]
        weight = scoring.parameters["brief_weight"] if brief else scoring.parameters["weight"]
        weight += scoring.parameters["weight_per_more_days"] * (min(days, 4) - 1)
        yield Signal(
            detector=scoring.detector,
            coder=row["coder"],
            patient=row["patient"],
            begins=row["first_at"],
            ends=row["last_at"],
            accesses=tuple(sorted(row["accesses"])),
            weight=weight,
            facts={"looks": looks, "days": days, "minutes": round(minutes, 1)},
            sentence=(
                f"{row['coder']} opened the record of patient {row['patient']} {times(looks)}, "
                f"{stretch(row['first_at'], row['last_at'], scoring.zone_of(row['coder']))}; "
                "no assignment and no ticket covered it."
            ),
            against="It was one short look, as a mis-click would be." if brief else "",
        )


DETECTOR = Detector(
    title="Record outside the queue",
    version=1,
    citation="45 CFR 164.514(d)(2), 164.502(b)",
    flags="A coder opened a record that was not assigned to them at that time.",
    matters="A record outside the active queue is no business of a coder; curiosity is no reason.",
    advice="Ask the supervisor whether the work was given by word of mouth; if so, have it entered.",
    basis=(
        "Judged, not fitted: one brief look is about as likely by mistake as by intent (0.2); a longer look is several "
        "times likelier without a reason (1.5); each further day adds 0.7, since a mistake is rarely repeated."
    ),
    suggested="ask_supervisor",
    sql="""
        SELECT u.coder, u.patient, count(*) AS looks, count(DISTINCT CAST(u.occurred_at AS DATE)) AS days,
               min(u.occurred_at) AS first_at, max(u.occurred_at) AS last_at, array_agg(u.access) AS accesses
        FROM unexplained AS u
        GROUP BY u.coder, u.patient
    """,
    score=score,
    parameters={
        "brief_looks": 2,
        "brief_minutes": 3,
        "brief_weight": 0.2,
        "weight": 1.5,
        "weight_per_more_days": 0.7,
    },
    examples=(
        Example(
            "A record opened for ten minutes without an assignment",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T09:00:00,ana,open,P9\n"
                "e2,2026-05-04T09:10:00,ana,view,P9\n",
            },
            expect=(("ana", "P9"),),
        ),
        Example(
            "Everything opened was assigned",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\ne1,2026-05-04T09:00:00,ana,open,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\nA1,P1,ana,initial,2026-05-04T08:00:00,\n",
            },
            expect=(),
        ),
    ),
)
