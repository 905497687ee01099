"""国外継続利用 (M11, P10): the card of who leaves Japan goes on, from the counter to the 本籍地 and back."""

from datetime import date, timedelta

import pytest
from django.test import Client

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.domain.eras import format_era
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import JPKI, MYNACARD, SYSTEM, acting
from jlis.kernel.outbox import delivery
from jlis.kernel.time import Moment, now
from jpki.domain.kinds import Kind
from jpki.models import Certificate, Departure
from jpki.services import consents, departures, mobile_devices
from jpki.services import counter as jpki_counter
from juki.services import supplementary
from mynacard.domain.abroad import Applicant
from mynacard.domain.sittings import DEEDS, Plan, Proof
from mynacard.models import AbroadUse
from mynacard.services import abroad, cards, clockwork, counter, receipts, sittings
from mynacard.services.abroad import Wish
from tests.conftest import actor
from tests.jpki import cast as jpki_cast
from tests.jpki.people import account, sign_in
from tests.juki import factories
from tests.mynacard import cast

pytestmark = pytest.mark.django_db
WISH = Wish(Applicant.HOLDER, True, True)
LATER = 7
BOTH = (Kind.SIGN_CARD, Kind.AUTH_CARD)


@pytest.fixture
def card(resident, clerk, outsider, at):
    """A live card in Chiyoda; the 附票 of its holder is Shinjuku's."""
    card = cast.live(resident, by=clerk, at=at)
    kept("S01", resident, at.day, by=outsider, at=at, name="髙﨑　太郎", name_kana="タカサキ　タロウ",
         birth_date="1980-02-17", sex="M", address="東京都千代田区霞が関一丁目1番1号")  # fmt: skip
    return card


def kept(reason, resident, day, *, by, at, **items):
    """The 本籍地 tells its 附票."""
    notice = {"key": f"{reason}-{day}", "reason": reason, "changed_on": day.isoformat(),
              "resident_code": resident.resident_code} | items  # fmt: skip
    with acting(by.scope):
        supplementary.receive(notices=[notice], by=by, at=at, channel="REST")
    delivery.deliver_all()


def told(resident, reason, on, *, by, at, **items):
    cast.change(resident, reason, on, by=by, at=at, **items)
    assert not delivery.deliver_all().failed


def back(resident, reason, on, *, by, at):
    """The resident is entered again, by the same town or another."""
    entry = {name: value for name, value in factories.grown().items() if name not in ("key", "reason", "changed_on")}
    told(resident, reason, on, by=by, at=at, **entry)


def leaves(resident, *, by, at, days=LATER):
    told(resident, "D02", at.day + timedelta(days=days), by=by, at=at)


def keeps(card, *, by, at, wish=WISH):
    return abroad.apply(card=card.pk, wish=wish, by=by, at=at)


def the_day_comes(at, days=LATER):
    """What runs at night on the day of leaving, in the rooms' order."""
    day = at.later(days=days)
    departures.take_effect(by=jpki_cast.operator(), at=day)
    done = clockwork.run(by=cast.operator(), at=day)
    delivery.deliver_all()
    return done


def use_of(card):
    with acting(MYNACARD):
        return AbroadUse.objects.filter(card=card).latest("pk")


def test_the_whole_path_from_the_counter_to_the_honseki(card, resident, clerk, outsider, at):
    leaves(resident, by=clerk, at=at)
    assert cast.again(card).clock == "LEAVE_COUNTRY"
    keeps(card, by=clerk, at=at)
    assert (cast.again(card).clock, cast.again(card).abroad_on) == ("", at.day + timedelta(days=LATER))
    held = cast.anew(card, Kind.SIGN_CARD, by=clerk, at=at)
    with acting(JPKI):
        assert held.charge.yen == 0
    the_day_comes(at)

    gone = cast.again(card)
    assert (gone.state, gone.office, gone.expires_on) == ("LIVE", "131041", card.expires_on)
    assert cast.certificates(card) == {Kind.SIGN_CARD: "VALID", Kind.AUTH_CARD: "VALID"}
    assert (use_of(card).state, use_of(card).settled_on) == ("ABROAD", at.day + timedelta(days=LATER))
    seen = counter.see(card=card.pk, by=outsider, at=at.later(days=LATER), purpose=counter.PURPOSE)
    assert [row.verb for row in seen.history][:2] == ["leave_japan", "continue_abroad"]
    with pytest.raises(NotFound):
        counter.see(card=card.pk, by=clerk, at=at.later(days=LATER), purpose=counter.PURPOSE)


