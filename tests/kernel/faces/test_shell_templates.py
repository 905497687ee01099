import datetime
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.templatetags.shell import bar_chart, era, era_time, job_tone, postcode

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (datetime.date(2019, 5, 1), "令和元年5月1日"),
        (PartialDate(1941, 4), "昭和16年4月日不詳"),
        ("1941-00-00", "昭和16年月日不詳"),
        (datetime.datetime(2026, 11, 20, 15, 30, tzinfo=datetime.UTC), "令和8年11月21日"),
        (None, ""),
    ],
)
def test_dates_are_shown_with_their_era(value, shown):
    assert era(value) == shown


def test_an_instant_is_shown_in_japans_time():
    assert era_time(datetime.datetime(2026, 11, 20, 8, 2, tzinfo=datetime.UTC)) == "令和8年11月20日 17時02分"


def test_small_words():
    assert postcode("1000013") == "100-0013"
    assert job_tone("FAILED") == "error"


def test_a_chart_can_be_read_aloud_and_escapes_its_labels():
    drawn = bar_chart([("月", 120), ("<火>", 0)], "件数")
    assert 'aria-label="件数：月 120、&lt;火&gt; 0"' in drawn
    assert "<火>" not in drawn
    assert "件数はありません。" in bar_chart([], "件数")


def test_changes_are_marked_by_a_word():
    changes = [
        SimpleNamespace(label="住所", before="甲", after="乙"),
        SimpleNamespace(label="氏名", before="丙", after="丙"),
    ]
    drawn = render_to_string("shell/components/changes.html", {"changes": changes})
    assert drawn.count("changed-mark") == 1


def test_the_page_for_a_crash_needs_no_request():
    assert "受付番号" in render_to_string("500.html", {"request_id": "123"})


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates")))
def test_no_template_holds_inline_code_or_style(path: Path):
    """The content security policy would refuse it."""
    text = path.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=[\"']|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
