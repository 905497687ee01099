"""J4: a file of persons is answered row for row, by the law's items, for an affair, and into everybody's disclosure."""

import csv
import io

import pytest
from django.test import override_settings

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.domain.subject_sets import unpack_subjects
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, acting
from jlis.kernel.jobs import asked_files, running
from jlis.kernel.jobs.models import Job
from juki.models import ProtectedResident, Resident
from juki.services import affairs, numbers
from tests.conftest import CHIYODA
from tests.juki.caller import faults, problem, registered
from tests.juki.factories import change, grown, tell, with_codes

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/api/v1/juki/bulk-queries?purpose=B1-77&fields=name,address"
HEADING = "key,resident_code,individual_number,name,name_kana,birth_date,sex,address"


@pytest.fixture
def people(clerk, outsider, at) -> dict[str, Resident]:
    """Two towns: somebody with namesakes, somebody who died, somebody covered by a 支援措置."""
    for town in (clerk, outsider):
        with_codes(town, at)
    told = {
        "plain": tell(grown(name="髙﨑　太郎", name_kana="タカサキ　タロウ"), by=clerk, at=at),
        "twin": tell(grown(name="双子　花", name_kana="フタゴ　ハナ"), by=clerk, at=at),
        "other twin": tell(grown(name="双子　花", name_kana="フタゴ　ハナ"), by=outsider, at=at),
        "dead": tell(grown(name="故人　一郎", name_kana="コジン　イチロウ"), by=clerk, at=at),
        "covered": tell(grown(name="秘密　子", name_kana="ヒミツ　コ", address="東京都千代田区秘密"), by=clerk, at=at),
    }
    tell(change("D03", told["dead"][0].resident_code), by=clerk, at=at)
    with acting(REGISTRY):
        found = {who: Resident.objects.get(resident_code=taken.resident_code) for who, (taken,) in told.items()}
        ProtectedResident.objects.create(resident=found["covered"].pk, since=at.instant)
    return found


@pytest.fixture
def ministry(at, registry_operator):
    """The pension service's system, entitled to an affair that covers 個人番号 too."""
    with acting(registry_operator.scope):
        affairs.entitle(affair_code="B1-77", organisation="NENKIN", by=registry_operator, at=at)
    return registered("NENKIN", "juki.query_bulk", at=at)


def send(system, *rows: str, path: str = PATH, heading: str = HEADING, encoding: str = "utf-8", **headers: str):
    return system.call("POST", path, "\r\n".join([heading, *rows]).encode(encoding), "text/csv", **headers)


def answered(system, *rows: str, **how) -> list[list[str]]:
    """Send, let a worker run, fetch; the lines after the heading."""
    accepted = send(system, *rows, **how)
    assert accepted.status_code == 202, accepted.content
    assert running.run_job(accepted.json()["id"]) == "SUCCEEDED"
    fetched = system.get(f"/api/v1/jobs/{accepted.json()['id']}/result")
    text = b"".join(fetched.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def row(key: str, **cells: str) -> str:
    values = {"key": key} | cells
    return ",".join(values.get(column, "") for column in HEADING.split(","))


def test_each_row_gets_its_answer_in_order(ministry, people):
    asked = answered(
        ministry,
        row("a", resident_code=people["plain"].resident_code),
        row("b", name_kana="フタゴ ハナ", birth_date="S55.2.17"),
        row("c", resident_code=people["dead"].resident_code),
        row("d", name_kana="ヒミツ　コ", birth_date="1980-02-17"),
        row("e", name_kana="イナイ　ヒト", birth_date="1980-02-17"),
        row("f", name="高崎太郎", birth_date="昭和55年2月17日", sex="M", address="東京都千代田区霞が関１－１"),
        row("g", name_kana="タカサキ　タロウ", birth_date="1980-02-00"),
    )
    address = "東京都千代田区霞が関一丁目1番1号"
    assert asked == [
        ["2", "a", "MATCHED", "", "髙﨑　太郎", address],
        ["3", "b", "SEVERAL", "", "", ""],
        ["4", "c", "REMOVED", "", "", ""],
        ["5", "d", "PROTECTED", "", "秘密　子", ""],
        ["6", "e", "NOT_FOUND", "", "", ""],
        ["7", "f", "MATCHED", "", "髙﨑　太郎", address],
        ["8", "g", "MATCHED", "", "髙﨑　太郎", address],
    ]


def test_what_a_row_tells_must_all_agree(ministry, people):
    code = people["plain"].resident_code
    asked = answered(
        ministry,
        row("sex", resident_code=code, sex="F"),
        row("birth", resident_code=code, birth_date="1980-02-18"),
        row("name", resident_code=code, name="別人"),
        row("address", resident_code=code, address="東京都千代田区永田町"),
        row("all", resident_code=code, sex="M", birth_date="1980-02-17", name="髙﨑太郎", address="東京都千代田区"),
    )
    assert [line[2] for line in asked] == ["NOT_FOUND"] * 4 + ["MATCHED"]


def test_a_covered_address_is_neither_confirmed_nor_denied(ministry, people):
    code = people["covered"].resident_code
    guesses = ("東京都千代田区秘密", "北海道札幌市")
    asked = answered(ministry, *[row(guess[:2], resident_code=code, address=guess) for guess in guesses])
    assert [line[2:] for line in asked] == [["PROTECTED", "", "秘密　子", ""]] * 2


def test_rows_at_fault_are_answered_as_such_and_stop_no_other(ministry, people):
    asked = answered(
        ministry,
        row("digit", resident_code="12345678901"),
        row("date", name_kana="タカサキ", birth_date="1980-02-30"),
        row("sex", name_kana="タカサキ", birth_date="1980-02-17", sex="X"),
        row("little", name_kana="タカサキ　タロウ", sex="M"),
        "too,few",
        row("good", resident_code=people["plain"].resident_code),
    )
    assert [line[2] for line in asked] == ["FAULTY"] * 5 + ["MATCHED"]
    assert all(line[3] for line in asked[:5])
    assert "列の数が見出しと違います" in asked[4][3]


def test_numbers_are_found_and_given_where_the_affair_allows_it(people, at, town_system):
    system = registered(CHIYODA, "juki.query_bulk", at=at)
    with acting(REGISTRY):
        number = numbers.open_numbers([people["plain"].pk])[people["plain"].pk]
    path = "/api/v1/juki/bulk-queries?purpose=JUKI-COUNTER&fields=individual_number,name_kana"
    asked = answered(
        system, row("n", individual_number=number), row("x", name_kana="イナイ", birth_date="1980-02-17"), path=path
    )
    assert asked == [["2", "n", "MATCHED", "", number, "タカサキ　タロウ"], ["3", "x", "NOT_FOUND", "", "", ""]]


def test_a_number_under_an_affair_without_numbers_is_a_fault_of_its_row(ministry, people, registry_operator, at):
    with acting(registry_operator.scope):
        affairs.entitle(affair_code="B1-1-2", organisation="NENKIN", by=registry_operator, at=at)
    with acting(REGISTRY):
        number = numbers.open_numbers([people["plain"].pk])[people["plain"].pk]
    asked = answered(
        ministry,
        row("n", individual_number=number),
        row("c", resident_code=people["plain"].resident_code),
        path=PATH.replace("B1-77", "B1-1-2").replace("name,address", "name"),
    )
    assert asked == [
        ["2", "n", "FAULTY", "この事務では個人番号で照会できません。", ""],
        ["3", "c", "MATCHED", "", "髙﨑　太郎"],
    ]


def test_an_affair_without_an_entry_answers_nobody(ministry, people):
    path = PATH.replace("B1-77", "B1-1-2")
    asked = send(ministry, row("c", resident_code=people["plain"].resident_code), path=path)
    assert problem(asked, 403)["code"] == "purpose_not_allowed"


def test_the_next_town_is_nowhere_for_a_town(people, at):
    system = registered(CHIYODA, "juki.query_bulk", at=at)
    path = "/api/v1/juki/bulk-queries?purpose=JUKI-COUNTER&fields=name"
    asked = answered(
        system,
        row("theirs", resident_code=people["other twin"].resident_code),
        row("ours", name_kana="フタゴ　ハナ", birth_date="1980-02-17"),
        path=path,
    )
    assert [line[2] for line in asked] == ["NOT_FOUND", "MATCHED"]


def test_whom_it_concerned_is_in_the_chain_and_nobody_else(ministry, people):
    answered(
        ministry,
        row("a", resident_code=people["plain"].resident_code),
        row("b", name_kana="フタゴ　ハナ", birth_date="1980-02-17"),
        row("c", resident_code=people["dead"].resident_code),
    )
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="juki.provided")
    assert set(unpack_subjects(bytes(entry.subjects))) == {people["plain"].pk, people["dead"].pk}
    assert entry.purpose == "B1-77"
    assert entry.detail["method"] == "BULK"


