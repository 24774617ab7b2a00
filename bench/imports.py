"""How long a week's log of a million accesses takes from the upload to its cases on the page, and what a page takes meanwhile.

The log is sent through the imports page like a browser does, has itself counted, and the review is asked for until its
page tells of cases; an officer asks for their pages each 100 ms all the while. In the same run DuckDB alone turns the
same CSV into sorted Parquet, which no import can be quicker than. The clinic's other feeds are there before.
"""

from __future__ import annotations

import os
import random
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import duckdb

from bench._serving import Browser, made, served

ROWS = 1_000_000
PAGES = ("", "reviews/", "imports/", "people/", "duties/", "ledger/")
EACH = 0.1
LONGEST = 600.0
REVIEW = re.compile(r'href="(/c/[^"]+/reviews/[0-9a-f-]{36}/)"')
BOUNDARY = "----chartwarden-bench"


def run(rows: int = ROWS) -> Iterator[dict[str, Any]]:
    """Figures as they come."""
    with TemporaryDirectory(prefix="chartwarden-bench-") as place:
        folder = Path(place)
        clinic = made(folder / "data", folder / "feeds", rows, 0)
        alone = _parquet(folder / "feeds" / "accesses.csv", folder / "alone.parquet")
        with served(folder / "data") as port, _Reader(port, clinic) as reader:
            stages = _imported(port, clinic, folder / "feeds" / "accesses.csv")
            times = reader.times
    for name, seconds in stages.items():
        yield _figure(f"import_{name}", seconds, "none")
    total = sum(stages.values())
    yield _figure("import_of_million_to_cases_on_the_page", total, "≤ 10")
    yield {**_figure("import_against_sorted_parquet", total / alone, "none"), "unit": "×"}
    ordered = sorted(times)
    for share, goal in ((50, "none"), (95, "≤ 100")):
        value = ordered[min(len(ordered) * share // 100, len(ordered) - 1)]
        yield {"name": f"pages_while_importing_p{share}", "figure": round(value * 1e3, 1), "unit": "ms", "goal": goal}
    print(f"  load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)


def _parquet(csv: Path, target: Path) -> float:
    """Seconds of DuckDB alone for the same bytes."""
    connection = duckdb.connect()
    began = perf_counter()
    connection.execute(
        f"COPY (SELECT * FROM read_csv('{csv}') ORDER BY actor, occurred_at) TO '{target}' (FORMAT parquet)"
    )
    return perf_counter() - began


def _imported(port: int, clinic: Mapping[str, Any], csv: Path) -> dict[str, float]:
    """Seconds of each stage, one after the other, as whoever imports sees them."""
    base = f"/c/{clinic['clinic']}/"
    with Browser(port, clinic["cookies"][0]) as browser:
        began = perf_counter()
        page = browser.get(f"{base}imports/").text
        address = _sent(browser, f"{base}imports/receive/", page, csv)
        received = perf_counter()
        page = _until(browser, address, lambda text: "/count/" in text)
        read = perf_counter()
        browser.post(f"{address}count/", page)
        counted = perf_counter()
        calendar = _until(browser, f"{base}reviews/", lambda text: REVIEW.search(text) is not None)
        found = REVIEW.search(calendar)
        review = found.group(1) if found else ""
        _until(browser, review, lambda text: "/reviews/cases/" in text)
        there = perf_counter()
    return {
        "received": received - began,
        "read_for_its_preview": read - received,
        "counted": counted - read,
        "reviewed": there - counted,
    }


def _sent(browser: Browser, path: str, page: str, csv: Path) -> str:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n'
        f"{token.group(1) if token else ''}\r\n--{BOUNDARY}\r\n"
        f'Content-Disposition: form-data; name="files"; filename="{csv.name}"\r\nContent-Type: text/csv\r\n\r\n'
    )
    body = head.encode() + csv.read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode()
    answer = browser.send(path, body, f"multipart/form-data; boundary={BOUNDARY}")
    if answer.status != 302:
        raise RuntimeError(f"the upload was answered with {answer.status}")
    return answer.headers["location"]


def _until(browser: Browser, address: str, there: Callable[[str], bool]) -> str:
    """The page once it shows what is waited for, asked for twice a second as the pages do it themselves."""
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        text = browser.get(address).text
        if there(text):
            return text
        time.sleep(0.5)
    raise RuntimeError("what was imported did not come to the page")


class _Reader:
    """Somebody else who asks for a page each 100 ms until the import is done."""

    def __init__(self, port: int, clinic: Mapping[str, Any]) -> None:
        self._port, self._clinic = port, clinic
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self.times: list[float] = []

    def _read(self) -> None:
        pick = random.Random(1)
        with Browser(self._port, self._clinic["cookies"][1]) as browser:
            for page in PAGES:
                browser.get(f"/c/{self._clinic['clinic']}/{page}")
            while not self._stop.is_set():
                answer = browser.get(f"/c/{self._clinic['clinic']}/{pick.choice(PAGES)}")
                self.times.append(answer.seconds)
                self._stop.wait(max(EACH - answer.seconds, 0.0))

    def __enter__(self) -> _Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def _figure(name: str, seconds: float, goal: str) -> dict[str, Any]:
    return {"name": name, "figure": round(seconds, 2), "unit": "s", "goal": goal}
