"""Notes and checkpoints: the specification's own example, and every way to spoil one."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chartwarden.ledger.checkpoint import Checkpoint, NotSound, SigningKey, VerifierKey, opened

EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
KEY = SigningKey("example.com/log", bytes(range(32)))
HEAD = Checkpoint("example.com/log", 7, bytes(range(32)))


def test_the_specifications_example_opens() -> None:
    key = VerifierKey.parse(EXAMPLE_KEY)
    assert str(key) == EXAMPLE_KEY
    assert opened(EXAMPLE_NOTE, [key]) == ("This is an example message.\n", [key])


def test_the_specifications_checkpoint_reads() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    head = Checkpoint.parse(text)
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20852163)
    assert head.text == text


def test_a_checkpoint_is_signed_and_opened() -> None:
    note = KEY.sign(HEAD.text)
    assert note.startswith("example.com/log\n7\n")
    assert note.count("\n— example.com/log ") == 1
    text, signers = opened(note, [KEY.verifier, SigningKey.new("other").verifier])
    assert Checkpoint.parse(text) == HEAD
    assert signers == [KEY.verifier]


def test_other_signatures_are_passed_over() -> None:
    other = SigningKey.new("witness.example")
    cosigned = KEY.sign(HEAD.text) + other.sign(HEAD.text).rpartition("\n\n")[2]
    assert opened(cosigned, [KEY.verifier])[1] == [KEY.verifier]
    assert opened(cosigned, [other.verifier, KEY.verifier])[1] == [KEY.verifier, other.verifier]


def test_no_signature_by_a_known_key_is_refused() -> None:
    with pytest.raises(NotSound, match="expected a signature by a known key"):
        opened(KEY.sign(HEAD.text), [SigningKey.new(KEY.name).verifier])


@settings(deadline=None)
@given(st.data())
def test_any_bit_that_turns_is_noticed(data: st.DataObject) -> None:
    note = bytearray(KEY.sign(HEAD.text).encode())
    at = data.draw(st.integers(0, len(note) * 8 - 1))
    note[at // 8] ^= 1 << at % 8
    with pytest.raises((NotSound, UnicodeDecodeError)):
        opened(note.decode(), [KEY.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "a+b", "name+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", EXAMPLE_KEY + "\n",
        EXAMPLE_KEY[:-4],
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", EXAMPLE_KEY.replace("AekyeR", "AukyeR"),
        "a b+" + EXAMPLE_KEY.partition("+")[2],
    ],
)  # fmt: skip
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(NotSound):
        VerifierKey.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "o\n1\n", f"o\n01\n{b64encode(bytes(32)).decode()}\n", f"o\n-1\n{b64encode(bytes(32)).decode()}\n",
        f"o\n1\n{b64encode(bytes(31)).decode()}\n", f"\n1\n{b64encode(bytes(32)).decode()}\n",
        f"o\n1\n{b64encode(bytes(32)).decode()}\nmore\n", f"o\n1\n{b64encode(bytes(32)).decode()[:-2]}B=\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NotSound):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "note", ["", "text\n", "text\n\n", "\n\n— a b\n", "text\n\n— a\n", "text\n\n- a AAAA\n", "t\x07\n\n— a AAAAAAA=\n"]
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(NotSound, match=r"^expected"):
        opened(note, [KEY.verifier])


def test_a_name_with_a_space_makes_no_key() -> None:
    with pytest.raises(NotSound, match="without spaces"):
        SigningKey.new("a b")


def test_a_private_key_is_not_shown() -> None:
    assert KEY.private.hex() not in repr(KEY)
    assert repr(KEY) == "SigningKey(example.com/log)"
