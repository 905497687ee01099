"""manage.py crl_publish --by USER [--changed | --full] [--authority sign|auth]"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from jlis.kernel.commands import HouseCommand
from jlis.kernel.time import now
from jpki.choices import AuthorityCode
from jpki.services import publications


class Command(HouseCommand):
    """Publishes revocation lists: all of them, the changed ones, or the full ones."""

    help = "失効リストを作成し公開します（既定はすべて）。 / Makes and publishes revocation lists (by default all)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--by", help="操作する職員の利用者ID / user name of who acts")
        parser.add_argument("--authority", choices=AuthorityCode.values, default="", help="認証局 / one authority only")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--changed", action="store_true", help="変更のある市区町村だけ / only towns with changes")
        which.add_argument("--full", action="store_true", help="全体の失効リストだけ / only the full list")

    def work(self, **options: Any) -> dict[str, Any]:
        actor, at = self.actor(options), now()
        if options["changed"]:
            done = publications.publish_changed(by=actor, at=at)
        elif options["full"]:
            done = publications.publish_full(by=actor, at=at, authority=options["authority"])
        else:
            done = publications.publish_all(by=actor, at=at, authority=options["authority"])
        for (_, partition), fault in done.refused.items():
            self.stderr.write(f"{partition or '全体'}: {fault}")
        if done.refused:
            raise CommandError(f"{len(done.refused)}件の失効リストを公開できませんでした。")
        self.say(f"{done.lists:,}件の失効リストを公開しました（{done.entries:,}項目）。", options)
        return {"lists": done.lists, "entries": done.entries}
