"""The code tables that the project itself carries, as files for delivery: CSV in UTF-8 with a mark of its encoding."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from jlis.kernel.actors import Actor
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from juki.domain.changes import REASONS, ChangeClass

_CLASSES = {ChangeClass.ENTRY: "記載", ChangeClass.REMOVAL: "消除", ChangeClass.CORRECTION: "修正"}


@dataclass(frozen=True)
class CodeTable:
    """A table by the name under which it is delivered, and how its file is made for a moment."""

    code: str
    name: str
    file_name: str
    make: Callable[[Moment], bytes]


def make(code: str, *, by: Actor, at: Moment) -> tuple[CodeTable, bytes]:
    """A table and its file as of the day. Raises `KeyError` for an unknown table."""
    by.must("juki.publish_deliveries")
    table = TABLES[code]
    return table, table.make(at)


def _reasons(at: Moment) -> bytes:
    heading = ("異動事由コード", "異動事由", "区分", "根拠", "署名用電子証明書の失効", "利用者証明用電子証明書の失効")
    return _csv(
        heading,
        (
            (
                reason.code.value,
                reason.label,
                _CLASSES[reason.kind],
                reason.basis,
                int(reason.ends_signature_certificate),
                int(reason.ends_authentication_certificate),
            )
            for reason in REASONS.values()
        ),
    )


def _municipalities(at: Moment) -> bytes:
    heading = (
        "団体コード",
        "都道府県",
        "名称",
        "正式名称",
        "フリガナ",
        "住民を登録する団体",
        "適用開始日",
        "適用終了日",
    )
    rows = municipalities.valid_at(at.day).select_related("prefecture").order_by("code")
    return _csv(
        heading,
        (
            (
                row.code,
                row.prefecture.name,
                row.name,
                row.official_name,
                row.kana,
                int(row.is_office),
                row.valid_from or "",
                row.valid_to or "",
            )
            for row in rows
        ),
    )


def _csv(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


TABLES = {
    table.code: table
    for table in (
        CodeTable("reasons", "異動事由コード表", "idou-jiyuu.csv", _reasons),
        CodeTable("municipalities", "市区町村コード表", "shikuchouson.csv", _municipalities),
    )
}
