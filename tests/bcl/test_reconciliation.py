"""`manage.py reconcile`: a copy that differs from the register is found, whoever's fault it is."""

import pytest

from bcl import reconciliation
from bcl.models import CopyEntry, Difference
from jlis.kernel.isolation.scope import BCL, acting
from tests.bcl.copies import row_of, send, somebody
from tests.conftest import CHIYODA
from tests.juki import factories


def findings():
    checks = (reconciliation.copies_agree_with_the_register, reconciliation.differences_are_applied_once_and_in_order)
    return {finding.name: finding for each in checks for finding in each()}


def disagreeing() -> set[str]:
    return {name for name, finding in findings().items() if not finding.agrees}


COPY, SURPLUS = f"bcl.copy_{CHIYODA}", f"bcl.surplus_{CHIYODA}"


def test_a_copy_that_follows_agrees(town, taro, at):
    send(town, at, row_of(taro, sequence=3), row_of(taro, sequence=2))
    assert findings()[COPY].expected == 1
    assert disagreeing() == set()


def test_a_town_without_a_copy_is_not_compared(town, at):
    somebody(town, at)
    assert COPY not in findings()


@pytest.mark.parametrize(
    "changes", [{"name": "別の人"}, {"birth_date": "1980-02-18"}, {"sex": "F"}, {"address": "東京都千代田区"}]
)
def test_a_differing_item_is_found_by_the_residents_id(town, taro, at, changes):
    send(town, at, row_of(taro, sequence=2, **changes))
    assert findings()[COPY].rows == [str(taro.pk)]
    assert disagreeing() == {COPY}


def test_a_resident_who_is_not_in_the_copy_and_one_who_is_gone_are_found(town, taro, at):
    newcomer = somebody(town, at)
    factories.tell(factories.change("D03", taro.resident_code), by=town, at=at)

    assert findings()[COPY].rows == [str(newcomer.pk)]
    assert findings()[SURPLUS].rows == [str(taro.pk)]
    send(
        town, at,
        row_of(taro, sequence=2, removed_on="2026-11-20", removal="DEATH"), row_of(newcomer, "1002", sequence=3),
    )  # fmt: skip
    assert disagreeing() == set()


def test_a_difference_that_vanished_is_missed(town, taro):
    with acting(BCL):
        Difference.objects.all().delete()
        CopyEntry.objects.all().delete()
    assert disagreeing() == {COPY, f"bcl.order_{CHIYODA}", "bcl.differences_audited"}
