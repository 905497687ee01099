"""What becomes of each reason of change for each standing of the person: told here in a table of its own.

The law behind the table: a person is registered in one place (住民基本台帳法4条・5条); what is removed is neither
corrected nor removed again (8条); the dead do not come back but by a cancellation; a town changes its own residents
alone, and learns of nobody else's.
"""

import pytest
from django.db import transaction

from jlis.kernel.isolation.scope import NUMBERS, REGISTRY, SYSTEM, acting
from jlis.kernel.outbox.models import OutboxEvent
from juki.domain.changes import ChangeReason
from juki.models import Discrepancy, IdentityRecord, IndividualNumber, Resident, ResidentCode
from juki.services import codes
from tests.juki.factories import birth, change, grown, tell, with_codes

pytestmark = pytest.mark.django_db
BORN = "2026-10-01"
NOBODYS_CODE = "24727059608"

ENTRIES = ("R01", "R02", "R03", "R04", "R05", "R06", "R09")
REMOVALS = ("D01", "D02", "D03", "D04", "D05", "D06", "D09")
CORRECTIONS = ("M01", "M02", "M03", "M04", "M05", "M06", "M07", "M08", "M09", "M14", "M15", "M16", "M17", "M18", "M19",
               "M20")  # fmt: skip

# Standing → what becomes of: an entry, a birth, the cancellation of a removal, a removal or a correction.
MUST = {
    "nobody": ("CODE_NOT_ALLOTTED", "CODE_NOT_ALLOTTED", "UNKNOWN_RESIDENT", "UNKNOWN_RESIDENT"),
    "current here": ("ALREADY_REGISTERED", "ALREADY_REGISTERED", "ALREADY_REGISTERED", "APPLIED"),
    "current elsewhere": ("TWO_MUNICIPALITIES", "TWO_MUNICIPALITIES", "TWO_MUNICIPALITIES", "UNKNOWN_RESIDENT"),
    "moved on from here": ("TWO_MUNICIPALITIES", "TWO_MUNICIPALITIES", "TWO_MUNICIPALITIES", "UNKNOWN_RESIDENT"),
    "moved out from here": ("APPLIED", "BEFORE_LAST_CHANGE", "APPLIED", "NOT_CURRENT"),
    "moved out elsewhere": ("APPLIED", "BEFORE_LAST_CHANGE", "UNKNOWN_RESIDENT", "UNKNOWN_RESIDENT"),
    "abroad from here": ("APPLIED", "BEFORE_LAST_CHANGE", "APPLIED", "NOT_CURRENT"),
    "abroad from elsewhere": ("APPLIED", "BEFORE_LAST_CHANGE", "UNKNOWN_RESIDENT", "UNKNOWN_RESIDENT"),
    "removed ex officio here": ("APPLIED", "BEFORE_LAST_CHANGE", "APPLIED", "NOT_CURRENT"),
    "removed ex officio elsewhere": ("APPLIED", "BEFORE_LAST_CHANGE", "UNKNOWN_RESIDENT", "UNKNOWN_RESIDENT"),
    "naturalised here": ("APPLIED", "BEFORE_LAST_CHANGE", "APPLIED", "NOT_CURRENT"),
    "entered by mistake here": ("APPLIED", "BEFORE_LAST_CHANGE", "APPLIED", "NOT_CURRENT"),
    "dead here": ("DECEASED", "DECEASED", "APPLIED", "DECEASED"),
    "dead elsewhere": ("DECEASED", "DECEASED", "UNKNOWN_RESIDENT", "UNKNOWN_RESIDENT"),
}
REMOVED_BY = {
    "moved out": "D01", "abroad": "D02", "removed ex officio": "D06", "naturalised": "D04", "entered by mistake": "D09",
    "dead": "D03",
}  # fmt: skip


NATIONAL = {"former_surname": "旧"}
FOREIGNER = {"resident_class": "FOREIGN", "alias": "通称"}
FOR_FOREIGNERS = ("D04", "M17", "M18")
FOR_NATIONALS = tuple(reason for reason in ENTRIES + REMOVALS + CORRECTIONS if reason not in FOR_FOREIGNERS)


def must(standing: str, reason: str) -> str:
    entry, born, cancelled, other = MUST[standing]
    if (standing, reason) == ("nobody", "R06"):
        # Recorded before the network came, with a code of no lot.
        return "APPLIED"
    return {"R03": born, "R09": cancelled}.get(reason, entry if reason in ENTRIES else other)


