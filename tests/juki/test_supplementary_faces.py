"""附票本人確認情報 by REST, by a file and on the screen; closed to other duties and to other towns."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.conftest import CHIYODA, SHINJUKU
from tests.jpki.people import account, sign_in
from tests.juki.caller import faults, problem, registered
from tests.juki.factories import with_codes
from tests.juki.test_supplementary import notice, told
from tests.juki.towns import living

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
PATH = "/api/v1/juki/supplementary-notices"


@pytest.fixture
def resident(clerk, outsider, at):
    for town in (clerk, outsider):
        with_codes(town, at)
    return living(clerk, at)


@pytest.fixture
def screen(at) -> Client:
    """A clerk of the 本籍地 at the screen."""
    account("shinjuku", SHINJUKU, "COUNTER_CLERK", at=at)
    return sign_in(Client(), "shinjuku")


def csv_of(*notices) -> SimpleUploadedFile:
    names = list(dict.fromkeys(name for each in notices for name in each))
    lines = [",".join(names), *(",".join(each.get(name, "") for name in names) for each in notices)]
    return SimpleUploadedFile("notices.csv", "\r\n".join(lines).encode())


def test_a_system_tells_and_a_key_is_one_notice(resident, at):
    system = registered(SHINJUKU, "juki.notify_supplementary", at=at)
    body = {"notices": [notice(resident)]}
    (first,) = system.post(PATH, body).json()["results"]
    (again,) = system.post(PATH, body).json()["results"]
    assert (first["version"], first["replayed"], again["replayed"]) == (1, False, True)
    found = faults(system.post(PATH, {"notices": [notice(resident, key="s-2")]}), 422)
    assert found == {(1, "resident_code", "kept_already")}
    assert (1, "sex", "not_a_choice") in faults(system.post(PATH, [notice(resident, key="s-3", sex="X")]))
    assert problem(system.post(PATH, {"notices": None}), 400)


def test_a_system_without_the_scope_is_refused(resident, at):
    problem(registered(SHINJUKU, "juki.notify", at=at).post(PATH, {"notices": [notice(resident)]}), 403)


def test_a_file_is_taken_whole_or_not_at_all(resident, screen):
    bad = screen.post("/juki/supplementary/file/", {"file": csv_of(notice(resident), notice(resident, key="s-2"))})
    assert "2行目" in bad.content.decode()
    taken = screen.post("/juki/supplementary/file/", {"file": csv_of(notice(resident))})
    assert taken.status_code == 302
    page = screen.post("/juki/supplementary/", {"name": "高崎太郎", "birth_date": "1980-02-17"}).content.decode()
    assert "髙﨑　太郎" in page
    broken = screen.post("/juki/supplementary/file/", {"file": SimpleUploadedFile("x.csv", b"name\r\nx")})
    assert "列「通知キー」（key）が必要です。" in broken.content.decode()


def test_a_clerk_tells_searches_and_reads(resident, screen):
    form = {"reason": "S01", "changed_on": "2026-11-01", "resident_code": resident.resident_code, "token": "t-1"}
    refused = screen.post("/juki/supplementary/new/", form).content.decode()
    assert "氏名は必須です。" in refused
    entry = {name: value for name, value in notice(resident).items() if name not in ("key", "reason", "changed_on")}
    assert screen.post("/juki/supplementary/new/", form | entry).status_code == 302
    gone = form | {"reason": "S04", "address": "フランス共和国パリ市", "token": "t-2", "changed_on": "2026-11-03"}
    assert screen.post("/juki/supplementary/new/", gone).status_code == 302
    page = screen.get(f"/juki/supplementary/{resident.pk}/").content.decode()
    assert "国外転出者" in page
    assert "令和8年11月3日" in page
    assert "フランス共和国パリ市" in page


def test_another_town_and_another_duty_see_nothing(resident, outsider, at):
    told(notice(resident), by=outsider, at=at)
    account("chiyoda", CHIYODA, "COUNTER_CLERK", at=at)
    account("admin", SHINJUKU, "STAFF_ADMINISTRATOR", at=at)
    stranger, administrator = sign_in(Client(), "chiyoda"), sign_in(Client(), "admin")
    assert stranger.get(f"/juki/supplementary/{resident.pk}/").status_code == 404
    found = stranger.post("/juki/supplementary/", {"name": "高崎太郎", "birth_date": "1980-02-17"})
    assert "該当する方はいません" in found.content.decode()
    for path in ("", "new/", "file/", f"{resident.pk}/"):
        assert administrator.get(f"/juki/supplementary/{path}").status_code == 403
