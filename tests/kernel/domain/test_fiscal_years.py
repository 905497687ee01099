"""年度: from April to March, named by the era."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jlis.kernel.domain import fiscal_years


@pytest.mark.parametrize(
    ("day", "year"), [(date(2026, 3, 31), 2025), (date(2026, 4, 1), 2026), (date(2027, 1, 1), 2026)]
)
def test_it_begins_on_the_first_of_april(day, year):
    assert fiscal_years.fiscal_year(day) == year


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_every_day_lies_within_its_year(day):
    first, last = fiscal_years.bounds(fiscal_years.fiscal_year(day))
    assert first <= day <= last
    assert last - first in (timedelta(days=364), timedelta(days=365))


def test_twelve_months_in_order():
    months = fiscal_years.months(2026)
    assert months == sorted(months)
    assert (months[0], months[-1], len(months)) == (date(2026, 4, 1), date(2027, 3, 1), 12)


@pytest.mark.parametrize(("year", "label"), [(2026, "令和8年度"), (2019, "令和元年度"), (2018, "平成30年度")])
def test_its_name(year, label):
    assert fiscal_years.label(year) == label