def test_the_table_knows_every_reason():
    assert set(ENTRIES + REMOVALS + CORRECTIONS) == {reason.value for reason in ChangeReason}


@pytest.fixture
def stand(clerk, outsider, at):
    """Bring somebody into a standing; returns their code."""
    for town in (clerk, outsider):
        with_codes(town, at)

    def brought(standing: str, **items: str) -> str:
        if standing == "nobody":
            return NOBODYS_CODE
        town = outsider if "elsewhere" in standing else clerk
        if standing.startswith("naturalised"):
            items = FOREIGNER
        (taken,) = tell(grown(birth_date=BORN, changed_on=BORN, **items), by=town, at=at)
        code = taken.resident_code
        for words, reason in REMOVED_BY.items():
            if standing.startswith(words):
                tell(change(reason, code, changed_on="2026-11-10"), by=town, at=at)
        if standing == "moved on from here":
            tell(change("D01", code, changed_on="2026-11-10"), by=clerk, at=at)
            tell(entry("R01", code, changed_on="2026-11-11"), by=outsider, at=at)
        return code

    return brought


def entry(reason: str, code: str, **changes: str) -> dict:
    day = BORN if reason == "R03" else "2026-11-20"
    class_ = "FOREIGN" if reason == "R05" else "JAPANESE"
    return birth(reason=reason, resident_code=code, changed_on=day, birth_date=BORN, resident_class=class_) | changes


def notice(reason: str, code: str) -> dict:
    if reason in ENTRIES:
        return entry(reason, code)
    surname = {"former_surname": "旧々"}
    carried = {"M01": {"address": "東京都千代田区一番町1"}, "M14": surname, "M15": surname, "M17": {"alias": "通称"}}
    return change(reason, code, **carried.get(reason, {}))


def outcome(reason: str, code: str, clerk, at) -> str:
    """What became of it, once it was made sure that the register says the same; nothing of it is kept."""
    with transaction.atomic():
        before = _register()
        (taken,) = tell(notice(reason, code), by=clerk, at=at)
        after = _register()
        with acting(clerk.scope):
            open_ones = list(Discrepancy.objects.values_list("kind", "state"))
        if taken.contradiction:
            assert after == before, "a contradiction changes nothing"
            assert open_ones == [(taken.contradiction.kind, "OPEN")], "and is held for staff"
            assert taken.contradiction.article
            assert taken.contradiction.advice.endswith("。")
        else:
            assert after["versions"] == before["versions"] + 1
            assert after["events"] == before["events"] + 1
            assert after["state"] == ("REMOVED" if reason in REMOVALS else "CURRENT")
            assert open_ones == []
        transaction.set_rollback(True)
        return taken.contradiction.kind.value if taken.contradiction else taken.status.value


def _register() -> dict[str, object]:
    with acting(REGISTRY):
        residents = list(Resident.objects.values_list("state", "office", "version", "changed_on", "resident_code"))
        versions = IdentityRecord.objects.count()
    with acting(SYSTEM):
        events = OutboxEvent.objects.count()
    return {"state": residents[0][0] if residents else "", "residents": residents, "versions": versions,
            "events": events}  # fmt: skip


@pytest.mark.parametrize("standing", MUST)
def test_each_reason_meets_each_standing_as_the_law_has_it(stand, clerk, at, standing):
    found = {}
    for items, reasons in ((NATIONAL, FOR_NATIONALS), (FOREIGNER, FOR_FOREIGNERS)):
        with transaction.atomic():
            code = stand(standing, **items)
            found |= {reason: outcome(reason, code, clerk, at) for reason in reasons}
            transaction.set_rollback(True)
    assert found == {reason: must(standing, reason) for reason in ENTRIES + REMOVALS + CORRECTIONS}


@pytest.mark.parametrize(("items", "others"), [(NATIONAL, FOR_FOREIGNERS), (FOREIGNER, ("D05", "M14", "M15", "M16"))])
def test_what_is_for_the_others_alone_is_held(stand, clerk, at, items, others):
    code = stand("current here", **items)
    found = {outcome(reason, code, clerk, at) for reason in others}
    assert found <= {"OTHER_CLASS", "NOTHING_TO_CHANGE"}
    assert outcome(others[0], code, clerk, at) == "OTHER_CLASS"


