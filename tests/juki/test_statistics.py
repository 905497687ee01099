"""J14: figures drawn from the chain and the register: provisions by affair and year, bills, unused affairs, people."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from jlis.kernel.audit.models import AuditTally
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.reconciliation import tallies_are_the_chain
from juki.models import ProvisionFee
from juki.selectors import statistics
from juki.selectors.residents import FourItems
from juki.services import affairs, population, queries
from tests.conftest import CHIYODA, SHINJUKU, actor, client_of
from tests.jpki.people import account
from tests.juki.factories import birth, change, grown, tell, with_codes
from tests.juki.sealed import seal_everything

pytestmark = pytest.mark.django_db(transaction=True)
WHO = FourItems(name_kana="タカサキ　タロウ", birth_date="1980-02-17")


@pytest.fixture
def operator():
    """The registry centre's operator."""
    return actor("JLIS-JUKI", "REGISTRY_OPERATOR", kind="JLIS")


@pytest.fixture
def ministry(at, operator):
    with acting(operator.scope):
        for affair in ("B1-77", "B1-77-2"):
            affairs.entitle(affair_code=affair, organisation="NENKIN", by=operator, at=at)
    return client_of("NENKIN", "juki.query", kind="NATIONAL_ORGAN")


@pytest.fixture
def people(clerk, outsider, at):
    for town in (clerk, outsider):
        with_codes(town, at)
    tell(grown(), birth(), by=clerk, at=at)
    (gone,) = tell(grown(name="去　人", name_kana="サリ　ビト"), by=clerk, at=at)
    tell(change("D03", gone.resident_code), by=clerk, at=at)
    tell(grown(resident_class="FOREIGN"), by=outsider, at=at)


def ask(by, at, times=1):
    for _ in range(times):
        with acting(by.scope):
            queries.provide(purpose="B1-77", fields=["name"], items=WHO, by=by, at=at)


def seen(operator, question, *given):
    with acting(operator.scope):
        return question(*given)


def test_a_provision_is_counted_once_by_body_affair_and_method(people, ministry, operator, at):
    ask(ministry, at, times=2)
    seal_everything()
    seal_everything()
    with acting(SYSTEM):
        today = AuditTally.objects.get(action="juki.provided").day
    (row,) = seen(operator, statistics.provisions, today, today)
    assert (row.organisation, row.affair, row.method) == ("NENKIN", "B1-77", "即時")
    assert (row.calls, row.persons) == (2, 4)
    with acting(SYSTEM):
        assert [finding.agrees for finding in tallies_are_the_chain()] == [True]


def test_the_ledger_has_a_line_a_day_body_affair_and_method(people, ministry, operator, clerk, at):
    ask(ministry, at, times=2)
    seal_everything()
    with acting(SYSTEM):
        today = AuditTally.objects.get(action="juki.provided").day
    (line,) = seen(operator, statistics.ledger, today)
    assert line[:4] + line[5:] == (today, "NENKIN", "日本年金機構", "B1-77", "即時", 2, 4)
    assert seen(operator, statistics.ledger, today - timedelta(days=32)) == []
    assert seen(clerk, statistics.ledger, today) == []


def test_what_was_sealed_before_there_were_tallies_is_counted_with_the_next_block(people, ministry, operator, at):
    ask(ministry, at)
    seal_everything()
    with connection.cursor() as cursor:  # as the owner: no role may forget a tally
        cursor.execute("TRUNCATE kernel_audittally")
    ask(ministry, at)
    seal_everything()
    with acting(SYSTEM):
        assert [finding.agrees for finding in tallies_are_the_chain()] == [True]


def test_a_body_reads_its_own_figures_and_nobody_elses(people, ministry, clerk, at):
    ask(ministry, at)
    seal_everything()
    with acting(clerk.scope):
        assert set(AuditTally.objects.values_list("organisation", flat=True)) == {CHIYODA}