def test_until_the_eve_everything_stands_and_on_the_day_the_former_signature_ends(card, resident, clerk, at):
    leaves(resident, by=clerk, at=at)
    keeps(card, by=clerk, at=at)
    the_day_comes(at, LATER - 1)
    assert set(cast.certificates(card).values()) == {"VALID"}
    the_day_comes(at)

    assert cast.certificates(card) == {Kind.SIGN_CARD: "REVOKED", Kind.AUTH_CARD: "VALID"}


def test_without_an_application_card_and_certificates_end_with_the_day(card, resident, clerk, at):
    leaves(resident, by=clerk, at=at)
    assert set(cast.certificates(card).values()) == {"VALID"}
    departures.take_effect(by=jpki_cast.operator(), at=at.later(days=LATER - 1))
    assert set(cast.certificates(card).values()) == {"VALID"}
    the_day_comes(at)

    assert (cast.again(card).state, cast.again(card).cause) == ("VOID", "LEFT_COUNTRY")
    assert set(cast.certificates(card).values()) == {"REVOKED"}


def test_what_is_issued_beforehand_says_in_place_of_an_address_that_the_holder_left(card, resident, clerk, at):
    leaves(resident, by=clerk, at=at)
    keeps(card, by=clerk, at=at)
    cast.anew(card, *BOTH, by=clerk, at=at)

    with acting(JPKI):
        newest = Certificate.objects.filter(resident=resident, kind="SIGN_CARD").order_by("-pk")[0]
    assert newest.issue_information["address"] == "国外転出（令和8年11月28日）"
    assert "国外転出（令和８年１１月２８日）".encode() in jpki_cast.der_of(newest)
    assert newest.status.not_after.date() <= card.expires_on
    the_day_comes(at)
    assert set(cast.certificates(card).values()) == {"VALID"}


def test_before_the_application_all_is_issued_as_ever_and_from_the_day_on_nothing(card, resident, clerk, at):
    leaves(resident, by=clerk, at=at)
    cast.anew(card, Kind.SIGN_CARD, by=clerk, at=at)
    with acting(JPKI):
        newest = Certificate.objects.filter(resident=resident, kind="SIGN_CARD").order_by("-pk")[0]
    assert newest.issue_information["address"] == "東京都千代田区霞が関一丁目1番1号"
    the_day_comes(at)
    assert cast.certificates(card)[Kind.SIGN_CARD] == "REVOKED"

    with pytest.raises((Conflict, Invalid)):
        cast.anew(card, Kind.SIGN_CARD, by=clerk, at=at.later(days=LATER))


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_leaving_that_is_cancelled(card, resident, clerk, at, is_kept):
    leaves(resident, by=clerk, at=at)
    if is_kept:
        keeps(card, by=clerk, at=at)
        cast.anew(card, Kind.SIGN_CARD, by=clerk, at=at)
    back(resident, "R09", at.day, by=clerk, at=at)
    the_day_comes(at)

    stays = cast.again(card)
    clock = ("CONTINUE", at.day + timedelta(days=90)) if is_kept else ("", None)
    assert (stays.state, stays.abroad_on, stays.office) == ("LIVE", None, "131016")
    assert (stays.clock, stays.clock_due_on) == clock
    # The one that says that its holder left ends; the one with the address as it is goes on.
    signature = "REVOKED" if is_kept else "VALID"
    assert cast.certificates(card) == {Kind.SIGN_CARD: signature, Kind.AUTH_CARD: "VALID"}
    if is_kept:
        assert use_of(card).state == "CANCELLED"
        cards.make_move(card=card.pk, verb="continue_use", by=clerk, at=at)
        assert cast.again(card).clock == ""


