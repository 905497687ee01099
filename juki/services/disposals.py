"""除票 and 附票の除票の廃棄 (J17): nothing goes by itself; one person asks with a reason, another decides.

The chain keeps both.
What goes are the versions that the office held up to the removal. The anchor, codes and numbers stay, since they are
never given to anybody else; so do the audit entries.
"""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from juki.choices import DisposalOutcome
from juki.domain.retention import DataClass, is_due, kept_until, policy_of
from juki.models import Disposal, IdentityRecord, SupplementaryRecord
from juki.selectors import removed_records as selectors

PURPOSE = "JUKI-REMOVED"
_LONGEST = 400


def ask(
    *,
    resident: UUID,
    version: int,
    reason: str,
    data_class: DataClass = DataClass.REMOVED_RECORD,
    by: Actor,
    at: Moment,
) -> Disposal:
    """Ask that a removed record of the own office be disposed of. Raises Forbidden, NotFound, Conflict, Invalid."""
    by.must("juki.ask_disposals")
    if not reason.strip() or len(reason) > _LONGEST:
        raise Invalid.of([FieldError("reason", "required", f"廃棄の理由を{_LONGEST}字までで入力してください。")])
    with acting(by.scope):
        record = _kept(resident, version, data_class, at)
    policy = policy_of(data_class, at.day)
    if not is_due(record.changed_on, at.day, policy.years):
        raise Conflict("not_due", f"保存期間（{policy.years}年）が満了していない{policy.label}は廃棄できません。")
    with acting(REGISTRY):
        asked = Disposal.objects.filter(data_class=data_class, resident=resident, office=record.office, version=version)
        if asked.exclude(outcome=DisposalOutcome.REFUSED):
            raise Conflict("asked_already", f"この{policy.label}の廃棄は、すでに申し出られています。")
        wish = Disposal.objects.create(
            id=uuid7(at.instant),
            **municipalities.tenant_of(record.office)._asdict(),
            resident=resident,
            version=version,
            data_class=policy.data_class.value,
            basis=policy.basis,
            removed_on=record.changed_on,
            kept_until=kept_until(record.changed_on, policy.years),
            reason=reason.strip(),
            asked_by=by.id,
            asked_label=by.label,
            asked_at=at.instant,
        )
        detail = {"disposal": str(wish.pk), "version": version}
        audit.record(action="juki.disposal_asked", by=by, purpose=PURPOSE, subject=resident, detail=detail)
    return wish


def decide(*, disposal: UUID, grant: bool, by: Actor, at: Moment) -> Disposal:
    """Dispose, or refuse, as somebody other than who asked. Raises Forbidden, NotFound, Conflict."""
    by.must("juki.approve_disposals")
    with acting(by.scope):
        seen = Disposal.objects.filter(pk=disposal).first()
    if seen is None:
        raise NotFound("disposal_not_found", "該当する申出がありません。")
    if seen.asked_by == by.id:
        raise Forbidden("second_person_needed", "申し出た人は承認できません。別の人が決定してください。")
    with acting(REGISTRY):
        wish = Disposal.objects.select_for_update().get(pk=disposal)
        if wish.outcome:
            raise Conflict("decided_already", "この申出は決定済みです。")
        going = _going(wish)
        wish.versions = going.values("version").distinct().count() if grant else 0
        wish.outcome = (DisposalOutcome.DISPOSED if grant else DisposalOutcome.REFUSED).value
        wish.decided_by, wish.decided_label, wish.decided_at = by.id, by.label, at.instant
        # The row first: the database lets those rows go that a decided disposal names, and no other.
        wish.save()
        if grant:
            going.delete()
        detail = {"disposal": str(wish.pk), "version": wish.version, "versions": wish.versions}
        action = "juki.disposed" if grant else "juki.disposal_refused"
        audit.record(action=action, by=by, purpose=PURPOSE, subject=wish.resident, detail=detail)
    return wish


_KEPT_IN: dict[str, type[IdentityRecord] | type[SupplementaryRecord]] = {
    DataClass.REMOVED_RECORD.value: IdentityRecord,
    DataClass.REMOVED_SUPPLEMENTARY.value: SupplementaryRecord,
}


def _kept(resident: UUID, version: int, data_class: DataClass, at: Moment) -> IdentityRecord | SupplementaryRecord:
    if data_class is DataClass.REMOVED_SUPPLEMENTARY:
        return selectors.get_supplementary(resident, version)
    return selectors.get(resident, version, at.day)


def _going(wish: Disposal) -> QuerySet[Any]:
    return _KEPT_IN[wish.data_class].objects.filter(
        prefecture=wish.prefecture, office=wish.office, resident=wish.resident, version__lte=wish.version
    )
