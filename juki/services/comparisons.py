"""A notice that waits beside what the register holds: a look at a person's record, written down as one (J1)."""

from dataclasses import replace
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import NotFound
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment
from juki.models import Notification
from juki.selectors import affairs, comparisons
from juki.selectors.comparisons import Comparison

PURPOSE = "CORRECTION"


def compare(*, notification: UUID, by: Actor, at: Moment) -> Comparison:
    """Both sides of a notice of the own office. Raises Forbidden, and NotFound for another office's.

    The 住民票コード is left out for who may not search.
    """
    by.must("juki.see_discrepancies")
    with acting(by.scope.for_purpose(PURPOSE)):
        affairs.require(PURPOSE, organisation=by.organisation, day=at.day)
        found = Notification.objects.filter(pk=notification).first()
        if found is None:
            raise NotFound("notification_not_found", "該当する通知がありません。")
        compared = comparisons.of_notification(found, at.day)
        if not by.may("juki.search"):
            compared = replace(compared, lines=[line for line in compared.lines if line.item != "resident_code"])
        fields = [line.item for line in compared.lines if line.held is not None]
        audit.record(
            action="juki.notification_compared",
            by=by,
            purpose=PURPOSE,
            subject=compared.record.resident if compared.record else None,
            detail={"notification": str(found.pk), "fields": fields},
        )
    return compared
