"""製造 and 到着: the lot, the sealed data, the quality result, the scan."""

import base64
import zlib
from datetime import timedelta

import pytest

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import MYNACARD, NUMBERS, SYSTEM, acting
from juki.services import numbers
from mynacard.domain.numbers import is_card_number
from mynacard.models import Application, ArrivalDiscrepancy, PersonalisationFile, ProductionLot
from mynacard.services import production, receiving
from tests.mynacard import cast

pytestmark = pytest.mark.django_db


def test_a_lot_holds_what_was_accepted_and_nothing_else(resident, clerk, at):
    other = cast.resident_of(clerk, at)
    cast.accepted(resident, by=clerk, at=at)
    cast.applied(other, by=clerk, at=at)

    lot = production.make_lot(by=cast.operator(), at=at)

    card = cast.card_of(resident)
    assert (lot.count, card.lot_id, card.state) == (1, lot.pk, "PRODUCTION")
    assert is_card_number(card.card_number)
    assert card.expires_on.isoformat() == "2036-02-17"
    with acting(MYNACARD):
        assert sorted(Application.objects.values_list("state", flat=True)) == ["PRODUCING", "RECEIVED"]
    assert production.make_lot(by=cast.operator(), at=at) is None


def test_the_maker_gets_what_is_printed_and_each_fetch_is_written_down(resident, clerk, at):
    card = cast.in_production(resident, by=clerk, at=at)

    data = production.fetch(lot=card.lot_id, by=cast.maker(), at=at)

    with acting(NUMBERS):
        number = numbers.open_numbers([resident.pk])[resident.pk]
    text = zlib.decompress(data).decode()
    assert number in text
    assert "髙﨑　太郎" in text
    assert card.card_number in text
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="mynacard.personalisation_fetched")
    assert (entry.subject_count, entry.detail["count"]) == (1, 1)
    with acting(MYNACARD):
        sealed = bytes(PersonalisationFile.objects.get().sealed)
        assert ProductionLot.objects.get().fetched == 1
    assert "髙﨑".encode() not in sealed
    assert data[:40] not in sealed


def test_the_picture_goes_with_the_data(resident, clerk, at):
    card = cast.in_production(resident, by=clerk, at=at)

    (line,) = cast.made(card, at)

    assert base64.b64decode(line["photo"])[:2] == b"\xff\xd8"
    assert line["card_number"] == card.card_number


def test_nobody_but_the_maker_fetches(resident, clerk, at):
    card = cast.in_production(resident, by=clerk, at=at)

    for by in (clerk, cast.operator()):
        with pytest.raises(Forbidden):
            production.fetch(lot=card.lot_id, by=by, at=at)


def test_after_the_quality_result_the_data_is_gone(resident, clerk, at):
    card = cast.sent(resident, by=clerk, at=at)

    with acting(MYNACARD):
        assert not PersonalisationFile.objects.exists()
    with pytest.raises(Conflict):
        production.fetch(lot=card.lot_id, by=cast.maker(), at=at)


def test_a_faulty_card_is_void_and_made_anew_in_the_next_lot(resident, clerk, at):
    card = cast.in_production(resident, by=clerk, at=at)

    cast.made(card, at, faulty=(card.card_number,))
    again = production.make_lot(by=cast.operator(), at=at)

    assert (cast.again(card).state, cast.again(card).cause) == ("VOID", "FAULTY")
    assert again.count == 1
    assert cast.card_of(resident).card_number != card.card_number
    production.fetch(lot=again.pk, by=cast.maker(), at=at)
    with pytest.raises(Invalid):
        production.finish(lot=again.pk, faulty=[card.card_number], by=cast.operator(), at=at)


def test_who_died_before_production_gets_no_card(resident, clerk, at):
    application = cast.accepted(resident, by=clerk, at=at)
    cast.change(resident, "D03", at.day, by=clerk, at=at)

    assert production.make_lot(by=cast.operator(), at=at) is None
    with acting(MYNACARD):
        assert Application.objects.get(pk=application.pk).state == "CANCELLED"


