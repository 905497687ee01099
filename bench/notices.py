"""The notice run of one day, per card, against bare SQL that writes as many rows (M7).

Own: every step over all cards at once, from the list by way of the register to what is sent, with 申請書ID, audit and
event. The bare peer lists and marks the same cards and looks at nothing else.
"""

import os
import statistics
from datetime import date, timedelta

import psycopg

from bench.stage import Line, chief, fill, seconds

_CARDS = 20_000
# Listed, frozen and sent on one day, as after a stop of the batches.
_LAST_DAY = timedelta(days=60)
_BARE = (
    "INSERT INTO bench_notice (card_id, expiring, last_day, state, listed_on, confirmed_by, form_id, prefecture,"
    " municipality, office) SELECT id, 'CARD', expires_on, 'LISTED', %(on)s, '', '', prefecture, municipality, office"
    " FROM mynacard_card WHERE expires_on BETWEEN %(on)s AND %(until)s",
    "UPDATE bench_notice SET state = 'FROZEN', frozen_on = %(on)s",
    "UPDATE bench_notice SET state = 'SENT', sent_on = %(on)s",
)


def measure(rows: int) -> list[Line]:
    """Microseconds a card, medians of three in turn."""
    from jlis.kernel.time import now
    from mynacard.services import notices

    at = now()
    fill(rows)
    cards = _hand_out(min(rows, _CARDS), at.day + _LAST_DAY)
    own, bare = [], []
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"].rsplit("/", 1)[0] + "/jlis", autocommit=True) as admin:
        admin.execute("CREATE TABLE bench_notice (LIKE mynacard_expirynotice INCLUDING ALL)")
        for _ in range(3):
            admin.execute("DELETE FROM mynacard_expirynotice")
            admin.execute("DELETE FROM mynacard_batchrun")
            admin.execute("TRUNCATE bench_notice")
            own.append(seconds(lambda: notices.run(by=chief(), at=at)))
            sent = admin.execute("SELECT count(*) FROM mynacard_expirynotice WHERE state = 'SENT'").fetchone()
            assert sent == (cards,), sent
            bare.append(seconds(lambda: _bare(admin, at.day)))
        admin.execute("DROP TABLE bench_notice")
    a_card, a_row = (1e6 * statistics.median(took) / cards for took in (own, bare))
    return [Line("notice run, µs a card", a_card, "bare SQL, same rows", a_row)]


def _bare(admin: psycopg.Connection, on: date) -> None:
    with admin.transaction():
        for statement in _BARE:
            admin.execute(statement, {"on": on, "until": on + _LAST_DAY})


def _hand_out(count: int, expires_on: date) -> int:
    from jlis.kernel.isolation.scope import acting
    from jlis.kernel.time import now
    from juki.selectors import residents
    from mynacard.services import taking_over
    from mynacard.services.taking_over import HeldCard

    with acting(chief().scope):
        holders = list(residents.latest_versions().values_list("resident", flat=True)[:count])
    issued_on = expires_on.replace(year=expires_on.year - 10)
    held = [HeldCard(holder, issued_on, expires_on) for holder in holders]
    return taking_over.take_over(cards=held, by=chief(), at=now(), purpose="JUKI-CARD")
