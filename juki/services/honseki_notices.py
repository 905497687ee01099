"""附票への記載事項通知 that goes out by itself with the change that is applied (法19条1項, J6).

The 本籍地 is known where it has told the network of the person's 附票. Where it has not, nothing is guessed: the notice
waits on the town's list, and goes out by itself when a 本籍地 enters the person, or by a clerk who knows before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from jlis.kernel.actors import Actor, system_actor
from jlis.kernel.audit import services as audit
from jlis.kernel.audit.services import Act
from jlis.kernel.errors import Conflict, FieldError, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.time import Moment
from juki.choices import UnaddressedOutcome
from juki.domain.changes import ChangeReason
from juki.domain.honseki_notices import MAY_TELL, Change
from juki.domain.town_messages import Kind
from juki.models import UnaddressedNotice
from juki.services import posting, town_notices
from juki.services.posting import Letter, Posted
from juki.sql import honseki_notices as sql

PURPOSE = "JUKI-COUNTER"
APPLIED = "juki.notification_applied"
_LONGEST = 400
_NETWORK = replace(system_actor("juki.honseki_notices", REGISTRY), label="自動通知")
_OWN_HONSEKI = "本籍地はこの市区町村のため、通知しない"
_OVERTAKEN = "後の異動で訂正され、通知する事項がない"


@dataclass(frozen=True)
class _Told:
    """A change that a 本籍地 has to hear of: its version, and which office keeps the 附票, where that is known."""

    row: Mapping[str, Any]
    change: Change
    honseki: str


def letters_after(acts: Iterable[Act], at: Moment) -> list[Letter]:
    """The notices that a call's applied changes bring about, for the caller to post in its own transaction.

    Once for each notification, whatever is told again; those without a known 本籍地 are put on the town's list.
    """
    applied = [UUID(act.detail["notification"]) for act in acts if act.action == APPLIED and _may_tell(act)]
    told = _to_be_told(applied) if applied else []
    sql.put_on_list([dict(each.row) for each in told if not each.honseki], at.instant)
    letters = [_letter(each, at) for each in told if each.honseki]
    return [letter for letter in letters if letter is not None]


def send_waiting(*, residents: Iterable[UUID], by: Actor, at: Moment) -> int:
    """A 本籍地 has entered these persons: what waited for it goes out, in the caller's transaction; returns how many.

    The caller has locked the persons, so that a change told at the same time either waits here or knows the 本籍地.
    What needs no telling any more is settled with the reason. The network sends: neither town's staff did.
    """
    by.must("juki.notify_supplementary")
    open_ones = UnaddressedNotice.objects.select_for_update().filter(
        resident__in=list(residents), outcome=UnaddressedOutcome.OPEN
    )
    waited = {row.pk: row for row in open_ones.order_by("pk")}
    if not waited:
        return 0
    told = {each.row["notification"]: each for each in _to_be_told(list(waited))}
    addressed = {key: each for key, each in told.items() if each.honseki}
    letters = {key: letter for key, each in addressed.items() if (letter := _letter(each, at)) is not None}
    posted = dict(zip(letters, posting.post(list(letters.values()), by=_NETWORK, at=at), strict=True))
    for key, one in posted.items():
        waited[key].message = one.message.pk
        _settle(waited[key], UnaddressedOutcome.SENT, _NETWORK, at)
    for key, row in waited.items():
        if key not in posted and (key in addressed or key not in told):
            row.note = _OWN_HONSEKI if key in addressed else _OVERTAKEN
            _settle(row, UnaddressedOutcome.NOT_NEEDED, _NETWORK, at)
    return len(posted)


def waiting(*, by: Actor) -> QuerySet[UnaddressedNotice]:
    """Those of the own town that wait for the 本籍地, the oldest first."""
    by.must("juki.write_town_messages")
    return UnaddressedNotice.objects.filter(outcome=UnaddressedOutcome.OPEN).order_by("changed_on", "noted_at")


def send(*, notification: UUID, receiver: str, honseki: str, koseki_head: str, by: Actor, at: Moment) -> Posted:
    """Send one that waited to the 本籍地 that the clerk names. Raises Forbidden, NotFound, Conflict, Invalid."""
    by.must("juki.write_town_messages")
    found = _own(notification, by)
    faults = town_notices.receiver_faults(receiver, by, at)
    faults += [
        FieldError(name, "required", f"{label}は必須です。")
        for name, label, value in (("honseki", "本籍", honseki), ("koseki_head", "筆頭者", koseki_head))
        if not value.strip()
    ]
    if faults:
        raise Invalid.of(faults)
    with acting(REGISTRY):
        locked = _locked(found)
        told = _to_be_told([notification])
        if not told:
            raise Conflict(
                "overtaken", "後の異動で訂正され、通知する事項がありません。「通知しない」で処理してください。"
            )
        row = told[0].row
        body = told[0].change.body() | {"honseki": honseki.strip(), "koseki_head": koseki_head.strip()}
        letter = Letter(Kind.SUPPLEMENTARY_NOTICE, row["office"], receiver, _key(row), body, row["resident"], "SCREEN")
        (posted,) = posting.post([letter], by=by, at=at)
        locked.message = posted.message.pk
        _settle(locked, UnaddressedOutcome.SENT, by, at)
    return posted


def drop(*, notification: UUID, note: str, by: Actor, at: Moment) -> None:
    """Say that one is not needed, and why: 本籍不明, or told on paper. Raises as `send`."""
    by.must("juki.write_town_messages")
    if not note.strip() or len(note) > _LONGEST:
        raise Invalid.of([FieldError("note", "required", f"通知しない理由を{_LONGEST}字までで入力してください。")])
    found = _own(notification, by)
    with acting(REGISTRY):
        locked = _locked(found)
        locked.note = note.strip()
        _settle(locked, UnaddressedOutcome.NOT_NEEDED, by, at)


def _may_tell(act: Act) -> bool:
    return act.detail["reason"] in MAY_TELL


def _to_be_told(notifications: Sequence[UUID]) -> list[_Told]:
    """The versions that these notifications made and that a 本籍地 has to hear of, in their order."""
    found = [_Told(row, _change(row, former), by) for row, former, by in sql.changed_by(notifications)]
    return [each for each in found if each.change.must_be_told]


def _change(row: Mapping[str, Any], former: Mapping[str, str] | None) -> Change:
    return Change(ChangeReason(row["change_reason"]), row["changed_on"], row["resident_class"], row, former)


def _letter(told: _Told, at: Moment) -> Letter | None:
    row, receiver = told.row, posting.addressee(told.honseki, at.day)
    if receiver == row["office"]:
        # The 本籍地 is the town itself: it mends its own 附票.
        return None
    return Letter(Kind.SUPPLEMENTARY_NOTICE, row["office"], receiver, _key(row), told.change.body(), row["resident"])


def _key(row: Mapping[str, Any]) -> str:
    return f"supplementary-{row['notification']}"


def _own(notification: UUID, by: Actor) -> UnaddressedNotice:
    with acting(by.scope):
        found = UnaddressedNotice.objects.filter(pk=notification).first()
    if found is None:
        raise NotFound("notice_not_found", "該当する通知がありません。")
    return found


def _locked(found: UnaddressedNotice) -> UnaddressedNotice:
    locked = UnaddressedNotice.objects.select_for_update().get(pk=found.pk)
    if locked.outcome != UnaddressedOutcome.OPEN:
        raise Conflict("settled_already", "この通知は処理済みです。")
    return locked


def _settle(locked: UnaddressedNotice, outcome: UnaddressedOutcome, by: Actor, at: Moment) -> None:
    locked.outcome = outcome.value
    locked.settled_at, locked.settled_by = at.instant, by.label
    locked.save(update_fields=["outcome", "message", "settled_at", "settled_by", "note"])
    detail = {"notification": str(locked.pk), "outcome": locked.outcome}
    audit.record(
        action="juki.unaddressed_notice_settled", by=by, purpose=PURPOSE, subject=locked.resident, detail=detail
    )
