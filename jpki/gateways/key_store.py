"""The authority's keys as this process reaches them: one backend for the deployment, each key opened once."""

import os
import secrets
from functools import cache
from pathlib import Path

from django.conf import settings

from jpki.engine.key_files import KeyFiles
from jpki.engine.keys import KeyBackend, KeyUnavailable, SigningKey
from jpki.engine.token_keys import TokenKeys


def folder() -> Path:
    """Where the key files of the certification authorities lie, and what their holders hold of a token."""
    return Path(settings.JLIS_KEYS_DIR) / "pki"


def backend() -> KeyBackend:
    """The backend for daily work: a token where the settings name one, files otherwise. KeyUnavailable when what opens
    it is missing."""
    return _token() if settings.JLIS_PKI_MODULE else _files()


def _files() -> KeyFiles:
    path = folder() / "operating.secret"
    try:
        return KeyFiles(folder(), bytes.fromhex(path.read_text("ascii").strip()))
    except FileNotFoundError as error:
        raise KeyUnavailable(f"{path} がありません。鍵生成式（ca_ceremony）で作られます。") from error


def _token() -> TokenKeys:
    return TokenKeys(
        module=settings.JLIS_PKI_MODULE,
        token=settings.JLIS_PKI_TOKEN,
        pin=_pin("JLIS_PKI_PIN_FILE"),
        folder=folder(),
        officer_pin=_pin("JLIS_PKI_OFFICER_PIN_FILE", needed=False),
    )


def _pin(setting: str, *, needed: bool = True) -> str:
    path: Path | None = getattr(settings, setting)
    if path is None and not needed:
        return ""
    try:
        return Path(path or "").read_text("utf-8").strip()
    except OSError as error:
        if not needed:
            return ""
        raise KeyUnavailable(f"{setting} の指すファイルを読めません。") from error


def make_operating_secret() -> None:
    """Make the secret that opens the key files, mode 0600, unless it is there or the keys are on a token."""
    if settings.JLIS_PKI_MODULE:
        return
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
