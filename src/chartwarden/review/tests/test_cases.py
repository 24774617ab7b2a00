"""Signals fall into cases: nothing lost, nothing twice, stretches take in what is wholly theirs."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chartwarden.review.cases import Draft, case_id
from chartwarden.review.cases import drafts as all_drafts
from chartwarden.review.contracts import Signal

START = datetime(2026, 5, 4, 9)
PLAIN, TAKES_IN = {"unassigned_access"}, {"volume_above_queue"}


def drafts(signals: list[Signal]) -> list[Draft]:
    return all_drafts(signals, PLAIN, TAKES_IN)


def signal(
    detector: str, patient: str | None, accesses: tuple[int, ...], weight: float = 1.0, coder: str = "ana"
) -> Signal:
    begins = START + timedelta(minutes=min(accesses, default=0))
    return Signal(detector, coder, patient, begins, begins, accesses, weight, {}, "…")


def test_a_coder_and_a_patient_are_one_case_with_the_weights_added() -> None:
    [case] = drafts([signal("unassigned_access", "P1", (1,), 1.5), signal("neighbour", "P1", (1, 2), 2.0)])
    assert (case.patient, case.accesses, case.score) == ("P1", (1, 2), 3.5)


def test_one_detector_counts_once_at_its_strongest() -> None:
    [case] = drafts([signal("volume_above_queue", None, (1, 2), 4.0), signal("volume_above_queue", None, (2, 3), 3.0)])
    assert case.score == 4.0


def test_a_burst_takes_in_the_pairs_that_are_wholly_its_own() -> None:
    burst = signal("volume_above_queue", None, (1, 2, 3), 4.0)
    pairs = [signal("unassigned_access", f"P{number}", (number,), 1.5) for number in (1, 2, 3, 4)]
    cases = drafts([burst, *pairs])
    assert [(case.patient, case.accesses) for case in cases] == [(None, (1, 2, 3)), ("P4", (4,))]


def test_a_relative_seen_in_a_burst_stays_a_case_of_its_own() -> None:
    burst = signal("volume_above_queue", None, (1, 2, 3), 4.0)
    relative = [signal("unassigned_access", "P1", (1,), 1.5), signal("family_or_household", "P1", (1,), 5.0)]
    assert [case.patient for case in drafts([burst, *relative])] == ["P1", None]


def test_a_lapse_takes_in_no_pair_and_no_smaller_stretch() -> None:
    lapse = signal("vendor_agreement_not_in_force", None, tuple(range(10)), 5.0)
    burst = signal("volume_above_queue", None, (1, 2, 3), 4.0)
    pair = signal("unassigned_access", "P5", (5,), 1.5)
    assert [case.accesses for case in drafts([lapse, burst, pair])] == [tuple(range(10)), (1, 2, 3), (5,)]


signals = st.lists(
    st.builds(
        signal,
        st.sampled_from(["unassigned_access", "neighbour", "volume_above_queue"]),
        st.sampled_from(["P1", "P2", None]),
        st.frozensets(st.integers(0, 9), min_size=1, max_size=4).map(lambda found: tuple(sorted(found))),
        st.integers(-12, 32).map(lambda quarters: quarters / 4),
        st.sampled_from(["ana", "ben"]),
    ),
    max_size=12,
)


@given(signals)
def test_every_signal_is_in_exactly_one_case_whatever_the_order(found: list[Signal]) -> None:
    cases = drafts(found)
    assert sorted(map(repr, (s for case in cases for s in case.signals))) == sorted(map(repr, found))
    assert all(len({s.coder for s in case.signals}) == 1 for case in cases)
    assert [case.score for case in cases] == sorted((case.score for case in cases), reverse=True)
    again = drafts(list(reversed(found)))
    assert [(c.coder, c.patient, c.accesses) for c in again] == [(c.coder, c.patient, c.accesses) for c in cases]


def test_a_case_keeps_its_id_while_it_holds_the_same() -> None:
    [case] = drafts([signal("neighbour", "P1", (1, 2))])
    assert case_id(case, ["e2", "e1"]) == case_id(case, ["e1", "e2"])
    assert case_id(case, ["e1", "e2"]) != case_id(case, ["e1", "e3"])
