"""都道府県の一括抽出: asked for, approved by a second person, drawn by COPY, fetched under audit (J5)."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.eras import format_era
from jlis.kernel.domain.subject_sets import SubjectSpool
from jlis.kernel.errors import FieldError, Forbidden, Invalid
from jlis.kernel.isolation.scope import scope
from jlis.kernel.jobs import services as jobs
from jlis.kernel.jobs.models import Job
from jlis.kernel.jobs.running import Run
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from juki.domain.extracts import (
    DELIVERY_LABELS,
    NONE,
    TARGET_LABELS,
    WHO_LABELS,
    Delivery,
    ExtractRequest,
    Who,
    read_request,
)
from juki.domain.items import LABELS, PLACES
from juki.models import Affair
from juki.selectors import affairs, protections
from juki.services import media, result_files
from juki.services.result_files import ResultFile
from juki.sql import extract as statements
from juki.sql.extract_conditions import Conditions

KIND = "juki.extract"


def request(*, document: Any, by: Actor, at: Moment) -> Job:
    """Ask for an extract; a second person of the prefecture approves it before it runs.

    Raises `Invalid` for a faulty request, `Forbidden` for an affair or an item that the law does not give.
    """
    by.must("juki.extract")
    wanted = read_request(document)
    _authorise(wanted, by, at)
    _offices(wanted, by, at)
    return jobs.submit(
        kind=KIND,
        by=by,
        at=at,
        purpose=wanted.affair,
        parameters={"request": wanted.document(), "shown": describe(wanted)},
        needs_approval=True,
    )


def preview(*, document: Any, by: Actor, at: Moment) -> int:
    """How many rows the request would give now; counted under its affair, and written down. Raises as `request`."""
    by.must("juki.extract")
    wanted = read_request(document)
    _authorise(wanted, by, at)
    with scope(by.scope.for_purpose(wanted.affair)), transaction.atomic():
        by_law = protections.gives_by_law(wanted.affair, organisation=by.organisation, day=at.day)
        uncovered = [statements.NOT_COVERED] if _leaves_out(wanted, by_law=by_law) else []
        rows = _count([*_conditions(wanted, by, at), *uncovered])
        audit.record(action="juki.extract_previewed", by=by, purpose=wanted.affair, detail={"count": rows})
    return rows


def describe(wanted: ExtractRequest) -> list[list[str]]:
    """The request in the words of the screen, for approver and requester alike."""
    first, last = format_era(wanted.from_on), format_era(wanted.to_on)
    period = f"{first}から{last}まで" if wanted.who != Who.RESIDENT_ON else last
    shown = [
        ["事務区分", _affair_label(wanted.affair)],
        ["個人番号提供事務区分", _affair_label(wanted.number_affair)],
        ["条例事務区分", _affair_label(wanted.ordinance_affair)],
        ["抽出対象", TARGET_LABELS[wanted.target]],
        ["抽出条件", f"{WHO_LABELS[wanted.who]}（{period}）"],
        ["市区町村", "、".join(wanted.municipalities) or "都道府県全域"],
        ["抽出項目", "、".join(LABELS[item] for item in wanted.items)],
        ["文字コード", wanted.encoding.value],
        ["提供の方法", DELIVERY_LABELS[wanted.delivery]],
    ]
    if wanted.born_from or wanted.born_to:
        born = [format_era(day) if day else "" for day in (wanted.born_from, wanted.born_to)]
        shown.append(["生年月日", "～".join(born)])
    for label, value in (
        ("性別", wanted.sex),
        ("住民区分", wanted.resident_class),
        ("異動事由", "、".join(wanted.reasons)),
    ):
        if value:
            shown.append([label, value])
    return shown


def _affair_label(code: str) -> str:
    if code == NONE:
        return "使わない"
    affair = Affair.objects.filter(code=code).order_by("-valid_from").first()
    return f"{code}　{affair.description}" if affair else code


def draw(run: Run) -> None:
    """The job's work: COPY under the prefecture's own role, then the file in the wanted encoding, then the audit."""
    wanted = read_request(run.parameters["request"])
    folder = run.folder()
    target = folder / "result.csv"
    with (
        closing(_result_file(wanted, target)) as file,
        SubjectSpool(folder / "subjects.tmp") as residents,
        transaction.atomic(),
        scope(run.scope.for_purpose(wanted.affair)),
    ):
        by_law = _by_law(wanted, run)
        file.leaves_out = _leaves_out(wanted, by_law=by_law)
        left_out = _count_left_out(wanted, run) if file.leaves_out else 0
        with connection.cursor() as cursor:
            cursor.execute(statements.SETTINGS)
        statement = _statement(wanted, run, by_law=by_law)
        for batch in result_files.batches(statement, folder, with_numbers=wanted.wants_number):
            file.write(batch)
            residents.add(batch.residents)
            run.progress(file.rows)
        # The last chance to stop: who is written down below as delivered will be delivered.
        run.progress(file.rows, file.rows, at_once=True)
        persons = audit.record_parts(
            residents.parts(),
            action="juki.extracted",
            by=run.actor,
            purpose=wanted.affair,
            detail={
                "method": "BULK",
                "job": str(run.job.pk),
                "fields": list(wanted.items),
                "number_affair": wanted.number_affair,
                "ordinance_affair": wanted.ordinance_affair,
                "count": file.rows,
                "protected": len(file.covered_rows),
                "left_out": left_out,
            },
        )
    run.summary = {
        "rows": file.rows,
        "persons": persons,
        "substitutions": len(file.substitutions),
        "protected": len(file.covered_rows),
        "shown": [
            ["行数", f"{file.rows:,}"],
            ["人数", f"{persons:,}"],
            ["置き換えた文字", f"{len(file.substitutions):,}"],
            ["支援措置対象の行", f"{len(file.covered_rows):,}"],
            *([["支援措置対象者", result_files.LEAVES_OUT]] if file.leaves_out else []),
        ],
    }
    name = f"extract-{run.job.pk}"
    if wanted.delivery is Delivery.LINE:
        result_files.attach(run, file, target, name=name, by_law=by_law)
        return
    reports = result_files.attach_report(run, file, target, name=name, by_law=by_law)
    packed = media.pack(run, [target, *reports], rows=file.rows)
    run.attach(packed, filename=f"{name}.zip", content_type="application/zip")
    run.summary["links"] = [["媒体の送付票と合言葉", f"/juki/extracts/{run.job.pk}/medium/"]]


def _result_file(wanted: ExtractRequest, target: Path) -> ResultFile:
    headings = [LABELS[item] for item in wanted.items]
    return ResultFile(target, headings=headings, encoding=wanted.encoding)


def _authorise(wanted: ExtractRequest, by: Actor, at: Moment) -> None:
    affair = affairs.require(wanted.affair, organisation=by.organisation, day=at.day)
    affairs.require_fields(affair, [item for item in wanted.items if item != "individual_number"])
    if wanted.number_affair != NONE:
        affairs.require(wanted.number_affair, organisation=by.organisation, day=at.day)
    if wanted.ordinance_affair != NONE:
        affairs.require_ordinance(wanted.ordinance_affair, organisation=by.organisation, day=at.day)
    if wanted.wants_number:
        numbered = affairs.require(wanted.number_affair, organisation=by.organisation, day=at.day)
        affairs.require_fields(numbered, ["individual_number"])


def _offices(wanted: ExtractRequest, by: Actor, at: Moment) -> list[str]:
    """The offices that the request names: a designated city's code selects its wards. Empty: the whole prefecture."""
    named: list[str] = []
    for code in wanted.municipalities:
        found = [office.code for office in municipalities.offices_at(at.day, within=code)]
        if not found:
            message = f"団体コード {code} の市区町村はありません。"
            raise Invalid.of([FieldError("municipalities", "unknown_municipality", message)])
        if any(office[:2] != by.organisation[:2] for office in found):
            raise Forbidden("other_prefecture", "ほかの都道府県の市区町村は抽出できません。", field="municipalities")
        named += found
    return sorted(set(named))


