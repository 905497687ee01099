"""The express lane's cap under load: many counters at once, most of them turned away, against places for all (M6).

An application is judged, photographed, sealed, audited and placed; one over the cap does all of it but the last step
and is rolled back. The day's places that must be given in a day stand beside what an hour takes.
"""

import statistics
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from random import Random
from uuid import UUID

from bench.stage import Line, chief, fill, seconds

_ASKED, _CAP, _AT_ONCE, _ROUNDS = 200, 50, 20, 3
_PLACES_A_DAY = 10_000


def measure(rows: int) -> list[Line]:
    """Applications a second, 20 at a time, medians of three in turn; and that exactly the cap was given."""
    fill(max(rows, 2 * _ROUNDS * _ASKED))
    people = iter(_grown(2 * _ROUNDS * _ASKED))
    capped, free = [], []
    for number in range(_ROUNDS):
        for cap, took in ((_CAP, capped), (_ASKED, free)):
            asking = [next(people) for _ in range(_ASKED)]
            took.append(seconds(lambda asking=asking, cap=cap, number=number: _ask(asking, cap, number)))
    at_the_cap, with_places = (_ASKED / statistics.median(took) for took in (capped, free))
    return [
        Line("express, asked/s at cap 50 of 200", at_the_cap, "places for all 200", with_places),
        Line("express, placed in an hour", 3600 * with_places, "the day's cap", _PLACES_A_DAY, at_least=1),
    ]


def _ask(people: list[UUID], cap: int, number: int) -> None:
    from django.db import connection

    from jlis.kernel.errors import Refused
    from jlis.kernel.isolation.scope import MYNACARD, acting
    from jlis.kernel.time import Moment, now
    from mynacard.models import ExpressDay
    from mynacard.services import express

    at = Moment(now().instant, now().day + timedelta(days=2 * number + (cap == _CAP)))
    with acting(MYNACARD):
        ExpressDay.objects.create(day=at.day, cap=cap)

    def ask(resident: UUID) -> bool:
        try:
            express.apply(resident=resident, by=chief(), at=at, **_application(at))
        except Refused as refusal:
            if refusal.code != "day_full":
                raise
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        placed = sum(pool.map(ask, people))
    assert placed == cap, f"{placed} were placed against a cap of {cap}"


def _application(at) -> dict:
    from mynacard.domain.applications import Channel
    from mynacard.domain.identity import Shown
    from mynacard.domain.pins import Pins
    from mynacard.services.applications import Wish
    from mynacard.services.express import Claim
    from mynacard.services.photos import GivenPhoto

    return {
        "claim": Claim("T10", at.day, fee_yen=0),
        "wish": Wish(Channel.EXPRESS, GivenPhoto(_picture(), at.day)),
        "shown": Shown(frozenset({"A_LICENCE"})),
        "chosen": Pins(authentication="1234", resident="2345", entry_aid="3456", signature="ABC123"),
    }


def _picture() -> bytes:
    from PIL import Image

    image = Image.frombytes("RGB", (600, 771), Random(7).randbytes(600 * 771 * 3))
    out = BytesIO()
    image.save(out, "JPEG", quality=30)
    return out.getvalue()


def _grown(count: int) -> list[UUID]:
    from jlis.kernel.isolation.scope import acting
    from jlis.kernel.time import now
    from juki.selectors import residents

    born_before = now().day - timedelta(days=20 * 366)
    born_after = now().day - timedelta(days=70 * 366)
    with acting(chief().scope):
        grown = residents.latest_versions().filter(birth_from__range=(born_after, born_before), state="CURRENT")
        return list(grown.values_list("resident", flat=True).order_by("-id")[:count])
