"""The tally of the counters' issues, free and paid, and the monthly reports. The scope decides whose.

Figures come from the tallies, what a town reports and is billed for from the charges themselves.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet, Sum

from jlis.kernel.errors import NotFound
from jpki.choices import Issued
from jpki.domain import fee_reports
from jpki.models import CertificateCharge, ChargeTally, FeeReport


class Tally(NamedTuple):
    """Paid acts, and what they brought."""

    counted: int
    yen: int


class FeeLine(NamedTuple):
    """Acts of a day (or of a span): paid and free for the signature alone, for authentication alone, and for both."""

    day: date | None
    sign_paid: int
    sign_free: int
    auth_paid: int
    auth_free: int
    both_paid: int
    both_free: int
    yen: int

    @property
    def paid(self) -> int:
        """Paid acts."""
        return self.sign_paid + self.auth_paid + self.both_paid

    @property
    def free(self) -> int:
        """Free acts."""
        return self.sign_free + self.auth_free + self.both_free


def paid_in(office: str, month: date) -> Tally:
    """The paid acts of an office in a month."""
    found = CertificateCharge.objects.filter(
        office=office, day__gte=month, day__lt=fee_reports.following(month), yen__gt=0
    )
    told = found.aggregate(counted=Count("pk"), yen=Sum("yen"))
    return Tally(told["counted"], told["yen"] or 0)


def by_day(since: date, until: date, offices: Sequence[str] | None = None) -> list[FeeLine]:
    """Acts of offices (None: of all in sight) up to the eve of ``until``, by day; days without one are left out."""
    found = ChargeTally.objects.filter(day__gte=since, day__lt=until)
    found = found if offices is None else found.filter(office__in=offices)
    rows = found.order_by("day").values("day").annotate(**_COLUMNS)
    return [FeeLine(*row) for row in rows.values_list(*FeeLine._fields)]


def total(lines: Sequence[FeeLine]) -> FeeLine:
    """The lines' sum."""
    return FeeLine(None, *(sum(getattr(line, name) for line in lines) for name in FeeLine._fields[1:]))


def reports() -> QuerySet[FeeReport]:
    """Every report in sight, the newest first: a town's own, J-LIS's those that were confirmed."""
    return FeeReport.objects.order_by("-month", "office")


def report(pk: int) -> FeeReport:
    """One report. NotFound, also for another town's."""
    found = FeeReport.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound("fee_report_not_found", "該当する月次報告がありません。")
    return found


def months_to_draw(office: str, today: date, *, back: int = 12) -> list[date]:
    """The latest months that are over and have no report of the office, the newest first."""
    drawn = set(FeeReport.objects.filter(office=office).values_list("month", flat=True))
    month, found = fee_reports.month_of(today), []
    for _ in range(back):
        month = fee_reports.preceding(month)
        found += [] if month in drawn else [month]
    return found


_COLUMNS = {
    f"{issued.value.lower()}_{word}": Sum("acts", filter=Q(issued=issued, is_paid=is_paid), default=0)
    for issued in Issued
    for word, is_paid in (("paid", True), ("free", False))
} | {"yen": Sum("yen")}
