"""manage.py load_network and load_survey: exit status 0 only when all was done; the refused rows beside the file."""

import csv

import pytest
from django.core.management import CommandError, call_command

from jlis.demo.network import SURVEY
from jlis.kernel.isolation.scope import LGWAN, acting
from lgwan.models import Circuit, SurveyCount
from tests.conftest import CHIYODA
from tests.jpki.people import account
from tests.lgwan.test_loading import HEADING, MAIN

pytestmark = pytest.mark.django_db
ABOUT = ("--on", "2018-04-09", "--title", "見本の調査", "--source", "見本", "--generation", "4", "--by", "operator")


@pytest.fixture(autouse=True)
def _operator(quick_passwords, db, at):
    account("operator", "JLIS-LGWAN", "LGWAN_REVIEWER", at=at)
    account("officer", CHIYODA, "NETWORK_OFFICER", at=at)


def count(model) -> int:
    with acting(LGWAN):
        return model.objects.count()


def test_one_faulty_row_leaves_the_register_as_it_was_unless_the_good_rows_are_asked_for(tmp_path, capsys):
    path = tmp_path / "circuits.csv"
    path.write_text("\n".join([HEADING, MAIN, MAIN.replace("MAIN", "SIDE")]), encoding="utf-8")

    with pytest.raises(CommandError, match="受け付けない行が1件あります（登録は0件）"):
        call_command("load_network", str(path), "--by", "operator")
    reasons = (tmp_path / "circuits.csv.rejected.csv").read_text("utf-8-sig").splitlines()
    assert list(csv.reader(reasons))[1] == ["3", "role", "主従は主系・従系のいずれかです。"]
    assert count(Circuit) == 0

    with pytest.raises(CommandError, match="登録は1件"):
        call_command("load_network", str(path), "--by", "operator", "--good-rows")
    assert count(Circuit) == 1
    with pytest.raises(CommandError, match="権限"):
        call_command("load_network", str(path), "--by", "officer")


def test_the_carried_survey_is_loaded(tmp_path, capsys):
    path = tmp_path / SURVEY.name
    path.write_bytes(SURVEY.read_bytes())
    call_command("load_survey", str(path), *ABOUT, "--json")
    assert '"loaded": 47' in capsys.readouterr().out
    assert count(SurveyCount) == 47
    with pytest.raises(CommandError, match="すでに登録"):
        call_command("load_survey", str(path), *ABOUT)
