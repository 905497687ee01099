"""At the door: passwords, the second factor, one session a person, and duties that no one gives alone."""

from datetime import UTC, datetime, timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings as project
from django.db import IntegrityError, transaction
from django.db.models import F
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid
from jlis.kernel.isolation.scope import DOOR, SYSTEM, acting
from jlis.kernel.people import services
from jlis.kernel.people.models import DutyGrant, Staff, StaffSession
from jlis.kernel.people.selectors import actor_named
from tests.conftest import CHIYODA, SHINJUKU
from tests.jpki.people import PASSWORD, account, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_passwords")]


@pytest.fixture
def clerk(at) -> Staff:
    return account("clerk", CHIYODA, "COUNTER_CLERK", at=at)


def try_password(password: str, username: str = "clerk", **address: str) -> int:
    return Client().post("/", {"username": username, "password": password}, **address).status_code


def is_in(client: Client) -> bool:
    """Whether the desk opens; else the way leads to the sign-in."""
    answer = client.get("/desk/")
    assert answer.status_code == 200 or answer.url.partition("?")[0] == "/"
    return answer.status_code == 200


# --- passwords ---------------------------------------------------------------------------------------------------


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one_from_elsewhere(clerk):
    assert [try_password("wrong") for _ in range(5)] == [200, 200, 200, 200, 429]
    assert try_password(PASSWORD) == 429
    assert try_password(PASSWORD, REMOTE_ADDR="192.0.2.7") == 429


def test_four_wrong_passwords_do_not_and_the_right_one_clears_them(clerk):
    for _ in range(2):
        assert [try_password("wrong") for _ in range(4)] == [200] * 4
        assert try_password(PASSWORD) == 302


def test_the_lock_ends_after_its_time_and_not_before(clerk):
    for _ in range(5):
        try_password("wrong")
    for minutes, status in ((14, 429), (2, 302)):
        with acting(DOOR):
            AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=minutes))
        assert try_password(PASSWORD) == status


def test_an_unknown_name_is_answered_and_locked_like_a_known_one(clerk):
    def answers(username: str) -> list[tuple[int, bool]]:
        posts = [Client().post("/", {"username": username, "password": "wrong"}) for _ in range(6)]
        return [(post.status_code, "利用者IDまたはパスワードが違います" in post.content.decode()) for post in posts]

    assert answers("nobody-of-this-name") == answers("clerk")


def test_one_account_locked_leaves_the_others_open(clerk, at):
    account("colleague", CHIYODA, at=at)
    for _ in range(5):
        try_password("wrong")
    assert try_password(PASSWORD, "colleague") == 302


def test_a_weak_password_is_refused(clerk, at):
    asks = actor_named(services.FOUNDERS[0])
    with pytest.raises(Invalid):
        services.open_account(
            username="weak", family_name="見本", given_name="弱", organisation=CHIYODA, password="password", by=asks,
            at=at,
        )  # fmt: skip


# --- the second factor -------------------------------------------------------------------------------------------


@pytest.fixture
def guarded(clerk) -> Staff:
    """The clerk, from whom a code is asked."""
    with acting(DOOR):
        Staff.objects.filter(pk=clerk.pk).update(needs_second_factor=True)
    return clerk


def code_of(staff: Staff, *, steps: int = 0) -> str:
    """What the authenticator shows, now or some steps of half a minute away."""
    with acting(DOOR):
        device = TOTPDevice.objects.get(user=staff)
    generator = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift + steps)
    generator.time = datetime.now(UTC).timestamp()
    return f"{generator.token():06}"


def begin(client: Client) -> Client:
    """Signed in by the password alone, at the question for the code."""
    sign_in(client, "clerk")
    assert client.get("/desk/").url == "/second-factor/"
    client.get("/second-factor/")
    return client


def wait_out_the_throttle() -> None:
    with acting(DOOR):
        TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)


def test_the_password_alone_opens_nothing_but_the_question_for_the_code(guarded, client):
    begin(client)
    for path in ("/desk/", "/jobs/", "/juki/residents/", "/password/", "/admin/"):
        assert client.get(path).url == "/second-factor/"


