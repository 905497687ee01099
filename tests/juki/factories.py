"""Made-up residents, told as a municipality tells them."""

from itertools import count
from typing import Any

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment
from juki.domain.notices import IDENTITY_FIELDS
from juki.services import codes, notifications
from juki.services.notifications import Taken
from tests.conftest import CHIYODA, SHINJUKU, TSURUMI, actor

_keys = count(1)
HOMES = {
    CHIYODA: "東京都千代田区霞が関一丁目1番1号",
    SHINJUKU: "東京都新宿区西新宿二丁目8番1号",
    TSURUMI: "神奈川県横浜市鶴見区鶴見中央三丁目20番1号",
}
# What a correction says that is told for its own sake: as it stands already.
_AS_IT_STANDS = {
    "M02": {"address": HOMES[CHIYODA]}, "M03": {"kana_source": "NOTIFIED"}, "M04": {"kana_source": "NOTIFIED"},
    "M20": {"kana_source": "NOTIFIED"},
}  # fmt: skip


def birth(**changes: Any) -> dict[str, Any]:
    """A birth; the code comes from the lot."""
    notice: dict[str, Any] = {
        "key": f"k{next(_keys)}",
        "reason": "R03",
        "changed_on": "2026-11-01",
        "name": "𠮷田　花子",
        "name_kana": "ヨシダ　ハナコ",
        "address": HOMES[CHIYODA],
        "birth_date": "2026-11-01",
        "sex": "F",
        "resident_class": "JAPANESE",
    }
    return notice | changes


def grown(**changes: Any) -> dict[str, Any]:
    """Somebody grown who is entered ex officio."""
    adult = birth(reason="R06", changed_on="2020-04-01", birth_date="1980-02-17", name="髙﨑　太郎", sex="M")
    return adult | {"name_kana": "タカサキ　タロウ"} | changes


def change(reason: str, resident_code: str, **changes: Any) -> dict[str, Any]:
    """A correction or a removal of somebody known."""
    said = {} if changes.keys() & {*IDENTITY_FIELDS} else _AS_IT_STANDS.get(reason, {})
    return {
        "key": f"k{next(_keys)}", "reason": reason, "changed_on": "2026-11-20", "resident_code": resident_code
    } | said | changes  # fmt: skip


def with_codes(by: Actor, at: Moment, size: int = 100) -> None:
    """Allot a lot of codes to the actor's office."""
    officer = actor("JLIS-JUKI", "REGISTRY_OPERATOR", kind="JLIS")
    with acting(officer.scope):
        codes.allot(office=by.organisation, size=size, by=officer, at=at)


def _at_home(notice: dict[str, Any], office: str) -> dict[str, Any]:
    if notice.get("address") not in HOMES.values():
        return notice
    return notice | {"address": HOMES.get(notice.get("municipality") or office, "本町一丁目1番1号")}


def tell(*notices: dict[str, Any], by: Actor, at: Moment) -> list[Taken]:
    """Send notifications as the actor; whoever is given no address of their own lives where the actor is."""
    notices = tuple(_at_home(each, by.organisation) for each in notices)
    with acting(by.scope):
        return notifications.receive(notices=list(notices), by=by, at=at, channel="REST")
