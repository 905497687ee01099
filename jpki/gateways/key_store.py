"""The authority's keys as this process reaches them: one backend for the deployment, each key opened once."""

import os
import secrets
from functools import cache
from pathlib import Path

from django.conf import settings

from jpki.engine.key_files import KeyFiles
from jpki.engine.keys import KeyBackend, KeyUnavailable, SigningKey


def folder() -> Path:
    """Where the key files of the certification authorities lie."""
    return Path(settings.JLIS_KEYS_DIR) / "pki"


def backend() -> KeyBackend:
    """The backend for daily work. KeyUnavailable when the operating secret was never made."""
    path = folder() / "operating.secret"
    try:
        return KeyFiles(folder(), bytes.fromhex(path.read_text("ascii").strip()))
    except FileNotFoundError as error:
        raise KeyUnavailable(f"{path} がありません。鍵生成式（ca_ceremony）で作られます。") from error


def make_operating_secret() -> None:
    """Make the deployment's operating secret, mode 0600, unless it is there."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(folder() / "operating.secret", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32))


def opened(label: str) -> SigningKey:
    """The key of this name, opened once per process: a token must not be reached over a fork."""
    return _opened(os.getpid(), str(folder()), label)


@cache
def _opened(process: int, place: str, label: str) -> SigningKey:
    return backend().open(label)
