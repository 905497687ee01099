"""The last gate: what came is held against what was asked, before anything leaves for a printer (§5.5 of the lessons).

The wrong papers of 2023 and 2024 were other people's papers, mixed up between two requests of the same moment. So the
paper itself is read, its text as an outsider would read it, and not the variables that made it.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """The request: whose it is and what must stand on the paper. Texts are compared without their spaces."""

    transaction: str
    serial: int
    resident: str
    number: str
    title: str
    name: str
    birth_date: str
    municipality: str
    unwanted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Came:
    """The paper as it was read again, and the session as it stands in the database at this moment."""

    reference: str
    pages: Sequence[str]
    serial: int
    resident: str


def mismatches(asked: Asked, came: Came) -> list[str]:
    """Codes of what does not agree; nothing for a paper that may be printed."""
    text = squeezed("".join(came.pages))
    checks = {
        "transaction": came.reference == asked.transaction,
        "serial": came.serial == asked.serial,
        "resident": came.resident == asked.resident,
        "pages": bool(came.pages),
        "number": all(squeezed(asked.number) in squeezed(page) for page in came.pages),
        "title": squeezed(asked.title) in text,
        "name": bool(asked.name) and squeezed(asked.name) in text,
        "birth_date": squeezed(asked.birth_date) in text,
        "municipality": squeezed(asked.municipality) in text,
        "unwanted": not any(item and squeezed(item) in text for item in asked.unwanted),
    }
    return [code for code, agrees in checks.items() if not agrees]


def squeezed(text: str) -> str:
    """A text without any space, for a PDF's text has those of its layout."""
    return "".join(text.split())
