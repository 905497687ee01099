"""住民基本台帳人口: the register counted for a day (J14)."""

from django.db.models import Sum

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.time import Moment
from juki.models import PopulationCount
from juki.sql import population


def count(*, by: Actor, at: Moment) -> int:
    """Count who was registered on the day; a second count of a day takes the place of the first. Returns how many."""
    by.must("juki.count_population")
    with acting(REGISTRY):
        population.count(at.day)
        people = PopulationCount.objects.filter(day=at.day).aggregate(people=Sum("people", default=0))["people"]
        audit.record(
            action="juki.population_counted", by=by, detail={"day": at.day.isoformat(), "count": people}
        )  # fmt: skip
    return people
