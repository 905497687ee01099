"""P9: a telephone goes with the card's signature certificate, whatever the cause, once and in the same transaction."""

import pytest

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jpki.domain.devices import DEVICE_MOVES as MOVES
from jpki.domain.devices import DeviceState, device_allows, device_diagram, device_moves_from
from jpki.domain.kinds import Kind
from jpki.domain.lifecycle import MOVES as CERTIFICATE_MOVES
from jpki.models import CrlChange
from jpki.services import certificates, device_moves, endings, mobile_devices, publications
from jpki.sql import replacing
from tests.jpki import cast, phones
from tests.jpki.phones import Phone
from tests.jpki.test_following import told

L, S, E = DeviceState.LIVE, DeviceState.SUSPENDED, DeviceState.ENDED
LEADS = {
    "suspend_lost": {L: S},
    "end_lost": {L: E, S: E},
    "end_on_request": {L: E, S: E},
    "replace": {L: E, S: E},
    "end_for_replacement": {L: E},
    "end_for_authority_key": {L: E, S: E},
    "suspend_with_card": {L: S},
    "release_with_card": {S: L},
    "end_with_card": {L: E, S: E},
}
ENDED = ("ENDED", "REVOKED", "REVOKED")


@pytest.fixture
def device(signature, at):
    return phones.loaded(signature, at).device


def ended_entries() -> list[str]:
    with acting(SYSTEM):
        return list(AuditEntry.objects.filter(action="jpki.device_ended").values_list("detail__move", flat=True))


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("state", DeviceState)
def test_every_verb_from_every_state(verb, state):
    expected = LEADS[verb].get(state)
    assert device_allows(MOVES[verb], state) is (expected is not None)
    if expected is not None:
        assert MOVES[verb].target is expected


def test_the_matrix_is_complete_and_ended_is_for_ever():
    assert set(LEADS) == set(MOVES)
    assert list(device_moves_from(E)) == []
    for move in MOVES.values():
        assert move.label in device_diagram()
        assert (move.cause is None) is (move.target is L)
        assert CERTIFICATE_MOVES[move.certificates].cause is not None or move.target is L
        assert not (move.at_the_counter and move.with_card)


@pytest.mark.parametrize("verb", ["revoke_on_request", "revoke_for_compromise", "revoke_for_error"])
def test_it_ends_with_what_the_counter_ends(device, signature, clerk, at, verb):
    with acting(clerk.scope):
        certificates.revoke(certificate=signature.pk, verb=verb, by=clerk, at=at, purpose=cast.PURPOSE)

    assert phones.states(device) == ENDED
    found = phones.again(device)
    assert (found.cause, found.signature.cause, found.authentication.cause) == ("CARD_SIGNATURE",) * 3
    assert ended_entries() == ["end_with_card"]


def test_it_ends_with_the_card(device, signature, authentication, clerk, at):
    endings.apply(
        CERTIFICATE_MOVES["revoke_with_card"], [signature.pk, authentication.pk], by=clerk, at=at, purpose=cast.PURPOSE
    )
    assert phones.states(device) == ENDED


def test_the_cards_authentication_certificate_alone_ends_nothing(device, authentication, clerk, at):
    with acting(clerk.scope):
        certificates.revoke(
            certificate=authentication.pk, verb="revoke_on_request", by=clerk, at=at, purpose=cast.PURPOSE
        )
    assert phones.states(device) == ("LIVE", "VALID", "VALID")


def test_it_ends_with_a_renewal_and_the_new_card_certificate_does_not_carry_it_on(device, resident, clerk, at):
    renewed = cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at, renews=True)
    assert phones.states(device) == ENDED

    anew = phones.loaded(renewed, at.later(minutes=1), Phone(1)).device
    assert phones.states(anew) == ("LIVE", "VALID", "VALID")
    assert phones.states(device) == ENDED