class TestArrival:
    def test_what_was_sent_and_scanned_is_stored(self, resident, clerk, at):
        card = cast.sent(resident, by=clerk, at=at)

        receiving.scan(shipment=card.shipment_id, scanned=[card.card_number.lower(), ""], by=clerk, at=at)

        assert cast.again(card).state == "STORED"
        with acting(MYNACARD):
            assert not ArrivalDiscrepancy.objects.exists()

    def test_missing_and_strange_ones_stay_open(self, resident, clerk, at):
        other = cast.resident_of(clerk, at)
        cast.accepted(resident, by=clerk, at=at)
        cast.accepted(other, by=clerk, at=at)
        production.make_lot(by=cast.operator(), at=at)
        cast.made(cast.card_of(resident), at)
        here, missing = cast.card_of(resident), cast.card_of(other)
        strange = "26M000000999999"
        strange += next(each for each in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" if is_card_number(strange + each))

        receiving.scan(shipment=here.shipment_id, scanned=[here.card_number, strange], by=clerk, at=at)

        with acting(MYNACARD):
            found = {row.kind: row for row in ArrivalDiscrepancy.objects.all()}
        assert found["MISSING"].card_id == missing.pk
        assert found["UNEXPECTED"].card_number == strange
        assert cast.again(missing).state == "SHIPPED"

        # A second scan finds it in the bottom of the box.
        receiving.scan(shipment=here.shipment_id, scanned=[missing.card_number], by=clerk, at=at)
        with acting(MYNACARD):
            assert ArrivalDiscrepancy.objects.get(kind="MISSING").settled_at is not None
        assert cast.again(missing).state == "STORED"

    def test_a_lost_card_is_void_and_made_anew(self, resident, clerk, at):
        other = cast.resident_of(clerk, at)
        cast.accepted(resident, by=clerk, at=at)
        cast.accepted(other, by=clerk, at=at)
        production.make_lot(by=cast.operator(), at=at)
        cast.made(cast.card_of(resident), at)
        here, missing = cast.card_of(resident), cast.card_of(other)
        receiving.scan(shipment=here.shipment_id, scanned=[here.card_number], by=clerk, at=at)
        with acting(MYNACARD):
            row = ArrivalDiscrepancy.objects.get()

        with pytest.raises(Invalid):
            receiving.settle(discrepancy=row.pk, is_lost=True, note=" ", by=clerk, at=at)
        receiving.settle(discrepancy=row.pk, is_lost=True, note="配送中に亡失", by=clerk, at=at)

        assert cast.again(missing).cause == "MISSING"
        assert production.make_lot(by=cast.operator(), at=at).count == 1
        with pytest.raises(Conflict):
            receiving.settle(discrepancy=row.pk, is_lost=True, note="もう一度", by=clerk, at=at)

    def test_a_misread_number_is_named_by_its_line(self, resident, clerk, at):
        card = cast.sent(resident, by=clerk, at=at)

        with pytest.raises(Invalid) as caught:
            receiving.scan(shipment=card.shipment_id, scanned=[card.card_number, "26M0"], by=clerk, at=at)

        assert "2行目" in caught.value.errors[0].message
        assert cast.again(card).state == "SHIPPED"

    def test_the_next_town_receives_nothing_of_ours(self, resident, clerk, outsider, at):
        card = cast.sent(resident, by=clerk, at=at)

        with pytest.raises(NotFound):
            receiving.scan(shipment=card.shipment_id, scanned=[card.card_number], by=outsider, at=at)


def test_the_lot_is_of_its_day(resident, clerk, at):
    cast.accepted(resident, by=clerk, at=at)

    lot = production.make_lot(by=cast.operator(), at=at.later(days=2))

    assert lot.made_on == at.day + timedelta(days=2)
    assert lot.number.startswith("M20261123-")


def test_what_is_sealed_opens_under_a_new_key(resident, clerk, at):
    from jlis.kernel import rotation
    from mynacard.services import photos
    from tests.conftest import actor

    card = cast.in_production(resident, by=clerk, at=at)
    before = production.fetch(lot=card.lot_id, by=cast.maker(), at=at)

    done = rotation.rotate(by=actor("JLIS", "SYSTEM_ADMINISTRATOR", kind="JLIS"), at=at)

    assert done.values["mynacard.applicationphoto.sealed"] == done.values["mynacard.personalisationfile.sealed"] == 1
    assert production.fetch(lot=card.lot_id, by=cast.maker(), at=at) == before
    with acting(MYNACARD):
        assert photos.opened([card.application_id])[card.application_id][:2] == b"\xff\xd8"
