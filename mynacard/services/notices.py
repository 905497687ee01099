"""有効期限通知: listed, held against the register, confirmed where they differ, frozen for the printer, sent once."""

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, NotFound
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.outbox.publishing import publish
from jlis.kernel.time import Moment
from mynacard.choices import NoticeState
from mynacard.domain.notices import latest_last_day, schedule_on
from mynacard.events import ExpiryNoticesSent
from mynacard.models import ExpiryNotice
from mynacard.services import batches, forms
from mynacard.services.counter import PURPOSE
from mynacard.services.forms import Addressee
from mynacard.sql import notices as sql

TASK = "expiry_notices"


def run(*, by: Actor, at: Moment) -> dict[str, int]:
    """Every step that is due by the day, each over all cards at once; counts. A second run for the day sends nothing.

    A day that was missed is caught up by the next run.
    """
    by.must("mynacard.send_notices")
    with acting(MYNACARD):
        if not batches.take(TASK, at=at):
            return batches.summary_of(TASK, at=at)
        schedule = schedule_on(at.day)
        cards, certificates = sql.list_expiring(at.day, latest_last_day(at.day, schedule.listed))
        sql.match(at.day, latest_last_day(at.day, schedule.listed))
        frozen = _frozen(at, schedule.frozen)
        sent = _sent(by, at, schedule.sent)
        done = {"listed_cards": cards, "listed_certificates": certificates, "frozen": frozen, "sent": sent}
        return batches.finish(TASK, done, at=at)


def confirm(*, notice: int, by: Actor, at: Moment) -> ExpiryNotice:
    """A clerk has looked at a recipient that differs and found the register right. NotFound for another town's."""
    by.must("mynacard.confirm_notices")
    with acting(by.scope):
        found = ExpiryNotice.objects.select_related("card").filter(pk=notice).first()
    if found is None:
        raise NotFound("notice_not_found", "該当する有効期限通知がありません。")
    with acting(MYNACARD):
        waiting = ExpiryNotice.objects.filter(pk=notice, state=NoticeState.DIFFERENT)
        if not waiting.update(state=NoticeState.MATCHED, confirmed_by=by.label, confirmed_on=at.day):
            raise Conflict("nothing_to_confirm", "この通知は送付先の確認を待っていません。")
        audit.record(
            action="mynacard.notice_confirmed", by=by, purpose=PURPOSE, subject=found.card.resident_id,
            detail={"notice": notice},
        )  # fmt: skip
        return ExpiryNotice.objects.get(pk=notice)


def _frozen(at: Moment, months: float) -> int:
    """Give the printer what is due; 申請書ID and QR stand on what was confirmed in time alone."""
    until = latest_last_day(at.day, months)
    due = sql.due_to_freeze(until)
    form_ids = forms.write([Addressee(each.resident, each.office, each.version) for each in due], at=at)
    sql.give_forms([each.notice for each in due], form_ids)
    return sql.freeze(at.day, until)


def _sent(by: Actor, at: Moment, months: float) -> int:
    told = sql.send(at.day, latest_last_day(at.day, months))
    if told:
        act = uuid7(at.instant)
        detail = {"run": str(act), "count": len(told), "day": at.day.isoformat()}
        audit.record(action="mynacard.expiry_notices_sent", by=by, purpose=PURPOSE, subjects=told, detail=detail)
        publish(ExpiryNoticesSent(subject=act, subjects=tuple(told)))
    return len(told)
