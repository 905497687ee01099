"""A card on the reader: whose it is, is known only after it has signed, and a challenge is good once (K1)."""

import base64
from types import SimpleNamespace

import pytest

from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import KONBINI, acting
from jpki.domain.kinds import Kind
from jpki.models import Certificate
from jpki.services import certificates as certificate_services
from jpki.services.identification import NotIdentified
from konbini.gateways.issuers import TownRefuses
from konbini.models import KioskSession
from konbini.services import participants, sessions
from mynacard.selectors import cards
from tests.conftest import CHIYODA, client_of
from tests.jpki import cast
from tests.konbini.town import card_of, identified

pytestmark = pytest.mark.django_db


def state_of(session) -> str:
    with acting(KONBINI):
        return KioskSession.objects.get(pk=session).state


def opened_by(card, store, at):
    return sessions.open_session(kiosk="K0001", certificate=card.certificate, by=store, at=at)


def test_a_card_that_signs_is_offered_what_its_town_gives(chiyoda, card, store, at):
    menu = identified(card, by=store, at=at)
    assert menu.fees == {"RESIDENCE_RECORD": 300}
    assert menu.office == CHIYODA
    assert state_of(menu.session) == "IDENTIFIED"


def test_a_wrong_signature_ends_the_session_for_good(chiyoda, card, store, at):
    opened = opened_by(card, store, at)
    proof = sessions.prove(session=opened.pk, signature=card.signs(b"something else"), by=store, at=at)
    assert proof.refusal.code == "wrong_signature"
    assert state_of(opened.pk) == "CLOSED"
    with pytest.raises(Conflict):
        sessions.prove(session=opened.pk, signature=card.signs(bytes(opened.challenge)), by=store, at=at)


def test_a_signed_challenge_cannot_be_used_again(chiyoda, card, store, at):
    opened = opened_by(card, store, at)
    signature = card.signs(bytes(opened.challenge))
    sessions.prove(session=opened.pk, signature=signature, by=store, at=at)
    with pytest.raises(Conflict):
        sessions.prove(session=opened.pk, signature=signature, by=store, at=at)
    other = opened_by(card, store, at)
    assert sessions.prove(session=other.pk, signature=signature, by=store, at=at).refusal.code == "wrong_signature"


def test_no_two_sessions_have_the_same_challenge(chiyoda, card, store, at):
    assert len({bytes(opened_by(card, store, at).challenge) for _ in range(20)}) == 20


def test_a_session_ends_by_itself(chiyoda, card, store, at):
    opened = opened_by(card, store, at)
    later = at.later(minutes=5)
    with pytest.raises(Conflict):
        sessions.prove(session=opened.pk, signature=card.signs(bytes(opened.challenge)), by=store, at=later)


def test_a_signature_certificate_identifies_nobody(chiyoda, resident, clerk, store, at):
    other = card_of(resident, by=clerk, at=at, kind=Kind.SIGN_CARD)
    with pytest.raises(NotIdentified) as refused:
        opened_by(other, store, at)
    assert refused.value.code == "not_for_authentication"


def test_a_suspended_certificate_is_refused_at_the_reader(chiyoda, resident, clerk, store, at):
    card = card_of(resident, by=clerk, at=at)
    with acting(clerk.scope):
        held = Certificate.objects.get(resident=resident)
        certificate_services.suspend(certificate=held.pk, by=clerk, at=at, purpose=cast.PURPOSE)
    with pytest.raises(NotIdentified) as refused:
        opened_by(card, store, at)
    assert refused.value.code == "suspended"


def test_what_is_no_certificate_is_named_as_the_field(chiyoda, store, at):
    with pytest.raises(Invalid) as refused:
        sessions.open_session(kiosk="K0001", certificate="not a certificate", by=store, at=at)
    assert refused.value.errors[0].field == "certificate"


def test_a_good_certificate_on_a_lost_card_opens_nothing(chiyoda, card, store, at, monkeypatch):
    monkeypatch.setattr(cards, "card_of_certificate", lambda _id, *, at: SimpleNamespace(usable=False))
    opened = opened_by(card, store, at)
    proof = sessions.prove(session=opened.pk, signature=card.signs(bytes(opened.challenge)), by=store, at=at)
    assert proof.refusal.code == "card_not_usable"


