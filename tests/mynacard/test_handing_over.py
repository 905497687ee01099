"""交付前設定 and 交付: against the latest record, in one sitting, all or nothing."""

from dataclasses import replace

import pytest
from cryptography import x509

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import JPKI, MYNACARD, SYSTEM, acting
from jlis.kernel.outbox import delivery
from jpki.domain.kinds import Kind
from jpki.models import CertificateStatus, Holding
from mynacard.domain.identity import ProxyReason, Shown
from mynacard.domain.pins import Pins
from mynacard.models import CardHistory, HandOver
from mynacard.selectors import cards
from mynacard.services import handing_over, setting_up
from tests.mynacard import cast

pytestmark = pytest.mark.django_db


def set_up(card, by, at, **good):
    good = {"print_is_good": True, "chip_is_good": True} | good
    return setting_up.set_up(card=card.pk, by=by, at=at, **good)


def hand_over(card, by, at, shown=cast.LICENCE, chosen=cast.PINS):
    return handing_over.hand_over(card=card.pk, shown=shown, chosen=chosen, by=by, at=at)


class TestSettingUp:
    def test_a_good_card_is_ready(self, resident, clerk, at):
        card = set_up(cast.stored(resident, by=clerk, at=at), clerk, at)

        assert card.state == "READY"

    @pytest.mark.parametrize("fault", ["print_is_good", "chip_is_good"])
    def test_a_faulty_card_goes_back_and_is_made_anew(self, resident, clerk, at, fault):
        card = set_up(cast.stored(resident, by=clerk, at=at), clerk, at, **{fault: False})

        assert (card.state, card.cause) == ("VOID", "FAULTY")
        with acting(MYNACARD):
            assert card.application.state == "ACCEPTED"

    def test_a_move_within_the_town_is_noted_for_the_face(self, resident, clerk, at):
        card = cast.stored(resident, by=clerk, at=at)
        cast.change(resident, "M01", at.day, by=clerk, at=at, address="東京都千代田区一番町1番地")

        done = set_up(card, clerk, at)

        assert (card.face_version, done.face_version) == (1, 2)
        with acting(MYNACARD):
            assert "住所" in CardHistory.objects.get(card=card, verb="set_up").note

    def test_who_died_while_the_card_lay_in_the_safe(self, resident, clerk, at):
        card = cast.stored(resident, by=clerk, at=at)
        cast.change(resident, "D03", at.day, by=clerk, at=at)

        with pytest.raises(Conflict) as caught:
            set_up(card, clerk, at)

        assert caught.value.code == "holder_dead"
        assert cast.again(card).state == "STORED"

    def test_who_moved_to_another_town(self, resident, clerk, outsider, at):
        card = cast.stored(resident, by=clerk, at=at)
        cast.change(resident, "D01", at.day, by=clerk, at=at)
        cast.moves_to(resident, at.day, by=outsider, at=at)
        delivery.deliver_all()

        with pytest.raises(Conflict) as caught:
            set_up(card, clerk, at)
        with pytest.raises(NotFound):
            set_up(card, outsider, at)

        assert caught.value.code == "holder_moved"


