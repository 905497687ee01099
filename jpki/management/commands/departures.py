"""manage.py departures --on DATE --by USER"""

from typing import Any

from jlis.kernel.commands import BatchCommand
from jpki.services import departures


class Command(BatchCommand):
    """Ends the certificates of those whose 転出 has come by a day; a second run finds nothing left."""

    help = "転出の予定日が来た人の電子証明書を失効させます（二度動かしても一度だけ）。 / Ends what a 転出 ends."

    def work(self, **options: Any) -> dict[str, Any]:
        ended = departures.take_effect(by=self.actor(options), at=self.moment(options))
        self.say(f"{ended:,}枚の電子証明書を失効させました。", options)
        return {"ended": ended}
