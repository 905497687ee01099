"""manage.py card_clocks --on DATE --by USER"""

from typing import Any

from jlis.kernel.commands import BatchCommand
from mynacard.services import clockwork


class Command(BatchCommand):
    """Ends the cards whose deadline or validity has passed by a day; a second run for the day does nothing."""

    help = "期限の過ぎたカードを廃止します（同じ日に二度動かしても一度だけ）。 / Ends cards whose time has passed."

    def work(self, **options: Any) -> dict[str, Any]:
        done = clockwork.run(by=self.actor(options), at=self.moment(options))
        abroad, applicants = (done.get(name, 0) for name in ("gone_abroad", "gone_applicants"))
        ended = sum(done.values()) - abroad - applicants
        self.say(
            f"{ended:,}枚のカードを廃止しました。国外継続利用 {abroad:,}枚、転出による申請の取消し {applicants:,}件。",
            options,
        )
        return dict(done)
