"""manage.py demo --residents N --seed S [--prefecture PP]"""

import os
import time
from argparse import ArgumentParser
from typing import Any

from jlis.demo import building
from jlis.demo.digest import digest
from jlis.kernel.commands import HouseCommand
from jlis.kernel.outbox import waking
from jlis.kernel.time import now


class Command(HouseCommand):
    """Makes the demonstration: real municipalities, made-up residents, a year of history, certificates."""

    help = "実演用データを作ります。同じ種と日付からは同じデータができます / make the demonstration"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--residents", type=int, default=20_000, help="住民の人数 / how many residents")
        parser.add_argument("--seed", type=int, default=1, help="乱数の種 / seed")
        parser.add_argument("--prefecture", default="", help="都道府県番号（2桁）。省くと東京都と神奈川県 / 2 digits")
        parser.add_argument("--if-empty", action="store_true", help="データがあれば何もしない / only when empty")
        parser.add_argument("--digest", action="store_true", help="内容の要約値だけを示す / only print the digest")

    def work(self, **options: Any) -> dict[str, Any]:
        if options["digest"]:
            found = digest()
            self.say(found, options)
            return {"digest": found}
        if options["if_empty"] and not building.is_empty():
            self.say("データがあるため、実演用データは作りません。", options)
            return {"made": False}
        started = time.monotonic()
        port = os.environ.get("PORT") or "8000"
        with waking.delivering_oneself():
            built = building.build(
                residents=options["residents"],
                seed=options["seed"],
                prefecture=options["prefecture"],
                public_base=f"http://127.0.0.1:{port}",
                at=now(),
                report=lambda text: self.say(f"  {text}", options),
            )
        seconds = round(time.monotonic() - started, 1)
        counts = f"住民 {built.residents:,}人、通知 {built.notifications:,}件、電子証明書 {built.certificates:,}枚"
        self.say(f"{counts}（{seconds}秒）", options)
        self.say(f"内容の要約値 {built.digest}", options)
        return {"made": True, "seconds": seconds, **vars(built)}
