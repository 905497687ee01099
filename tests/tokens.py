"""Tokens for the tests: SoftHSM's, one for each process, in a folder of its own."""

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

from jpki.engine.token_keys import TokenKeys

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
)
PIN, OFFICER_PIN = "a user pin of the tests", "an officer pin of the tests"
_config = Path(tempfile.mkdtemp(prefix="jlis-softhsm-")) / "softhsm2.conf"


def prepare() -> None:
    """Where SoftHSM keeps this process's tokens, told before anything of it is loaded."""
    folder = _config.parent / "tokens"
    folder.mkdir()
    _config.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(_config)


@cache
def module() -> str:
    """SoftHSM's library, or the test is skipped."""
    found = next((path for path in MODULES if Path(path).exists()), "")
    if not found or not shutil.which("softhsm2-util"):
        pytest.skip("SoftHSM2 is not installed (Debian: apt install softhsm2): keys on a token are not tried")
    return found


@cache
def label() -> str:
    """The label of this process's one token, ready for use: SoftHSM finds those alone that were there at its start."""
    module()
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "jpki", "--so-pin", OFFICER_PIN, "--pin", PIN],
        check=True,
        capture_output=True,
    )
    return "jpki"


def backend(folder: Path, *, pin: str = PIN, officer_pin: str = OFFICER_PIN) -> TokenKeys:
    """The keys on that token, what the holders hold lying in a folder."""
    return TokenKeys(module(), label(), pin, folder, officer_pin)
