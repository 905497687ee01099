"""戸籍の附票の写し at the counter of the 本籍地 (J7): none for whom a 支援措置 covers, whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Invalid, NotFound
from jlis.kernel.isolation.scope import acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from juki.choices import RecordState
from juki.domain.supplementary_copies import GROUNDS, STATEMENT, Stay, stays
from juki.models import SupplementaryRecord
from juki.pdf import supplementary_copy
from juki.pdf.supplementary_copy import SupplementaryCopy
from juki.selectors import affairs, town_messages
from juki.selectors import supplementary as register

PURPOSE = "JUKI-COUNTER"


@dataclass(frozen=True)
class Request:
    """What the counter enters: who asks, since when each address holds, 戸籍の表示 where it is asked for."""

    ground: str
    since: Sequence[PartialDate]
    honseki: str = ""
    koseki_head: str = ""

    def faults(self, listed: Sequence[Stay]) -> list[FieldError]:
        """What of it is at fault, for these addresses."""
        faults = []
        if self.ground not in {each.value for each in GROUNDS}:
            faults.append(FieldError("ground", "not_a_choice", "請求者の区分を選んでください。"))
        if bool(self.honseki.strip()) != bool(self.koseki_head.strip()):
            faults.append(FieldError("koseki_head", "not_paired", "本籍と筆頭者は両方とも入力してください。"))
        if len(self.since) != len(listed):
            faults.append(FieldError("since", "not_paired", "住所の数だけ、住所を定めた年月日を入力してください。"))
        return faults


def addresses(*, resident: UUID, by: Actor, at: Moment) -> tuple[SupplementaryRecord, list[Stay]]:
    """Whom the paper is about and the addresses that it lists, for the counter's form. Raises as `issue`."""
    by.must("juki.issue_supplementary_copies")
    affairs.require(PURPOSE, organisation=by.organisation, day=at.day)
    with acting(by.scope.for_purpose(PURPOSE)):
        record, listed = _listed(resident)
        detail = {"fields": ["address"], "addresses": len(listed)}
        audit.record(action="juki.supplementary_viewed", by=by, purpose=PURPOSE, subject=resident, detail=detail)
    return record, listed


def issue(*, resident: UUID, asked: Request, by: Actor, at: Moment) -> bytes:
    """The paper; the days of ``asked`` are as the own 附票 says them, oldest first.

    Raises Forbidden, NotFound, Invalid by field, Conflict for a person whom a 支援措置 covers or without a signatory.
    """
    by.must("juki.issue_supplementary_copies")
    affairs.require(PURPOSE, organisation=by.organisation, day=at.day)
    with acting(by.scope.for_purpose(PURPOSE)):
        record, listed = _listed(resident)
        if faults := asked.faults(listed):
            raise Invalid.of(faults)
        drawn = supplementary_copy.render(paper_of(record, listed, asked, at))
        detail = {"ground": asked.ground, "addresses": len(listed), "with_koseki": bool(asked.honseki)}
        audit.record(action="juki.supplementary_copy_issued", by=by, purpose=PURPOSE, subject=resident, detail=detail)
    return drawn


def _listed(resident: UUID) -> tuple[SupplementaryRecord, list[Stay]]:
    versions = [row for row in reversed(register.history(resident)) if row.superseded_at is None]
    if not versions or versions[-1].state != RecordState.CURRENT:
        raise NotFound("record_not_found", "該当する附票がありません。")
    must_not_be_covered(versions[-1])
    return versions[-1], addresses_of(versions)


def must_not_be_covered(record: SupplementaryRecord) -> None:
    """No paper leaves for whom a 支援措置 covers, whoever asks. Raises Conflict."""
    if record.is_protected:
        raise Conflict("protected", "この附票の写しは作成できません。担当に確かめてください。")


def addresses_of(versions: Sequence[SupplementaryRecord]) -> list[Stay]:
    """The addresses of versions, the oldest first."""
    present = [row for row in versions if row.state == RecordState.CURRENT]
    return stays([Stay(row.version, row.address, row.changed_on) for row in present])


def paper_of(
    record: SupplementaryRecord,
    listed: Sequence[Stay],
    asked: Request,
    at: Moment,
    *,
    statement: str = STATEMENT,
    removal: tuple[str, str] | None = None,
) -> SupplementaryCopy:
    """The paper with number and signatory. Raises Conflict without a signatory."""
    desk = town_messages.desk_of(record.office)
    if not desk.mayor or not desk.seal:
        raise Conflict("no_signatory", "証明者と公印の文字が設定されていません。係長が設定の画面で入力してください。")
    series = "FJ" if removal else "F"
    return SupplementaryCopy(
        number=f"{at.day:%Y%m%d}-{record.office}-{series}-{uuid7(at.instant).hex[-8:]}",
        municipality=municipalities.address_of(record.office),
        mayor=desk.mayor,
        seal=desk.seal,
        issued_on=at.day,
        name=record.name,
        name_kana=record.name_kana,
        birth_date=PartialDate.from_iso(record.birth_date).in_japanese,
        sex=record.get_sex_display(),
        stays=[(stay.address, day.in_japanese) for stay, day in zip(listed, asked.since, strict=True)],
        statement=statement,
        honseki=asked.honseki.strip(),
        koseki_head=asked.koseki_head.strip(),
        removal=removal,
    )
