"""A base backup held against its manifest: every file there, none changed, none too many.

The same as pg_verifybackup does without reading the log; the wheel's pg_verifybackup 18.4 crashes at its start.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

_UNLISTED = {"backup_manifest", "postgresql.auto.conf", "recovery.signal", "standby.signal"}
_LAST_LINE = b'"Manifest-Checksum"'
_AT_ONCE = 1024 * 1024


def faults(base: Path) -> Iterator[str]:
    """What is wrong with the backup in a folder, file by file; nothing when it is whole."""
    try:
        text = (base / "backup_manifest").read_bytes()
        manifest = json.loads(text)
    except (OSError, ValueError):
        yield "backup_manifest"
        return
    if hashlib.sha256(text[: text.rindex(_LAST_LINE)]).hexdigest() != manifest["Manifest-Checksum"]:
        yield "backup_manifest"
    listed = set()
    for entry in manifest["Files"]:
        path = entry["Path"] if "Path" in entry else bytes.fromhex(entry["Encoded-Path"]).decode()
        listed.add(path)
        if not _is_whole(base / path, entry):
            yield path
    for found in base.rglob("*"):
        path = found.relative_to(base).as_posix()
        if found.is_file() and path not in listed | _UNLISTED and not path.startswith("pg_wal/"):
            yield path


def _is_whole(place: Path, entry: dict[str, str | int]) -> bool:
    if not place.is_file() or place.stat().st_size != entry["Size"]:
        return False
    digest = hashlib.sha256()
    with place.open("rb") as file:
        while block := file.read(_AT_ONCE):
            digest.update(block)
    return entry["Checksum-Algorithm"] == "SHA256" and digest.hexdigest() == entry["Checksum"]
