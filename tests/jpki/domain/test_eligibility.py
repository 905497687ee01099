"""Who is given which certificate."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from jlis.kernel.domain.partial_dates import PartialDate
from jpki.domain.eligibility import EXEMPTIONS, RULES, Applicant, age_on, are_lifted, hindrances
from jpki.domain.kinds import Kind

ADULT = Applicant(kind=Kind.SIGN_CARD, born=PartialDate(1980, 2, 17), day=date(2026, 4, 1))


def codes(applicant: Applicant) -> set[str]:
    return {rule.code for rule in hindrances(applicant)}


@pytest.mark.parametrize("kind", Kind)
def test_an_adult_gets_both(kind):
    assert codes(replace(ADULT, kind=kind)) == set()


@pytest.mark.parametrize(
    ("born", "hindered"),
    [
        (PartialDate(2011, 4, 1), False),  # fifteen today
        (PartialDate(2011, 4, 2), True),  # fifteen tomorrow
        (PartialDate(2011), True),  # perhaps
        (PartialDate(2010), False),
        (PartialDate(2025, 12, 1), True),
    ],
)
def test_under_fifteen_there_is_no_signature_certificate(born, hindered):
    assert ("under_age" in codes(replace(ADULT, born=born))) is hindered
    assert codes(replace(ADULT, born=born, kind=Kind.AUTH_CARD)) == set()


def test_under_fifteen_a_confirmed_exception_lifts_it():
    child = replace(ADULT, born=PartialDate(2012, 1, 1))

    assert codes(child) == {"under_age"}
    assert codes(replace(child, exemptions=frozenset({"MINOR_UNDERSTANDS"}))) == set()
    assert codes(replace(child, exemptions=frozenset({"WARD_BY_DOCTOR"}))) == {"under_age"}


def test_a_reason_lifts_its_own_rule_alone():
    child, ward = replace(ADULT, born=PartialDate(2012, 1, 1)), replace(ADULT, under_guardianship=True)

    assert are_lifted(hindrances(child), ["MINOR_UNDERSTANDS"])
    assert not are_lifted(hindrances(child), ["WARD_UNDERSTANDS", "WARD_BY_DOCTOR"])
    assert are_lifted(hindrances(ward), ["WARD_BY_DOCTOR"])
    assert not are_lifted(hindrances(ward), ["MINOR_UNDERSTANDS"])
    assert not are_lifted(hindrances(replace(ADULT, registered=False)), EXEMPTIONS)
    assert {each.lifts for each in EXEMPTIONS.values()} == {"under_age", "under_guardianship"}


def test_born_on_a_leap_day_counts_on_the_28th():
    assert age_on(date(2023, 2, 27), PartialDate(2008, 2, 29)) == 14
    assert age_on(date(2023, 2, 28), PartialDate(2008, 2, 29)) == 15
    assert age_on(date(2024, 2, 28), PartialDate(2008, 2, 29)) == 15
    assert age_on(date(2024, 2, 29), PartialDate(2008, 2, 29)) == 16


@pytest.mark.parametrize(
    ("born", "first"),
    [
        (PartialDate(2010, 0, 0), date(2025, 12, 31)),
        (PartialDate(2010, 4, 0), date(2025, 4, 30)),
        (PartialDate(2008, 2, 0), date(2023, 2, 28)),
    ],
)
def test_whose_birthday_is_not_known_is_fifteen_when_it_is_certain(born, first):
    assert (age_on(first - timedelta(days=1), born), age_on(first, born)) == (14, 15)


def test_guardianship_hinders_the_signature_unless_the_exception_is_confirmed():
    ward = replace(ADULT, under_guardianship=True)

    assert codes(ward) == {"under_guardianship"}
    assert codes(replace(ward, exemptions=frozenset({"WARD_UNDERSTANDS"}))) == set()
    assert codes(replace(ward, exemptions=frozenset({"MINOR_UNDERSTANDS"}))) == {"under_guardianship"}
    both = replace(ward, born=PartialDate(2012, 1, 1), exemptions=frozenset({"WARD_UNDERSTANDS"}))
    assert codes(both) == {"under_age"}
    assert codes(replace(ward, kind=Kind.AUTH_CARD)) == set()


def test_one_who_is_not_registered_gets_nothing():
    assert codes(replace(ADULT, registered=False)) == {"not_registered"}


def test_a_second_certificate_of_a_kind_waits_for_the_end_of_the_first():
    assert codes(replace(ADULT, holds_valid=True)) == {"double_issue"}


def test_every_rule_carries_its_article_and_a_message_for_the_clerk():
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert all(rule.article and rule.sentence.endswith("。") and rule.message.endswith("。") for rule in RULES)
