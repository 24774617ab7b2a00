"""Children end with their parent. The parent holds one end of a pipe that is the child's standard input; when the
parent ends, in order or by kill -9, the operating system closes it, on Windows too, and the child reads the end.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Mapping

VARIABLE = "CHARTWARDEN_CHILD"


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child: it is told that its standard input is such a pipe."""
    return {**given, VARIABLE: "1"}


def on_its_end(do: Callable[[], object]) -> None:
    """Call ``do`` once the parent has ended or asks us to. Nothing where the process was not started as a child."""
    if os.environ.get(VARIABLE) != "1":
        return

    def wait() -> None:
        while os.read(0, 4096):  # not through sys.stdin, whose lock must be free when Python ends
            pass
        do()

    threading.Thread(target=wait, name="parent", daemon=True).start()


def end_with_it() -> None:
    """In a process that ``multiprocessing`` started (a worker of the web server): end at once when its parent has."""
    above = multiprocessing.parent_process()
    if above is None:
        return

    def wait() -> None:
        above.join()
        os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()
