"""manage.py access_review --on DATE --by USER"""

from datetime import timedelta
from typing import Any

from jlis.kernel.commands import BatchCommand
from jlis.kernel.time import TOKYO, now
from juki.services import access_reviews


class Command(BatchCommand):
    """Reviews a day's access log, yesterday's where none is named; a second run adds what came since."""

    help = "利用記録を一日分、分析します（省くと前日）。 / Reviews the access log of a day, yesterday's if left out."

    def work(self, **options: Any) -> dict[str, Any]:
        at = now()
        day = options["on"] or at.instant.astimezone(TOKYO).date() - timedelta(days=1)
        done = access_reviews.review(day=day, by=self.actor(options), at=at)
        self.say(f"監査記録{done.entries:,}件から{done.findings:,}件を検出しました（新規{done.new:,}件）。", options)
        return {"day": day.isoformat(), **vars(done)}
