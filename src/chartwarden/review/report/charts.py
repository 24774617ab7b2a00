"""The two charts of a review, hour by weekday and accesses against the queue: Vega-Altair draws, vl-convert writes SVG.

The layout is fixed (no autosize) so that it does not depend on the fonts of the machine: the same findings give the
same bytes. Colours are tokens, so one picture serves light, dark and print.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import altair as alt
import vl_convert as vlc

from chartwarden.review.contracts import CoderLoad, HourCount
from chartwarden.review.report.text import label
from chartwarden.review.report.tokens import var

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WIDTH = 340
SHADES = 5
CODERS = 20
NAME = 14
TAG = re.compile(r"<[a-z]+ [^>]*>")
NOISE = re.compile(r' (?:role|class|pointer-events|aria-[a-z]+)="[^"]*"| opacity="1"')
OPENING = re.compile(r"<svg [^>]*?(viewBox=\"[^\"]*\")[^>]*>")


def shade_limits(most: int) -> list[int]:
    """The largest count of each shade, dark last. Steps grow with the square, so that rare hours can still be seen."""
    return [max(math.ceil(most * (step / SHADES) ** 2), step) for step in range(1, SHADES + 1)]


def shade_names(limits: Sequence[int]) -> list[str]:
    """``0``, ``1–4``, ``5–16`` …, one a shade."""
    lows = [1, *(limit + 1 for limit in limits[:-1])]
    spans = [f"{low:,}" if low == high else f"{low:,}–{high:,}" for low, high in zip(lows, limits, strict=True)]
    return ["0", *spans]


def hours_chart(hours: Sequence[HourCount]) -> str:
    """A heat map of accesses: weekday across, hour down."""
    counts = {(count.weekday, count.hour): count.accesses for count in hours}
    limits = shade_limits(max(counts.values(), default=0))
    names = shade_names(limits)
    rows = []
    for hour in range(24):
        for weekday, day in enumerate(WEEKDAYS):
            number = counts.get((weekday, hour), 0)
            shade = 0 if not number else 1 + next(n for n, limit in enumerate(limits) if number <= limit)
            rows.append({"day": day, "hour": f"{hour:02}", "shade": names[shade]})
    shades = alt.Scale(domain=names, range=[var(f"heat-{step}") for step in range(SHADES + 1)])
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_rect(stroke=var("sheet"), strokeWidth=1.5)
        .encode(
            x=alt.X("day:O", sort=list(WEEKDAYS), axis=alt.Axis(orient="top", title=None, labelAngle=0)),
            y=alt.Y("hour:O", axis=alt.Axis(title="Hour of the day", titleX=-28)),
            color=alt.Color("shade:N", scale=shades, legend=None),
        )
    )
    return _svg(chart, height=384, left=52, top=24, bottom=4)


def queue_chart(loads: Sequence[CoderLoad], names: dict[str, str]) -> str:
    """Distinct patients per coder, those outside of the queue apart; the most outside first, at most ``CODERS``."""
    rows = []
    for number, load in enumerate(worst_first(loads)[:CODERS]):
        name = f"{number + 1}. {label(names.get(load.coder, load.coder), NAME)}"
        outside = load.patients_unexplained
        rows.append({"coder": name, "part": "in the queue", "patients": load.patients - outside, "order": 1})
        rows.append({"coder": name, "part": "outside of it", "patients": outside, "order": 0})
    bars = len(rows) // 2
    counts = alt.Axis(title=None, grid=True, tickCount=3, format=",d", labelOverlap=False)
    parts = alt.Scale(domain=["outside of it", "in the queue"], range=[var("accent"), var("heat-1")])
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(height=12)
        .encode(
            x=alt.X("patients:Q", stack="zero", axis=counts),
            y=alt.Y("coder:N", sort=None, axis=alt.Axis(title=None, labelLimit=0, labelOverlap=False)),
            color=alt.Color("part:N", scale=parts, legend=None),
            order=alt.Order("order:O"),
        )
    )
    return _svg(chart, height=max(bars, 1) * 20, left=140, top=6, bottom=22)


def worst_first(loads: Sequence[CoderLoad]) -> list[CoderLoad]:
    """Most patients outside of the queue first; ties by the patients opened, then by coder."""
    return sorted(loads, key=lambda load: (-load.patients_unexplained, -load.patients, load.coder))


def _svg(chart: Any, height: int, left: int, top: int, bottom: int) -> str:
    sized = (
        chart.properties(
            width=WIDTH - left - 8,
            height=height,
            autosize=alt.AutoSizeParams(type="none"),
            padding={"left": left, "top": top, "right": 8, "bottom": bottom},
        )
        .configure(aria=False, font="inherit", background="transparent")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=var("quiet"), titleColor=var("quiet"), domainColor=var("edge"), gridColor=var("line"),
            tickColor=var("edge"), labelFontSize=11, titleFontSize=11, titleFontWeight="normal", labelPadding=4,
            ticks=False, domain=False,
        )
    )  # fmt: skip
    svg = TAG.sub(lambda tag: NOISE.sub("", tag[0]), str(vlc.vegalite_to_svg(sized.to_dict())))
    return OPENING.sub(rf'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" \1>', svg, count=1)
