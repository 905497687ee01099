"""Municipalities by code and day. All 1,900 are held in the process for a minute, for the loops that ask often."""

import datetime
import time
from typing import NamedTuple

from django.db.models import QuerySet

from jlis.kernel.errors import NotFound
from jlis.kernel.organisations.models import Municipality

SECONDS_HELD = 60.0


class Tenant(NamedTuple):
    """The columns that lead every table which holds a person."""

    prefecture: int
    municipality: str
    office: str


class _Register:
    """The masters as last read; a stale minute is nothing against the months that a change is known ahead."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._by_code: dict[str, Municipality] = {}
        self._read_at = float("-inf")

    def by_code(self) -> dict[str, Municipality]:
        if time.monotonic() - self._read_at > SECONDS_HELD:
            self._by_code = {row.code: row for row in Municipality.objects.select_related("prefecture", "city")}
            self._read_at = time.monotonic() if self._by_code else float("-inf")
        return self._by_code


_register = _Register()
forget = _register.forget
"""Let the next question read the table again (after loading or editing)."""


def municipality(code: str) -> Municipality:
    """The municipality or ward of a code, past ones included. Raises NotFound."""
    try:
        return _register.by_code()[code]
    except KeyError:
        raise NotFound(
            "municipality_unknown", f"団体コード {code} の市区町村はありません。", field="municipality"
        ) from None


def office(code: str, *, on: datetime.date) -> Municipality:
    """The office that registers residents under a code on a day. Raises NotFound for a code that is none or no more."""
    found = municipality(code)
    if not found.is_office:
        raise NotFound("office_unknown", f"{found.name}は住民を登録する団体ではありません。", field="municipality")
    if not found.holds_on(on):
        raise NotFound(
            "office_not_valid", f"{found.name}の団体コード {code} はこの日には使われません。", field="municipality"
        )
    return found


def tenant_of(office_code: str) -> Tenant:
    """Prefecture number, municipality and office of an office's code. Raises NotFound."""
    found = municipality(office_code)
    return Tenant(found.prefecture_id, found.municipality_code, found.code)


def address_of(code: str) -> str:
    """Prefecture, county and municipality as an address begins: 福岡県糟屋郡須惠町."""
    found = municipality(code)
    return f"{found.prefecture.name}{found.county}{found.official_name}"


def valid_at(day: datetime.date) -> QuerySet[Municipality]:
    """The municipalities and wards whose codes hold on the day."""
    return Municipality.objects.valid_at(day)


def offices_at(day: datetime.date, *, within: str = "") -> list[Municipality]:
    """The offices of the day: all, or `within` the code of a prefecture, of a designated city or of the one itself."""
    return [
        row
        for row in _register.by_code().values()
        if row.is_office and row.holds_on(day) and within in ("", row.code, row.city_id, row.prefecture.code)
    ]


def successors_of(code: str) -> list[Municipality]:
    """Who took over from a code that no longer holds; more than one where an area was divided."""
    return list(Municipality.objects.filter(ancestries__former_id=code).order_by("code"))
