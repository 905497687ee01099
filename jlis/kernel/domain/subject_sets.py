"""A set of residents as compressed bytes: how bulk acts and bulk events carry whom they touched."""

import zlib
from collections.abc import Iterable
from uuid import UUID


def pack_subjects(residents: Iterable[UUID]) -> bytes:
    """The ids sorted and without doubles, 16 bytes each, compressed."""
    return zlib.compress(b"".join(sorted({resident.bytes for resident in residents})), 1)


def unpack_subjects(packed: bytes) -> list[UUID]:
    """The ids that `pack_subjects` packed."""
    run = zlib.decompress(packed)
    return [UUID(bytes=run[place : place + 16]) for place in range(0, len(run), 16)]
