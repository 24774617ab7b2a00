"""Someone of a coding vendor opened records while the vendor's agreement was not in force."""

from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._rows import signal
from chartwarden.review.wording import count, listed, stretch

FAULTS = {
    "no_agreement": "there is no agreement with {at_fault}",
    "not_yet": "the agreement with {at_fault} was not yet signed or not yet in force",
    "ended": "the agreement with {at_fault} had ended",
    "terms_missing": "the agreement with {at_fault} lacks {missing}",
}
VENDORS = "vendor,name,parent\nV1,Coding Company,\nV2,Its Subcontractor,V1\n"
BAAS = "vendor,signed_on,effective_from,effective_to,terms\n"
ALL_TERMS = "permitted_uses;safeguards;subcontractors;breach_notification;return_or_destruction\n"
PEOPLE = "person,logins,role,started_on,employer\nana,ana,coder,2020-01-01,V1\nben,ben,coder,2020-01-01,V2\n"
LOOKS = (
    "event,occurred_at,actor,action,patient\ne1,2026-05-04T09:00:00,ana,open,P1\ne2,2026-05-06T09:00:00,ben,open,P2\n"
)


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder and lapse; it is about the vendor, so no patient is named."""
    for row in rows:
        accesses, patients = int(row["held"]), int(row["patients"])
        weight = scoring.parameters["terms_weight" if row["fault"] == "terms_missing" else "weight"]
        missing = listed(term.replace("_", " ") for term in row["missing"].split(", "))
        fault = FAULTS[row["fault"]].format(at_fault=row["at_fault"], missing=missing)
        chain = f", on which {row['vendor']} depends" if row["at_fault"] != row["vendor"] else ""
        facts = {
            "vendor": row["vendor"],
            "at_fault": row["at_fault"],
            "fault": row["fault"],
            "missing": row["missing"],
            "accesses": accesses,
            "patients": patients,
        }
        yield signal(
            scoring,
            row,
            None,
            weight,
            facts,
            f"{row['coder']} of vendor {row['vendor']} opened records of {count(patients, 'patient')} in "
            f"{count(accesses, 'access')}, {stretch(row['first_at'], row['last_at'], scoring.clinic.time_zone)}, "
            f"while {fault}{chain}.",
            "Work may have been given in good faith; the lapse is the vendor's and the clinic's to close.",
        )


DETECTOR = Detector(
    title="Vendor's agreement not in force",
    version=2,
    citation="45 CFR 164.502(e), 164.504(e), 164.308(b), 164.314(a)(2)(iii)",
    flags="A vendor's coder opened records while the vendor, or one above it in the chain, had no agreement in force.",
    matters="Without a signed agreement that holds every term, a coding company may not see any record.",
    advice="Stop the vendor's access until the agreement is signed; then judge whether the lapse must be reported.",
    basis=(
        "Judged, not fitted: the dates are the clinic's own, wrong perhaps once in a hundred and fifty (5); terms are "
        "more often written down badly than left out (3)."
    ),
    suggested="check_vendor",
    needs=("vendors", "baas"),
    sql="""
        SELECT a.coder, g.vendor, g.at_fault, g.fault, g.missing, g.begins, count(*) AS held,
               count(DISTINCT a.patient) AS patients, min(a.occurred_at) AS first_at, max(a.occurred_at) AS last_at,
               array_agg(a.access) AS accesses
        FROM agreement_gaps AS g
        JOIN people AS p ON p.employer = g.vendor
        JOIN accesses AS a ON a.person = p.person AND a.occurred_at >= g.begins AND a.occurred_at < g.ends
        WHERE a.patient IS NOT NULL AND coalesce(a.outcome, 'success') <> 'denied'
        GROUP BY a.coder, g.vendor, g.at_fault, g.fault, g.missing, g.begins
    """,
    score=score,
    parameters={"weight": 5, "terms_weight": 3},
    examples=(
        Example(
            "The agreement ended; the subcontractor's own is in force, but hangs on it",
            feeds={
                "workforce": PEOPLE,
                "vendors": VENDORS,
                "baas": BAAS + f"V1,2024-01-02,2024-01-02,2026-05-05,{ALL_TERMS}V2,2024-01-02,2024-01-02,,{ALL_TERMS}",
                "accesses": LOOKS,
            },
            expect=(("ben", None),),
        ),
        Example(
            "A term is missing; another vendor has no agreement at all",
            feeds={
                "workforce": PEOPLE,
                "vendors": "vendor,name,parent\nV1,Coding Company,\nV2,Another Company,\n",
                "baas": BAAS + "V1,2024-01-02,2024-01-02,,permitted_uses;safeguards;subcontractors\n",
                "accesses": LOOKS,
            },
            expect=(("ana", None), ("ben", None)),
        ),
        Example(
            "No agreement, and no record seen: a refused login and a refused attempt",
            feeds={
                "workforce": PEOPLE,
                "vendors": VENDORS,
                "baas": BAAS,
                "accesses": "event,occurred_at,actor,action,patient,outcome\n"
                "e1,2026-05-04T09:00:00,ana,login,,denied\n"
                "e2,2026-05-04T09:01:00,ana,login,,success\n"
                "e3,2026-05-04T09:02:00,ana,open,P1,denied\n",
            },
            expect=(),
        ),
        Example(
            "Every agreement in force, on its last day too",
            feeds={
                "workforce": PEOPLE,
                "vendors": VENDORS,
                "baas": BAAS + f"V1,2024-01-02,2024-01-02,2026-05-06,{ALL_TERMS}V2,2024-01-02,2024-01-02,,{ALL_TERMS}",
                "accesses": LOOKS,
            },
            expect=(),
        ),
    ),
)
