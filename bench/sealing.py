"""How fast a file is sealed and unsealed, durably, and what small sealed values cost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from chartwarden.kernel.sealing import blind_index, new_data_key, open_sealed, open_sealed_file, seal, seal_file

MEGABYTES = 1000
VALUES = 100_000
ROUNDS = 3


def run(megabytes: int = MEGABYTES) -> list[dict[str, object]]:
    """The best of three rounds each. Sealing a file ends when it is on the disk; opening reads all of it."""
    key = new_data_key()
    with TemporaryDirectory() as folder:
        plain, sealed = Path(folder) / "plain", Path(folder) / "sealed"
        plain.write_bytes(bytes(megabytes * 1_000_000))
        to_disk = _best(lambda: seal_file(plain, sealed, key))
        back = _best(lambda: _read(sealed, key))
    texts = [f"patient {number}" for number in range(VALUES)]
    values = [seal(key, text.encode(), b"name") for text in texts]
    return [
        _figure("seal_file", megabytes / to_disk, "MB/s", "≥ 500"),
        _figure("open_sealed_file", megabytes / back, "MB/s", "≥ 500"),
        _figure(
            "seal_value", VALUES / _best(lambda: [seal(key, b"patient 12345", b"name") for _ in texts]), "/s", "none"
        ),
        _figure("open_value", VALUES / _best(lambda: [open_sealed(key, one, b"name") for one in values]), "/s", "none"),
        _figure("blind_index", VALUES / _best(lambda: [blind_index(key, one, b"name") for one in texts]), "/s", "none"),
    ]


def _read(path: Path, key: bytes) -> None:
    with open_sealed_file(path, key) as sealed:
        for _ in sealed.chunks():
            pass


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = perf_counter()
        work()
        times.append(perf_counter() - started)
    return min(times)


def _figure(name: str, figure: float, unit: str, goal: str) -> dict[str, object]:
    return {"name": name, "figure": round(figure), "unit": unit, "goal": goal}
