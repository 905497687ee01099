"""Our keys on a token before OpenSC's own tool: it finds no fault, sees nothing to carry away, and signs with them."""

import hashlib
import shutil
import subprocess
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding

from jpki.engine.algorithms import ALGORITHMS
from jpki.engine.keys import SigningKey
from tests import tokens

ALGORITHM_NAMES = ("rsa2048-sha256", "p256-sha256", "p384-sha384")
CONTENT = b"what is signed"
_numbers = count()


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, SigningKey]:
    """One of every kind that an authority or a responder has."""
    backend = tokens.backend(tmp_path / "keys")
    number = next(_numbers)
    return {name: backend.generate(f"tool-{number}-{name}", ALGORITHMS[name]) for name in ALGORITHM_NAMES}


def tool(*arguments: str) -> str:
    if not shutil.which("pkcs11-tool"):
        pytest.skip("OpenSC is not installed (Debian: apt install opensc): pkcs11-tool is not asked")
    login = ("--token-label", tokens.label(), "--login", "--pin", tokens.PIN)
    command = ["pkcs11-tool", "--module", tokens.module(), *login, *arguments]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout + told.stderr


def test_it_finds_no_fault(keys):
    assert "No errors" in tool("--test")


def test_the_keys_sign_and_do_nothing_else_and_never_leave(keys):
    listed = tool("--list-objects", "--type", "privkey").split("Private Key Object")[1:]
    for key in keys.values():
        (told,) = [each for each in listed if f" {key.label}\n" in each]
        uses = told.partition("Usage:")[2].splitlines()[0]
        assert [use.strip() for use in uses.split(",")] == ["sign"]
        assert "sensitive, always sensitive, never extractable" in told


def test_what_it_signs_verifies_with_the_key_that_we_certify(keys, tmp_path: Path):
    told, signature = tmp_path / "told", tmp_path / "signature"
    for key in keys.values():
        is_ec = isinstance(key.public_key, ec.EllipticCurvePublicKey)
        told.write_bytes(hashlib.new(key.algorithm.hash.name, CONTENT).digest() if is_ec else CONTENT)
        tool(
            "--sign", "--mechanism", "ECDSA" if is_ec else "SHA256-RSA-PKCS", "--signature-format", "openssl",
            "--id", key.label.encode().hex(), "--input-file", str(told), "--output-file", str(signature),
        )  # fmt: skip
        how = (ec.ECDSA(key.algorithm.hash),) if is_ec else (padding.PKCS1v15(), key.algorithm.hash)
        key.public_key.verify(signature.read_bytes(), CONTENT, *how)
