"""A set of residents as compressed bytes: how bulk acts and bulk events carry whom they touched."""

import zlib
from collections.abc import Iterable
from uuid import UUID

import numpy

_SIZE = 16


class SubjectSet:
    """Ids gathered while rows fly by: 16 bytes each, without an object a row."""

    def __init__(self) -> None:
        self._ids = bytearray()
        self._are_distinct = True

    def add(self, ids: bytes) -> None:
        """Add any number of ids, 16 bytes each, one after another."""
        self._ids += ids
        self._are_distinct = False

    def __len__(self) -> int:
        return len(self._distinct()) // _SIZE

    def packed(self) -> bytes:
        """As `pack_subjects` packs."""
        return zlib.compress(self._distinct(), 1)

    def _distinct(self) -> bytearray:
        if not self._are_distinct:
            ids = numpy.frombuffer(self._ids, dtype=f"S{_SIZE}")
            ids.sort()  # in place
            is_new = numpy.append(True, ids[1:] != ids[:-1]) if len(ids) else numpy.empty(0, bool)
            if not is_new.all():
                self._ids = bytearray(ids[is_new].tobytes())
            self._are_distinct = True
        return self._ids


def pack_subjects(residents: Iterable[UUID]) -> bytes:
    """The ids sorted and without doubles, 16 bytes each, compressed."""
    return zlib.compress(b"".join(sorted({resident.bytes for resident in residents})), 1)


def unpack_subjects(packed: bytes) -> list[UUID]:
    """The ids that `pack_subjects` packed."""
    run = zlib.decompress(packed)
    return [UUID(bytes=run[place : place + _SIZE]) for place in range(0, len(run), _SIZE)]
