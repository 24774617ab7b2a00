"""A parameter without effect would mislead whoever sets it in clinic.toml."""

import pytest

from chartwarden.review.services import detectors


@pytest.mark.parametrize("name", ["neighbour", "colleague"])
def test_assigned_work_on_neighbours_and_colleagues_has_no_parameters(name: str) -> None:
    assert not {"glance_looks", "glance_minutes", "likelier_explained"} & detectors()[name].parameters.keys()
