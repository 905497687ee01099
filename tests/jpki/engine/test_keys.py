"""Keys, in files and on a token: opened by who may, bound to their names, recovered only by all holders together."""

import json
import os
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from jpki.engine.algorithms import ALGORITHMS
from jpki.engine.key_files import KeyFiles
from jpki.engine.keys import Holder, KeyBackend, KeyUnavailable
from jpki.engine.token_keys import TokenKeys, _logins
from tests import tokens

P256 = ALGORITHMS["p256-sha256"]
HOLDERS = (Holder("sato", "one passphrase"), Holder("suzuki", "another passphrase"))


_labels = count()


@pytest.fixture(params=["files", "token"])
def keys(request, tmp_path: Path) -> KeyBackend:
    """Either backend: whoever uses keys cannot tell which."""
    return files_in(tmp_path) if request.param == "files" else tokens.backend(tmp_path / "keys")


@pytest.fixture
def files(tmp_path: Path) -> KeyFiles:
    return files_in(tmp_path)


@pytest.fixture
def token(tmp_path: Path) -> TokenKeys:
    return tokens.backend(tmp_path / "keys")


@pytest.fixture
def label() -> str:
    """A token lives longer than a test."""
    return f"a-key-{next(_labels)}"


def files_in(folder: Path) -> KeyFiles:
    return KeyFiles(folder / "keys", b"operating secret of a test")


def elsewhere(keys: KeyBackend) -> KeyBackend:
    """The same keys in a house that has another secret."""
    if isinstance(keys, KeyFiles):
        return KeyFiles(keys.directory, b"the secret of a new house")
    return tokens.backend(keys.folder, pin="the PIN of a new house", officer_pin="")


def public(key) -> bytes:
    return key.public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("name", sorted(ALGORITHMS.keys() - {"rsa4096-sha256"}))
def test_a_key_signs_after_it_is_opened_again(keys, label, name):
    made = keys.generate(label, ALGORITHMS[name])
    opened = keys.open(label)

    assert opened.algorithm.name == made.algorithm.name == name
    assert public(opened) == public(made)
    assert made.algorithm.verifies(made.public_key, opened.sign(b"message"), b"message")
    assert not made.algorithm.verifies(made.public_key, opened.sign(b"message"), b"another")
    digest = made.algorithm.digest([b"mes", b"sage"])
    assert made.algorithm.verifies(made.public_key, opened.sign_digest(digest), b"message")
    assert made.algorithm.verifies_digest(made.public_key, opened.sign(b"message"), digest)
    assert not made.algorithm.verifies_digest(made.public_key, opened.sign(b"another"), digest)


def test_a_label_is_never_used_twice(keys, label):
    first = keys.generate(label, P256)

    with pytest.raises(KeyUnavailable):
        keys.generate(label, P256)
    assert public(keys.open(label)) == public(first)


@pytest.mark.parametrize("wrong", ["", "../outside", "A-KEY", "a/b", ".hidden"])
def test_a_label_is_no_path(keys, wrong):
    for use in (keys.open, lambda wrong: keys.generate(wrong, P256, HOLDERS)):
        with pytest.raises(KeyUnavailable):
            use(wrong)


def test_a_key_that_was_never_made(keys):
    with pytest.raises(KeyUnavailable, match="never-made"):
        keys.open("never-made")


def test_both_holders_together_recover_a_key(keys, label):
    made = keys.generate(label, P256, HOLDERS)
    new_house = elsewhere(keys)
    with pytest.raises(KeyUnavailable):
        new_house.open(label)

    recovered = new_house.recover(label, reversed(HOLDERS))

    assert public(recovered) == public(made) == public(new_house.open(label))
    assert made.algorithm.verifies(made.public_key, recovered.sign(b"message"), b"message")
    if isinstance(keys, TokenKeys):
        keys.recover(label, HOLDERS)  # the token serves the other tests too


@pytest.mark.parametrize(
    "holders",
    [
        HOLDERS[:1],
        (HOLDERS[0], Holder("suzuki", "wrong")),
        (HOLDERS[0], Holder("tanaka", "another passphrase")),
        (*HOLDERS, Holder("tanaka", "a third")),
    ],
)
def test_anybody_less_does_not(keys, label, holders):
    keys.generate(label, P256, HOLDERS)

    with pytest.raises(KeyUnavailable):
        keys.recover(label, holders)


