"""続柄: what a member of a household is to its head, by code (住民基本台帳法7条4号)."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SOURCE = Path(__file__).resolve().parent.parent / "data" / "relations.csv"
HEAD = "00"


@dataclass(frozen=True)
class Relation:
    """One relation: its code, its words on the 住民票, and through whom it goes."""

    code: str
    label: str
    via: str


@cache
def relations() -> dict[str, Relation]:
    """Every relation by code, in the order in which members stand on a 住民票."""
    with _SOURCE.open(newline="", encoding="utf-8") as file:
        return {row["code"]: Relation(**row) for row in csv.DictReader(file)}


def label_of(code: str) -> str:
    """The words for a code. Raises KeyError for one that does not exist; rows are checked when they come in."""
    return relations()[code].label
