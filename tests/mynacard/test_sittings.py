"""電子証明書の窓口手続 (P2): one sitting, one receipt; renewal, re-issue, ends, holds, PINs, exceptions, fees."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db.utils import ProgrammingError

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import JPKI, MYNACARD, SYSTEM, acting
from jlis.kernel.outbox import delivery
from jlis.kernel.time import TOKYO, Moment
from jpki.domain import validity
from jpki.domain.fees import Ground
from jpki.domain.kinds import Kind
from jpki.models import Certificate, CertificateCharge, CertificateStatus
from mynacard.domain.identity import ProxyReason, Shown
from mynacard.domain.sittings import DEEDS, Plan, Proof, Standing, Visitor
from mynacard.models import CertificateSitting, SittingDeed
from mynacard.services import cards, handing_over, receipts, sittings
from tests.conftest import actor
from tests.jpki.test_rollover import next_generation
from tests.mynacard import cast

pytestmark = pytest.mark.django_db
BOTH = (Kind.SIGN_CARD, Kind.AUTH_CARD)
PINS = {"signature": "NEW123", "authentication": "9876"}


@pytest.fixture
def card(resident, clerk, at):
    return cast.live(resident, by=clerk, at=at)


def plan(*deeds: str, **rest) -> Plan:
    """Deeds for both kinds in order; an empty word leaves a kind alone."""
    chosen = {kind: DEEDS[code] for kind, code in zip(BOTH, deeds, strict=False) if code}
    return Plan(chosen, **({"proof": Proof.CARD} | rest))


def hold(card, wanted, by, at):
    return sittings.hold(card=card.pk, wanted=wanted, by=by, at=at)


def standing(card, by, at):
    return {kind: each.standing for kind, each in sittings.see(card=card.pk, by=by, at=at).borne.items()}


def last_day(kind) -> object:
    with acting(MYNACARD):
        newest = CertificateStatus.objects.filter(kind=kind.value).order_by("-pk")[0]
    return newest.not_after.astimezone(TOKYO).date()


def charges() -> list[tuple[str, str, int]]:
    with acting(JPKI):
        return list(CertificateCharge.objects.order_by("pk").values_list("ground", "issued", "yen"))


# The holder was born on 17 February 1980; a certificate that ends with the birthday of 2027 is renewed from here on.
FIRST_DAY = Moment.of(date(2026, 11, 18))
SIXTH, FIFTH = date(2032, 2, 17), date(2031, 2, 17)


@pytest.fixture
def ending(resident, clerk):
    """A card whose certificates were issued five years ago."""
    card = cast.live(resident, by=clerk, at=FIRST_DAY.later(days=-8))
    with acting(JPKI):
        CertificateStatus.objects.update(not_after=validity.end_of(date(2027, 2, 17)))
    return card


class TestTheNextCards:
    """Their profile says ten birthdays, eleven when renewed within the last year; the card's own end comes first."""

    DAY = Moment.of(date(2026, 5, 1))

    @pytest.fixture
    def next_card(self, founded, clerk, chips):
        for authority in ("sign", "auth"):
            next_generation(authority, self.DAY)
        chips.algorithm = "p384-sha384"
        resident = cast.resident_of(clerk, self.DAY)
        return cast.live(resident, by=clerk, at=self.DAY)

    @pytest.mark.parametrize(
        ("ends_on", "standing", "opens_on"),
        [
            (date(2027, 2, 17), Standing.RENEWABLE, date(2026, 2, 18)),
            (date(2027, 5, 1), Standing.VALID, date(2026, 5, 2)),
        ],
    )
    def test_the_counter_says_what_is_issued(self, next_card, clerk, ends_on, standing, opens_on):
        new = next_card.expires_on
        assert new == date(2036, 2, 17)
        with acting(JPKI):
            CertificateStatus.objects.update(not_after=validity.end_of(ends_on))
        seen = sittings.see(card=next_card.pk, by=clerk, at=self.DAY).borne
        for each in seen.values():
            assert (each.standing, each.renewable_on, each.new_last_day) == (standing, opens_on, new)

        deed = "RENEW" if standing is Standing.RENEWABLE else "REISSUE"
        hold(next_card, plan(deed, deed, ground=Ground.CHANGE), clerk, self.DAY)

        assert last_day(Kind.SIGN_CARD) == last_day(Kind.AUTH_CARD) == new


