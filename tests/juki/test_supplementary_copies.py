"""戸籍の附票の写し (J7): at the 本籍地's counter, by its clerk, and for nobody whom a 支援措置 covers."""

import pytest
from django.test import Client

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, acting
from juki.models import ProtectedResident
from juki.services import supplementary_copies, town_messages
from tests.conftest import CHIYODA, SHINJUKU, actor
from tests.jpki.people import account, sign_in
from tests.juki.factories import with_codes
from tests.juki.test_disclosure_paper import needs_poppler, text_of
from tests.juki.test_supplementary import notice, told
from tests.juki.towns import living
from tests.outputs.town_drivers import DESK

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
SINCE = [PartialDate.from_iso(day) for day in ("2020-04-01", "2026-11-05")]
SECOND = "東京都千代田区一番町1番"


@pytest.fixture
def resident(clerk, outsider, at):
    """A national of Chiyoda with two addresses in the 附票 of Shinjuku, the second told twice over."""
    with_codes(clerk, at)
    found = living(clerk, at)
    told(notice(found), by=outsider, at=at)
    told(notice(found, "S03", "s-2", "2026-11-05", address=SECOND), by=outsider, at=at)
    told(notice(found, "S03", "s-3", "2026-11-06", name_kana="タカサキ　ジロウ"), by=outsider, at=at)
    town_messages.set_desk(office=SHINJUKU, values=DESK | {"mayor": "東京都新宿区長　見本　次郎"}, by=outsider, at=at)
    return found


def issue(resident, by, at, **changes):
    order = {"ground": "FAMILY", "since": SINCE} | changes
    return supplementary_copies.issue(resident=resident.pk, **order, by=by, at=at)


@needs_poppler
def test_it_lists_each_address_and_leaves_the_koseki_out_unless_asked(resident, outsider, at):
    printed = text_of(issue(resident, outsider, at))
    for words in ("東京都千代田区霞が関一丁目1番1号", SECOND, "令和2年4月1日", "令和8年11月5日", "東京都新宿区長"):
        assert words in printed
    assert printed.count("省略") == 2
    assert resident.resident_code not in printed
    assert printed.count(SECOND) == 1
    with_koseki = text_of(issue(resident, outsider, at, honseki="東京都新宿区歌舞伎町一丁目", koseki_head="髙﨑一郎"))
    assert "髙﨑一郎" in with_koseki
    with acting(SYSTEM):
        entries = AuditEntry.objects.filter(action="juki.supplementary_copy_issued", subject=resident.pk)
        assert [entry.detail["with_koseki"] for entry in entries.order_by("at")] == [False, True]


def test_no_paper_leaves_for_a_person_who_is_covered(resident, outsider, at):
    with acting(REGISTRY):
        ProtectedResident.objects.create(resident=resident.pk, since=at.instant)
    for act in (lambda: issue(resident, outsider, at),
                lambda: supplementary_copies.addresses(resident=resident.pk, by=outsider, at=at)):  # fmt: skip
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.code == "protected"


@pytest.mark.parametrize(("changes", "field"), [
    ({"ground": "X"}, "ground"), ({"since": SINCE[:1]}, "since"), ({"honseki": "東京都"}, "koseki_head"),
])  # fmt: skip
def test_what_is_at_fault_is_refused_by_field(resident, outsider, at, changes, field):
    with pytest.raises(Invalid) as caught:
        issue(resident, outsider, at, **changes)
    assert [error.field for error in caught.value.errors] == [field]


def test_who_was_removed_has_no_present_copy(resident, outsider, at):
    told(notice(resident, "S06", "s-4", "2026-11-10"), by=outsider, at=at)
    with pytest.raises(NotFound):
        issue(resident, outsider, at)


def test_without_a_signatory_there_is_none(resident, outsider, at):
    town_messages.set_desk(office=SHINJUKU, values=DESK | {"mayor": ""}, by=outsider, at=at)
    with pytest.raises(Conflict) as refusal:
        issue(resident, outsider, at)
    assert refusal.value.code == "no_signatory"


def test_the_town_of_the_address_and_another_duty_issue_none(resident, clerk, at):
    with pytest.raises(NotFound):
        issue(resident, clerk, at)
    with pytest.raises(Forbidden):
        issue(resident, actor(SHINJUKU, "PROTECTION_OFFICER"), at)


def test_the_counter_draws_it_on_the_screen(resident, at):
    account("shinjuku", SHINJUKU, "COUNTER_CLERK", at=at)
    screen = sign_in(Client(), "shinjuku")
    page = f"/juki/supplementary/{resident.pk}/copy/"
    shown = screen.get(page).content.decode()
    assert f"住所を定めた年月日：{SECOND}" in shown
    form = {"ground": "FAMILY"}
    for version, (year, month, day) in ((1, ("2", "4", "1")), (2, ("8", "11", "5"))):
        form |= {f"since_{version}_era": "令和", f"since_{version}_year": year, f"since_{version}_month": month,
                 f"since_{version}_day": day}  # fmt: skip
    assert screen.post(page, form)["Content-Type"] == "application/pdf"
    assert "必須" in screen.post(page, {}).content.decode()
    account("chiyoda", CHIYODA, "COUNTER_CLERK", at=at)
    assert sign_in(Client(), "chiyoda").get(page).status_code == 404
    account("other", SHINJUKU, "STAFF_ADMINISTRATOR", at=at)
    assert sign_in(Client(), "other").get(page).status_code == 403
