"""The counter's forms: one for each 異動事由, asking just what it needs; and a family told of in one go."""

import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from jlis.kernel.errors import Conflict
from jlis.kernel.isolation.scope import REGISTRY, acting
from juki.domain.changes import REASONS, TAKES_AWAY, ChangeClass, ChangeReason
from juki.models import IdentityRecord, Notification, ProtectedResident, Resident
from juki.services import notifications
from juki.web.forms import ENTERED_FOR_KNOWN, ENTERED_FOR_NEW, ENTERED_FOR_REMOVED
from tests.conftest import CHIYODA
from tests.jpki.people import account, sign_in
from tests.juki.factories import change, grown, tell, with_codes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
DAY = {"changed_on_era": "R", "changed_on_year": "8", "changed_on_month": "11", "changed_on_day": "20"}
FUTURE = DAY | {"changed_on_year": "9"}
BORN = {"birth_date_era": "S", "birth_date_year": "55", "birth_date_month": "2", "birth_date_day": "17"}
PERSON = BORN | {"name": "新田　花", "name_kana": "ニッタ　ハナ", "kana_source": "NOTIFIED", "sex": "F",
                 "resident_class": "JAPANESE", "town": "霞が関一丁目", "lot": "5番"}  # fmt: skip
FOR_FOREIGNERS = (ChangeReason.REMOVAL_NATURALISED, ChangeReason.ALIAS_ENTERED, ChangeReason.ALIAS_REMOVED)
ITEMS = {
    "former_surname": "旧田",
    "former_surname_kana": "キュウダ",
    "alias": "通称",
    "address": "東京都千代田区一番町1",
}


@pytest.fixture
def counter(at) -> Client:
    account("clerk", CHIYODA, "COUNTER_CLERK", at=at)
    return sign_in(Client(), "clerk")


@pytest.fixture
def family(clerk, at) -> list[Resident]:
    """Three who live together."""
    with_codes(clerk, at)
    told = [
        tell(grown(name=f"一家　{who}", name_kana=f"イッカ　{kana}"), by=clerk, at=at)[0]
        for who, kana in (("父", "チチ"), ("母", "ハハ"), ("子", "コ"))
    ]
    with acting(REGISTRY):
        return [Resident.objects.get(resident_code=taken.resident_code) for taken in told]


def form(reason: str) -> str:
    return reverse("juki_notice_enter", args=[reason])


def latest(resident: Resident) -> IdentityRecord:
    with acting(REGISTRY):
        return IdentityRecord.objects.get(resident=resident.pk, valid_to__isnull=True, superseded_at__isnull=True)


def test_every_reason_has_its_form():
    assert {*ENTERED_FOR_NEW, *ENTERED_FOR_KNOWN, *ENTERED_FOR_REMOVED} == set(ChangeReason)


def test_an_empty_form_is_refused_and_names_the_fields(counter, family):
    for reason in (*ENTERED_FOR_NEW, *ENTERED_FOR_KNOWN):
        known = {} if reason in ENTERED_FOR_NEW else {"resident": family[0].pk}
        page = counter.post(form(reason), known | {"step": "confirm"}).content.decode()
        assert "入力してください" in page, reason
        assert "この内容で通知する" not in page, reason
    with acting(REGISTRY):
        assert Notification.objects.count() == len(family)


def test_only_a_move_out_is_told_beforehand(counter, family):
    for reason in (*ENTERED_FOR_NEW, *ENTERED_FOR_KNOWN):
        known = {} if reason in ENTERED_FOR_NEW else {"resident": family[0].pk}
        filled = FUTURE | PERSON | ITEMS | known
        if reason is ChangeReason.MOVE_IN:
            filled["resident_code"] = "24727059608"
        with transaction.atomic():
            page = counter.post(form(reason), filled | {"step": "commit"}, follow=True).content.decode()
            transaction.set_rollback(True)
        assert ("未来の日付" in page) is not REASONS[reason].may_be_future, reason


