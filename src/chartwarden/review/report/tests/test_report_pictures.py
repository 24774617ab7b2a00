"""Charts and time lines: sound SVG, colours from the tokens alone, the same bytes, and data in the right place."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.review.contracts import CoderLoad
from chartwarden.review.report.charts import CODERS, hours_chart, queue_chart, shade_limits, shade_names
from chartwarden.review.report.timeline import time_line, window
from chartwarden.review.report.tokens import DARK, LIGHT, PRINT, REFERENCE, resolved

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def pictures(findings):
    zone, names = findings.clinic.time_zone, findings.names
    return [
        hours_chart(findings.hours),
        queue_chart(findings.loads, names),
        *(time_line(case, zone, names) for case in findings.cases),
    ]


def test_pictures_are_sound_and_take_every_colour_from_the_tokens(pictures):
    for picture in pictures:
        root = fromstring(picture)
        assert root.tag == f"{SVG}svg"
        for element in root.iter():
            for name in ("fill", "stroke"):
                paint = element.get(name)
                assert paint is None or paint in ("none", "transparent") or REFERENCE.fullmatch(paint), paint
        assert "var(" not in resolved(picture, PRINT)


def test_pictures_are_small_and_the_same_each_time(pictures, findings):
    assert len(pictures[0]) < 24_000
    assert len(pictures[1]) < 8_000
    assert sorted(len(line) for line in pictures[2:])[6] < 3_000
    assert hours_chart(findings.hours) == pictures[0]
    assert queue_chart(tuple(reversed(findings.loads)), findings.names) == pictures[1]


def test_names_in_a_chart_are_text_and_short(pictures):
    labels = [text.text for text in fromstring(pictures[1]).iter(f"{SVG}text")]
    assert "6. Carla <script…" in labels
    assert max(map(len, labels)) <= 18


def test_the_chart_shows_the_worst_coders_and_no_more_than_fit():
    loads = [CoderLoad(f"c-{n}", 100, 90, n, 300) for n in range(60)]
    labels = [text.text for text in fromstring(queue_chart(loads, {})).iter(f"{SVG}text")]
    bars = [label for label in labels if re.match(r"\d+\. ", label)]
    assert len(bars) == CODERS
    assert bars[0] == "1. c-59"


def test_charts_of_nothing_can_be_drawn():
    assert fromstring(hours_chart(())).tag == f"{SVG}svg"
    assert fromstring(queue_chart((), {})).tag == f"{SVG}svg"


@given(st.integers(0, 10_000_000))
def test_shades_cover_every_count_once(most):
    limits = shade_limits(most)
    assert all(before < after for before, after in pairwise(limits))
    assert limits[-1] >= most
    assert len(shade_names(limits)) == 6


def test_time_line_holds_every_access_and_what_lies_near(findings):
    case = findings.cases[0]
    shown = window(case)
    assert shown.begins < case.assignments[0].assigned_at
    assert shown.ends > case.accesses[-1].occurred_at
    far = replace(case.assignments[0], assigned_at=case.begins - timedelta(days=400), ended_at=None)
    assert window(replace(case, assignments=(far,))).begins > case.begins - timedelta(days=1)


def test_time_line_tells_own_assignments_from_others_and_explained_from_not(findings):
    zone, names = findings.clinic.time_zone, findings.names
    reopened = fromstring(time_line(findings.cases[4], zone, names))
    assert {bar.get("fill") for bar in reopened.iter(f"{SVG}rect")} == {"var(--accent)"}
    others = fromstring(time_line(findings.cases[0], zone, names))
    assert {bar.get("fill") for bar in others.iter(f"{SVG}rect")} == {"var(--sheet)"}
    words = [text.text for text in others.iter(f"{SVG}text")]
    assert words[:4] == [
        "Assigned to Ana Ruiz: nothing",
        "Assigned to Dara Lind",
        "Assigned to Quinn Abbott",
        "Accesses",
    ]
    burst = fromstring(time_line(findings.cases[1], zone, names))
    assert {dot.get("fill") for dot in burst.iter(f"{SVG}circle")} == {"var(--sheet)", "var(--ink)"}


def test_a_case_without_accesses_has_a_time_line(findings):
    case = replace(findings.cases[0], accesses=(), assignments=())
    assert fromstring(time_line(case, findings.clinic.time_zone, {})).tag == f"{SVG}svg"


def luminance(colour):
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, two):
    dark, bright = sorted((luminance(one), luminance(two)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK, PRINT], ids=["light", "dark", "print"])
def test_tokens_can_be_told_apart(palette):
    for ground in ("ground", "sheet", "wash"):
        assert contrast(palette["ink"], palette[ground]) >= 7
        assert contrast(palette["quiet"], palette[ground]) >= 4.5
        assert contrast(palette["accent"], palette[ground]) >= 4.5
    for mark in ("accent", "edge", "ink"):
        assert contrast(palette[mark], palette["sheet"]) >= 3
    shades = [luminance(palette[f"heat-{step}"]) for step in range(6)]
    assert shades in (sorted(shades), sorted(shades, reverse=True))
