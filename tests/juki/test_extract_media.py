"""J5 by medium: an encrypted archive, a slip that names nobody, a passphrase for who asked; the count beforehand."""

import json
import subprocess

import pytest
import pyzipper
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.jobs import running
from jlis.kernel.jobs import services as jobs
from juki.services import extracts, media
from tests.conftest import KANAGAWA, TOKYO, actor
from tests.jpki.people import account, sign_in
from tests.juki.factories import grown, tell, with_codes

pytestmark = pytest.mark.django_db(transaction=True)
REQUEST = {
    "affair": "PREF-DISASTER", "number_affair": "NONE", "ordinance_affair": "NONE", "target": "LATEST",
    "who": "RESIDENT_ON", "from_on": "2026-11-21", "items": ["name", "address"], "encoding": "CP932",
    "delivery": "MEDIUM",
}  # fmt: skip


@pytest.fixture
def operator():
    return actor(TOKYO, "EXTRACT_OPERATOR", kind="PREFECTURE")


@pytest.fixture
def register(clerk, at):
    with_codes(clerk, at)
    tell(grown(name="𠮷田　花子", name_kana="ヨシダ　ハナコ"), grown(), by=clerk, at=at)


@pytest.fixture
def job(register, operator, at):
    """An extract on a medium, approved and drawn."""
    approver = actor(TOKYO, "EXTRACT_APPROVER", kind="PREFECTURE", number=2)
    with acting(operator.scope):
        asked = extracts.request(document=REQUEST, by=operator, at=at)
    with acting(approver.scope):
        jobs.decide(job_id=asked.pk, approve=True, reason="", by=approver, at=at)
    assert running.run_job(asked.pk) == "SUCCEEDED"
    return asked


def opened(job, operator, at) -> pyzipper.AESZipFile:
    with acting(operator.scope):
        _, path = jobs.fetch_result(job_id=job.pk, by=operator, at=at)
        passphrase = media.open_passphrase(job_id=job.pk, by=operator, at=at)
    archive = pyzipper.AESZipFile(path)
    archive.setpassword(passphrase.encode())
    return archive


def test_the_archive_holds_the_result_and_its_report(job, operator, at):
    with opened(job, operator, at) as archive:
        assert sorted(archive.namelist()) == ["report.csv", "result.csv"]
        assert bytes.fromhex("FBFC FAB1") in archive.read("result.csv")
        assert "U+20BB7" in archive.read("report.csv").decode("utf-8-sig")


def test_the_plain_result_is_not_kept(job, operator, at):
    with acting(operator.scope):
        _, path = jobs.fetch_result(job_id=job.pk, by=operator, at=at)
    assert [each.name for each in path.parent.iterdir() if each.suffix == ".csv"] == ["report.csv"]


def test_the_passphrase_is_for_who_asked_and_each_look_is_written_down(job, operator, at):
    colleague = actor(TOKYO, "EXTRACT_OPERATOR", kind="PREFECTURE", number=3)
    with acting(colleague.scope), pytest.raises(Forbidden):
        media.open_passphrase(job_id=job.pk, by=colleague, at=at)
    for _ in range(2):
        with acting(operator.scope):
            media.open_passphrase(job_id=job.pk, by=operator, at=at)
    with acting(SYSTEM):
        assert AuditEntry.objects.filter(action="juki.medium_opened").count() == 2


def test_the_next_prefecture_has_no_such_medium(job, at):
    stranger = actor(KANAGAWA, "EXTRACT_OPERATOR", kind="PREFECTURE")
    with acting(stranger.scope), pytest.raises(NotFound):
        media.of_job(job.pk, by=stranger)
    with acting(stranger.scope), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM juki_extractmedium")
        assert cursor.fetchone() == (0,)


def test_the_slip_names_digest_and_count_and_neither_person_nor_passphrase(job, operator, at, tmp_path):
    with acting(operator.scope):
        paper = tmp_path / "slip.pdf"
        paper.write_bytes(media.slip(job_id=job.pk, by=operator, at=at))
        _, medium = media.of_job(job.pk, by=operator)
        passphrase = media.open_passphrase(job_id=job.pk, by=operator, at=at)
    text = subprocess.run(["pdftotext", "-layout", str(paper), "-"], check=True, capture_output=True, text=True).stdout
    assert medium.number in text
    assert medium.sha256[:32] in text
    assert "2件" in text
    assert passphrase not in text
    assert "ヨシダ" not in text
    assert "𠮷" not in text


def test_the_count_beforehand_is_what_the_extract_gives(register, operator, at):
    with acting(operator.scope):
        assert extracts.preview(document=REQUEST, by=operator, at=at) == 2
        assert extracts.preview(document=REQUEST | {"sex": "F"}, by=operator, at=at) == 0
        with pytest.raises(Invalid):
            extracts.preview(document=REQUEST | {"items": []}, by=operator, at=at)
    with acting(SYSTEM):
        assert AuditEntry.objects.filter(action="juki.extract_previewed").count() == 2


@pytest.mark.usefixtures("plain_static")
def test_the_screen_counts_saves_and_reads_a_request(register, at):
    account("operator", TOKYO, "EXTRACT_OPERATOR", at=at)
    desk = sign_in(Client(), "operator")
    filled = REQUEST | {
        "from_on_0": "令和", "from_on_1": "8", "from_on_2": "11", "from_on_3": "21"
    }  # fmt: skip
    counted = desk.post("/juki/extracts/new/", filled | {"step": "count"}).content.decode()
    assert "2件" in counted
    saved = desk.post("/juki/extracts/new/", filled | {"step": "save"})
    assert json.loads(saved.content)["delivery"] == "MEDIUM"
    file = SimpleUploadedFile("request.json", saved.content, "application/json")
    page = desk.post("/juki/extracts/new/", {"step": "load", "file": file}).content.decode()
    assert "要求ファイルを読み込みました" in page
    broken = SimpleUploadedFile("request.json", b"{", "application/json")
    assert "JSONとして読めません" in desk.post("/juki/extracts/new/", {"step": "load", "file": broken}).content.decode()


@pytest.mark.usefixtures("plain_static")
def test_the_mediums_page_shows_the_passphrase_once_it_is_asked_for(job, operator, at):
    account("colleague", TOKYO, "EXTRACT_OPERATOR", at=at)
    desk = sign_in(Client(), "colleague")
    page = desk.get(f"/juki/extracts/{job.pk}/medium/")
    assert page.headers["Cache-Control"] == "no-store"
    assert "だけが確かめられます" in page.content.decode()
    assert desk.post(f"/juki/extracts/{job.pk}/medium/").status_code == 403
    assert desk.get(f"/juki/extracts/{job.pk}/medium/slip/").headers["Content-Type"] == "application/pdf"
