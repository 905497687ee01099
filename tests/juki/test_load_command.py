"""manage.py load_residents: exit status 0 only when all was done; the refused rows in FILE.rejected.csv."""

import csv
import json

import pytest
from django.core.management import CommandError, call_command

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, acting
from juki.management.commands.load_residents import Command
from juki.models import Resident
from tests.conftest import CHIYODA, SHINJUKU
from tests.jpki.people import account
from tests.juki.registers import file, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(db, at, tmp_path, capsys):
    """Run the command as Chiyoda's chief over rows; returns what it said and what it refused with."""
    account("chief", CHIYODA, "SUPERVISOR", at=at)
    account("counter", CHIYODA, "COUNTER_CLERK", at=at)

    def ran(*rows, by="chief", office=CHIYODA, options=(), path=None):
        path = path or file(tmp_path, *rows)
        try:
            call_command("load_residents", str(path), "--municipality", office, "--by", by, *options)
        except CommandError as refusal:
            return capsys.readouterr().out, str(refusal)
        return capsys.readouterr().out, ""

    return ran


def loaded() -> int:
    with acting(REGISTRY):
        return Resident.objects.count()


def test_all_rows_good_is_told_and_leaves_no_file_of_reasons(run, tmp_path):
    said, refusal = run(row(1), row(2))
    assert (said.strip(), refusal) == ("登録 2件  受け付けない行 0件", "")
    assert not (tmp_path / "register.csv.rejected.csv").exists()
    with acting(SYSTEM):
        assert AuditEntry.objects.get(action="juki.loaded").actor_label.endswith("見本 職員")


def test_refused_rows_are_written_beside_the_file_with_line_column_and_reason(run, tmp_path):
    said, refusal = run(row(1), row(2, sex="X", resident_class="Y"), row(3, birth_date="2030-01-01"))
    assert "登録 1件  受け付けない行 2件" in said
    assert "受け付けない行が2件あります（登録は1件）" in refusal
    octets = (tmp_path / "register.csv.rejected.csv").read_bytes()
    assert octets.startswith(b"\xef\xbb\xbf"), "Excel reads it as it is"
    assert list(csv.reader(octets.decode("utf-8-sig").splitlines())) == [
        ["行", "列", "理由"],
        ["3", "sex", "性別はM・F・Uのいずれかです。"],
        ["3", "resident_class", "住民区分はJAPANESE・FOREIGNのいずれかです。"],
        ["4", "birth_date", "生年月日に未来の日付は使えません。"],
    ]


def test_the_reasons_of_an_earlier_run_do_not_stay(run, tmp_path):
    run(row(1, sex="X"))
    run(row(1))
    assert not (tmp_path / "register.csv.rejected.csv").exists()


def test_a_place_where_reasons_cannot_be_written_is_told_before_anything_is_loaded(run, tmp_path):
    (tmp_path / "register.csv.rejected.csv").mkdir()
    _, refusal = run(row(1), row(2, sex="X"))
    assert "に書けません" in refusal
    assert loaded() == 0


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([row(1)], {"ok": True, "loaded": 1, "rejected": 0}),
        ([row(1), row(2, sex="X")], {"ok": False, "loaded": 1, "rejected": 1}),
    ],
)
def test_one_json_line_tells_what_was_done(run, rows, line):
    said, _ = run(*rows, options=["--json"])
    told = json.loads(said)
    assert said.count("\n") == 1
    assert {name: told[name] for name in line} == line


def test_the_json_line_of_a_refused_file_names_each_fault(run, tmp_path):
    path = tmp_path / "wrong.csv"
    path.write_text("名前\n住民\n", encoding="utf-8")
    said, refusal = run(path=path, options=["--json"])
    told = json.loads(said)
    assert (told["ok"], told["code"]) == (False, "invalid")
    assert {error["code"] for error in told["errors"]} == {"unknown_column", "missing_column"}
    assert "列「名前」はありません。" in refusal


def test_the_json_line_tells_of_a_file_that_is_not_there(run, tmp_path):
    said, refusal = run(path=tmp_path / "missing.csv", options=["--json"])
    assert json.loads(said) == {"ok": False, "message": refusal}
    assert "がありません" in refusal


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"office": SHINJUKU}, "ほかの市区町村"),
        ({"office": "999999"}, "市区町村はありません"),
        ({"by": "counter"}, "権限がありません"),
        ({"by": "nobody"}, "職員がいません"),
    ],
)
def test_whoever_may_not_is_told_why_and_nothing_is_loaded(run, options, why):
    _, refusal = run(row(1), **options)
    assert why in refusal
    assert loaded() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("rows", "status"), [([row(1)], 0), ([row(1), row(2, sex="X")], 1), ([], 1)])
def test_the_exit_status_is_0_only_when_all_was_done(at, tmp_path, rows, status):
    account("chief", CHIYODA, "SUPERVISOR", at=at)
    argv = ["manage.py", "load_residents", str(file(tmp_path, *rows)), "--municipality", CHIYODA, "--by", "chief"]
    assert exit_status(argv) == status


def exit_status(argv: list[str]) -> int:
    try:
        Command().run_from_argv(argv)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0
