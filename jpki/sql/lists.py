"""The material of revocation lists, joined by the database.

Why not the ORM: a list is the concatenation of entries that are kept ready; the database joins a million of them into
pieces in half a second, where a million Python objects would take minutes. Indexes: ``status_listed`` for towns,
``status_listed_in_order`` for the full list, whose pieces it brings one after the other with nothing to sort.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from psycopg import Cursor

from jpki.engine.crl import Entries, Frame

_JOIN_TOWNS = """
    INSERT INTO jpki_crlpiece (series_id, number, place, entries, content)
    SELECT s.id, s.last_number + 1, 0, joined.entries, joined.content
    FROM jpki_crlseries s CROSS JOIN LATERAL (
        SELECT count(*) AS entries, string_agg(crl_entry, ''::bytea ORDER BY serial) AS content
        FROM jpki_certificatestatus
        WHERE generation_id = s.generation_id AND partition_id = s.partition_id
          AND crl_entry IS NOT NULL AND not_after > %s
    ) AS joined
    WHERE s.id = ANY(%s) AND joined.entries > 0
    RETURNING series_id, entries, content
"""
# 15, as the index has it: 32,768 serial numbers a piece.
_JOIN_ALL = """
    INSERT INTO jpki_crlpiece (series_id, number, place, entries, content)
    SELECT %s, %s, serial >> 15, count(*), string_agg(crl_entry, ''::bytea ORDER BY serial)
    FROM jpki_certificatestatus
    WHERE generation_id = %s AND crl_entry IS NOT NULL AND not_after > %s
    GROUP BY serial >> 15
    RETURNING entries, octet_length(content)
"""
_PIECES = "SELECT content FROM jpki_crlpiece WHERE series_id = %s AND number = %s ORDER BY place"
# What is the same octet for octet the database leaves out.
_CHANGED = """
    SELECT s.id, former.content, coalesce(new.content, ''::bytea)
    FROM jpki_crlseries s
    JOIN jpki_crlpiece former ON former.series_id = s.id AND former.number = s.last_number
    LEFT JOIN jpki_crlpiece new ON new.series_id = s.id AND new.number = s.last_number + 1 AND new.place = former.place
    WHERE s.id = ANY(%s) AND new.content IS DISTINCT FROM former.content
"""
_NEWEST = """
    SELECT s.id, p.number, p.head, p.tail, p.size, p.sha256, p.this_update, p.next_update
    FROM jpki_crlseries s JOIN jpki_crlpublication p ON p.series_id = s.id AND p.number = s.last_number
"""
_NEWEST_OF = f"{_NEWEST} WHERE s.id = ANY(%s)"
_CURRENT = f"{_NEWEST} WHERE s.generation_id = %s AND s.partition_id IS NOT DISTINCT FROM %s::bigint"
_USED = "SELECT DISTINCT partition_id FROM jpki_certificatestatus WHERE generation_id = %s"
# Only what this statement sees is taken away: a revocation that commits meanwhile leaves its mark for the next run.
_TAKE = """
    DELETE FROM jpki_crlchange
    WHERE generation_id = %s AND (%s::bigint[] IS NULL OR partition_id = ANY(%s)) RETURNING partition_id
"""
_MISSING = """
    SELECT count(*) FROM jpki_certificatestatus
    WHERE generation_id = %s AND serial = ANY(%s) AND crl_entry IS NOT NULL AND not_after > %s
"""
# The pieces go with their list.
_PRUNE = """
    DELETE FROM jpki_crlpublication p USING jpki_crlseries s
    WHERE s.id = p.series_id AND s.id = ANY(%s) AND p.number <= s.last_number - %s
"""
_DISCARD = """
    DELETE FROM jpki_crlpiece p USING jpki_crlseries s
    WHERE s.id = p.series_id AND s.id = ANY(%s) AND p.number > s.last_number
"""
_KEEP = """
    INSERT INTO jpki_crlpublication (series_id, number, this_update, next_update, entries, size, sha256, head, tail)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %b, %b)
"""
_COUNT = """
    UPDATE jpki_crlseries s SET last_number = made.number
    FROM unnest(%s::bigint[], %s::bigint[]) AS made(series, number) WHERE s.id = made.series
