"""manage.py audit_verify"""

from typing import Any

from django.core.management.base import CommandError

from jlis.kernel.audit import sealing, verification
from jlis.kernel.commands import HouseCommand
from jlis.kernel.isolation.scope import SYSTEM, acting


class Command(HouseCommand):
    """Checks the whole audit chain and names what was altered, removed, inserted or moved, the first one first."""

    help = "監査記録の連鎖を検証し、改変・削除・挿入・移動された記録を示します / verify the audit chain"

    def work(self, **options: Any) -> dict[str, Any]:
        sealing.seal_now()
        with acting(SYSTEM):
            result = verification.verify()
        self.say(f"ブロック {result.blocks:,}  記録 {result.entries:,}  未封印 {result.unsealed:,}", options)
        if result.faults:
            for fault in result.faults:
                self.stderr.write(str(fault))
            raise CommandError(f"異常 {len(result.faults)}件。最初: {result.faults[0]}")
        self.say("改変はありません。 / No fault found.", options)
        return {"blocks": result.blocks, "entries": result.entries, "unsealed": result.unsealed, "faults": []}
