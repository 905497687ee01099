"""What `juki/discrepancies/compared.html` shows: the register and the notice, row by row, and where to go on."""

from typing import Any

from django.urls import reverse

from jlis.kernel.actors import Actor
from juki.domain.items import WITHHELD
from juki.domain.notices import LABELS
from juki.models import Notification
from juki.selectors.comparisons import Comparison, Line
from juki.web.item_values import shown

_LABELS = LABELS | {"municipality": "市区町村", "state": "状態", "change_reason": "異動事由"}
_UNKNOWN_PLACE = "登録と照らせないため、表示しません"


def of(comparison: Comparison, notification: Notification, by: Actor) -> dict[str, Any]:
    """A comparison for the template; links only to what the actor may open."""
    record = comparison.record
    links = []
    if record is not None and by.may("juki.search"):
        links.append(("本人確認情報を開く", reverse("juki_resident", args=[record.resident])))
    if by.may("juki.notify"):
        links.append(("通知を開く", reverse("juki_notice", args=[notification.pk])))
    return {
        "record": record,
        "is_in_force": comparison.is_in_force,
        "rows": [
            _row(line, has_record=record is not None)
            for line in comparison.lines
            if record is not None or line.told is not None or line.is_withheld
        ],
        "links": links,
    }


def _row(line: Line, *, has_record: bool) -> dict[str, Any]:
    label = _LABELS[line.item]
    if line.is_withheld:
        return {"label": label, "held": WITHHELD, "told": WITHHELD if has_record else _UNKNOWN_PLACE, "is_told": True}
    held = shown(line.item, line.held) or "―"
    return {
        "label": label,
        "held": held,
        "told": _told(line),
        "differs": line.differs,
        "is_told": line.told is not None,
    }


def _told(line: Line) -> str:
    if line.told is None:
        return "（通知にない項目）"
    return shown(line.item, line.told) or ("（削除）" if line.held else "―")
