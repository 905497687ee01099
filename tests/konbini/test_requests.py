"""One request, one paper, one charge; whatever does not agree goes nowhere (K1, K17, the last gate)."""

import threading
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection, connections

from jlis.kernel.errors import Conflict, Invalid, NotFound
from jlis.kernel.isolation.scope import KONBINI, SYSTEM, Scope, acting
from konbini.domain.transactions import PrintResult
from konbini.gateways.issuers import TownRefuses, TownUnavailable
from konbini.models import Charge, Paper, Transaction
from konbini.pdf import reading
from konbini.services import participants, prints, requests
from konbini.services.requests import Wanted
from tests.conftest import CHIYODA, SHINJUKU, client_of
from tests.jpki import cast
from tests.konbini.town import card_of, identified

pytestmark = pytest.mark.django_db
WANTED = Wanted("RESIDENCE_RECORD", whole_household=False, shows=frozenset(), paid_yen=300)


@pytest.fixture
def session(chiyoda, card, store, at):
    return identified(card, by=store, at=at).session


def kept() -> list[Transaction]:
    with acting(KONBINI):
        return list(Transaction.objects.order_by("asked_at"))


def charges() -> list[Charge]:
    with acting(KONBINI):
        return list(Charge.objects.all())


def entries(action: str) -> int:
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_auditentry WHERE action = %s", [action])
        return cursor.fetchone()[0]


def test_a_paper_is_made_fetched_printed_and_charged_once(session, store, at, resident):
    outcome = requests.issue(session=session, wanted=WANTED, by=store, at=at)
    made = outcome.transaction
    assert outcome.refusal is None
    paper = requests.waiting_paper(session=session, transaction=made.pk, by=store, at=at)
    text = "".join("".join(reading.content(paper).pages).split())
    assert "氏名𠮷田花子" in text
    assert reading.content(paper).reference == str(made.pk)
    assert charges() == []
    prints.tell(session=session, transaction=made.pk, result=PrintResult.PRINTED, by=store, at=at)
    (charge,) = charges()
    assert (charge.office, charge.fee_yen, charge.commission_yen) == (CHIYODA, 300, 117)
    assert entries("konbini.issued") == entries("konbini.printed") == 1


def test_the_paper_is_gone_once_its_print_was_told(session, store, at):
    made = requests.issue(session=session, wanted=WANTED, by=store, at=at).transaction
    prints.tell(session=session, transaction=made.pk, result=PrintResult.PRINTED, by=store, at=at)
    with pytest.raises(NotFound):
        requests.waiting_paper(session=session, transaction=made.pk, by=store, at=at)
    with acting(KONBINI):
        assert not Paper.objects.exists()


def test_a_print_told_twice_is_charged_once(session, store, at):
    made = requests.issue(session=session, wanted=WANTED, by=store, at=at).transaction
    for _ in range(2):
        told = prints.tell(session=session, transaction=made.pk, result=PrintResult.PRINTED, by=store, at=at)
        assert told.state == "PRINTED"
    assert len(charges()) == 1
    with pytest.raises(Conflict):
        prints.tell(session=session, transaction=made.pk, result=PrintResult.FAILED, by=store, at=at)


def test_a_failed_print_costs_nothing(session, store, at):
    made = requests.issue(session=session, wanted=WANTED, by=store, at=at).transaction
    prints.tell(session=session, transaction=made.pk, result=PrintResult.FAILED, by=store, at=at)
    assert charges() == []
    assert kept()[0].state == "FAILED"
    with pytest.raises(Conflict):
        prints.tell(session=session, transaction=made.pk, result=PrintResult.PRINTED, by=store, at=at)


def test_a_paper_nobody_tells_of_is_erased_and_its_request_stays(session, store, at):
    made = requests.issue(session=session, wanted=WANTED, by=store, at=at).transaction
    assert requests.erase_forgotten(at=at.later(minutes=9)) == 0
    assert requests.erase_forgotten(at=at.later(minutes=10)) == 1
    with pytest.raises(NotFound):
        requests.waiting_paper(session=session, transaction=made.pk, by=store, at=at)
    assert kept()[0].state == "ISSUED"


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (replace(WANTED, paid_yen=299), "paid_yen"),
        (replace(WANTED, paid_yen=0), "paid_yen"),
        (replace(WANTED, kind="TAX"), "kind"),
        (replace(WANTED, shows=frozenset({"INDIVIDUAL_NUMBER"})), "shows"),
        (replace(WANTED, shows=frozenset({"RESIDENT_CODE"})), "shows"),
    ],
)
def test_what_a_kiosk_does_not_give_is_named_and_not_asked_of_the_town(chiyoda, session, store, at, wanted, field):
    with pytest.raises(Invalid) as refused:
        requests.issue(session=session, wanted=wanted, by=store, at=at)
    assert refused.value.errors[0].field == field
    assert chiyoda.asked == []


@pytest.mark.parametrize(
    "refusal", [TownRefuses("protected", "窓口へ。"), TownUnavailable("town_unavailable", "応答なし。")]
)
def test_a_towns_refusal_is_kept_and_costs_nothing(chiyoda, session, store, at, refusal):
    chiyoda.refuses = refusal
    outcome = requests.issue(session=session, wanted=WANTED, by=store, at=at)
    assert outcome.refusal is refusal
    (made,) = kept()
    assert (made.state, made.refusal) == ("REFUSED", refusal.code)
    assert entries("konbini.refused") == 1
    with pytest.raises(Conflict):
        prints.tell(session=session, transaction=made.pk, result=PrintResult.PRINTED, by=store, at=at)


