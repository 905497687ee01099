"""順序待ち: notices whose predecessors never come, settled by staff of the office that sent them (J1)."""

from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict, NotFound
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.time import Moment
from juki.choices import DiscrepancyKind, DiscrepancyState, NotificationStatus
from juki.models import Discrepancy, Notification
from juki.services import applying


def settle(*, notification: UUID, apply: bool, note: str, by: Actor, at: Moment) -> Notification:
    """Apply a notice though numbers before it are missing, or drop it with a reason; its number is then passed over.

    Raises `Conflict` when it contradicts, and then nothing is changed; when it waits no more; without a reason.
    """
    by.must("juki.settle_discrepancies")
    if not note.strip():
        raise Conflict("reason_missing", "処理の理由を入力してください。", field="note")
    # Seen under the clerk's own scope first: another town's notice does not exist for them.
    if not Notification.objects.filter(pk=notification).exists():
        raise NotFound("notification_not_found", "該当する通知がありません。")
    with acting(REGISTRY):
        found = Notification.objects.select_for_update().get(pk=notification)
        if found.status != NotificationStatus.HELD:
            raise Conflict("already_settled", "この通知は順序を待っていません。")
        if apply:
            _apply(found, by, at)
        else:
            found.status = NotificationStatus.WITHDRAWN
            found.save(update_fields=["status"])
        _write_down(found, note.strip(), by, at)
    return found


def _apply(found: Notification, by: Actor, at: Moment) -> None:
    verdict = applying.apply_past_gap(notification=found, by=by, at=at)
    if verdict is not None:
        raise Conflict("still_contradicts", f"反映できません。{verdict.advice}")


def _write_down(found: Notification, note: str, by: Actor, at: Moment) -> None:
    state = DiscrepancyState.APPLIED if found.status == NotificationStatus.APPLIED else DiscrepancyState.WITHDRAWN
    Discrepancy.objects.create(
        notification=found,
        prefecture=found.prefecture,
        municipality=found.municipality,
        office=found.office,
        kind=DiscrepancyKind.ORDER_GAP,
        state=state,
        opened_at=found.received_at,
        settled_at=at.instant,
        settled_by=by.label,
        note=note,
    )
    detail = {"notification": str(found.pk), "state": state.value, "sequence": found.sequence}
    audit.record(action="juki.held_notification_settled", by=by, purpose="CORRECTION", subject=found.resident,
                 detail=detail)  # fmt: skip
