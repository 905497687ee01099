"""整合性確認: a town and the nation compare what both hold of the town's residents, and name only what differs.

The nation asks and the town tells: digests of nodes below those that differ, then who hangs at the lowest nodes that
differ, then of those who differ a digest of each item. No item's value crosses the line. What is asked for next is
kept here, deepest first, so that it never grows beyond a path's width for each difference that is still open.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from jlis.kernel.domain.codes import ResidentRecordCode
from jlis.kernel.domain.digest_tree import DEPTH, EMPTY, children_of, line_of, node_of, row_digest, tree_of
from jlis.kernel.errors import FieldError, Invalid
from juki.domain.notices import IDENTITY_FIELDS, LABELS

ITEMS = IDENTITY_FIELDS
NODES_AT_ONCE = 128
PERSONS_AT_ONCE = 500
SHA256 = re.compile(r"\A[0-9a-f]{64}\Z")


class State(StrEnum):
    """Where a check stands."""

    COMPARING = "COMPARING"
    AGREED = "AGREED"
    DIFFERED = "DIFFERED"
    BROKEN_OFF = "BROKEN_OFF"


class Kind(StrEnum):
    """How a resident differs."""

    ONLY_IN_TOWN = "ONLY_IN_TOWN"
    ONLY_IN_NATION = "ONLY_IN_NATION"
    ITEMS_DIFFER = "ITEMS_DIFFER"


class Wanted(StrEnum):
    """What the town is to tell next."""

    DIGESTS = "DIGESTS"
    PERSONS = "PERSONS"
    ITEMS = "ITEMS"


@dataclass(frozen=True)
class Difference:
    """A resident who is not the same on both sides; `items` names what differs, where both hold the resident."""

    kind: Kind
    resident_code: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """What is asked for: children of nodes, who hangs at nodes, or the items of residents."""

    wants: Wanted
    nodes: tuple[str, ...] = ()
    resident_codes: tuple[str, ...] = ()


Record = Mapping[str, str]
Digests = dict[str, str]


class Nation(Protocol):
    """What the comparison asks its own side."""

    def node_digests(self, nodes: Sequence[str]) -> dict[str, bytes]:
        """The digests of nodes, `EMPTY` where nobody hangs."""

    def records(self, nodes: Iterable[str]) -> dict[str, Record]:
        """The residents who hang at lowest nodes, by 住民票コード."""

    def records_of(self, codes: Iterable[str]) -> dict[str, Record]:
        """The residents who bear codes; of another office, nobody."""


def line(code: str, record: Record) -> str:
    """A resident as the digests take them: 住民票コード, then the notified items in their order."""
    return line_of([code, *(record[item] for item in ITEMS)])


def item_digests(code: str, record: Record) -> Digests:
    """A digest of each item, bound to the code so that equal values of two residents do not look equal."""
    return {item: hashlib.sha256(line_of([code, item, record[item]]).encode()).hexdigest() for item in ITEMS}


@dataclass
class Comparison:
    """What is still to be asked, and what was found."""

    nodes: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    found: list[Difference] = field(default_factory=list)

    def question(self) -> Question | None:
        """What the town is to tell next; None when all is known."""
        if self.codes:
            return Question(Wanted.ITEMS, resident_codes=tuple(self.codes[:PERSONS_AT_ONCE]))
        deepest = max(map(len, self.nodes), default=-1)
        nodes = tuple(node for node in self.nodes if len(node) == deepest)[:NODES_AT_ONCE]
        if not nodes:
            return None
        return Question(Wanted.PERSONS if deepest == DEPTH else Wanted.DIGESTS, nodes=nodes)

    def take(self, question: Question, answer: Any, nation: Nation) -> int:
        """Hold the town's answer to a question against the nation's side; returns how many digests it told.

        Raises `Invalid` naming each faulty row; then nothing has happened.
        """
        if question.wants is Wanted.DIGESTS:
            return self._take_digests(question, read_digests(answer, question), nation)
        if question.wants is Wanted.PERSONS:
            return self._take_persons(question, read_persons(answer, question), nation)
        return self._take_items(question, read_items(answer, question), nation)

    def _take_digests(self, question: Question, told: Digests, nation: Nation) -> int:
        asked = [child for node in question.nodes for child in children_of(node)]
        own = nation.node_digests(asked)
        differing = [child for child in asked if told.get(child, "") != own.get(child, EMPTY).hex()]
        self._done(question.nodes)
        self.nodes += differing
        return len(told)

    def _take_persons(self, question: Question, told: Digests, nation: Nation) -> int:
        own = {code: row_digest(line(code, record)).hex() for code, record in nation.records(question.nodes).items()}
        self.found += [Difference(Kind.ONLY_IN_TOWN, code) for code in sorted(told.keys() - own.keys())]
        self.found += [Difference(Kind.ONLY_IN_NATION, code) for code in sorted(own.keys() - told.keys())]
        self.codes += sorted(code for code in told.keys() & own.keys() if told[code] != own[code])
        self._done(question.nodes)
        return len(told)

    def _take_items(self, question: Question, told: Mapping[str, Digests], nation: Nation) -> int:
        own = nation.records_of(question.resident_codes)
        for code in question.resident_codes:
            if code not in own:
                self.found.append(Difference(Kind.ONLY_IN_TOWN, code))
                continue
            mine = item_digests(code, own[code])
            differing = tuple(item for item in ITEMS if mine[item] != told[code][item])
            # Nothing differs any more where a notification arrived between the two questions.
            if differing:
                self.found.append(Difference(Kind.ITEMS_DIFFER, code, differing))
        self.codes = [code for code in self.codes if code not in set(question.resident_codes)]
        return len(told) * len(ITEMS)

    def _done(self, nodes: Iterable[str]) -> None:
        done = set(nodes)
        self.nodes = [node for node in self.nodes if node not in done]


class TownSide:
    """The town's side: answers each question from its own register (`records` by 住民票コード)."""

    def __init__(self, records: Mapping[str, Record]):
        self._records = records
        self._lines = {code: line(code, record) for code, record in records.items()}
        self._tree = tree_of(self._lines)
        self._at: dict[str, list[str]] = {}
        for code in sorted(records):
            self._at.setdefault(node_of(code), []).append(code)

    def opening(self) -> dict[str, Any]:
        """What the town tells first: the digest of everything, and of how many."""
        return {"sha256": self._tree.root.hex(), "count": len(self._records)}

    def answer(self, question: Question) -> list[dict[str, Any]]:
        """What a question asks for."""
        if question.wants is Wanted.DIGESTS:
            children = (child for node in question.nodes for child in children_of(node))
            return [
                {"node": child, "sha256": digest.hex()} for child in children if (digest := self._tree.digest(child))
            ]
        if question.wants is Wanted.PERSONS:
            codes = (code for node in question.nodes for code in self._at.get(node, []))
            return [{"resident_code": code, "sha256": row_digest(self._lines[code]).hex()} for code in codes]
        return [
            {"resident_code": code, "items": item_digests(code, self._records[code])}
            for code in question.resident_codes
        ]


