"""What a kiosk is given from the copy, and to whom nothing is given."""

import shutil
import subprocess
from datetime import date
from uuid import UUID

import pytest

from bcl.domain.participation import Pattern
from bcl.selectors import participation
from bcl.services import certificates, participations
from bcl.services.certificates import CopyRefuses, ResidenceOrder
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Forbidden
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.time import Moment
from tests.bcl.copies import row_of, send, somebody, take_part
from tests.conftest import CHIYODA, SHINJUKU
from tests.juki import factories

PURPOSE = "JUKI-COUNTER"
NOBODY = UUID("00000000-0000-4000-8000-000000000000")
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no poppler-utils on this machine")


def asked(resident, centre, at, **changes):
    wanted = {"transaction": "t-1", "resident": getattr(resident, "pk", resident), "office": CHIYODA}
    return certificates.offers(**wanted | changes, by=centre, at=at, purpose=PURPOSE)


def issued(resident, centre, at, *, whole=False, shows=()):
    order = ResidenceOrder("t-1", resident.pk, CHIYODA, whole, frozenset(shows), "20261121-131016-K-000001")
    return certificates.issue_residence_record(order=order, by=centre, at=at, purpose=PURPOSE)


def refusal(resident, centre, at, **changes) -> str:
    with pytest.raises(CopyRefuses) as refused:
        asked(resident, centre, at, **changes)
    assert refused.value.status == 422
    return refused.value.code


def text_of(paper: bytes) -> str:
    told = subprocess.run(["pdftotext", "-raw", "-", "-"], input=paper, check=True, capture_output=True)
    return "".join(told.stdout.decode().split())


def last_entry(action: str) -> AuditEntry:
    with acting(SYSTEM):
        return AuditEntry.objects.filter(action=action).order_by("-at").first()


def test_somebody_in_the_copy_is_offered_their_residence_record(taro, centre, at):
    offer = asked(taro, centre, at)

    assert (offer.kinds, offer.household_size, offer.whole_household) == (("JU",), 1, True)
    entry = last_entry("bcl.certificates_offered")
    assert (entry.subject_count, entry.purpose, entry.detail["transaction"]) == (1, PURPOSE, "t-1")


@needs_poppler
def test_the_paper_says_what_the_row_says(taro, centre, at):
    text = text_of(issued(taro, centre, at, shows=("RELATION", "KOSEKI")))

    for words in ("髙﨑太郎", "昭和55年2月17日", "令和2年4月1日", "千代田区九段南一丁目2番", "髙﨑一郎", "世帯主",
                  "東京都千代田区長見本太郎", "世帯の一部の者"):  # fmt: skip
        assert words in text
    entry = last_entry("bcl.certificate_issued")
    assert entry.detail == {"transaction": "t-1", "office": CHIYODA, "shows": ["KOSEKI", "RELATION"]}


@needs_poppler
def test_a_whole_household_stands_head_first_and_without_those_who_left(town, taro, centre, at):
    hanako = somebody(town, at, name="髙﨑　花子", name_kana="タカサキ　ハナコ", sex="F")
    child = somebody(town, at, name="髙﨑　次郎", birth_date="2015-05-05")
    gone = somebody(town, at, name="髙﨑　三郎")
    send(
        town, at,
        row_of(child, "1003", sequence=2, relation="05", name="髙﨑　次郎", birth_date="2015-05-05"),
        row_of(gone, "1004", sequence=3, relation="05", removed_on="2025-01-01", removal="MOVED_OUT"),
        row_of(hanako, "1002", sequence=4, relation="02", name="髙﨑　花子", sex="F"),
    )  # fmt: skip

    assert asked(hanako, centre, at).household_size == 3
    text = text_of(issued(hanako, centre, at, whole=True, shows=("RELATION",)))
    places = [text.index(f"氏名{name}") for name in ("髙﨑太郎", "髙﨑花子", "髙﨑次郎")]
    assert places == sorted(places)
    assert text.count("氏名") == 3
    assert "世帯全員" in text
    assert last_entry("bcl.certificate_issued").subject_count == 3


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"protected": "1"}, "protected"),
        ({"removed_on": "2026-11-01", "removal": "DEATH"}, "removed"),
        ({"moving_out_on": "2026-12-01"}, "moving_out"),
        ({"became_resident_on": "2026-11-21", "address_since": "2026-11-21"}, "moved_in_today"),
        ({"became_resident_on": "2026-11-10", "address_since": "2026-11-10", "notified_on": "2026-11-21"},
         "moved_in_today"),
        ({"birth_date": "2011-11-22"}, "under_15"),
        ({"birth_date": "2011-00-00"}, "under_15"),
    ],
)  # fmt: skip
def test_to_whom_nothing_is_given(town, taro, centre, at, changes, code):
    send(town, at, row_of(taro, sequence=2, **changes))

    assert refusal(taro, centre, at) == code
    with pytest.raises(CopyRefuses):
        issued(taro, centre, at)
    assert last_entry("bcl.certificate_refused").detail["refused"] == code


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_date": "2011-11-21"},
        {"address_since": "2026-11-21", "notified_on": "2026-11-21"},
        {"became_resident_on": "2026-11-20", "address_since": "2026-11-20", "notified_on": "2026-11-20"},
    ],
)
def test_who_just_turned_fifteen_moved_within_or_came_yesterday_is_given(town, taro, centre, at, changes):
    send(town, at, row_of(taro, sequence=2, **changes))

    assert asked(taro, centre, at).kinds == ("JU",)