class TestTheSitting:
    def test_both_certificates_pins_and_the_card_in_force(self, resident, clerk, at, chips):
        card = hand_over(cast.ready(resident, by=clerk, at=at), clerk, at)

        assert card.state == "LIVE"
        assert cast.certificates(card) == {Kind.SIGN_CARD: "VALID", Kind.AUTH_CARD: "VALID"}
        chip = chips.chips[card.card_number]
        assert chip["pins"] == cast.PINS
        written = x509.load_der_x509_certificate(chip["certificates"]["AUTH_CARD"])
        with acting(JPKI):
            serials = set(CertificateStatus.objects.values_list("serial", flat=True))
        assert written.serial_number in serials
        assert [event.payload["card"] for event in cast.events("card_handed_over")] == [card.pk]
        with acting(MYNACARD):
            assert HandOver.objects.get(card=card).documents == ["A_LICENCE"]
            assert card.application.state == "COMPLETED"

    def test_no_pin_stands_anywhere_in_the_database(self, resident, clerk, at, rows):
        chosen = Pins("8642", "9753", "7531", "XYZZY42")
        hand_over(cast.ready(resident, by=clerk, at=at), clerk, at, chosen=chosen)

        with acting(SYSTEM):
            told = str(list(AuditEntry.objects.values_list("detail", flat=True))) + str(cast.events("card_handed_over"))
        with acting(MYNACARD):
            told += str(list(CardHistory.objects.values())) + str(list(HandOver.objects.values()))
        assert not {"8642", "9753", "7531", "XYZZY42"} & set(told.replace("'", " ").split())
        assert "XYZZY42" not in told

    def test_certificates_never_outlive_the_card(self, founded, clerk, at):
        guest = cast.resident_of(clerk, at, resident_class="FOREIGN", name="KIM MINJI", name_kana="キム　ミンジ")
        stay = at.day.replace(year=2027)

        card = hand_over(cast.ready(guest, by=clerk, at=at, stay_ends_on=stay), clerk, at)

        with acting(MYNACARD):
            ends = {each.not_after.date() for each in CertificateStatus.objects.filter(
                pk__in=cards.certificates_on([card.pk]))}  # fmt: skip
        assert ends == {stay}

    def test_under_fifteen_there_is_one_certificate_and_a_representative(self, founded, clerk, at):
        child = cast.resident_of(clerk, at, birth_date="2014-04-01", changed_on="2020-04-01")
        card = cast.ready(child, by=clerk, at=at)
        with_parent = Shown(cast.LICENCE.documents, True, ProxyReason.LEGAL_REPRESENTATIVE, cast.LICENCE.documents)
        with pytest.raises(Invalid) as alone:
            hand_over(card, clerk, at, chosen=cast.PINS_WITHOUT_SIGNATURE)

        done = hand_over(card, clerk, at, shown=with_parent, chosen=cast.PINS_WITHOUT_SIGNATURE)

        assert {fault.code for fault in alone.value.errors} == {"representative_needed"}
        assert cast.certificates(done) == {Kind.AUTH_CARD: "VALID"}

    @pytest.mark.parametrize(
        ("reasons", "signs"), [((), False), (("MINOR_UNDERSTANDS",), False), (("WARD_UNDERSTANDS",), True)]
    )
    def test_under_guardianship_a_signature_certificate_takes_its_own_reason(self, resident, clerk, at, reasons, signs):
        card = cast.ready(resident, by=clerk, at=at)
        shown = replace(cast.WITH_GUARDIAN, exemptions=frozenset(reasons))
        chosen = cast.PINS if signs else cast.PINS_WITHOUT_SIGNATURE

        done = hand_over(card, clerk, at, shown=shown, chosen=chosen)

        expected = {Kind.AUTH_CARD: "VALID"} | ({Kind.SIGN_CARD: "VALID"} if signs else {})
        assert cast.certificates(done) == expected
        with acting(MYNACARD):
            kept = HandOver.objects.get(card=card)
        assert (kept.under_guardianship, kept.exemptions) == (True, list(reasons))

    def test_without_pins_it_is_a_card_for_the_face_alone(self, resident, clerk, at, chips):
        card = hand_over(cast.ready(resident, by=clerk, at=at), clerk, at, chosen=None)

        assert not card.has_pins
        assert cast.certificates(card) == {Kind.AUTH_CARD: "VALID"}
        assert chips.chips[card.card_number]["pins"] is None

    def test_the_new_card_ends_the_old_one(self, resident, clerk, at):
        old = cast.live(resident, by=clerk, at=at)

        new = cast.live(resident, by=clerk, at=at.later(days=1))

        assert (cast.again(old).state, cast.again(old).cause) == ("VOID", "REPLACED")
        assert set(cast.certificates(old).values()) == {"REVOKED"}
        assert set(cast.certificates(new).values()) == {"VALID"}
        with acting(MYNACARD):
            assert new.application.kind == "RENEWAL"

    @pytest.mark.parametrize("step", ["make_keys", "set_pins", "write_SIGN_CARD", "write_AUTH_CARD"])
    def test_when_one_step_fails_nothing_is_half_done(self, resident, clerk, at, chips, step):
        old = cast.live(resident, by=clerk, at=at)
        card = cast.ready(resident, by=clerk, at=at.later(days=1))
        with acting(JPKI):
            before = sorted(CertificateStatus.objects.values_list("pk", "state"))
        chips.fails_at = step

        with pytest.raises(Conflict) as caught:
            hand_over(card, clerk, at.later(days=1))

        assert caught.value.code == "terminal_failed"
        assert (cast.again(card).state, cast.again(old).state) == ("READY", "LIVE")
        with acting(JPKI):
            assert sorted(CertificateStatus.objects.values_list("pk", "state")) == before
            assert Holding.objects.count() == 2
        assert len(cast.events("card_handed_over")) == 1
        chips.fails_at = ""
        assert hand_over(card, clerk, at.later(days=1)).state == "LIVE"

    def test_when_the_authority_refuses_nothing_is_half_done(self, resident, clerk, at, monkeypatch):
        card = cast.ready(resident, by=clerk, at=at)
        without = clerk.__class__(**{**vars(clerk), "permissions": clerk.permissions - {"jpki.issue"}})

        with pytest.raises(Forbidden):
            hand_over(card, without, at)

        assert cast.again(card).state == "READY"

    def test_pins_and_documents_are_named_when_they_are_wrong(self, resident, clerk, at):
        card = cast.ready(resident, by=clerk, at=at)
        with pytest.raises(Invalid) as documents:
            hand_over(card, clerk, at, shown=Shown(frozenset({"B_PENSION"}), notice=False))
        with pytest.raises(Invalid) as chosen:
            hand_over(card, clerk, at, chosen=Pins("12", "1234", "1234", "abc"))

        assert {fault.field for fault in documents.value.errors} == {"documents", "notice"}
        assert {fault.field for fault in chosen.value.errors} == {"authentication", "signature"}

    def test_who_died_since_the_set_up_before_the_event_came(self, resident, clerk, at):
        card = cast.ready(resident, by=clerk, at=at)
        cast.change(resident, "D03", at.day, by=clerk, at=at)

        with pytest.raises(Conflict) as caught:
            hand_over(card, clerk, at)
        delivery.deliver_all()

        assert caught.value.code == "holder_dead"
        assert (cast.again(card).state, cast.again(card).cause) == ("VOID", "DEATH")
        with pytest.raises(Conflict) as later:
            hand_over(card, clerk, at)
        assert later.value.code == "state_does_not_allow"

    def test_the_next_town_hands_over_nothing_of_ours(self, resident, clerk, outsider, at):
        card = cast.ready(resident, by=clerk, at=at)

        with pytest.raises(NotFound):
            hand_over(card, outsider, at)


