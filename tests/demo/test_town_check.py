"""The reference town leads a 整合性確認 over a real line, and knows when the next is due."""

from datetime import datetime
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from jlis.demo.town_server import consistency, register
from jlis.kernel.time import TOKYO
from juki.services import loading
from tests.conftest import CHIYODA, SHINJUKU
from tests.demo.test_town_server import TOWN
from tests.juki.caller import registered
from tests.juki.comparing import register_of
from tests.juki.registers import file, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_passwords")]


@pytest.fixture
def folder(tmp_path, clerk, at, monkeypatch):
    """A town's files, its register as the nation has it; the line is the test client's."""
    loading.load_file(path=file(tmp_path, *map(row, range(20))), office=CHIYODA, by=clerk, at=at)
    system = registered(CHIYODA, "juki.check_consistency", at=at)
    register.write(tmp_path, CHIYODA, TOWN, {})
    register.write_notified(register.register_of(tmp_path, CHIYODA), register_of(CHIYODA))
    credentials = {"client_id": system.client_id, "client_secret": system.secret}
    register.write_private(tmp_path / f"{CHIYODA}.client.json", credentials)

    def sent(nation, path, body, kind, authorization):
        answer = system.http.generic("POST", path, body, kind, headers={"Authorization": authorization})
        assert answer.status_code < 300, answer.content
        return answer.json()

    monkeypatch.setattr(consistency.Nation, "_send", sent)
    return tmp_path


def test_a_register_that_agrees_and_one_that_does_not(folder):
    assert consistency.check(folder, CHIYODA, "http://nation")["state"] == "agreed"
    path = register.register_of(folder, CHIYODA)
    with register.opened(path) as database:
        records = register.notified(database)
    code = sorted(records)[0]
    register.write_notified(path, records | {code: records[code] | {"name": "別の　名"}})
    found = consistency.check(folder, CHIYODA, "http://nation")
    assert (found["state"], found["items_differ"], found["question"]) == ("differed", 1, None)
    assert consistency.in_words(found).startswith("整合性確認 違いあり: 当団体だけ 0人、全国だけ 0人、項目が異なる 1人")


@pytest.mark.parametrize(("hour", "wait"), [(3, 1.0), (4, 24.0), (5, 23.0)])
def test_the_next_check_is_due_at_four(hour, wait):
    assert consistency.until_next(datetime(2026, 11, 21, hour, tzinfo=TOKYO)) == wait * 3600


def test_a_day_on_which_it_fails_is_told_and_the_next_one_comes(monkeypatch):
    said, naps = [], []
    found = {"state": "agreed", "only_in_town": 0, "only_in_nation": 0, "items_differ": 0, "told": 1}
    outcomes = iter([OSError("no line"), found])

    def once():
        outcome = next(outcomes)
        if isinstance(outcome, OSError):
            raise outcome
        return outcome

    def nap(seconds):
        naps.append(seconds)
        if len(naps) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(consistency, "time", SimpleNamespace(sleep=nap))
    with pytest.raises(KeyboardInterrupt):
        consistency.check_daily(once, said.append)
    assert said[0] == "整合性確認を行えませんでした（OSError）。"
    assert said[1].startswith("整合性確認 一致")
    assert naps[0] == consistency.FIRST_AFTER


def test_the_command_says_what_is_missing(settings, tmp_path, folder):
    settings.JLIS_HOME = tmp_path
    with pytest.raises(CommandError, match="データがありません"):
        call_command("town_check", office=SHINJUKU)
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "town").symlink_to(folder)
    with pytest.raises(CommandError, match="--nation"):
        call_command("town_check", office=CHIYODA)
    call_command("town_check", office=CHIYODA, nation="http://nation")
