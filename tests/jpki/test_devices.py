"""P9: a lost telephone is suspended on a call, ended at the counter or by its holder's own signature."""

import pytest
from django.test import Client

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.faces import panels
from jlis.kernel.isolation.scope import JPKI, SYSTEM, Scope, acting
from jlis.kernel.outbox import delivery
from jlis.kernel.people.selectors import actor_named
from jlis.kernel.time import now
from jpki.domain.devices import Platform
from jpki.domain.kinds import Kind
from jpki.models import Certificate, MobileDevice
from jpki.services import mobile_devices
from jpki.services.holder_signing import NotSigned
from jpki.services.mobile_devices import Caller
from tests.conftest import actor
from tests.jpki import cast, phones
from tests.jpki.people import account, bearer, sign_in
from tests.jpki.phones import Phone
from tests.jpki.test_following import told
from tests.juki import factories, protection

CALLER = Caller("髙﨑　太郎", "タカサキ　タロウ", "1980-02-17", "M", Platform.ANDROID)
HELD = ("SUSPENDED", "SUSPENDED", "SUSPENDED")
ENDED = ("ENDED", "REVOKED", "REVOKED")
ENDINGS = "/api/v1/jpki/mobile-endings"


@pytest.fixture
def device(signature, at):
    return phones.loaded(signature, at).device


@pytest.fixture
def desk():
    return actor("JLIS-JPKI", "DEVICE_DESK_OFFICER", kind="JLIS", number=5)


def move(device, verb, by, at):
    with acting(by.scope):
        return mobile_devices.make_move(device=device.pk, verb=verb, by=by, at=at, purpose=cast.PURPOSE)


def report(caller, by, at):
    with acting(by.scope):
        return mobile_devices.report_lost(caller=caller, by=by, at=at)


def ended_by(octets, at, by=None):
    by = by or phones.app()
    with acting(by.scope):
        return mobile_devices.end_by_holder(signed=octets, by=by, at=at)


@pytest.mark.parametrize(
    ("verb", "states", "reason"), [("suspend_lost", HELD, 6), ("end_lost", ENDED, 1), ("end_on_request", ENDED, 5)]
)
def test_at_the_counter(device, clerk, at, verb, states, reason):
    move(device, verb, clerk, at)

    assert phones.states(device) == states
    assert phones.again(device).authentication.reason == reason
    with pytest.raises(Conflict):
        move(device, "suspend_lost", clerk, at)


def test_the_next_town_finds_nothing_and_the_wrong_duty_may_not(device, outsider, at):
    with pytest.raises(NotFound):
        move(device, "end_lost", outsider, at)
    protector = actor("131016", "PROTECTION_OFFICER")
    with pytest.raises(Forbidden):
        move(device, "end_lost", protector, at)
    assert phones.states(device) == ("LIVE", "VALID", "VALID")


def test_a_caller_who_tells_it_all_has_it_suspended_at_once(device, resident, desk, at):
    report(CALLER, desk, at)

    assert phones.states(device) == HELD
    assert phones.again(device).cause == "LOST"
    with acting(SYSTEM):
        sought = AuditEntry.objects.get(action="jpki.device_sought")
        assert sought.subject == resident.pk
        assert AuditEntry.objects.get(action="jpki.device_suspended").detail["move"] == "suspend_lost"
    with pytest.raises(Conflict):
        report(CALLER, desk, at)


@pytest.mark.parametrize(
    "wrong",
    [{"name": "髙﨑　次郎"}, {"name_kana": "タカサ"}, {"birth_date": "1980-02-18"}, {"sex": "F"}, {"sex": ""},
     {"platform": Platform.IOS}],
)  # fmt: skip
def test_who_tells_one_thing_wrong_is_told_nothing(device, desk, at, wrong):
    with pytest.raises(NotFound) as refusal:
        report(Caller(**(vars(CALLER) | wrong)), desk, at)
    assert refusal.value.code == "device_not_found"
    assert phones.states(device) == ("LIVE", "VALID", "VALID")


def test_two_of_the_same_items_are_nobody(device, clerk, desk, at):
    cast.resident_of(clerk, at, address="東京都千代田区九段南一丁目2番1号")
    with pytest.raises(NotFound):
        report(CALLER, desk, at)


def test_whoever_is_protected_is_served_without_an_address(device, resident, desk, at):
    protection.applied(resident, at)
    report(CALLER, desk, at)
    assert phones.states(device) == HELD


def test_only_the_desk_is_asked(device, clerk, at):
    with pytest.raises(Forbidden):
        report(CALLER, clerk, at)


@pytest.mark.parametrize("by_phone", [False, True])
def test_the_holder_gives_it_up_by_a_signature(device, signature, at, by_phone):
    with acting(JPKI):
        own = Certificate.objects.get(pk=device.signature_id)
    signer, key = (own, Phone().key(0)) if by_phone else (signature, None)

    ended_by(phones.signed(phones.ending(device.application, at), signer, key), at)

    assert phones.states(device) == ENDED
    assert phones.again(device).cause == "HOLDER_REQUEST"


def test_nobody_gives_up_anothers(device, resident, authentication, clerk, at):
    other = cast.resident_of(clerk, at, address="東京都千代田区九段南一丁目2番1号")
    theirs = cast.issued_to(other, Kind.SIGN_CARD, by=clerk, at=at)
    with pytest.raises(NotFound):
        ended_by(phones.signed(phones.ending(device.application, at), theirs), at)
    with pytest.raises(NotSigned):
        ended_by(phones.signed(phones.ending(device.application, at), authentication), at)
    stale = phones.ending(device.application, at.later(minutes=-45))
    with pytest.raises(Invalid):
        ended_by(phones.signed(stale, theirs), at)
    with pytest.raises(Invalid):
        ended_by(phones.signed(phones.ending(device.application, at) | {"what": "jpki_mobile_application"}, theirs), at)
    assert phones.states(device) == ("LIVE", "VALID", "VALID")


