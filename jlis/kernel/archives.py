"""Files for a medium: an AES-256 ZIP that any current archiver opens, and a passphrase to be told apart from it."""

import secrets
from collections.abc import Sequence
from pathlib import Path
from shutil import copyfileobj

import pyzipper

# Without what is taken for something else when it is read from paper: 0 O, 1 I l, 5 S, 2 Z, 8 B.
_LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"
_GROUPS, _GROUP = 5, 5
_PIECE = 1 << 20


def new_passphrase() -> str:
    """Five groups of five letters: 117 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def pack(target: Path, files: Sequence[Path], *, passphrase: str) -> None:
    """Write the files into an encrypted archive, a piece at a time; their names stand in it unencrypted."""
    with pyzipper.AESZipFile(target, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(passphrase.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        for path in files:
            with path.open("rb") as source, archive.open(path.name, "w", force_zip64=True) as packed:
                copyfileobj(source, packed, _PIECE)