def test_who_leaves_after_all_applies_again(card, resident, clerk, at):
    leaves(resident, by=clerk, at=at)
    keeps(card, by=clerk, at=at)
    back(resident, "R09", at.day, by=clerk, at=at)
    leaves(resident, by=clerk, at=at)
    assert cast.again(card).clock == "LEAVE_COUNTRY"
    keeps(card, by=clerk, at=at)
    the_day_comes(at)

    assert (cast.again(card).state, cast.certificates(card)[Kind.AUTH_CARD]) == ("LIVE", "VALID")


def test_who_returns_continues_the_card_in_the_new_town(card, resident, clerk, outsider, at):
    leaves(resident, by=clerk, at=at)
    keeps(card, by=clerk, at=at)
    cast.anew(card, Kind.SIGN_CARD, by=clerk, at=at)
    the_day_comes(at)
    home = at.later(days=400)
    back(resident, "R02", home.day, by=clerk, at=home)

    here = cast.again(card)
    assert (here.state, here.office, here.abroad_on) == ("LIVE", "131016", None)
    assert (here.clock, here.clock_due_on) == ("CONTINUE", home.day + timedelta(days=90))
    assert cast.certificates(card) == {Kind.SIGN_CARD: "REVOKED", Kind.AUTH_CARD: "VALID"}
    assert use_of(card).state == "RETURNED"


@pytest.mark.parametrize("delivered_first", [True, False])
def test_the_counter_may_be_ahead_of_the_registers_event(card, resident, clerk, at, delivered_first):
    cast.change(resident, "D02", at.day + timedelta(days=LATER), by=clerk, at=at)
    if delivered_first:
        delivery.deliver_all()
    keeps(card, by=clerk, at=at)
    delivery.deliver_all()

    assert cast.again(card).clock == ""
    with acting(JPKI):
        assert Departure.objects.get().goes_on
    the_day_comes(at)
    assert cast.again(card).state == "LIVE"


def test_abroad_another_honseki_takes_the_card_over_and_a_death_ends_it(card, resident, clerk, outsider, at):
    leaves(resident, by=clerk, at=at)
    keeps(card, by=clerk, at=at)
    the_day_comes(at)
    day = at.later(days=30)
    kept("S08", resident, day.day, by=outsider, at=day)
    assert cast.again(card).state == "LIVE"
    items = {"name": "髙﨑　太郎", "name_kana": "タカサキ　タロウ", "birth_date": "1980-02-17", "sex": "M"}
    kept("S02", resident, day.day, by=clerk, at=day, address="アメリカ合衆国", **items)
    assert cast.again(card).office == "131016"
    kept("S06", resident, day.day, by=clerk, at=day)

    assert (cast.again(card).state, cast.again(card).cause) == ("VOID", "DEATH")
    assert set(cast.certificates(card).values()) == {"REVOKED"}


def test_without_a_known_honseki_the_card_stays_where_it_was(resident, clerk, at):
    card = cast.live(resident, by=clerk, at=at)
    leaves(resident, by=clerk, at=at)
    keeps(card, by=clerk, at=at)
    the_day_comes(at)

    assert (cast.again(card).office, cast.again(card).state) == ("131016", "LIVE")


