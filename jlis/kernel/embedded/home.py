"""The folder that a running house keeps its state in (`JLIS_HOME`, by default `var/`)."""

import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

PROJECT = Path(__file__).resolve().parents[3]
LOG_LIMIT = 20 * 1024 * 1024


def whose(problem: PermissionError) -> str:
    """What to tell who runs a house in a folder that another user, root perhaps, has written to."""
    return (
        f"{problem.filename} は別のユーザーのものです。所有者を変えるか、JLIS_HOME で別の場所を指定してください。\n"
        f"{problem.filename} belongs to another user: change its owner, or name another folder by JLIS_HOME."
    )


@dataclass(frozen=True)
class Home:
    """Paths, secrets, remembered values and locks under one folder."""

    path: Path

    @classmethod
    def chosen(cls, value: str | None = None) -> "Home":
        """The folder named by `value`, else by JLIS_HOME, else `var/` of the project; made when missing."""
        named = value or os.environ.get("JLIS_HOME") or str(PROJECT / "var")
        home = cls(Path(named).expanduser().absolute())
        for private in ("", "secrets", "run", "log"):
            home.path.joinpath(private).mkdir(mode=0o755 if not private else 0o700, parents=True, exist_ok=True)
        return home

    # Secrets

    def secret(self, name: str) -> str:
        """The random secret of this name, made at its first asking (mode 0600)."""
        place = self.path / "secrets" / name
        if not place.exists():
            # A link refuses to replace: of two processes that ask at once, both read the first one's secret.
            draft = self._draft(place, secrets.token_urlsafe(48))
            with suppress(FileExistsError):
                os.link(draft, place)
            draft.unlink()
        return place.read_text(encoding="ascii").strip()

    # Remembered values

    def remembered(self, name: str) -> dict[str, Any]:
        """What `remember` last wrote under this name, or an empty mapping."""
        try:
            found = json.loads((self.path / "run" / f"{name}.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def remember(self, name: str, values: dict[str, Any]) -> None:
        """Keep `values` under this name; a reader sees the old or the new, never a half."""
        place = self.path / "run" / f"{name}.json"
        os.replace(self._draft(place, json.dumps(values, indent=1)), place)

    def _draft(self, place: Path, text: str) -> Path:
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        return Path(name)

    # Locks: the kernel drops them with their holder, so a killed holder blocks nobody

    @contextmanager
    def locked(self, name: str = "servers", *, wait: bool = True) -> Iterator[None]:
        """Hold the lock of this name alone; BlockingIOError when `wait` is off and another holds it."""
        with self._lock_file(name) as file:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield

    def lease(self) -> IO[str]:
        """An open file that says "the servers are in use" until it is closed, by whatever end."""
        file = self._lock_file("lease")
        fcntl.flock(file, fcntl.LOCK_SH)
        return file

    def in_use(self) -> bool:
        """Does any process hold a lease on the servers?"""
        with self._lock_file("lease") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def _lock_file(self, name: str) -> IO[str]:
        return open(self.path / "run" / f"{name}.lock", "a", encoding="ascii")

    # Logs

    def log(self, name: str) -> IO[bytes]:
        """The log file of this name, opened to append; a long one is put aside first."""
        place = self.path / "log" / f"{name}.log"
        if place.exists() and place.stat().st_size > LOG_LIMIT:
            place.replace(place.with_suffix(".log.1"))
        return open(place, "ab")

    def log_tail(self, name: str, lines: int = 15) -> str:
        """The last lines of a log, to show with an error."""
        place = self.path / "log" / f"{name}.log"
        if not place.exists():
            return ""
        return "\n".join(place.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
