"""J2: the town is told each number that was given, changed or came along; once, in order, and nobody else is."""

import logging
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.db import ProgrammingError
from django.test import Client

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.domain.subject_sets import unpack_subjects
from jlis.kernel.errors import Forbidden, Invalid, NotFound
from jlis.kernel.faces.rest.models import IdempotencyRecord
from jlis.kernel.isolation.scope import NUMBERS, PUBLIC, REGISTRY, SYSTEM, acting
from juki.models import IndividualNumber, NumberNotice, Resident
from juki.reconciliation import towns_are_told_their_residents_numbers
from juki.services import loading, number_notices, numbers
from juki.services.ledger import Ledger
from juki.services.register import Register
from tests.conftest import CHIYODA, SHINJUKU, TOKYO, TSURUMI, YOKOHAMA, actor, client_of
from tests.jpki.people import account, sign_in
from tests.juki.caller import faults, problem, registered
from tests.juki.factories import birth, change, grown, tell, with_codes
from tests.juki.registers import file, row
from tests.juki.test_disclosure import disclosed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
NUMBERS_URL = "/api/v1/juki/individual-numbers"
MAY = "juki.receive_numbers"


@pytest.fixture
def system(clerk, outsider, at):
    """Chiyoda's resident register system, as the services know it; both towns have codes."""
    for town in (clerk, outsider):
        with_codes(town, at)
    return client_of(CHIYODA, MAY)


@pytest.fixture
def fetch(system, at):
    def fetched(after=0, limit=1000, by=system):
        return number_notices.fetch(after=after, limit=limit, by=by, at=at)

    return fetched


def born(clerk, at) -> str:
    (taken,) = tell(birth(), by=clerk, at=at)
    return taken.resident_code


def number_of(code: str) -> str:
    with acting(REGISTRY):
        resident = Resident.objects.get(resident_code=code).pk
    return numbers.open_numbers([resident])[resident]


def moved(code: str, clerk, outsider, at) -> None:
    """From Chiyoda to Shinjuku."""
    tell(change("D01", code), by=clerk, at=at)
    tell(grown(reason="R01", resident_code=code, changed_on="2026-11-21"), by=outsider, at=at)


def said(page) -> list[tuple[str, str, str]]:
    return [(told.kind, told.resident_code, told.number) for told in page.told]


# What is told


def test_a_birth_is_told_once_with_its_code_number_and_day(fetch, clerk, at):
    code = born(clerk, at)
    page = fetch()
    (told,) = page.told
    assert said(page) == [("NEW", code, number_of(code))]
    assert (told.office, told.given_on, page.next, page.more) == (CHIYODA, at.day, told.place, False)
    assert fetch(after=page.next).told == []
    assert fetch(after=page.next).next == page.next


def test_a_load_is_told_in_pages_one_after_another_and_nobody_twice(fetch, clerk, at, tmp_path):
    loading.load_file(path=file(tmp_path, *map(row, range(1, 6))), office=CHIYODA, by=clerk, at=at)
    first = fetch(limit=2)
    second = fetch(after=first.next, limit=2)
    last = fetch(after=second.next, limit=2)
    assert [len(page.told) for page in (first, second, last)] == [2, 2, 1]
    assert [page.more for page in (first, second, last)] == [True, True, False]
    told = [*said(first), *said(second), *said(last)]
    assert [code for _, code, _ in told] == [row(number)["resident_code"] for number in range(1, 6)]
    assert told == [("NEW", code, number_of(code)) for _, code, _ in told]


def test_a_page_that_got_lost_on_its_way_is_given_again(fetch, clerk, at):
    codes = [born(clerk, at) for _ in range(3)]
    assert said(fetch(limit=2)) == said(fetch(limit=2))
    assert [code for _, code, _ in said(fetch())] == codes


@pytest.mark.parametrize("reason", ["M05", "M06"])
def test_a_changed_number_is_told_and_the_old_one_no_more(fetch, clerk, at, reason):
    code = born(clerk, at)
    before = fetch()
    tell(change(reason, code), by=clerk, at=at)
    assert said(fetch(after=before.next)) == [("CHANGED", code, number_of(code))]
    assert number_of(code) != before.told[0].number
    # From the beginning again: what the change overtook is not told with a number that came later.
    assert [kind for kind, _, _ in said(fetch())] == ["CHANGED"]


def test_other_changes_tell_no_number(fetch, clerk, at):
    code = born(clerk, at)
    before = fetch()
    tell(change("M02", code, address="東京都千代田区霞が関1-1-1"), by=clerk, at=at)
    tell(change("D06", code), by=clerk, at=at)
    tell(grown(reason="R09", resident_code=code, changed_on="2026-11-21"), by=clerk, at=at)
    assert fetch(after=before.next).told == []