"""


class Published(NamedTuple):
    """A published list; its entries come by `octets`."""

    series: int
    number: int
    head: bytes
    tail: bytes
    size: int
    sha256: str
    this_update: datetime
    next_update: datetime

    @property
    def frame(self) -> Frame:
        """What is around its entries."""
        return Frame(self.head, self.tail)


class Made(NamedTuple):
    """A list that is to be published; its pieces are written already."""

    series: int
    number: int
    this_update: datetime
    next_update: datetime
    entries: int
    size: int
    sha256: str
    head: bytes
    tail: bytes


class Material(NamedTuple):
    """How many entries a list has, and their octets."""

    number: int
    entries: Entries


@dataclass(frozen=True)
class _Pieces:
    """The pieces of a list as the database keeps them, one at a time."""

    series: int
    number: int

    def __iter__(self) -> Iterator[bytes]:
        for (content,) in _streamed(_PIECES, [self.series, self.number]):
            yield content


NOTHING = Material(0, Entries())


@contextmanager
def _binary() -> Iterator[Cursor]:
    """A cursor whose octets travel as such: as text a full list would be twice its size, and parsed on either side."""
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        yield cursor


def _streamed(query: str, parameters: Sequence[Any]) -> Iterator[Any]:
    """Rows as they arrive, none of them kept; the connection does nothing else meanwhile."""
    with _binary() as cursor:
        yield from cursor.stream(query, parameters, binary=True)


def join_towns(series: Sequence[int], horizon: datetime) -> dict[int, Material]:
    """Write the entries of towns' next lists, of each that has any; those that expired before the horizon are left
    out."""
    with _binary() as cursor:
        cursor.execute(_JOIN_TOWNS, [horizon, list(series)], binary=True)
        return {each: Material(number, Entries.joined(content)) for each, number, content in cursor.fetchall()}


def join_all(series: int, number: int, generation: int, horizon: datetime) -> Material:
    """Write the entries of a whole generation as those of the full list of this number."""
    with _binary() as cursor:
        cursor.execute(_JOIN_ALL, [series, number, generation, horizon])
        written = cursor.fetchall()
    entries = Entries(_Pieces(series, number), sum(size for _, size in written))
    return Material(sum(count for count, _ in written), entries)


def changed_pieces(series: Sequence[int]) -> Iterator[tuple[int, bytes, bytes]]:
    """Series, former and new octets of each piece of the newest lists that is another one in the next lists."""
    return _streamed(_CHANGED, [list(series)])


def discard(series: Sequence[int]) -> None:
    """Take away what was written for next lists that are not published."""
    with connection.cursor() as cursor:
        cursor.execute(_DISCARD, [list(series)])


def keep(made: Sequence[Made]) -> None:
    """Write lists and what is now the last number of their series."""
    with _binary() as cursor:
        cursor.executemany(_KEEP, made)
        cursor.execute(_COUNT, [[each.series for each in made], [each.number for each in made]])


def used_partitions(generation: int) -> list[int]:
    """The partitions in which the generation has issued."""
    with connection.cursor() as cursor:
        cursor.execute(_USED, [generation])
        return [partition for (partition,) in cursor.fetchall()]


def take_changes(generation: int, partitions: Sequence[int] | None = None) -> set[int]:
    """The partitions (all, or of these) that wait for a new list; their marks go with this transaction."""
    among = list(partitions) if partitions is not None else None
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [generation, among, among])
        return {partition for (partition,) in cursor.fetchall()}


def count_still_listed(generation: int, serials: Sequence[int], horizon: datetime) -> int:
    """How many of the serials ought to be on a list."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [generation, list(serials), horizon])
        return cursor.fetchone()[0]


def prune(series: Sequence[int], kept: int) -> None:
    """Remove all but the newest lists of the series."""
    with connection.cursor() as cursor:
        cursor.execute(_PRUNE, [list(series), kept])


def newest(series: Sequence[int]) -> dict[int, Published]:
    """The newest list of each of the series that has one."""
    with _binary() as cursor:
        rows = cursor.execute(_NEWEST_OF, [list(series)], binary=True).fetchall()
        return {row[0]: Published(*row) for row in rows}


def current(generation: int, partition: int | None) -> Published | None:
    """The newest list of a generation for a partition, or the full one."""
    with _binary() as cursor:
        row = cursor.execute(_CURRENT, [generation, partition], binary=True).fetchone()
        return Published(*row) if row else None


def octets(series: int, number: int, frame: Frame) -> Iterator[bytes]:
    """A published list, piece by piece."""
    yield frame.head
    yield from _Pieces(series, number)
    yield frame.tail
