"""Made-up residents, told as a municipality tells them."""

from itertools import count
from typing import Any

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment
from juki.services import codes, notifications
from juki.services.notifications import Taken
from tests.conftest import actor

_keys = count(1)


def birth(**changes: Any) -> dict[str, Any]:
    """A birth; the code comes from the lot."""
    notice = {
        "key": f"k{next(_keys)}",
        "reason": "R03",
        "changed_on": "2026-11-01",
        "name": "𠮷田　花子",
        "name_kana": "ヨシダ　ハナコ",
        "address": "東京都千代田区霞が関一丁目1番1号",
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
    return {
        "key": f"k{next(_keys)}", "reason": reason, "changed_on": "2026-11-20", "resident_code": resident_code
    } | changes  # fmt: skip


def with_codes(by: Actor, at: Moment, size: int = 100) -> None:
    """Allot a lot of codes to the actor's office."""
    officer = actor("JLIS-JUKI", "REGISTRY_OPERATOR", kind="JLIS")
    with acting(officer.scope):
        codes.allot(office=by.organisation, size=size, by=officer, at=at)


def tell(*notices: dict[str, Any], by: Actor, at: Moment) -> list[Taken]:
    """Send notifications as the actor."""
    with acting(by.scope):
        return notifications.receive(notices=list(notices), by=by, at=at, channel="REST")
