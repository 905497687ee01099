"""Loading a survey's counts by prefecture. Sums and rates printed beside them are checked and not kept."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import BinaryIO

from jlis.kernel import csv_rows
from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.csv_rows import Columns, Loaded, Reject
from jlis.kernel.errors import Conflict, Invalid
from jlis.kernel.isolation.scope import LGWAN, acting
from jlis.kernel.organisations.models import Prefecture
from jlis.kernel.time import Moment
from lgwan.domain.redundancy import Counts
from lgwan.models import RedundancySurvey, SurveyCount

_COUNTED = ("bodies", "former", "via_prefecture_node", "direct", "hybrid")
LABELS = {
    "prefecture": "都道府県コード", "bodies": "団体数", "former": "前の世代の冗長化団体数",
    "via_prefecture_node": "都道府県ノード経由", "direct": "直接接続", "hybrid": "ハイブリッド",
    "redundant": "冗長化団体数", "rate": "割合",
}  # fmt: skip
_FILE = Columns(tuple(LABELS), ("prefecture", *_COUNTED), LABELS)
_MOST_BODIES = 999


@dataclass(frozen=True)
class About:
    """What a survey is: its day, name and source, the generation asked about, and what is said beside the table."""

    as_of: date
    title: str
    source: str
    generation: int
    is_provisional: bool = False
    prefectures_redundant: int | None = None


def load_file(*, file: BinaryIO, about: About, by: Actor, at: Moment) -> Loaded:
    """Load a survey whole, or nothing of it. Raises Forbidden, Conflict for a day that is loaded, Invalid."""
    by.must("lgwan.load_network")
    with acting(LGWAN):
        if RedundancySurvey.objects.filter(pk=about.as_of).exists():
            raise Conflict("survey_exists", f"{about.as_of.isoformat()}の調査はすでに登録されています。")
        loaded = Loaded()
        rows = _read(file, loaded.rejects)
        if not rows and not loaded.rejects:
            raise Invalid("no_rows", "ファイルに団体数の行がありません。")
        if loaded.rejects:
            return loaded
        survey = RedundancySurvey.objects.create(**vars(about))
        SurveyCount.objects.bulk_create(
            SurveyCount(survey=survey, prefecture=prefecture, **vars(counts)) for prefecture, counts in rows
        )
        loaded.rows = len(rows)
        detail = {"as_of": about.as_of.isoformat(), "rows": len(rows)}
        audit.record(action="lgwan.survey_loaded", by=by, detail=detail)
    return loaded


def _read(file: BinaryIO, rejects: list[Reject]) -> list[tuple[Prefecture, Counts]]:
    prefectures = {each.code: each for each in Prefecture.objects.all()}
    rows: dict[str, tuple[Prefecture, Counts]] = {}
    for batch in csv_rows.batches(file, _FILE, rejects):
        for number, row in batch:
            prefecture = prefectures.get(row["prefecture"].strip())
            if prefecture is None:
                rejects.append(Reject(number, "prefecture", "都道府県の団体コード（6桁）ではありません。"))
            elif prefecture.code in rows:
                rejects.append(Reject(number, "prefecture", f"{prefecture.name}の行が2つあります。"))
            elif (counts := _counts(number, row, rejects)) is not None:
                rows[prefecture.code] = (prefecture, counts)
    return list(rows.values())


def _counts(number: int, row: dict[str, str], rejects: list[Reject]) -> Counts | None:
    figures = {name: row[name].strip() for name in _COUNTED}
    wrong = [name for name, text in figures.items() if not _is_count(text)]
    rejects += [Reject(number, name, f"{LABELS[name]}は0から{_MOST_BODIES}までの整数です。") for name in wrong]
    if wrong:
        return None
    counts = Counts(**{name: int(text) for name, text in figures.items()})
    faults = [Reject(number, "bodies", message) for message in counts.contradictions()]
    faults += _printed_faults(number, row, counts)
    rejects += faults
    return None if faults else counts


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) <= _MOST_BODIES


def _printed_faults(number: int, row: dict[str, str], counts: Counts) -> list[Reject]:
    """Where the file prints a sum or a rate that the counts do not give."""
    found = []
    for name, reckoned in (("redundant", Decimal(counts.redundant)), ("rate", counts.rate)):
        text = row.get(name, "").strip().removesuffix("%")
        if text and _decimal(text) != reckoned:
            found.append(Reject(number, name, f"{LABELS[name]}{text}は、団体数から求めた{reckoned}と合いません。"))
    return found


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
