"""戸籍の附票の写し (J7): at the 本籍地's counter, by its clerk, and for nobody whom a 支援措置 covers."""

from datetime import date

import pytest
from django.test import Client

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, acting
from jlis.kernel.time import Moment
from juki.domain.retention import DataClass
from juki.models import ProtectedResident
from juki.services import disposals, removed_supplementary, supplementary_copies, town_messages
from juki.services.supplementary_copies import Request
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
    asked = Request(**{"ground": "FAMILY", "since": SINCE} | changes)
    return supplementary_copies.issue(resident=resident.pk, asked=asked, by=by, at=at)


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


class TestTheRemoved:
    """除附票の写し (法21条の3): of each removal that the office made, while it is kept."""

    WHO = {"name": "高﨑太郎", "birth_date": "1980-02-17"}

    @pytest.fixture
    def gone(self, resident, outsider, at):
        """The 本籍 moved away from Shinjuku, on the version of this number."""
        told(notice(resident, "S08", "s-4", "2026-11-10"), by=outsider, at=at)
        return 4

    def issue(self, resident, version, by, at, **changes):
        asked = Request(**{"ground": "FAMILY", "since": SINCE} | changes)
        return removed_supplementary.issue(resident=resident.pk, version=version, asked=asked, by=by, at=at)

    def found(self, by, at):
        return [(row.resident, row.version) for row in removed_supplementary.search(items=self.WHO, by=by, at=at)]

    @needs_poppler
    def test_it_says_the_addresses_why_and_when_and_no_koseki(self, resident, gone, outsider, at):
        printed = text_of(self.issue(resident, gone, outsider, at))
        for words in ("戸籍の附票の除票", "東京都千代田区霞が関一丁目1番1号", SECOND, "転籍による消除",
                      "令和8年11月10日", "除票の原本と相違ない", "現在の住所を示すものではありません",
                      "東京都新宿区長"):  # fmt: skip
            assert words in printed
        assert printed.count("省略") == 2
        assert resident.resident_code not in printed
        with acting(SYSTEM):
            entry = AuditEntry.objects.get(action="juki.removed_supplementary_copy_issued", subject=resident.pk)
        assert (entry.purpose, entry.detail["ground"], entry.detail["version"]) == ("JUKI-REMOVED", "FAMILY", gone)
        assert entry.detail["number"] in printed

    def test_it_stays_when_the_next_honseki_has_entered_the_person(self, resident, gone, outsider, ward_clerk, at):
        assert self.found(ward_clerk, at) == []
        told(notice(resident, "S02", "y-1", "2026-11-12"), by=ward_clerk, at=at)
        assert self.found(outsider, at) == [(resident.pk, gone)]
        assert self.issue(resident, gone, outsider, at).startswith(b"%PDF")

    def test_what_was_entered_again_is_a_record_of_its_own(self, resident, gone, outsider, at):
        told(notice(resident, "S02", "s-5", "2026-11-12", address="帰った町1番"), by=outsider, at=at)
        told(notice(resident, "S06", "s-6", "2026-11-14"), by=outsider, at=at)
        of = {version: removed_supplementary.open_record(resident=resident.pk, version=version, by=outsider, at=at)
              for _, version in self.found(outsider, at)}  # fmt: skip
        assert {version: [stay.address for stay in stays] for version, (_, stays) in of.items()} == {
            4: ["東京都千代田区霞が関一丁目1番1号", SECOND], 6: ["帰った町1番"],
        }  # fmt: skip

    def test_a_present_one_another_version_and_another_office_are_not_found(self, resident, gone, clerk, outsider, at):
        for version, by in ((gone - 1, outsider), (gone + 1, outsider), (gone, clerk)):
            for act in (removed_supplementary.open_record, removed_supplementary.addresses):
                with pytest.raises(NotFound):
                    act(resident=resident.pk, version=version, by=by, at=at)
            with pytest.raises(NotFound):
                self.issue(resident, version, by, at)
        assert self.found(clerk, at) == []

    @pytest.mark.parametrize("items", [
        {}, {"name": "高﨑太郎"}, {"birth_date": "1980-02-17"}, {"name": "・", "birth_date": "1980-02-17"},
    ])  # fmt: skip
    def test_too_few_items_find_nobody_and_are_refused(self, gone, outsider, at, items):
        with pytest.raises(Invalid) as refused:
            removed_supplementary.search(items=items, by=outsider, at=at)
        assert [error.code for error in refused.value.errors] == ["too_few_items"]

    def test_another_duty_does_nothing(self, resident, gone, at):
        other = actor(SHINJUKU, "PROTECTION_OFFICER")
        with pytest.raises(Forbidden):
            self.found(other, at)
        with pytest.raises(Forbidden):
            self.issue(resident, gone, other, at)

    def test_no_paper_leaves_for_who_is_covered_and_the_page_withholds(self, resident, gone, outsider, at):
        with acting(REGISTRY):
            ProtectedResident.objects.create(resident=resident.pk, since=at.instant)
        record, listed = removed_supplementary.open_record(resident=resident.pk, version=gone, by=outsider, at=at)
        assert (record.address, listed) == ("", [])
        with pytest.raises(Conflict) as refusal:
            self.issue(resident, gone, outsider, at)
        assert refusal.value.code == "protected"

    @pytest.mark.parametrize(("changes", "field"), [({"ground": ""}, "ground"), ({"since": []}, "since")])
    def test_faults_stand_by_field(self, resident, gone, outsider, at, changes, field):
        with pytest.raises(Invalid) as caught:
            self.issue(resident, gone, outsider, at, **changes)
        assert [error.field for error in caught.value.errors] == [field]

    def test_it_is_kept_for_150_years_and_what_was_disposed_of_is_not_found(self, resident, gone, outsider, at):
        second = actor(SHINJUKU, "SUPERVISOR", number=2)
        asked = {"resident": resident.pk, "version": gone, "data_class": DataClass.REMOVED_SUPPLEMENTARY,
                 "reason": "保存期間の満了", "by": outsider}  # fmt: skip
        with pytest.raises(Conflict):
            disposals.ask(**asked, at=Moment.of(date(2176, 11, 10)))
        over = Moment.of(date(2176, 11, 11))
        assert self.issue(resident, gone, outsider, over).startswith(b"%PDF")
        wish = disposals.ask(**asked, at=over)
        disposals.decide(disposal=wish.pk, grant=True, by=second, at=over)
        with pytest.raises(NotFound):
            self.issue(resident, gone, outsider, over)
        assert self.found(outsider, over) == []

    def test_on_the_screen(self, resident, gone, at):
        account("shinjuku", SHINJUKU, "COUNTER_CLERK", at=at)
        screen = sign_in(Client(), "shinjuku")
        born = {"birth_date_era": "S", "birth_date_year": "55", "birth_date_month": "2", "birth_date_day": "17"}
        found = screen.post("/juki/removed-supplementary/", {"name": "髙﨑　太郎"} | born).content.decode()
        page = f"/juki/removed-supplementary/{resident.pk}/{gone}/"
        assert page in found
        shown = screen.get(page).content.decode()
        assert SECOND in shown
        assert "令和158年" in shown
        form = {"ground": "PUBLIC"}
        for version, day in ((1, ("2", "4", "1")), (2, ("8", "11", "5"))):
            parts = zip(("year", "month", "day"), day, strict=True)
            form |= {f"since_{version}_era": "令和"} | {f"since_{version}_{part}": value for part, value in parts}
        assert "21条の3第2項" in screen.get(f"{page}copy/").content.decode()
        assert screen.post(f"{page}copy/", form)["Content-Type"] == "application/pdf"
        account("chiyoda", CHIYODA, "COUNTER_CLERK", at=at)
        account("other", SHINJUKU, "STAFF_ADMINISTRATOR", at=at)
        for name, status in (("chiyoda", 404), ("other", 403)):
            for path in (page, f"{page}copy/"):
                assert sign_in(Client(), name).get(path).status_code == status
