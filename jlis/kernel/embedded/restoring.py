"""From a backup to a running database: laid out in an empty home, recovered to the end of its log (J15)."""

import os
import shutil
import time
from pathlib import Path

import psycopg

from jlis.kernel.embedded import processes
from jlis.kernel.embedded.backups import Backup, BackupFailed, Say, tools, verify
from jlis.kernel.embedded.home import Home
from jlis.kernel.embedded.postgres import Postgres

RECOVERED_WITHIN = 3600.0  # seconds
PRIVATE = ("keys", "files", "secrets", "demo")
REPLAY = "replay"
_OWN_SETTINGS = ("synchronous_standby_names", "restore_command", "recovery_target")
# The last segment was being filled when the server died: the receiver has it under another name.
_RESTORE_COMMAND = 'cp "{folder}/%f" "%p" 2>/dev/null || cp "{folder}/%f.partial" "%p"'


def restore(backup: Backup, home: Home, say: Say) -> str:
    """Bring a backup up in an empty home; returns the address of the last log record. Stops the server again.

    Raises BackupFailed for a folder that holds no backup, a damaged one, or a home that holds anything.
    """
    _check(backup, home)
    for name in PRIVATE:
        if (backup.path / name).is_dir():
            shutil.copytree(backup.path / name, home.path / name, dirs_exist_ok=True)
            say(f"{home.path / name} に戻しました。 / put back")
    server = Postgres(home)
    with home.locked():
        say("データベースを戻しています … / laying out the cluster")
        replay = _lay_out(backup, server)
        say("ログの終わりまで処理を再現しています … / replaying the log")
        server.start()
        last = _recovered(server)
        server.stop()
        shutil.rmtree(replay, ignore_errors=True)
    return last


def prepare(backup: Backup, data: Path) -> None:
    """Lay a cluster out in an empty folder for a server of one's own, which recovers at its next start."""
    if not backup.note():
        raise BackupFailed(f"{backup.path} にバックアップはありません。 / There is no backup in {backup.path}.")
    if data.exists() and any(data.iterdir()):
        raise BackupFailed(f"{data} は空ではありません。 / {data} is not empty.")
    verify(backup, tools())
    data.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(backup.base, data, dirs_exist_ok=True)
    data.chmod(0o700)
    _set_recovery(data, str(backup.log.absolute()))


def _check(backup: Backup, home: Home) -> None:
    if not backup.note():
        raise BackupFailed(f"{backup.path} にバックアップはありません。 / There is no backup in {backup.path}.")
    for name in ("postgres", *PRIVATE):
        place = home.path / name
        if place.is_symlink() or (place.is_dir() and any(place.iterdir())):
            raise BackupFailed(
                f"{place} は空ではありません。JLIS_HOME で空のフォルダーを指定してください。\n"
                f"{place} is not empty: name an empty folder by JLIS_HOME."
            )
    verify(backup, tools())


def _lay_out(backup: Backup, server: Postgres) -> Path:
    """The cluster in its place, and beside it the log to be replayed, both readable by whoever runs the server."""
    folder = server.way.folder
    draft, replay = folder / "new", folder / REPLAY
    shutil.copytree(backup.base, draft)
    if backup.log.is_dir():
        shutil.copytree(backup.log, replay)
    replay.mkdir(exist_ok=True)
    _set_recovery(draft, f"../{REPLAY}")
    draft.chmod(0o700)
    if server.way.user is not None:
        for place in (draft, *draft.rglob("*"), replay, *replay.rglob("*")):
            os.chown(place, server.way.user, server.way.group if server.way.group is not None else -1)
    draft.rename(server.data)
    return replay


def _set_recovery(data: Path, log: str) -> None:
    settings = data / "postgresql.auto.conf"
    kept = settings.read_text("utf-8").splitlines() if settings.exists() else []
    kept = [line for line in kept if not line.startswith(_OWN_SETTINGS)]
    kept.append(f"restore_command = '{_RESTORE_COMMAND.format(folder=log)}'")
    settings.write_text("\n".join(kept) + "\n", "utf-8")
    (data / "recovery.signal").touch()


def _recovered(server: Postgres) -> str:
    """Wait until the log has been replayed and the server takes writes; the last record's address."""
    deadline = time.monotonic() + RECOVERED_WITHIN
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:

        def is_done() -> bool:
            found = connection.execute("SELECT NOT pg_is_in_recovery()").fetchone()
            return bool(found and found[0])

        if not processes.wait_until(is_done, max(0.0, deadline - time.monotonic()), 0.2):
            raise BackupFailed("ログの再現が終わりません。 / The log was not replayed in time.")
        found = connection.execute("SELECT pg_last_wal_replay_lsn()::text").fetchone()
        connection.execute("ALTER SYSTEM RESET restore_command")
    return str(found and found[0])