def test_both_are_renewed_on_the_first_day_of_the_window_to_the_sixth_birthday(ending, clerk):
    seen = sittings.see(card=ending.pk, by=clerk, at=FIRST_DAY).borne[Kind.SIGN_CARD]
    assert (seen.standing, seen.renewable_on, seen.new_last_day) == (Standing.RENEWABLE, FIRST_DAY.day, SIXTH)

    held = hold(ending, plan("RENEW", "RENEW", ground=Ground.RENEWAL), clerk, FIRST_DAY)

    assert last_day(Kind.SIGN_CARD) == last_day(Kind.AUTH_CARD) == SIXTH
    assert charges() == [("FIRST", "BOTH", 0), ("RENEWAL", "BOTH", 0)]
    with acting(MYNACARD):
        assert [(deed.deed, deed.kind) for deed in held.deeds.all()] == [("RENEW", kind.value) for kind in BOTH]
        assert set(CertificateStatus.objects.filter(state="REVOKED").values_list("cause", flat=True)) == {"RENEWAL"}


def test_the_day_before_the_window_it_is_a_re_issue_at_the_offices_price(ending, clerk):
    on = FIRST_DAY.later(days=-1)
    assert standing(ending, clerk, on) == dict.fromkeys(BOTH, Standing.VALID)

    with pytest.raises(Conflict):
        hold(ending, plan("RENEW", ground=Ground.RENEWAL), clerk, on)
    with pytest.raises(Invalid) as refused:
        hold(ending, plan("REISSUE", ground=Ground.OWN_WISH), clerk, on)
    assert refused.value.errors[0].field == "fee_yen"
    hold(ending, plan("REISSUE", ground=Ground.OWN_WISH, fee_yen=300), clerk, on)

    assert last_day(Kind.SIGN_CARD) == FIFTH
    assert charges()[-1] == ("OWN_WISH", "SIGN", 300)


def test_after_a_change_the_signature_is_issued_free(card, resident, clerk, at):
    cast.change(resident, "M01", at.day, by=clerk, at=at, address="東京都千代田区一番町1番地")
    delivery.deliver_all()
    seen = sittings.see(card=card.pk, by=clerk, at=at).borne[Kind.SIGN_CARD]
    assert (seen.standing, seen.ground) == (Standing.REVOKED, Ground.CHANGE)

    hold(card, plan("ISSUE", ground=seen.ground), clerk, at)

    assert cast.certificates(card) == dict.fromkeys(BOTH, "VALID")
    assert charges()[-1] == ("CHANGE", "SIGN", 0)


def test_one_is_revoked_while_the_other_is_issued_anew(card, clerk, at):
    hold(card, plan("REVOKE", "REISSUE", ground=Ground.LOST), clerk, at)

    assert cast.certificates(card) == {Kind.SIGN_CARD: "REVOKED", Kind.AUTH_CARD: "VALID"}
    assert charges()[-1] == ("LOST", "AUTH", 200)


def test_a_hold_by_telephone_and_what_follows(card, clerk, at):
    hold(card, plan("SUSPEND", "SUSPEND", proof=Proof.TELEPHONE), clerk, at)
    assert standing(card, clerk, at) == dict.fromkeys(BOTH, Standing.SUSPENDED)

    hold(card, plan("REISSUE", "REVOKE", ground=Ground.AFTER_HOLD, fee_yen=0), clerk, at)

    assert cast.certificates(card) == {Kind.SIGN_CARD: "VALID", Kind.AUTH_CARD: "REVOKED"}