@pytest.mark.parametrize("reason", ["M15", "M16", "M18"])
def test_nothing_is_changed_or_taken_away_where_nothing_stands(stand, clerk, at, reason):
    without = {"resident_class": "FOREIGN"} if reason == "M18" else {}
    code = stand("current here", **without)
    assert outcome(reason, code, clerk, at) == "NOTHING_TO_CHANGE"


def test_whoever_is_naturalised_keeps_no_alias_and_whoever_loses_the_nationality_no_former_surname(stand, clerk, at):
    code = stand("current here", **FOREIGNER)
    tell(change("D04", code, changed_on="2026-11-10"), by=clerk, at=at)
    tell(entry("R04", code), by=clerk, at=at)
    assert latest("resident_class", "alias") == ("JAPANESE", "")
    tell(change("M14", code, former_surname="旧", former_surname_kana="キュウ"), by=clerk, at=at)
    tell(change("D05", code), by=clerk, at=at)
    tell(entry("R05", code), by=clerk, at=at)
    assert latest("resident_class", "former_surname", "former_surname_kana") == ("FOREIGN", "", "")


ELSEWHERE = [standing for standing in MUST if "elsewhere" in standing]


@pytest.mark.parametrize("standing", ELSEWHERE)
def test_a_change_of_somebody_elsewhere_is_answered_as_one_of_nobody(stand, clerk, at, standing):
    code = stand(standing)
    for reason in (*REMOVALS, *CORRECTIONS):
        theirs, nobodys = tell(notice(reason, code), notice(reason, NOBODYS_CODE), by=clerk, at=at)
        assert theirs.contradiction == nobodys.contradiction
        assert theirs.status == nobodys.status


@pytest.mark.parametrize(
    ("reason", "changed_on", "becomes"),
    [
        ("M02", "2026-11-09", "BEFORE_LAST_CHANGE"),
        ("M02", "2026-11-10", "APPLIED"),
        ("M02", "2026-09-30", "BEFORE_BIRTH"),
        ("D03", "2026-09-30", "BEFORE_BIRTH"),
        ("D03", "2026-11-09", "BEFORE_LAST_CHANGE"),
        ("D01", "2026-12-20", "APPLIED"),
    ],
)
def test_changes_are_told_in_the_order_in_which_they_happened(stand, clerk, at, reason, changed_on, becomes):
    code = stand("current here")
    tell(change("M02", code, changed_on="2026-11-10"), by=clerk, at=at)
    (taken,) = tell(change(reason, code, changed_on=changed_on), by=clerk, at=at)
    assert (taken.contradiction.kind if taken.contradiction else "APPLIED") == becomes


def test_whoever_moves_in_earlier_than_planned_does_not_contradict_the_plan(stand, clerk, outsider, at):
    code = stand("current here")
    tell(change("D01", code, changed_on="2026-12-20"), by=clerk, at=at)
    (taken,) = tell(entry("R01", code, changed_on="2026-11-20"), by=outsider, at=at)
    assert taken.contradiction is None
    with acting(REGISTRY):
        in_force = IdentityRecord.objects.filter(superseded_at__isnull=True).order_by("version", "valid_from")
        spans = [(row.version, str(row.valid_from), str(row.valid_to)) for row in in_force]
    assert spans == [(1, BORN, "2026-11-20"), (2, "2026-11-20", "2026-11-20"), (3, "2026-11-20", "None")]


def test_a_cancelled_death_brings_the_same_person_back_with_code_and_number(stand, clerk, at):
    code = stand("dead here")
    tell(entry("R09", code), by=clerk, at=at)
    with acting(REGISTRY):
        resident = Resident.objects.get()
    assert (resident.state, resident.resident_code, resident.version) == ("CURRENT", code, 3)
    with acting(NUMBERS):
        assert IndividualNumber.objects.count() == 1


@pytest.mark.parametrize("reason", ["M08", "M09"])
def test_a_changed_code_is_new_and_the_old_one_opens_nothing_and_is_given_to_nobody(stand, clerk, at, reason):
    code = stand("current here")
    tell(change(reason, code), by=clerk, at=at)
    with acting(REGISTRY):
        fresh = Resident.objects.get().resident_code
        borne = dict(ResidentCode.objects.values_list("code", "valid_to"))
    assert fresh != code
    assert str(borne[code]) == "2026-11-20"
    assert borne[fresh] is None
    assert outcome("M02", code, clerk, at) == "UNKNOWN_RESIDENT"


