"""Keys in files: sealed, bound to their names, recovered only by all holders together."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from jpki.engine.algorithms import ALGORITHMS
from jpki.engine.key_files import KeyFiles
from jpki.engine.keys import Holder, KeyUnavailable

P256 = ALGORITHMS["p256-sha256"]
HOLDERS = (Holder("sato", "one passphrase"), Holder("suzuki", "another passphrase"))


@pytest.fixture
def keys(tmp_path: Path) -> KeyFiles:
    return KeyFiles(tmp_path / "keys", b"operating secret of a test")


def public(key) -> bytes:
    return key.public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_key_signs_after_it_is_opened_again(keys, name):
    made = keys.generate("a-key", ALGORITHMS[name])
    opened = keys.open("a-key")

    assert opened.algorithm.name == name
    assert made.algorithm.verifies(made.public_key, opened.sign(b"message"), b"message")
    assert not made.algorithm.verifies(made.public_key, opened.sign(b"message"), b"another")


def test_the_file_is_for_its_owner_alone(keys):
    keys.generate("a-key", P256)

    path = keys.directory / "a-key.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE" not in path.read_bytes()


def test_a_label_is_never_used_twice(keys):
    first = keys.generate("a-key", P256)

    with pytest.raises(KeyUnavailable):
        keys.generate("a-key", P256)
    assert public(keys.open("a-key")) == public(first)


@pytest.mark.parametrize("label", ["", "../outside", "A-KEY", "a/b", ".hidden"])
def test_a_label_is_no_path(keys, label):
    with pytest.raises(KeyUnavailable):
        keys.open(label)


def test_another_secret_opens_nothing(keys):
    keys.generate("a-key", P256)

    with pytest.raises(KeyUnavailable):
        KeyFiles(keys.directory, b"some other secret of 16").open("a-key")


def test_a_file_under_another_name_does_not_open(keys):
    keys.generate("a-key", P256)
    (keys.directory / "a-key.json").rename(keys.directory / "other.json")

    with pytest.raises(KeyUnavailable):
        keys.open("other")


def test_a_file_whose_label_was_rewritten_does_not_open(keys):
    keys.generate("a-key", P256)
    path = keys.directory / "other.json"
    path.write_text(json.dumps(json.loads((keys.directory / "a-key.json").read_text()) | {"label": "other"}))

    with pytest.raises(KeyUnavailable):
        keys.open("other")


def test_both_holders_together_recover_a_key(keys):
    made = keys.generate("a-key", P256, HOLDERS)
    elsewhere = KeyFiles(keys.directory, b"the secret of a new house")

    recovered = elsewhere.recover("a-key", reversed(HOLDERS))

    assert public(recovered) == public(made) == public(elsewhere.open("a-key"))


@pytest.mark.parametrize(
    "holders",
    [
        HOLDERS[:1],
        (HOLDERS[0], Holder("suzuki", "wrong")),
        (HOLDERS[0], Holder("tanaka", "another passphrase")),
        (*HOLDERS, Holder("tanaka", "a third")),
    ],
)
def test_anybody_less_does_not(keys, holders):
    keys.generate("a-key", P256, HOLDERS)

    with pytest.raises(KeyUnavailable):
        keys.recover("a-key", holders)


def test_secrets_show_nowhere(keys):
    shown = repr(keys) + repr(HOLDERS) + repr(keys.generate("a-key", P256, HOLDERS))

    assert "operating secret" not in shown
    assert "passphrase" not in shown