def test_a_suspended_card_gets_nothing_and_may_lose_its_certificates(card, clerk, at):
    cards.make_move(card=card.pk, verb="suspend", by=clerk, at=at)

    for wanted in (plan("REISSUE", ground=Ground.AFTER_HOLD, fee_yen=0), plan(resets=frozenset({"signature"}))):
        with pytest.raises(Conflict):
            hold(card, wanted, clerk, at)
    hold(card, plan("REVOKE"), clerk, at)

    assert cast.certificates(card)[Kind.SIGN_CARD] == "REVOKED"


def test_a_locked_pin_is_set_anew_and_the_tries_with_it(card, chips, clerk, at):
    chips.chips[card.card_number]["locked"] = ["signature"]
    assert sittings.see(card=card.pk, by=clerk, at=at).tries == {
        "authentication": 3, "resident": 3, "entry_aid": 3, "signature": 0,
    }  # fmt: skip

    with pytest.raises(Invalid) as refused:
        hold(card, plan(resets=frozenset({"signature"}), pins={"signature": "short"}), clerk, at)
    assert "short" not in refused.value.errors[0].message
    held = hold(card, plan(resets=frozenset(PINS), pins=PINS), clerk, at)

    assert sittings.see(card=card.pk, by=clerk, at=at).tries["signature"] == 5
    chip = chips.chips[card.card_number]["pins"]
    assert (chip.signature, chip.authentication, chip.resident) == ("NEW123", "9876", "2345")
    with acting(MYNACARD):
        assert [(deed.deed, deed.pin) for deed in held.deeds.all()] == [
            ("RESET_PIN", "signature"), ("RESET_PIN", "authentication"),
        ]  # fmt: skip


def test_a_chip_without_the_pin_gets_one_with_its_first_certificate(card, chips, clerk, at):
    chip = chips.chips[card.card_number]
    chip["pins"] = replace(chip["pins"], signature="")
    wanted = plan("REISSUE", ground=Ground.LOST)
    assert sittings.needed_pins(sittings.check(card=card.pk, wanted=wanted, by=clerk, at=at), wanted) == ["signature"]

    with pytest.raises(Invalid):
        hold(card, wanted, clerk, at)
    hold(card, replace(wanted, pins=PINS), clerk, at)

    assert chips.chips[card.card_number]["pins"].signature == "NEW123"


@pytest.mark.parametrize("step", ["make_keys", "write_SIGN_CARD", "reset_pin"])
def test_when_the_terminal_fails_nothing_has_happened(card, chips, clerk, at, step):
    chips.fails_at = step
    wanted = plan("REISSUE", "REVOKE", ground=Ground.LOST, resets=frozenset({"authentication"}), pins=PINS)

    with pytest.raises(Conflict):
        hold(card, wanted, clerk, at)

    assert cast.certificates(card) == dict.fromkeys(BOTH, "VALID")
    assert charges() == [("FIRST", "BOTH", 0)]
    with acting(MYNACARD):
        assert not CertificateSitting.objects.exists()


