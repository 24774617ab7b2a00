"""The terminal screen and its progress, in a pipe and on a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from chartwarden.review.report.terminal import show


def console(width=100, **settings):
    return Console(file=io.StringIO(), width=width, **settings)


def test_in_a_pipe_there_is_text_and_no_escape(findings):
    pipe = console()
    show(findings, pipe, first=10)
    told = pipe.file.getvalue()
    assert "\x1b" not in told
    assert "12 cases to decide." in told
    assert "Ana Ruiz (c-014)" in told
    assert "And 2 more in the report." in told
    assert "self_access: not run: no patients feed" in told
    assert "99.2 % explained by the queue" in told


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(findings, width):
    pipe = console(width)
    show(findings, pipe)
    assert max(len(line) for line in pipe.file.getvalue().splitlines()) <= width


def test_text_of_the_data_is_never_console_markup(findings):
    from dataclasses import replace

    hostile = "[red]x[/red] [link=https://example.org]y[/link] \x1b[31mz"
    case = replace(findings.cases[2], coder=hostile, patient=hostile)
    screen = console(200, force_terminal=True)
    show(replace(findings, cases=(case,), names={}), screen)
    told = screen.file.getvalue()
    assert "[red]x[/red] [link=https://example.org]" in told
    assert "\x1b[31m" not in told


def test_without_cases_it_says_so_and_warns(no_findings):
    pipe = console()
    show(no_findings, pipe)
    told = pipe.file.getvalue()
    assert "No case to decide." in told
    assert "! No access of a person in scope was found in this period. Is it the right log?" in told
