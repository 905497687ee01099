"""転出 told beforehand: who keeps the card abroad, and what ends on the day itself (法第12条).

What the register tells beforehand is kept by `following`; what has waited ends here, batch by batch, and a second run
finds nothing left.
"""

from collections import defaultdict
from datetime import date
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jpki.domain.departures import effect_of_leaving
from jpki.domain.lifecycle import MOVES
from jpki.models import Departure
from jpki.services import endings
from jpki.sql import departures as sql
from jpki.sql import following
from juki.selectors import residents, supplementary

BATCH = 500


def go_on(*, resident: UUID, version: int, leaves_on: date, by: Actor, purpose: str) -> None:
    """Note that somebody who leaves keeps the card, in the caller's transaction; also before the register's event.

    Certificates for the life abroad may be issued from here on until the eve of leaving.
    """
    by.must("jpki.issue")
    with acting(JPKI):
        sql.go_on(resident, version, leaves_on)
        detail = {"version": version, "leaves_on": leaves_on.isoformat()}
        audit.record(action="jpki.kept_abroad", by=by, purpose=purpose, subject=resident, detail=detail)


def take_effect(*, by: Actor, at: Moment) -> int:
    """End what ends for those whose day has come; returns how many certificates."""
    by.must("jpki.follow_register")
    ended = 0
    while True:
        with acting(JPKI):
            due = Departure.objects.select_for_update(skip_locked=True).filter(leaves_on__lte=at.day)
            # Whom the register has again, in any town: the event that tells of it is on its way and settles it.
            gone = due.exclude(residents.registered_again(at.day))
            leaving = list(gone.order_by("leaves_on", "resident")[:BATCH])
            ended += _leave(leaving, by, at)
        if len(leaving) < BATCH:
            return ended


def _leave(leaving: list[Departure], by: Actor, at: Moment) -> int:
    holders = [each.resident for each in leaving]
    in_force, for_abroad = following.in_force(holders), sql.issued_for_abroad(holders)
    ending: dict[str, list[int]] = defaultdict(list)
    for each in leaving:
        effect = effect_of_leaving(abroad=each.abroad, goes_on=each.goes_on)
        for borne in in_force.get(each.resident, []):
            came_back = borne.record_version > each.version
            if borne.kind in effect.kinds and not came_back and not (each.goes_on and borne.id in for_abroad):
                ending[effect.move.verb].append(borne.id)
    ended = sum(len(endings.apply(MOVES[verb], ids, by=by, at=at, purpose="")) for verb, ids in ending.items())
    # Abroad the 本籍地 answers for them, and its counter sees what they hold.
    abroad = supplementary.keepers(each.resident for each in leaving if each.abroad)
    following.move_with({who: following.Tenant(*keeper) for who, keeper in abroad.items()})
    Departure.objects.filter(resident__in=holders).delete()
    return ended