class TestExceptions:
    """Who is under fifteen or under guardianship has no signature certificate but by a confirmed exception."""

    @pytest.fixture
    def child(self, founded, clerk, at):
        born = at.day - timedelta(days=14 * 365)
        card = cast.ready(cast.resident_of(clerk, at, birth_date=born.isoformat()), by=clerk, at=at)
        parent = Shown(
            frozenset({"A_PASSPORT"}), proxy_reason=ProxyReason.LEGAL_REPRESENTATIVE,
            proxy_documents=frozenset({"A_LICENCE"}),
        )  # fmt: skip
        return handing_over.hand_over(card=card.pk, shown=parent, chosen=cast.PINS_WITHOUT_SIGNATURE, by=clerk, at=at)

    def test_a_child_is_refused_and_told_why(self, child, clerk, at):
        seen = sittings.see(card=child.pk, by=clerk, at=at).borne
        assert [rule.code for rule in seen[Kind.SIGN_CARD].against] == ["under_age"]
        assert seen[Kind.AUTH_CARD].against == ()

        with pytest.raises(Invalid) as refused:
            hold(child, plan("ISSUE", ground=Ground.FIRST, visitor=Visitor.LEGAL_REPRESENTATIVE), clerk, at)
        assert [(error.field, error.code) for error in refused.value.errors] == [("deed_sign", "under_age")]
        with pytest.raises(Invalid) as refused:
            hold(child, plan("", "REISSUE", ground=Ground.LOST), clerk, at)
        assert [error.code for error in refused.value.errors] == ["representative_needed"]

    def test_a_child_with_the_exception_recorded_by_its_code(self, child, clerk, at):
        wanted = plan(
            "ISSUE", ground=Ground.FIRST, visitor=Visitor.LEGAL_REPRESENTATIVE, pins=PINS,
            exemptions=frozenset({"MINOR_UNDERSTANDS"}),
        )  # fmt: skip
        hold(child, wanted, clerk, at)

        assert cast.certificates(child)[Kind.SIGN_CARD] == "VALID"
        with acting(SYSTEM):
            entry = AuditEntry.objects.get(action="mynacard.certificate_sitting")
        assert entry.detail["exemptions"] == ["MINOR_UNDERSTANDS"]
        assert entry.detail["deeds"] == {"SIGN_CARD": "ISSUE"}
        assert "NEW123" not in str(entry.detail)
        with acting(JPKI):
            assert Certificate.objects.get(kind="SIGN_CARD").exemptions == ["MINOR_UNDERSTANDS"]

    @pytest.mark.parametrize(
        ("reasons", "refused"), [((), True), (("MINOR_UNDERSTANDS",), True), (("WARD_BY_DOCTOR",), False)]
    )
    def test_a_ward_needs_the_reason_of_its_own(self, card, clerk, at, reasons, refused):
        wanted = plan("REISSUE", ground=Ground.LOST, under_guardianship=True, exemptions=frozenset(reasons))

        if refused:
            with pytest.raises(Invalid) as caught:
                hold(card, wanted, clerk, at)
            assert [error.code for error in caught.value.errors] == ["under_guardianship"]
        else:
            assert hold(card, wanted, clerk, at).exemptions == ["WARD_BY_DOCTOR"]

    def test_a_wards_authentication_needs_none(self, card, clerk, at):
        hold(card, plan("", "REISSUE", ground=Ground.LOST, under_guardianship=True), clerk, at)

        assert cast.certificates(card)[Kind.AUTH_CARD] == "VALID"


class TestFeesWithTheCard:
    def test_a_first_card_is_free_and_one_after_loss_is_not(self, card, resident, clerk, at):
        cards.make_move(card=card.pk, verb="void_lost", by=clerk, at=at)

        cast.live(resident, by=clerk, at=at)

        assert charges() == [("FIRST", "BOTH", 0), ("LOST", "BOTH", 200)]

    def test_one_made_anew_since_its_number_changed_is_free(self, card, resident, clerk, at):
        from mynacard.domain.lifecycle import MOVES
        from mynacard.services import moving

        moving.apply(MOVES["void_on_number_change"], [card.pk], by=clerk, at=at, purpose="JUKI-CARD")

        cast.live(resident, by=clerk, at=at)

        assert charges()[-1] == ("NOT_AT_FAULT", "BOTH", 0)


def test_a_card_without_pins_takes_neither_pin_nor_signature(card, clerk, at):
    cards.make_move(card=card.pk, verb="drop_pins", by=clerk, at=at)

    for wanted in (plan("ISSUE", ground=Ground.LOST), plan(resets=frozenset({"authentication"}), pins=PINS)):
        with pytest.raises(Conflict) as refused:
            hold(card, wanted, clerk, at)
        assert refused.value.code == "without_pins"


