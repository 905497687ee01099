"""manage.py ocsp_refresh --by USER"""

from argparse import ArgumentParser
from typing import Any

from jlis.kernel.commands import HouseCommand
from jlis.kernel.time import now
from jpki.services import ocsp


class Command(HouseCommand):
    """Makes anew the OCSP answers that run out, and the responders' certificates."""

    help = "期限の近いOCSP応答とレスポンダ証明書を作り直します。 / Renews OCSP answers and responder certificates."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--by", help="操作する職員の利用者ID / user name of who acts")

    def work(self, **options: Any) -> dict[str, Any]:
        made = ocsp.refresh(by=self.actor(options), at=now())
        self.say(f"{made:,}件の応答を作成しました。", options)
        return {"answers": made}
