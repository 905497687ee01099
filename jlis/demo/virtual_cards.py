"""Five cards in five states, as somebody would hold them: keys and PINs in files, nothing of them in the database."""

from collections.abc import Sequence
from itertools import islice
from random import Random
from typing import Any

from django.db.models import QuerySet

from jlis.demo.cards import PURPOSE
from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment
from jpki.choices import Kind, State
from jpki.models import Certificate
from jpki.services import certificates

_LETTERS, _DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"


def pick(*, random: Random, staff: dict[str, Actor], at: Moment) -> list[dict[str, Any]]:
    """One card with both certificates, one that lost the signature, one void, one on hold, one of a second town."""
    towns = list(staff.items())
    first, second = towns[0], towns[min(1, len(towns) - 1)]
    cards = [
        _card(random, first, "VALID", State.VALID, State.VALID),
        _card(random, first, "SIGNATURE_REVOKED", State.REVOKED, State.VALID),
        _card(random, first, "REVOKED", State.REVOKED, State.REVOKED),
        _card(random, second, "VALID", State.VALID, State.VALID),
        _card(random, first, "SUSPENDED", State.VALID, State.VALID, skip=1),
    ]
    held = [card for card in cards if card is not None]
    for card in held:
        if card["state"] == "SUSPENDED":
            _suspend(card, first[1], at)
    return [{key: value for key, value in card.items() if key != "certificates"} for card in held]


def _card(
    random: Random, town: tuple[str, Actor], state: str, sign: State, auth: State, skip: int = 0
) -> dict[str, Any] | None:
    """The card of the first resident, by serial number, whose two certificates stand so."""
    office, by = town
    with acting(by.scope.for_purpose(PURPOSE)):
        signed = set(_in_state(Kind.SIGN_CARD, sign, office).values_list("resident", flat=True))
        found = _in_state(Kind.AUTH_CARD, auth, office).select_related("status").order_by("status__serial")
        fitting = (each for each in found.iterator(chunk_size=500) if each.resident_id in signed)
        chosen = next(islice(fitting, skip, None), None)
        if chosen is None:
            return None
        certificates_of = Certificate.objects.filter(resident=chosen.resident_id).values_list("pk", flat=True)
        return {
            "resident": str(chosen.resident_id),
            "municipality": office,
            "auth_pin": f"{random.randint(0, 9999):04}",
            "signature_password": "".join(random.choices(_LETTERS, k=4) + random.choices(_DIGITS, k=4)),
            "auth_serial": str(chosen.status.serial),
            "state": state,
            "certificates": list(certificates_of),
        }


def _in_state(kind: Kind, state: State, office: str) -> QuerySet[Certificate]:
    return Certificate.objects.filter(kind=kind, status__state=state, office=office)


def _suspend(card: dict[str, Any], by: Actor, at: Moment) -> None:
    wanted: Sequence[int] = card["certificates"]
    with acting(by.scope.for_purpose(PURPOSE)):
        for certificate in wanted:
            certificates.suspend(certificate=certificate, by=by, at=at, purpose=PURPOSE)
