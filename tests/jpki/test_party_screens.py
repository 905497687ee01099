"""The relying parties' screens, walked as two officers of the centre, as a platform's staff, and as strangers."""

import pytest
from django.test import Client

from jlis.kernel.isolation.scope import JPKI, acting
from jpki.choices import PartyKind, PartyState
from jpki.models import RelyingParty
from tests.jpki import parties
from tests.jpki.people import account, sign_in

pytestmark = pytest.mark.django_db
LIST = "/jpki/parties/"
PAPER = {"paper": "NOTIFICATION", "number": "第1号", "dated": "2026-04-01"}


def at_the_desk(username: str, organisation: str, *duties: str, at) -> Client:
    account(username, organisation, *duties, at=at)
    return sign_in(Client(), username)


def the_only_one() -> RelyingParty:
    with acting(JPKI):
        return RelyingParty.objects.get()


def test_two_officers_take_a_ministry_from_notice_to_end(at):
    first = at_the_desk("first", "JLIS-JPKI", "CERTIFICATE_OPERATOR", at=at)
    second = at_the_desk("second", "JLIS-JPKI", "CERTIFICATE_OPERATOR", at=at)
    assert "行政機関等" in first.get(f"{LIST}new/").content.decode()
    body = PAPER | {"organisation": "MHLW", "service": "電子申請", "what": ["SIGNATURE_STATUS"]}
    assert first.post(f"{LIST}new/?kind=ADMINISTRATIVE", body).status_code == 302
    party = the_only_one()
    page = f"{LIST}{party.pk}/"

    assert "別の担当者が決めます" in first.get(page).content.decode()
    assert first.get(f"{page}accept/").status_code == 404
    for verb, note in (("accept", ""), ("start", ""), ("stop", "点検"), ("resume", "点検の終了"), ("end", "廃止")):
        assert second.get(f"{page}{verb}/").status_code == 200
        assert second.post(f"{page}{verb}/", {"note": note}).status_code == 302, verb
    html = second.get(page).content.decode()
    assert "点検の終了" in html
    assert the_only_one().state == PartyState.ENDED
    assert second.get(f"{page}notice/")["Content-Type"] == "application/pdf"


def test_a_faulty_form_names_its_fields(at):
    officer = at_the_desk("first", "JLIS-JPKI", "CERTIFICATE_OPERATOR", at=at)
    html = officer.post(f"{LIST}new/?kind=ADMINISTRATIVE", PAPER | {"organisation": "X"}).content.decode()
    assert "選んでください。" in html
    body = PAPER | {"organisation": "X", "service": "電子申請", "what": ["SIGNATURE_STATUS"]}
    html = officer.post(f"{LIST}new/?kind=ADMINISTRATIVE", body).content.decode()
    assert "この種別の検証者として登録できる団体・機関ではありません。" in html


def test_what_a_party_is_told_is_added_and_ended(at):
    officer = at_the_desk("first", "JLIS-JPKI", "CERTIFICATE_OPERATOR", at=at)
    page = f"{LIST}{parties.active(at).pk}/"
    told = officer.post(f"{page}entitlements/", {"what": "LINK_KINDS", "basis": "取決め"}, follow=True)
    assert "提供の対象にしました" in told.content.decode()
    again = officer.post(f"{page}entitlements/", {"what": "LINK_KINDS", "basis": "取決め"})
    assert "すでに提供の対象です" in again.content.decode()
    assert "本日から" in officer.get(f"{page}entitlements/LINK_KINDS/").content.decode()
    ended = officer.post(f"{page}entitlements/LINK_KINDS/", follow=True)
    assert "提供を終えました" in ended.content.decode()
    assert officer.post(f"{page}papers/", PAPER, follow=True).status_code == 200


def test_a_platforms_staff_notify_of_a_provider_and_see_no_other_party(at):
    platform = parties.active(at, PartyKind.PLATFORM)
    other = parties.active(at, PartyKind.PLATFORM, name="別のプラットフォーム株式会社")
    staff = at_the_desk("platform", platform.organisation_id, "RELYING_PARTY_OFFICER", at=at)

    html = staff.get(LIST).content.decode()
    assert "SP事業者を届け出る" in html
    assert "別のプラットフォーム" not in html
    assert staff.get(f"{LIST}{other.pk}/").status_code == 404
    body = PAPER | {"name": "見本保険株式会社", "service": "申込み", "what": ["SIGNATURE_STATUS"]}
    assert staff.post(f"{LIST}new/?kind=PLATFORM", body).status_code == 302
    with acting(JPKI):
        provider = RelyingParty.objects.get(name="見本保険株式会社")
    assert (provider.kind, provider.platform_id) == (PartyKind.PROVIDER, platform.pk)
    assert staff.get(f"{LIST}{provider.pk}/accept/").status_code == 404
    assert staff.post(f"{LIST}{provider.pk}/withdraw/", {"note": ""}).status_code == 302
    assert staff.get(f"{LIST}{platform.pk}/statement/").status_code == 200
    assert staff.get("/desk/").status_code == 200


def test_a_providers_staff_see_their_own_registration(at):
    platform, provider = parties.active_pair(at)
    staff = at_the_desk("provider", provider.organisation_id, "RELYING_PARTY_OFFICER", at=at)
    html = staff.get(f"{LIST}{provider.pk}/").content.decode()
    assert platform.name in html
    assert "署名用電子証明書の失効情報" in html
    assert "SP事業者を届け出る" not in staff.get(LIST).content.decode()
    for path in (f"{provider.pk}/statement/", f"{provider.pk}/notice/"):
        assert staff.get(f"{LIST}{path}").status_code == 200
    for path in (f"{platform.pk}/", f"{platform.pk}/statement/", "new/", f"{provider.pk}/end/"):
        assert staff.get(f"{LIST}{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "new/", "by-year/", "1/", "1/statement/", "1/notice/", "1/accept/"])
def test_a_towns_clerk_has_no_business_here(path, at):
    clerk = at_the_desk("clerk", "131016", "COUNTER_CLERK", at=at)
    assert clerk.get(f"{LIST}{path}").status_code == 403


def test_how_many_by_year(at):
    parties.active_pair(at)
    officer = at_the_desk("first", "JLIS-JPKI", "CERTIFICATE_OPERATOR", at=at)
    assert "PF事業者の数" in officer.get(f"{LIST}by-year/").content.decode()
    rows = officer.get(f"{LIST}by-year/?format=csv").content.decode("utf-8-sig").splitlines()
    assert rows[0] == "年度,PF事業者,SP事業者"
    assert rows[-1].split(",")[1:] == ["1", "1"]
    assert rows[1].split(",")[1:] == ["0", "0"]
