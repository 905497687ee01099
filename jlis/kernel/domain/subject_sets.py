"""A set of residents as compressed bytes: how bulk acts and bulk events carry whom they touched."""

import zlib
from collections.abc import Iterable
from uuid import UUID


class SubjectSet:
    """Ids gathered while rows fly by: 16 bytes each, without the cost of an object a row."""

    def __init__(self) -> None:
        self._ids: set[bytes] = set()

    def add_texts(self, texts: Iterable[bytes]) -> None:
        """Add ids in their written form (36 ASCII characters each)."""
        self._ids.update(texts)

    def __len__(self) -> int:
        return len(self._ids)

    def packed(self) -> bytes:
        """As `pack_subjects` packs."""
        return _packed(bytes.fromhex(text.replace(b"-", b"").decode()) for text in self._ids)


def pack_subjects(residents: Iterable[UUID]) -> bytes:
    """The ids sorted and without doubles, 16 bytes each, compressed."""
    return _packed({resident.bytes for resident in residents})


def unpack_subjects(packed: bytes) -> list[UUID]:
    """The ids that `pack_subjects` packed."""
    run = zlib.decompress(packed)
    return [UUID(bytes=run[place : place + 16]) for place in range(0, len(run), 16)]


def _packed(ids: Iterable[bytes]) -> bytes:
    return zlib.compress(b"".join(sorted(ids)), 1)
