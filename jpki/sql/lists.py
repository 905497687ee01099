"""The material of revocation lists, joined by the database.

Why not the ORM: a list is the concatenation of entries that are kept ready; ``string_agg`` joins a million of them in
a tenth of a second, where a million Python objects would take minutes. Index: ``status_listed``.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

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
_TAKE = "DELETE FROM jpki_crlchange WHERE generation_id = %s RETURNING partition_id"
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
    WHERE s.generation_id = %s AND s.partition_id IS NOT DISTINCT FROM %s
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


NOTHING = Entries(b"", 0)


def of_partitions(generation: int, partitions: Sequence[int], horizon: datetime) -> dict[int, Entries]:
    """The entries of each of the partitions that has any; those that expired before the horizon are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_PARTITIONS, [generation, list(partitions), horizon])
        return {partition: Entries(bytes(joined), count) for partition, joined, count in cursor.fetchall()}


def of_all(generation: int, horizon: datetime) -> Entries:
    """The entries of a whole generation."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_ALL, [generation, horizon])
        joined, count = cursor.fetchone()
        return Entries(bytes(joined or b""), count)


def used_partitions(generation: int) -> list[int]:
    """The partitions in which the generation has issued."""
    with connection.cursor() as cursor:
        cursor.execute(_USED, [generation])
        return [partition for (partition,) in cursor.fetchall()]


def take_changes(generation: int) -> set[int]:
    """The partitions that wait for a new list; their marks are taken away with this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [generation])
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
    with connection.cursor() as cursor:
        cursor.execute(_CURRENT, [generation, partition])
        row = cursor.fetchone()
        return Published(bytes(row[0]), *row[1:]) if row else None
