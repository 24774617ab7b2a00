"""Sealed values and master keys: only what was sealed comes out, and only with its key and context."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.kernel.errors import InputRefused
from chartwarden.kernel.sealing import (
    Keyring,
    SealBroken,
    add_key,
    blind_index,
    create_key_file,
    keyring_of_file,
    load_keyring,
    new_data_key,
    open_sealed,
    seal,
    subkey,
)

KEYS = st.binary(min_size=32, max_size=32)
ONE, TWO = bytes(32), bytes(range(32))


@given(KEYS, st.binary(max_size=200), st.binary(max_size=20))
def test_what_was_sealed_comes_out(key: bytes, data: bytes, context: bytes) -> None:
    assert open_sealed(key, seal(key, data, context), context) == data


@given(st.binary(max_size=40), st.data())
def test_any_flipped_bit_is_found(data: bytes, draw: st.DataObject) -> None:
    sealed = bytearray(seal(ONE, data, b"c"))
    bit = draw.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        open_sealed(ONE, bytes(sealed), b"c")


@given(st.integers(0, 40))
def test_a_cut_value_is_found(length: int) -> None:
    with pytest.raises(SealBroken):
        open_sealed(ONE, seal(ONE, b"a name of a patient", b"c")[:length], b"c")


@pytest.mark.parametrize(("key", "context"), [(TWO, b"c"), (ONE, b"d"), (ONE, b"")])
def test_another_key_or_context_opens_nothing_and_tells_nothing(key: bytes, context: bytes) -> None:
    with pytest.raises(SealBroken) as told:
        open_sealed(key, seal(ONE, b"Okonkwo", b"c"), context)
    assert "Okonkwo" not in str(told.value)


def test_the_same_value_is_sealed_otherwise_each_time() -> None:
    assert len({seal(ONE, b"same", b"c") for _ in range(50)}) == 50


@given(KEYS, st.binary(max_size=20))
def test_subkeys_are_hkdf_expand(key: bytes, purpose: bytes) -> None:
    independent = HKDFExpand(SHA256(), 32, b"chartwarden/" + purpose).derive(key)
    assert subkey(key, purpose) == independent


def test_a_key_of_another_length_is_no_key() -> None:
    with pytest.raises(ValueError, match="found 16"):
        seal(bytes(16), b"", b"")


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_blind_index_finds_the_same_text_only(one: str, other: str) -> None:
    assert (blind_index(ONE, one, b"mrn") == blind_index(ONE, other, b"mrn")) is (one == other)
    assert len(blind_index(ONE, one, b"mrn")) == 16


def test_blind_indexes_of_contexts_and_keys_differ() -> None:
    found = {blind_index(key, text, context) for key, text, context in
             [(ONE, "bc", b"a"), (ONE, "c", b"ab"), (ONE, "abc", b""), (TWO, "bc", b"a")]}  # fmt: skip
    assert len(found) == 4


@given(st.lists(KEYS, min_size=1, max_size=4, unique=True), st.binary(max_size=10))
def test_the_newest_key_wraps_and_all_unwrap(keys: list[bytes], context: bytes) -> None:
    data_key = new_data_key()
    newest = Keyring(keys)
    for key in keys:
        wrapped = Keyring([key]).wrap(data_key, context)
        assert newest.unwrap(wrapped, context) == data_key
        assert newest.is_newest(wrapped) is (key == keys[0])
    assert newest.is_newest(newest.wrap(data_key, context))


def test_a_wrapped_key_needs_its_master_key_and_context() -> None:
    wrapped = Keyring([ONE]).wrap(new_data_key(), b"clinic")
    with pytest.raises(SealBroken, match="master key that is not here"):
        Keyring([TWO]).unwrap(wrapped, b"clinic")
    with pytest.raises(SealBroken):
        Keyring([ONE]).unwrap(wrapped, b"another")
    with pytest.raises(SealBroken):
        Keyring([ONE]).unwrap(b"", b"clinic")


def test_a_keyring_shows_no_key() -> None:
    assert ONE.hex() not in repr(Keyring([ONE]))
    assert repr(Keyring([ONE])) == "Keyring(66687aad)"


@pytest.mark.parametrize("keys", [[], [b"short"], [ONE, ONE]])
def test_a_keyring_of_no_good_keys_is_an_error(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Keyring(keys)


def test_a_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    made = create_key_file(path)
    assert keyring_of_file(path).ids == made.ids
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        create_key_file(path)
    assert keyring_of_file(path).ids == made.ids


def test_a_new_key_goes_before_the_old(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    old = create_key_file(path)
    wrapped = old.wrap(TWO, b"")
    add_key(path)
    both = keyring_of_file(path)
    assert both.ids[1:] == old.ids
    assert both.unwrap(wrapped, b"") == TWO
    assert not both.is_newest(wrapped)
    assert [found.name for found in tmp_path.iterdir()] == ["keys"]


@pytest.mark.skipif(os.name != "posix", reason="POSIX modes")
@pytest.mark.parametrize("mode", [0o604, 0o644, 0o602, 0o620])
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys"
    create_key_file(path)
    path.chmod(mode)
    with pytest.raises(InputRefused, match="only its owner"):
        keyring_of_file(path)


@pytest.mark.parametrize("text", ["", "\n", "c2hvcnQ=\n", "not base64!\n", "\x00\xff"])
def test_a_key_file_without_keys_is_refused_without_telling_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys"
    create_key_file(path)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused) as told:
        keyring_of_file(path)
    assert not text.strip() or text.strip() not in str(told.value)


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    filed = create_key_file(path)
    texts = [base64.b64encode(key).decode() for key in (TWO, ONE)]
    for separator in (",", "\n", " ", ", "):
        assert load_keyring(path, {"CHARTWARDEN_KEYS": separator.join(texts)}).ids == Keyring([TWO, ONE]).ids
    assert load_keyring(path, {"CHARTWARDEN_KEYS": " "}).ids == filed.ids
    with pytest.raises(InputRefused, match="can be read"):
        load_keyring(tmp_path / "absent", {})
    with pytest.raises(InputRefused, match="CHARTWARDEN_KEYS"):
        load_keyring(path, {"CHARTWARDEN_KEYS": "nonsense"})
