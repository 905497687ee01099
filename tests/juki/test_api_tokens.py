"""Who may call: a token by client credentials, for a while, for what the client was registered for."""

from datetime import timedelta

import pytest
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.isolation.scope import DOOR, SYSTEM, acting
from jlis.kernel.people.models import Client
from tests.conftest import CHIYODA
from tests.juki.caller import EXTRACTS, NOTIFICATIONS, QUERIES, problem, registered

pytestmark = pytest.mark.django_db


def test_a_token_is_given_for_credentials_and_lasts_ten_minutes(town_system):
    given = town_system.ask_token().json()
    assert given["token_type"] == "Bearer"
    assert given["expires_in"] == 600
    assert set(given["scope"].split()) == {"juki.notify", "juki.query"}
    assert "refresh_token" not in given


@pytest.mark.parametrize(
    "form",
    [
        {"grant_type": "password", "username": "clerk", "password": "x"},
        {"grant_type": "authorization_code", "code": "x"},
        {"grant_type": "refresh_token", "refresh_token": "x"},
    ],
)
def test_no_other_grant_is_offered(town_system, form):
    refused = town_system.ask_token(**form)
    assert refused.status_code == 400
    assert "access_token" not in refused.json()


def test_a_wrong_secret_gets_no_token(town_system):
    town_system.secret += "x"
    refused = town_system.ask_token()
    assert refused.status_code == 401
    assert refused.json() == {"error": "invalid_client"}


def test_a_client_cannot_ask_for_more_than_it_was_registered_for(town_system):
    refused = town_system.ask_token(scope="juki.notify juki.extract")
    assert refused.status_code == 400
    assert refused.json()["error"] == "invalid_scope"


@pytest.mark.parametrize("path", [NOTIFICATIONS, QUERIES, EXTRACTS, "/api/v1/jobs"])
@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer made-up", "Basic eDp4", "bearer x"])
def test_without_a_good_token_nobody_gets_in(client, path, authorization):
    headers = {"Authorization": authorization} if authorization else {}
    refused = client.get(path, headers=headers)
    assert problem(refused, 401)["title"] == "認証が必要です"
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_in_the_address_or_in_the_body_does_not_count(town_system):
    token = town_system.ask_token().json()["access_token"]
    problem(town_system.http.get(f"{NOTIFICATIONS}?access_token={token}"), 401)
    problem(town_system.http.post(NOTIFICATIONS, {"access_token": token}), 401)


def test_an_unreadable_body_is_not_looked_at_before_the_token(town_system):
    town_system.token = "made-up"
    problem(town_system.post(NOTIFICATIONS, b'{"broken'), 401)


def test_an_expired_token_is_refused(town_system):
    town_system.token = town_system.ask_token().json()["access_token"]
    assert town_system.get(NOTIFICATIONS).status_code == 200
    with acting(DOOR):
        get_access_token_model().objects.update(expires=timezone.now() - timedelta(seconds=1))
    problem(town_system.get(NOTIFICATIONS), 401)


def test_a_stopped_client_loses_its_tokens_at_once(town_system):
    assert town_system.get(NOTIFICATIONS).status_code == 200
    with acting(DOOR):
        Client.objects.filter(client_id=town_system.client_id).update(is_active=False)
    problem(town_system.get(NOTIFICATIONS), 401)
    assert town_system.ask_token().status_code == 401


def test_a_token_opens_only_what_its_scope_names_and_the_denial_is_written_down(town_system):
    town_system.token = town_system.ask_token(scope="juki.query").json()["access_token"]
    assert problem(town_system.post(NOTIFICATIONS, []), 403)["title"] == "許可されていません"
    with acting(SYSTEM):
        denial = AuditEntry.objects.get(outcome="DENIED")
    assert (denial.actor_id, denial.organisation) == (town_system.client_id, CHIYODA)


def test_a_permission_taken_away_is_gone_from_tokens_that_name_it(town_system):
    assert town_system.get(NOTIFICATIONS).status_code == 200
    with acting(DOOR):
        Client.objects.filter(client_id=town_system.client_id).update(permissions=["juki.query"])
    problem(town_system.get(NOTIFICATIONS), 403)


def test_what_no_client_of_the_kind_may_do_is_refused_though_registered(at):
    town = registered(CHIYODA, "juki.extract", at=at)
    request = {
        "affair": "PREF-DISASTER", "number_affair": "NONE", "ordinance_affair": "NONE", "target": "LATEST",
        "who": "RESIDENT_ON", "from_on": "2026-11-21", "items": ["name"], "encoding": "UTF-8",
    }  # fmt: skip
    assert problem(town.post(EXTRACTS, request), 403)["errors"][0]["field"] == "purpose"
