"""The pages of J14 and their files: the centre sees every body, a supervisor the own town, a clerk nothing."""

import csv
import io

import pytest
from django.test import Client

from juki.services import population
from tests.conftest import CHIYODA, actor
from tests.jpki.people import account, sign_in
from tests.juki.factories import grown, tell, with_codes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
PAGES = ("/juki/statistics/provisions/", "/juki/statistics/notifications/", "/juki/statistics/population/",
         "/juki/statistics/ledger/")  # fmt: skip


@pytest.fixture
def counted(clerk, outsider, at):
    for town in (clerk, outsider):
        with_codes(town, at)
        tell(grown(), by=town, at=at)
    population.count(by=actor("JLIS-JUKI", "REGISTRY_OPERATOR", kind="JLIS"), at=at)


def at_the_desk(organisation: str, duty: str, at) -> Client:
    account("somebody", organisation, duty, at=at)
    return sign_in(Client(), "somebody")


@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_with_figures_and_without(page, at):
    centre = at_the_desk("JLIS-JUKI", "REGISTRY_OPERATOR", at)
    assert centre.get(page).status_code == 200
    assert centre.get(page, {"year": "nonsense", "day": "nonsense"}).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_a_clerk_has_no_statistics(page, at):
    assert at_the_desk(CHIYODA, "COUNTER_CLERK", at).get(page).status_code == 403


def test_the_centre_sees_every_town_and_a_supervisor_the_own_one(counted, at):
    page = at_the_desk("JLIS-JUKI", "REGISTRY_OPERATOR", at).get(PAGES[2]).content.decode()
    assert "千代田区" in page
    assert "新宿区" in page
    own = Client()
    account("chief", CHIYODA, "SUPERVISOR", at=at)
    page = sign_in(own, "chief").get(PAGES[2]).content.decode()
    assert "千代田区" in page
    assert "新宿区" not in page


def test_the_file_says_what_the_page_says_and_opens_in_excel(counted, at):
    centre = at_the_desk("JLIS-JUKI", "REGISTRY_OPERATOR", at)
    answer = centre.get(PAGES[2], {"format": "csv"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {(row["市区町村コード"], row["年齢"], row["性別"], row["人数"]) for row in rows} == {
        ("131016", "46", "男", "1"), ("131041", "46", "男", "1")
    }  # fmt: skip
    assert "population-" in answer.headers["Content-Disposition"]
