"""REST: an application by post or web, by 申請書ID; by a town's system, by 住民票コード; once for a key."""

import base64
from uuid import uuid4

import pytest

from jlis.kernel.isolation.scope import MYNACARD, acting
from mynacard.models import Application
from mynacard.services import applications, forms
from tests.conftest import CHIYODA, SHINJUKU
from tests.juki.caller import System, faults, problem, registered
from tests.mynacard import cast

pytestmark = pytest.mark.django_db
APPLICATIONS = "/api/v1/mynacard/applications"
PHOTO = base64.b64encode(cast.picture()).decode()


@pytest.fixture
def site(db, at) -> System:
    """The public application site of the card centre."""
    return registered("JLIS-CARD", "mynacard.apply", at=at)


@pytest.fixture
def town(db, at) -> System:
    return registered(CHIYODA, "mynacard.apply", at=at)


@pytest.fixture
def next_town(db, at) -> System:
    return registered(SHINJUKU, "mynacard.apply", at=at)


@pytest.fixture
def form(resident, clerk, at) -> str:
    return forms.issue(resident=resident.pk, by=clerk, at=at)


def document(at, **changes):
    # The server has its own clock; a photo of today is young enough whichever day it is.
    from jlis.kernel.time import now

    return {"channel": "WEB", "photo": PHOTO, "photo_taken_on": now().day.isoformat()} | changes


def test_an_application_from_the_web(site, form, resident, at):
    answer = site.post(APPLICATIONS, document(at, form_id=form))

    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["state"], told["channel"], told["kind"]) == ("received", "web", "first")
    with acting(MYNACARD):
        assert Application.objects.get(pk=told["application"]).resident_id == resident.pk
    seen = site.get(f"{APPLICATIONS}/{told['application']}").json()
    assert seen == told


def test_what_became_of_it_with_the_reason(site, form, at):
    told = site.post(APPLICATIONS, document(at, form_id=form)).json()
    applications.send_back(application=told["application"], reason="PHOTO_UNFIT", by=cast.operator(), at=at)

    seen = site.get(f"{APPLICATIONS}/{told['application']}").json()

    assert (seen["state"], seen["returned_for"]) == ("returned", "photo_unfit")
    assert seen["returned_label"] == "顔写真が規格に合わない"


def test_the_same_key_is_answered_as_before(site, form, at):
    body = document(at, form_id=form)
    first = site.post(APPLICATIONS, body, Idempotency_Key="k1")
    again = site.post(APPLICATIONS, body, Idempotency_Key="k1")
    other = site.post(APPLICATIONS, body | {"channel": "POST"}, Idempotency_Key="k1")

    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    problem(other, 422)
    with acting(MYNACARD):
        assert Application.objects.count() == 1


def test_a_second_application_is_a_conflict(site, town, form, resident, at):
    site.post(APPLICATIONS, document(at, form_id=form))

    refused = town.post(APPLICATIONS, document(at, resident_code=resident.resident_code, channel="COUNTER"))

    assert problem(refused, 409)["code"] == "application_under_way"


def test_faults_name_their_field(site, form, at):
    small = base64.b64encode(cast.picture(size=(400, 514))).decode()

    assert (None, "photo", "too_small") in faults(site.post(APPLICATIONS, document(at, form_id=form, photo=small)))
    assert faults(site.post(APPLICATIONS, document(at, form_id=form, photo="###"))) == {(None, "photo", "not_base64")}
    assert faults(site.post(APPLICATIONS, document(at))) == {(None, "form_id", "one_of")}
    assert faults(site.post(APPLICATIONS, document(at, form_id="1" * 23))) == {(None, "form_id", "unknown")}
    both = document(at, form_id=form, resident_code="12345678901")
    assert faults(site.post(APPLICATIONS, both)) == {(None, "form_id", "one_of")}


def test_the_express_lane_has_no_door_here(site, form, at):
    assert "channel" in {
        field for _, field, _ in faults(site.post(APPLICATIONS, document(at, form_id=form, channel="EXPRESS")))
    }


def test_another_towns_resident_and_application_do_not_exist(town, next_town, resident, at):
    body = document(at, resident_code=resident.resident_code, channel="COUNTER")

    theirs = problem(next_town.post(APPLICATIONS, body), 404)
    mine = town.post(APPLICATIONS, body).json()["application"]

    assert theirs["code"] == "resident_not_found"
    assert problem(next_town.get(f"{APPLICATIONS}/{mine}"), 404) | {"instance": ""} == problem(
        next_town.get(f"{APPLICATIONS}/{uuid4()}"), 404
    ) | {"instance": ""}


def test_without_the_scope_nobody_enters(form, at):
    other = registered(CHIYODA, "juki.notify", at=at)

    problem(other.post(APPLICATIONS, document(at, form_id=form)), 403)