def test_the_right_code_opens_the_desk_and_is_written_down(guarded, client):
    begin(client)
    assert client.post("/second-factor/", {"token": code_of(guarded)}).url == "/desk/"
    assert is_in(client)
    with acting(SYSTEM):
        assert AuditEntry.objects.filter(action="staff.second_factor_passed", actor_id=str(guarded.pk)).count() == 1


@pytest.mark.parametrize("steps", [-20, 20])
def test_a_code_of_another_time_opens_nothing(guarded, client, steps):
    begin(client)
    answer = client.post("/second-factor/", {"token": code_of(guarded, steps=steps)})
    assert "確認コードが違うか、有効な時間を過ぎています。" in answer.content.decode()
    assert client.get("/desk/").url == "/second-factor/"


def test_a_code_serves_once(guarded, client):
    begin(client)
    token = code_of(guarded)
    client.post("/second-factor/", {"token": token})
    again = begin(Client())
    wait_out_the_throttle()
    again.post("/second-factor/", {"token": token})
    assert again.get("/desk/").url == "/second-factor/"


def test_guessing_codes_is_slowed_down(guarded, client):
    begin(client)
    client.post("/second-factor/", {"token": code_of(guarded, steps=20)})
    client.post("/second-factor/", {"token": code_of(guarded)})
    assert client.get("/desk/").url == "/second-factor/", "the right one too, right after a wrong one"
    wait_out_the_throttle()
    assert client.post("/second-factor/", {"token": code_of(guarded)}).url == "/desk/"


def test_the_key_is_shown_until_it_was_used_once_and_never_again(guarded, client):
    begin(client)
    assert "data:image/svg+xml" in client.get("/second-factor/").content.decode()
    client.post("/second-factor/", {"token": code_of(guarded)})
    assert "data:image/svg+xml" not in begin(Client()).get("/second-factor/").content.decode()


# --- sessions ----------------------------------------------------------------------------------------------------


def test_a_second_sign_in_ends_the_first(clerk, client):
    sign_in(client, "clerk")
    assert is_in(client)
    elsewhere = sign_in(Client(), "clerk")
    assert is_in(elsewhere)
    assert not is_in(client)
    assert is_in(elsewhere), "and stays"


def test_an_idle_session_ends_and_a_used_one_is_prolonged(clerk, client):
    sign_in(client, "clerk")
    with acting(DOOR):
        StaffSession.objects.update(expire_date=datetime.now(UTC) + timedelta(seconds=60))
    assert is_in(client)
    with acting(DOOR):
        left = StaffSession.objects.get(staff=clerk.pk).expire_date - datetime.now(UTC)
    assert timedelta(minutes=29) < left <= timedelta(seconds=project.SESSION_COOKIE_AGE)
    with acting(DOOR):
        StaffSession.objects.update(expire_date=datetime.now(UTC) - timedelta(seconds=1))
    assert not is_in(client)


def test_however_busy_a_session_ends_after_its_limit(clerk, client):
    sign_in(client, "clerk")
    for age, open_ in ((project.JLIS_SESSION_LIMIT - timedelta(minutes=1), True), (project.JLIS_SESSION_LIMIT, False)):
        session = client.session
        session["signed_in_at"] = (datetime.now(UTC) - age).isoformat()
        session.save()
        assert is_in(client) is open_
    with acting(DOOR):
        assert not StaffSession.objects.filter(staff=clerk.pk).exists()


def test_a_closed_account_is_out_at_once(clerk, client):
    sign_in(client, "clerk")
    with acting(DOOR):
        Staff.objects.filter(pk=clerk.pk).update(is_active=False)
    assert not is_in(client)
    assert try_password(PASSWORD) == 200


def test_a_changed_password_counts_from_then_on(clerk, client):
    sign_in(client, "clerk")
    fresh = "別の合言葉 20261122"
    form = {"old_password": PASSWORD, "new_password1": fresh, "new_password2": fresh}
    assert client.post("/password/", form).status_code == 200
    assert is_in(client), "the session in which it was changed goes on"
    assert try_password(PASSWORD) == 200
    assert try_password(fresh) == 302


def test_signing_out_takes_a_post_and_ends_the_session(clerk, client):
    sign_in(client, "clerk")
    client.get("/sign-out/")
    assert is_in(client)
    client.post("/sign-out/")
    assert not is_in(client)


