"""Moves that end, suspend or release certificates: one at the counter or hundreds after the register's events.

One path for all of them: lock what the state allows, write status and list entry, mark the town's list, audit, tell.
A telephone hangs on its holder's card: what becomes of the card's signature certificate becomes of both of the
telephone's, in the same transaction, whatever the cause.
"""

from collections.abc import Sequence
from typing import Any

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.outbox.publishing import publish_many
from jlis.kernel.time import Moment
from jpki import events
from jpki.domain.kinds import Kind
from jpki.domain.lifecycle import MOVES, Cause, Move, State
from jpki.engine import crl
from jpki.services import device_steps
from jpki.sql import statuses
from jpki.sql.statuses import Locked


def apply(move: Move, ids: Sequence[int], *, by: Actor, at: Moment, purpose: str) -> list[Locked]:
    """Make a move for those of the certificates whose state allows it; returns them. The others are left alone.

    The permission was judged by the caller. OCSP answers made before are stale with this commit.
    """
    if not ids:
        return []
    with acting(JPKI):
        device_steps.lock_bound_to(ids)
        locked = _moved(move, ids, by=by, at=at, purpose=purpose)
        card_signatures = [each.id for each in locked if each.kind == Kind.SIGN_CARD]
        if card_signatures:
            following, devices = device_steps.with_card(move.target, card_signatures, by=by, at=at, purpose=purpose)
            borne = [pk for device in devices for pk in (device.signature_id, device.authentication_id)]
            if borne:
                _moved(MOVES[following.certificates], borne, by=by, at=at, purpose=purpose)
    return locked


def _moved(move: Move, ids: Sequence[int], *, by: Actor, at: Moment, purpose: str) -> list[Locked]:
    locked = statuses.lock(ids, sorted(move.sources))
    if not locked:
        return []
    moved = [each.id for each in locked]
    if move.reason is None or move.cause is None:
        statuses.release(moved)
    else:
        _end(move, move.cause, move.reason, locked, at)
    statuses.mark_changed(sorted({(each.generation, each.partition) for each in locked}), at.instant)
    audit.record_many([_act(move, each) for each in locked], by=by, purpose=purpose)
    publish_many([_event(move, each) for each in locked if each.issued_at is not None])
    return locked


def _end(move: Move, cause: Cause, reason: crl.Reason, locked: Sequence[Locked], at: Moment) -> None:
    moved = [each.id for each in locked]
    # What was on hold was not to be relied on from the hold: the entry keeps the earlier day.
    entries = [crl.entry(each.serial, each.suspended_at or at.instant, reason) for each in locked]
    statuses.end(moved, entries, state=move.target.value, cause=cause.value, reason=int(reason), at=at.instant)
    if move.target is State.REVOKED:
        statuses.let_go(moved)


def _act(move: Move, changed: Locked) -> audit.Act:
    detail = {
        "certificate": changed.id,
        "kind": changed.kind,
        "serial": changed.serial,
        "move": move.verb,
        "issued": changed.issued_at is not None,
    }
    return audit.Act(move.audit_word, changed.resident, detail=detail)


def _event(move: Move, changed: Locked) -> events.CertificateEvent:
    fields: dict[str, Any] = {
        "subject": changed.resident,
        "certificate": changed.id,
        "certificate_kind": changed.kind,
        "generation": changed.generation,
        "serial": changed.serial,
    }
    if move.cause is None:
        return events.CertificateReleased(**fields)
    if move.target is State.SUSPENDED:
        return events.CertificateSuspended(**fields)
    return events.CertificateRevoked(**fields, cause=move.cause.value)
