"""manage.py restore DIR [--data FOLDER]"""

import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from jlis.kernel.commands import HouseCommand, Unfinished
from jlis.kernel.embedded import restoring
from jlis.kernel.embedded.backups import Backup, BackupFailed
from jlis.kernel.embedded.home import PROJECT, Home
from jlis.kernel.embedded.postgres import StartFailed
from jlis.kernel.embedded.servers import borrowed
from jlis.kernel.embedded.unprivileged import CannotRun

_CHECKS = (["audit_verify"], ["reconcile", "--deliver"])
_NAMED_SERVERS = ("DATABASE_", "REDIS_URL", "SECRET_KEY", "JLIS_KEYS_DIR", "JLIS_FILES_DIR")


class Command(HouseCommand):
    """Restores a backup to its last committed transaction, then verifies the audit chain and reconciles."""

    help = (
        "DIR のバックアップを空の JLIS_HOME に、最後に確定した処理まで戻し、監査記録の検証と照合を行います。"
        " / Restores DIR into an empty JLIS_HOME to the last committed transaction, and checks it."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("folder", metavar="DIR", type=Path, help="バックアップ / the backup")
        parser.add_argument(
            "--data",
            type=Path,
            metavar="FOLDER",
            help="既存のサーバー用に、空のフォルダーへ並べるだけ / only lay it out, for a server of your own",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        os.umask(0o077)
        backup = Backup(options["folder"].absolute())
        try:
            if options["data"]:
                return self._lay_out(backup, options["data"].absolute(), options)
            home = Home.chosen(str(settings.JLIS_HOME))
            last = restoring.restore(backup, home, lambda text: self.say(text, options))
        except (BackupFailed, StartFailed, CannotRun) as problem:
            raise CommandError(str(problem)) from problem
        self.say(f"最後に確定した処理まで戻しました（{last}）。 / restored", options)
        failed = self._check(home, options)
        result = {"home": str(home.path), "last": last, "taken_at": backup.note()["taken_at"]}
        if failed:
            reasons = "\n".join(f"{name}: {reason}" for name, reason in failed.items())
            raise Unfinished(f"戻しましたが、検査で異常がありました。\n{reasons}", result | {"failed": list(failed)})
        self.say("`make run` で起動できます。 / Start it with `make run`.", options)
        return result

    def _lay_out(self, backup: Backup, data: Path, options: dict[str, Any]) -> dict[str, Any]:
        restoring.prepare(backup, data)
        self.say(
            f"{data} に並べました。所有者をサーバーの利用者にして起動すると、ログの終わりまで再現します。"
            "その後に audit_verify と reconcile を実行してください。鍵とファイルは戻していません。\n"
            f"Laid out in {data}: give it to the server's user and start it; then run audit_verify and reconcile.",
            options,
        )
        return {"data": str(data), "checked": False}

    def _check(self, home: Home, options: dict[str, Any]) -> dict[str, str]:
        """What the checks found, by name; each runs as it would in service."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(_NAMED_SERVERS)}
        failed = {}
        with borrowed(home, {}) as (addresses, _):
            environ = {**plain, **addresses}
            for check in _CHECKS:
                done = subprocess.run(
                    [sys.executable, "manage.py", *check],
                    cwd=PROJECT, env=environ, capture_output=True, text=True, check=False,
                )  # fmt: skip
                if done.returncode:
                    failed[check[0]] = done.stderr.strip().splitlines()[-1]
                else:
                    self.say(f"{check[0]}: 異常なし / nothing found", options)
        return failed
