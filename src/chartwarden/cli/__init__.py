"""The command line, an edge: it reads arguments and the clock, calls one service, and says what came of it.

A command is one file in ``commands/``. Exit status: 0 done; 2 an input or an option was refused, with one line a
fault; 1 a fault of the program; 3 cases were found and ``--fail-on-cases`` was given, or
``doctor`` found something wrong; 130 stopped by Ctrl-C.
"""


def main() -> int:
    """Run the command line on this process's arguments and return its exit status."""
    from chartwarden.cli.app import run  # a room's __init__ imports nothing until it is used

    return run()
