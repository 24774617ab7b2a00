"""A state machine follows its table, and says what else could have been done."""

from __future__ import annotations

import pytest

from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.transitions import Transitions

DOOR = Transitions("door", {("open", "closed"): "shut", ("shut", "opened"): "open", ("shut", "locked"): "barred"})


def test_it_follows_the_table() -> None:
    assert DOOR.after("open", "closed") == "shut"
    assert DOOR.after("shut", "locked") == "barred"
    assert DOOR.states == ("barred", "open", "shut")


def test_a_step_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(Refused, match=r"A door that is shut can't be painted.*locked, opened"):
        DOOR.after("shut", "painted")


def test_an_end_says_so() -> None:
    with pytest.raises(Refused, match="nothing more"):
        DOOR.after("barred", "opened")
