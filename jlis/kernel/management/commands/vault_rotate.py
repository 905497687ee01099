"""manage.py vault_rotate [--resume] --by USER"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from jlis.kernel import rotation
from jlis.kernel.commands import HouseCommand
from jlis.kernel.time import now


class Command(HouseCommand):
    """Makes a new data key and seals under it what older ones sealed; exit status 1 when a value did not open."""

    help = (
        "新しいデータ鍵を作り、封印された値（個人番号など）をその鍵で封印し直します。"
        " / Makes a new data key and seals under it what older ones sealed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--by", help="操作する職員の利用者ID / user name of who acts")
        parser.add_argument(
            "--resume",
            action="store_true",
            help="鍵を作らず、中断した処理の残りだけを封印し直す / make no key, finish what a former run left",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        done = rotation.rotate(
            by=self.actor(options),
            at=now(),
            resume=options["resume"],
            on_progress=lambda name, done, total: self.show_progress(f"{name} {done:,}/{total:,}"),
        )
        for name, count in done.values.items():
            self.say(f"{name}: {count:,}件を封印し直しました（鍵 {done.key}）。", options)
        if done.faults:
            raise CommandError(f"開けない値が{len(done.faults):,}件あります: {'、'.join(done.faults[:20])}")
        return {"key": done.key, "resealed": done.values}
