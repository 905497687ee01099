"""Questions to the copies. Rows come sealed; whoever asks here sees what the running scope may see, opened."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from bcl.choices import DifferenceState
from bcl.domain.ordering import Missing, missing_before
from bcl.domain.relations import relations
from bcl.domain.rows import CopyRow
from bcl.models import CopyEntry, CopyStream, Difference
from bcl.selectors import town_keys
from jlis.kernel.domain.digest_tree import digest_of

_PLACES = {code: place for place, code in enumerate(relations())}
ROWS_AT_ONCE = 5000


@dataclass(frozen=True)
class Held:
    """A row of a copy, opened, with whom the network knows it to be."""

    resident: UUID | None
    row: CopyRow


@dataclass(frozen=True)
class Standing:
    """How far a town's differences have come."""

    stream: CopyStream
    waiting: int
    missing: list[Missing]


def opened(entries: Iterable[CopyEntry]) -> Iterator[Held]:
    """The rows of entries, opened one by one."""
    for entry in entries:
        body = town_keys.open_one(entry.office, bytes(entry.body), entry.number)
        yield Held(entry.resident, CopyRow.from_body(body))


def household_of(resident: UUID, office: str) -> tuple[Held | None, list[Held]]:
    """A resident's own row, and the present rows of the household in the order of a 住民票, the own one included.

    Whoever stands in a copy twice is not found: nobody can say which of the rows holds.
    """
    entries = list(CopyEntry.objects.filter(office=office, resident=resident)[:2])
    if len(entries) != 1:
        return None, []
    (entry,) = entries
    members = list(opened(CopyEntry.objects.filter(office=office, household=entry.household)))
    own = next(held for held in members if held.resident == resident)
    return own, in_order(held for held in members if not held.row.removed_on)


def in_order(members: Iterable[Held]) -> list[Held]:
    """Members as they stand on a 住民票: those who left last, then head, spouse, children and others, elder first."""
    return sorted(members, key=_place)


def _place(held: Held) -> tuple[bool, int, str, str]:
    return bool(held.row.removed_on), _PLACES[held.row.relation], held.row.birth_date, held.row.number


def standing(stream: CopyStream) -> Standing:
    """How far a stream has come, with every run of numbers that is missing."""
    waiting = list(
        Difference.objects.filter(office=stream.office, state=DifferenceState.HELD).values_list("sequence", flat=True)
    )
    return Standing(stream, len(waiting), missing_before(stream.through, waiting))


def lines(office: str) -> dict[str, str]:
    """Every row of a copy as the digest takes it, by 宛名番号. Costs some 10 µs a row."""
    entries = CopyEntry.objects.filter(office=office).iterator(chunk_size=ROWS_AT_ONCE)
    return {held.row.number: held.row.line() for held in opened(entries)}


def digest(office: str) -> str:
    """The digest of a whole copy, for a town to compare with its own."""
    return digest_of(lines(office))
