"""Run a plug-in's examples through the whole review: they are its documentation and its tests."""

from __future__ import annotations

from pathlib import Path

from chartwarden.review.contracts import Example

DEFAULTS = {
    "accesses": "event,occurred_at,actor,action,patient\n",
    "workforce": (
        "person,logins,role,started_on\nana,ana,coder,2020-01-01\nben,ben,coder,2020-01-01\nsue,sue,coding_supervisor,2020-01-01\n"
    ),
    "assignments": "assignment,patient,coder,kind,assigned_at\n",
}
CLINIC = 'name = "Example Clinic"\ntime_zone = "UTC"\n'


def write_example(example: Example, folder: Path) -> None:
    """Write an example's feeds, with the defaults for what it leaves out, as a review folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "clinic.toml").write_text(CLINIC + example.clinic, encoding="utf-8")
    for name, content in {**DEFAULTS, **example.feeds}.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