def test_a_key_without_holders_is_recovered_by_nobody(keys, label):
    keys.generate(label, P256)

    with pytest.raises(KeyUnavailable):
        keys.recover(label, HOLDERS)


def test_secrets_show_nowhere(keys, label):
    shown = repr(keys) + repr(HOLDERS) + repr(keys.generate(label, P256, HOLDERS))

    for secret in ("operating secret", "passphrase", tokens.PIN, tokens.OFFICER_PIN):
        assert secret not in shown


class TestFiles:
    def test_the_file_is_for_its_owner_alone(self, files):
        files.generate("a-key", P256)

        path = files.directory / "a-key.json"
        assert path.stat().st_mode & 0o777 == 0o600
        assert b"PRIVATE" not in path.read_bytes()

    def test_another_secret_opens_nothing(self, files):
        files.generate("a-key", P256)

        with pytest.raises(KeyUnavailable):
            KeyFiles(files.directory, b"some other secret of 16").open("a-key")

    def test_a_file_under_another_name_does_not_open(self, files):
        files.generate("a-key", P256)
        (files.directory / "a-key.json").rename(files.directory / "other.json")

        with pytest.raises(KeyUnavailable):
            files.open("other")

    def test_a_file_whose_label_was_rewritten_does_not_open(self, files):
        files.generate("a-key", P256)
        path = files.directory / "other.json"
        path.write_text(json.dumps(json.loads((files.directory / "a-key.json").read_text()) | {"label": "other"}))

        with pytest.raises(KeyUnavailable):
            files.open("other")


class TestToken:
    @pytest.mark.parametrize("name", ["rsa2048-sha256", "p384-sha384"])
    def test_a_key_never_leaves_it(self, token, label, name):
        import pkcs11

        token.generate(label, ALGORITHMS[name])

        (login,) = _logins.values()
        key = login.private_key(label)
        assert key[pkcs11.Attribute.SENSITIVE]
        assert not key[pkcs11.Attribute.EXTRACTABLE]
        secret = pkcs11.Attribute.PRIVATE_EXPONENT if name.startswith("rsa") else pkcs11.Attribute.VALUE
        with pytest.raises(pkcs11.PKCS11Error):
            key[secret]

    def test_a_process_logs_in_once(self, token, label):
        token.generate(label, P256)
        for _ in range(3):
            token.open(label).sign(b"message")

        assert len(_logins) == 1

    def test_a_child_opens_a_session_of_its_own(self, token, label):
        """The key that the parent opened serves in the child, and the parent's session lives on."""
        made = token.generate(label, P256)
        reads, writes = os.pipe()
        if (child := os.fork()) == 0:
            try:
                os.write(writes, bytes([len(_logins)]) + made.sign(b"of the child"))
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        os.close(writes)
        with os.fdopen(reads, "rb") as pipe:
            inherited, *signature = pipe.read()

        assert inherited == 0
        assert made.algorithm.verifies(made.public_key, bytes(signature), b"of the child")
        assert made.algorithm.verifies(made.public_key, made.sign(b"of the parent"), b"of the parent")

    def test_a_lost_session_is_opened_anew(self, token, label):
        made = token.generate(label, P256)
        made.sign(b"message")
        (login,) = _logins.values()
        login.session.close()

        assert made.algorithm.verifies(made.public_key, made.sign(b"message"), b"message")

    @pytest.mark.parametrize("at_fault", [{"token": "no-such"}, {"pin": "wrong"}, {"module": "/no/such/library.so"}])
    def test_what_does_not_open_is_told_without_its_pin(self, token, at_fault):
        from dataclasses import replace

        with pytest.raises(KeyUnavailable) as refusal:
            replace(token, **at_fault).open("a-key")

        assert "wrong" not in str(refusal.value)

    def test_a_ceremony_without_the_right_officers_pin_makes_no_key(self, token, label):
        from dataclasses import replace

        for officer_pin in ("", "not the officer's"):
            with pytest.raises(KeyUnavailable):
                replace(token, officer_pin=officer_pin).generate(label, P256, HOLDERS)
        with pytest.raises(KeyUnavailable):
            token.open(label)

    def test_what_the_holders_hold_is_for_them_alone(self, token, label):
        token.generate(label, P256, HOLDERS)

        path = token.folder / f"{label}.holders.json"
        assert path.stat().st_mode & 0o777 == 0o600
        assert tokens.OFFICER_PIN not in path.read_text()
