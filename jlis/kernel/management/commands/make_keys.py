"""manage.py make_keys"""

from pathlib import Path
from typing import Any

from django.conf import settings

from jlis.kernel.commands import HouseCommand
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.time import now
from jlis.kernel.vault import keys, sealing
from jlis.kernel.vault.models import DataKey


class Command(HouseCommand):
    """Makes the key files that are missing, and the first data key."""

    help = "足りない鍵ファイルと最初のデータ鍵を作ります（既存の鍵には触れません） / make missing keys"

    def work(self, **options: Any) -> dict[str, Any]:
        made = keys.make_missing(Path(settings.JLIS_KEYS_DIR))
        with acting(SYSTEM):
            has_data_key = DataKey.objects.filter(is_active=True).exists()
        if not has_data_key:
            sealing.make_data_key(at=now().instant)
        self.say(f"作成した鍵: {'、'.join(made) or 'なし'}", options)
        return {"made": made, "data_key_made": not has_data_key}