def test_who_moves_in_is_told_of_to_the_new_town_and_not_to_the_old_one_any_more(fetch, clerk, outsider, at):
    code = born(clerk, at)
    stays = born(clerk, at)
    moved(code, clerk, outsider, at)
    there = fetch(by=client_of(SHINJUKU, MAY))
    assert said(there) == [("MOVED_IN", code, number_of(code))]
    page = fetch(limit=1)
    assert (page.told, page.more) == ([], True)
    assert [code for _, code, _ in said(fetch(after=page.next))] == [stays]


def test_who_has_told_of_a_move_out_and_not_arrived_is_still_the_town_s(fetch, clerk, at):
    code = born(clerk, at)
    tell(change("D01", code), by=clerk, at=at)
    assert said(fetch()) == [("NEW", code, number_of(code))]


def test_a_city_s_system_is_told_for_its_wards_and_of_a_move_between_towns_and_ward(fetch, clerk, ward_clerk, at):
    code = born(clerk, at)
    tell(change("D01", code), by=clerk, at=at)
    tell(grown(reason="R01", resident_code=code, changed_on="2026-11-21"), by=ward_clerk, at=at)
    page = fetch(by=client_of(YOKOHAMA, MAY, kind="CITY"))
    assert [(told.office, told.kind, told.resident_code) for told in page.told] == [(TSURUMI, "MOVED_IN", code)]
    assert said(fetch(by=client_of(TSURUMI, MAY, kind="WARD"))) == said(page)


# Nothing lost


def test_what_commits_after_a_later_notice_was_read_is_told_all_the_same(fetch, clerk, at):
    first = born(clerk, at)
    second = born(clerk, at)
    with acting(REGISTRY):
        resident = Resident.objects.get(resident_code=second).pk
    page = fetch()
    assert [told.resident_code for told in page.told] == [first, second]
    # A transaction that had drawn its number before those two commits only now.
    with acting(REGISTRY):
        NumberNotice.objects.create(
            id=-1, prefecture=13, municipality=CHIYODA, office=CHIYODA, resident=resident, kind="NEW",
            given_on=at.day, noted_at=at.instant,
        )  # fmt: skip
    assert [told.resident_code for told in fetch(after=page.next).told] == [second]


