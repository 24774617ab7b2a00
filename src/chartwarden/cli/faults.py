"""What went wrong, as one line a person can act on."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import typer

from chartwarden.kernel.errors import Fault


def usage_fault(error: typer.TyperException) -> Fault:
    """A wrong option or argument in the same words as a wrong input: where, what was expected, what was found."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "chartwarden"
    listed = f"what `{command} --help` lists"
    option = getattr(error, "option_name", None)
    if option is not None:
        return Fault(option, listed, _said(error))
    parameter = getattr(error, "param", None)
    if parameter is not None:
        name = parameter.opts[0] if parameter.param_type_name == "option" else parameter.metavar
        return Fault(name, f"a value (`{command} --help` says more)", error.message.rstrip(".") or "none")
    return Fault(command, listed, _said(error))


def program_fault(fault: BaseException, arguments: Sequence[str]) -> str:
    """One line: the kind of fault, and how to see where. Its text may hold values of rows: only --debug tells it."""
    what = type(fault).__name__
    again = shlex.join(["chartwarden", "--debug", *arguments])
    return f"chartwarden: a fault of the program, not of your input: {what}. To see where, run: {again}"


def _said(error: typer.TyperException) -> str:
    message = error.format_message().rstrip(".").removeprefix("Got ")
    return message[:1].lower() + message[1:]
