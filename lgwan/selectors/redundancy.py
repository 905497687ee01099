"""冗長化の状況 by prefecture: of a survey, or of the register of circuits on a day. Sums are worked out here each time.

A body counts as redundant in a generation when its standby circuit is in force and its main circuit is there for it.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from jlis.kernel.organisations.models import Prefecture
from lgwan.choices import Role, Status, Way
from lgwan.domain.redundancy import Counts, total
from lgwan.models import Circuit, RedundancySurvey

_OF_WAY = {Way.VIA_PREFECTURE_NODE: "via_prefecture_node", Way.DIRECT: "direct", Way.HYBRID: "hybrid"}


@dataclass(frozen=True)
class Row:
    """A prefecture's line; `prefecture_itself` is whether its own body is redundant, None where nobody tells it."""

    name: str
    counts: Counts
    prefecture_itself: bool | None = None


@dataclass(frozen=True)
class Table:
    """The page: its rows, the generation they are about, and where they come from."""

    title: str
    source: str
    as_of: date
    generation: int
    rows: list[Row] = field(default_factory=list)
    survey: RedundancySurvey | None = None

    @property
    def total(self) -> Counts:
        """The last line."""
        return total([row.counts for row in self.rows])

    @property
    def prefectures(self) -> int | None:
        """How many prefectures are redundant themselves; told apart by a survey, counted in the register."""
        if self.survey is not None:
            return self.survey.prefectures_redundant
        return sum(row.prefecture_itself is True for row in self.rows)


def surveys() -> list[RedundancySurvey]:
    """Every survey, the latest first."""
    return list(RedundancySurvey.objects.all())


def of_survey(as_of: date) -> Table | None:
    """The table of a survey; None where there is none of the day."""
    survey = RedundancySurvey.objects.filter(pk=as_of).first()
    if survey is None:
        return None
    counts = survey.counts.select_related("prefecture").order_by("prefecture_id")
    rows = [Row(each.prefecture.name, each.as_counts) for each in counts]
    return Table(survey.title, survey.source, survey.as_of, survey.generation, rows, survey)


def of_register(day: date, generation: int, *, with_planned: bool) -> Table:
    """The table of the circuits that hold on the day. Take it under a role that sees every body."""
    prefectures = set(Prefecture.objects.values_list("code", flat=True))
    now = _redundant(_of_generation(day, generation, with_planned=with_planned))
    before = _redundant(_once(day, generation - 1))
    tallies: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    itself: dict[int, bool] = {}
    for body, prefecture in connected(day):
        tally = tallies[prefecture]
        tally["bodies"] += 1
        tally["former"] += body in before
        if body in now:
            tally[_OF_WAY[Way(now[body])]] += 1
        if body in prefectures:
            itself[prefecture] = body in now
    names = dict(Prefecture.objects.values_list("number", "name"))
    rows = [Row(names[number], Counts(**tallies[number]), itself.get(number)) for number in sorted(tallies)]
    title = f"第{generation}次LGWANにおける冗長化の状況"
    return Table(title, "接続団体と回線の台帳", day, generation, rows)


def connected(day: date) -> list[tuple[str, int]]:
    """The bodies that a main circuit in service connects on the day, with their prefectures' numbers."""
    mains = Circuit.objects.valid_at(day).filter(role=Role.MAIN, status=Status.IN_SERVICE)
    return list(mains.order_by("body").values_list("body", "prefecture").distinct())


def _redundant(circuits: QuerySet[Circuit]) -> dict[str, str]:
    """The redundant bodies with their ways; of several standby circuits the one that began last counts."""
    mains = set(circuits.filter(role=Role.MAIN).values_list("body", flat=True))
    standby = circuits.filter(role=Role.STANDBY).order_by("valid_from").values_list("body", "way")
    return {body: way for body, way in standby if body in mains}


def _of_generation(day: date, generation: int, *, with_planned: bool) -> QuerySet[Circuit]:
    """In service on the day; with what is planned, also what begins later."""
    circuits = Circuit.objects.filter(generation=generation)
    if with_planned:
        return circuits.filter(Q(valid_to=None) | Q(valid_to__gt=day))
    return circuits.valid_at(day).filter(status=Status.IN_SERVICE)


def _once(day: date, generation: int) -> QuerySet[Circuit]:
    """In service on the day or before: a generation that was left counts as it was."""
    return Circuit.objects.filter(generation=generation, status=Status.IN_SERVICE, valid_from__lte=day)
