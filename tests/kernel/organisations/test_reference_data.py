import datetime

import pytest

from jlis.kernel.organisations.models import Municipality, Organisation, Postcode, Prefecture, ReferenceSet, Town
from jlis.kernel.organisations.services import reference_data
from jlis.kernel.time import Moment

LATER = Moment.of(datetime.date(2026, 12, 1))

pytestmark = pytest.mark.usefixtures("masters")


def test_loading_again_changes_nothing():
    before = {model: model.objects.count() for model in (Prefecture, Municipality, Organisation, Town, Postcode)}
    assert not any(each.changed for each in reference_data.load(at=LATER))
    assert {model: model.objects.count() for model in before} == before
    assert before[Prefecture] == 47
    assert before[Postcode] > 120_000


def test_a_file_that_changed_is_read_again_and_keeps_the_rows_of_others():
    Prefecture.objects.filter(number=13).update(kana="誤り")
    ReferenceSet.objects.filter(name="prefectures.csv:prefecture").update(digest="old")
    changed = [each.name for each in reference_data.load(at=LATER) if each.changed]
    assert changed == ["prefectures.csv:prefecture"]
    assert Prefecture.objects.get(number=13).kana == "トウキョウト"
    assert Municipality.objects.filter(prefecture=13).exists()


def test_every_office_has_a_body_towns_and_postcodes():
    offices = Municipality.objects.filter(valid_to__isnull=True).exclude(
        kind__in=("DESIGNATED_CITY", "NORTHERN_VILLAGE")
    )
    assert not offices.exclude(code__in=Organisation.objects.values("code")).exists()
    assert not offices.exclude(code__in=Town.objects.values("office")).exists()
    assert not offices.exclude(code__in=Postcode.objects.values("office")).exists()
    assert not Organisation.objects.filter(municipality__kind="NORTHERN_VILLAGE").exists()
