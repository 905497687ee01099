"""J11 on the screen: walked by the officer, the chief and a clerk of the town, and as the next town cannot."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.time import Moment, now
from juki.models import IdentityRecord, ProtectionMeasure
from tests.conftest import CHIYODA, SHINJUKU
from tests.jpki.people import account, sign_in
from tests.juki.protection import MARKER, SECRET, applied, covered_now, registered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
DUTIES = {"officer": "PROTECTION_OFFICER", "chief": "SUPERVISOR", "counter": "COUNTER_CLERK"}


@pytest.fixture
def at() -> Moment:
    """The screens' own clock."""
    return now()


@pytest.fixture
def resident(clerk, at):
    return registered(clerk, at)


@pytest.fixture
def people(resident, at) -> dict[str, Client]:
    """The town's three, and the next town's officer."""
    accounts = {name: (CHIYODA, duty) for name, duty in DUTIES.items()} | {
        "next": (SHINJUKU, "PROTECTION_OFFICER"),
        "next_chief": (SHINJUKU, "SUPERVISOR"),
    }
    entered = {}
    for name, (office, duty) in accounts.items():
        account(name, office, duty, at=at)
        entered[name] = sign_in(Client(), name)
        session = entered[name].session
        session["juki_purpose"] = "JUKI-COUNTER"
        session.save()
    return entered


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:400]
    return re.sub(r"\s+", " ", answer.content.decode())


def day(name: str, at: Moment) -> dict[str, str]:
    return {f"{name}_era": "R", f"{name}_year": str(at.day.year - 2018), f"{name}_month": str(at.day.month),
            f"{name}_day": str(at.day.day)}  # fmt: skip


def measure() -> ProtectionMeasure:
    with acting(REGISTRY):
        return ProtectionMeasure.objects.get(office=CHIYODA)


def act(client: Client, verb: str, **form: str):
    return client.post(reverse("juki_protection_act", args=[measure().pk, verb]), form, follow=True)


def test_from_the_application_to_the_end_by_two_people(people, resident, at):
    officer, chief = people["officer"], people["chief"]
    record = reverse("juki_resident", args=[resident.pk])
    assert "支援措置の申出を受ける" in text(officer.get(record))
    form = {"kind": "STALKING", "opinion": "POLICE", "honseki": SHINJUKU} | day("applied_on", at)
    page = text(officer.post(reverse("juki_protection_apply", args=[resident.pk]), form, follow=True))
    assert "仮支援措置を始めました" in page
    assert "ストーカー行為等" in page
    assert "東京都新宿区へ" in page
    assert covered_now() == {resident.pk}
    assert "決定待ち" in text(officer.get(reverse("juki_protections")))

    assert "「決定」" not in text(act(officer, "decide", **day("decided_on", at)))
    assert "期間の末日" in text(officer.get(reverse("juki_protection", args=[measure().pk])))
    assert "1か月前から" in text(act(officer, "extend"))
    assert "理由" in text(act(officer, "ask_end", reason=""))
    assert "終了の承認待ち" in text(act(officer, "ask_end", reason="本人の申出"))
    assert "終了の承認を記録する" not in text(officer.get(reverse("juki_protection", args=[measure().pk])))
    assert covered_now() == {resident.pk}
    assert "終了の承認を記録しました" in text(act(chief, "end"))
    assert covered_now() == set()
    assert "終了した支援措置はありません" not in text(chief.get(reverse("juki_protections"), {"show": "ended"}))


def test_a_forwarded_measure_is_confirmed_by_the_town_that_received_it(people, resident, at):
    applied(resident, at, applied_on=at.day, honseki=SHINJUKU)
    page = text(people["next"].get(reverse("juki_protections")))
    assert "転送を確認してください" in page
    assert "髙﨑" in page
    with acting(REGISTRY):
        copy = ProtectionMeasure.objects.get(office=SHINJUKU)
    own = reverse("juki_protection", args=[copy.pk])
    assert "東京都千代田区から転送" in text(people["next"].get(own))
    confirmed = text(people["next"].post(reverse("juki_protection_act", args=[copy.pk, "confirm"]), follow=True))
    assert "転送の確認を記録しました" in confirmed
    assert MARKER not in page + confirmed


def test_a_look_at_the_address_by_two(people, resident, at):
    applied(resident, at, applied_on=at.day)
    counter, chief = people["counter"], people["chief"]
    record = reverse("juki_resident", args=[resident.pk])
    page = text(counter.get(record))
    assert "支援措置の対象者です" in page
    assert MARKER not in page
    asked = counter.post(reverse("juki_unlock_ask", args=[resident.pk]), {"reason": "転居届の受付"}, follow=True)
    assert "承認を待っています" in text(asked)
    waiting = text(chief.get(reverse("juki_unlocks")))
    assert "転居届の受付" in waiting
    unlock = re.search(r"/juki/unlocks/([0-9a-f-]{36})/", waiting).group(1)  # type: ignore[union-attr]
    decided = chief.post(reverse("juki_unlock_decide", args=[unlock]), {"decision": "allow"}, follow=True)
    assert "承認しました" in text(decided)
    assert "住所を表示する" in text(counter.get(record))
    shown = counter.post(reverse("juki_addresses", args=[resident.pk]))
    assert SECRET in text(shown)
    assert shown.headers["Cache-Control"] == "no-store"


def test_the_list_of_a_search_says_covered_instead_of_the_address(people, resident, at):
    applied(resident, at, applied_on=at.day)
    asked = {"name": "髙﨑　太郎", "sex": "M", "purpose": "JUKI-COUNTER"}
    page = text(people["counter"].post(reverse("juki_search"), asked))
    assert "支援措置対象" in page
    assert MARKER not in page


def test_a_correction_left_empty_leaves_the_address_as_it_is(people, resident, at):
    applied(resident, at, applied_on=at.day)
    url = reverse("juki_notice_enter", args=["M02"])
    form = {"resident": str(resident.pk), "token": "t1", "name": "高崎　太郎", "address": "", "step": "commit"}
    answer = people["counter"].post(url, form | day("changed_on", at), follow=True)
    assert "反映しました" in text(answer)
    with acting(REGISTRY):
        latest = IdentityRecord.objects.get(resident=resident.pk, valid_to=None)
    assert (latest.name, latest.address) == ("高崎　太郎", SECRET)


def test_the_next_town_and_the_wrong_duty_stay_outside(people, resident, at):
    applied(resident, at, applied_on=at.day)
    own = reverse("juki_protection", args=[measure().pk])
    assert people["next"].get(own).status_code == 404
    assert act(people["next_chief"], "end").status_code == 404
    assert people["counter"].get(own).status_code == 403
    assert people["counter"].get(reverse("juki_protections")).status_code == 403
    assert people["counter"].get(reverse("juki_unlocks")).status_code == 403
    assert people["counter"].get(reverse("juki_protection_apply", args=[resident.pk])).status_code == 403
    assert people["next"].post(reverse("juki_addresses", args=[resident.pk])).status_code == 404
    assert "支援措置はありません" in text(people["next"].get(reverse("juki_protections")))


def test_an_act_that_is_none_is_not_found(people, resident, at):
    applied(resident, at, applied_on=at.day)
    assert act(people["officer"], "delete").status_code == 404
