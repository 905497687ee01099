"""manage.py fill_number_notices --by USER"""

from typing import Any

from jlis.kernel.commands import BatchCommand
from juki.services import number_notices


class Command(BatchCommand):
    """Adds the number notices that towns lack, such as those of numbers given before there were any; again, no more."""

    help = "市区町村に通知していない個人番号の通知を補います。 / Adds the number notices that towns lack."

    def work(self, **options: Any) -> dict[str, Any]:
        count = number_notices.fill_in(by=self.actor(options), at=self.moment(options))
        self.say(f"{count:,}件の通知を補いました。", options)
        return {"notices": count}