def test_what_is_asked_is_what_the_reason_carries(counter, family):
    for reason in ENTERED_FOR_KNOWN:
        page = counter.get(form(reason), {"resident": family[0].pk}).content.decode()
        asked = set(re.findall(r'name="([a-z_]+?)(?:_era|_year|_month|_day)?"', page))
        person = {"name", "name_kana", "former_surname", "alias", "address", "birth_date", "sex", "town"} & asked
        if REASONS[reason].kind is ChangeClass.REMOVAL or reason in TAKES_AWAY:
            assert person == set(), reason


def test_each_change_can_be_told_by_hand(counter, clerk, at):
    with_codes(clerk, at)
    national = grown(former_surname="元田", former_surname_kana="モトダ")
    told = tell(national, grown(resident_class="FOREIGN", alias="通名"), by=clerk, at=at)
    with acting(REGISTRY):
        one, other = (Resident.objects.get(resident_code=taken.resident_code).pk for taken in told)
    for reason in ENTERED_FOR_KNOWN:
        filled = DAY | PERSON | ITEMS | {"resident": other if reason in FOR_FOREIGNERS else one, "step": "commit"}
        filled |= {"token": "t"} | ({"name": "高崎　太郎"} if reason is ChangeReason.MINOR_CORRECTION else {})
        with transaction.atomic():
            answer = counter.post(form(reason), filled)
            assert answer.status_code == 302, (reason, answer.content.decode())
            with acting(REGISTRY):
                assert Notification.objects.get(key="screen-t").status == "APPLIED", reason
            transaction.set_rollback(True)


def test_a_removal_told_by_mistake_is_cancelled_from_the_removed_record(counter, clerk, family, at):
    tell(change("D06", family[0].resident_code, changed_on="2026-11-10"), by=clerk, at=at)
    page = counter.post(
        "/juki/residents/", {"name_kana": "イッカ　チチ", "sex": "M", "purpose": "JUKI-COUNTER", "removed": "on"}
    )
    assert page.status_code == 200
    assert "異動の取消し（増）" in counter.get(f"/juki/residents/{family[0].pk}/").content.decode()
    record = latest(family[0])
    filled = DAY | PERSON | {"resident": family[0].pk, "name": record.name, "name_kana": record.name_kana, "sex": "M"}
    answer = counter.post(form("R09"), filled | {"address": record.address, "step": "commit", "token": "t"})
    assert answer.status_code == 302, answer.content.decode()
    assert latest(family[0]).state == "CURRENT"


def test_a_family_moves_within_the_town_in_one_go(counter, family):
    page = counter.get(form("M01"), {"resident": family[0].pk, "with_family": "1"}).content.decode()
    assert "一家　母" in page
    assert "一家　子" in page
    filled = DAY | {"town": "永田町一丁目", "lot": "7番1号", "resident": family[0].pk, "with_family": "1"}
    chosen = filled | {"family": [str(family[1].pk)]}
    assert "一家　母" in counter.post(form("M01"), chosen | {"step": "confirm"}).content.decode()
    assert counter.post(form("M01"), chosen | {"step": "commit"}).status_code == 302
    moved = "東京都千代田区永田町一丁目7番1号"
    assert [latest(member).address == moved for member in family] == [True, True, False]


def test_a_family_leaves_in_one_go_and_twice_sent_is_once(counter, family):
    filled = DAY | {"resident": family[0].pk, "with_family": "1", "family": [str(family[1].pk), str(family[2].pk)]}
    for _ in range(2):
        assert counter.post(form("D01"), filled | {"step": "commit", "token": "t"}).status_code == 302
    assert {latest(member).state for member in family} == {"REMOVED"}
    with acting(REGISTRY):
        assert Notification.objects.filter(reason="D01").count() == 3


