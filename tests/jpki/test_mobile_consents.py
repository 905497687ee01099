"""P6 beside P9: a party that is told of new certificates never learns by it which telephone is whose."""

import pytest

from jlis.kernel.isolation.scope import JPKI, acting
from jpki.domain.relying_parties import Entitlement
from jpki.models import Certificate
from jpki.services import consents, latest_items
from jpki.services.consents import Wish
from jpki.services.holder_signing import NotSigned
from jpki.services.latest_items import Result
from tests.jpki import cast, parties, phones
from tests.jpki.consenting import EVERY_ITEM, given
from tests.jpki.signing import Pen, signed_cms


@pytest.fixture
def pair(founded, at):
    return parties.active_pair(at, what=frozenset(Entitlement))


def test_a_new_telephone_is_no_change(signature, pair, at):
    by, provider = parties.client(pair[0], "jpki.latest_items"), pair[1].organisation_id
    given(signature, by=by, at=at, reference="r-1", on_behalf_of=provider)
    phones.loaded(signature, at)

    with acting(by.scope):
        serial = cast.status_of(signature).serial
        (told,) = latest_items.provide(serials=[serial], by=by, at=at, on_behalf_of=provider).rows
    assert told.result is Result.UNCHANGED


@pytest.mark.parametrize(("withheld", "result"), [({Entitlement.LINK_CARRIERS}, "NO_CONSENT"), (set(), "UNCHANGED")])
def test_a_telephones_number_leads_to_the_card_only_for_who_may_follow_it(signature, founded, at, withheld, result):
    party = parties.active(at, what=frozenset(Entitlement) - withheld)
    by = parties.client(party, "jpki.latest_items")
    given(signature, by=by, at=at, reference="r-1")
    device = phones.again(phones.loaded(signature, at).device)

    with acting(by.scope):
        told = latest_items.provide(serials=[device.signature.serial, device.authentication.serial], by=by, at=at).rows
    assert [(each.result.value, each.new_serial) for each in told] == [(result, None), ("NO_CONSENT", None)]


def test_a_consent_is_signed_with_the_card(signature, pair, at):
    by, provider = parties.client(pair[0], "jpki.latest_items"), pair[1].organisation_id
    device = phones.loaded(signature, at).device
    with acting(JPKI):
        own = Certificate.objects.get(pk=device.signature_id)
    wish = Wish(EVERY_ITEM, "r-2", provider)
    pen = Pen(cast.der_of(own), phones.Phone().key(0).sign)
    with acting(by.scope):
        octets = signed_cms(pen, consents.words(wish=wish, by=by, at=at).encode())
    with acting(by.scope), pytest.raises(NotSigned) as refusal:
        consents.give(wish=wish, signed=octets, by=by, at=at)
    assert refusal.value.code == "wrong_kind"
