"""Questions about what is published."""

from tempfile import SpooledTemporaryFile
from typing import IO

from jlis.kernel.errors import NotFound
from jpki.engine.crl import Frame
from jpki.models import CrlPartition, CrlPublication
from jpki.selectors.authorities import LivingGeneration
from jpki.sql import lists
from jpki.sql.lists import Published

# What is larger goes by way of a file.
_IN_MEMORY = 2**20


def newest_list(generation: LivingGeneration, municipality: str = "") -> Published:
    """The newest list of a town by its code, or the full one. NotFound where none was published."""
    partition = None
    if municipality:
        point = CrlPartition.objects.filter(authority=generation.authority, code=municipality).first()
        if point is None:
            raise NotFound("no_such_list", "この市区町村の失効リストはありません。")
        partition = point.pk
    found = lists.current(generation.id, partition)
    if found is None:
        raise NotFound("no_such_list", "失効リストはまだ公開されていません。")
    return found


def opened(found: Published) -> IO[bytes]:
    """A list as an open file, small ones in memory: it is read while it is there, and whoever fetches it slowly holds
    no transaction. The caller closes it."""
    file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - see above
    for piece in lists.octets(found.series, found.number, found.frame):
        file.write(piece)
    assert file.tell() == found.size, f"list {found.number} of series {found.series} is not whole"
    file.seek(0)
    return file


def octets(row: CrlPublication) -> bytes:
    """A list in one piece."""
    return b"".join(lists.octets(row.series_id, row.number, Frame(bytes(row.head), bytes(row.tail))))
