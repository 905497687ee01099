"""manage.py backup DIR [--follow]"""

import os
import signal
from argparse import ArgumentParser
from pathlib import Path
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from jlis.kernel.commands import HouseCommand
from jlis.kernel.embedded import backups
from jlis.kernel.embedded.backups import Backup, BackupFailed, Following, Source
from jlis.kernel.embedded.home import Home
from jlis.kernel.embedded.postgres import Postgres


class Command(HouseCommand):
    """Takes a base backup; with --follow keeps receiving the log, so that no confirmed commit is lost."""

    help = (
        "データベースと鍵・ファイルを DIR に写します。--follow で、止めるまで処理のログを受け取り続けます。"
        " / Backs up the database, keys and files into DIR; --follow keeps receiving the log until it is stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("folder", metavar="DIR", type=Path, help="写す先（空のフォルダー） / an empty folder")
        parser.add_argument(
            "--follow",
            action="store_true",
            help="止めるまでログを受け取る（中断した DIR なら続きから） / receive the log, or go on with it",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        backup, say = Backup(options["folder"].absolute()), lambda text: self._tell(text, options)
        stop = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        os.umask(0o077)
        try:
            source, beside = Source(_address()), _beside()
            following: Following | None
            if options["follow"] and backup.note():
                following = backups.resume(backup, source, beside, say)
            else:
                following = backups.take(backup, source, beside, say, follow=options["follow"])
            say(f"バックアップ {backup.path} ができました。鍵は別の場所にも移してください。 / the backup is whole")
            if following:
                following.go_on(stop.is_set)
        except BackupFailed as problem:
            raise CommandError(str(problem)) from problem
        return {"backup": str(backup.path), "followed": bool(following), **backup.note()}

    def _tell(self, text: str, options: dict[str, Any]) -> None:
        self.say(text, options)
        self.stdout.flush()


def _beside() -> dict[str, Path]:
    """What stands beside the database: keys, files, the home's secrets, and the demonstration's own data."""
    home = Path(settings.JLIS_HOME)
    return {
        "keys": Path(settings.JLIS_KEYS_DIR),
        "files": Path(settings.JLIS_FILES_DIR),
        "secrets": home / "secrets",
        "demo": home / "demo",
    }


def _address() -> str:
    """The administrator's address: from the environment, else of this home's own server."""
    named = os.environ.get("DATABASE_ADMIN_URL", "")
    if not named and (path := os.environ.get("DATABASE_ADMIN_URL_FILE")):
        named = Path(path).read_text("utf-8").strip()
    if named:
        return named
    home = Home.chosen(str(settings.JLIS_HOME))
    server = Postgres(home)
    if not (home.path / "postgres").is_dir() or server.process() is None:
        raise CommandError(
            "データベースが動いていません。起動するか DATABASE_ADMIN_URL を指定してください。\n"
            "No database runs here: start it, or name one by DATABASE_ADMIN_URL."
        )
    return server.superuser_url
