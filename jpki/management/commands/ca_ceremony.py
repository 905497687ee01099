"""manage.py ca_ceremony FILE --by USER [--passphrases FILE]"""

import getpass
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from jlis.kernel.commands import HouseCommand
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import now
from jpki.engine.keys import Holder
from jpki.services import authorities, publications


class Command(HouseCommand):
    """Holds one key ceremony after its file, with two key holders, and publishes the first full list."""

    help = (
        "次第書に従い、2名の鍵保持者とともに認証局の鍵と自己署名証明書を作ります。"
        " / Makes an authority's key and certificate after a ceremony file, with two key holders."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="次第書（TOML） / the ceremony's file")
        parser.add_argument("--by", help="進行する職員の利用者ID / user name of who conducts it")
        parser.add_argument(
            "--passphrases",
            type=Path,
            help="利用者IDと合言葉のJSON。省くと端末で尋ねる / user names and passphrases; else asked for",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        path: Path = options["file"]
        try:
            text = path.read_text("utf-8")
            given = json.loads(options["passphrases"].read_text("utf-8")) if options["passphrases"] else None
        except (OSError, ValueError) as error:
            raise CommandError(f"読めません: {error}") from error
        actor, at = self.actor(options), now()
        holders = [Holder(str(name), str(words)) for name, words in given.items()] if given else _asked(text)
        with acting(actor.scope):
            made = authorities.hold_ceremony(text=text, holders=holders, by=actor, at=at, folder=path.parent)
        publications.publish_full(by=actor, at=at, authority=made.authority_id)
        self.say(f"{made} 発行の番号 {made.serial} 鍵識別子 {bytes(made.key_id).hex()}", options)
        return {
            "authority": made.authority_id,
            "generation": made.number,
            "serial": made.serial,
            "key_id": bytes(made.key_id).hex(),
        }


def _asked(text: str) -> list[Holder]:
    """Each holder types a passphrase that the other does not see."""
    plan = authorities.plan_of(text)
    holders = []
    for name in plan.holders:
        words = getpass.getpass(f"{name} の合言葉 / passphrase: ")
        if words != getpass.getpass(f"{name} の合言葉（確認） / again: "):
            raise CommandError(f"{name} の合言葉が一致しません。")
        holders.append(Holder(name, words))
    return holders
