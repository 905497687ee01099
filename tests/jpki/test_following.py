"""The register's events end the right certificates, each once, and move them with their holders."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Forbidden
from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jlis.kernel.outbox import delivery
from jlis.kernel.outbox.models import OutboxEvent
from jpki.domain.kinds import Kind
from jpki.models import Certificate
from jpki.services import departures, following
from jpki.services.following import Notice
from jpki.sql.following import Tenant
from jpki.subscribers import _ACTOR
from tests.conftest import actor
from tests.jpki import cast
from tests.juki import factories


def told(reason, resident, *, by, at, **changes):
    notice = factories.change(reason, resident.resident_code, changed_on=at.day.isoformat(), **changes)
    (taken,) = factories.tell(notice, by=by, at=at)
    assert taken.status == "APPLIED", taken
    delivered = delivery.deliver_all()
    assert not delivered.failed


def states(*found: Certificate) -> list[str]:
    return [cast.status_of(each).state for each in found]


@pytest.mark.parametrize(
    ("reason", "changes", "expected", "cause"),
    [
        ("M01", {"address": "東京都千代田区九段南一丁目2番1号"}, ["REVOKED", "VALID"], "CHANGE"),
        ("M03", {"name": "山田　太郎", "name_kana": "ヤマダ　タロウ"}, ["REVOKED", "VALID"], "CHANGE"),
        ("M02", {"address": "東京都千代田区霞が関一丁目1番1号 見本ビル"}, ["VALID", "VALID"], ""),
        ("M20", {"name_kana": "タカザキ　タロウ"}, ["VALID", "VALID"], ""),
        ("D03", {}, ["REVOKED", "REVOKED"], "REMOVAL"),
        ("D01", {}, ["REVOKED", "VALID"], "CHANGE"),
        ("D02", {}, ["REVOKED", "REVOKED"], "REMOVAL"),
        ("D06", {}, ["REVOKED", "REVOKED"], "REMOVAL"),
    ],
)
def test_each_change_ends_what_the_law_ends(
    signature, authentication, resident, clerk, at, reason, changes, expected, cause
):
    told(reason, resident, by=clerk, at=at, **changes)

    assert states(signature, authentication) == expected
    assert cast.status_of(signature).cause == cause


def test_each_is_ended_once(signature, authentication, resident, clerk, at):
    told("M01", resident, by=clerk, at=at, address="東京都千代田区九段南一丁目2番1号")
    told("D03", resident, by=clerk, at=at)

    with acting(SYSTEM):
        ended = AuditEntry.objects.filter(action="jpki.certificate_revoked").values_list("detail__move", flat=True)
        events = OutboxEvent.objects.filter(kind="jpki.certificate_revoked").count()
    assert sorted(ended) == ["revoke_for_change", "revoke_for_removal"]
    assert events == 2
    assert cast.status_of(signature).reason == 3
    assert cast.status_of(authentication).reason == 5


def test_what_is_on_hold_is_ended_too(signature, resident, clerk, at):
    from jpki.services import certificates

    with acting(clerk.scope):
        certificates.suspend(certificate=signature.pk, by=clerk, at=at, purpose=cast.PURPOSE)
    told("M01", resident, by=clerk, at=at, address="東京都千代田区九段南一丁目2番1号")

    assert states(signature) == ["REVOKED"]


def test_the_certificates_follow_their_holder_to_the_next_town(signature, authentication, resident, clerk, at):
    neighbour = actor("131041", "SUPERVISOR")
    told("D01", resident, by=clerk, at=at)
    arrived = factories.grown(reason="R01", resident_code=resident.resident_code, changed_on=at.day.isoformat(),
                              address="東京都新宿区歌舞伎町一丁目4番1号")  # fmt: skip
    (taken,) = factories.tell(arrived, by=neighbour, at=at)
    assert taken.status == "APPLIED", taken
    delivery.deliver_all()

    with acting(clerk.scope):
        assert not Certificate.objects.exists()
    with acting(neighbour.scope):
        assert Certificate.objects.count() == 2
    assert states(signature, authentication) == ["REVOKED", "VALID"]
    # the list that covers it stays the one that the certificate names
    assert {cast.status_of(each).partition.code for each in _all()} == {"131016"}


def _all():
    with acting(JPKI):
        return list(Certificate.objects.all())


def test_five_hundred_at_once_in_a_handful_of_statements(founded, clerk, at, django_assert_max_num_queries):
    people = [cast.resident_of(clerk, at) for _ in range(20)]
    for each in people:
        cast.issued_to(each, Kind.SIGN_CARD, by=clerk, at=at)
    notices = [
        Notice(each.pk, at.later(minutes=1).instant, True, False, Tenant(13, "131016", "131016"), version=2)
        for each in people
    ]

    with django_assert_max_num_queries(17):
        ended = following.follow(notices=notices, by=_ACTOR)

    assert ended == 20


@pytest.mark.parametrize("years", [-1, 1])
@pytest.mark.parametrize(("version", "ended"), [(1, 0), (2, 1)])
def test_versions_tell_which_was_first_and_no_clock_does(signature, resident, at, years, version, ended):
    assert signature.record_version == resident.version == 1
    notice = Notice(resident.pk, at.instant + timedelta(days=365 * years), True, False, None, version=version)

    assert following.follow(notices=[notice], by=_ACTOR) == ended
    assert states(signature) == [["VALID", "REVOKED"][ended]]


def test_one_of_which_no_version_was_noted_ends_with_any_change(signature, resident, at):
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("ALTER TABLE jpki_certificate NO FORCE ROW LEVEL SECURITY")
        cursor.execute("UPDATE jpki_certificate SET record_version = 0")
    notice = Notice(resident.pk, at.instant, True, False, None, version=1)

    assert following.follow(notices=[notice], by=_ACTOR) == 1


def test_nobody_elses_certificate_is_touched(signature, resident, clerk, at):
    other = cast.resident_of(clerk, at)
    theirs = cast.issued_to(other, Kind.SIGN_CARD, by=clerk, at=at)
    told("D03", resident, by=clerk, at=at)

    assert states(signature, theirs) == ["REVOKED", "VALID"]


class TestLeavingJapan:
    """P10: the day told is when somebody has left; until then everything stands."""

    DAYS = 5

    def leaves(self, resident, *, by, at):
        on = at.later(days=self.DAYS).day
        factories.tell(factories.change("D02", resident.resident_code, changed_on=on.isoformat()), by=by, at=at)
        assert not delivery.deliver_all().failed

    def comes(self, at, days=DAYS):
        return departures.take_effect(by=cast.operator(), at=at.later(days=days))

    def test_certificates_wait_for_the_day_and_end_with_it_once(self, signature, authentication, resident, clerk, at):
        self.leaves(resident, by=clerk, at=at)
        assert self.comes(at, self.DAYS - 1) == 0
        assert states(signature, authentication) == ["VALID", "VALID"]

        assert self.comes(at) == 2
        assert self.comes(at) == 0
        assert states(signature, authentication) == ["REVOKED", "REVOKED"]
        assert cast.status_of(authentication).cause == "REMOVAL"

    def test_what_was_told_on_the_day_itself_does_not_wait(self, signature, authentication, resident, clerk, at):
        told("D02", resident, by=clerk, at=at)
        assert states(signature, authentication) == ["REVOKED", "REVOKED"]

    def test_a_cancelled_leaving_leaves_them(self, signature, authentication, resident, clerk, at):
        self.leaves(resident, by=clerk, at=at)
        entry = {key: value for key, value in factories.grown().items() if key not in ("key", "reason", "changed_on")}
        told("R09", resident, by=clerk, at=at, **entry)

        assert self.comes(at) == 0
        assert states(signature, authentication) == ["VALID", "VALID"]

    def test_both_in_one_batch(self, signature, authentication, resident, clerk, at):
        on = at.later(days=self.DAYS).day.isoformat()
        entry = {key: value for key, value in factories.grown().items() if key not in ("key", "reason", "changed_on")}
        factories.tell(factories.change("D02", resident.resident_code, changed_on=on), by=clerk, at=at)
        factories.tell(
            factories.change("R09", resident.resident_code, changed_on=at.day.isoformat(), **entry), by=clerk, at=at
        )
        delivery.deliver_all()

        assert self.comes(at) == 0
        assert states(signature, authentication) == ["VALID", "VALID"]

    def test_who_goes_on_loses_the_signature_alone(self, signature, authentication, resident, clerk, at):
        self.leaves(resident, by=clerk, at=at)
        on = at.later(days=self.DAYS).day
        departures.go_on(resident=resident.pk, version=2, leaves_on=on, by=clerk, purpose=cast.PURPOSE)

        assert self.comes(at) == 1
        assert states(signature, authentication) == ["REVOKED", "VALID"]
        assert cast.status_of(signature).cause == "CHANGE"

    def test_a_word_of_an_earlier_leaving_does_not_hold_for_a_later_one(self, authentication, resident, clerk, at):
        on = at.later(days=self.DAYS).day
        departures.go_on(resident=resident.pk, version=1, leaves_on=on, by=clerk, purpose=cast.PURPOSE)
        self.leaves(resident, by=clerk, at=at)

        assert self.comes(at) == 1
        assert states(authentication) == ["REVOKED"]

    def test_neither_is_anybodys_to_do(self, resident, at):
        other = actor("131016", "STAFF_ADMINISTRATOR")
        with pytest.raises(Forbidden):
            departures.go_on(resident=resident.pk, version=1, leaves_on=at.day, by=other, purpose=cast.PURPOSE)
        with pytest.raises(Forbidden):
            departures.take_effect(by=other, at=at)


DAYS = 6


@dataclass(frozen=True)
class Story:
    """A 転出 told on day 0 for a later day, what follows it on which day, who is told how often, what runs when."""

    reason: str
    leaves_on: int
    then: str
    then_on: int
    twice: bool
    delivered_on: frozenset[int]
    nights: frozenset[int]


@st.composite
def stories(draw) -> Story:
    leaves_on = draw(st.integers(1, DAYS - 1))
    then = draw(st.sampled_from(["nothing", "early", "late", "cancelled"]))
    then_on = draw(st.integers(leaves_on, DAYS) if then == "late" else st.integers(0, leaves_on - 1))
    days = st.frozensets(st.integers(0, DAYS)).map(lambda some: some | {DAYS})
    reason = draw(st.sampled_from(["D01", "D02"])) if then in ("nothing", "cancelled") else "D01"
    return Story(reason, leaves_on, then, then_on, draw(st.booleans()), draw(days), draw(days))


@given(stories())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_move_out_told_ahead_ends_what_the_law_ends_once(
    signature, authentication, resident, clerk, outsider, at, story
):
    """P10: early, late, cancelled, told twice, delivered late: on each day the certificates are as the model has it."""
    back = {name: value for name, value in factories.grown().items() if name not in ("key", "reason", "changed_on")}
    out = factories.change(
        story.reason, resident.resident_code, changed_on=at.later(days=story.leaves_on).day.isoformat()
    )
    over = told = settled = False
    with transaction.atomic():
        for day in range(DAYS + 1):
            now = at.later(days=day)
            notices = [(out, clerk)] if day == 0 else []
            if story.then != "nothing" and day == story.then_on:
                reason, by = ("R09", clerk) if story.then == "cancelled" else ("R01", outsider)
                town = {"address": "東京都新宿区西新宿二丁目8番1号"} if by is outsider else {}
                notices.append((
                    factories.change(reason, resident.resident_code, changed_on=now.day.isoformat(), **back | town), by
                ))  # fmt: skip
                settled = True
            for notice, by in notices * (1 + story.twice):
                factories.tell(notice, by=by, at=now)
            if day in story.delivered_on:
                assert not delivery.deliver_all().failed
                told, over = True, over or (settled and story.then != "cancelled")
            if day in story.nights:
                departures.take_effect(by=cast.operator(), at=now)
                over = over or (told and not settled and day >= story.leaves_on)
            expected = ["REVOKED", "REVOKED" if story.reason == "D02" else "VALID"] if over else ["VALID", "VALID"]
            assert states(signature, authentication) == expected, day
        with acting(SYSTEM):
            ended = AuditEntry.objects.filter(action="jpki.certificate_revoked").count()
        assert ended == over * (1 + (story.reason == "D02"))
        transaction.set_rollback(True)
