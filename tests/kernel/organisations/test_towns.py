import pytest

from jlis.kernel.organisations.selectors import towns

pytestmark = pytest.mark.usefixtures("masters")


@pytest.mark.parametrize("text", ["霞が関", "霞ヶ関", "霞ケ関", "かすみがせき", "ｶｽﾐｶﾞｾｷ", "カスミカ"])
def test_a_town_is_found_by_any_spelling(text):
    found = towns.search("131016", text)
    assert [str(town) for town in found] == ["霞が関一丁目", "霞が関二丁目", "霞が関三丁目"]
    assert {town.postcode for town in found} == {"1000013"}


def test_a_town_is_found_with_its_chome_in_figures():
    assert [str(town) for town in towns.search("131016", "霞が関2")] == ["霞が関二丁目"]


def test_another_offices_towns_stay_away():
    assert towns.search("131024", "霞が関") == []
    assert towns.search("131016", "") == []
    assert towns.search("131016", "　") == []


def test_a_town_known_only_to_the_postal_directory_is_found():
    [town] = towns.search("011029", "北30条西")
    assert (town.postcode, town.town_code, town.residential_indication) == ("0010030", "", None)


def test_a_postcode_names_its_places():
    [line] = towns.by_postcode("１００－００１３")
    assert (line.office_id, line.town) == ("131016", "霞が関")
    assert towns.by_postcode("0000000") == []
    assert len(towns.by_postcode("4980000")) > 1
