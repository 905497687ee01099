"""電子証明書の窓口手続 on the screen: chosen, confirmed, keyed in, done, and printed on one paper."""

import re

import pytest
from django.test import Client

from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.time import Moment, now
from jpki.domain.kinds import Kind
from jpki.models import CertificateCharge
from mynacard.models import CertificateSitting
from tests.jpki.people import account, sign_in
from tests.juki.test_disclosure_paper import needs_poppler, text_of
from tests.mynacard import cast
from tests.mynacard.test_screens import text

pytestmark = pytest.mark.django_db
ASKED = {"deed_sign": "REISSUE", "deed_auth": "REVOKE", "proof": "CARD", "visitor": "HOLDER", "ground": "LOST",
         "resets": ["signature"]}  # fmt: skip


@pytest.fixture
def at() -> Moment:
    """The screens' own clock."""
    return now()


@pytest.fixture
def counter(founded, at) -> Client:
    account("clerk-131016", "131016", "COUNTER_CLERK", at=at)
    return sign_in(Client(), "clerk-131016")


@pytest.fixture
def card(resident, clerk, at):
    return cast.live(resident, by=clerk, at=at)


def seen(counter, card) -> dict[str, str]:
    """What the form carries unseen: the certificates as they were shown."""
    return dict(re.findall(r'name="(former_\w+)" value="(\d+)"', counter.get(page(card)).content.decode()))


def page(card) -> str:
    return f"/mynacard/cards/{card.pk}/certificates/"


def test_what_the_clerk_sees_before_anything(counter, card, chips):
    chips.chips[card.card_number]["locked"] = ["authentication"]

    shown = text(counter.get(page(card)))

    assert "髙﨑　太郎" in shown
    assert shown.count('<span class="badge badge--success">有効</span>') >= 2
    assert "あと5回（5回まで）" in shown
    assert "ロックされています" in shown
    assert "紛失・破損などによる再発行（200円）" in shown
    assert 'value="RENEW"' not in shown
    assert f'href="{page(card)}"' in text(counter.get(f"/mynacard/cards/{card.pk}/"))


@needs_poppler
def test_a_sitting_from_the_choice_to_the_paper(counter, card, chips):
    shown = seen(counter, card)
    nothing = text(counter.post(page(card), shown | {"step": "confirm", "proof": "CARD", "visitor": "HOLDER"}))
    assert "行う手続を一つ以上選んでください" in nothing
    confirm = counter.post(page(card), shown | ASKED | {"step": "confirm"})
    assert "200円（紛失・破損などによる再発行）" in text(confirm)
    assert 'name="signature"' in text(confirm)
    assert 'name="authentication"' not in text(confirm)
    assert confirm.headers["Cache-Control"] == "no-store"
    assert cast.certificates(card)[Kind.AUTH_CARD] == "VALID"

    wrong = counter.post(page(card), shown | ASKED | {"step": "done", "signature": "abc"})
    assert "6文字から16文字です" in text(wrong)
    assert '"abc"' not in wrong.content.decode()
    again = text(counter.post(page(card), shown | ASKED | {"step": "back"}))
    assert "確認へ進む" in again

    done = counter.post(page(card), shown | ASKED | {"step": "done", "signature": "NEW123"}, follow=True)
    assert "手続を行いました" in text(done)
    assert cast.certificates(card) == {Kind.SIGN_CARD: "VALID", Kind.AUTH_CARD: "REVOKED"}
    with acting(MYNACARD):
        held = CertificateSitting.objects.get()
    paper = counter.get(f"/mynacard/sittings/{held.pk}/receipt")
    told = text_of(paper.content)
    for words in ("電子証明書の発行等の控え", "髙﨑", held.number, "失効申請による失効", "200円", "千代田区長"):
        assert words in told
    assert "NEW123" not in told
    assert "霞が関" not in told


def test_a_second_press_issues_and_charges_nothing(counter, card):
    asked = seen(counter, card) | ASKED | {"step": "done", "deed_auth": "", "resets": []}

    first, second = counter.post(page(card), asked), counter.post(page(card), asked)

    assert first.status_code == 302
    assert "電子証明書の状態が変わりました" in text(second)
    with acting(MYNACARD):
        assert CertificateSitting.objects.count() == 1
        assert CertificateCharge.objects.count() == 2


def test_an_end_alone_is_acknowledged(counter, card):
    asked = {"deed_sign": "REVOKE", "proof": "CARD", "visitor": "HOLDER", "step": "done"}
    counter.post(page(card), seen(counter, card) | asked)
    with acting(MYNACARD):
        held = CertificateSitting.objects.get()

    assert counter.get(f"/mynacard/sittings/{held.pk}/receipt").content.startswith(b"%PDF")
    assert "失効申請による失効" in text(counter.get(f"/mynacard/sittings/{held.pk}/"))


def test_a_ward_is_refused_on_the_form_until_the_reason_is_ticked(counter, card):
    asked = seen(counter, card) | ASKED | {"resets": [], "deed_auth": "", "under_guardianship": "on", "step": "confirm"}

    refused = text(counter.post(page(card), asked))
    assert "成年被後見人です" in refused
    assert "手数料" in text(counter.post(page(card), asked | {"exemptions": ["WARD_UNDERSTANDS"]}))


def test_the_window_of_renewal_preselects_it(counter, card, clerk, settings):
    from mynacard.services import sittings

    opens = sittings.see(card=card.pk, by=clerk, at=now()).borne[Kind.AUTH_CARD].renewable_on
    settings.JLIS_TODAY = opens

    shown = text(counter.get(page(card)))

    assert "有効（更新できます）" in shown
    assert len(re.findall(r'value="RENEW"[^>]*checked', shown)) == 2
    assert re.search(r'value="RENEWAL" selected', shown)


def test_neither_the_next_town_nor_another_duty(counter, card, at):
    account("clerk-131041", "131041", "COUNTER_CLERK", at=at)
    account("officer", "131016", "PROTECTION_OFFICER", at=at)
    asked = {"deed_sign": "REVOKE", "proof": "CARD", "visitor": "HOLDER", "step": "done"}
    counter.post(page(card), seen(counter, card) | asked)
    with acting(MYNACARD):
        held = f"/mynacard/sittings/{CertificateSitting.objects.get().pk}/"
    next_town, officer = sign_in(Client(), "clerk-131041"), sign_in(Client(), "officer")

    for url in (page(card), held, f"{held}receipt"):
        assert next_town.get(url).status_code == 404
        assert officer.get(url).status_code == 403
        assert Client().get(url).status_code == 302
