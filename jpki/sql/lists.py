"""The material of revocation lists, joined by the database.

Why not the ORM: a list is the concatenation of entries that are kept ready; ``string_agg`` joins a million of them in
a tenth of a second, where a million Python objects would take minutes. Index: ``status_listed``.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from psycopg import Cursor

_OF_PARTITIONS = """
    SELECT partition_id, string_agg(crl_entry, ''::bytea ORDER BY serial), count(*)
    FROM jpki_certificatestatus
    WHERE generation_id = %s AND partition_id = ANY(%s) AND crl_entry IS NOT NULL AND not_after > %s
    GROUP BY partition_id
"""
_OF_ALL = """
    SELECT string_agg(crl_entry, ''::bytea ORDER BY serial), count(*)
    FROM jpki_certificatestatus
    WHERE generation_id = %s AND crl_entry IS NOT NULL AND not_after > %s
"""
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
_PRUNE = """
    DELETE FROM jpki_crlpublication p USING jpki_crlseries s
    WHERE s.id = p.series_id AND s.id = ANY(%s) AND p.number <= s.last_number - %s
"""
_CURRENT = """
    SELECT p.content, p.sha256, p.this_update, p.next_update
    FROM jpki_crlseries s JOIN jpki_crlpublication p ON p.series_id = s.id AND p.number = s.last_number
    WHERE s.generation_id = %s AND s.partition_id IS NOT DISTINCT FROM %s::bigint
"""
_KEEP = """
    INSERT INTO jpki_crlpublication (series_id, number, this_update, next_update, entries, sha256, content)
    VALUES (%s, %s, %s, %s, %s, %s, %b)
"""
_COUNT = """
    UPDATE jpki_crlseries s SET last_number = made.number
    FROM unnest(%s::bigint[], %s::bigint[]) AS made(series, number) WHERE s.id = made.series
"""


class Entries(NamedTuple):
    """Joined DER entries and how many they are."""

    joined: bytes
    number: int


class Published(NamedTuple):
    """A published list."""

    content: bytes
    sha256: str
    this_update: datetime
    next_update: datetime


class Made(NamedTuple):
    """A list that is to be published."""

    series: int
    number: int
    this_update: datetime
    next_update: datetime
    entries: int
    sha256: str
    content: bytes


NOTHING = Entries(b"", 0)


@contextmanager
def _binary() -> Iterator[Cursor]:
    """A cursor whose octets travel as such: as text a full list would be twice its size, and parsed on either side."""
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        yield cursor


def keep(made: Sequence[Made]) -> None:
    """Write lists and what is now the last number of their series."""
    with _binary() as cursor:
        for each in made:
            cursor.execute(_KEEP, each)
        cursor.execute(_COUNT, [[each.series for each in made], [each.number for each in made]])


def of_partitions(generation: int, partitions: Sequence[int], horizon: datetime) -> dict[int, Entries]:
    """The entries of each of the partitions that has any; those that expired before the horizon are left out."""
    with _binary() as cursor:
        cursor.execute(_OF_PARTITIONS, [generation, list(partitions), horizon], binary=True)
        return {partition: Entries(joined, count) for partition, joined, count in cursor.fetchall()}


def of_all(generation: int, horizon: datetime) -> Entries:
    """The entries of a whole generation."""
    with _binary() as cursor:
        row = cursor.execute(_OF_ALL, [generation, horizon], binary=True).fetchone()
        assert row is not None, "an aggregate has one row"
        return Entries(row[0] or b"", row[1])


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


def current(generation: int, partition: int | None) -> Published | None:
    """The newest list of a generation for a partition, or the full one."""
    with _binary() as cursor:
        row = cursor.execute(_CURRENT, [generation, partition], binary=True).fetchone()
        return Published(*row) if row else None