def test_a_fetch_that_is_cut_off_has_told_nothing(fetch, clerk, at, monkeypatch):
    code = born(clerk, at)
    with monkeypatch.context() as broken:
        broken.setattr(numbers, "in_order", lambda residents: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            fetch()
    with acting(clerk.scope):
        assert NumberNotice.objects.get().told_at is None
    with acting(SYSTEM):
        assert not AuditEntry.objects.filter(action="juki.numbers_told").exists()
    assert [told.resident_code for told in fetch().told] == [code]


def test_a_number_and_its_notice_stand_or_fall_together(fetch, clerk, at, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(Ledger, "write", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            born(clerk, at)
    with acting(NUMBERS):
        assert not IndividualNumber.objects.exists()
    with acting(REGISTRY):
        assert not NumberNotice.objects.exists()
    code = born(clerk, at)
    assert [told.resident_code for told in fetch().told] == [code]


def test_a_notice_that_is_sent_twice_gives_and_tells_one_number(fetch, clerk, at):
    notice = birth()
    tell(notice, by=clerk, at=at)
    tell(notice, by=clerk, at=at)
    assert len(fetch().told) == 1


# Who is told


def test_the_next_town_is_told_nothing_and_sees_no_row(fetch, clerk, outsider, at):
    born(clerk, at)
    assert fetch(by=client_of(SHINJUKU, MAY)).told == []
    with acting(outsider.scope):
        assert not NumberNotice.objects.exists()
        assert NumberNotice.objects.update(told_at=at.instant, place=1) == 0
    with acting(clerk.scope):
        assert NumberNotice.objects.get().told_at is None


def test_a_town_may_not_make_move_or_take_away_notices(fetch, clerk, at):
    born(clerk, at)
    for act in (
        lambda: NumberNotice.objects.update(office=SHINJUKU),
        lambda: NumberNotice.objects.update(kind="CHANGED"),
        lambda: NumberNotice.objects.all().delete(),
        lambda: NumberNotice.objects.create(
            prefecture=13, municipality=CHIYODA, office=CHIYODA, resident=uuid4(), kind="NEW", given_on=at.day,
            noted_at=at.instant,
        ),
    ):  # fmt: skip
        with pytest.raises(ProgrammingError, match="denied"), acting(clerk.scope):
            act()


def test_staff_and_clients_without_the_duty_and_who_is_no_town_are_refused(fetch, clerk, at):
    for other in (clerk, actor(CHIYODA, "SUPERVISOR"), client_of(CHIYODA, "juki.notify", "juki.query")):
        with pytest.raises(Forbidden):
            fetch(by=other)
    with pytest.raises(NotFound):
        fetch(by=client_of(TOKYO, MAY, kind="PREFECTURE"))


@pytest.mark.parametrize("asked", [{"after": 1}, {"after": -1}, {"limit": 0}, {"limit": 1001}])
def test_a_place_that_was_never_given_and_a_page_too_large_are_refused(fetch, asked):
    with pytest.raises(Invalid):
        fetch(**asked)


# Written down


def test_each_fetch_is_in_the_chain_with_everybody_whose_number_was_told(fetch, clerk, system, at):
    codes = [born(clerk, at) for _ in range(2)]
    fetch()
    fetch(after=fetch().next)
    with acting(REGISTRY):
        bearers = set(Resident.objects.filter(resident_code__in=codes).values_list("pk", flat=True))
    with acting(SYSTEM):
        entries = list(AuditEntry.objects.filter(action="juki.numbers_told"))
    # Twice the same page; the one that told nobody tells of nobody.
    assert [(entry.actor_id, entry.purpose, entry.subject_count) for entry in entries] == [
        (system.id, "JUKI-COUNTER", 2)
    ] * 2
    assert set(unpack_subjects(bytes(entries[0].subjects))) == bearers
    assert not any(number_of(code) in str(entry.detail) for code in codes for entry in entries)


@pytest.mark.django_db(transaction=True)
def test_the_person_hears_that_their_number_was_told(fetch, clerk, at):
    code = born(clerk, at)
    fetch()
    with acting(REGISTRY):
        resident = Resident.objects.get(resident_code=code)
    (line,) = [line for line in disclosed(resident, clerk, at) if line.method == "市区町村への個人番号の通知"]
    assert line.fields == ["個人番号", "住民票コード"]


# REST


def test_a_town_s_system_receives_and_goes_on_and_nothing_keeps_the_number(clerk, at, caplog):
    with_codes(clerk, at)
    codes = [born(clerk, at) for _ in range(2)]
    town = registered(CHIYODA, MAY, at=at)
    with caplog.at_level(logging.DEBUG):
        answer = town.call("GET", f"{NUMBERS_URL}?limit=1", Idempotency_Key="once")
    assert (answer.headers["Cache-Control"], answer.headers["X-Delivered-Count"]) == ("no-store", "1")
    first = answer.json()
    assert first["results"] == [
        {"place": first["next"], "municipality": CHIYODA, "resident_code": codes[0],
         "individual_number": number_of(codes[0]), "kind": "NEW", "given_on": first["results"][0]["given_on"]}
    ]  # fmt: skip
    assert first["more"] is True
    second = town.get(f"{NUMBERS_URL}?after={first['next']}").json()
    assert [told["resident_code"] for told in second["results"]] == [codes[1]]
    assert town.get(f"{NUMBERS_URL}?after={second['next']}").json() == second | {"results": []}
    assert number_of(codes[0]) not in caplog.text
    with acting(town_scope()):
        assert not IdempotencyRecord.objects.exists()


def town_scope():
    return client_of(CHIYODA, MAY).scope


def test_the_next_town_another_token_and_bad_pages_are_answered_so(clerk, at):
    with_codes(clerk, at)
    born(clerk, at)
    assert registered(SHINJUKU, MAY, at=at).get(NUMBERS_URL).json() == {"results": [], "next": 0, "more": False}
    problem(registered(CHIYODA, "juki.notify", "juki.query", at=at).get(NUMBERS_URL), 403)
    town = registered(CHIYODA, MAY, at=at)
    assert {field for _, field, _ in faults(town.get(f"{NUMBERS_URL}?after=x&limit=1001"))} == {"after", "limit"}
    assert faults(town.get(f"{NUMBERS_URL}?after=1")) == {(None, "after", "not_given")}


# The counter's page


def test_the_clerk_sees_that_a_number_was_given_and_when_the_town_s_system_had_it(fetch, clerk, at):
    notice = birth()
    (taken,) = tell(notice, by=clerk, at=at)
    account("clerk-1", CHIYODA, "COUNTER_CLERK", at=at)
    desk = sign_in(Client(), "clerk-1")
    url = f"/juki/notices/{taken.notification}/"
    page = desk.get(url).content.decode()
    assert "付番しました" in page
    assert "まだ受け取っていません" in page
    assert "個人番号を表示する</button>" not in page
    desk.post("/juki/residents/", {"purpose": "JUKI-COUNTER", "name": "𠮷田　花子", "sex": "F"})
    fetch()
    page = desk.get(url).content.decode()
    assert "個人番号を表示する</button>" in page
    assert "に受け取りました" in page
    assert number_of(taken.resident_code) not in page
    (plain,) = tell(
        change("M14", taken.resident_code, former_surname="旧", former_surname_kana="キュウ"), by=clerk, at=at
    )
    assert "<dt>個人番号</dt>" not in desk.get(f"/juki/notices/{plain.notification}/").content.decode()


# Nobody forgotten


@pytest.fixture
def officer():
    return actor("JLIS-JUKI", "REGISTRY_OPERATOR", kind="JLIS")


def disagreeing() -> dict[str, int]:
    return {each.name: each.actual for each in towns_are_told_their_residents_numbers() if not each.agrees}


@pytest.fixture
def before_notices(monkeypatch):
    """As before there were notices: nothing is told within."""

    @contextmanager
    def silent():
        with monkeypatch.context() as without:
            without.setattr(Register, "_tell_number", lambda *_: None)
            yield

    return silent


def test_reconcile_finds_nothing_where_each_town_was_told(clerk, outsider, system, at):
    first, second = born(clerk, at), born(clerk, at)
    moved(first, clerk, outsider, at)
    tell(change("M05", second), by=clerk, at=at)
    tell(change("D03", born(clerk, at)), by=clerk, at=at)
    assert disagreeing() == {}


def test_what_is_missing_is_found_and_filled_in_once(fetch, clerk, outsider, officer, at, monkeypatch, before_notices):
    monkeypatch.setattr(number_notices, "BATCH", 2)
    with before_notices():
        codes = [born(clerk, at) for _ in range(4)]
        moved(codes[0], clerk, outsider, at)
    codes.append(born(clerk, at))
    assert disagreeing() == {"juki.numbers_untold": 4}
    later = at.later(days=30)
    with acting(PUBLIC):  # as a command stands before it has said who acts
        assert number_notices.fill_in(by=officer, at=later) == 4
    assert disagreeing() == {}
    assert number_notices.fill_in(by=officer, at=later) == 0
    assert sorted(said(fetch())) == sorted(("NEW", code, number_of(code)) for code in codes[1:])
    assert {told.given_on for told in fetch().told} == {at.day}, "when it was given, not when it was filled in"
    assert said(fetch(by=client_of(SHINJUKU, MAY))) == [("NEW", codes[0], number_of(codes[0]))]
    with acting(SYSTEM):
        entries = AuditEntry.objects.filter(action="juki.number_notices_filled")
        assert sorted((each.detail["office"], each.detail["count"]) for each in entries) == [
            (CHIYODA, 1), (CHIYODA, 2), (SHINJUKU, 1),
        ]  # fmt: skip


def test_a_change_and_a_move_that_were_not_told_are_filled_in_as_what_they_are(
    fetch, clerk, outsider, officer, at, before_notices
):
    changed, moves = born(clerk, at), born(clerk, at)
    before = fetch()
    tell(change("M05", moves), by=clerk, at=at)
    with before_notices():
        tell(change("M05", changed), by=clerk, at=at.later(days=1))
        moved(moves, clerk, outsider, at)
    assert disagreeing() == {"juki.numbers_untold": 2}
    assert number_notices.fill_in(by=officer, at=at.later(days=2)) == 2
    assert disagreeing() == {}
    assert said(fetch(after=before.next)) == [("CHANGED", changed, number_of(changed))]
    assert said(fetch(by=client_of(SHINJUKU, MAY))) == [("MOVED_IN", moves, number_of(moves))]


def test_a_number_told_twice_as_new_is_found(clerk, system, at):
    born(clerk, at)
    with acting(REGISTRY):
        notice = NumberNotice.objects.get()
        notice.pk, notice.notification = None, None
        notice.save(force_insert=True)
    assert disagreeing() == {"juki.numbers_told_twice": 1}


def test_only_the_centre_fills_in(clerk, officer, at):
    for other in (clerk, client_of(CHIYODA, MAY), actor("JLIS-CARD", "CARD_OPERATOR", kind="JLIS")):
        with pytest.raises(Forbidden):
            number_notices.fill_in(by=other, at=at)
