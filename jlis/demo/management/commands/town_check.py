"""manage.py town_check --office CODE [--nation URL]"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from jlis.demo.town_server import consistency, register
from jlis.kernel.commands import HouseCommand, Unfinished
from jlis.kernel.embedded.home import Home


class Command(HouseCommand):
    """Compares the reference town's register with the nation's, over the line; exit status 1 unless they agree."""

    help = "市区町村の台帳を全国の本人確認情報と突き合わせます（参照用の住民記録システム） / compare a town's register"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--office", required=True, help="市区町村コード（6桁） / 6-digit code")
        parser.add_argument("--nation", help="全国側のアドレス（省くと起動中のもの） / address of the running house")

    def work(self, **options: Any) -> dict[str, Any]:
        folder, office = Path(settings.JLIS_HOME) / "demo" / "town", options["office"]
        if not register.register_of(folder, office).exists():
            raise CommandError(f"{office} の住民記録システムのデータがありません。")
        address = options["nation"] or Home.chosen(str(settings.JLIS_HOME)).remembered("supervisor").get("address")
        if not address:
            raise CommandError("--nation で全国側のアドレスを指定してください。 / Name the address with --nation.")
        try:
            found = consistency.check(folder, office, address)
        except OSError as error:
            raise CommandError(f"全国側 {address} に接続できません（{type(error).__name__}）。") from error
        del found["question"]
        self.say(consistency.in_words(found), options)
        if found["state"] != "agreed":
            raise Unfinished("違いがあります。画面の「整合性確認」で確かめてください。", found)
        return found
