"""The batches as commands, and the beat's tasks."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from jlis.celery import app
from jlis.kernel.isolation.scope import MYNACARD, acting
from mynacard import tasks
from mynacard.models import BatchRun
from tests.jpki.people import account
from tests.mynacard import cast

pytestmark = pytest.mark.django_db
BY = "operator-card"


@pytest.fixture
def centre(at):
    return account(BY, "JLIS-CARD", "CARD_OPERATOR", at=at)


def run(*words: object) -> dict:
    out = StringIO()
    call_command(*[str(word) for word in words], "--json", stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


def test_the_notice_run_for_a_date_twice_sends_once(founded, resident, clerk, centre, at):
    cast.live(resident, by=clerk, at=at)
    first = run("expiry_notices", "--on", "2035-11-17", "--by", BY)

    again = run("expiry_notices", "--on", "2035-11-17", "--by", BY)

    assert first == again
    assert first["sent"] == 1
    assert len(cast.events("expiry_notices_sent")) == 1


def test_the_clocks_of_a_date_twice_end_once(founded, resident, clerk, centre, at):
    card = cast.live(resident, by=clerk, at=at)
    first = run("card_clocks", "--on", "2036-02-18", "--by", BY)

    again = run("card_clocks", "--on", "2036-02-18", "--by", BY)

    assert first == again
    assert first["expire"] == 1
    assert (cast.again(card).cause, len(cast.events("card_voided"))) == ("EXPIRED", 1)


def test_the_express_run(founded, centre, at):
    assert run("express_dispatch", "--on", "2026-11-22", "--by", BY) == {
        "ok": True, "ordered": 0, "posted": 0, "stopped": 0,
    }  # fmt: skip


def test_who_may_not_is_refused(centre, at):
    account("clerk", "131016", "COUNTER_CLERK", at=at)

    for command in ("card_clocks", "expiry_notices", "express_dispatch"):
        with pytest.raises(CommandError):
            run(command, "--on", "2026-11-22", "--by", "clerk")
    with acting(MYNACARD):
        assert not BatchRun.objects.exists()


# Celery deprecates what the house's tasks say of their queue; the word stays until it has gone.
@pytest.mark.filterwarnings("ignore::celery.exceptions.CDeprecationWarning")
def test_the_beat_calls_the_batches_every_day():
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    ours = [tasks.run_card_clocks, tasks.send_expiry_notices, tasks.dispatch_express_cards]

    assert {task.name for task in ours} <= scheduled
    for task in ours:
        task()
        task()
    with acting(MYNACARD):
        assert BatchRun.objects.count() == 3