class TestAtTheHonseki:
    """Abroad the 本籍地 is the counter: it asks what every counter asks, and its register is the 附票."""

    @pytest.fixture
    def gone(self, card, resident, clerk, at):
        leaves(resident, by=clerk, at=at)
        keeps(card, by=clerk, at=at)
        the_day_comes(at)
        assert cast.certificates(card)[Kind.SIGN_CARD] == "REVOKED"
        return cast.again(card)

    @pytest.fixture
    def home(self, at):
        """A day on which the holder is in Japan for a visit."""
        return at.later(days=LATER + 30)

    def renamed(self, resident, name, *, by, at):
        kept("S03", resident, at.day, by=by, at=at, name=name)

    def test_both_are_issued_anew_and_the_signature_says_that_its_holder_left(self, gone, outsider, home):
        held = cast.anew(gone, *BOTH, by=outsider, at=home)

        assert cast.certificates(gone) == {Kind.SIGN_CARD: "VALID", Kind.AUTH_CARD: "VALID"}
        with acting(outsider.scope):
            newest = Certificate.objects.filter(resident=gone.resident_id, kind="SIGN_CARD").latest("pk")
            assert (newest.office, newest.status.partition.code) == ("131041", "131041")
        assert newest.issue_information["name"] == "髙﨑　太郎"
        assert newest.issue_information["address"] == "国外転出（令和8年11月28日）"
        assert "国外転出（令和８年１１月２８日）".encode() in jpki_cast.der_of(newest)
        assert receipts.draw(sitting=held.pk, by=outsider, at=home).name == "髙﨑　太郎"
        assert held.by_supplementary

    def test_one_is_ended_and_put_on_hold_there(self, gone, outsider, home):
        wanted = Plan({Kind.AUTH_CARD: DEEDS["REVOKE"]}, Proof.CARD)
        sittings.hold(card=gone.pk, wanted=wanted, by=outsider, at=home)
        assert cast.certificates(gone)[Kind.AUTH_CARD] == "REVOKED"

    def test_the_certificates_consents_and_telephones_are_seen_there_and_no_longer_where_the_holder_lived(
        self, gone, clerk, outsider, home
    ):
        for see, purpose in (
            (jpki_counter.see, jpki_counter.PURPOSE), (mobile_devices.see, "JUKI-CARD"), (consents.see, "JUKI-CARD"),
        ):  # fmt: skip
            with acting(outsider.scope):
                record, _, *_ = see(resident=gone.resident_id, by=outsider, at=home, purpose=purpose)
            assert record.office == "131041"
        with pytest.raises(NotFound):
            sittings.see(card=gone.pk, by=clerk, at=home)

    def test_who_lived_at_the_honseki_is_served_there_as_well(self, founded, clerk, at, home):
        person = cast.resident_of(clerk, at)
        card = cast.live(person, by=clerk, at=at)
        kept("S01", person, at.day, by=clerk, at=at, name="髙﨑　太郎", name_kana="タカサキ　タロウ",
             birth_date="1980-02-17", sex="M", address="東京都千代田区霞が関一丁目1番1号")  # fmt: skip
        leaves(person, by=clerk, at=at)
        keeps(card, by=clerk, at=at)
        the_day_comes(at)
        cast.anew(card, Kind.SIGN_CARD, by=clerk, at=home)

        assert cast.certificates(card)[Kind.SIGN_CARD] == "VALID"

    def test_without_the_card_kept_or_a_known_honseki_nothing_is_issued(self, resident, clerk, outsider, at, home):
        card = cast.live(resident, by=clerk, at=at)
        leaves(resident, by=clerk, at=at)
        keeps(card, by=clerk, at=at)
        the_day_comes(at)
        with pytest.raises((Conflict, Invalid)):
            cast.anew(card, Kind.SIGN_CARD, by=clerk, at=home)
        with pytest.raises(NotFound):
            cast.anew(card, Kind.SIGN_CARD, by=outsider, at=home)

    def test_another_duty_of_the_honseki_may_not(self, gone, home):
        with pytest.raises(Forbidden):
            cast.anew(gone, Kind.SIGN_CARD, by=actor("131041", "STAFF_ADMINISTRATOR"), at=home)

    @pytest.mark.parametrize(
        ("items", "ends"),
        [
            ({"name": "見本　太郎"}, True),
            ({"birth_date": "1980-02-18"}, True),
            ({"sex": "F"}, True),
            ({"name": "高崎　太郎"}, False),
            ({"name_kana": "コウサキ　タロウ"}, False),
            ({"address": "東京都千代田区一番町1番地"}, False),
        ],
    )
    def test_another_name_in_the_supplementary_register_ends_the_signature_as_at_home(
        self, gone, resident, outsider, home, items, ends
    ):
        cast.anew(gone, Kind.SIGN_CARD, by=outsider, at=home)
        kept("S03", resident, home.day, by=outsider, at=home, **items)

        expected = "REVOKED" if ends else "VALID"
        assert cast.certificates(gone) == {Kind.SIGN_CARD: expected, Kind.AUTH_CARD: "VALID"}
        if ends:
            cast.anew(gone, Kind.SIGN_CARD, by=outsider, at=home)
            assert cast.certificates(gone)[Kind.SIGN_CARD] == "VALID"

    def test_one_issued_beforehand_ends_by_it_too_be_the_day_come_or_not(self, card, resident, clerk, outsider, at):
        leaves(resident, by=clerk, at=at)
        keeps(card, by=clerk, at=at)
        cast.anew(card, Kind.SIGN_CARD, by=clerk, at=at)
        self.renamed(resident, "見本　太郎", by=outsider, at=at)

        assert cast.certificates(card) == {Kind.SIGN_CARD: "REVOKED", Kind.AUTH_CARD: "VALID"}

    def test_one_made_of_the_new_name_outlives_news_that_comes_late(self, gone, resident, outsider, home):
        notice = {"key": "late", "reason": "S03", "changed_on": home.day.isoformat(),
                  "resident_code": resident.resident_code, "name": "見本　太郎"}  # fmt: skip
        with acting(outsider.scope):
            supplementary.receive(notices=[notice], by=outsider, at=home, channel="REST")
        cast.anew(gone, Kind.SIGN_CARD, by=outsider, at=home)
        delivery.deliver_all()

        assert cast.certificates(gone)[Kind.SIGN_CARD] == "VALID"
        with acting(JPKI):
            newest = Certificate.objects.filter(kind="SIGN_CARD").latest("pk")
        assert newest.issue_information["name"] == "見本　太郎"

    def test_at_home_the_supplementary_register_ends_nothing(self, card, resident, outsider, at):
        self.renamed(resident, "見本　太郎", by=outsider, at=at)
        assert set(cast.certificates(card).values()) == {"VALID"}

    def test_who_returns_loses_the_signature_issued_there(self, gone, resident, clerk, outsider, home):
        cast.anew(gone, Kind.SIGN_CARD, by=outsider, at=home)
        back(resident, "R02", home.day, by=clerk, at=home)
        assert cast.certificates(gone) == {Kind.SIGN_CARD: "REVOKED", Kind.AUTH_CARD: "VALID"}


