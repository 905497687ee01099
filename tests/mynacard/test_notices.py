"""有効期限通知: each step on its day, once."""

from datetime import date, timedelta

import pytest

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, NotFound
from jlis.kernel.isolation.scope import MYNACARD, SYSTEM, acting
from jlis.kernel.outbox import delivery
from jlis.kernel.time import Moment
from mynacard.domain.notices import days_for
from mynacard.domain.numbers import is_form_id
from mynacard.models import ExpiryNotice, IssuedForm
from mynacard.services import applications, notices
from tests.mynacard import cast

pytestmark = pytest.mark.django_db
LAST_DAY = date(2036, 2, 17)
DUE = days_for(LAST_DAY)
CERTIFICATES_END = date(2031, 2, 17)


@pytest.fixture
def card(resident, clerk, at):
    return cast.live(resident, by=clerk, at=at)


def run(at: Moment, day: date) -> dict[str, int]:
    return notices.run(by=cast.operator(), at=Moment(at.instant, day))


def notice(expiring: str = "CARD") -> ExpiryNotice | None:
    with acting(MYNACARD):
        return ExpiryNotice.objects.filter(expiring=expiring).first()


def test_nothing_before_five_and_a_half_months(card, at):
    assert run(at, DUE.listed_on - timedelta(days=1))["listed_cards"] == 0
    assert run(at, DUE.listed_on)["listed_cards"] == 1
    assert (notice().state, notice().last_day) == ("MATCHED", LAST_DAY)


def test_step_by_step_to_the_post_and_only_once(card, resident, at):
    run(at, DUE.listed_on)
    assert run(at, DUE.frozen_on)["frozen"] == 1
    assert notice().state == "FROZEN"
    assert is_form_id(notice().form_id)

    assert run(at, DUE.sent_on)["sent"] == 1
    assert run(at, DUE.sent_on)["sent"] == 1  # the first run's account, again
    assert run(at, DUE.sent_on + timedelta(days=1))["sent"] == 0

    (event,) = cast.events("expiry_notices_sent")
    assert event.subject_count == 1
    with acting(SYSTEM):
        assert AuditEntry.objects.filter(action="mynacard.expiry_notices_sent").count() == 1
    assert (notice().state, notice().sent_on) == ("SENT", DUE.sent_on)


def test_the_notices_form_serves_to_apply(card, resident, at):
    for day in (DUE.listed_on, DUE.frozen_on, DUE.sent_on):
        run(at, day)
    form = notice().form_id

    application = applications.apply_by_form(
        form_id=form, wish=cast.wish(Moment(at.instant, DUE.sent_on)), by=cast.operator(),
        at=Moment(at.instant, DUE.sent_on),
    )  # fmt: skip

    assert (application.kind, application.resident_id) == ("RENEWAL", resident.pk)


def test_certificates_that_end_before_the_card(card, at):
    due = days_for(CERTIFICATES_END)
    counts = [run(at, day) for day in (due.listed_on, due.frozen_on, due.sent_on)]

    assert [each["listed_certificates"] for each in counts] == [1, 0, 0]
    assert counts[2]["sent"] == 1
    assert notice("CERTIFICATES").last_day == CERTIFICATES_END


def test_a_missed_day_is_caught_up(card, at):
    done = run(at, DUE.sent_on + timedelta(days=3))

    assert (done["listed_cards"], done["frozen"], done["sent"]) == (1, 1, 1)


class TestWhereTheRegisterDiffers:
    @pytest.fixture
    def moved(self, card, resident, clerk, at):
        cast.change(resident, "M01", at.day, by=clerk, at=at, address="東京都千代田区一番町1番地")
        delivery.deliver_all()
        run(at, DUE.listed_on)
        return notice()

    def test_a_person_looks(self, moved, clerk, outsider, at):
        assert moved.state == "DIFFERENT"
        with pytest.raises(NotFound):
            notices.confirm(notice=moved.pk, by=outsider, at=at)
        with pytest.raises(Forbidden):
            notices.confirm(notice=moved.pk, by=cast.maker(), at=at)

        confirmed = notices.confirm(notice=moved.pk, by=clerk, at=at)

        assert (confirmed.state, confirmed.confirmed_by) == ("MATCHED", clerk.label)
        run(at, DUE.listed_on + timedelta(days=1))
        assert notice().state == "MATCHED"
        run(at, DUE.frozen_on)
        assert is_form_id(notice().form_id)
        with pytest.raises(Conflict):
            notices.confirm(notice=moved.pk, by=clerk, at=at)

    def test_where_the_town_is_late_the_notice_goes_without_form_and_code(self, moved, at):
        run(at, DUE.frozen_on)
        assert run(at, DUE.sent_on)["sent"] == 1

        assert (notice().state, notice().form_id) == ("SENT", "")
        with acting(MYNACARD):
            assert not IssuedForm.objects.exists()

    def test_a_minor_correction_that_changes_neither_name_nor_address_needs_nobody(self, card, resident, clerk, at):
        cast.change(resident, "M20", at.day, by=clerk, at=at, name_kana="タカザキ　タロウ", kana_source="NOTIFIED")
        run(at, DUE.listed_on)

        assert notice().state == "MATCHED"


def test_who_died_or_left_is_left_out(card, resident, clerk, at):
    run(at, DUE.listed_on)
    cast.change(resident, "D01", at.day, by=clerk, at=at)
    delivery.deliver_all()
    for day in (DUE.listed_on + timedelta(days=1), DUE.frozen_on, DUE.sent_on):
        run(at, day)

    assert notice().state == "LEFT_OUT"
    assert cast.events("expiry_notices_sent") == []


def test_a_card_that_ended_at_the_printers_is_not_told_of(card, resident, clerk, at):
    run(at, DUE.listed_on)
    run(at, DUE.frozen_on)
    cast.change(resident, "D03", at.day, by=clerk, at=at)
    delivery.deliver_all()

    assert run(at, DUE.sent_on)["sent"] == 0
    assert notice().state == "LEFT_OUT"


def test_who_moved_is_told_by_the_new_town(card, resident, clerk, outsider, at):
    run(at, DUE.listed_on)
    cast.change(resident, "D01", at.day, by=clerk, at=at)
    cast.moves_to(resident, at.day, by=outsider, at=at)
    delivery.deliver_all()
    run(at, DUE.listed_on + timedelta(days=1))

    assert (notice().office, notice().state) == ("131041", "DIFFERENT")
