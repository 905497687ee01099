"""個人番号: numbered by a keyed permutation of a national sequence, sealed, found by a keyed index.

Everything here runs under the numbers' own role, which reaches no other table (番号法8条・施行令8条).
"""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from uuid import UUID

from django.db import connection

from jlis.kernel import prepared
from jlis.kernel.arrays import array, ids
from jlis.kernel.domain.codes import IndividualNumber as NumberCode
from jlis.kernel.domain.permutation import NumberPermutation
from jlis.kernel.isolation.scope import NUMBERS, scope
from jlis.kernel.time import Moment
from jlis.kernel.vault import keys, sealing
from juki.models import IndividualNumber

DIGITS = 11
_DRAW = "SELECT nextval('juki_individual_number_seq') FROM generate_series(1, %s)"
# One look at the index for each: for a join the planner reads the whole table again for every few thousand.
_IN_ORDER = """
    SELECT (
        SELECT number.sealed FROM juki_individualnumber number
        WHERE number.resident = asked.resident AND number.valid_to IS NULL
    )
    FROM unnest(%s::uuid[]) WITH ORDINALITY AS asked(resident, place) ORDER BY asked.place
"""
_GIVEN = """
    SELECT number.resident, number.valid_from FROM unnest(%s::uuid[]) AS asked(resident)
    JOIN juki_individualnumber number ON number.resident = asked.resident AND number.valid_to IS NULL
"""
_INSERT = """
    INSERT INTO juki_individualnumber (resident, sealed, index, valid_from)
    SELECT resident, sealed, index, %s::date
    FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[]) AS fresh(resident, sealed, index)
"""


def number_residents(residents: Sequence[UUID], *, at: Moment) -> None:
    """Give each resident a number that nobody ever had."""
    if not residents:
        return
    with scope(NUMBERS):
        numbers = [number.encode() for number in fresh(len(residents))]
        bindings = [resident.bytes for resident in residents]
        with connection.cursor() as cursor:
            sealed = sealing.seal_many(numbers, bindings)
            cursor.execute(_INSERT, [at.day, array(residents), array(sealed), array(sealing.index_many(numbers))])


def change_number(resident: UUID, *, at: Moment) -> None:
    """Give a new number; the old one stays as history and is never given again (番号法7条2項)."""
    with scope(NUMBERS):
        IndividualNumber.objects.filter(resident=resident, valid_to__isnull=True).update(valid_to=at.day)
        number_residents([resident], at=at)


def open_numbers(residents: Sequence[UUID]) -> dict[UUID, str]:
    """The present numbers of residents. The caller has checked that the affair allows it, and records it."""
    with scope(NUMBERS):
        rows = IndividualNumber.objects.filter(resident__in=residents, valid_to__isnull=True).values_list(
            "resident", "sealed"
        )
        found = list(rows)
        opened = sealing.open_many([bytes(sealed) for _, sealed in found], [resident.bytes for resident, _ in found])
    return {resident: number.decode() for (resident, _), number in zip(found, opened, strict=True)}


def given_on(residents: Sequence[UUID]) -> dict[UUID, date]:
    """Since which day each bears the present number; nothing of whoever has none. No number is opened."""
    with scope(NUMBERS), connection.cursor() as cursor:
        cursor.execute(_GIVEN, [array(residents)])
        return dict(cursor.fetchall())


def in_order(residents: bytes) -> list[bytes]:
    """The present numbers of many residents (ids of 16 bytes, one after another); empty for whoever has none.

    As with `open_numbers`, the caller has checked that the affair allows it, and records it.
    """
    return opened(sealed_in_order(residents), residents)


def sealed_in_order(residents: bytes) -> list[bytes | None]:
    """The first half of `in_order`, the database's: the numbers as they are kept."""
    with scope(NUMBERS):
        return [row[0] for row in prepared.rows(_IN_ORDER, [ids(residents)])]


def opened(sealed: Sequence[bytes | None], residents: bytes) -> list[bytes]:
    """The second half of `in_order`, which asks the database for a key that this process does not know, if anything."""
    known = {place: value for place, value in enumerate(sealed) if value is not None}
    bindings = [residents[16 * place : 16 * place + 16] for place in known]
    numbers = [b""] * len(sealed)
    for place, number in zip(known, sealing.open_many([*known.values()], bindings), strict=True):
        numbers[place] = number
    return numbers


def resident_with(number: str) -> UUID | None:
    """Who bears a number at present."""
    with scope(NUMBERS):
        return (
            IndividualNumber.objects.filter(index=sealing.index_many([number.encode()])[0], valid_to__isnull=True)
            .values_list("resident", flat=True)
            .first()
        )


def fresh(count: int) -> list[str]:
    """Numbers that nobody ever had, in the order of the national sequence; for `number_residents` and bulk loads."""
    with scope(NUMBERS), connection.cursor() as cursor:
        cursor.execute(_DRAW, [count])
        drawn = [row[0] for row in cursor.fetchall()]
    permutation = NumberPermutation(keys.numbers_key(), DIGITS)
    numbers = []
    # Runs without a gap go through the permutation together; another town's numbering may have come between.
    for _, run in groupby(enumerate(drawn), lambda pair: pair[1] - pair[0]):
        sequence = [number for _, number in run]
        permuted = (
            permutation.forward_many(sequence[0], len(sequence))
            if len(sequence) > 50
            else map(permutation.forward, sequence)
        )
        numbers += [body + NumberCode.check_digit(body) for body in (f"{value:011}" for value in permuted)]
    return numbers