def test_a_void_card_has_no_sitting(card, clerk, at):
    cards.make_move(card=card.pk, verb="give_back", by=clerk, at=at)

    with pytest.raises(Conflict):
        sittings.see(card=card.pk, by=clerk, at=at)


def test_who_died_gets_none(card, resident, clerk, at):
    cast.change(resident, "D03", at.day, by=clerk, at=at)

    with pytest.raises(Conflict) as refused:
        hold(card, plan("REISSUE", ground=Ground.LOST), clerk, at)
    assert refused.value.code == "holder_dead"


def test_each_deed_needs_its_own_permission(card, clerk, at):
    def without(*permissions: str):
        return replace(clerk, permissions=clerk.permissions - set(permissions))

    for wanted, missing in (
        (plan("REISSUE", ground=Ground.LOST), "jpki.issue"),
        (plan("REISSUE", ground=Ground.LOST), "mynacard.update"),
        (plan("REVOKE"), "jpki.revoke"),
        (plan("COMPROMISE"), "jpki.revoke"),
        (plan("SUSPEND"), "jpki.suspend"),
        (plan(resets=frozenset({"signature"}), pins=PINS), "mynacard.set_pins"),
    ):
        with pytest.raises(Forbidden):
            hold(card, wanted, without(missing), at)
    with pytest.raises(Forbidden):
        sittings.see(card=card.pk, by=actor("131016", "STAFF_ADMINISTRATOR"), at=at)
    assert cast.certificates(card) == dict.fromkeys(BOTH, "VALID")


class TestReceipt:
    def test_it_tells_what_was_done_and_no_pin(self, card, clerk, at):
        wanted = plan("REISSUE", "REVOKE", ground=Ground.LOST, resets=frozenset({"signature"}), pins=PINS)
        held = hold(card, wanted, clerk, at)

        receipt = receipts.draw(sitting=held.pk, by=clerk, at=at)

        assert [line.deed for line in receipt.lines] == [
            "再発行", "失効申請による失効", "暗証番号の初期化・再設定",
        ]  # fmt: skip
        assert (receipt.yen, receipt.name, receipt.office) == (200, "髙﨑　太郎", "東京都千代田区")
        assert receipt.lines[0].validity.endswith("まで")
        assert not receipt.only_ends
        assert "NEW123" not in repr(receipt)
        with acting(SYSTEM):
            assert AuditEntry.objects.filter(action="mynacard.receipt_drawn").count() == 1

    def test_it_stays_with_the_office_and_the_name_of_that_day(self, card, resident, clerk, outsider, at):
        held = hold(card, plan("REVOKE"), clerk, at)
        cast.change(resident, "D01", at.day, by=clerk, at=at)
        cast.moves_to(resident, at.day, by=outsider, at=at)
        delivery.deliver_all()
        assert cast.again(card).office == "131041"

        receipt = receipts.draw(sitting=held.pk, by=clerk, at=at)

        assert (receipt.name, receipt.only_ends) == ("髙﨑　太郎", True)
        with pytest.raises(NotFound):
            receipts.draw(sitting=held.pk, by=outsider, at=at)


def test_for_the_next_town_there_is_nothing(card, clerk, outsider, at):
    held = hold(card, plan("REVOKE"), clerk, at)

    with pytest.raises(NotFound):
        sittings.see(card=card.pk, by=outsider, at=at)
    with pytest.raises(NotFound):
        hold(card, plan("", "REVOKE"), outsider, at)
    with acting(outsider.scope):
        assert not CertificateSitting.objects.exists()
        assert not SittingDeed.objects.exists()
    with pytest.raises(ProgrammingError, match="permission denied"), acting(clerk.scope):
        CertificateSitting.objects.filter(pk=held.pk).update(proof="")