@pytest.mark.parametrize("reason", ["R02", "R03", "R04", "R05"])
def test_a_first_entry_takes_its_code_from_the_own_lot(clerk, outsider, at, reason):
    for town in (clerk, outsider):
        with_codes(town, at)
    with acting(REGISTRY):
        own, theirs = (codes.draw(office=town.organisation, count=1)[0] for town in (clerk, outsider))
    assert outcome(reason, own, clerk, at) == "APPLIED"
    assert outcome(reason, theirs, clerk, at) == "CODE_NOT_ALLOTTED"


def test_a_move_in_that_came_before_the_person_was_known_settles_itself_with_the_move_out(clerk, outsider, at):
    (early,) = tell(entry("R01", NOBODYS_CODE), by=outsider, at=at)
    assert early.contradiction.kind == "CODE_NOT_ALLOTTED"
    tell(grown(resident_code=NOBODYS_CODE, birth_date=BORN, changed_on=BORN), by=clerk, at=at)
    tell(change("D01", NOBODYS_CODE), by=clerk, at=at)
    assert latest("office", "change_reason") == ("131041", "R01")
    with acting(REGISTRY):
        assert Discrepancy.objects.get().state == "APPLIED"


@pytest.mark.parametrize("reason", ENTRIES)
def test_an_entry_with_a_code_that_was_changed_is_held_and_fails_nothing_else(stand, clerk, outsider, at, reason):
    code = stand("current here")
    tell(change("M08", code), by=clerk, at=at)
    for town in (clerk, outsider):
        other = birth()
        taken, beside = tell(entry(reason, code), other, by=town, at=at)
        assert taken.contradiction.kind == "CODE_NOT_IN_FORCE"
        assert taken.contradiction.advice.endswith("。")
        assert (taken.status, beside.status) == ("DISCREPANT", "APPLIED")


def test_a_code_changed_in_the_same_call_is_not_in_force_either(stand, clerk, at):
    code = stand("current here")
    _, again = tell(change("M08", code), entry("R06", code), by=clerk, at=at)
    assert again.contradiction.kind == "CODE_NOT_IN_FORCE"


@pytest.mark.parametrize(("reason", "changes"), [("M05", True), ("M06", True), ("M03", False), ("M08", False)])
def test_a_number_changes_for_its_own_reasons_alone(stand, clerk, at, reason, changes):
    code = stand("current here")
    tell(change(reason, code), by=clerk, at=at)
    with acting(NUMBERS):
        assert IndividualNumber.objects.count() == (2 if changes else 1)
        assert IndividualNumber.objects.filter(valid_to__isnull=True).count() == 1


@pytest.mark.parametrize(
    ("entered", "removed", "fields"),
    [
        ({"reason": "M14", "former_surname": "旧", "former_surname_kana": "キュウ"}, "M16",
         ("former_surname", "former_surname_kana")),
        ({"reason": "M17", "alias": "通称"}, "M18", ("alias",)),
    ],
)  # fmt: skip
def test_a_removed_former_surname_or_alias_is_gone_by_the_reason_alone(stand, clerk, at, entered, removed, fields):
    code = stand("current here", resident_class="FOREIGN" if "alias" in fields else "JAPANESE")
    tell(change(entered["reason"], code, **{field: entered[field] for field in fields}), by=clerk, at=at)
    assert latest(*fields) == tuple(entered[field] for field in fields)
    tell(change(removed, code), by=clerk, at=at)
    assert latest(*fields) == ("",) * len(fields)


def test_a_cancelled_correction_returns_what_stood_before(stand, clerk, at):
    code = stand("current here")
    tell(change("M03", code, name="誤り　太郎"), by=clerk, at=at)
    tell(change("M19", code), by=clerk, at=at)
    assert latest("name") == ("髙﨑　太郎",)


def test_where_the_last_change_is_no_correction_its_cancellation_leaves_everything(stand, clerk, outsider, at):
    code = stand("moved out elsewhere")
    tell(entry("R01", code, address="東京都千代田区一番町1"), by=clerk, at=at)
    tell(change("M19", code), by=clerk, at=at)
    assert latest("address", "office") == ("東京都千代田区一番町1", "131016")


def latest(*fields: str) -> tuple[str, ...]:
    with acting(REGISTRY):
        return IdentityRecord.objects.filter(valid_to__isnull=True).values_list(*fields).get()
