"""Questions about LGWAN-ASP services: the desk's list, the catalogue, counts by class and year."""

from collections import Counter
from datetime import date

from django.db.models import QuerySet

from jlis.kernel.domain.fiscal_years import fiscal_year
from lgwan.choices import CATALOGUE, NUMBERED, Layer
from lgwan.domain import asp
from lgwan.models import Filing, Provider, Service


def in_sight(*, keeper: str = "", state: str = "", layer: str = "") -> QuerySet[Service]:
    """Services newest first; of one keeper, or of whatever the running scope may see."""
    wanted = {"keeper": keeper, "state": state, "layer": layer}
    found = Service.objects.select_related("provider")
    return found.filter(**{name: value for name, value in wanted.items() if value})


def catalogue(*, layer: str = "") -> list[Service]:
    """What stands in the catalogue, in the order of the classes and by number."""
    found = Service.objects.select_related("provider", "rests_on").filter(state__in=CATALOGUE)
    found = found.filter(layer=layer) if layer else found
    return sorted(found.order_by("number"), key=lambda service: Layer.values.index(service.layer))


def hosting() -> QuerySet[Service]:
    """The registered services on which others may be registered."""
    states = [state.value for state in asp.CARRIES_OTHERS]
    return Service.objects.filter(layer=Layer.HOSTING, state__in=states).order_by("number")


def open_filing(service: Service) -> Filing | None:
    """The filing under way, if there is one."""
    return service.filings.filter(closed_at=None).first()


def providers_kept_by(keeper: str) -> QuerySet[Provider]:
    """The providers for which a body acts."""
    return Provider.objects.filter(keeper=keeper)


def registrations_by_year() -> list[tuple[int, dict[str, int]]]:
    """How many services of each class were registered in each fiscal year, the latest first; ended ones with them."""
    counted: dict[int, Counter[str]] = {}
    for layer, day in Service.objects.filter(state__in=NUMBERED).values_list("layer", "registered_on"):
        assert day is not None, "a number has its day"
        counted.setdefault(fiscal_year(day), Counter())[layer] += 1
    return [(year, dict(counted[year])) for year in sorted(counted, reverse=True)]


def standing_by_layer() -> dict[str, int]:
    """How many services of each class stand in the catalogue."""
    return dict(Counter(Service.objects.filter(state__in=CATALOGUE).values_list("layer", flat=True)))


def overdue(day: date) -> QuerySet[Service]:
    """Published services whose yearly renewal has not come in time."""
    return Service.objects.filter(state__in=CATALOGUE, renewal_due_on__lt=day)
