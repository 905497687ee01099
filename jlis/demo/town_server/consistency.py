"""整合性確認 as a town's system does it: over the line, with the town's own credentials, once or every day."""

import base64
import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from jlis.demo.town_server import register
from jlis.kernel.time import TOKYO
from juki.domain.consistency import Question, TownSide, Wanted

CHECKS = "/api/v1/juki/consistency-checks"
AT_HOUR = 4
FIRST_AFTER = 60.0  # seconds; the nation's house comes up at the same time as the town's server
_PATIENCE = 60.0


class Nation:
    """The nation's address, as one town's system calls it."""

    def __init__(self, address: str, credentials: dict[str, str]):
        self.address = address.rstrip("/")
        pair = f"{credentials['client_id']}:{credentials['client_secret']}"
        self._basic = f"Basic {base64.b64encode(pair.encode()).decode()}"
        self._token = ""

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST JSON; the answer."""
        self._token = self._token or f"Bearer {self._sign_in()}"
        return self._send(path, json.dumps(body).encode(), "application/json", self._token)

    def _sign_in(self) -> str:
        form = "application/x-www-form-urlencoded"
        return str(self._send("/oauth/token/", b"grant_type=client_credentials", form, self._basic)["access_token"])

    def _send(self, path: str, body: bytes, kind: str, authorization: str) -> dict[str, Any]:
        headers = {"Content-Type": kind, "Authorization": authorization}
        request = Request(self.address + path, body, headers)  # noqa: S310 - the address that the operator named
        with urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found


def check(folder: Path, office: str, address: str) -> dict[str, Any]:
    """Hold the town's register against the nation's; returns the check as it ended. Raises OSError."""
    credentials = json.loads((folder / f"{office}.client.json").read_text("utf-8"))
    with register.opened(register.register_of(folder, office)) as database:
        side = TownSide(register.notified(database))
    nation = Nation(address, credentials)
    found = nation.post(CHECKS, side.opening())
    while asked := found["question"]:
        question = Question(
            Wanted(asked["wants"].upper()), tuple(asked.get("nodes", ())), tuple(asked.get("resident_codes", ()))
        )
        body = {"step": found["step"], asked["wants"]: side.answer(question)}
        found = nation.post(f"{CHECKS}/{found['check']}/steps", body)
    return found


def check_daily(once: Callable[[], dict[str, Any]], say: Callable[[str], None]) -> None:
    """Check soon after the start, then every day at four; a day on which it fails is told and left."""
    time.sleep(FIRST_AFTER)
    while True:
        try:
            say(in_words(once()))
        except (OSError, ValueError) as problem:
            say(f"整合性確認を行えませんでした（{type(problem).__name__}）。")
        time.sleep(until_next(datetime.now(TOKYO)))


def until_next(present: datetime) -> float:
    """Seconds until the next time that a check is due."""
    due = present.replace(hour=AT_HOUR, minute=0, second=0, microsecond=0)
    return (due + timedelta(days=due <= present) - present).total_seconds()


def in_words(found: dict[str, Any]) -> str:
    """A check's end, by counts."""
    counts = (found["only_in_town"], found["only_in_nation"], found["items_differ"])
    state = {"agreed": "一致", "differed": "違いあり"}.get(found["state"], "中断")
    return (
        f"整合性確認 {state}: 当団体だけ {counts[0]:,}人、全国だけ {counts[1]:,}人、項目が異なる {counts[2]:,}人"
        f"（送った要約値 {found['told']:,}件）"
    )
