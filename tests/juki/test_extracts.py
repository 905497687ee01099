"""J5: the prefecture's bulk extract: approved by a second person, equal to an independent SQL, exact in CP932."""

import csv
import io
import time

import pytest
from django.db import IntegrityError, connection, transaction

from jlis.kernel.audit import sealing
from jlis.kernel.audit.models import AuditEntry, AuditSubject
from jlis.kernel.domain.folding import kana_key
from jlis.kernel.errors import Conflict, Forbidden, Invalid
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, acting
from jlis.kernel.jobs import running
from jlis.kernel.jobs import services as jobs
from jlis.kernel.jobs.models import Job
from jlis.kernel.vault import sealing as vault
from juki.models import Affair, Resident
from juki.services import affairs, disclosures, extracts, numbers, result_files
from tests.conftest import CHIYODA, KANAGAWA, TOKYO, TSURUMI, actor
from tests.juki import protection
from tests.juki.factories import change, grown, tell, with_codes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator():
    """A prefecture's operator."""
    return actor(TOKYO, "EXTRACT_OPERATOR", kind="PREFECTURE")


@pytest.fixture
def approver():
    """The second person."""
    return actor(TOKYO, "EXTRACT_APPROVER", kind="PREFECTURE", number=2)


@pytest.fixture
def register(clerk, outsider, ward_clerk, at):
    """Three towns in two prefectures, with characters that CP932 has, has twice, and has not."""
    for person in (clerk, outsider, ward_clerk):
        with_codes(person, at)
    tell(
        grown(name="髙﨑　㈱子", name_kana="タカサキ　カブコ"),
        grown(name="𠮷田　花子", name_kana="ヨシダ　ハナコ", sex="F"),
        by=clerk,
        at=at,
    )
    (gone,) = tell(grown(name="去　人", name_kana="サリ　ビト"), by=clerk, at=at)
    tell(change("D03", gone.resident_code), by=clerk, at=at)
    tell(grown(name="新宿　太郎"), by=outsider, at=at)
    tell(grown(name="鶴見　太郎"), by=ward_clerk, at=at)


def document(**changes):
    return {
        "affair": "PREF-DISASTER", "number_affair": "NONE", "ordinance_affair": "NONE", "target": "LATEST",
        "who": "RESIDENT_ON", "from_on": "2026-11-21", "items": ["municipality", "name", "name_kana", "birth_date"],
        "encoding": "UTF-8",
    } | changes  # fmt: skip


def drawn(operator, approver, at, **changes) -> tuple[Job, bytes]:
    with acting(operator.scope):
        job = extracts.request(document=document(**changes), by=operator, at=at)
    with acting(approver.scope):
        jobs.decide(job_id=job.pk, approve=True, reason="", by=approver, at=at)
    assert running.run_job(job.pk) == "SUCCEEDED"
    with acting(operator.scope):
        job, path = jobs.fetch_result(job_id=job.pk, by=operator, at=at)
    return job, path.read_bytes()


def rows_of(octets: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(octets.decode("utf-8-sig"))))[1:]


def test_the_rows_equal_an_independent_sql(register, operator, approver, at):
    _, octets = drawn(operator, approver, at)
    with acting(REGISTRY), connection.cursor() as cursor:
        cursor.execute(
            "SELECT office, name, name_kana, birth_date FROM juki_identityrecord WHERE prefecture = 13"
            " AND state = 'CURRENT' AND valid_to IS NULL AND superseded_at IS NULL"
        )
        expected = sorted(map(list, cursor.fetchall()))
    assert sorted(rows_of(octets)) == expected
    assert len(expected) == 3


def test_cp932_is_exact_and_what_does_not_fit_is_reported(register, operator, approver, at):
    job, octets = drawn(operator, approver, at, encoding="CP932", municipalities=[CHIYODA])
    assert bytes.fromhex("FBFC FAB1") in octets, "髙﨑"
    assert bytes.fromhex("878A") in octets, "㈱"
    assert "吉田".encode("cp932") in octets, "𠮷 does not fit; its substitute stands in, and nobody is dropped"
    assert octets.count(b"\r\n") == 3
    with acting(operator.scope):
        _, report = jobs.fetch_report(job_id=job.pk, by=operator, at=at)
    assert "𠮷,U+20BB7,吉" in report.read_text("utf-8-sig")


def test_individual_numbers_come_only_under_an_affair_that_allows_them(register, operator, approver, at):
    with acting(operator.scope), pytest.raises(Invalid):
        extracts.request(document=document(items=["name", "individual_number"]), by=operator, at=at)
    with acting(operator.scope), pytest.raises(Forbidden):
        extracts.request(
            document=document(items=["name", "individual_number"], number_affair="PREF-DISASTER"), by=operator, at=at
        )


def test_the_numbers_drawn_are_those_that_the_residents_bear(
    register, operator, approver, registry_operator, at, monkeypatch
):
    # Several batches, by a worker that has opened nothing yet.
    monkeypatch.setattr(result_files, "_ROWS_AT_ONCE", 2)
    vault.make_data_key(at=at.instant)
    vault.forget_keys()
    code = Affair.objects.filter(kinds__contains=["PREFECTURE"], number_allowed=True).values_list("code", flat=True)[0]
    with acting(registry_operator.scope):
        affairs.entitle(affair_code=code, organisation=TOKYO, by=registry_operator, at=at)
    _, octets = drawn(operator, approver, at, items=["resident_code", "individual_number"], number_affair=code)
    with acting(REGISTRY):
        bearers = dict(Resident.objects.values_list("resident_code", "pk"))
        opened = numbers.open_numbers([bearers[row[0]] for row in rows_of(octets)])
    assert len(opened) == 3
    assert [row[1] for row in rows_of(octets)] == [opened[bearers[row[0]]] for row in rows_of(octets)]


