"""Backups without a server: what is refused, what is copied beside, how damage is found. The rest is drilled."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jlis.kernel.embedded import backups, manifests, restoring
from jlis.kernel.embedded.backups import Backup, BackupFailed, Source
from jlis.kernel.embedded.home import PROJECT, Home
from tests.kernel.embedded_homes import plain_environ

NOWHERE = Source("postgresql://admin:a%20secret@127.0.0.1:1/postgres", Path("/bin"))


def entry(path: str, content: bytes) -> dict:
    return {
        "Path": path, "Size": len(content), "Checksum-Algorithm": "SHA256",
        "Checksum": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip


@pytest.fixture
def base(tmp_path) -> Path:
    """A small base backup with its manifest, as pg_basebackup writes it."""
    folder = tmp_path / "backup" / "base"
    (folder / "global").mkdir(parents=True)
    (folder / "pg_wal").mkdir()
    contents = {"PG_VERSION": b"18\n", "global/1214": b"rows" * 100, "表": b"x"}
    for path, content in contents.items():
        (folder / path).write_bytes(content)
    (folder / "pg_wal" / "000000010000000000000001").write_bytes(b"log")
    (folder / "postgresql.auto.conf").write_text("")
    files = [entry(path, content) for path, content in contents.items()]
    files[2]["Encoded-Path"] = files[2].pop("Path").encode().hex()
    text = json.dumps({"PostgreSQL-Backup-Manifest-Version": 2, "Files": files})[:-1] + ",\n"
    text += f'"Manifest-Checksum": "{hashlib.sha256(text.encode()).hexdigest()}"}}\n'
    (folder / "backup_manifest").write_text(text)
    return folder


def test_a_whole_backup_has_no_fault(base):
    assert list(manifests.faults(base)) == []


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (lambda base: (base / "global/1214").write_bytes(b"ROWS" * 100), "global/1214"),
        (lambda base: (base / "global/1214").write_bytes(b"rows"), "global/1214"),
        (lambda base: (base / "表").unlink(), "表"),
        (lambda base: (base / "stray").write_bytes(b""), "stray"),
        (lambda base: (base / "backup_manifest").unlink(), "backup_manifest"),
        (lambda base: (base / "backup_manifest").write_text("{"), "backup_manifest"),
        (
            lambda base: (base / "backup_manifest").write_text(
                (base / "backup_manifest").read_text().replace("SHA256", "SHA224", 1)
            ),
            "backup_manifest",
        ),
    ],
)
def test_damage_is_named(base, harm, named):
    harm(base)
    assert named in list(manifests.faults(base))


def test_what_stands_beside_is_copied_with_its_modes_and_only_files_are_forgotten(tmp_path):
    beside = {"keys": tmp_path / "keys", "files": tmp_path / "files", "demo": tmp_path / "nowhere"}
    for name in ("keys", "files"):
        (beside[name] / "deep").mkdir(parents=True)
        for place in ("one", "deep/two"):
            handle = os.open(beside[name] / place, os.O_WRONLY | os.O_CREAT, 0o600)
            os.write(handle, b"first")
            os.close(handle)
    backup = Backup(tmp_path / "backup")
    backup.path.mkdir()
    said: list[str] = []
    backups.copy_beside(backup, beside, said.append)
    assert len(said) == 2
    for name in ("keys", "files"):
        assert (backup.path / name / "deep" / "two").read_bytes() == b"first"
        assert (backup.path / name / "one").stat().st_mode & 0o777 == 0o600
        (beside[name] / "one").write_bytes(b"second")
        (beside[name] / "deep" / "two").unlink()
    backups.copy_beside(backup, beside)
    assert [(backup.path / name / "one").read_bytes() for name in ("keys", "files")] == [b"second"] * 2
    assert [(backup.path / name / "deep" / "two").exists() for name in ("keys", "files")] == [True, False]


def test_a_folder_that_holds_anything_is_not_written_to(tmp_path):
    (tmp_path / "letter").write_text("mine")
    with pytest.raises(BackupFailed, match="空ではありません"):
        backups.take(Backup(tmp_path), NOWHERE, {}, print, follow=False)
    assert [each.name for each in tmp_path.iterdir()] == ["letter"]


def test_the_password_is_not_among_the_arguments():
    wanted = NOWHERE.command("pg_basebackup", "-D", "x")
    assert "secret" not in " ".join(wanted["args"])
    assert wanted["env"]["PGPASSWORD"] == "a secret"
    assert "host=127.0.0.1 port=1 user=admin" in " ".join(wanted["args"])


def test_nothing_is_restored_from_a_folder_without_a_backup_or_into_a_home_that_holds_something(tmp_path):
    home = Home.chosen(str(tmp_path / "home"))
    backup = Backup(tmp_path / "backup")
    with pytest.raises(BackupFailed, match="バックアップはありません"):
        restoring.restore(backup, home, print)
    backup.path.mkdir()
    (backup.path / "backup.json").write_text('{"taken_at": "2026-11-21T00:00:00+00:00"}')
    (home.path / "keys").mkdir()
    (home.path / "keys" / "numbers.key").write_text("the only one")
    with pytest.raises(BackupFailed, match="空ではありません"):
        restoring.restore(backup, home, print)
    assert (home.path / "keys" / "numbers.key").read_text() == "the only one"


def test_a_cluster_is_laid_out_for_a_server_of_ones_own(tmp_path, base, monkeypatch):
    monkeypatch.setattr(backups.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], -11, "", ""))
    backup = Backup(base.parent)
    (backup.path / "backup.json").write_text('{"taken_at": "2026-11-21T00:00:00+00:00"}')
    (base / "postgresql.auto.conf").write_text("synchronous_standby_names = 'jlis_backup'\nwork_mem = '8MB'\n")
    data = tmp_path / "data"
    restoring.prepare(backup, data)
    settings = (data / "postgresql.auto.conf").read_text()
    assert "synchronous_standby_names" not in settings, "nobody would confirm a commit"
    assert "work_mem" in settings
    assert f"{backup.log}/%f" in settings
    assert (data / "recovery.signal").exists()
    assert data.stat().st_mode & 0o777 == 0o700
    (base / "PG_VERSION").write_text("17\n")
    with pytest.raises(BackupFailed, match="PG_VERSION"):
        restoring.prepare(backup, tmp_path / "other")


@pytest.mark.parametrize(("command", "word"), [("backup", "データベースが動いていません"), ("restore", "ありません")])
def test_the_commands_refuse_in_two_languages_on_a_machine_with_nothing(tmp_path, command, word):
    environ = plain_environ(JLIS_HOME=str(tmp_path / "home"), SECRET_KEY="x" if command == "backup" else "")
    done = subprocess.run(
        [sys.executable, "manage.py", command, str(tmp_path / "dir"), "--json"],
        cwd=PROJECT, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert word in done.stderr
    assert json.loads(done.stdout)["ok"] is False
