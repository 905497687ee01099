"""manage.py ca_recover AUTHORITY GENERATION HOLDER HOLDER --by USER [--passphrases FILE]"""

import getpass
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from jlis.kernel.commands import HouseCommand
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import now
from jpki.choices import AuthorityCode
from jpki.engine.keys import Holder
from jpki.services import authorities


class Command(HouseCommand):
    """Makes a generation's key open to daily work again, by both holders of its ceremony."""

    help = (
        "鍵生成式の保持者2名により、認証局の鍵を再び使えるようにします（operating.secret またはPINを失ったとき）。"
        " / Recovers an authority's key by both its holders, when the operating secret or the PIN was lost."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("authority", choices=AuthorityCode.values, help="認証局 / the authority")
        parser.add_argument("generation", type=int, help="世代 / the generation")
        parser.add_argument("holders", nargs=2, help="保持者の利用者ID / user names of both holders")
        parser.add_argument("--by", help="進行する職員の利用者ID / user name of who conducts it")
        parser.add_argument(
            "--passphrases",
            type=Path,
            help="利用者IDと合言葉のJSON。省くと端末で尋ねる / user names and passphrases; else asked for",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        authority, generation = options["authority"], options["generation"]
        actor, at = self.actor(options), now()
        with acting(actor.scope):
            authorities.recover_key(
                authority=authority, generation=generation, holders=_given(options), by=actor, at=at
            )
        self.say(f"{authority} 第{generation}世代の鍵を再び使えるようにしました。", options)
        return {"authority": authority, "generation": generation}


def _given(options: dict[str, Any]) -> list[Holder]:
    names = options["holders"]
    if options["passphrases"] is None:
        return [Holder(name, getpass.getpass(f"{name} の合言葉 / passphrase: ")) for name in names]
    try:
        words = json.loads(options["passphrases"].read_text("utf-8"))
        return [Holder(name, str(words[name])) for name in names]
    except (OSError, ValueError, KeyError) as error:
        raise CommandError(f"合言葉を読めません: {error}") from error
