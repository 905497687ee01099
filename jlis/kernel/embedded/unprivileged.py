"""How PostgreSQL, which refuses to run as root, is run by whoever starts it.

- Not root: directly.
- Root: inside a user namespace of its own, where root's files seem to belong to an ordinary user.
  Nothing is created or changed on the machine, and a folder that only root may enter stays so.
- Root where user namespaces are refused (many containers): as an unprivileged user. Its data must lie
  where that user can reach them; when `JLIS_HOME` is closed to it, they move to /var/lib/jlis and a
  symbolic link stays behind.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

OUTSIDE = Path("/var/lib/jlis")


class CannotRun(Exception):
    """The server cannot be run here; the message says what to do."""


@dataclass(frozen=True)
class Way:
    """A way of running the server's programs: by whom, from where, with the data in which folder."""

    folder: Path
    programs: Path
    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    def run(self, program: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run one of the server's programs to its end."""
        return subprocess.run(self._command(program, arguments), text=True, **self._identity(), **options)

    def start(self, program: str, *arguments: str, output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start one of the server's programs in a session of its own: a Ctrl-C here does not reach it."""
        return subprocess.Popen(
            self._command(program, arguments),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **self._identity(),
        )

    def works(self) -> bool:
        """May the server be run so, with its folder readable and writable?"""
        script = 'test -w "$1" && test -x "$1" && exec "$2" --version'
        return self._agrees(script, str(self.folder), str(self.programs / "postgres"))

    def may_write(self, folder: Path) -> bool:
        """May the server make files in this folder?"""
        return self._agrees('test -w "$1" && test -x "$1"', str(folder))

    def _agrees(self, script: str, *arguments: str) -> bool:
        try:
            command = (*self.prefix, "/bin/sh", "-c", script, "sh", *arguments)
            done = subprocess.run(command, capture_output=True, **self._identity())
        except OSError:
            return False
        return done.returncode == 0

    def _command(self, program: str, arguments: Sequence[str]) -> list[str]:
        return [*self.prefix, str(self.programs / program), *arguments]

    def _identity(self) -> dict[str, Any]:
        # Collation and messages must not hang on the caller's locale; nor may the caller's PG* settings leak in.
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
        asked: dict[str, Any] = {"env": {**kept, "LC_ALL": "C"}, "cwd": self.folder}
        if self.user is not None:
            asked |= {"user": self.user, "group": self.group, "extra_groups": []}
        return asked


def choose(folder: Path, programs: Path) -> Way:
    """The way that works here for data in `folder`, which is made when missing."""
    _make(folder)
    if os.geteuid() != 0:
        return _directly(folder, programs)
    if folder.stat().st_uid == 0:
        account = _account()
        mapped = ("unshare", "-U", f"--map-user={account.pw_uid}", f"--map-group={account.pw_gid}")
        way = Way(folder, programs, prefix=mapped)
        if way.works():
            return way
    return _as_user(folder, programs)


def _make(folder: Path) -> None:
    if folder.is_symlink() and not folder.exists():
        folder.unlink()  # what it pointed to is gone with its machine
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _directly(folder: Path, programs: Path) -> Way:
    way = Way(folder, programs)
    if way.works():
        return way
    owner = folder.stat().st_uid
    if owner != os.geteuid():
        raise CannotRun(
            f"{folder} はユーザー {owner} のものです。"
            "所有者として実行するか、JLIS_HOME で別の場所を指定してください。\n"
            f"{folder} belongs to user {owner}: run as that user, or name another folder by JLIS_HOME."
        )
    raise CannotRun(
        f"{programs / 'postgres'} をこの機械で実行できません。"
        "DATABASE_URL などで既存のサーバーを指定してください。\n"
        f"{programs / 'postgres'} does not run on this machine: name a server by DATABASE_URL and its sisters."
    )


def _as_user(folder: Path, programs: Path) -> Way:
    owner = folder.stat().st_uid
    account = pwd.getpwuid(owner) if owner else _account()
    _give(folder, account)
    way = Way(folder, programs, user=account.pw_uid, group=account.pw_gid)
    if way.works():
        return way
    outside = OUTSIDE / hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:16]
    programs = _reachable_programs(programs)
    if not folder.is_symlink():
        _move(folder, outside)
    _give(outside, account)
    way = Way(outside, programs, user=account.pw_uid, group=account.pw_gid)
    if not way.works():
        raise CannotRun(
            f"{account.pw_name} として PostgreSQL を実行できません。"
            "root 以外で実行するか、DATABASE_URL などで既存のサーバーを指定してください。\n"
            f"PostgreSQL does not run as {account.pw_name}: "
            "run as another user than root, or name a server by DATABASE_URL and its sisters."
        )
    return way


def _account() -> pwd.struct_passwd:
    """An ordinary account that every machine has; the server looks its own name up."""
    accounts = [account for account in pwd.getpwall() if account.pw_uid != 0]
    if not accounts:
        raise CannotRun(
            "root 以外のユーザーがありません。\nThis machine has no user but root, as whom PostgreSQL refuses to run."
        )
    return next((account for account in accounts if account.pw_name == "nobody"), accounts[0])


def _give(folder: Path, account: pwd.struct_passwd) -> None:
    if folder.stat().st_uid == account.pw_uid:
        return
    for place in (folder, *folder.rglob("*")):
        os.chown(place, account.pw_uid, account.pw_gid, follow_symlinks=False)
    os.chown(folder.resolve(), account.pw_uid, account.pw_gid)


def _move(folder: Path, outside: Path) -> None:
    _make_outside()
    if outside.exists():
        # Left by an earlier project folder of the same name that has been deleted since.
        outside.rename(outside.with_name(f"{outside.name}.{outside.stat().st_mtime_ns}"))
    shutil.move(folder, outside)
    folder.symlink_to(outside)


def _make_outside() -> None:
    OUTSIDE.mkdir(parents=True, exist_ok=True)
    OUTSIDE.chmod(0o755)  # whatever the caller's umask


def _reachable_programs(programs: Path) -> Path:
    """A copy of the server's programs, with the libraries beside them, that every user may run."""
    package = programs.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    stamp = hashlib.sha256((programs / "postgres").read_bytes()).hexdigest()[:16]
    target = OUTSIDE / f"server-{stamp}"
    if not target.exists():
        _make_outside()
        draft = OUTSIDE / f"server-{stamp}.{os.getpid()}"
        shutil.copytree(programs.parent, draft / package.name / programs.parent.name, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        for place in (draft, *draft.rglob("*")):
            if not place.is_symlink():
                place.chmod(place.stat().st_mode | (0o055 if place.stat().st_mode & 0o100 else 0o044))
        try:
            draft.rename(target)
        except FileExistsError:
            shutil.rmtree(draft)  # another start copied the same programs meanwhile
    return target / package.name / programs.parent.name / programs.name
