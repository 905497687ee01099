"""What each relying party asked, counted from the chain's tallies, so that no figure differs from the chain (P5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from django.db.models import Sum

from jlis.kernel.audit.models import AuditTally
from jlis.kernel.organisations.models import Organisation
from jpki.choices import AskedKind, Channel
from jpki.domain.relying_parties import Asked
from jpki.models import VerificationPrice

ASKED, LINKED, LATEST = "jpki.certificate_validated", "jpki.serials_linked", "jpki.latest_items_provided"
"""The chain's words for a check of a certificate, for a link that was told, for items told by consent."""


@dataclass(frozen=True)
class Line:
    """What was asked in a month by one way of one kind of certificate, for whom; yen cut to whole ones."""

    organisation: str
    asked: Asked
    provider_name: str
    count: int
    yen_each: Decimal | None
    yen: int | None

    @property
    def channel_label(self) -> str:
        """The way in words."""
        return Channel(self.asked.channel).label

    @property
    def what_label(self) -> str:
        """The kind of certificate in words."""
        label = AskedKind(self.asked.priced_as).label
        return f"{label}（移動端末設備）" if self.asked.of_mobile else label


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def lines(organisation: str, month: date, *, provider: str = "") -> list[Line]:
    """What an organisation asked in a month; with `provider` only what a platform asked for it."""
    prices = list(VerificationPrice.objects.order_by("-valid_from"))
    names = dict(Organisation.objects.values_list("code", "name"))
    counted: dict[tuple[Asked, Decimal | None], int] = {}
    for day, method, calls in _by_day(organisation, month):
        asked = Asked.read(method)
        if not provider or asked.provider == provider:
            each = _price(prices, asked, day)
            counted[asked, each] = counted.get((asked, each), 0) + calls
    return [
        Line(organisation, asked, names.get(asked.provider, asked.provider), count, each, _whole(each, count))
        for (asked, each), count in sorted(counted.items(), key=lambda item: (item[0][0].method, item[0][1] or 0))
    ]


def links(organisation: str, month: date, *, provider: str = "") -> int:
    """How many links an organisation was told in a month."""
    return _told(LINKED, organisation, month, provider)


def latest_items(organisation: str, month: date, *, provider: str = "") -> int:
    """How many holders' latest items an organisation was told in a month."""
    return _told(LATEST, organisation, month, provider)


def _told(action: str, organisation: str, month: date, provider: str) -> int:
    rows = AuditTally.objects.filter(action=action, organisation=organisation, day__range=month_of(month))
    told = rows.values_list("kind").annotate(Sum("calls"))
    return sum(calls for method, calls in told if not provider or Asked.read(method).provider == provider)


def total(found: Iterable[Line]) -> int | None:
    """The sum in yen; None where a line has no price."""
    amounts = [line.yen for line in found]
    return None if None in amounts else sum(amount or 0 for amount in amounts)


def _by_day(organisation: str, month: date) -> Iterable[tuple[date, str, int]]:
    rows = AuditTally.objects.filter(action=ASKED, organisation=organisation, day__range=month_of(month))
    return rows.values_list("day", "kind").annotate(Sum("calls")).order_by("day", "kind")


def _price(prices: Iterable[VerificationPrice], asked: Asked, day: date) -> Decimal | None:
    """The price in force on the day; of a certificate that is not ours nothing is provided, and nothing owed."""
    if asked.what == AskedKind.UNKNOWN:
        return Decimal(0)
    matching = (each for each in prices if (each.channel, each.what) == (asked.channel, asked.priced_as))
    return next((each.yen for each in matching if each.valid_from <= day), None)


def _whole(each: Decimal | None, count: int) -> int | None:
    return None if each is None else int((each * count).quantize(Decimal(1), ROUND_DOWN))