SPOILED_ORDERS = {
    "gate_transaction": lambda order: replace(order, transaction=str(uuid4())),
    "gate_number": lambda order: replace(order, number="20261121-131016-K-0000-0000-0000-0001"),
}


@pytest.mark.parametrize("code", SPOILED_ORDERS)
def test_a_paper_for_another_request_is_held_back(chiyoda, session, store, at, code):
    chiyoda.spoil_order = SPOILED_ORDERS[code]
    outcome = requests.issue(session=session, wanted=WANTED, by=store, at=at)
    assert outcome.refusal.code == code
    (made,) = kept()
    assert made.state == "BLOCKED"
    with acting(KONBINI):
        assert not Paper.objects.exists()
    assert entries("konbini.blocked") == 1


@pytest.mark.parametrize("paper", [b"", b"%PDF-1.7", b"<html>maintenance</html>"])
def test_what_is_no_paper_is_held_back(chiyoda, session, store, at, paper):
    chiyoda.spoil_paper = lambda _: paper
    outcome = requests.issue(session=session, wanted=WANTED, by=store, at=at)
    assert outcome.refusal.code.startswith("gate_")
    assert kept()[0].state == "BLOCKED"


def test_another_persons_paper_is_held_back(chiyoda, session, store, at, clerk):
    """The mix-up of 2023: the right number on the wrong person's paper."""

    other = cast.resident_of(clerk, at, name="髙﨑　一郎", name_kana="タカサキ　イチロウ")
    chiyoda.spoil_order = lambda order: replace(order, resident=other.pk)
    outcome = requests.issue(session=session, wanted=WANTED, by=store, at=at)
    assert outcome.refusal.code == "gate_name"


def test_a_stop_counts_before_the_next_paper(chiyoda, session, store, centre, at):
    participants.stop(office=CHIYODA, reason="誤交付の疑い", by=centre, at=at)
    with pytest.raises(Exception, match="停止"):
        requests.issue(session=session, wanted=WANTED, by=store, at=at)
    assert chiyoda.asked == []


def test_another_operator_finds_neither_paper_nor_transaction(session, store, at):
    made = requests.issue(session=session, wanted=WANTED, by=store, at=at).transaction
    rival = client_of("OTHER-STORE", "konbini.relay", kind="OPERATOR")
    with pytest.raises(NotFound):
        requests.waiting_paper(session=session, transaction=made.pk, by=rival, at=at)
    with pytest.raises(NotFound):
        prints.tell(session=session, transaction=made.pk, result=PrintResult.PRINTED, by=rival, at=at)


def test_the_next_towns_clerk_sees_no_transaction_of_this_town(session, store, at):
    requests.issue(session=session, wanted=WANTED, by=store, at=at)
    with acting(Scope("jlis_municipal", CHIYODA)):
        assert Transaction.objects.count() == 1
    with acting(Scope("jlis_municipal", SHINJUKU)):
        assert Transaction.objects.count() == 0


def test_what_was_asked_for_stands_on_the_paper(session, store, at):
    wanted = replace(WANTED, shows=frozenset({"RELATION", "KOSEKI"}))
    made = requests.issue(session=session, wanted=wanted, by=store, at=at).transaction
    paper = requests.waiting_paper(session=session, transaction=made.pk, by=store, at=at)
    text = "".join(reading.content(paper).pages[0].split())
    assert "続柄世帯主" in text
    assert "本籍東京都千代田区九段南一丁目2番" in text


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_pairs_of_requests_in_the_same_moment_each_get_their_own_paper(chiyoda, founded, clerk, store, at, monkeypatch):
    """Two kiosks, two people, one millisecond; ten times over real connections."""

    people = []
    for number, (name, kana) in enumerate([("𠮷田　花子", "ヨシダ　ハナコ"), ("髙﨑　一郎", "タカサキ　イチロウ")]):
        resident = cast.resident_of(clerk, at, name=name, name_kana=kana)
        people.append((name, card_of(resident, by=clerk, at=at, number=number)))
    papers: dict[str, list[str]] = {name: [] for name, _ in people}
    faults: list[BaseException] = []

    def ask(name, session, together):
        try:
            together.wait(20)
            made = requests.issue(session=session, wanted=WANTED, by=store, at=at).transaction
            paper = requests.waiting_paper(session=session, transaction=made.pk, by=store, at=at)
            papers[name].append("".join("".join(reading.content(paper).pages).split()))
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    for _ in range(10):
        sessions = [(name, identified(card, by=store, at=at).session) for name, card in people]
        together = threading.Barrier(len(sessions))
        threads = [threading.Thread(target=ask, args=(name, session, together)) for name, session in sessions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert faults == []
    for name, texts in papers.items():
        assert len(texts) == 10
        others = [other for other in papers if other != name]
        assert all("".join(name.split()) in text for text in texts)
        assert not any("".join(other.split()) in text for text in texts for other in others)
    assert len({made.number for made in kept()}) == 20
