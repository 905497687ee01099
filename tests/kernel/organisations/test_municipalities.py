import datetime

import pytest

from jlis.kernel.errors import NotFound
from jlis.kernel.isolation.scope import Scope
from jlis.kernel.organisations.selectors import municipalities, municipality, scope_for

TODAY = datetime.date(2026, 11, 21)

pytestmark = pytest.mark.usefixtures("masters")


def test_the_country_has_1741_municipalities_and_171_wards():
    kinds = [row.kind for row in municipalities.valid_at(TODAY)]
    assert kinds.count("WARD") == 171
    assert len(kinds) - kinds.count("WARD") - kinds.count("NORTHERN_VILLAGE") == 1741
    assert kinds.count("DESIGNATED_CITY") == 20
    assert kinds.count("SPECIAL_WARD") == 23


def test_a_ward_is_an_office_of_its_city():
    ward = municipality("141101")
    assert (ward.name, ward.is_office, ward.municipality_code) == ("横浜市戸塚区", True, "141003")
    assert municipalities.tenant_of("141101") == (14, "141003", "141101")
    assert municipalities.tenant_of("131016") == (13, "131016", "131016")
    assert not municipality("141003").is_office


def test_codes_hold_in_time():
    """浜松市 redrew its seven wards into three on 2024-01-01."""
    before, after = datetime.date(2023, 12, 31), datetime.date(2024, 1, 1)
    hamamatsu = {day: [row.name for row in municipalities.offices_at(day, within="221309")] for day in (before, after)}
    assert len(hamamatsu[before]) == 7
    assert hamamatsu[after] == ["浜松市中央区", "浜松市浜名区", "浜松市天竜区"]
    assert [row.name for row in municipalities.successors_of("221350")] == ["浜松市中央区", "浜松市浜名区"]


def test_an_office_is_asked_for_on_a_day():
    assert municipalities.office("221384", on=TODAY).name == "浜松市中央区"
    with pytest.raises(NotFound, match="この日には使われません"):
        municipalities.office("221350", on=TODAY)
    with pytest.raises(NotFound, match="住民を登録する団体ではありません"):
        municipalities.office("141003", on=TODAY)
    with pytest.raises(NotFound, match="999999"):
        municipality("999999")


def test_offices_within_a_prefecture_a_city_or_themselves():
    assert len(municipalities.offices_at(TODAY, within="130001")) == 62
    assert len(municipalities.offices_at(TODAY, within="141003")) == 18
    assert [row.code for row in municipalities.offices_at(TODAY, within="131016")] == ["131016"]
    assert len(municipalities.offices_at(TODAY)) == 1741 - 20 + 171


def test_an_address_begins_with_the_formal_name():
    assert municipalities.address_of("403440") == "福岡県糟屋郡須惠町"
    assert municipalities.address_of("141101") == "神奈川県横浜市戸塚区"


@pytest.mark.parametrize(
    ("code", "role"),
    [
        ("131016", "jlis_municipal"),
        ("141101", "jlis_municipal"),
        ("141003", "jlis_city"),
        ("130001", "jlis_prefectural"),
        ("MHLW", "jlis_national"),
        ("JLIS-JPKI", "jlis_operator"),
    ],
)
def test_the_kind_of_body_gives_the_role(code, role):
    assert scope_for(code) == Scope(role, org=code)


def test_an_unknown_body_has_no_scope():
    with pytest.raises(NotFound):
        scope_for("NOBODY")
