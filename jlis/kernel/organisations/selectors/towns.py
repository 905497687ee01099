"""The look-up of 町・字 and postcodes when an address is entered."""

from django.db.models import Q

from jlis.kernel.domain.folding import address_key, ascii_digits, kana_key
from jlis.kernel.organisations.models import Postcode, Town


def search(office: str, text: str, *, limit: int = 20) -> list[Town]:
    """Towns of an office whose name or reading begins with `text`, however it is spelled, ordered by reading."""
    name, reading = address_key(text), kana_key(text)
    if not (name and reading):
        return []
    found = Town.objects.filter(Q(search_key__startswith=name) | Q(kana_key__startswith=reading), office_id=office)
    return list(found[:limit])


def by_postcode(postcode: str) -> list[Postcode]:
    """The lines of the postal directory for a postcode (with or without its dash), municipalities included."""
    return list(Postcode.objects.filter(postcode=ascii_digits(postcode)).select_related("office__prefecture"))
