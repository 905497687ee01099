"""Questions about what is published."""

from jlis.kernel.errors import NotFound
from jpki.models import CrlPartition
from jpki.selectors.authorities import LivingGeneration
from jpki.sql import lists
from jpki.sql.lists import Published


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
