"""整合性確認 without a database: what is found is exactly what differs, and little crosses the line for it."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jlis.kernel.domain.digest_tree import DEPTH, DigestTree, node_of, tree_of
from jlis.kernel.errors import Invalid
from juki.domain.consistency import ITEMS, Comparison, Difference, Kind, Question, TownSide, Wanted, line
from tests.juki.comparing import person

PEOPLE = [person(number) for number in range(300)]


class InMemory:
    """The nation's side over a dictionary."""

    def __init__(self, records):
        self.records_by_code = records
        self.tree = DigestTree.unpacked(tree_of({code: line(code, row) for code, row in records.items()}).packed())

    def node_digests(self, nodes):
        return {node: self.tree.digest(node) for node in nodes}

    def records(self, nodes):
        return {code: row for code, row in self.records_by_code.items() if node_of(code) in set(nodes)}

    def records_of(self, codes):
        return {code: self.records_by_code[code] for code in codes if code in self.records_by_code}


def compare(town, nation):
    """Everything that is found, and how many digests were told for it."""
    side, own = TownSide(town), InMemory(nation)
    if side.opening()["sha256"] == own.tree.root.hex():
        return [], 1
    comparison, told = Comparison(nodes=[""]), 1
    while question := comparison.question():
        told += comparison.take(question, side.answer(question), own)
    return comparison.found, told


EDITS = st.lists(
    st.tuples(st.integers(0, 299), st.sampled_from(["gone", "new", *ITEMS])), max_size=25, unique_by=lambda e: e[0]
)


@given(EDITS, st.integers(0, 300))
@settings(max_examples=60, deadline=None)
def test_whatever_is_edited_on_one_side_is_found_and_nothing_else(edits, size):
    nation = dict(PEOPLE[:size])
    town, expected = dict(nation), set()
    for number, edit in edits:
        code, row = PEOPLE[number]
        if edit == "new" and code not in town:
            town[code] = row
            expected.add(Difference(Kind.ONLY_IN_TOWN, code))
        elif code in town and edit == "gone":
            del town[code]
            expected.add(Difference(Kind.ONLY_IN_NATION, code))
        elif code in town and edit != "new":
            town[code] = row | {edit: row[edit] + "々"}
            expected.add(Difference(Kind.ITEMS_DIFFER, code, (edit,)))
    found, _ = compare(town, nation)
    assert len(found) == len(expected)
    assert set(found) == expected


@pytest.mark.parametrize("differing", [0, 1, 10])
def test_what_crosses_the_line_follows_the_differences_and_not_the_register(differing):
    nation = dict(person(number) for number in range(5_000))
    town = dict(nation)
    for code in Random(7).sample(sorted(town), differing):
        town[code] = town[code] | {"address": "東京都千代田区永田町一丁目7番1号"}
    found, told = compare(town, nation)
    assert len(found) == differing
    # A path of sixteen at each level, who hangs at its end, and the items of who differs.
    assert told <= 1 + differing * (16 * DEPTH + 8 + len(ITEMS))


def test_two_residents_whose_values_change_places_differ():
    (code, row), (other, further) = PEOPLE[:2]
    found, _ = compare({code: further, other: row}, {code: row, other: further})
    assert {each.resident_code for each in found} == {code, other}
    assert all(each.items == ("name", "address") for each in found)


def test_an_empty_register_is_compared_as_well():
    code, row = PEOPLE[0]
    assert compare({}, {}) == ([], 1)
    assert compare({}, {code: row})[0] == [Difference(Kind.ONLY_IN_NATION, code)]
    assert compare({code: row}, {})[0] == [Difference(Kind.ONLY_IN_TOWN, code)]


def test_a_line_that_shifts_a_value_into_the_next_item_is_another_line():
    code, row = PEOPLE[0]
    shifted = row | {"former_surname": row["alias"], "alias": row["former_surname"], "name": row["name"] + "\x1f"}
    assert line(code, row) != line(code, shifted)


CODE, OTHER = PEOPLE[0][0], PEOPLE[1][0]
DIGEST = "0" * 64
AT_ROOT = Question(Wanted.DIGESTS, nodes=("",))
AT_NODE = Question(Wanted.PERSONS, nodes=(node_of(CODE),))
OF_CODE = Question(Wanted.ITEMS, resident_codes=(CODE,))
FULL = dict.fromkeys(ITEMS, DIGEST)


@pytest.mark.parametrize(
    ("question", "told", "fault"),
    [
        (AT_ROOT, {"node": "0"}, ("", "not_a_list", None)),
        (AT_ROOT, [1], ("node", "form", 1)),
        (AT_ROOT, [{"node": "0"}], ("node", "form", 1)),
        (AT_ROOT, [{"node": "0", "sha256": DIGEST, "name": "x"}], ("node", "form", 1)),
        (AT_ROOT, [{"node": "00", "sha256": DIGEST}], ("node", "not_asked", 1)),
        (AT_ROOT, [{"node": "0", "sha256": DIGEST}, {"node": "0", "sha256": DIGEST}], ("node", "twice", 2)),
        (AT_ROOT, [{"node": "0", "sha256": "F" * 64}], ("sha256", "not_a_digest", 1)),
        (AT_NODE, [{"resident_code": "123", "sha256": DIGEST}], ("resident_code", "check_digit", 1)),
        (AT_NODE, [{"resident_code": OTHER, "sha256": DIGEST}], ("resident_code", "not_asked", 1)),
        (AT_NODE, [{"resident_code": CODE, "sha256": None}], ("sha256", "not_a_digest", 1)),
        (OF_CODE, [], ("resident_code", "missing", None)),
        (OF_CODE, [{"resident_code": OTHER, "items": FULL}], ("resident_code", "not_asked", 1)),
        (OF_CODE, [{"resident_code": CODE, "items": {"name": DIGEST}}], ("items", "items_missing", 1)),
        (OF_CODE, [{"resident_code": CODE, "items": FULL | {"sex": 1}}], ("sex", "not_a_digest", 1)),
    ],
)  # fmt: skip
def test_an_answer_at_fault_is_refused_by_row_and_nothing_happens(question, told, fault):
    comparison = Comparison(nodes=list(question.nodes), codes=list(question.resident_codes))
    with pytest.raises(Invalid) as refused:
        comparison.take(question, told, InMemory(dict(PEOPLE[:2])))
    assert fault in {(each.field, each.code, each.row) for each in refused.value.errors}
    assert comparison == Comparison(nodes=list(question.nodes), codes=list(question.resident_codes))
