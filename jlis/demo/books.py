"""A town's own 住民記録 in the demonstration: rows with 世帯 and 続柄, kept up as the town's notices are applied.

From it come the register's first file, the copy's file and the differences that follow; the reference town server
keeps it whole.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bcl.domain.rows import COLUMNS, CopyRow
from jlis.demo.households import CHILD, FATHER, HEAD, HUSBAND, MOTHER, WIFE, Member
from jlis.demo.population import Person, as_csv
from juki.domain.consistency import ITEMS, Record

_SPOUSES = {HUSBAND: WIFE, WIFE: HUSBAND}
GRANDCHILD, RELATIVE = "14", "34"
_NOTHING_TOLD = dict.fromkeys(ITEMS, "") | {"kana_source": "NOTIFIED"}


class TownBook:
    """One office's rows by 宛名番号, and every change since the copy was taken, in order.

    `notified` holds by 住民票コード what the network was told of each; towns share it, for a mover's papers tell it on.
    """

    def __init__(self, office: str, members: Sequence[Member], notified: dict[str, Record] | None = None):
        self.office = office
        self.people = [member.person for member in members]
        self.rows: dict[str, CopyRow] = {}
        self.changes: list[CopyRow] = []
        self._notified = {} if notified is None else notified
        self._numbers: dict[str, str] = {}
        self._arrivals: dict[tuple[date, str], str] = {}
        self._members = members
        self._households = max((member.household for member in members), default=0)

    def know(self, codes: Sequence[str]) -> None:
        """The 住民票コード that the network gave, in the people's order: the rows are whole now."""
        for place, (member, code) in enumerate(zip(self._members, codes, strict=True), start=1):
            self._keep(_row(f"{place:08}", code, member))
            self._notified[code] = _notified_of(member.person)
        self.changes.clear()

    def row_of(self, code: str) -> CopyRow:
        """The row of whoever bears a code here."""
        return self.rows[self._numbers[code]]

    def household(self, number: str) -> list[CopyRow]:
        """The present rows of a household."""
        return [row for row in self.rows.values() if row.household == number and not row.removed_on]

    def families(self) -> dict[str, list[CopyRow]]:
        """The present rows by 世帯番号, in the book's order."""
        found: dict[str, list[CopyRow]] = {}
        for row in self.rows.values():
            if not row.removed_on:
                found.setdefault(row.household, []).append(row)
        return found

    def take(self, notice: dict[str, Any], code: str, day: date, person: CopyRow) -> None:
        """Write down what a notice of this office tells. `person` is the row from which a mover or a parent comes."""
        reason = notice["reason"]
        told = {item: notice[item] for item in ITEMS if item in notice}
        self._notified[code] = {**_NOTHING_TOLD, **self._notified.get(code, {}), **told}
        if reason in ("D01", "D02", "D03"):
            self._remove(self.row_of(code), day, "DEATH" if reason == "D03" else "MOVED_OUT")
        elif reason == "R01":
            self._arrive(notice, code, day, person)
        elif reason == "R03":
            self._born(notice, code, day, self.row_of(person.resident_code))
        elif reason == "M01":
            self._move_within(self.row_of(code), notice["address"], day)
        elif reason == "M02":
            self._keep(replace(self.row_of(code), address=notice["address"]))
        elif reason == "M03":
            self._rename(self.row_of(code), notice["name"], notice["name_kana"])

    def notified(self) -> dict[str, Record]:
        """What the network was told of each present resident, by 住民票コード."""
        return {
            row.resident_code: self._notified[row.resident_code] for row in self.rows.values() if not row.removed_on
        }

    def register_csv(self) -> bytes:
        """The people as a file for the network's first load."""
        return as_csv(self.people)

    def copy_csv(self) -> bytes:
        """The rows as a file for a copy."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows([getattr(row, name) for name in COLUMNS] for row in self.rows.values())
        return text.getvalue().encode()

    def differences(self) -> list[dict[str, Any]]:
        """Every change since the file, numbered from 1."""
        return [
            {name: value for name in COLUMNS if (value := getattr(row, name))} | {"sequence": sequence}
            for sequence, row in enumerate(self.changes, start=1)
        ]

    def _keep(self, row: CopyRow) -> None:
        if self.rows.get(row.number) == row:
            return
        self.rows[row.number] = row
        self._numbers[row.resident_code] = row.number
        self.changes.append(row)

    def _next_number(self) -> str:
        return f"{len(self.rows) + 1:08}"

    def _new_household(self) -> str:
        self._households += 1
        return f"{self._households:08}"

    def _remove(self, row: CopyRow, day: date, removal: str) -> None:
        self._keep(replace(row, removed_on=day.isoformat(), removal=removal, moving_out_on=""))
        left = self.household(row.household)
        if row.relation == HEAD and left:
            self._succeed(row, left)

    def _succeed(self, former: CopyRow, left: list[CopyRow]) -> None:
        """世帯主変更: the spouse is head now, else the eldest; the others become what they are to the new head."""
        spouse = next((row for row in left if row.relation in _SPOUSES), None)
        head = spouse or min(left, key=lambda row: (row.relation == RELATIVE, row.birth_date, row.number))
        for row in left:
            relation = HEAD if row is head else _relation_to(head, former, row)
            self._keep(replace(row, relation=relation, householder=head.name))

    def _arrive(self, notice: dict[str, Any], code: str, day: date, person: CopyRow) -> None:
        place = (day, notice["address"])
        together = self._arrivals.get(place)
        self._arrivals[place] = household = together or self._new_household()
        self._keep(
            CopyRow(
                number=self._next_number(),
                resident_code=code,
                household=household,
                relation=person.relation,
                householder=person.householder,
                name=notice["name"],
                name_kana=notice["name_kana"],
                birth_date=notice["birth_date"],
                sex=notice["sex"],
                address=notice["address"],
                became_resident_on=day.isoformat(),
                address_since=day.isoformat(),
                notified_on=day.isoformat(),
                protected=person.protected,
                former_address=person.address,
                honseki=person.honseki,
                koseki_head=person.koseki_head,
            )
        )

    def _born(self, notice: dict[str, Any], code: str, day: date, parent: CopyRow) -> None:
        born = day.isoformat()
        of_head = parent.relation in (HEAD, *_SPOUSES)
        relation = CHILD if of_head else GRANDCHILD if parent.relation == CHILD else RELATIVE
        self._keep(
            replace(
                parent,
                number=self._next_number(),
                resident_code=code,
                relation=relation,
                name=notice["name"],
                name_kana=notice["name_kana"],
                birth_date=born,
                sex=notice["sex"],
                became_resident_on=born,
                address_since=born,
                notified_on=born,
                former_address="",
                address=notice["address"],
                removed_on="",
                removal="",
            )
        )

    def _move_within(self, row: CopyRow, address: str, day: date) -> None:
        moved = replace(row, address=address, former_address=row.address)
        self._keep(replace(moved, address_since=day.isoformat(), notified_on=day.isoformat()))

    def _rename(self, row: CopyRow, name: str, kana: str) -> None:
        self._keep(replace(row, name=name, name_kana=kana, householder=name, koseki_head=name))


def _relation_to(head: CopyRow, former: CopyRow, row: CopyRow) -> str:
    """What a member is to the new head, who was the former head's spouse or child."""
    if head.relation in _SPOUSES:
        parents = {FATHER: "19", MOTHER: "20"} if former.sex == "M" else {FATHER: "21", MOTHER: "22"}
        return parents.get(row.relation, row.relation)
    if head.relation == CHILD and row.relation == CHILD:
        is_elder = row.birth_date < head.birth_date
        return {("M", True): "08", ("F", True): "09", ("M", False): "10", ("F", False): "11"}[row.sex, is_elder]
    return RELATIVE


def _notified_of(person: Person) -> Record:
    return {item: getattr(person, item, value) for item, value in _NOTHING_TOLD.items()}


def _row(number: str, code: str, member: Member) -> CopyRow:
    person: Person = member.person
    return CopyRow(
        number=number,
        resident_code=code,
        household=f"{member.household:08}",
        relation=member.relation,
        householder=member.householder,
        name=person.name,
        name_kana=person.name_kana,
        birth_date=person.birth_date,
        sex=person.sex,
        address=person.address,
        became_resident_on=person.changed_on,
        address_since=person.changed_on,
        notified_on=member.notified_on,
        protected="1" if member.protected else "0",
        former_address=member.former_address,
        honseki=member.honseki,
        koseki_head=member.koseki_head,
        moving_out_on=member.moving_out_on,
    )
