"""manage.py express_dispatch --on DATE --by USER"""

from typing import Any

from jlis.kernel.commands import BatchCommand
from mynacard.services import express


class Command(BatchCommand):
    """Orders the accepted express cards and posts those that have been made; each is posted once."""

    help = (
        "特急発行のカードを製造に回し、できたものを送付します（各カード一度だけ）。 / Orders and posts express cards."
    )

    def work(self, **options: Any) -> dict[str, Any]:
        done = express.dispatch(by=self.actor(options), at=self.moment(options))
        self.say(
            f"製造に回した {done['ordered']:,}枚、送付した {done['posted']:,}枚、止めた {done['stopped']:,}枚", options
        )
        return dict(done)