def test_somebody_from_elsewhere_is_not_taken_along(counter, family, outsider, at):
    with_codes(outsider, at)
    (stranger,) = tell(grown(), by=outsider, at=at)
    with acting(REGISTRY):
        other = Resident.objects.get(resident_code=stranger.resident_code)
    filled = DAY | {"resident": family[0].pk, "with_family": "1", "family": [str(other.pk)], "step": "commit"}
    assert counter.post(form("D01"), filled).status_code == 200
    assert latest(other).state == "CURRENT"


def test_a_covered_persons_address_finds_no_family_and_is_found_by_none(counter, family, at):
    with acting(REGISTRY):
        ProtectedResident.objects.create(resident=family[1].pk, since=at.instant)
    page = counter.get(form("M01"), {"resident": family[0].pk, "with_family": "1"}).content.decode()
    assert "一家　子" in page
    assert "一家　母" not in page
    page = counter.get(form("M01"), {"resident": family[1].pk, "with_family": "1"}).content.decode()
    assert "一家　子" not in page


def test_a_family_that_moves_in_is_entered_one_after_the_other_with_the_address_kept(counter, family, clerk, at):
    filled = DAY | PERSON | {"step": "commit_and_go_on", "token": "first"}
    page = counter.post(form("R02"), filled).content.decode()
    assert "続けて、家族の入力をしてください" in page
    assert 'value="霞が関一丁目"' in page
    assert "新田" not in page
    with acting(REGISTRY):
        assert Notification.objects.get(key="screen-first").status == "APPLIED"


class TestTwoClerksAtOnce:
    """Each sees the record as it was when they began; what one did in between, the other does not undo."""

    CORRECTION = DAY | {"name": "一家　父", "name_kana": "イッカ　チチ", "kana_source": "NOTIFIED", "sex": "U"} | BORN

    def corrected(self, counter, resident, version, **changes):
        filled = self.CORRECTION | {"resident": resident.pk, "version": version, "token": "t"} | changes
        return counter.post(form("M03"), filled)

    @pytest.mark.parametrize("step", ["confirm", "commit"])
    def test_what_was_entered_from_an_older_record_is_begun_again(self, counter, family, step):
        assert self.corrected(counter, family[0], 1, name="一家　新", token="first", step="commit").status_code == 302
        answer = self.corrected(counter, family[0], 1, step=step)
        assert answer.url == f"{form('M03')}?resident={family[0].pk}"
        page = counter.get(answer.url).content.decode()
        assert "記録が変わりました" in page
        assert "一家　新" in page
        assert 'name="version" value="2"' in page
        assert latest(family[0]).name == "一家　新"

    def test_what_changed_between_the_page_and_the_lock_is_seen_too(self, family, clerk, at):
        code = family[0].resident_code
        moved = change("M03", code, name="一家　新")
        with pytest.raises(Conflict) as refused, acting(clerk.scope):
            notifications.receive(notices=[moved], by=clerk, at=at, channel="SCREEN", seen={code: 0})
        assert refused.value.code == "record_moved"

    def test_a_second_press_shows_what_the_first_did(self, counter, family):
        first = self.corrected(counter, family[0], 1, step="commit")
        assert first.status_code == 302
        assert self.corrected(counter, family[0], 1, step="commit").url == first.url
        assert latest(family[0]).version == 2


@pytest.mark.parametrize("reason", ["M02", "M03", "M04", "M20"])
def test_a_screen_on_which_nothing_was_changed_tells_nothing(counter, family, reason):
    record = latest(family[0])
    fields = ("name", "name_kana", "kana_source", "sex", "address")
    as_it_stands = DAY | BORN | {name: getattr(record, name) for name in fields}
    page = counter.post(form(reason), as_it_stands | {"resident": family[0].pk, "step": "commit", "token": "t"})
    assert "修正する項目がありません" in page.content.decode()
    with acting(REGISTRY):
        assert not Notification.objects.filter(key="screen-t").exists()