def test_covered_ones_stand_after_all_offices_however_many_processes_sort(
    register, operator, approver, clerk, outsider, at, monkeypatch
):
    for town in (clerk, outsider):
        tell(*(grown(name=f"住民　{number}") for number in range(30)), by=town, at=at)
    protection.applied(protection.registered(clerk, at, name="秘匿　花子", name_kana="アアア　ハナコ"), at)
    forced = extracts.statements.SETTINGS + "; SET LOCAL min_parallel_table_scan_size = 0"
    monkeypatch.setattr(extracts.statements, "SETTINGS", forced)
    _, octets = drawn(operator, approver, at)
    *others, (office, name, *_) = rows_of(octets)
    assert (office, name) == ("", "秘匿　花子")
    assert len(others) == 63
    assert [(row[0], kana_key(row[2])) for row in others] == sorted((row[0], kana_key(row[2])) for row in others)


def test_removed_ones_come_with_their_reason(register, operator, approver, at):
    _, octets = drawn(
        operator, approver, at, who="REMOVED_DURING", from_on="2026-11-01", to_on="2026-11-30",
        items=["name", "change_reason"],
    )  # fmt: skip
    assert rows_of(octets) == [["去　人", "D03"]]


def test_nobody_approves_their_own_request(register, operator, at):
    both = actor(TOKYO, "EXTRACT_OPERATOR", "EXTRACT_APPROVER", kind="PREFECTURE")
    with acting(both.scope):
        job = extracts.request(document=document(), by=both, at=at)
        with pytest.raises(Forbidden):
            jobs.decide(job_id=job.pk, approve=True, reason="", by=both, at=at)
    with acting(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(approved_by=both.id, approved_at=at.instant)


def test_an_ordinance_affair_is_one_of_the_own_ordinances(register, operator, registry_operator, at):
    """Not a 別表 item though the body may act under it, nor an ordinance before the body is entered for it."""
    kanagawa = actor(KANAGAWA, "EXTRACT_OPERATOR", kind="PREFECTURE")
    with acting(registry_operator.scope):
        affairs.entitle(affair_code="PREF-BENEFIT", organisation=TOKYO, by=registry_operator, at=at)
    for who, code in ((operator, "PREF-DISASTER"), (kanagawa, "PREF-BENEFIT"), (operator, "NO-SUCH")):
        with acting(who.scope), pytest.raises(Forbidden) as refused:
            extracts.request(document=document(ordinance_affair=code), by=who, at=at)
        assert (refused.value.code, refused.value.field) == ("not_by_ordinance", "ordinance_affair")
    with acting(operator.scope):
        assert extracts.request(document=document(ordinance_affair="PREF-BENEFIT"), by=operator, at=at)
    with acting(kanagawa.scope), pytest.raises(Forbidden):
        extracts.request(document=document(affair="PREF-BENEFIT"), by=kanagawa, at=at)


def test_an_unapproved_request_does_not_run(register, operator, at):
    with acting(operator.scope):
        job = extracts.request(document=document(), by=operator, at=at)
    assert running.run_job(job.pk) is None
    with acting(operator.scope), pytest.raises(Conflict):
        jobs.fetch_result(job_id=job.pk, by=operator, at=at)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"affair": ""}, "affair"),
        ({"number_affair": ""}, "number_affair"),
        ({"ordinance_affair": ""}, "ordinance_affair"),
        ({"items": []}, "items"),
        ({"items": ["shoe_size"]}, "items"),
        ({"from_on": "2026-02-30"}, "from_on"),
        ({"who": "RESIDENT_DURING", "to_on": "2026-01-01"}, "to_on"),
        ({"to_on": "2026-11-30"}, "to_on"),
        ({"municipalities": ["131017"]}, "municipalities"),
        ({"encoding": "EUC-JP"}, "encoding"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_faulty_request_is_refused_by_field(operator, at, changes, field):
    with acting(operator.scope), pytest.raises(Invalid) as refused:
        extracts.request(document=document(**changes), by=operator, at=at)
    assert field in {error.field for error in refused.value.errors}


def test_another_prefectures_town_cannot_be_drawn(register, operator, at):
    with acting(operator.scope), pytest.raises(Forbidden):
        extracts.request(document=document(municipalities=[TSURUMI]), by=operator, at=at)


def indexed() -> bool:
    with acting(REGISTRY):
        extracted = AuditEntry.objects.filter(action="juki.extracted").values("pk")
        return AuditSubject.objects.filter(entry__in=extracted).exists()


def test_each_person_drawn_sees_it_in_the_disclosure(register, operator, approver, clerk, at):
    drawn(operator, approver, at)
    # The sealer waits for older transactions of the whole cluster, those of the tests beside this one included.
    until = time.monotonic() + 30
    while not indexed() and time.monotonic() < until:
        sealing.seal_now()
        time.sleep(0.05)
    with acting(clerk.scope):
        from juki.selectors.residents import FourItems, matching

        (person,) = matching(FourItems(name="髙﨑　㈱子", sex="M"), day=at.day, limit=2)
        _, lines = disclosures.disclose(resident=person.resident, by=clerk, at=at)
    assert [(line.method, line.organisation, line.purpose) for line in lines] == [
        ("提供（一括抽出）", "東京都", "PREF-DISASTER")
    ]
