"""When a vendor is covered by its agreements, and by those above it."""

from datetime import date
from typing import Any

from chartwarden.review.agreements import Gap, gaps
from chartwarden.review.feeds import TERMS

FROM, TO = date(2026, 5, 1), date(2026, 6, 1)


def vendor(name: str, parent: str | None = None) -> dict[str, Any]:
    return {"vendor": name, "parent": parent}


def baa(name: str, start: date, end: date | None = None, terms: tuple[str, ...] = TERMS, signed: date | None = None):
    return {
        "vendor": name,
        "signed_on": signed or start,
        "effective_from": start,
        "effective_to": end,
        "terms": list(terms),
    }


def test_in_force_all_along_leaves_no_gap() -> None:
    rows = [baa("V1", date(2025, 1, 1), date(2026, 5, 10)), baa("V1", date(2026, 5, 11))]
    assert gaps([vendor("V1")], rows, [], FROM, TO) == []


def test_the_last_day_is_covered_and_the_next_is_not() -> None:
    found = gaps([vendor("V1")], [baa("V1", date(2025, 1, 1), date(2026, 5, 10))], [], FROM, TO)
    assert found == [Gap("V1", date(2026, 5, 11), TO, "V1", "ended")]


def test_an_agreement_counts_from_its_signature() -> None:
    found = gaps([vendor("V1")], [baa("V1", date(2026, 5, 1), signed=date(2026, 5, 8))], [], FROM, TO)
    assert found == [Gap("V1", FROM, date(2026, 5, 8), "V1", "not_yet")]


def test_a_missing_term_is_named_until_a_better_agreement_begins() -> None:
    rows = [baa("V1", date(2025, 1, 1), terms=TERMS[:3]), baa("V1", date(2026, 5, 20))]
    found = gaps([vendor("V1")], rows, [], FROM, TO)
    missing = "breach_notification, return_or_destruction"
    assert found == [Gap("V1", FROM, date(2026, 5, 20), "V1", "terms_missing", missing)]


def test_terms_are_not_judged_where_the_feed_names_none() -> None:
    assert gaps([vendor("V1")], [baa("V1", date(2025, 1, 1), terms=())], [], FROM, TO) == []


def test_a_subcontractor_hangs_on_every_vendor_above_it() -> None:
    vendors = [vendor("V1"), vendor("V2", "V1"), vendor("V3", "V2")]
    rows = [baa("V1", date(2025, 1, 1), date(2026, 5, 10)), baa("V2", date(2025, 1, 1)), baa("V3", date(2025, 1, 1))]
    found = gaps(vendors, rows, [], FROM, TO)
    assert [(gap.vendor, gap.at_fault, gap.begins) for gap in found] == [
        (name, "V1", date(2026, 5, 11)) for name in ("V1", "V2", "V3")
    ]


def test_an_employer_that_no_feed_knows_has_no_agreement() -> None:
    assert gaps([], [], ["V9"], FROM, TO) == [Gap("V9", FROM, TO, "V9", "no_agreement")]


def test_a_chain_that_leads_back_to_itself_ends() -> None:
    vendors = [vendor("V1", "V2"), vendor("V2", "V1")]
    rows = [baa("V1", date(2025, 1, 1)), baa("V2", date(2025, 1, 1))]
    assert gaps(vendors, rows, [], FROM, TO) == []
