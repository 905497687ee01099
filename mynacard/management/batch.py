"""What the room's batch commands share: the day they run for, and who runs them."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from jlis.kernel.commands import HouseCommand
from jlis.kernel.time import Moment, now


class BatchCommand(HouseCommand):
    """A batch for one legal day; today where none is named."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--on", type=date.fromisoformat, help="処理日（省くと今日） / the day, today if left out")
        parser.add_argument("--by", help="操作する職員の利用者ID（実演では省略可） / user name of who acts")

    def moment(self, options: dict[str, Any]) -> Moment:
        """The present instant, on the day that was named."""
        present = now()
        return Moment(present.instant, options["on"] or present.day)