# --- duties ------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(clerk, at) -> DutyGrant:
    """A duty asked for by the first founder."""
    return services.request_duty(staff_id=clerk.pk, duty="SUPERVISOR", by=actor_named("founder-1"), at=at)


def held_by(username: str) -> frozenset[str]:
    return actor_named(username).duties


def test_a_duty_counts_once_a_second_person_has_given_it(asked, at):
    assert "SUPERVISOR" not in held_by("clerk")
    services.approve_duty(grant_id=asked.pk, by=actor_named("founder-2"), at=at)
    assert "SUPERVISOR" in held_by("clerk")
    assert actor_named("clerk").may("juki.load")


def test_who_asked_does_not_give(asked, at):
    with pytest.raises(Forbidden) as refusal:
        services.approve_duty(grant_id=asked.pk, by=actor_named("founder-1"), at=at)
    assert refusal.value.code == "second_person_needed"
    assert "SUPERVISOR" not in held_by("clerk")


def test_who_receives_does_not_give(clerk, at):
    grant = services.request_duty(staff_id=clerk.pk, duty="STAFF_ADMINISTRATOR", by=actor_named("founder-1"), at=at)
    services.approve_duty(grant_id=grant.pk, by=actor_named("founder-2"), at=at)
    wanted = services.request_duty(staff_id=clerk.pk, duty="SUPERVISOR", by=actor_named("founder-1"), at=at)
    with pytest.raises(Forbidden) as refusal:
        services.approve_duty(grant_id=wanted.pk, by=actor_named("clerk"), at=at)
    assert refusal.value.code == "second_person_needed"


def test_the_database_itself_wants_two_persons(asked):
    with acting(DOOR), pytest.raises(IntegrityError), transaction.atomic():
        DutyGrant.objects.filter(pk=asked.pk).update(approved_by=F("requested_by"), approved_at=F("requested_at"))


def test_another_towns_administrator_neither_asks_nor_gives(asked, clerk, at):
    account("neighbour", SHINJUKU, "STAFF_ADMINISTRATOR", at=at)
    neighbour = actor_named("neighbour")
    with pytest.raises(Forbidden):
        services.approve_duty(grant_id=asked.pk, by=neighbour, at=at)
    with pytest.raises(Forbidden):
        services.request_duty(staff_id=clerk.pk, duty="STAFF_ADMINISTRATOR", by=neighbour, at=at)
    with pytest.raises(Forbidden):
        services.end_duty(grant_id=asked.pk, by=neighbour, at=at)


def test_a_clerk_gives_nobody_anything(asked, at):
    with pytest.raises(Forbidden):
        services.approve_duty(grant_id=asked.pk, by=actor_named("clerk"), at=at)


def test_a_duty_is_decided_once(asked, at):
    second = actor_named("founder-2")
    services.approve_duty(grant_id=asked.pk, by=second, at=at)
    with pytest.raises(Conflict):
        services.approve_duty(grant_id=asked.pk, by=second, at=at)
    with pytest.raises(Conflict):
        services.request_duty(staff_id=asked.staff_id, duty="SUPERVISOR", by=second, at=at)


def test_one_person_is_enough_to_take_a_duty_away_and_it_counts_at_once(asked, client, at):
    services.approve_duty(grant_id=asked.pk, by=actor_named("founder-2"), at=at)
    sign_in(client, "clerk")
    assert client.get("/juki/discrepancies/").status_code == 200
    with acting(DOOR):
        grants = list(DutyGrant.objects.filter(staff__username="clerk"))
    for grant in grants:
        services.end_duty(grant_id=grant.pk, by=actor_named("founder-1"), at=at)
    assert client.get("/juki/discrepancies/").status_code == 403


def test_a_duty_is_for_certain_organisations(clerk, at):
    with pytest.raises(Invalid):
        services.request_duty(staff_id=clerk.pk, duty="AUDITOR", by=actor_named("founder-1"), at=at)


def test_the_first_administrators_are_founded_once(clerk, at):
    with pytest.raises(Conflict) as refusal:
        services.found_administrators(passwords=(PASSWORD, PASSWORD), organisation="JLIS", at=at)
    assert refusal.value.code == "already_founded"
