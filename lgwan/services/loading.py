"""Loading circuits from a file: all or nothing, or the good rows alone, as whoever loads has said beforehand.

A row that tells a known circuit again (same body, generation, role and first day) changes it; nothing is removed by a
file that no longer tells it. Each faulty row is named with line, column and reason.
"""

from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from django.db import connection

from jlis.kernel import csv_rows
from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.csv_rows import Columns, Loaded, Reject
from jlis.kernel.domain.eras import DateError, parse_date
from jlis.kernel.domain.folding import ascii_digits
from jlis.kernel.errors import Invalid, TooLarge
from jlis.kernel.isolation.scope import LGWAN, acting
from jlis.kernel.organisations.choices import OrganisationKind
from jlis.kernel.organisations.models import Organisation
from jlis.kernel.time import Moment
from lgwan.choices import Role, Status, Way
from lgwan.domain import network
from lgwan.models import Circuit

LABELS = {
    "body": "団体コード", "generation": "世代", "role": "主従", "way": "冗長化の方式", "status": "状態",
    "valid_from": "適用開始日", "valid_to": "適用終了日",
}  # fmt: skip
_FILE = Columns(tuple(LABELS), ("body", "generation", "role", "status", "valid_from"), LABELS)
_CONNECTS = (OrganisationKind.PREFECTURE, OrganisationKind.CITY, OrganisationKind.MUNICIPALITY)
# Every body's circuits of every generation are some twenty thousand.
MOST_ROWS = 50_000
_LOCK = 0x4C4757414E
"""The advisory lock of the register: two files that tell of the same body come one after the other."""

Line = tuple[str, int, network.Role]
"""What may be in force once at a time: a body's main or standby circuit of a generation."""


@dataclass(frozen=True)
class Told:
    """A row that can be read."""

    row: int
    body: Organisation
    facts: network.Facts

    @property
    def line(self) -> Line:
        return self.body.pk, self.facts.generation, self.facts.role

    @property
    def validity(self) -> tuple[date, date | None]:
        return self.facts.valid_from, self.facts.valid_to


class Register:
    """The validities of the register as they will be, line by line; it judges rows against each other."""

    def __init__(self) -> None:
        self._lines: dict[Line, dict[date, date | None]] = {}

    def put(self, line: Line, valid_from: date, valid_to: date | None) -> None:
        self._lines.setdefault(line, {})[valid_from] = valid_to

    def collides(self, told: Told) -> bool:
        """Whether another circuit of the line is in force on one of the row's days."""
        others = {begin: end for begin, end in self._lines.get(told.line, {}).items() if begin != told.validity[0]}
        return any(network.overlap(told.validity, other) for other in others.items())

    def has_main(self, told: Told) -> bool:
        """Whether the body has a main circuit of the generation on one of the row's days."""
        mains = self._lines.get((told.body.pk, told.facts.generation, network.Role.MAIN), {})
        return any(network.overlap(told.validity, main) for main in mains.items())


def load_file(*, file: BinaryIO, all_or_nothing: bool, by: Actor, at: Moment) -> Loaded:
    """Load a file of circuits; `rows` is how many rows were taken, none where one is refused and all was asked for.

    Raises Forbidden, TooLarge, Invalid for a heading at fault or a file without rows.
    """
    by.must("lgwan.load_network")
    with acting(LGWAN):
        _one_at_a_time()
        loaded = Loaded()
        told = _read(file, loaded.rejects)
        if not told and not loaded.rejects:
            raise Invalid("no_rows", "ファイルに回線の行がありません。")
        good = _judged(told, loaded.rejects)
        if loaded.rejects and all_or_nothing:
            good = []
        new = _write(good)
        loaded.rows = len(good)
        loaded.rejects.sort(key=lambda reject: reject.line)
        detail = {"rows": len(good), "new": new, "refused": loaded.refused, "all_or_nothing": all_or_nothing}
        audit.record(action="lgwan.network_loaded", by=by, detail=detail)
    return loaded


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _read(file: BinaryIO, rejects: list[Reject]) -> list[Told]:
    told: list[Told] = []
    for batch in csv_rows.batches(file, _FILE, rejects):
        if len(told) + len(rejects) > MOST_ROWS:
            raise TooLarge("too_many_rows", f"一度に登録できるのは{MOST_ROWS:,}行までです。")
        bodies = Organisation.objects.in_bulk({ascii_digits(row["body"]) for _, row in batch})
        for number, row in batch:
            faults, read = _told(number, {name: text.strip() for name, text in row.items()}, bodies)
            rejects += [Reject(number, fault.field, fault.message) for fault in faults]
            told += [read] if read else []
    return told


def _told(number: int, row: dict[str, str], bodies: dict[str, Organisation]) -> tuple[list[network.Fault], Told | None]:
    faults: list[network.Fault] = []
    begin, end = _day(row, "valid_from", faults), _day(row, "valid_to", faults)
    body = bodies.get(ascii_digits(row["body"]))
    faults += _body_faults(row["body"], body, begin)
    role = _word(row, "role", Role, faults)
    way = _word(row, "way", Way, faults)
    status = _word(row, "status", Status, faults)
    generation = _generation(row["generation"], faults)
    if faults or not (body and begin and role and status and generation):
        return faults, None
    facts = network.Facts(
        generation, network.Role(role), network.Way(way) if way else None, network.Status(status), begin, end
    )
    return network.faults(facts), Told(number, body, facts)


