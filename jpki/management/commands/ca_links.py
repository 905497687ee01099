"""manage.py ca_links --by USER"""

from argparse import ArgumentParser
from typing import Any

from jlis.kernel.commands import HouseCommand
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import now
from jpki.selectors import authorities as known
from jpki.services import authorities


class Command(HouseCommand):
    """Makes the link certificates between an authority's newest two generations where they are missing."""

    help = (
        "世代間のリンク証明書のうち、ないものを作ります（鍵生成式では自動で作ります）。"
        " / Makes the link certificates that are missing (a ceremony makes them by itself)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--by", help="操作する職員の利用者ID / user name of who acts")

    def work(self, **options: Any) -> dict[str, Any]:
        actor, at = self.actor(options), now()
        with acting(actor.scope):
            founded = known.founded()
        made = [link for code in founded for link in authorities.link_generations(authority=code, by=actor, at=at)]
        self.say(f"{len(made)}件のリンク証明書を作成しました。", options)
        return {"links": [link.serial for link in made]}
