"""Each check-digit rule against its text, worked once more in the text's own words, and what it cannot see.

Sources of the samples: 個人番号 番号法総務省令5条 with the worked example 12345678901 → 8 and numbers printed on sample
residence records; 住民票コード the three codes of a published sample residence record (the minister's formula of
平成14年総務省告示436号 is not at hand in its text); 団体コード the ministry's list, whole, as carried in
jlis/kernel/organisations/data; 法人番号 法人番号省令2条 with the worked example 123456789012 → 7 and the numbers of
国税庁, 東京都, 横浜市 and 大阪市.
"""

import csv
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jlis.kernel.domain.codes import CorporateNumber, IndividualNumber, MunicipalityCode, ResidentRecordCode
from tests.kernel.domain.test_codes import DATA, PUBLISHED


def total(body, weight):
    """Σ Pn·Qn, where P1 is the lowest of the digits."""
    return sum(int(digit) * weight(n) for n, digit in enumerate(reversed(body), start=1))


def individual(body):
    """11 − (Σ Pn·Qn mod 11); Qn = n + 1 up to n = 6, n − 5 from 7 on; 0 where the remainder is 0 or 1."""
    remainder = total(body, lambda n: n + 1 if n <= 6 else n - 5) % 11
    return 0 if remainder <= 1 else 11 - remainder


def municipality(body):
    """The sum of the digits by 6, 5, 4, 3, 2; 11 less the remainder, of which the last figure."""
    return int(str(11 - total(body, lambda n: n + 1) % 11)[-1])


def corporate(body):
    """9 − (Σ Pn·Qn mod 9); Qn = 1 for odd n, 2 for even n."""
    return 9 - total(body, lambda n: 1 if n % 2 else 2) % 9


RULES = {
    IndividualNumber: individual,
    ResidentRecordCode: individual,
    MunicipalityCode: municipality,
    CorporateNumber: corporate,
}


def parts(kind, text):
    """The digits without the check digit, and the check digit: which stands first in a 法人番号."""
    return (text[1:], text[0]) if kind is CorporateNumber else (text[:-1], text[-1])


@pytest.mark.parametrize("kind", RULES)
def test_the_samples_bear_the_digit_of_the_text(kind):
    for text in PUBLISHED[kind]:
        body, digit = parts(kind, text)
        assert str(RULES[kind](body)) == digit == kind.check_digit(body)


@pytest.mark.parametrize(("kind", "body", "digit"), [
    (IndividualNumber, "12345678901", "8"), (ResidentRecordCode, "2472705960", "8"), (MunicipalityCode, "13101", "6"),
    (CorporateNumber, "123456789012", "7"), (CorporateNumber, "000012050002", "7"),
])  # fmt: skip
def test_the_worked_examples(kind, body, digit):
    assert kind.check_digit(body) == digit


@pytest.mark.parametrize("kind", RULES)
@given(data=st.data())
def test_any_digits_give_the_digit_of_the_text(kind, data):
    length = kind.LENGTH - 1
    body = data.draw(st.text("0123456789", min_size=length, max_size=length))
    assert kind.check_digit(body) == str(RULES[kind](body))


def test_every_municipality_of_the_ministrys_list():
    with (DATA / "municipalities.csv").open(encoding="utf-8") as lines:
        codes = [row["code"] for row in csv.DictReader(lines)]
    assert len(codes) > 1_700
    assert [code for code in codes if str(municipality(code[:5])) != code[5]] == []


@pytest.mark.parametrize("kind", RULES)
def test_a_wrong_check_digit_never_passes(kind):
    for text, wrong in product(PUBLISHED[kind], "0123456789"):
        body, digit = parts(kind, text)
        altered = wrong + body if kind is CorporateNumber else body + wrong
        assert kind.is_valid(altered) is (wrong == digit)


def slips(kind, text):
    """Every number with one figure other than in the sample, with the figure that stood there and the one that does."""
    for place, wrong in product(range(kind.LENGTH), "0123456789"):
        if text[place] != wrong:
            yield text[:place] + wrong + text[place + 1 :], text[place], wrong


@pytest.mark.parametrize("kind", [IndividualNumber, ResidentRecordCode, MunicipalityCode])
def test_a_single_slip_passes_only_where_the_rule_writes_two_remainders_alike(kind):
    every = [(slip, kind.check_digit(text[:-1])) for text in PUBLISHED[kind] for slip, _, _ in slips(kind, text)]
    seen = [digit for slip, digit in every if kind.is_valid(slip)]
    alike = {"0"} if kind is not MunicipalityCode else {"1"}
    assert set(seen) <= alike
    assert len(seen) < len(every) / 20


def test_a_corporate_number_takes_nought_for_nine_and_nothing_else():
    """Modulus nine sees no difference between the two; the check digit itself is never nought."""
    for text in PUBLISHED[CorporateNumber]:
        passing = {(slip, right, wrong) for slip, right, wrong in slips(CorporateNumber, text)
                   if CorporateNumber.is_valid(slip)}  # fmt: skip
        assert {frozenset((right, wrong)) for _, right, wrong in passing} <= {frozenset("09")}
        assert len(passing) == sum(text[1:].count(figure) for figure in "09")