class TestRefused:
    def because(self, card, *, by, at, wish=WISH):
        with pytest.raises(Conflict) as refusal:
            keeps(card, by=by, at=at, wish=wish)
        return refusal.value.code

    def test_who_has_not_told_of_leaving(self, card, clerk, at):
        assert self.because(card, by=clerk, at=at) == "leaving_not_told"

    def test_who_told_of_a_move_within_japan(self, card, resident, clerk, at):
        told(resident, "D01", at.day + timedelta(days=3), by=clerk, at=at)
        assert self.because(card, by=clerk, at=at) == "leaving_not_told"

    @pytest.mark.parametrize("days", [LATER, LATER + 1])
    def test_on_the_day_itself_and_after(self, card, resident, clerk, at, days):
        leaves(resident, by=clerk, at=at)
        assert self.because(card, by=clerk, at=at.later(days=days)) == "too_late"

    def test_the_eve_is_in_time(self, card, resident, clerk, at):
        leaves(resident, by=clerk, at=at)
        assert keeps(card, by=clerk, at=at.later(days=LATER - 1)).state == "APPLIED"

    def test_a_second_press(self, card, resident, clerk, at):
        leaves(resident, by=clerk, at=at)
        keeps(card, by=clerk, at=FIRST)
        assert self.because(card, by=clerk, at=at) == "kept_already"
        with acting(SYSTEM):
            assert AuditEntry.objects.filter(action="mynacard.card_kept_abroad").count() == 1

    def test_a_card_on_hold(self, card, resident, clerk, at):
        leaves(resident, by=clerk, at=at)
        cards.make_move(card=card.pk, verb="suspend", by=clerk, at=at)
        assert self.because(card, by=clerk, at=at) == "not_live"

    def test_a_foreign_resident(self, founded, clerk, at):
        person = cast.resident_of(clerk, at, resident_class="FOREIGN")
        card = cast.live(person, by=clerk, at=at)
        leaves(person, by=clerk, at=at)
        assert self.because(card, by=clerk, at=at) == "not_a_national"

    def test_what_was_not_written_yet_and_a_child_without_its_representative(self, card, resident, clerk, at):
        leaves(resident, by=clerk, at=at)
        with pytest.raises(Invalid) as refusal:
            keeps(card, by=clerk, at=at, wish=Wish(Applicant.HOLDER, False, False))
        assert [fault.field for fault in refusal.value.errors] == ["chip_is_written", "face_is_written"]

    def test_the_next_town_and_another_duty(self, card, resident, clerk, outsider, at):
        leaves(resident, by=clerk, at=at)
        with pytest.raises(NotFound):
            keeps(card, by=outsider, at=at)
        for other in (actor("131016", "STAFF_ADMINISTRATOR"), cast.operator()):
            with pytest.raises(Forbidden):
                keeps(card, by=other, at=at)
            with pytest.raises(Forbidden):
                abroad.see(card=card.pk, by=other, at=at)
        with pytest.raises(NotFound):
            abroad.see(card=card.pk, by=outsider, at=at)
        with pytest.raises(Forbidden):
            abroad.take_effect(by=clerk, at=at)
        with pytest.raises(Forbidden):
            departures.take_effect(by=clerk, at=at)


