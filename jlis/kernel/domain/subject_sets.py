"""A set of residents as compressed bytes: how bulk acts and bulk events carry whom they touched."""

import math
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from uuid import UUID

import numpy

_SIZE = 16
# One entry of the chain names at most about so many: 1.6 MB, whatever a bulk act has touched.
MOST_IN_A_PART = 100_000
_IDS_AT_ONCE = 200_000


class PackedSet(NamedTuple):
    """The ids sorted and without doubles, 16 bytes each, compressed; and how many they are."""

    octets: bytes
    size: int


class SubjectSpool:
    """Ids gathered on disk while rows fly by, and read back as sets: a nation's ids would not fit into memory.

    Each id stands in one set alone, however often it was added: its last octets, which are random, decide in which.
    """

    def __init__(self, path: Path) -> None:
        self.added = 0
        self._path = path
        self._file = path.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def add(self, ids: bytes) -> None:
        """Add any number of ids, 16 bytes each, one after another."""
        self.added += len(ids) // _SIZE
        self._file.write(ids)

    def parts(self, most: int = MOST_IN_A_PART) -> Iterator[PackedSet]:
        """The sets; one that is empty where nothing was added."""
        self._file.flush()
        count = max(1, math.ceil(self.added / most))
        for part in range(count):
            yield _pack(self._part(part, count))

    def _part(self, part: int, count: int) -> bytes:
        chosen = []
        with self._path.open("rb") as file:
            while piece := file.read(_IDS_AT_ONCE * _SIZE):
                ids = numpy.frombuffer(piece, dtype=f"V{_SIZE}")
                last = numpy.frombuffer(piece, dtype=numpy.uint16).reshape(-1, _SIZE // 2)[:, -1]
                chosen.append(ids[last % count == part].tobytes())
        return _distinct(b"".join(chosen))


def _distinct(ids: bytes) -> bytes:
    # Bytes of fixed length lose zeros at their end when they are taken out one by one, but not in an array.
    ordered = numpy.sort(numpy.frombuffer(ids, dtype=f"S{_SIZE}"))
    return ordered[numpy.append(True, ordered[1:] != ordered[:-1])].tobytes() if len(ordered) else b""


def pack_subjects(residents: Iterable[UUID]) -> PackedSet:
    """The set of some residents."""
    return _pack(b"".join(sorted({resident.bytes for resident in residents})))


def _pack(ids: bytes) -> PackedSet:
    return PackedSet(zlib.compress(ids, 1), len(ids) // _SIZE)


def unpack_ids(packed: bytes) -> bytes:
    """The ids that `pack_subjects` packed, 16 bytes each."""
    return zlib.decompress(packed)


def unpack_subjects(packed: bytes) -> list[UUID]:
    """The same one by one."""
    run = unpack_ids(packed)
    return [UUID(bytes=run[place : place + _SIZE]) for place in range(0, len(run), _SIZE)]
