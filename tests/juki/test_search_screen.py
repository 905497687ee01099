"""The search on the screen: why first; what was looked for stands in no address; who is not here is not told of."""

import pytest
from django.test import Client

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, acting
from juki.models import Resident
from tests.conftest import CHIYODA, SHINJUKU
from tests.jpki.people import account, sign_in
from tests.juki.factories import grown, tell, with_codes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
SEARCH = "/juki/residents/"


@pytest.fixture
def counter(at) -> Client:
    """A clerk of Chiyoda at the screen."""
    account("clerk", CHIYODA, "COUNTER_CLERK", at=at)
    return sign_in(Client(), "clerk")


@pytest.fixture
def resident(clerk, at) -> Resident:
    """Somebody of Chiyoda."""
    with_codes(clerk, at)
    (taken,) = tell(grown(), by=clerk, at=at)
    with acting(REGISTRY):
        return Resident.objects.get(resident_code=taken.resident_code)


def searched(counter: Client, **fields: str) -> str:
    return counter.post(SEARCH, {"name": "高崎太郎", "sex": "M", "purpose": "JUKI-COUNTER"} | fields).content.decode()


def acts(action: str) -> int:
    with acting(SYSTEM):
        return AuditEntry.objects.filter(action=action).count()


def test_a_search_shows_the_person_and_opens_their_record(counter, resident):
    assert "髙﨑　太郎" in searched(counter)
    page = counter.get(f"{SEARCH}{resident.pk}/")
    assert page.status_code == 200
    assert resident.resident_code in page.content.decode()
    assert (acts("juki.searched"), acts("juki.viewed")) == (1, 1)


def test_without_a_purpose_nothing_is_searched(counter, resident):
    html = searched(counter, purpose="")
    assert "利用目的" in html
    assert "髙﨑" not in html
    assert acts("juki.searched") == 0


def test_a_purpose_of_somebody_else_is_no_choice(counter, resident):
    assert "髙﨑" not in searched(counter, purpose="B1-77")
    assert acts("juki.searched") == 0


def test_an_address_with_a_persons_items_searches_nothing(counter, resident):
    html = counter.get(SEARCH, {"name": "高崎太郎", "sex": "M", "purpose": "JUKI-COUNTER"}).content.decode()
    assert "髙﨑" not in html
    assert acts("juki.searched") == 0


def test_one_item_is_refused_with_what_to_do(counter, resident):
    assert "4情報のうち2つ以上を入力してください。" in searched(counter, name="")
    assert acts("juki.searched") == 0


def test_an_era_and_an_unknown_day_can_be_chosen(counter, clerk, at, resident):
    tell(grown(name="不詳　一人", birth_date="1980-02-00"), by=clerk, at=at)
    boxes = {"birth_date_era": "S", "birth_date_year": "55", "birth_date_month": "2", "birth_date_day": "",
             "birth_date_known": "DAY"}  # fmt: skip
    html = searched(counter, name="", **boxes)
    assert "不詳　一人" in html
    assert "髙﨑　太郎" in html
    assert "昭和55年2月日不詳" in html


def test_more_than_fifty_are_told_in_japanese_with_what_to_do(counter, clerk, at):
    with_codes(clerk, at)
    tell(*[grown(name=f"同姓　{number}") for number in range(51)], by=clerk, at=at)
    html = searched(counter, name="", name_kana="タカサキ")
    assert "該当者が50人を超えました。条件を足してください。" in html
    assert "50人以上" in html


def test_a_record_is_not_opened_before_a_purpose_was_chosen(counter, resident):
    page = counter.get(f"{SEARCH}{resident.pk}/")
    assert (page.status_code, page.headers["Location"]) == (302, SEARCH)
    assert acts("juki.viewed") == 0


def test_the_next_towns_resident_is_as_if_nobody(counter, resident, at):
    account("outsider", SHINJUKU, "COUNTER_CLERK", at=at)
    outsider = sign_in(Client(), "outsider")
    assert "該当する住民はいません。" in searched(outsider)
    nobody = "01a1fda4-0000-7000-8000-000000000000"
    for path in ("", "number/", "disclosure/"):
        theirs, nobodys = (
            (outsider.post if path else outsider.get)(f"{SEARCH}{which}/{path}") for which in (resident.pk, nobody)
        )
        assert theirs.status_code == nobodys.status_code == 404
        assert _without_tokens(theirs).replace(str(resident.pk), nobody) == _without_tokens(nobodys)


def test_whoever_may_not_search_is_refused_and_it_is_written_down(at):
    account("administrator", CHIYODA, "STAFF_ADMINISTRATOR", at=at)
    page = sign_in(Client(), "administrator").get(SEARCH)
    assert page.status_code == 403
    with acting(SYSTEM):
        assert AuditEntry.objects.get(outcome="DENIED").organisation == CHIYODA


def test_nobody_searches_before_signing_in(client):
    assert client.get(SEARCH).status_code == 302


def _without_tokens(page) -> str:
    return "".join(part for part in page.content.decode().splitlines() if "csrfmiddlewaretoken" not in part)
