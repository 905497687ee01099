"""Distribution points: made when the first certificate of a town is issued, and never renamed."""

from collections.abc import Iterable

from jlis.kernel.organisations.models import Municipality
from jlis.kernel.organisations.selectors import municipalities
from jpki.domain.romanisation import municipality_name, prefecture_name
from jpki.models import CrlPartition


def of_offices(authority: str, offices: Iterable[str]) -> dict[str, CrlPartition]:
    """The distribution points of offices by their codes; makes those that are missing. NotFound for unknown codes."""
    wanted = set(offices)
    found = {point.code: point for point in CrlPartition.objects.filter(authority=authority, code__in=wanted)}
    return found | {office: _made(authority, office) for office in sorted(wanted - found.keys())}


def _made(authority: str, office: str) -> CrlPartition:
    place = municipalities.municipality(office)
    prefecture, name = names_of(place)
    if CrlPartition.objects.filter(authority=authority, prefecture_name=prefecture, municipality_name=name).exists():
        # a ward that took over name but not code (浜松市天竜区): two lists may not share one name
        name = f"{name}-{office}"
    made, _ = CrlPartition.objects.get_or_create(
        authority=authority, code=office, defaults={"prefecture_name": prefecture, "municipality_name": name}
    )
    return made


def names_of(place: Municipality) -> tuple[str, str]:
    """Prefecture and municipality in roman letters: ``("Kanagawa-ken", "Yokohama-shi-Naka-ku")``."""
    prefecture = prefecture_name(code=place.prefecture.code, name=place.prefecture.name, kana=place.prefecture.kana)
    city = place.city
    municipality = municipality_name(
        code=place.code,
        name=place.name,
        kana=place.kana,
        city_name=city.name if city else "",
        city_kana=city.kana if city else "",
    )
    return prefecture, municipality
