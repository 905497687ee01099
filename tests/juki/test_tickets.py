"""問合せ: a town asks, the centre answers, the town closes; no person's number, and no other town's question."""

import pytest
from django.test import Client

from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, acting
from juki.domain.tickets import MOVES, State, number_in
from juki.models import Ticket, TicketMessage
from juki.services import tickets
from juki.services.codes import with_check_digit
from tests.conftest import CHIYODA, SHINJUKU, actor
from tests.jpki.people import account, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
CODE = with_check_digit("1234567890")


@pytest.fixture
def asker():
    return actor(CHIYODA, "COUNTER_CLERK")


@pytest.fixture
def ticket(asker, at):
    return tickets.ask(office=CHIYODA, subject="順序待ち", body="反映されません。", by=asker, at=at)


WAYS = {"OPEN": [], "ANSWERED": ["answer"], "CLOSED": ["close"]}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("verb", list(MOVES))
def test_a_move_is_made_where_the_table_says_so_and_nowhere_else(ticket, asker, registry_operator, at, state, verb):
    for step in WAYS[state.value]:
        tickets.move(
            ticket_id=ticket.pk, verb=step, body="はい", by=registry_operator if step == "answer" else asker, at=at
        )
    who = registry_operator if verb == "answer" else asker
    if state in MOVES[verb].sources:
        moved = tickets.move(ticket_id=ticket.pk, verb=verb, body="続き", by=who, at=at)
        assert moved.state == MOVES[verb].target.value
        assert bool(moved.closed_at) == (moved.state == "CLOSED")
    else:
        with pytest.raises(Conflict):
            tickets.move(ticket_id=ticket.pk, verb=verb, body="続き", by=who, at=at)


def test_what_was_said_is_kept_in_its_order(ticket, asker, registry_operator, at):
    tickets.move(ticket_id=ticket.pk, verb="answer", body="欠番です。", by=registry_operator, at=at.later(hours=1))
    tickets.move(ticket_id=ticket.pk, verb="ask_again", body="どれですか。", by=asker, at=at.later(hours=2))
    with acting(REGISTRY):
        said = list(TicketMessage.objects.values_list("from_centre", "body"))
    assert said == [(False, "反映されません。"), (True, "欠番です。"), (False, "どれですか。")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"コードは{CODE}です", "住民票コード"),
        (f"{CODE[:4]} {CODE[4:8]}-{CODE[8:]}", "住民票コード"),
        (CODE.translate(str.maketrans("0123456789", "０１２３４５６７８９")), "住民票コード"),
        ("番号 1234 5678 9018", "個人番号"),
        ("受付番号 01a219cf-97b6-7497-8ad4-c8073dbfb457", ""),
        ("03-1234-5678 に電話しました", ""),
        (f"9{CODE}00", ""),
    ],
)
def test_a_person_s_number_is_seen_however_it_is_written(text, found):
    assert number_in(text) == found


@pytest.mark.parametrize(
    ("subject", "body", "field"),
    [
        ("", "x", "subject"), ("x", " ", "body"), ("x", CODE, "body"), (CODE, "x", "subject"),
        ("x" * 101, "x", "subject"), ("x", "x" * 4001, "body"),
    ],
)  # fmt: skip
def test_a_text_at_fault_is_refused_and_nothing_is_kept(asker, at, subject, body, field):
    with pytest.raises(Invalid) as refused:
        tickets.ask(office=CHIYODA, subject=subject, body=body, by=asker, at=at)
    assert [fault.field for fault in refused.value.errors] == [field]
    with acting(REGISTRY):
        assert not Ticket.objects.exists()


def test_the_next_town_and_the_wrong_duty_have_no_part_in_it(ticket, asker, outsider, registry_operator, at, rows):
    with pytest.raises(Forbidden):
        tickets.ask(office=CHIYODA, subject="x", body="x", by=outsider, at=at)
    for verb in ("ask_again", "close"):
        with pytest.raises(NotFound):
            tickets.move(ticket_id=ticket.pk, verb=verb, body="x", by=outsider, at=at)
    with pytest.raises(Forbidden):
        tickets.move(ticket_id=ticket.pk, verb="answer", body="x", by=asker, at=at)
    with pytest.raises(Forbidden):
        tickets.move(ticket_id=ticket.pk, verb="close", by=registry_operator, at=at)
    seen = {}
    for name, who in (("own", asker), ("next", outsider), ("centre", registry_operator)):
        with acting(who.scope):
            seen[name] = rows("juki_ticket"), rows("juki_ticketmessage")
    assert seen == {"own": (1, 1), "next": (0, 0), "centre": (1, 1)}


def at_the_desk(organisation, duty, at):
    account(f"who-{duty.lower()}-{organisation}", organisation, duty, at=at)
    return sign_in(Client(), f"who-{duty.lower()}-{organisation}")


def test_a_question_goes_from_desk_to_desk_and_back(at):
    town, centre = at_the_desk(CHIYODA, "COUNTER_CLERK", at), at_the_desk("JLIS-JUKI", "REGISTRY_OPERATOR", at)
    assert "住民の情報は書かないでください" in town.get("/juki/tickets/new/").content.decode()
    refused = town.post("/juki/tickets/new/", {"office": CHIYODA, "subject": "件名", "body": f"{CODE}の件"})
    assert "住民票コードと思われる数字があります" in refused.content.decode()
    made = town.post("/juki/tickets/new/", {"office": CHIYODA, "subject": "順序待ち", "body": "<b>反映されません</b>"})
    own = made.headers["Location"]
    assert "&lt;b&gt;反映されません" in town.get(own).content.decode()
    assert "順序待ち" in centre.get("/juki/help-desk/").content.decode()
    assert "回答待ちの問合せ" in centre.get("/desk/").content.decode()
    desk = own.replace("tickets", "help-desk")
    centre.post(desk, {"verb": "answer", "body": "欠番があります。"})
    page = town.get(own).content.decode()
    for words in ("回答あり", "欠番があります。", "解決したので終える"):
        assert words in page
    town.post(own, {"verb": "close"})
    assert "終了" in town.get("/juki/tickets/").content.decode()
    assert "textarea" not in town.get(own).content.decode()


def test_doors_that_are_shut(ticket, at):
    neighbour, centre = at_the_desk(SHINJUKU, "SUPERVISOR", at), at_the_desk("JLIS-JUKI", "REGISTRY_OPERATOR", at)
    assert "順序待ち" not in neighbour.get("/juki/tickets/").content.decode()
    assert neighbour.get(f"/juki/tickets/{ticket.pk}/").status_code == 404
    assert neighbour.get("/juki/help-desk/").status_code == 403
    assert neighbour.get(f"/juki/help-desk/{ticket.pk}/").status_code == 403
    assert centre.get("/juki/tickets/new/").status_code == 403