def test_a_telephones_certificate_needs_no_card(chiyoda, resident, clerk, store, at, monkeypatch):
    monkeypatch.setattr(cards, "card_of_certificate", lambda _id, *, at: None)
    phone = card_of(resident, by=clerk, at=at, kind=Kind.AUTH_MOBILE)
    assert identified(phone, by=store, at=at).fees == {"RESIDENCE_RECORD": 300}


def test_a_certificate_without_a_card_opens_nothing(chiyoda, card, store, at, monkeypatch):
    monkeypatch.setattr(cards, "card_of_certificate", lambda _id, *, at: None)
    opened = opened_by(card, store, at)
    proof = sessions.prove(session=opened.pk, signature=card.signs(bytes(opened.challenge)), by=store, at=at)
    assert proof.refusal.code == "card_not_usable"


def test_the_towns_own_refusal_is_told_and_ends_the_session(chiyoda, card, store, at):
    chiyoda.refuses = TownRefuses("protected", "窓口にお越しください。")
    opened = opened_by(card, store, at)
    proof = sessions.prove(session=opened.pk, signature=card.signs(bytes(opened.challenge)), by=store, at=at)
    assert (proof.refusal.code, proof.refusal.message) == ("protected", "窓口にお越しください。")
    assert state_of(opened.pk) == "CLOSED"


def test_a_stopped_town_gives_nothing_and_gives_again_when_resumed(chiyoda, card, store, centre, at):
    participants.stop(office=CHIYODA, reason="証明書の誤りを調査中", by=centre, at=at)
    opened = opened_by(card, store, at)
    proof = sessions.prove(session=opened.pk, signature=card.signs(bytes(opened.challenge)), by=store, at=at)
    assert proof.refusal.code == "town_stopped"
    participants.resume(office=CHIYODA, by=centre, at=at)
    assert identified(card, by=store, at=at).fees


def test_outside_its_hours_a_town_gives_nothing(chiyoda, card, store, at):
    night = at.later(hours=12)
    opened = sessions.open_session(kiosk="K0001", certificate=card.certificate, by=store, at=night)
    proof = sessions.prove(session=opened.pk, signature=card.signs(bytes(opened.challenge)), by=store, at=night)
    assert proof.refusal.code == "outside_hours"


def test_a_town_that_does_not_take_part_gives_nothing(store, card, at, monkeypatch):
    monkeypatch.setattr(cards, "card_of_certificate", lambda _id, *, at: SimpleNamespace(usable=True))
    opened = opened_by(card, store, at)
    proof = sessions.prove(session=opened.pk, signature=card.signs(bytes(opened.challenge)), by=store, at=at)
    assert proof.refusal.code == "town_does_not_take_part"


def test_another_operators_kiosk_and_session_are_nowhere(chiyoda, card, store, at):
    rival = client_of("OTHER-STORE", "konbini.relay", kind="OPERATOR")
    with pytest.raises(NotFound):
        sessions.open_session(kiosk="K0001", certificate=card.certificate, by=rival, at=at)
    opened = opened_by(card, store, at)
    with pytest.raises(NotFound):
        sessions.prove(session=opened.pk, signature="", by=rival, at=at)


def test_a_client_without_the_permission_relays_nothing(chiyoda, card, at):
    with pytest.raises(Forbidden):
        opened_by(card, client_of("TEST-STORE", kind="OPERATOR"), at)


def test_a_signature_that_is_not_base64_is_named_as_the_field(chiyoda, card, store, at):
    opened = opened_by(card, store, at)
    with pytest.raises(Invalid) as refused:
        sessions.prove(session=opened.pk, signature="§", by=store, at=at)
    assert refused.value.errors[0].field == "signature"
    # The caller's own slip costs no session.
    good = card.signs(bytes(opened.challenge))
    assert base64.b64decode(good)
    assert sessions.prove(session=opened.pk, signature=good, by=store, at=at).menu