@pytest.mark.parametrize(
    ("reason", "changes", "causes"),
    [
        ("M01", {"address": "東京都千代田区九段南一丁目2番1号"}, ("CHANGE", "CARD_SIGNATURE")),
        ("D03", {}, ("REMOVAL", "REMOVAL")),
    ],
)
def test_it_ends_with_what_the_register_tells(device, resident, clerk, at, reason, changes, causes):
    told(reason, resident, by=clerk, at=at, **changes)

    found = phones.again(device)
    assert phones.states(device) == ENDED
    assert (found.signature.cause, found.authentication.cause) == causes
    assert ended_entries() == ["end_with_card"]


def test_a_slight_correction_ends_nothing(device, resident, clerk, at):
    told("M20", resident, by=clerk, at=at, name_kana="タカザキ　タロウ")
    assert phones.states(device) == ("LIVE", "VALID", "VALID")


def test_what_is_rolled_back_has_ended_nothing(device, signature, clerk, at):
    def fails() -> None:
        with acting(clerk.scope):
            certificates.revoke(
                certificate=signature.pk, verb="revoke_on_request", by=clerk, at=at, purpose=cast.PURPOSE
            )
            assert phones.states(device) == ENDED
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert phones.states(device) == ("LIVE", "VALID", "VALID")


def test_it_is_held_with_the_card_and_ended_once(device, signature, clerk, at):
    with acting(clerk.scope):
        certificates.suspend(certificate=signature.pk, by=clerk, at=at, purpose=cast.PURPOSE)
    assert phones.states(device) == ("SUSPENDED", "SUSPENDED", "SUSPENDED")

    for _ in range(2):
        endings.apply(
            CERTIFICATE_MOVES["revoke_on_request"],
            [signature.pk],
            by=clerk,
            at=at.later(minutes=1),
            purpose=cast.PURPOSE,
        )
    assert phones.states(device) == ENDED
    assert ended_entries() == ["end_with_card"]


@pytest.mark.parametrize("lost", [False, True])
def test_where_a_policy_lifts_holds_a_lost_telephone_stays_on_hold(device, signature, clerk, at, lost):
    if lost:
        with acting(clerk.scope):
            mobile_devices.make_move(device=device.pk, verb="suspend_lost", by=clerk, at=at, purpose=cast.PURPOSE)
    for verb in ("suspend", "release"):
        endings.apply(CERTIFICATE_MOVES[verb], [signature.pk], by=clerk, at=at, purpose=cast.PURPOSE)

    expected = ("SUSPENDED", "SUSPENDED", "SUSPENDED") if lost else ("LIVE", "VALID", "VALID")
    assert phones.states(device) == expected


def test_a_generation_that_is_relied_on_no_longer_ends_telephones_and_issues_nothing_for_them(
    device, signature, clerk, founded, at
):
    generation = founded["auth"].pk
    with acting(JPKI):
        assert replacing.in_force(founded["sign"].pk, after=0, limit=9, at=at.instant)[0].id == signature.pk
        assert replacing.in_force(generation, after=0, limit=9, at=at.instant) == []

    move = MOVES["end_for_replacement"]
    assert device_moves.end_under(move, generation, by=cast.operator(), at=at) == 1
    assert device_moves.end_under(move, generation, by=cast.operator(), at=at) == 0

    assert phones.states(device) == ENDED
    found = phones.again(device)
    assert (found.cause, found.signature.cause, cast.status_of(signature).state) == (
        "REPLACEMENT", "REPLACEMENT", "VALID",
    )  # fmt: skip


def test_nobody_elses_telephone_is_touched(device, clerk, at):
    other = cast.resident_of(clerk, at)
    theirs = cast.issued_to(other, Kind.SIGN_CARD, by=clerk, at=at)
    with acting(clerk.scope):
        certificates.revoke(certificate=theirs.pk, verb="revoke_on_request", by=clerk, at=at, purpose=cast.PURPOSE)
    assert phones.states(device) == ("LIVE", "VALID", "VALID")


def test_the_towns_lists_wait_for_both(device, signature, clerk, at):
    publications.publish_all(by=cast.operator(), at=at)
    with acting(clerk.scope):
        certificates.revoke(certificate=signature.pk, verb="revoke_on_request", by=clerk, at=at, purpose=cast.PURPOSE)
    with acting(JPKI):
        waiting = {change.generation.authority_id for change in CrlChange.objects.select_related("generation")}
    assert waiting == {"sign", "auth"}