def read_digests(answer: Any, question: Question) -> Digests:
    """Digests of nodes by node, as the town tells them. Raises `Invalid`."""
    asked = {child for node in question.nodes for child in children_of(node)}
    reader = _Reader(answer, "node", ("node", "sha256"))
    found = {}
    for row, told in reader.rows():
        if told["node"] not in asked:
            reader.fault("node", "not_asked", "この節は尋ねていません。", row)
        found[told["node"]] = reader.digest("sha256", told["sha256"], row)
    return reader.result(found)


def read_persons(answer: Any, question: Question) -> Digests:
    """Digests of residents by 住民票コード, as the town tells them. Raises `Invalid`."""
    asked = set(question.nodes)
    reader = _Reader(answer, "resident_code", ("resident_code", "sha256"))
    found = {}
    for row, told in reader.rows():
        code = reader.code(told["resident_code"], row)
        if code and node_of(code) not in asked:
            reader.fault("resident_code", "not_asked", "この住民は尋ねた節に属しません。", row)
        found[code] = reader.digest("sha256", told["sha256"], row)
    return reader.result(found)


def read_items(answer: Any, question: Question) -> dict[str, Digests]:
    """Digests of each item by 住民票コード: of all who were asked for, and of nobody else. Raises `Invalid`."""
    reader = _Reader(answer, "resident_code", ("resident_code", "items"))
    found: dict[str, Digests] = {}
    for row, told in reader.rows():
        items = told["items"]
        if told["resident_code"] not in question.resident_codes:
            reader.fault("resident_code", "not_asked", "この住民の項目は尋ねていません。", row)
        if not isinstance(items, Mapping) or set(items) != set(ITEMS):
            reader.fault("items", "items_missing", f"項目は {'・'.join(ITEMS)} のすべてです。", row)
            continue
        found[told["resident_code"]] = {item: reader.digest(item, items[item], row) for item in ITEMS}
    missing = [code for code in question.resident_codes if code not in found]
    if missing and not reader.errors:
        reader.fault("resident_code", "missing", f"尋ねた住民のうち{len(missing)}人の項目がありません。", None)
    return reader.result(found)


class _Reader:
    """Reads a list of objects that are named by a key, each once."""

    def __init__(self, answer: Any, key: str, names: tuple[str, ...]):
        self.answer, self.key, self.names = answer, key, names
        self.errors: list[FieldError] = []

    def fault(self, name: str, code: str, message: str, row: int | None) -> None:
        self.errors.append(FieldError(name, code, message, row))

    def rows(self) -> Iterable[tuple[int, dict[str, Any]]]:
        """The well-formed rows, numbered from 1."""
        if not isinstance(self.answer, list):
            self.fault("", "not_a_list", "答えは一覧でなければなりません。", None)
            return
        seen: set[str] = set()
        for row, told in enumerate(self.answer, start=1):
            key = told.get(self.key) if isinstance(told, Mapping) and set(told) == set(self.names) else None
            if not isinstance(key, str):
                self.fault(self.key, "form", f"{'・'.join(self.names)} を持つ組で指定してください。", row)
            elif key in seen:
                self.fault(self.key, "twice", "同じものが前の行にもあります。", row)
            else:
                seen.add(key)
                yield row, dict(told)

    def code(self, value: str, row: int) -> str:
        if why := ResidentRecordCode.fault(value):
            self.fault("resident_code", "check_digit", f"{why}。", row)
            return ""
        return value

    def digest(self, name: str, value: Any, row: int) -> str:
        if not isinstance(value, str) or not SHA256.match(value):
            label = LABELS.get(name, "要約値")
            self.fault(name, "not_a_digest", f"{label}は SHA-256 の16進64桁（小文字）で指定してください。", row)
            return ""
        return value

    def result(self, found: Any) -> Any:
        if self.errors:
            raise Invalid.of(self.errors)
        return found
