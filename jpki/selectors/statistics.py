"""発行・失効の統計, in place of 交付記録簿 (P8): by kind, town, period and cause; free and paid acts beside them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from jpki.domain.lifecycle import Cause
from jpki.domain.spans import Span
from jpki.models import CrlPartition
from jpki.selectors import fees
from jpki.selectors.fees import FeeLine
from jpki.sql import statistics
from jpki.sql.statistics import Count

# 職権失効: what the office or the register ended, the others being asked for or following the card.
EX_OFFICIO = (Cause.CHANGE.value, Cause.REMOVAL.value, Cause.RECORD_ERROR.value)
# Whatever ends a certificate has its column, so that they add up to 失効. A hold ends nothing, and 破棄 stands apart.
CAUSES = tuple(cause for cause in Cause if cause not in {Cause.HOLD, Cause.DISCARD})


@dataclass
class Figures:
    """What happened to one kind, or to all, in a place and a period."""

    issued: int = 0
    suspended: int = 0
    revoked: int = 0
    by_cause: dict[str, int] = field(default_factory=dict)
    discarded: int = 0
    lapsed: int = 0

    def add(self, count: Count) -> None:
        """Take one group in. Before the hand-over there is 破棄, and 職権失効 by the register's changes."""
        if count.what == "ISSUED":
            self.issued += count.number
        elif count.what == "SUSPENDED":
            self.suspended += count.number
        elif count.what == "REVOKED":
            self.revoked += count.number
            self.by_cause[count.cause] = self.by_cause.get(count.cause, 0) + count.number
        elif count.cause == Cause.DISCARD:
            self.discarded += count.number
        else:
            self.lapsed += count.number

    @property
    def ex_officio(self) -> int:
        """Revoked by the office, after the hand-over."""
        return sum(self.by_cause.get(cause, 0) for cause in EX_OFFICIO)

    @property
    def causes(self) -> list[int]:
        """Revoked, by cause, in the order of ``CAUSES``."""
        return [self.by_cause.get(cause.value, 0) for cause in CAUSES]

    @property
    def row(self) -> list[int]:
        """Every figure, in the order of the table and of the file."""
        return [self.issued, self.revoked, *self.causes, self.suspended, self.discarded, self.lapsed]


def counts(span: Span, offices: Sequence[str] | None) -> list[Count]:
    """Every group in a span, of these offices or of the whole country."""
    points = None
    if offices is not None:
        points = list(CrlPartition.objects.filter(code__in=offices).values_list("pk", flat=True))
    return statistics.counts(span.unit.value, span.since, span.until, points)


def by_period(found: Iterable[Count]) -> dict[tuple[date, str], Figures]:
    """By period and kind."""
    table: dict[tuple[date, str], Figures] = {}
    for count in found:
        table.setdefault((count.period, count.kind), Figures()).add(count)
    return table


def by_place(found: Iterable[Count], *, prefectures: bool) -> dict[str, Figures]:
    """By town, or by prefecture (its two digits)."""
    table: dict[str, Figures] = {}
    for count in found:
        table.setdefault(count.code[:2] if prefectures else count.code, Figures()).add(count)
    return dict(sorted(table.items()))


def whole(found: Iterable[Count]) -> Figures:
    """All of it."""
    figures = Figures()
    for count in found:
        figures.add(count)
    return figures


def fee_lines(span: Span, offices: Sequence[str] | None) -> list[tuple[date, FeeLine]]:
    """Free and paid acts by period; periods without any are left out."""
    periods = span.periods()
    by_period: dict[date, list[FeeLine]] = defaultdict(list)
    for line in fees.by_day(span.since, span.until, offices):
        assert line.day is not None, "a line of a day has it"
        by_period[periods[bisect_right(periods, line.day) - 1]].append(line)
    return [(period, fees.total(lines)) for period, lines in by_period.items()]


def offices_within(code: str, day: date) -> list[str]:
    """The offices of a prefecture, of a designated city, or the one itself."""
    return [office.code for office in municipalities.offices_at(day, within=code)]


def today(at: Moment) -> tuple[int, int]:
    """Issued and revoked on the moment's own day."""
    found = statistics.counts("day", at.day, at.day + timedelta(days=1))
    figures = whole(found)
    return figures.issued, figures.revoked
