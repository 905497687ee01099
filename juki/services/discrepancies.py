"""不整合: settled by staff of the office whose notification it is (住民基本台帳法30条の8)."""

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict, NotFound
from jlis.kernel.isolation.scope import REGISTRY, scope
from jlis.kernel.time import Moment
from juki.choices import DiscrepancyState, NotificationStatus
from juki.models import Discrepancy
from juki.services import applying


def settle(*, discrepancy_id: int, apply: bool, note: str, by: Actor, at: Moment) -> Discrepancy:
    """Apply the held notification once more, or withdraw it with a reason. `Conflict` when it still contradicts."""
    by.must("juki.settle_discrepancies")
    if not note.strip():
        raise Conflict("reason_missing", "処理の理由を入力してください。", field="note")
    # Seen under the clerk's own scope first: another town's discrepancy does not exist for them.
    if not Discrepancy.objects.filter(pk=discrepancy_id).exists():
        raise NotFound("discrepancy_not_found", "該当する不整合がありません。")
    with scope(REGISTRY):
        found = Discrepancy.objects.select_for_update().select_related("notification").get(pk=discrepancy_id)
        if found.state != DiscrepancyState.OPEN:
            raise Conflict("already_settled", "この不整合は処理済みです。")
        if apply:
            verdict = applying.apply_held(notification=found.notification, by=by, at=at)
            if verdict is not None:
                raise Conflict("still_contradicts", f"まだ反映できません。{verdict.advice}")
            found.state = DiscrepancyState.APPLIED
        else:
            found.notification.status = NotificationStatus.WITHDRAWN
            found.notification.save(update_fields=["status"])
            found.state = DiscrepancyState.WITHDRAWN
        found.settled_at, found.settled_by, found.note = at.instant, by.label, note.strip()
        found.save()
        detail = {"notification": str(found.notification_id), "state": found.state}
        audit.record(action="juki.discrepancy_settled", by=by, purpose="CORRECTION", detail=detail)
    return found
