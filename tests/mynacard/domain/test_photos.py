"""What a machine says of a photo."""

from dataclasses import replace
from datetime import date

import pytest

from jlis.kernel.domain.partial_dates import PartialDate
from mynacard.domain.photos import Photo, findings, is_wanted

DAY = date(2026, 8, 31)
GOOD = Photo("JPEG", "RGB", 600, 771, 80_000, 0.3, 0.5, True)


def codes(photo: Photo, taken_on: date = DAY) -> set[str]:
    return {finding.code for finding in findings(photo, taken_on=taken_on, day=DAY)}


def test_a_good_photo_has_nothing_against_it():
    assert codes(GOOD) == set()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"image_format": "PNG"}, "not_jpeg"),
        ({"mode": "CMYK"}, "not_rgb"),
        ({"width": 479, "height": 616}, "too_small"),
        ({"width": 4700, "height": 6001}, "too_large"),
        ({"octets": 20 * 1024 - 1}, "too_light"),
        ({"octets": 7 * 1024 * 1024 + 1}, "too_heavy"),
        ({"width": 771}, "not_upright"),
        ({"face_share": 0.05}, "face_small"),
        ({"face_share": 0.8}, "face_large"),
        ({"face_middle": 0.2}, "off_centre"),
        ({"plain_background": False}, "background"),
        ({"exposed_on": date(2025, 1, 1)}, "exposed_long_ago"),
    ],
)
def test_each_rule_has_its_own_word(change, code):
    assert codes(replace(GOOD, **change)) == {code}


def test_six_months_to_the_day_over_a_short_month():
    assert codes(GOOD, taken_on=date(2026, 2, 28)) == set()
    assert codes(GOOD, taken_on=date(2026, 2, 27)) == {"too_old"}
    assert codes(GOOD, taken_on=date(2026, 9, 1)) == {"taken_later"}


def test_under_one_year_there_is_no_photo_on_the_card():
    born = PartialDate(2025, 9, 1)

    assert not is_wanted(born=born, day=date(2026, 8, 31))
    assert is_wanted(born=born, day=date(2026, 9, 1))
