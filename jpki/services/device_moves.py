"""A telephone and both of its certificates, moved together: by its holder, a clerk, a newer one, the authority."""

from collections.abc import Sequence

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jpki.domain.devices import DeviceMove
from jpki.domain.lifecycle import MOVES
from jpki.models import MobileDevice
from jpki.selectors import devices
from jpki.services import device_steps, endings

_PART = 500


def make(
    move: DeviceMove, ids: Sequence[int], *, by: Actor, at: Moment, purpose: str, note: str = ""
) -> list[MobileDevice]:
    """Make a move for those of the devices whose state allows it, and the certificates' own with it; returns them.

    The permission was judged by the caller.
    """
    with acting(JPKI):
        moved = device_steps.take(move, ids, by=by, at=at, purpose=purpose, note=note)
        borne = [pk for device in moved for pk in (device.signature_id, device.authentication_id)]
        endings.apply(MOVES[move.certificates], borne, by=by, at=at, purpose=purpose)
    return moved


def end_under(move: DeviceMove, generation: int, *, by: Actor, at: Moment) -> int:
    """End what is in use with a certificate of a generation that is relied on no longer; returns how many.

    Telephones apply anew: nobody can write to them. Part by part, so that a run that was killed ends the rest.
    """
    ended = 0
    while True:
        with acting(JPKI):
            part = devices.in_use_under(generation, limit=_PART)
            if not part:
                return ended
            ended += len(make(move, part, by=by, at=at, purpose=""))
