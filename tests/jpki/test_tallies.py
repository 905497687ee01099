"""The figures come from tallies (P8): the same as the rows, whatever was done, before and after they are melted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from importlib import import_module
from threading import Barrier

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jlis.kernel.errors import Forbidden
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jpki.domain.fees import Ground
from jpki.domain.kinds import Kind
from jpki.domain.lifecycle import MOVES
from jpki.domain.spans import Unit
from jpki.models import CertificateCharge, CertificateStatus, CertificateTally, ChargeTally
from jpki.reconciliation import tallies_say_what_the_rows_say
from jpki.selectors import fees
from jpki.services import endings, tallies
from jpki.sql import statistics
from jpki.sql.tallies import LIVE
from tests.conftest import actor
from tests.jpki import cast
from tests.jpki.fees import CENTRE, charged

VERBS = ("suspend", "release", "revoke_on_request", "revoke_for_change", "revoke_with_card", "revoke_for_compromise")
EVER = date(2020, 4, 1), date(2040, 4, 1)


def disagreeing() -> list[str]:
    return [finding.name for finding in tallies_say_what_the_rows_say() if not finding.agrees]


def melt(part: int = tallies.PART) -> int:
    return tallies.melt(by=CENTRE, part=part)


def live(unit: Unit) -> dict[tuple[date, str, str, str, str], int]:
    """The figures counted over the certificates' rows, as they were before there were tallies."""
    truncated = statistics._PERIODS[unit.value].format(day="day::timestamp")
    with acting(JPKI), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {truncated}, place.code, kind, what, cause, sum(number)::bigint"
            f" FROM ({LIVE}) AS l JOIN jpki_crlpartition place ON place.id = l.partition_id GROUP BY 1, 2, 3, 4, 5"
        )
        return {tuple(group): number for *group, number in cursor.fetchall()}


def told(unit: Unit) -> dict[tuple[date, str, str, str, str], int]:
    with acting(CENTRE.scope):
        found = statistics.counts(unit.value, *EVER)
    return {(each.period, each.code, each.kind, each.what, each.cause): each.number for each in found}


@pytest.fixture
def held(founded, clerk, outsider, at):
    """Certificates of both kinds in two towns, on two days."""
    return [
        cast.issued_to(cast.resident_of(town, at), kind, by=town, at=at.later(days=-days))
        for town, days in ((clerk, 0), (clerk, 70), (outsider, 3))
        for kind in (Kind.SIGN_CARD, Kind.AUTH_CARD)
    ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(st.tuples(st.integers(0, 5), st.sampled_from(VERBS), st.integers(0, 500), st.booleans()), max_size=14)
)
def test_whatever_is_done_the_tallies_say_what_the_rows_say(held, at, acts):
    for place, verb, days, melts in acts:
        endings.apply(MOVES[verb], [held[place].pk], by=CENTRE, at=at.later(days=days), purpose="")
        if melts:
            melt(part=3)
    for unit in Unit:
        assert told(unit) == live(unit)
    assert disagreeing() == []


def test_melting_leaves_one_row_a_group_and_the_same_figures(held, at):
    endings.apply(MOVES["suspend"], [each.pk for each in held], by=CENTRE, at=at, purpose="")
    endings.apply(MOVES["release"], [held[0].pk], by=CENTRE, at=at, purpose="")
    before = {unit: told(unit) for unit in Unit}
    with acting(JPKI):
        loose = CertificateTally.objects.filter(is_whole=False).count()

    assert melt() == loose > 0
    assert melt() == 0
    assert {unit: told(unit) for unit in Unit} == before
    with acting(JPKI):
        assert not CertificateTally.objects.filter(is_whole=False).exists()


def test_charges_are_tallied_free_and_paid_and_seen_by_their_town(signature, authentication, at):
    for each, ground in ((signature, Ground.LOST), (authentication, Ground.RENEWAL)):
        charged(each, ground, at=at)
    until = at.day + timedelta(days=1)

    def lines(by):
        with acting(by.scope):
            return fees.by_day(at.day, until)

    before = lines(CENTRE)
    assert [(line.sign_paid, line.sign_free, line.auth_paid, line.auth_free, line.yen) for line in before] == [
        (1, 0, 0, 1, 200)
    ]
    assert melt() > 0
    assert lines(CENTRE) == lines(actor("131016", "SUPERVISOR")) == before
    assert lines(actor("131041", "SUPERVISOR")) == []
    assert disagreeing() == []


def test_what_was_tampered_with_is_found_by_row(signature, at):
    charged(signature, Ground.LOST, at=at)
    with acting(JPKI):
        CertificateTally.objects.update(number=7)
        ChargeTally.objects.update(yen=1)

    certificates, charges = tallies_say_what_the_rows_say()
    assert (certificates.agrees, charges.agrees) == (False, False)
    assert certificates.rows == [f"{at.day} 131016 SIGN_CARD ISSUED 7 <> 1"]
    assert charges.rows == [f"{at.day} 131016 SIGN paid"]


def test_the_migration_counts_what_was_there(held, signature, at):
    charged(signature, Ground.LOST, at=at)
    endings.apply(MOVES["suspend"], [held[0].pk], by=CENTRE, at=at, purpose="")
    migration = import_module("jpki.migrations.0026_tallies")
    before = told(Unit.DAY)
    with acting(JPKI), connection.cursor() as cursor:
        cursor.execute("DELETE FROM jpki_certificatetally")
        cursor.execute(migration.COUNT_CERTIFICATES)

    assert told(Unit.DAY) == before
    assert disagreeing() == []


@pytest.mark.parametrize("duty", ["COUNTER_CLERK", "STAFF_ADMINISTRATOR"])
def test_melting_is_the_centres(founded, duty):
    with pytest.raises(Forbidden):
        tallies.melt(by=actor("131016", duty))


@pytest.mark.django_db(transaction=True)
def test_those_who_issue_at_once_do_not_wait_for_each_other_nor_for_the_melting(founded, clerk, at):
    """Two open transactions add to one group while a third melts what is there; nothing is lost or counted twice."""
    first = cast.issued_to(cast.resident_of(clerk, at), Kind.AUTH_CARD, by=clerk, at=at)
    ends = [first, cast.issued_to(cast.resident_of(clerk, at), Kind.AUTH_CARD, by=clerk, at=at)]
    both = Barrier(2)

    def end(certificate):
        try:
            with acting(JPKI):
                endings.apply(MOVES["revoke_on_request"], [certificate.pk], by=CENTRE, at=at, purpose="")
                # Both have written their rows and neither has committed.
                both.wait(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        waits = [pool.submit(end, each) for each in ends]
        melt()
        for done in waits:
            done.result(30)
    melt()
    assert told(Unit.DAY) == live(Unit.DAY)
    with acting(JPKI):
        revoked = CertificateTally.objects.get(what="REVOKED")
        assert (revoked.number, revoked.is_whole) == (2, True)
        assert CertificateStatus.objects.filter(state="REVOKED").count() == 2
        assert not CertificateCharge.objects.exists()


def test_a_day_is_a_day_in_japan(founded, clerk, at):
    eve = Moment(at.instant.replace(hour=14, minute=59), at.day)
    after = Moment(at.instant.replace(hour=15, minute=1), at.day)
    for moment in (eve, after):
        cast.issued_to(cast.resident_of(clerk, at), Kind.AUTH_CARD, by=clerk, at=moment)
    with acting(JPKI):
        days = set(CertificateTally.objects.values_list("day", flat=True))
    assert days == {at.day, at.day + timedelta(days=1)}
