"""Statements prepared once serve every scope on a connection, and each sees its own rows alone."""

from datetime import date

import pytest
from django.db import connection

from jlis.kernel.isolation.scope import Scope, acting
from juki.selectors.residents import FourItems, by_code, latest_of, matching
from tests.juki.factories import grown, tell, with_codes

pytestmark = pytest.mark.django_db
NOBODY = Scope("jlis_national", "NENKIN")
PENSION = NOBODY.for_purpose("B1-77")
PREFECTURE = Scope("jlis_prefectural", "130001")
DAY = date(2026, 11, 21)


@pytest.fixture
def namesakes(clerk, outsider, ward_clerk, at):
    """Three of one name: in Chiyoda, in Shinjuku, and in another prefecture."""
    taken = []
    for person in (clerk, outsider, ward_clerk):
        with_codes(person, at)
        taken += tell(grown(name="同姓　同名", name_kana="ドウセイ　ドウメイ"), by=person, at=at)
    return taken


def offices(scope: Scope, **items: str) -> set[str]:
    with acting(scope):
        return {row.office for row in matching(FourItems(**items), day=DAY, limit=50)}


@pytest.mark.parametrize(
    "items",
    [
        {"name": "同姓　同名", "sex": "M"},
        {"name_kana": "どうせい", "birth_date": "1980-02-17"},
        {"name_kana": "ドウセイ", "birth_date": "昭和55年2月日不詳"},
        {"address": "東京都", "birth_date": "S55.2.17"},
    ],
    ids=["name and sex", "kana and birth", "kana and month of birth", "address and birth"],
)
def test_each_scope_sees_its_own(namesakes, clerk, outsider, ward_clerk, items):
    # By the address of Tokyo nobody of Yokohama is found.
    there = {"131016", "131041"} if "address" in items else {"131016", "131041", "141011"}
    # Often enough for PostgreSQL to go over from plans for the values at hand to one plan for all.
    for _ in range(8):
        assert offices(clerk.scope, **items) == {"131016"}
        assert offices(outsider.scope, **items) == {"131041"}
        assert offices(ward_clerk.scope, **items) == there & {"141011"}
        assert offices(PREFECTURE, **items) == {"131016", "131041"}
        assert offices(PENSION, **items) == there
        assert offices(NOBODY, **items) == set()


def test_the_statements_are_prepared_one_for_each_role(namesakes, clerk):
    for _ in range(2):
        offices(clerk.scope, name="同姓　同名", sex="M")
        offices(PENSION, name="同姓　同名", sex="M")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT regexp_replace(statement, '.*-- ', '') FROM pg_prepared_statements"
            " WHERE statement LIKE '%%juki_identityrecord%%name_key =%%' ORDER BY 1"
        )
        assert [row[0] for row in cursor.fetchall()] == ["jlis_municipal", "jlis_national"]


def test_by_code_and_by_resident_within_the_scope(namesakes, clerk, outsider):
    mine, others, _ = namesakes
    for _ in range(8):
        with acting(clerk.scope):
            own = by_code(mine.resident_code)
            assert own is not None
            assert latest_of(own.resident).resident_code == mine.resident_code
            assert by_code(others.resident_code) is None
        with acting(outsider.scope):
            assert latest_of(own.resident) is None


def test_a_pattern_sign_is_a_letter_like_any_other(namesakes, clerk):
    assert offices(clerk.scope, name_kana="%", sex="M") == set()
    assert offices(clerk.scope, name_kana="ド_", sex="M") == set()
