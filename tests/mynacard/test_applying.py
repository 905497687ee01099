"""交付申請: two channels and more, the photo, one live application a person, what goes back."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import MYNACARD, SYSTEM, acting
from mynacard.domain.applications import Channel
from mynacard.models import Application, ApplicationPhoto
from mynacard.services import applications, forms, photos
from mynacard.services.photos import GivenPhoto
from tests.conftest import actor
from tests.juki import factories
from tests.mynacard import cast

pytestmark = pytest.mark.django_db


def codes(caught) -> set[tuple[str, str]]:
    return {(fault.field, fault.code) for fault in caught.value.errors}


def test_an_application_at_the_counter_waits_for_a_decision(resident, clerk, at):
    application = cast.applied(resident, by=clerk, at=at)

    assert (application.channel, application.kind, application.state) == ("COUNTER", "FIRST", "RECEIVED")
    assert (application.office, application.version) == ("131016", 1)
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="mynacard.application_received")
    assert (entry.subject, entry.purpose) == (resident.pk, "JUKI-CARD")


def test_by_post_the_form_says_who_applies(resident, clerk, at):
    form = forms.issue(resident=resident.pk, by=clerk, at=at)

    application = applications.apply_by_form(
        form_id=form, wish=cast.wish(at, channel=Channel.POST), by=cast.operator(), at=at
    )

    assert (application.resident_id, application.form_id, application.channel) == (resident.pk, form, "POST")
    assert application.office == "131016"


def test_a_form_is_taken_once_and_a_slip_not_at_all(resident, clerk, at):
    form = forms.issue(resident=resident.pk, by=clerk, at=at)
    wrong = form[:-1] + str((int(form[-1]) + 1) % 10)
    web = cast.wish(at, channel=Channel.WEB)
    with pytest.raises(Invalid) as slip:
        applications.apply_by_form(form_id=wrong, wish=web, by=cast.operator(), at=at)
    application = applications.apply_by_form(form_id=form, wish=web, by=cast.operator(), at=at)
    applications.withdraw(application=application.pk, by=clerk, at=at)

    with pytest.raises(Invalid) as again:
        applications.apply_by_form(form_id=form, wish=web, by=cast.operator(), at=at)

    assert codes(slip) == {("form_id", "unknown")}
    assert codes(again) == {("form_id", "used")}


def test_a_form_with_the_former_address_is_refused(resident, clerk, at):
    form = forms.issue(resident=resident.pk, by=clerk, at=at)
    cast.change(resident, "M01", at.day, by=clerk, at=at, address="東京都千代田区一番町1番地")

    with pytest.raises(Invalid) as caught:
        applications.apply_by_form(form_id=form, wish=cast.wish(at, channel=Channel.WEB), by=cast.operator(), at=at)

    assert codes(caught) == {("form_id", "old_form")}


def test_nobody_has_two_under_way(resident, clerk, at):
    cast.applied(resident, by=clerk, at=at)

    with pytest.raises(Conflict) as caught:
        cast.applied(resident, by=clerk, at=at)

    assert caught.value.code == "application_under_way"


def test_for_the_next_town_there_is_no_such_resident(resident, outsider, at):
    for pk in (resident.pk, uuid4()):
        with pytest.raises(NotFound) as caught:
            applications.apply(resident=pk, wish=cast.wish(at), by=outsider, at=at)
        assert caught.value.code == "resident_not_found"


def test_without_the_permission_nothing_is_taken(resident, at):
    with pytest.raises(Forbidden):
        applications.apply(resident=resident.pk, wish=cast.wish(at), by=cast.maker(), at=at)


def test_who_has_left_cannot_apply(resident, clerk, at):
    cast.change(resident, "D01", at.day, by=clerk, at=at)

    with pytest.raises(Conflict) as caught:
        cast.applied(resident, by=clerk, at=at)

    assert caught.value.code == "holder_removed"


class TestPhotos:
    def test_the_photo_is_sealed_cut_to_the_card_and_seen_with_a_trace(self, resident, clerk, at):
        application = cast.applied(resident, by=clerk, at=at)

        picture = photos.show(application=application.pk, by=clerk, at=at)

        assert picture[:3] == b"\xff\xd8\xff"
        with acting(MYNACARD):
            kept = ApplicationPhoto.objects.get()
            assert picture[200:260] not in bytes(kept.sealed)
        assert (kept.width, kept.height, kept.findings) == (600, 771, [])
        with acting(SYSTEM):
            assert AuditEntry.objects.get(action="mynacard.photo_seen").subject == resident.pk

    def test_the_next_town_sees_no_photo(self, resident, clerk, outsider, at):
        application = cast.applied(resident, by=clerk, at=at)

        with pytest.raises(NotFound):
            photos.show(application=application.pk, by=outsider, at=at)

    @pytest.mark.parametrize(
        ("octets", "code"),
        [
            (cast.picture(image_format="PNG"), "not_jpeg"),
            (cast.picture(size=(400, 514)), "too_small"),
            (b"no picture at all", "unreadable"),
            (cast.picture()[:4000], "unreadable"),
        ],
        ids=["png", "small", "text", "cut off"],
    )
    def test_what_breaks_a_rule_of_form_is_refused_at_the_door(self, resident, clerk, at, octets, code):
        with pytest.raises(Invalid) as caught:
            cast.applied(resident, by=clerk, at=at, photo=GivenPhoto(octets, at.day))

        assert ("photo", code) in codes(caught)
        with acting(MYNACARD):
            assert not Application.objects.exists()

    def test_an_old_photo_is_refused(self, resident, clerk, at):
        old = GivenPhoto(cast.picture(), at.day - timedelta(days=200))

        with pytest.raises(Invalid) as caught:
            cast.applied(resident, by=clerk, at=at, photo=old)

        assert codes(caught) == {("photo", "too_old")}

    @pytest.mark.parametrize(
        ("octets", "hint"),
        [
            (cast.picture(skin=False), "face_small"),
            (cast.picture(left=0.25), "off_centre"),
            (cast.picture(size=(771, 600)), "not_upright"),
        ],
        ids=["nobody", "aside", "broad"],
    )
    def test_what_looks_wrong_is_left_to_a_person(self, resident, clerk, at, octets, hint):
        application = cast.applied(resident, by=clerk, at=at, photo=GivenPhoto(octets, at.day))

        with acting(MYNACARD):
            found, words = photos.findings_of(application.pk)
        assert found is not None
        assert hint in found.findings
        assert all(words)

    def test_under_one_year_there_is_none(self, founded, clerk, at):
        baby = cast.resident_of(clerk, at, birth_date="2025-11-22", changed_on="2026-01-10")

        with pytest.raises(Invalid) as caught:
            cast.applied(baby, by=clerk, at=at)
        application = cast.applied(baby, by=clerk, at=at, photo=None)

        assert codes(caught) == {("photo", "not_wanted")}
        assert applications.accept(application=application.pk, by=clerk, at=at).state == "ACCEPTED"

    def test_on_the_first_birthday_it_is_wanted(self, founded, clerk, at):
        child = cast.resident_of(clerk, at, birth_date="2025-11-21", changed_on="2026-01-10")

        with pytest.raises(Invalid) as caught:
            cast.applied(child, by=clerk, at=at, photo=None)

        assert codes(caught) == {("photo", "required")}

    def test_a_paper_form_without_a_photo_goes_back(self, resident, clerk, at):
        form = forms.issue(resident=resident.pk, by=clerk, at=at)
        application = applications.apply_by_form(
            form_id=form, wish=cast.wish(at, channel=Channel.POST, photo=None), by=cast.operator(), at=at
        )

        with pytest.raises(Conflict) as caught:
            applications.accept(application=application.pk, by=cast.operator(), at=at)
        returned = applications.send_back(application=application.pk, reason="PHOTO_MISSING", by=cast.operator(), at=at)

        assert caught.value.code == "photo_missing"
        assert (returned.state, returned.returned_for) == ("RETURNED", "PHOTO_MISSING")


class TestDecisions:
    def test_accepted_by_a_person_whose_name_stays(self, resident, clerk, at):
        application = cast.accepted(resident, by=clerk, at=at)

        assert application.state == "ACCEPTED"
        assert application.decided_by == clerk.label

    def test_what_goes_back_says_why_and_another_may_follow(self, resident, clerk, at):
        application = cast.applied(resident, by=clerk, at=at)
        with pytest.raises(Invalid) as caught:
            applications.send_back(application=application.pk, reason="", by=clerk, at=at)

        applications.send_back(application=application.pk, reason="PHOTO_UNFIT", by=clerk, at=at)

        assert codes(caught) == {("reason", "required")}
        assert cast.applied(resident, by=clerk, at=at).state == "RECEIVED"

    def test_twice_decided_is_a_conflict(self, resident, clerk, at):
        application = cast.accepted(resident, by=clerk, at=at)

        with pytest.raises(Conflict):
            applications.accept(application=application.pk, by=clerk, at=at)

    def test_the_next_town_decides_nothing(self, resident, clerk, outsider, at):
        application = cast.applied(resident, by=clerk, at=at)

        for act in (applications.accept, applications.withdraw):
            with pytest.raises(NotFound):
                act(application=application.pk, by=outsider, at=at)
        assert applications.withdraw(application=application.pk, by=clerk, at=at).state == "CANCELLED"

    def test_a_clerk_without_the_duty_decides_nothing(self, resident, clerk, at):
        application = cast.applied(resident, by=clerk, at=at)

        with pytest.raises(Forbidden):
            applications.accept(application=application.pk, by=actor("131016", "STAFF_ADMINISTRATOR"), at=at)


class TestStay:
    def test_a_foreign_resident_whose_stay_ends(self, founded, clerk, at):
        guest = cast.resident_of(clerk, at, resident_class="FOREIGN", name="KIM MINJI", name_kana="キム　ミンジ")

        card = cast.in_production(guest, by=clerk, at=at, stay_ends_on=date(2027, 3, 31))

        assert card.expires_on == date(2027, 3, 31)

    def test_a_stay_that_is_over_and_a_stay_of_a_national(self, founded, resident, clerk, at):
        guest = cast.resident_of(clerk, at, resident_class="FOREIGN", name="KIM MINJI", name_kana="キム　ミンジ")
        with pytest.raises(Invalid) as over:
            cast.applied(guest, by=clerk, at=at, stay_ends_on=date(2026, 11, 20))
        with pytest.raises(Invalid) as national:
            cast.applied(resident, by=clerk, at=at, stay_ends_on=date(2027, 1, 1))

        assert codes(over) == {("stay_ends_on", "over")}
        assert codes(national) == {("stay_ends_on", "not_wanted")}


def test_a_towns_system_names_the_resident_by_code(resident, clerk, outsider, at):
    with pytest.raises(NotFound):
        applications.apply_by_code(resident_code=resident.resident_code, wish=cast.wish(at), by=outsider, at=at)

    taken = applications.apply_by_code(resident_code=resident.resident_code, wish=cast.wish(at), by=clerk, at=at)

    assert taken.resident_id == resident.pk
    assert factories.grown()["name"] == "髙﨑　太郎"
