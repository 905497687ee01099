"""Signing many at once: by processes that open the key themselves, whether it lies in a file or on a token."""

from pathlib import Path

import pytest

from jpki.engine.algorithms import ALGORITHMS
from jpki.engine.key_files import KeyFiles
from jpki.gateways import key_store
from jpki.gateways.signers import signers
from tests import tokens

MANY = [f"to be signed {number}".encode() for number in range(300)]


@pytest.fixture(params=["files", "token"])
def backend(request, tmp_path: Path, monkeypatch):
    files = KeyFiles(tmp_path, b"operating secret of a test")
    keys = files if request.param == "files" else tokens.backend(tmp_path)
    monkeypatch.setattr(key_store, "backend", lambda: keys)
    monkeypatch.setattr(key_store, "opened", keys.open)
    return keys


@pytest.mark.parametrize("processes", [1, 2])
def test_signatures_come_back_in_their_order(backend, processes):
    label = f"signers-{processes}"
    key = backend.generate(label, ALGORITHMS["p256-sha256"])

    with signers(len(MANY), processes=processes) as pool:
        assert type(pool).__name__ == ("_Here" if processes == 1 else "_Pool")
        signatures = pool.sign(label, MANY).result()

    assert len(signatures) == len(MANY)
    for message, signature in zip(MANY, signatures, strict=True):
        assert key.algorithm.verifies(key.public_key, signature, message)