def test_giving_up_over_http(device, signature, at, client):
    headers = bearer(client, "JLIS-JPKI", phones.PERMISSION, at=at)
    body = {"signed": phones.text(phones.signed(phones.ending(device.application, at), signature))}

    answer = client.post(ENDINGS, body, content_type="application/json", headers=headers)

    assert answer.status_code == 200, answer.content
    assert (answer.json()["state"], answer.json()["cause"]) == ("ENDED", "HOLDER_REQUEST")
    again = client.post(ENDINGS, body, content_type="application/json", headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "state_does_not_allow")


def test_it_follows_its_holder_to_the_next_town(device, resident, clerk, outsider, at):
    told("D01", resident, by=clerk, at=at)
    arrived = factories.grown(reason="R01", resident_code=resident.resident_code, changed_on=at.day.isoformat(),
                              address="東京都新宿区歌舞伎町一丁目4番1号")  # fmt: skip
    factories.tell(arrived, by=actor("131041", "SUPERVISOR"), at=at)
    delivery.deliver_all()
    with acting(clerk.scope):
        assert not MobileDevice.objects.exists()
    with acting(outsider.scope):
        assert MobileDevice.objects.get().state == "ENDED"


@pytest.mark.parametrize(
    ("scope", "seen"),
    [(Scope("jlis_municipal", "131016"), 1), (Scope("jlis_municipal", "131041"), 0), (Scope("jlis_city", "131016"), 1),
     (Scope("jlis_municipal", ""), 0), (Scope("jlis_operator", "JLIS-JPKI"), 1)],
)  # fmt: skip
def test_rows_by_role(device, scope, seen):
    with acting(scope):
        assert MobileDevice.objects.count() == seen


# --- the screens ---


@pytest.fixture
def counter(device, at) -> Client:
    account("clerk-131016", "131016", "COUNTER_CLERK", at=at)
    return sign_in(Client(), "clerk-131016")


def page(resident) -> str:
    return f"/jpki/residents/{resident.pk}/devices/"


def test_the_page_shows_the_telephone_and_its_buttons(counter, resident, device):
    html = counter.get(page(resident)).content.decode()

    assert "Android" in html
    assert "搭載" in html
    for label in ("紛失の連絡による一時停止", "紛失・盗難による失効", "失効申請による終了"):
        assert html.count(f">{label}</a>") == 1
    assert "ほかの端末への搭載" not in html
    assert device.attestation not in html


def test_a_move_from_the_page(counter, resident, device):
    url = f"/jpki/devices/{device.pk}/end_lost/"
    assert "取り消せません" in counter.get(url).content.decode()
    done = counter.post(url, {"note": "窓口での届出"}, follow=True).content.decode()
    assert "紛失・盗難による失効を行いました。" in done
    assert "窓口での届出" in done
    assert phones.states(device) == ENDED
    assert "できる状態ではありません" in counter.post(url, {"note": ""}).content.decode()
    for verb in ("replace", "end_with_card", "nonsense"):
        assert counter.get(f"/jpki/devices/{device.pk}/{verb}/").status_code == 404


def test_the_certificates_page_has_no_button_for_it(counter, resident, device):
    html = counter.get(f"/jpki/residents/{resident.pk}/certificates/").content.decode()
    assert html.count("（移動端末設備）") == 2
    assert f"/jpki/certificates/{device.signature_id}/" not in html


def test_for_the_next_town_there_is_nothing(counter, resident, device, at):
    account("clerk-131041", "131041", "COUNTER_CLERK", at=at)
    next_town = sign_in(Client(), "clerk-131041")
    for url in (page(resident), f"/jpki/devices/{device.pk}/end_lost/"):
        assert next_town.get(url).status_code == 404
    assert counter.get("/jpki/devices/desk/").status_code == 403


def test_the_residents_page_has_a_panel(counter, resident):
    clerk = actor_named("clerk-131016")
    with acting(clerk.scope):
        found = panels.of_resident(resident.pk, clerk, now())
    (panel,) = [each for each in found if each.heading == "スマートフォンの電子証明書"]
    assert (panel.rows[0][0], panel.rows[0][2], panel.url) == ("Android", "利用中", page(resident))


def test_the_desk_finds_asks_and_suspends(device, resident, at):
    account("desk", "JLIS-JPKI", "DEVICE_DESK_OFFICER", at=at)
    desk = sign_in(Client(), "desk")
    url = "/jpki/devices/desk/"
    caller = {"name": CALLER.name, "name_kana": CALLER.name_kana, "birth_date": CALLER.birth_date, "sex": "M",
              "platform": "ANDROID", "note": "受付1"}  # fmt: skip

    asked = desk.post(url, caller).content.decode()
    assert "一時停止する" in asked
    assert "霞が関" not in asked
    assert phones.states(device) == ("LIVE", "VALID", "VALID")
    assert "聞き取" in desk.post(url, caller | {"step": "back"}).content.decode()
    wrong = desk.post(url, caller | {"sex": "F"}).content.decode()
    assert "一致する移動端末設備がありません" in wrong
    with acting(SYSTEM):
        assert AuditEntry.objects.filter(action="jpki.device_sought", subject=None).count() == 1

    done = desk.post(url, caller | {"step": "done"}, follow=True).content.decode()
    assert "一時停止しました" in done
    home = desk.get("/desk/").content.decode()
    assert "今日の紛失による一時停止" in home
    assert "職務がまだありません" not in home
    assert phones.states(device) == HELD
    assert desk.get(page(resident)).status_code == 403