class TestCertificatesAnew:
    def test_after_a_move_ended_the_signature(self, resident, clerk, at):
        card = cast.live(resident, by=clerk, at=at)
        cast.change(resident, "M01", at.day, by=clerk, at=at, address="東京都千代田区一番町1番地")
        delivery.deliver_all()
        assert cast.certificates(card)[Kind.SIGN_CARD] == "REVOKED"

        cast.anew(card, Kind.SIGN_CARD, by=clerk, at=at)

        assert cast.certificates(card) == {Kind.SIGN_CARD: "VALID", Kind.AUTH_CARD: "VALID"}

    def test_only_on_a_live_card(self, resident, clerk, at):
        card = cast.ready(resident, by=clerk, at=at)

        with pytest.raises(Conflict):
            cast.anew(card, Kind.AUTH_CARD, by=clerk, at=at)


def test_the_kiosk_finds_the_card_by_its_certificate(resident, clerk, at):
    card = cast.live(resident, by=clerk, at=at)
    with acting(MYNACARD):
        (certificate,) = cards.certificates_on([card.pk], kind=Kind.AUTH_CARD)
        standing = cards.card_of_certificate(certificate, at=at)
        after = cards.card_of_certificate(certificate, at=at.later(days=4000))
        nothing = cards.card_of_certificate(certificate + 1000, at=at)

    assert (standing.card_number, standing.resident, standing.usable) == (card.card_number, resident.pk, True)
    assert not after.usable
    assert nothing is None
