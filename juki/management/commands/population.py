"""manage.py population --on DATE --by USER"""

from typing import Any

from jlis.kernel.commands import BatchCommand
from juki.services import population


class Command(BatchCommand):
    """Counts who is registered on a day by office, age, sex and class; a second count takes the first one's place."""

    help = "住民基本台帳人口を集計します（同じ日は集計し直します）。 / Counts the population of a day."

    def work(self, **options: Any) -> dict[str, Any]:
        people = population.count(by=self.actor(options), at=self.moment(options))
        self.say(f"{people:,}人を集計しました。", options)
        return {"people": people}
