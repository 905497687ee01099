"""有償発行の月次報告: drawn from the tally, compared, confirmed by somebody else, billed. One path for every move."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict, FieldError, Invalid
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from jpki import policies
from jpki.domain import fee_reports
from jpki.domain.fee_reports import MOVES, Move, State
from jpki.models import FeeReport, FeeReportStep
from jpki.selectors import fees
from jpki.selectors.fees import Tally

_LONGEST_NOTE = 400


@dataclass(frozen=True)
class Said:
    """What comes with a move: the amount in 歳入歳出外現金 (when comparing), and why."""

    note: str = ""
    received_yen: int | None = None


def draw(*, month: date, by: Actor, at: Moment) -> FeeReport:
    """Draw an office's report of a month that is over. Raises Forbidden, NotFound (no office), Invalid, Conflict."""
    by.must("jpki.report_fees")
    place = municipalities.office(by.organisation, on=at.day)
    if not fee_reports.is_over(month, at.day):
        raise Invalid.of(
            [FieldError("month", "not_over", "まだ終わっていない月です。月が替わってから集計してください。")]
        )
    tenant = municipalities.tenant_of(place.code)
    try:
        with acting(JPKI), transaction.atomic():
            tally = fees.paid_in(tenant.office, month)
            drawn = FeeReport.objects.create(
                **tenant._asdict(),
                month=month,
                state=State.DRAWN.value,
                counted=tally.counted,
                due_yen=tally.yen,
                drawn_at=at.instant,
            )
            _write_down(drawn, "draw", "jpki.fee_report_drawn", "", by, at)
    except IntegrityError:
        raise Conflict("drawn_already", "この月の報告はすでにあります。") from None
    return drawn


def move(*, report: int, verb: str, said: Said = Said(), by: Actor, at: Moment) -> FeeReport:
    """Make a move of the table. Raises Forbidden, NotFound (also for another town's), Conflict, Invalid."""
    wanted = MOVES[verb]
    policies.must_be_allowed(wanted, by)
    with acting(by.scope):
        fees.report(report)
    with acting(JPKI):
        found = FeeReport.objects.select_for_update().get(pk=report)
        if not fee_reports.allows(wanted, State(found.state)):
            raise Conflict("state_does_not_allow", f"この月次報告は{wanted.label}ができる状態ではありません。")
        changes = _changes(wanted, found, said, by, at)
        for name, value in (changes | {"state": wanted.target.value}).items():
            setattr(found, name, value)
        found.save(update_fields=[*changes, "state"])
        _write_down(found, verb, wanted.audit_word, said.note.strip(), by, at)
    return found


def _changes(wanted: Move, found: FeeReport, said: Said, by: Actor, at: Moment) -> dict[str, Any]:
    """The columns that change with the state. Raises Invalid for what is missing, Conflict for the same person."""
    note = said.note.strip()
    if wanted.needs_note and not note:
        raise Invalid.of([FieldError("note", "required", "理由を入力してください。")])
    if len(note) > _LONGEST_NOTE:
        raise Invalid.of([FieldError("note", "too_long", f"理由は{_LONGEST_NOTE}文字までです。")])
    if wanted.verb == "compare":
        return _compared(found, said.received_yen, note, by, at)
    if wanted.verb == "confirm":
        return _confirmed(found, by, at)
    if wanted.verb == "bill":
        return {"billed_on": at.day, "bill_number": f"{found.month:%Y%m}-{found.office}"}
    if wanted.verb == "settle":
        return {"settled_on": at.day}
    tally = fees.paid_in(found.office, found.month)
    return _UNTOUCHED | {"counted": tally.counted, "due_yen": tally.yen, "drawn_at": at.instant}


_UNTOUCHED: dict[str, Any] = {
    "received_yen": None, "difference": "", "compared_at": None, "compared_by": "", "compared_by_id": "",
    "confirmed_at": None, "confirmed_by": "", "confirmed_by_id": "",
}  # fmt: skip


def _compared(found: FeeReport, received: int | None, note: str, by: Actor, at: Moment) -> dict[str, Any]:
    if received is None or received < 0:
        raise Invalid.of([FieldError("received_yen", "required", "歳入歳出外現金の額を入力してください。")])
    if received != found.due_yen and not note:
        gap = abs(received - found.due_yen)
        message = f"集計の額（{found.due_yen:,}円）と{gap:,}円の差があります。理由を入力してください。"
        raise Invalid.of([FieldError("note", "unexplained", message)])
    return {
        "received_yen": received,
        "difference": note if received != found.due_yen else "",
        "compared_at": at.instant,
        "compared_by": by.label,
        "compared_by_id": by.id,
    }


def _confirmed(found: FeeReport, by: Actor, at: Moment) -> dict[str, Any]:
    if found.compared_by_id == by.id:
        raise Conflict("same_person", "照合した人とは別の人が確認してください。")
    if fees.paid_in(found.office, found.month) != Tally(found.counted, found.due_yen):
        raise Conflict("tally_changed", "集計のあとに件数が変わりました。差し戻して、集計をやり直してください。")
    return {"confirmed_at": at.instant, "confirmed_by": by.label, "confirmed_by_id": by.id}


def _write_down(found: FeeReport, verb: str, word: str, note: str, by: Actor, at: Moment) -> None:
    FeeReportStep.objects.create(
        prefecture=found.prefecture,
        municipality=found.municipality,
        office=found.office,
        report=found,
        verb=verb,
        state=found.state,
        at=at.instant,
        by=by.label,
        note=note,
    )
    detail = {"report": found.pk, "office": found.office, "month": f"{found.month:%Y-%m}", "state": found.state}
    audit.record(action=word, by=by, detail=detail | {"counted": found.counted, "due_yen": found.due_yen})
