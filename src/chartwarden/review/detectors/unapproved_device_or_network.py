"""Records were opened from a device or a network that the clinic has not approved."""

from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._rows import joined, signal, when
from chartwarden.review.wording import count, listed

FAULTS = {
    "personal": "is personally owned",
    "unregistered": "is not in the register",
    "not_approved": "was not approved at that time",
    "unencrypted": "has no full-disk encryption",
    "unmanaged": "is not managed",
    "no_antivirus": "has no antivirus",
    "anothers": "is registered to someone else",
    "other": "is neither an office nor a VPN",
    "unlisted": "is in none of the listed networks, so neither an office nor a VPN",
}
LOOKS = (
    "event,occurred_at,actor,action,patient,device,address\n"
    "e1,2026-05-04T09:00:00,ana,open,P1,LT-1,10.8.0.7\n"
    "e2,2026-05-04T09:00:00,ben,open,P2,LT-2,10.20.1.2\n"
)
DEVICES = "device,person,owner,encrypted,managed,antivirus,approved_from,approved_to\n"


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder and device, or coder and network address, with all that speaks against it."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["coder"], row["kind"], row["name"]), []).append(row)
    for (coder, kind, name), group in sorted(groups.items()):
        faults = [fault for fault in FAULTS if any(row["fault"] == fault for row in group)]
        whole = joined(group)
        accesses = len(set(whole["accesses"]))
        weights = sorted((scoring.parameters[fault] for fault in faults), reverse=True)
        yield signal(
            scoring,
            whole,
            None,
            weights[0] + scoring.parameters["each_more"] * (len(weights) - 1),
            {"kind": kind, kind: name, "faults": ", ".join(faults), "accesses": accesses},
            f"{coder} worked from {'device' if kind == 'device' else 'address'} {name}, which "
            f"{listed(FAULTS[fault] for fault in faults)}: {count(accesses, 'access')}, {when(scoring, whole)}.",
            "The register may be behind." if faults == ["unregistered"] else "",
        )


DETECTOR = Detector(
    title="Unapproved device or network",
    version=2,
    citation="45 CFR 164.310(b)–(c), 164.312(a)(2)(iv), 164.312(e)",
    flags="Records were opened from a device that is not approved, or over a network that is neither office nor VPN.",
    matters="On a personal or open device, and over an open network, records can be copied without a trace.",
    advice="Ask which device and network were used; approve them or have them replaced.",
    basis=(
        "Judged, not fitted: a personal device is seldom in order (4); a device not in the register is as often a "
        "register behind the facts as a device not allowed (2.5); another's device may have been borrowed (2). Each "
        "further fault adds 0.5, since faults of one device come together."
    ),
    suggested="check_device",
    needs_any=("devices", "networks"),
    sql="""
        SELECT b.coder, b.kind, b.name, b.fault, min(a.occurred_at) AS first_at, max(a.occurred_at) AS last_at,
               array_agg(a.access) AS accesses
        FROM (
          SELECT c.coder, 'device' AS kind, c.device AS name, 'unregistered' AS fault,
                 TIMESTAMP '1900-01-01 00:00:00' AS begins, TIMESTAMP '9999-12-31 00:00:00' AS ends
          FROM connections AS c
          WHERE c.device IS NOT NULL AND EXISTS (SELECT 1 FROM devices AS d)
            AND NOT EXISTS (SELECT 1 FROM devices AS d WHERE d.device = c.device)
          UNION
          SELECT c.coder, 'device' AS kind, c.device AS name, f.fault, f.begins, f.ends
          FROM connections AS c JOIN device_faults AS f ON f.device = c.device
          WHERE c.first_at < f.ends AND c.last_at >= f.begins
          UNION
          SELECT c.coder, 'device' AS kind, c.device AS name, 'anothers' AS fault,
                 TIMESTAMP '1900-01-01 00:00:00' AS begins, TIMESTAMP '9999-12-31 00:00:00' AS ends
          FROM connections AS c JOIN devices AS d ON d.device = c.device
          WHERE d.person <> c.coder
          UNION
          SELECT c.coder, 'network' AS kind, c.address AS name, n.kind AS fault,
                 TIMESTAMP '1900-01-01 00:00:00' AS begins, TIMESTAMP '9999-12-31 00:00:00' AS ends
          FROM connections AS c JOIN addresses AS n ON n.address = c.address
          WHERE n.kind IN ('other', 'unlisted')
        ) AS b
        JOIN accesses AS a
          ON a.coder = b.coder AND a.occurred_at >= b.begins AND a.occurred_at < b.ends
         AND ((b.kind = 'device' AND a.device = b.name) OR (b.kind = 'network' AND a.address = b.name))
        GROUP BY b.coder, b.kind, b.name, b.fault
    """,
    score=score,
    parameters={
        "personal": 4,
        "unregistered": 2.5,
        "not_approved": 2.5,
        "unencrypted": 2.5,
        "unmanaged": 2,
        "no_antivirus": 2,
        "anothers": 2,
        "other": 2.5,
        "unlisted": 2.5,
        "each_more": 0.5,
    },
    examples=(
        Example(
            "One device is personal, the other in no register",
            feeds={"accesses": LOOKS, "devices": DEVICES + "LT-1,ana,personal,false,false,true,,\n"},
            expect=(("ana", None), ("ben", None)),
        ),
        Example(
            "Approval had ended; the other's device belongs to someone else",
            feeds={
                "accesses": LOOKS,
                "devices": DEVICES
                + "LT-1,ana,clinic,true,true,true,2024-01-01,2026-05-03\nLT-2,ana,clinic,true,true,true,2024-01-01,\n",
            },
            expect=(("ana", None), ("ben", None)),
        ),
        Example(
            "Good devices; one of them on an address in no listed network",
            feeds={
                "accesses": LOOKS + "e3,2026-05-04T20:00:00,ana,open,P1,LT-1,203.0.113.9\n",
                "devices": DEVICES
                + "LT-1,ana,clinic,true,true,true,2024-01-01,\nLT-2,ben,vendor,true,true,true,2024-01-01,\n",
                "networks": "cidr,kind\n10.8.0.0/16,vpn\n10.20.0.0/16,office\n",
            },
            expect=(("ana", None),),
        ),
        Example(
            "There are only networks, and one address is in none of them; no device is judged",
            feeds={"accesses": LOOKS, "networks": "cidr,kind\n10.8.0.0/16,vpn\n"},
            expect=(("ben", None),),
        ),
        Example(
            "Approved devices over the VPN and in the office, on the last day of approval",
            feeds={
                "accesses": LOOKS,
                "devices": DEVICES
                + "LT-1,ana,clinic,true,true,true,2024-01-01,2026-05-04\nLT-2,,vendor,true,true,true,2026-05-04,\n",
                "networks": "cidr,kind\n10.8.0.0/16,vpn\n10.20.0.0/16,office\n",
            },
            expect=(),
        ),
    ),
)
