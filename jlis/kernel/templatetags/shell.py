"""Dates as people read them, and the shell's small drawings."""

import datetime
from collections.abc import Sequence
from typing import Literal

from django import forms, template
from django.forms import BoundField
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from jlis.kernel.domain.eras import format_era, format_era_time
from jlis.kernel.domain.partial_dates import PartialDate

register = template.Library()

TONES = {
    "AWAITING_APPROVAL": "warning",
    "QUEUED": "",
    "RUNNING": "info",
    "SUCCEEDED": "success",
    "FAILED": "error",
    "CANCELLED": "",
    "REJECTED": "warning",
    "EXPIRED": "warning",
}


@register.filter
def era(value: datetime.date | PartialDate | str | None) -> str:
    """昭和16年4月28日, of a date, a date partly unknown, or its stored form; nothing of nothing."""
    if not value:
        return ""
    if isinstance(value, datetime.datetime):
        return format_era(timezone.localtime(value).date() if timezone.is_aware(value) else value.date())
    if isinstance(value, datetime.date):
        return format_era(value)
    return (PartialDate.from_iso(value) if isinstance(value, str) else value).in_japanese


@register.filter
def era_time(value: datetime.datetime | None) -> str:
    """令和8年11月20日 17時02分, of an instant, in Japan."""
    return format_era_time(timezone.localtime(value)) if value else ""


@register.filter
def postcode(value: str) -> str:
    """100-0013 of 1000013."""
    return f"{value[:3]}-{value[3:]}" if value and len(value) == 7 else value


@register.filter
def job_tone(state: str) -> str:
    """The badge's tone for the state of a job."""
    return TONES.get(state, "")


@register.filter
def figures(value: int | Literal[""] | None) -> str:
    """12,345; nothing of nothing, and of a variable that the page lacks."""
    return "" if value is None or value == "" else f"{int(value):,}"


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether a field is a single box to tick, whose label stands beside it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_choice_list(field: BoundField) -> bool:
    """Whether a field shows its choices side by side."""
    return isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


@register.simple_tag
def printed_at() -> str:
    """When this page was made, for the head of its print."""
    return format_era_time(timezone.localtime())


@register.simple_tag
def badge(label: str, tone: str = "") -> SafeString:
    """A state as a word in a frame; the tone only adds to the word."""
    return format_html('<span class="badge{}">{}</span>', f" badge--{tone}" if tone else "", label)


@register.simple_tag
def bar_chart(rows: Sequence[tuple[str, int]], caption: str = "") -> SafeString:
    """Counts as bars: width 480, height 220, the highest bar 140."""
    if not rows:
        return format_html('<p class="quiet">{}</p>', "件数はありません。")
    highest = max([value for _, value in rows] + [1])
    step = 460 / len(rows)
    width = min(step * 0.6, 56)
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" rx="3"/>'
        '<text x="{}" y="{}">{}</text><text x="{}" y="204">{}</text>',
        (_bar(place, label, value, highest, step, width) for place, (label, value) in enumerate(rows)),
    )
    spoken = "、".join(f"{label} {value}" for label, value in rows)
    return format_html(
        '<svg class="chart" viewBox="0 0 480 220" role="img" aria-label="{}：{}">'
        '<line x1="8" y1="180" x2="472" y2="180"/>{}</svg>',
        caption,
        spoken,
        bars,
    )


def _bar(place: int, label: str, value: int, highest: int, step: float, width: float) -> tuple[object, ...]:
    middle = round(10 + step * (place + 0.5), 1)
    height = round(140 * value / highest, 1)
    top = 180 - height
    return round(middle - width / 2, 1), top, round(width, 1), height, middle, top - 8, f"{value:,}", middle, label


@register.simple_tag
def pyramid_chart(rows: Sequence[tuple[str, int, int]], widest: int) -> SafeString:
    """A population pyramid, the oldest on top: men to the left, women to the right, the widest bar 180 of 480."""
    if not rows:
        return format_html('<p class="quiet">{}</p>', "人数はありません。")
    step = 16
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="12"/><rect class="chart__other" x="280" y="{}" width="{}" height="12"/>'
        '<text x="240" y="{}">{}</text>',
        (
            (200 - _length(men, widest), top, _length(men, widest), top, _length(women, widest), top + 11, label)
            for top, (label, men, women) in zip(range(24, 10_000, step), reversed(rows), strict=False)
        ),
    )
    spoken = "、".join(f"{label} 男{men} 女{women}" for label, men, women in rows)
    return format_html(
        '<svg class="chart" viewBox="0 0 480 {}" role="img" aria-label="年齢5歳階級別の人数：{}">'
        '<text x="110" y="14">男</text><text x="370" y="14">女</text>{}</svg>',
        30 + step * len(rows),
        spoken,
        bars,
    )


def _length(value: int, widest: int) -> float:
    return round(180 * value / widest, 1)
