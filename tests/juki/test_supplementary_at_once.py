"""J7: calls of a 本籍地 that arrive at once: the same one twice is a replay, and no two deadlock."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from jlis.kernel.isolation.scope import REGISTRY, acting
from juki.models import Resident, SupplementaryNotice, SupplementaryRecord
from tests.juki.factories import with_codes
from tests.juki.test_supplementary import notice, told
from tests.juki.towns import living

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = """
    SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN (
        SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE datname = current_database()
    )
"""


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0]


def both_at_once(residents, *calls):
    """Held back together until both wait for a person, then let go."""

    def make(call):
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        with transaction.atomic(), acting(REGISTRY):
            list(Resident.objects.select_for_update().filter(pk__in=[each.pk for each in residents]))
            asked = [threads.submit(make, call) for call in calls]
            until = time.monotonic() + 20
            while waiting() < len(calls) and time.monotonic() < until:
                time.sleep(0.02)
            assert waiting() == len(calls)
        return [future.result(30) for future in asked]


@pytest.fixture
def residents(clerk, outsider, at):
    with_codes(clerk, at)
    return [living(clerk, at), living(clerk, at)]


def test_the_same_call_twice_is_taken_once_and_replayed(residents, outsider, at):
    first, second = residents

    def call():
        return told(notice(first), notice(second, key="s-2"), by=outsider, at=at)

    answers = both_at_once(residents, call, call)
    assert sorted([one.replayed for one in answer] for answer in answers) == [[False, False], [True, True]]
    assert {one.notice for one in answers[0]} == {one.notice for one in answers[1]}
    with acting(REGISTRY):
        assert (SupplementaryNotice.objects.count(), SupplementaryRecord.objects.count()) == (2, 2)


def test_two_calls_about_the_same_people_in_other_orders_are_both_taken(residents, outsider, at):
    first, second = residents
    told(notice(first), notice(second, key="s-2"), by=outsider, at=at)
    changes = [
        notice(person, "S03", key, "2026-11-05", name=f"髙﨑　{key}", name_kana="タカサキ　カイメイ")
        for key, person in (("a", first), ("b", second), ("c", second), ("d", first))
    ]
    answers = both_at_once(
        residents, lambda: told(*changes[:2], by=outsider, at=at), lambda: told(*changes[2:], by=outsider, at=at)
    )
    assert [one.replayed for answer in answers for one in answer] == [False] * 4
    with acting(REGISTRY):
        assert SupplementaryRecord.objects.count() == 6
        assert SupplementaryRecord.objects.filter(valid_to=None).count() == 2
