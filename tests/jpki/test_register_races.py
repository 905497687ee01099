"""A certificate is issued while the register changes: none is left valid with what the register says no longer (P10).

Each test holds one of the two in the middle, over connections of their own, and lets the other run as far as it can.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from threading import Event

import pytest
from django.db import connection, transaction

from jlis.kernel.errors import Conflict
from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jlis.kernel.outbox import delivery
from jpki.domain.kinds import Kind
from jpki.models import Certificate
from jpki.services import issuing
from jpki.services.issuing import Order
from tests.jpki import cast
from tests.juki import factories

pytestmark = pytest.mark.django_db(transaction=True)
ELSEWHERE = "東京都千代田区九段南一丁目2番1号"


@pytest.fixture
def beside():
    """Runs an act on a thread with a connection of its own."""
    with ThreadPoolExecutor(2) as pool:

        def run(act: Callable[[], object]) -> Future:
            def closing() -> object:
                try:
                    return act()
                finally:
                    connection.close()

            return pool.submit(closing)

        yield run


def until_somebody_waits(other: Future) -> None:
    """Until a lock is waited for, or the other act has ended without."""
    pause = Event()
    for _ in range(1_000):
        with acting(SYSTEM), connection.cursor() as cursor:
            # Other tests run beside on the same server.
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                " WHERE NOT l.granted AND a.datname = current_database()"
            )
            if cursor.fetchone()[0] or other.done():
                return
        pause.wait(0.01)
    raise AssertionError("nobody waits")


def moves(resident, clerk, at, reason="M01", **changes) -> None:
    changed = {"address": ELSEWHERE} if reason == "M01" else {}
    notice = factories.change(reason, resident.resident_code, changed_on=at.day.isoformat(), **changed | changes)
    (taken,) = factories.tell(notice, by=clerk, at=at)
    assert taken.status == "APPLIED", taken


def delivered() -> None:
    assert not delivery.deliver_all().failed


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    with acting(JPKI):
        for state in Certificate.objects.values_list("status__state", flat=True):
            found[state] = found.get(state, 0) + 1
    return found


def test_the_change_was_told_first_and_commits_last(resident, clerk, at, beside):
    """The issue reads what was, waits for the change to commit, and gives up."""

    def issue():
        return cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at)

    with transaction.atomic():
        moves(resident, clerk, at)
        issued = beside(issue)
        until_somebody_waits(issued)
    with pytest.raises(Conflict) as refusal:
        issued.result()
    delivered()

    assert refusal.value.code == "overtaken"
    assert states() == {"REVOKED": 1}


def test_the_issue_is_done_and_commits_last(resident, clerk, at, beside):
    """The change waits for the issue to commit, and its event finds the certificate."""
    with acting(clerk.scope):
        cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at)
        moved = beside(lambda: moves(resident, clerk, at))
        until_somebody_waits(moved)
        assert not moved.done()
    moved.result()
    delivered()

    assert states() == {"REVOKED": 1}


@pytest.mark.parametrize("kind", [Kind.SIGN_CARD, Kind.AUTH_CARD])
@pytest.mark.parametrize("in_one_transaction", [True, False])
def test_all_of_the_change_passes_between_reading_and_storing(
    resident, clerk, at, beside, monkeypatch, kind, in_one_transaction
):
    """Its event finds nothing to end: what is not stored yet nobody can see. So the issue itself looks again."""
    reason = "M01" if kind is Kind.SIGN_CARD else "D03"
    drafts = issuing._drafts

    def change():
        moves(resident, clerk, at, reason)
        delivered()

    def held_up(*given):
        beside(change).result()
        return drafts(*given)

    monkeypatch.setattr(issuing, "_drafts", held_up)
    around = acting(clerk.scope) if in_one_transaction else nullcontext()
    with pytest.raises(Conflict) as refusal, around:
        cast.issued_to(resident, kind, by=clerk, at=at)

    assert refusal.value.code == "overtaken"
    assert states() == ({} if in_one_transaction else {"REVOKED": 1})


def test_who_is_overtaken_keeps_what_they_had(resident, clerk, at, beside, monkeypatch):
    """A change that ends no certificate stops the renewal alone."""
    cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at)
    drafts = issuing._drafts

    def held_up(*given):
        beside(lambda: moves(resident, clerk, at, "M02", address="東京都千代田区霞が関一丁目1番1号 見本ビル")).result()
        return drafts(*given)

    monkeypatch.setattr(issuing, "_drafts", held_up)
    with pytest.raises(Conflict):
        cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at, renews=True)
    delivered()

    assert states() == {"VALID": 1, "REVOKED": 1}


def test_of_many_those_who_moved_are_refused_and_no_other(resident, clerk, at, beside, monkeypatch):
    others = [cast.resident_of(clerk, at) for _ in range(4)]
    sign = issuing._sign

    def held_up(pool, part):
        beside(lambda: [moves(each, clerk, at) for each in others[:2]]).result()
        return sign(pool, part)

    monkeypatch.setattr(issuing, "_sign", held_up)
    orders = [Order(each.pk, Kind.SIGN_CARD, cast.card_key()) for each in (*others, resident)]
    issued = issuing.issue_many(orders=orders, by=clerk, at=at, purpose=cast.PURPOSE, processes=1)
    delivered()

    assert [(refusal.row, refusal.code) for refusal in issued.refusals] == [(1, "overtaken"), (2, "overtaken")]
    assert sorted(issued.certificates) == [2, 3, 4]
    assert states() == {"VALID": 3, "REVOKED": 2}


def test_all_of_the_change_passes_while_it_is_signed(resident, clerk, at, beside, monkeypatch):
    sign = issuing._sign

    def change():
        moves(resident, clerk, at)
        delivered()

    def held_up(pool, part):
        beside(change).result()
        return sign(pool, part)

    monkeypatch.setattr(issuing, "_sign", held_up)
    with pytest.raises(Conflict) as refusal:
        cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at)

    assert refusal.value.code == "overtaken"
    assert states() == {"REVOKED": 1}
