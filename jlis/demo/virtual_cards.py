"""Five cards in five states, as somebody would hold them: keys and PINs in files, nothing of them in the database."""

from collections.abc import Callable, Sequence
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
        _card(random, first, "VALID", lambda found: _both(found, State.VALID, State.VALID)),
        _card(random, first, "SIGNATURE_REVOKED", lambda found: _both(found, State.REVOKED, State.VALID)),
        _card(random, first, "REVOKED", lambda found: _both(found, State.REVOKED, State.REVOKED)),
        _card(random, second, "VALID", lambda found: _both(found, State.VALID, State.VALID)),
        _card(random, first, "SUSPENDED", lambda found: _both(found, State.VALID, State.VALID), skip=1),
    ]
    held = [card for card in cards if card is not None]
    for card in held:
        if card["state"] == "SUSPENDED":
            _suspend(card, first[1], at)
    return [{key: value for key, value in card.items() if key != "certificates"} for card in held]


def _both(found: QuerySet[Certificate], sign: State, auth: State) -> QuerySet[Certificate]:
    signed = Certificate.objects.filter(kind=Kind.SIGN_CARD, status__state=sign).values("resident")
    return found.filter(status__state=auth, resident__in=signed)


def _card(
    random: Random,
    town: tuple[str, Actor],
    state: str,
    narrow: Callable[[QuerySet[Certificate]], QuerySet[Certificate]],
    skip: int = 0,
) -> dict[str, Any] | None:
    office, by = town
    with acting(by.scope.for_purpose(PURPOSE)):
        found = narrow(Certificate.objects.filter(kind=Kind.AUTH_CARD, office=office)).select_related("status")
        chosen = found.order_by("status__serial")[skip : skip + 1].first()
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


def _suspend(card: dict[str, Any], by: Actor, at: Moment) -> None:
    wanted: Sequence[int] = card["certificates"]
    with acting(by.scope.for_purpose(PURPOSE)):
        for certificate in wanted:
            certificates.suspend(certificate=certificate, by=by, at=at, purpose=PURPOSE)
