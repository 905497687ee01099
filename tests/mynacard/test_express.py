"""特急発行: judged, capped, made, posted; the PINs used once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import MYNACARD, SYSTEM, acting
from jpki.domain.kinds import Kind
from mynacard.domain.applications import Channel
from mynacard.domain.identity import Shown
from mynacard.domain.pins import Pins
from mynacard.models import Application, ExpressApplication, ExpressDay, HandOver, PinRequest
from mynacard.services import cards, express
from mynacard.services.express import Claim
from tests.mynacard import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def loser(resident, clerk, at):
    """Somebody who has lost a card and told so."""
    card = cast.live(resident, by=clerk, at=at)
    cards.make_move(card=card.pk, verb="suspend", by=clerk, at=at)
    return resident


def apply(resident, by, at, case="T03", **changes):
    given = {
        "claim": Claim(case, at.day), "wish": cast.wish(at), "shown": cast.LICENCE, "chosen": cast.PINS,
    } | changes  # fmt: skip
    return express.apply(resident=resident.pk, by=by, at=at, **given)


def test_a_lost_card_within_the_promise(loser, clerk, at):
    placed = apply(loser, clerk, at)

    assert (placed.place, placed.fee_yen, placed.case) == (1, 2000, "T03")
    assert (placed.post_by, placed.deliver_by) == (at.day + timedelta(days=4), at.day + timedelta(days=7))
    with acting(MYNACARD):
        assert (placed.application.state, placed.application.channel) == ("ACCEPTED", "EXPRESS")
        assert placed.application.kind == "REISSUE"
        assert express.places_left(at=at) == 9_999


def test_without_certificates_it_costs_less(loser, clerk, at):
    placed = apply(
        loser, clerk, at, wish=cast.wish(at, wants_signature=False, wants_authentication=False),
        chosen=cast.PINS_WITHOUT_SIGNATURE,
    )  # fmt: skip

    assert placed.fee_yen == 1800


def test_every_fault_is_named_and_no_place_taken(resident, clerk, at):
    with pytest.raises(Invalid) as caught:
        apply(
            resident, clerk, at, claim=Claim("T03", at.day - timedelta(days=31)),
            shown=Shown(frozenset({"B_PENSION"})), chosen=Pins("1", "1234", "1234", "ABC123"),
        )  # fmt: skip

    assert {fault.code for fault in caught.value.errors} == {
        "too_late", "not_evident", "not_proved", "not_four_digits",
    }  # fmt: skip
    with acting(MYNACARD):
        assert not Application.objects.exists()
        assert not ExpressDay.objects.exists()


def test_a_fee_that_no_source_confirms_is_the_offices_word(resident, clerk, at):
    with pytest.raises(Invalid) as caught:
        apply(resident, clerk, at, case="T10")

    assert {fault.code for fault in caught.value.errors} == {"required"}
    assert apply(resident, clerk, at, claim=Claim("T10", at.day, fee_yen=0)).fee_yen == 0


def test_a_baby_with_its_parents(founded, clerk, at):
    from mynacard.domain.identity import ProxyReason

    baby = cast.resident_of(clerk, at, birth_date="2026-10-01", changed_on="2026-10-01")
    parents = Shown(cast.LICENCE.documents, True, ProxyReason.LEGAL_REPRESENTATIVE, cast.LICENCE.documents)

    placed = apply(
        baby, clerk, at, claim=Claim("T01", None), shown=parents, chosen=cast.PINS_WITHOUT_SIGNATURE,
        wish=cast.wish(at, photo=None),
    )  # fmt: skip
    card = cast.express_ready(placed.application, at)
    express.dispatch(by=cast.operator(), at=at.later(days=1))

    assert placed.fee_yen == 0
    assert cast.certificates(card) == {Kind.AUTH_CARD: "VALID"}
    assert cast.again(card).state == "LIVE"


def test_when_the_day_is_full(loser, clerk, at):
    with acting(MYNACARD):
        ExpressDay.objects.create(day=at.day, cap=0)

    with pytest.raises(Conflict) as caught:
        apply(loser, clerk, at)

    assert caught.value.code == "day_full"
    with acting(MYNACARD):
        assert not Application.objects.filter(channel="EXPRESS").exists()
        assert not PinRequest.objects.exists()
    assert apply(loser, clerk, at.later(days=1)).place == 1


def test_one_live_application_whatever_the_lane(resident, clerk, at):
    cast.applied(resident, by=clerk, at=at)

    with pytest.raises(Conflict):
        apply(resident, clerk, at, claim=Claim("T10", at.day, fee_yen=0))


def test_neither_the_next_town_nor_who_may_not(loser, clerk, outsider, at):
    with pytest.raises(NotFound):
        apply(loser, outsider, at)
    with pytest.raises(Forbidden):
        apply(loser, cast.operator(), at)


class TestDispatch:
    def test_made_set_up_centrally_and_posted(self, loser, clerk, at, chips):
        old = cast.card_of(loser)
        placed = apply(loser, clerk, at)
        card = cast.express_ready(placed.application, at)
        assert card.state == "READY"
        assert cast.certificates(card) == {}

        done = express.dispatch(by=cast.operator(), at=at.later(days=1))

        assert done == {"ordered": 0, "posted": 1, "stopped": 0}
        card = cast.again(card)
        assert (card.state, card.card_number[2]) == ("LIVE", "X")
        assert (cast.again(old).state, cast.again(old).cause) == ("VOID", "REPLACED")
        assert set(cast.certificates(card).values()) == {"VALID"}
        assert chips.chips[card.card_number]["pins"] == cast.PINS
        with acting(MYNACARD):
            posted = ExpressApplication.objects.get()
            assert posted.posted_on == at.day + timedelta(days=1)
            assert posted.tracking
            assert posted.application.state == "COMPLETED"

    def test_the_pins_are_used_once_and_gone(self, loser, clerk, at):
        placed = apply(loser, clerk, at)
        with acting(MYNACARD):
            sealed = bytes(PinRequest.objects.get().sealed)
        cast.express_ready(placed.application, at)

        express.dispatch(by=cast.operator(), at=at.later(days=1))

        assert b"ABC123" not in sealed
        with acting(MYNACARD):
            assert not PinRequest.objects.exists()
        with acting(SYSTEM):
            assert AuditEntry.objects.get(action="mynacard.pins_set_by_request").subject == loser.pk

    def test_twice_a_day_posts_nothing_twice(self, loser, clerk, at):
        placed = apply(loser, clerk, at)
        cast.express_ready(placed.application, at)
        express.dispatch(by=cast.operator(), at=at.later(days=1))

        again = express.dispatch(by=cast.operator(), at=at.later(days=1))

        assert again["posted"] == 0
        assert len(cast.events("card_handed_over")) == 2  # the lost card's and this one's

    def test_the_run_orders_what_was_accepted(self, loser, clerk, at):
        apply(loser, clerk, at)

        assert express.dispatch(by=cast.operator(), at=at)["ordered"] == 1
        assert cast.card_of(loser).state == "PRODUCTION"

    def test_who_died_meanwhile_gets_no_card(self, loser, clerk, at):
        placed = apply(loser, clerk, at)
        card = cast.express_ready(placed.application, at)
        cast.change(loser, "D03", at.day, by=clerk, at=at)

        done = express.dispatch(by=cast.operator(), at=at.later(days=1))

        assert (done["posted"], done["stopped"]) == (0, 1)
        assert cast.again(card).state == "VOID"
        with acting(MYNACARD):
            stopped = ExpressApplication.objects.get()
            assert (stopped.stopped_for, stopped.posted_on) == ("holder_dead", None)
            assert stopped.application.state == "CANCELLED"

    def test_a_chip_that_fails_is_tried_again_the_next_day(self, loser, clerk, at, chips):
        placed = apply(loser, clerk, at)
        card = cast.express_ready(placed.application, at)
        chips.fails_at = "write_AUTH_CARD"
        assert express.dispatch(by=cast.operator(), at=at.later(days=1))["stopped"] == 1
        assert cast.again(card).state == "READY"
        with acting(MYNACARD):
            assert PinRequest.objects.count() == 1
            assert [each.pk for each in express.late(at=at.later(days=5))] == [placed.pk]
        chips.fails_at = ""

        assert express.dispatch(by=cast.operator(), at=at.later(days=2))["posted"] == 1
        assert cast.again(card).state == "LIVE"

    def test_the_ordinary_lots_leave_the_lane_alone(self, loser, clerk, at):
        from mynacard.services import production

        apply(loser, clerk, at)

        assert production.make_lot(by=cast.operator(), at=at) is None


def test_the_channel_cannot_be_smuggled(loser, clerk, at):
    placed = apply(loser, clerk, at, wish=cast.wish(at, channel=Channel.WEB))

    with acting(MYNACARD):
        assert placed.application.channel == "EXPRESS"


@pytest.mark.parametrize(("reasons", "signs"), [((), False), (("WARD_BY_DOCTOR",), True)])
def test_what_was_said_of_guardianship_holds_when_the_card_is_posted(loser, clerk, at, reasons, signs):
    shown = replace(cast.WITH_GUARDIAN, exemptions=frozenset(reasons))
    placed = apply(loser, clerk, at, shown=shown, chosen=cast.PINS if signs else cast.PINS_WITHOUT_SIGNATURE)
    cast.express_ready(placed.application, at)

    assert express.dispatch(by=cast.operator(), at=at)["posted"] == 1
    card = cast.card_of(loser)
    assert cast.certificates(card) == {Kind.AUTH_CARD: "VALID"} | ({Kind.SIGN_CARD: "VALID"} if signs else {})
    with acting(MYNACARD):
        kept = HandOver.objects.get(card=card)
    assert (kept.under_guardianship, kept.exemptions) == (True, list(reasons))
