"""manage.py expiry_notices --on DATE --by USER"""

from typing import Any

from jlis.kernel.commands import BatchCommand
from mynacard.services import notices


class Command(BatchCommand):
    """Lists, freezes and sends the expiry notices that are due by a day; a second run for the day sends nothing."""

    help = (
        "有効期限通知の一覧を作り、期限の来たものを発送します（同じ日に二度動かしても一度だけ）。 / Sends what is due."
    )

    def work(self, **options: Any) -> dict[str, Any]:
        done = notices.run(by=self.actor(options), at=self.moment(options))
        self.say(
            f"一覧 {done['listed_cards'] + done['listed_certificates']:,}件、印刷へ {done['frozen']:,}件、"
            f"発送 {done['sent']:,}件",
            options,
        )
        return dict(done)
