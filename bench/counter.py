"""Counter pages: twenty clerks of a town at once, each with a session, who search, read and open records.

Each clerk asks for a page a second, which is more than anybody reads; no page is the one before. The limit is the
300 ms within which somebody at a counter does not wait.
"""

import http.client
import re
import statistics
import threading
import time
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import urlencode

from bench.stage import PASSWORD, TOWN, Line, fill, hire, web

_CLERKS, _ROUNDS, _PAUSE = 20, 12, 1.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def measure(rows: int) -> list[Line]:
    """The 95th of a hundred pages and the median, in milliseconds."""
    fill(rows)
    names = _hired()
    people = _people()
    took: list[float] = []
    faults: list[Exception] = []
    with web("jlis.wsgi:application", 18092) as address:
        clerks = [_Clerk(address, name) for name in names]
        work = [
            threading.Thread(target=clerk.work, args=(Random(number), people, took, faults))
            for number, clerk in enumerate(clerks)
        ]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()
    if faults:
        raise faults[0]
    percentiles = statistics.quantiles(took, n=20)
    return [
        Line("counter page, 20 clerks, p95, ms", 1000 * percentiles[-1], "limit", 300, at_most=1),
        Line("the same, median, ms", 1000 * statistics.median(took), "limit", 300),
    ]


class _Clerk:
    """A browser at the counter: its connection and its cookies."""

    def __init__(self, address: str, username: str) -> None:
        self._connection = http.client.HTTPConnection(address)
        self._cookies: dict[str, str] = {}
        page = self._page("/")
        self._post("/", {"csrfmiddlewaretoken": _token(page), "username": username, "password": PASSWORD})

    def work(self, random: Random, people: list[tuple[str, str]], took: list[float], faults: list[Exception]) -> None:
        """Search for somebody and open their record, again and again; what it takes, without the pauses."""
        time.sleep(random.random() * _PAUSE)
        try:
            for _ in range(_ROUNDS):
                kana, birth = random.choice(people)
                form = self._timed(took, self._page, "/juki/residents/")
                asked = {
                    "csrfmiddlewaretoken": _token(form), "name_kana": kana, "birth_date": birth,
                    "purpose": "JUKI-COUNTER",
                }  # fmt: skip
                found = self._timed(took, self._post, "/juki/residents/", asked)
                (record, *_) = re.findall(r'href="(/juki/residents/[0-9a-f-]{36}/)"', found)
                assert kana in self._timed(took, self._page, record)
        except Exception as error:
            faults.append(error)

    def _timed(self, took: list[float], ask: Callable[..., str], *arguments: Any) -> str:
        started = time.perf_counter()
        page = ask(*arguments)
        took.append(time.perf_counter() - started)
        time.sleep(_PAUSE)
        return page

    def _page(self, path: str) -> str:
        return self._ask("GET", path, None)

    def _post(self, path: str, fields: dict[str, str]) -> str:
        return self._ask("POST", path, urlencode(fields))

    def _ask(self, method: str, path: str, body: str | None) -> str:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        self._connection.request(method, path, body, {"Cookie": cookies} | (_FORM if body else {}))
        answer = self._connection.getresponse()
        content = answer.read().decode()
        # Clerks pause for longer than a server keeps a connection.
        self._connection.close()
        for told in answer.headers.get_all("Set-Cookie", []):
            name, _, value = told.partition(";")[0].partition("=")
            self._cookies[name] = value
        assert answer.status in (200, 302), f"{path}: {answer.status}"
        return content


def _hired() -> list[str]:
    names = [f"bench-clerk-{number}" for number in range(_CLERKS)]
    for name in names:
        hire(name, TOWN, "COUNTER_CLERK")
    return names


def _people() -> list[tuple[str, str]]:
    """Furigana and birth date of two thousand residents whose birth date is known whole."""
    from jlis.kernel.isolation.scope import REGISTRY, acting
    from juki.models import IdentityRecord

    with acting(REGISTRY):
        present = IdentityRecord.objects.filter(state="CURRENT", valid_to=None, superseded_at=None)
        found = present.exclude(birth_date__endswith="-00").values_list("name_kana", "birth_date")[:2_000]
        return list(found)


def _token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, "a form"
    return found[1]