def _body_faults(code: str, body: Organisation | None, begin: date | None) -> list[network.Fault]:
    if body is None:
        return [network.Fault("body", "unknown_body", f"団体コード「{code[:20]}」の団体はありません。")]
    if body.kind == OrganisationKind.WARD:
        return [network.Fault("body", "ward", "政令指定都市の区は、市の回線として登録してください。")]
    if body.kind not in _CONNECTS:
        return [network.Fault("body", "no_local_body", "都道府県・市区町村ではありません。")]
    if begin and body.valid_to and begin >= body.valid_to:
        return [network.Fault("body", "body_ended", f"{body.name}は{body.valid_to.isoformat()}に廃止されています。")]
    return []


def _day(row: dict[str, str], name: str, faults: list[network.Fault]) -> date | None:
    text = row.get(name, "")
    if not text:
        if name in _FILE.required:
            faults.append(network.Fault(name, "required", f"{LABELS[name]}は必須です。"))
        return None
    try:
        return parse_date(text)
    except DateError as error:
        faults.append(network.Fault(name, "no_date", f"{LABELS[name]}を日付として読めません（{error}）。"))
        return None


def _word(row: dict[str, str], name: str, words: type[Role | Way | Status], faults: list[network.Fault]) -> str:
    """A code by itself or by its Japanese word; empty for an empty cell that may be empty."""
    text = row.get(name, "")
    known = {value: value for value in words.values} | {label: value for value, label in words.choices}
    if text in known or (not text and name not in _FILE.required):
        return known.get(text, "")
    choices = "・".join(map(str, words.labels))
    faults.append(network.Fault(name, "unknown_word", f"{LABELS[name]}は{choices}のいずれかです。"))
    return ""


def _generation(text: str, faults: list[network.Fault]) -> int:
    figures = ascii_digits(text).removeprefix("第").removesuffix("次")
    if figures.isdecimal() and len(figures) == 1:
        return int(figures)
    faults.append(network.Fault("generation", "no_number", "世代は数字（3・4・5）か「第4次」の形で入れてください。"))
    return 0


def _judged(told: list[Told], rejects: list[Reject]) -> list[Told]:
    """The rows that stand by themselves and beside each other: earlier days and main circuits are judged first."""
    refused = {reject.line for reject in rejects}
    ordered = sorted((each for each in told if each.row not in refused), key=_in_order)
    register = _register_of({each.body.pk for each in ordered})
    first: dict[tuple[Line, date], int] = {}
    good = []
    for each in ordered:
        fault = _beside(each, register, first)
        if fault:
            rejects.append(Reject(each.row, fault.field, fault.message))
            continue
        first[each.line, each.facts.valid_from] = each.row
        register.put(each.line, *each.validity)
        good.append(each)
    return good


def _in_order(told: Told) -> tuple[bool, date, int]:
    return told.facts.role is network.Role.STANDBY, told.facts.valid_from, told.row


def _beside(told: Told, register: Register, first: dict[tuple[Line, date], int]) -> network.Fault | None:
    earlier = first.get((told.line, told.facts.valid_from))
    if earlier:
        return network.Fault("body", "told_twice", f"同じ回線が{earlier}行目にもあります。")
    if register.collides(told):
        return network.Fault("valid_from", "overlap", "同じ団体・世代・主従の回線と適用期間が重なります。")
    if told.facts.role is network.Role.STANDBY and not register.has_main(told):
        return network.Fault("role", "no_main", "同じ団体・世代の主系の回線がありません。")
    return None


def _register_of(bodies: set[str]) -> Register:
    register = Register()
    for circuit in Circuit.objects.filter(body__in=bodies):
        line = (circuit.body_id, circuit.generation, network.Role(circuit.role))
        register.put(line, circuit.valid_from, circuit.valid_to)
    return register


def _write(good: list[Told]) -> int:
    """Write the rows, changed circuits first so that an open one is closed before the next is opened; how many new."""
    named = {
        (circuit.body_id, circuit.generation, circuit.role, circuit.valid_from): circuit
        for circuit in Circuit.objects.filter(body__in={each.body.pk for each in good})
    }
    changed, new = [], []
    for each in good:
        facts = each.facts
        rest = {"way": facts.way.value if facts.way else "", "status": facts.status.value, "valid_to": facts.valid_to}
        key = (each.body.pk, facts.generation, facts.role.value, facts.valid_from)
        known = named.get(key)
        if known is None:
            assert each.body.prefecture_id is not None, "a local body has its prefecture"
            names = dict(zip(("body_id", "generation", "role", "valid_from"), key, strict=True))
            new.append(Circuit(**names, prefecture=each.body.prefecture_id, **rest))
            continue
        for name, value in rest.items():
            setattr(known, name, value)
        changed.append(known)
    Circuit.objects.bulk_update(changed, ["way", "status", "valid_to"])
    Circuit.objects.bulk_create(new)
    return len(new)
