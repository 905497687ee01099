"""Periods of the statistics: they cover a span without a gap, in the order of the 年度."""

from datetime import date

import pytest

from jpki.domain.spans import Span, Unit


def span(unit: Unit) -> Span:
    return Span(unit, 2026, date(2027, 2, 1))


@pytest.mark.parametrize(
    ("unit", "since", "until", "count"),
    [
        (Unit.DAY, date(2027, 2, 1), date(2027, 3, 1), 28),
        (Unit.MONTH, date(2026, 4, 1), date(2027, 4, 1), 12),
        (Unit.QUARTER, date(2026, 4, 1), date(2027, 4, 1), 4),
        (Unit.YEAR, date(2019, 4, 1), date(2027, 4, 1), 8),
    ],
)
def test_a_span_and_its_periods(unit, since, until, count):
    found = span(unit)

    assert (found.since, found.until, len(found.periods())) == (since, until, count)
    assert found.periods() == sorted(set(found.periods()))
    assert found.periods()[0] == since


@pytest.mark.parametrize(
    ("unit", "period", "label", "short"),
    [
        (Unit.DAY, date(2027, 2, 3), "令和9年2月3日", "3"),
        (Unit.MONTH, date(2027, 1, 1), "令和9年1月", "1月"),
        (Unit.QUARTER, date(2027, 1, 1), "第4四半期", "第4四半期"),
        (Unit.YEAR, date(2019, 4, 1), "令和元年度", "令和元年"),
    ],
)
def test_labels(unit, period, label, short):
    assert (span(unit).label(period), span(unit).short_label(period)) == (label, short)
