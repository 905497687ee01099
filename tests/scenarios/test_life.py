"""The thread, whole, as one life: born, numbered, a card, a paper from a kiosk; moves, loses the card, dies.

Told through a real web server and a real worker. What people do at counters is done by the services, what systems do by
REST; the card is a virtual one whose keys and PINs no database knows.
"""

import subprocess

import pytest

from jlis.kernel.audit import sealing
from jlis.kernel.isolation.scope import MYNACARD, NUMBERS, acting
from jlis.kernel.reconcile import run as reconcile
from jlis.kernel.time import now
from jpki.choices import State
from jpki.domain.kinds import Kind
from juki.services import numbers
from mynacard.choices import State as CardState
from mynacard.models import Card
from mynacard.selectors import cards
from tests.scenarios.life import BORN, HOME, NAME, NEW_HOME, StoryLife, company_with_a_kiosk
from tests.scenarios.servers import house, wait_until
from tests.scenarios.story import Company, all_delivered, state_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def company() -> Company:
    return company_with_a_kiosk()


def agrees() -> None:
    """Everything that must agree does, at this point of the story."""
    wait_until(all_delivered, "the delivery")
    sealing.seal_now()
    assert [finding.name for finding in reconcile() if not finding.agrees] == []


def text_of(paper: bytes) -> str:
    raw = subprocess.run(["pdftotext", "-raw", "-", "-"], input=paper, check=True, capture_output=True).stdout
    return "".join(raw.decode().split())


def state_of_card(card: Card) -> str:
    with acting(MYNACARD):
        return cards.get(card.pk).state


def test_one_life(company):
    with house() as address:
        company.found_authorities(address)
        life = StoryLife(company, address)

        # Born, and numbered.
        life.is_born(at=BORN)
        with acting(NUMBERS):
            (number,) = numbers.open_numbers([life.resident]).values()
        assert len(number) == 12
        agrees()

        # Grown, she applies; the card is made, sent, set up, and handed over with both certificates.
        assert NAME in life.applies(at=now()).values()
        first_card = life.takes_the_card(at=now())
        assert first_card.state == CardState.LIVE
        agrees()

        # Her paper out of a kiosk says exactly her name.
        paper = text_of(life.prints(at=now()))
        assert "氏名𠮷田髙子" in paper
        assert "本籍東京都千代田区九段南一丁目2番" in paper
        assert HOME in paper
        agrees()

        # She moves within the town: the signature certificate ends within the minute, the other stays.
        with acting(MYNACARD):
            (sign,) = cards.certificates_on([first_card.pk], kind=Kind.SIGN_CARD.value)
        life.moves(NEW_HOME, at=now())
        assert wait_until(lambda: state_of(sign) is State.REVOKED, "the revocation") < 60
        assert NEW_HOME in text_of(life.prints(at=now()))
        life.renews_the_signature(at=now())
        agrees()

        # The card is lost: the kiosk takes it no more; the express lane brings a new one, and the old one ends by it.
        life.loses_the_card(at=now())
        assert life.store.refused("/api/v1/konbini/sessions", life.shown()) == (422, "suspended")
        second_card = life.gets_another(at=now())
        assert second_card.card_number != first_card.card_number
        assert second_card.state == CardState.LIVE
        assert state_of_card(first_card) == CardState.VOID
        assert NEW_HOME in text_of(life.prints(at=now()))
        agrees()

        # She dies between two papers: the card ends within the minute, and the second one does not come out.
        path, proof = life.at_the_kiosk()
        assert life.store.post(f"{path}/proof", proof)["menu"]
        life.dies(at=now())
        assert wait_until(lambda: state_of_card(second_card) == CardState.VOID, "the card's end") < 60
        status, _ = life.store.refused(f"{path}/requests", {"kind": "RESIDENCE_RECORD", "paid_yen": 300})
        assert status == 422
        agrees()