def test_a_bill_takes_the_fee_of_the_day_and_cuts_to_whole_yen(people, ministry, operator, at):
    ask(ministry, at)
    seal_everything()
    with acting(SYSTEM):
        day = AuditTally.objects.get(action="juki.provided").day
    year = day.year if day.month >= 4 else day.year - 1
    (bill,) = seen(operator, statistics.bills, year)
    assert (bill.persons, bill.yen_each, bill.yen) == (2, None, None)
    with acting(operator.scope):
        ProvisionFee.objects.create(method="IMMEDIATE", yen=Decimal("9.90"), valid_from=day)
        ProvisionFee.objects.create(method="IMMEDIATE", yen=Decimal("99"), valid_from=day + timedelta(days=1))
    (bill,) = seen(operator, statistics.bills, year)
    assert (bill.yen_each, bill.yen) == (Decimal("9.90"), 19)


def test_an_affair_that_nobody_acted_under_is_listed(people, ministry, operator, at):
    ask(ministry, at)
    seal_everything()
    unused = seen(operator, statistics.unused_entitlements, date(2100, 1, 1), at.day - timedelta(days=9))
    assert [(each.organisation, each.affair, each.last_used) for each in unused] == [("NENKIN", "B1-77-2", None)]


def test_notifications_are_counted_by_office_and_reason(people, operator, at):
    seal_everything()
    with acting(SYSTEM):
        day = AuditTally.objects.filter(action="juki.notification_applied").first().day
    counted = {
        (office, reason): count for office, _, reason, count in seen(operator, statistics.notifications, day, day)
    }
    assert counted == {
        (CHIYODA, "職権記載"): 2, (CHIYODA, "出生"): 1, (CHIYODA, "死亡"): 1, (SHINJUKU, "職権記載"): 1
    }  # fmt: skip


def test_the_population_of_a_day_is_who_was_registered_on_it(people, operator, clerk, at):
    assert population.count(by=operator, at=at) == 3
    by_office = {row[0]: row[2:] for row in seen(operator, statistics.population_by_office, at.day)}
    assert by_office == {CHIYODA: (1, 1, 0, 0), SHINJUKU: (1, 0, 0, 1)}
    ages = {row.age: row.people for row in seen(operator, lambda day: list(statistics.population(day)), at.day)}
    assert ages[46] == 1
    assert seen(clerk, statistics.population_by_office, at.day) == [(CHIYODA, "千代田区", 1, 1, 0, 0)]


def test_a_second_count_of_a_day_takes_the_first_ones_place(people, operator, clerk, at):
    population.count(by=operator, at=at)
    tell(birth(), by=clerk, at=at)
    assert population.count(by=operator, at=at) == 4
    with acting(operator.scope):
        assert statistics.population_days() == [at.day]


def test_the_pyramid_has_five_years_a_band_and_the_oldest_together(clerk, operator, at):
    with_codes(clerk, at)
    tell(grown(birth_date="1915-01-01"), grown(birth_date="1920-01-01"), birth(), by=clerk, at=at)
    population.count(by=operator, at=at)
    assert seen(operator, statistics.pyramid, at.day) == [("0～4歳", 0, 1), ("100歳以上", 2, 0)]


def test_the_register_of_the_time_is_counted_for_a_day_in_the_past(people, operator, at):
    before = at.later(days=-(at.day - date(2026, 10, 1)).days)
    assert population.count(by=operator, at=before) == 3  # the born one not yet, the dead one still


def test_the_command_counts_a_day_for_who_may(people, at, capsys):
    account("counting", "JLIS-JUKI", "REGISTRY_OPERATOR", at=at)
    account("serving", CHIYODA, "COUNTER_CLERK", at=at)
    call_command("population", "--on", at.day.isoformat(), "--by", "counting", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["people"] == 3
    with pytest.raises(CommandError):
        call_command("population", "--on", at.day.isoformat(), "--by", "serving")
