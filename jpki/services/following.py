"""Following the register: moves, corrections and removals end the right certificates (法第12条)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.outbox.events import Envelope
from jlis.kernel.time import Moment
from jpki import policies
from jpki.domain.lifecycle import MOVES
from jpki.domain.movements import effect_of
from jpki.services import endings
from jpki.sql import following as sql
from jpki.sql.following import InForce, Tenant


@dataclass(frozen=True)
class Notice:
    """What an event of the register means for certificates, and where the resident belongs afterwards."""

    resident: UUID
    at: datetime
    signature_affected: bool
    authentication_affected: bool
    tenant: Tenant | None

    @classmethod
    def of(cls, envelope: Envelope) -> Self:
        event = envelope.event
        return cls(
            resident=event.subject,
            at=envelope.occurred_at,
            signature_affected=event.signature_certificate_affected,
            authentication_affected=getattr(event, "authentication_certificate_affected", False),
            tenant=Tenant(event.prefecture, event.municipality, event.office) if event.office else None,
        )


def follow(*, notices: Sequence[Notice], by: Actor) -> int:
    """Act on notices in their order; returns how many certificates ended. What has ended stays as it is."""
    policies.must_be_allowed(MOVES["revoke_for_change"], by)
    with acting(JPKI):
        in_force = sql.in_force([notice.resident for notice in notices])
        ending = _ending(notices, in_force)
        at = Moment.of(max(notice.at for notice in notices)) if notices else None
        ended = 0
        for verb, ids in ending.items():
            assert at is not None, "without notices nothing ends"
            ended += len(endings.apply(MOVES[verb], ids, by=by, at=at, purpose=""))
        # The last notice tells where the person is now; the certificates are seen there.
        sql.move_with({notice.resident: notice.tenant for notice in notices if notice.tenant})
    return ended


def _ending(notices: Sequence[Notice], in_force: dict[UUID, list[InForce]]) -> dict[str, list[int]]:
    """Certificates to end by verb, each under the first notice that ends it."""
    ending: dict[str, list[int]] = defaultdict(list)
    taken: set[int] = set()
    for notice in notices:
        effect = effect_of(
            signature_affected=notice.signature_affected, authentication_affected=notice.authentication_affected
        )
        for each in in_force.get(notice.resident, []):
            # One whose content was fixed after the change carries what the register says now.
            if each.kind in effect.kinds and each.id not in taken and each.prepared_at <= notice.at:
                taken.add(each.id)
                ending[effect.move.verb].append(each.id)
    return ending
