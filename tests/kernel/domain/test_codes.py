import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jlis.kernel.domain.codes import CorporateNumber, IndividualNumber, MunicipalityCode, ResidentRecordCode

DATA = Path(__file__).parents[3] / "jlis" / "kernel" / "organisations" / "data"

PUBLISHED = {
    MunicipalityCode: ["010006", "131016", "141003", "271004", "473821", "011002"],
    ResidentRecordCode: ["24727059608", "24846016224", "25208017643"],
    IndividualNumber: [
        "123456789018",
        "023456789013",
        "987654321093",
        "983205673214",
        "379474484458",
        "454972364860",
        "507957100721",
    ],
    CorporateNumber: [
        "7123456789012",
        "7000012050002",
        "8000020130001",
        "3000020141003",
        "6000020271004",
        "3010005022218",
    ],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in PUBLISHED.items() for text in texts])
def test_published_samples_are_valid(kind, text):
    assert kind.is_valid(text)
    assert kind(text) == text


@pytest.mark.parametrize("name", ["prefectures.csv", "municipalities.csv"])
def test_every_code_of_the_carried_data_is_valid(name):
    with (DATA / name).open(encoding="utf-8") as lines:
        codes = [row["code"] for row in csv.DictReader(lines)]
    assert codes
    assert [code for code in codes if not MunicipalityCode.is_valid(code)] == []


@pytest.mark.parametrize("kind", PUBLISHED)
@given(data=st.data())
def test_one_wrong_digit_is_noticed(kind, data):
    text = data.draw(st.sampled_from(PUBLISHED[kind]))
    place = data.draw(st.integers(0, kind.LENGTH - 1))
    digit = data.draw(st.sampled_from("0123456789").filter(lambda figure: figure != text[place]))
    wrong = text[:place] + digit + text[place + 1 :]
    blind_to = {("0", "9"), ("9", "0")} if kind is CorporateNumber else set()
    # Modulus 11 written in one digit confuses the remainders 0 and 1.
    if (text[place], digit) in blind_to or kind.is_valid(wrong):
        assert kind is CorporateNumber or _remainder_was_dropped(kind, text, wrong)
    else:
        assert kind.fault(wrong)


def _remainder_was_dropped(kind, text, wrong):
    return kind.check_digit(text[:-1]) == kind.check_digit(wrong[:-1]) in ("0", "1")


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (MunicipalityCode, "13101", "団体コードは6桁の数字です"),
        (MunicipalityCode, "１３１０１６", "団体コードは6桁の数字です"),
        (MunicipalityCode, "131017", "団体コードの検査数字が合いません"),
        (MunicipalityCode, "480002", "団体コードの先頭2桁は都道府県番号01から47です"),
        (ResidentRecordCode, "24727059600", "住民票コードの検査数字が合いません"),
        (IndividualNumber, "123456789010", "個人番号の検査数字が合いません"),
        (IndividualNumber, "12345678901a", "個人番号は12桁の数字です"),
        (CorporateNumber, "1123456789012", "法人番号の検査数字が合いません"),
        (MunicipalityCode, "131016\n", "団体コードは6桁の数字です"),
    ],
)
def test_a_fault_is_told_in_japanese_without_the_number(kind, text, message):
    with pytest.raises(ValueError, match=message) as refused:
        kind(text)
    assert text not in str(refused.value)


def test_a_municipality_code_knows_its_prefecture():
    code = MunicipalityCode.of("13101")
    assert (code, code.prefecture, code.is_prefecture) == ("131016", 13, False)
    assert MunicipalityCode("130001").is_prefecture


def test_a_personal_number_does_not_show_in_its_representation():
    assert "1234" not in repr(IndividualNumber("123456789018"))
    assert "2472" not in f"{[ResidentRecordCode('24727059608')]}"
