"""The one path by which devices move: lock what the state allows, write state and times, keep the step, audit.

What becomes of a device's certificates is the caller's part: `device_moves`, or with the card's signature certificate
`endings`.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jpki.domain.devices import BORNE, DEVICE_MOVES, DeviceCause, DeviceMove, DeviceState
from jpki.domain.lifecycle import State
from jpki.models import DeviceStep, MobileDevice

_WITH_CARD = {State.SUSPENDED: "suspend_with_card", State.REVOKED: "end_with_card", State.VALID: "release_with_card"}


def take(
    move: DeviceMove, ids: Sequence[int], *, by: Actor, at: Moment, purpose: str, note: str = ""
) -> list[MobileDevice]:
    """Make a move for those of the devices whose state allows it; returns them. The permission was judged before."""
    with acting(JPKI):
        found = MobileDevice.objects.select_for_update(of=("self",)).filter(pk__in=ids, state__in=list(move.sources))
        return _taken(move, list(found.order_by("pk")), by=by, at=at, purpose=purpose, note=note)


def lock_bound_to(certificates: Sequence[int]) -> None:
    """Lock the telephones that certificates are on, or that hang on them, before the certificates themselves are.

    Everybody who moves either takes them in this order, so that two at once wait and do not deadlock.
    """
    bound = Q(card_signature__in=certificates) | Q(signature__in=certificates) | Q(authentication__in=certificates)
    found = MobileDevice.objects.select_for_update(of=("self",)).filter(bound, state__in=list(BORNE))
    list(found.order_by("pk").values_list("pk"))


def with_card(
    target: State, card_signatures: Sequence[int], *, by: Actor, at: Moment, purpose: str
) -> tuple[DeviceMove, list[MobileDevice]]:
    """Let what hangs on cards' signature certificates follow them; returns the move and the devices that made it."""
    move = DEVICE_MOVES[_WITH_CARD[target]]
    with acting(JPKI):
        found = MobileDevice.objects.select_for_update(of=("self",)).filter(
            card_signature__in=card_signatures, state__in=list(move.sources)
        )
        if move.target is DeviceState.LIVE:
            # A telephone that was lost for itself stays on hold.
            found = found.filter(cause=DeviceCause.CARD_SIGNATURE.value)
        return move, _taken(move, list(found.order_by("pk")), by=by, at=at, purpose=purpose)


def _taken(
    move: DeviceMove, locked: list[MobileDevice], *, by: Actor, at: Moment, purpose: str, note: str = ""
) -> list[MobileDevice]:
    if not locked:
        return []
    MobileDevice.objects.filter(pk__in=[device.pk for device in locked]).update(**_fields(move, at))
    DeviceStep.objects.bulk_create(
        DeviceStep(device=device, at=at.instant, verb=move.verb, target=move.target.value, by=by.label, note=note)
        for device in locked
    )
    audit.record_many([_act(move, device) for device in locked], by=by, purpose=purpose)
    return locked


def _fields(move: DeviceMove, at: Moment) -> dict[str, Any]:
    """State, cause and the time that the state must have."""
    fields: dict[str, Any] = {"state": move.target.value, "cause": move.cause.value if move.cause else ""}
    if move.target is DeviceState.LIVE:
        fields["suspended_at"] = None
    else:
        fields["suspended_at" if move.target is DeviceState.SUSPENDED else "ended_at"] = at.instant
    return fields


def _act(move: DeviceMove, device: MobileDevice) -> audit.Act:
    detail = {"device": device.pk, "platform": device.platform, "move": move.verb, "from": device.state}
    if move.cause is not None:
        detail["cause"] = move.cause.value
    return audit.Act(move.audit_word, device.resident_id, detail=detail)
