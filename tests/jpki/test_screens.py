"""The counter's screens, walked as a clerk walks them, and as the next town's clerk cannot."""

import pytest
from django.test import Client

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.isolation.scope import SYSTEM, acting
from tests.jpki import cast
from tests.jpki.people import account, sign_in

CLERK, OUTSIDER, CENTRE = "clerk-131016", "clerk-131041", "operator-jpki"


@pytest.fixture
def counter(signature, authentication, at) -> Client:
    account(CLERK, "131016", "COUNTER_CLERK", at=at)
    return sign_in(Client(), CLERK)


@pytest.fixture
def next_town(counter, at) -> Client:
    account(OUTSIDER, "131041", "COUNTER_CLERK", at=at)
    return sign_in(Client(), OUTSIDER)


def page(resident) -> str:
    return f"/jpki/residents/{resident.pk}/certificates/"


def test_the_list_shows_both_with_their_buttons(counter, resident):
    html = counter.get(page(resident)).content.decode()

    assert "髙﨑　太郎" in html
    assert html.count("署名用（個人番号カード）") == 1
    assert html.count("利用者証明用（個人番号カード）") == 1
    for label in ("一時保留", "失効申請による失効", "秘密鍵の漏えい等による失効", "記録誤りによる失効"):
        assert html.count(f">{label}</a>") == 2
    assert "一時保留の解除" not in html
    with acting(SYSTEM):
        assert AuditEntry.objects.get(action="jpki.certificates_seen").subject == resident.pk


@pytest.mark.parametrize(
    ("verb", "state", "label"),
    [("revoke_on_request", "REVOKED", "失効申請による失効"), ("suspend", "SUSPENDED", "一時保留")],
)
def test_a_move_is_confirmed_first(counter, resident, signature, verb, state, label):
    url = f"/jpki/certificates/{signature.pk}/{verb}/"

    asked = counter.get(url).content.decode()
    assert f"{label}を行う" in asked
    assert "取り消せません" in asked
    assert cast.status_of(signature).state == "VALID"
    assert counter.post(url, {"step": "back"}).status_code == 302
    assert cast.status_of(signature).state == "VALID"

    done = counter.post(url, {"step": "done"}, follow=True)
    assert f"{label}を行いました。" in done.content.decode()
    assert cast.status_of(signature).state == state


def test_a_second_click_is_told_and_does_nothing(counter, signature):
    url = f"/jpki/certificates/{signature.pk}/revoke_on_request/"
    counter.post(url, {"step": "done"})

    again = counter.post(url, {"step": "done"}, follow=True)

    assert "できる状態ではありません" in again.content.decode()
    with acting(SYSTEM):
        assert AuditEntry.objects.filter(action="jpki.certificate_revoked").count() == 1


@pytest.mark.parametrize("verb", ["issue", "revoke_for_removal", "discard", "nonsense"])
def test_only_the_counters_moves_have_a_page(counter, signature, verb):
    assert counter.get(f"/jpki/certificates/{signature.pk}/{verb}/").status_code == 404


def test_for_the_next_town_there_is_nothing(next_town, resident, signature):
    nobody = "00000000-0000-4000-8000-000000000000"
    theirs, none = next_town.get(page(resident)), next_town.get(f"/jpki/residents/{nobody}/certificates/")

    assert theirs.status_code == none.status_code == 404
    assert next_town.get(f"/jpki/certificates/{signature.pk}/suspend/").status_code == 404
    assert next_town.post(f"/jpki/certificates/{signature.pk}/suspend/", {"step": "done"}).status_code == 404
    assert cast.status_of(signature).state == "VALID"


def test_nobody_enters_without_signing_in(signature, resident):
    for url in (page(resident), f"/jpki/certificates/{signature.pk}/suspend/", "/jpki/statistics/"):
        assert Client().get(url).status_code == 302


def test_the_desk_counts_todays_certificates(signature, at):
    account(CENTRE, "JLIS-JPKI", "CERTIFICATE_OPERATOR", at=at)

    assert "今日の発行" in sign_in(Client(), CENTRE).get("/desk/").content.decode()


def test_the_residents_page_has_a_panel(counter, resident):
    from jlis.kernel.faces import panels
    from jlis.kernel.people.selectors import actor_named
    from jlis.kernel.time import now

    clerk = actor_named(CLERK)
    with acting(clerk.scope):
        (panel,) = [each for each in panels.of_resident(resident.pk, clerk, now()) if each.heading == "電子証明書"]
    assert len(panel.rows) == 2
    assert panel.url == page(resident)


@pytest.mark.parametrize(
    "model", ["generation", "profile", "responder", "linkcertificate", "crlpartition", "crlpublication"]
)
def test_the_registers_are_read_and_never_written(signature, at, model):
    account(CENTRE, "JLIS-JPKI", "CERTIFICATE_OPERATOR", at=at)
    centre = sign_in(Client(), CENTRE)

    listing = centre.get(f"/admin/jpki/{model}/")

    assert listing.status_code == 200
    assert centre.get(f"/admin/jpki/{model}/add/").status_code == 403
    shown = centre.get(f"/admin/jpki/{model}/", follow=True).content.decode()
    assert "霞が関" not in shown
