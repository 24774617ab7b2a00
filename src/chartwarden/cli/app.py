"""Put the commands together, run one, and turn whatever goes wrong into an exit status and plain lines."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.main import get_command

from chartwarden.cli.faults import program_fault, usage_fault
from chartwarden.kernel.errors import Fault, InputRefused
from chartwarden.kernel.plugins import plugin_modules

DONE, PROGRAM_FAULT, REFUSED, STOPPED = 0, 1, 2, 130
DEBUG = "--debug"


def build() -> typer.Typer:
    """The application. Each module in ``cli/commands`` holds ``run``, the command, or ``APP``, a group of them."""
    app = typer.Typer(
        name="chartwarden",
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        rich_markup_mode=None,
        help="Say which accesses to patient records had a reason, and which a person should look at.",
        epilog="Exit status: 0 done, 2 an input or option was refused, 1 a fault of the program, 130 stopped.",
    )
    app.callback()(_common)
    for name, module in plugin_modules("chartwarden.cli.commands").items():
        if hasattr(module, "APP"):
            app.add_typer(module.APP, name=name)
        else:
            app.command(name)(module.run)
    return app


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (without the program's name) and return its exit status. Nothing is raised."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = DEBUG in given
    asked = [word for word in given if word != DEBUG]
    _stop_in_order()
    try:
        return _invoke(asked or ["--help"])
    except InputRefused as refused:
        return _refuse(*refused.faults)
    except typer.TyperException as wrong:
        return _refuse(usage_fault(wrong))
    except KeyboardInterrupt:
        print("chartwarden: stopped.", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        # Whoever read our output has enough; what is still buffered must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as fault:
        print(traceback.format_exc() if debug else program_fault(fault, given), file=sys.stderr)
        return PROGRAM_FAULT


def _stop_in_order() -> None:
    """Let what asks the program to end, end it as Ctrl-C does, so that no patient's data stays in a scratch folder."""
    for name in ("SIGTERM", "SIGHUP"):
        asked = getattr(signal, name, None)  # Windows has no SIGHUP
        if asked is not None and threading.current_thread() is threading.main_thread():
            signal.signal(asked, signal.default_int_handler)


def _invoke(arguments: list[str]) -> int:
    """Run it without Typer's own ways with errors, Ctrl-C and closed pipes; ``run`` has the project's."""
    command = get_command(build())
    try:
        with command.make_context("chartwarden", arguments) as context:
            return int(command.invoke(context) or DONE)
    except typer.Exit as done:
        return done.exit_code


def _refuse(*faults: Fault) -> int:
    for fault in faults:
        print(" ".join(str(fault).split()), file=sys.stderr)
    return REFUSED


def _common(
    debug: Annotated[bool, typer.Option(DEBUG, help="On a fault of the program, show its traceback.")] = False,
) -> None:
    """Take what all commands have in common; ``run`` has dealt with it before, wherever on the line it stood."""
