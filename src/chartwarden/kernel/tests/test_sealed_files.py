"""Sealed files: what went in comes out, what was touched is found, what was broken off goes on."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chartwarden.kernel.sealed_files import CHUNK, HEADER, SEALED_CHUNK
from chartwarden.kernel.sealing import SealBroken, SealedWriter, open_sealed_file, seal_file, unseal_file

KEY, OTHER = bytes(32), bytes(range(32))
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 77)


def _data(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def _sealed(folder: Path, size: int, name: str = "sealed") -> tuple[bytes, Path]:
    data = _data(size)
    (folder / "plain").write_bytes(data)
    assert seal_file(folder / "plain", folder / name, KEY, b"c") == size
    return data, folder / name


@pytest.mark.parametrize("size", SIZES)
def test_a_file_comes_out_as_it_went_in(tmp_path: Path, size: int) -> None:
    data, path = _sealed(tmp_path, size)
    assert unseal_file(path, KEY, tmp_path / "out", b"c") == size
    assert (tmp_path / "out").read_bytes() == data
    with open_sealed_file(path, KEY, b"c") as sealed:
        assert b"".join(sealed.chunks()) == data
        assert sealed.size == size
    assert data[:40] not in path.read_bytes() or size < 40
    assert sorted(found.name for found in tmp_path.iterdir()) == ["out", "plain", "sealed"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 3 * CHUNK // 2), max_size=5))
def test_it_matters_not_in_which_pieces_it_is_written(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    path = tmp_path_factory.mktemp("pieces") / "sealed"
    pieces = [_data(size) for size in sizes]
    with SealedWriter(path, KEY) as writer:
        for piece in pieces:
            assert writer.write(piece) == len(piece)
        assert writer.finish() == sum(sizes)
    with open_sealed_file(path, KEY) as sealed:
        assert b"".join(sealed.chunks()) == b"".join(pieces)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2 * CHUNK + 99), st.integers(0, 2 * CHUNK)), max_size=6))
def test_a_reader_reads_anywhere(tmp_path_factory: pytest.TempPathFactory, places: list[tuple[int, int]]) -> None:
    data, path = _sealed(tmp_path_factory.mktemp("seek"), 2 * CHUNK + 7)
    with io.BufferedReader(open_sealed_file(path, KEY, b"c")) as sealed:
        for place, size in places:
            sealed.seek(place)
            assert sealed.read(size) == data[place : place + size]


TAMPERED = {
    "cut by a byte": lambda b: b[:-1],
    "last chunk gone": lambda b: b[: HEADER + 2 * SEALED_CHUNK],
    "two chunks gone": lambda b: b[: HEADER + SEALED_CHUNK],
    "only the header": lambda b: b[:HEADER],
    "half a header": lambda b: b[:7],
    "empty": lambda b: b"",
    "lengthened": lambda b: b + b"\0",
    "two chunks swapped": lambda b: (
        b[:HEADER] + b[HEADER + SEALED_CHUNK : HEADER + 2 * SEALED_CHUNK]
        + b[HEADER : HEADER + SEALED_CHUNK] + b[HEADER + 2 * SEALED_CHUNK :]
    ),
    "a chunk twice": lambda b: b[: HEADER + SEALED_CHUNK] + b[HEADER:],
    "a chunk left out": lambda b: b[:HEADER] + b[HEADER + SEALED_CHUNK :],
    "another file": lambda b: b"%PDF-1.7" + b[8:],
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERED)
def test_a_tampered_file_is_found_and_leaves_nothing(tmp_path: Path, how: str) -> None:
    _, path = _sealed(tmp_path, 2 * CHUNK + 5)
    path.write_bytes(TAMPERED[how](path.read_bytes()))
    with pytest.raises(SealBroken):
        unseal_file(path, KEY, tmp_path / "out", b"c")
    assert sorted(found.name for found in tmp_path.iterdir()) == ["plain", "sealed"]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_flipped_bit_is_found(tmp_path_factory: pytest.TempPathFactory, draw: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("bits")
    _, path = _sealed(folder, CHUNK + 9)
    sealed = bytearray(path.read_bytes())
    place = draw.draw(st.one_of(st.integers(0, HEADER + 40), st.integers(0, len(sealed) - 1)))
    sealed[place] ^= 1 << draw.draw(st.integers(0, 7))
    path.write_bytes(sealed)
    with pytest.raises(SealBroken):
        unseal_file(path, KEY, folder / "out", b"c")


def test_chunks_of_two_files_of_one_key_do_not_mix(tmp_path: Path) -> None:
    (_, one), (_, two) = (_sealed(tmp_path, 2 * CHUNK, name) for name in ("one", "two"))
    a, b = one.read_bytes(), two.read_bytes()
    one.write_bytes(a[: HEADER + SEALED_CHUNK] + b[HEADER + SEALED_CHUNK :])
    with pytest.raises(SealBroken):
        unseal_file(one, KEY, tmp_path / "out", b"c")


@pytest.mark.parametrize(("key", "context"), [(OTHER, b"c"), (KEY, b"d")])
def test_another_key_or_context_opens_nothing(tmp_path: Path, key: bytes, context: bytes) -> None:
    _, path = _sealed(tmp_path, 9)
    with pytest.raises(SealBroken):
        unseal_file(path, key, tmp_path / "out", context)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 3 * CHUNK), st.integers(0, 3 * SEALED_CHUNK + HEADER))
def test_a_broken_off_file_goes_on_from_its_last_whole_chunk(
    tmp_path_factory: pytest.TempPathFactory, written: int, left: int
) -> None:
    path = tmp_path_factory.mktemp("broken") / "sealed"
    data = _data(3 * CHUNK + 5)
    with SealedWriter(path, KEY, b"c") as writer:
        writer.write(data[:written])
    whole = path.read_bytes()
    path.write_bytes(whole[:left])  # as a kill or a power cut leaves it
    with pytest.raises(SealBroken):
        open_sealed_file(path, KEY, b"c")
    with SealedWriter(path, KEY, b"c") as writer:
        assert writer.kept == max(0, min(len(whole), left) - HEADER) // SEALED_CHUNK * CHUNK
        assert not writer.finished
        writer.write(data[writer.kept :])
        writer.finish()
    with open_sealed_file(path, KEY, b"c") as sealed:
        assert b"".join(sealed.chunks()) == data


def test_an_unsound_chunk_at_the_end_is_written_again(tmp_path: Path) -> None:
    path, data = tmp_path / "sealed", _data(3 * CHUNK)
    with SealedWriter(path, KEY) as writer:
        writer.write(data)
    sealed = bytearray(path.read_bytes())
    sealed[HEADER + SEALED_CHUNK : HEADER + SEALED_CHUNK + 4096] = bytes(4096)  # a hole where a block never got to disk
    path.write_bytes(sealed)
    with SealedWriter(path, KEY) as writer:
        assert writer.kept == CHUNK


def test_a_finished_file_says_so_and_takes_no_more(tmp_path: Path) -> None:
    data, path = _sealed(tmp_path, CHUNK + 3)
    with SealedWriter(path, KEY, b"c") as writer:
        assert writer.finished
        assert writer.kept == writer.finish() == len(data)
        with pytest.raises(ValueError, match="finished"):
            writer.write(b"more")


def test_another_key_or_file_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "sealed"
    with SealedWriter(path, KEY) as writer:
        writer.write(_data(2 * CHUNK))
    before = path.read_bytes()
    with pytest.raises(SealBroken):
        SealedWriter(path, OTHER)
    assert path.read_bytes() == before
    path.write_bytes(b"a file that somebody else wrote here, longer than a header is")
    with pytest.raises(SealBroken):
        SealedWriter(path, KEY)
    assert path.read_bytes().startswith(b"a file that")


def test_memory_stays_small(tmp_path: Path) -> None:
    with SealedWriter(tmp_path / "sealed", KEY) as writer:
        for _ in range(5):
            writer.write(bytes(CHUNK * 3 // 4))
            assert len(writer._waiting) < CHUNK