def _statement(wanted: ExtractRequest, run: Run, *, by_law: bool) -> sql.Composable:
    """Everybody in the order of their offices; who is covered after them or, in a file of some towns, not at all."""
    given = _conditions(wanted, run.actor, Moment.of(run.job.created_at))

    def part(
        order: sql.Composable, covered: sql.Composable, *more: sql.Composable, places: bool = True
    ) -> sql.Composable:
        items = sql.SQL(", ").join(_cell(item, places=places) for item in wanted.items)
        conditions = sql.SQL(" AND ").join([*given, *more])
        return statements.PART.format(covered=covered, items=items, conditions=conditions, order=order)

    if by_law:
        return statements.STATEMENT.format(parts=part(statements.IN_ORDER, statements.WHETHER_COVERED))
    parts = [part(statements.IN_ORDER, statements.NO, statements.NOT_COVERED)]
    if not wanted.municipalities:
        parts.append(part(statements.WITHOUT_OFFICE, statements.YES, statements.COVERED, places=False))
    return statements.STATEMENT.format(parts=sql.SQL(" UNION ALL ").join(parts))


def _leaves_out(wanted: ExtractRequest, *, by_law: bool) -> bool:
    """Whether covered persons' rows are left out: an extract is of some towns only, and the address is not by law."""
    return bool(wanted.municipalities) and not by_law


def _count_left_out(wanted: ExtractRequest, run: Run) -> int:
    """For the audit chain alone: who is told how many there are is told, a filter later, where somebody lives."""
    return _count([*_conditions(wanted, run.actor, Moment.of(run.job.created_at)), statements.COVERED])


def _count(conditions: Sequence[sql.Composable]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statements.COUNT.format(conditions=sql.SQL(" AND ").join(conditions)))
        return int(cursor.fetchone()[0])


def _by_law(wanted: ExtractRequest, run: Run) -> bool:
    """Whether covered persons' addresses are drawn: judged when it is drawn, not when it was asked for."""
    day = Moment.of(run.job.started_at or run.job.created_at).day
    return protections.gives_by_law(wanted.affair, organisation=run.actor.organisation, day=day)


def _cell(item: str, *, places: bool) -> sql.Composable:
    if item == "individual_number":
        return sql.Literal(result_files.MARKER.decode())
    if item in PLACES and not places:
        return statements.NOTHING
    return sql.Identifier(statements.COLUMNS[item])


def _conditions(wanted: ExtractRequest, by: Actor, at: Moment) -> list[sql.Composable]:
    return Conditions(wanted, int(by.organisation[:2]), _offices(wanted, by, at)).on_version()
