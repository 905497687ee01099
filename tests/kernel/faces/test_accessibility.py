"""The policy is open to everybody and one step away from every screen."""

import pytest
from django.urls import reverse

from tests.conftest import CHIYODA
from tests.jpki.people import account, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_passwords")]


def test_anybody_may_read_the_policy(client):
    answer = client.get(reverse("accessibility"))
    assert answer.status_code == 200
    for word in ("アクセシビリティ方針", "JIS X 8341-3:2016", "適合レベルAA", "お問い合わせ"):
        assert word in answer.content.decode()


def test_every_screen_leads_to_it(client, at):
    link = f'<a href="{reverse("accessibility")}">アクセシビリティ方針</a>'
    assert link in client.get("/").content.decode()
    account("clerk", CHIYODA, "COUNTER_CLERK", at=at)
    sign_in(client, "clerk")
    for path in ("/desk/", "/juki/residents/", "/nowhere/"):
        assert link in client.get(path).content.decode()
    assert "ログアウト" in client.get(reverse("accessibility")).content.decode(), "and one stays signed in"
