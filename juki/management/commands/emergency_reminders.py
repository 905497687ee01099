"""manage.py emergency_reminders --on DATE --by USER"""

from typing import Any

from jlis.kernel.commands import BatchCommand
from juki.services import emergencies


class Command(BatchCommand):
    """Reminds whoever is late with an open emergency case; a second run for the day reminds nobody again."""

    help = "期限を過ぎた緊急事案を督促します（同じ日に二度動かしても一度だけ）。 / Reminds of late emergency cases."

    def work(self, **options: Any) -> dict[str, Any]:
        count = emergencies.remind(by=self.actor(options), at=self.moment(options))
        self.say(f"{count:,}件を督促しました。", options)
        return {"reminders": count}