def test_a_protected_member_shuts_the_whole_household(town, taro, centre, at):
    hanako = somebody(town, at, name="髙﨑　花子", sex="F")
    send(town, at, row_of(hanako, "1002", sequence=2, relation="02", name="髙﨑　花子", sex="F", protected="1"))

    assert refusal(taro, centre, at) == "protected"
    assert refusal(hanako, centre, at) == "protected"


def test_a_protected_person_hears_what_anybody_not_found_hears(town, taro, centre, at):
    send(town, at, row_of(taro, sequence=2, protected=True))
    with pytest.raises(CopyRefuses) as protected:
        asked(taro, centre, at)
    with pytest.raises(CopyRefuses) as unknown:
        asked(NOBODY, centre, at)

    assert protected.value.message == unknown.value.message
    assert unknown.value.code == "not_in_copy"


def test_a_child_is_on_its_parents_paper_and_gets_none_itself(town, taro, centre, at):
    child = somebody(town, at, name="髙﨑　次郎", birth_date="2015-05-05")
    send(town, at, row_of(child, "1003", sequence=2, relation="05", name="髙﨑　次郎", birth_date="2015-05-05"))

    assert asked(taro, centre, at).household_size == 2
    assert issued(taro, centre, at, whole=True).startswith(b"%PDF")
    assert refusal(child, centre, at) == "under_15"


def test_a_member_who_is_leaving_bars_the_whole_households_paper_alone(town, taro, centre, at):
    son = somebody(town, at, name="髙﨑　次郎")
    send(town, at, row_of(son, "1003", sequence=2, relation="05", name="髙﨑　次郎", moving_out_on="2026-12-01"))

    assert not asked(taro, centre, at).whole_household
    assert issued(taro, centre, at).startswith(b"%PDF")
    with pytest.raises(CopyRefuses) as refused:
        issued(taro, centre, at, whole=True)
    assert refused.value.code == "household_changing"


def test_whom_the_network_knows_as_gone_gets_nothing_from_a_late_copy(town, taro, centre, at):
    factories.tell(factories.change("D03", taro.resident_code), by=town, at=at)

    assert refusal(taro, centre, at) == "register_differs"


def test_whoever_stands_in_a_copy_twice_is_not_found(town, taro, centre, at):
    send(town, at, row_of(taro, "1099", sequence=2))

    assert refusal(taro, centre, at) == "not_in_copy"


def test_a_town_that_does_not_serve_gives_nothing(town, taro, centre, at):
    assert participation.serves(CHIYODA)
    assert not participation.serves(SHINJUKU)
    assert refusal(taro, centre, at, office=SHINJUKU) == "not_served"

    participations.move(office=CHIYODA, verb="stop", by=town, at=at)
    assert not participation.serves(CHIYODA)
    assert refusal(taro, centre, at) == "not_served"


def test_a_copy_kept_up_by_hand_gives_no_residence_record(db, clerk, centre, at):
    take_part(clerk, at, pattern=Pattern.BY_HAND)

    assert not participation.serves(CHIYODA)


def test_the_individual_number_is_printed_only_where_the_town_offers_it(town, taro, centre, at):
    with pytest.raises(CopyRefuses) as refused:
        issued(taro, centre, at, shows=("INDIVIDUAL_NUMBER",))
    assert refused.value.code == "not_offered"


@needs_poppler
def test_a_town_that_offers_it_prints_the_residents_own_number(db, clerk, centre, at):
    from juki.services import numbers

    take_part(clerk, at, with_numbers=True)
    taro = somebody(clerk, at)
    send(clerk, at, row_of(taro, sequence=1))

    assert numbers.open_numbers([taro.pk])[taro.pk] in text_of(issued(taro, centre, at, shows=("INDIVIDUAL_NUMBER",)))


def test_another_mayor_signs_from_the_day_on(town, taro, centre, at):
    tomorrow = Moment.of(date(2026, 11, 22))
    participations.change_signatory(
        office=CHIYODA, mayor="東京都千代田区長職務代理者　見本　花子", seal="千代田区長職務代理者",
        valid_from=tomorrow.day, by=town, at=at,
    )  # fmt: skip

    assert participation.signatory_on(CHIYODA, at.day).seal == "千代田区長"
    assert participation.signatory_on(CHIYODA, tomorrow.day).seal == "千代田区長職務代理者"
    assert issued(taro, centre, tomorrow).startswith(b"%PDF")


def test_nobody_else_may_ask(taro, town, at):
    for who in (town,):
        with pytest.raises(Forbidden):
            asked(taro, who, at)