def test_cp932_in_and_out_with_a_note_of_what_was_substituted(ministry, clerk, people, at):
    tell(grown(name="𠮷田　一", name_kana="ヨシダ　ハジメ"), by=clerk, at=at)
    accepted = send(
        ministry,
        row("一", name_kana="ヨシダ　ハジメ", birth_date="1980-02-17"),
        row("髙", name_kana="タカサキ　タロウ", birth_date="1980-02-17"),
        path=f"{PATH}&encoding=CP932",
        encoding="cp932",
    )
    job = accepted.json()["id"]
    assert running.run_job(job) == "SUCCEEDED"
    octets = b"".join(ministry.get(f"/api/v1/jobs/{job}/result").streaming_content)
    assert bytes.fromhex("FBFC FAB1") in octets
    report = b"".join(ministry.get(f"/api/v1/jobs/{job}/result?part=report").streaming_content).decode("utf-8-sig")
    assert "U+20BB7" in report


def test_the_file_is_gone_when_the_work_is_done(ministry, people):
    accepted = send(ministry, row("a", resident_code=people["plain"].resident_code))
    assert asked_files.path_of(accepted.json()["id"]).exists()
    assert running.run_job(accepted.json()["id"]) == "SUCCEEDED"
    assert not asked_files.path_of(accepted.json()["id"]).exists()


def test_a_faulty_request_makes_no_job_and_keeps_no_file(ministry, people):
    assert faults(send(ministry, "1", heading="nothing")) == {(1, "nothing", "unknown_column")}
    assert faults(send(ministry, "1", path="/api/v1/juki/bulk-queries?purpose=B1-77&fields=shoe_size")) == {
        (None, "fields", "unknown_field")
    }
    assert problem(send(ministry, "1", path=PATH.replace("B1-77", "PREF-BENEFIT")), 403)
    assert problem(ministry.call("POST", PATH, "{}", "application/json"), 415)
    with override_settings(JLIS_UPLOAD_LIMIT=10):
        assert problem(send(ministry, row("a")), 413)["code"] == "file_too_large"
    with acting(SYSTEM):
        assert not Job.objects.exists()
    assert not list(asked_files.folder().glob("received-*"))


def test_a_client_without_the_scope_is_refused(at, people):
    assert problem(send(registered("NENKIN", "juki.query", at=at), row("a")), 403)


def test_the_same_key_is_one_job(ministry, people):
    first, second = (send(ministry, row("a"), Idempotency_Key="k1") for _ in range(2))
    assert first.json()["id"] == second.json()["id"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert problem(send(ministry, row("b"), Idempotency_Key="k1"), 422)
