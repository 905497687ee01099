"""The disclosure as a paper that the person takes home (J12)."""

import shutil
import subprocess
from datetime import date

import pytest

from juki.pdf.disclosure import Line, render

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no poppler-utils on this machine")


def paper(*lines: Line) -> bytes:
    return render(
        name="𠮷田 髙子", born="昭和16年4月28日", lines=lines, office="千代田区", disclosed_on=date(2026, 11, 21)
    )


def text_of(content: bytes) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, check=True, capture_output=True
    ).stdout.decode()


@needs_poppler
def test_it_names_the_person_exactly_and_lists_each_look():
    looks = [Line("令和8年11月20日 17時02分", "日本年金機構", "提供（即時）", "年金の裁定", "氏名、住所")] * 60
    text = text_of(paper(*looks))
    assert "𠮷田 髙子" in text
    assert "昭和16年4月28日生" in text
    assert text.count("日本年金機構") == 60
    assert "令和8年11月21日" in text
    assert "60件" in text


@needs_poppler
def test_it_says_so_when_nobody_looked():
    assert "0件" in text_of(paper())