FIRST = Moment.of(date(2026, 11, 22))


def test_the_nights_work_is_done_once(card, resident, clerk, at):
    leaves(resident, by=clerk, at=at)
    keeps(card, by=clerk, at=at)
    assert the_day_comes(at)["gone_abroad"] == 1

    assert departures.take_effect(by=jpki_cast.operator(), at=at.later(days=LATER)) == 0
    assert abroad.take_effect(by=cast.operator(), at=at.later(days=LATER)) == 0
    with acting(JPKI):
        assert not Departure.objects.exists()


class TestThePage:
    @pytest.fixture
    def at(self):
        return now()

    def page(self, name, office, duty, at):
        account(name, office, duty, at=at)
        return sign_in(Client(), name)

    def test_says_what_to_write_and_takes_the_application(self, card, resident, clerk, at):
        browser = self.page("clerk-131016", "131016", "SUPERVISOR", at)
        of_card, address = f"/mynacard/cards/{card.pk}/", f"/mynacard/cards/{card.pk}/abroad/"
        assert "国外転出の届出がありません" in browser.get(address).content.decode()
        leaves(resident, by=clerk, at=at)
        assert address in browser.get(of_card).content.decode()
        words = browser.get(address).content.decode()
        assert f"国外転出　{format_era(at.day + timedelta(days=LATER))}" in words
        assert "記載してから" in browser.post(address, {"applicant": "HOLDER"}).content.decode()
        asked = {"applicant": "HOLDER", "chip_is_written": "on", "face_is_written": "on"}
        assert browser.post(address, asked).status_code == 302
        words = browser.get(of_card).content.decode()
        assert "国外継続利用" in words
        assert address not in words
        assert "国外継続利用は受付済みです" in browser.post(address, asked).content.decode()

    def test_is_not_there_for_the_next_town_nor_for_another_duty(self, card, resident, clerk, at):
        address = f"/mynacard/cards/{card.pk}/abroad/"
        assert self.page("clerk-131041", "131041", "SUPERVISOR", at).get(address).status_code == 404
        assert self.page("staff-131016", "131016", "STAFF_ADMINISTRATOR", at).get(address).status_code == 403
