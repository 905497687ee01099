"""申請書ID: given out with a notice or at the counter, and read again when somebody applies by it."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import FieldError, Invalid, NotFound
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.time import Moment
from juki.selectors import residents
from juki.selectors.residents import CurrentRecord
from mynacard.domain.numbers import form_id, is_form_id
from mynacard.models import IssuedForm
from mynacard.services import counter
from mynacard.sql import numbers

PURPOSE = counter.PURPOSE


class Addressee(NamedTuple):
    """Who is given a form: the resident, their office, the version of the register that the form carries."""

    resident: UUID
    office: str
    version: int


def issue(*, resident: UUID, by: Actor, at: Moment) -> str:
    """A form for somebody at the counter; returns its 申請書ID. NotFound for another town's resident."""
    by.must("mynacard.apply")
    with acting(by.scope):
        record = residents.current_many([resident]).get(resident)
    if record is None or not record.is_present_on(at.day):
        raise NotFound("resident_not_found", "該当する住民がいません。")
    with acting(MYNACARD):
        (issued,) = write([Addressee(resident, record.office, record.version)], at=at)
        audit.record(action="mynacard.form_issued", by=by, purpose=PURPOSE, subject=resident)
    return issued


def write(addressees: Sequence[Addressee], *, at: Moment) -> list[str]:
    """Forms for many, within the caller's transaction and policy; their ids in the order given."""
    sequences = numbers.draw("form", len(addressees))
    ids = [
        form_id(office=each.office, year=at.day.year, sequence=sequence)
        for each, sequence in zip(addressees, sequences, strict=True)
    ]
    IssuedForm.objects.bulk_create(
        IssuedForm(form_id=issued, resident_id=each.resident, version=each.version, issued_on=at.day)
        for issued, each in zip(ids, addressees, strict=True)
    )
    return ids


def read(text: str) -> CurrentRecord:
    """Whose form it is, with their present record. Invalid for a slip, a form used before or of an old name or
    address; within the caller's transaction under the room's role."""
    form = IssuedForm.objects.select_for_update().filter(form_id=text).first() if is_form_id(text) else None
    if form is None:
        raise _fault("unknown", "申請書IDが正しくありません。申請書の23桁を確かめてください。")
    if form.used_at is not None:
        raise _fault("used", "この申請書IDは使用済みです。")
    record = residents.current_many([form.resident_id], with_protected_address=True)[form.resident_id]
    if record.version != form.version and _differs(form, record):
        raise _fault("old_form", "申請書の氏名または住所が現在の記録と違います。新しい申請書を使ってください。")
    return record


def use(text: str, *, at: Moment) -> None:
    """Note that somebody has applied by a form; it is not taken again."""
    IssuedForm.objects.filter(form_id=text).update(used_at=at.instant)


def _differs(form: IssuedForm, record: CurrentRecord) -> bool:
    versions = residents.history(form.resident_id, with_protected_address=True)
    shown = next((row for row in versions if row.version == form.version), None)
    return shown is None or (shown.name, shown.address) != (record.name, record.address)


def _fault(code: str, message: str) -> Invalid:
    return Invalid.of([FieldError("form_id", code, message)])
