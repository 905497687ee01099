"""A copy loaded whole: good rows in, faulty rows named; differences go on where the file ends."""

import csv

import pytest
from django.core.management import CommandError, call_command

from bcl.domain.rows import COLUMNS, LABELS, read_row
from bcl.models import CopyEntry, CopyStream
from bcl.selectors import copies
from bcl.services import loading
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.domain.digest_tree import digest_of
from jlis.kernel.errors import Conflict, Forbidden, Invalid
from jlis.kernel.isolation.scope import BCL, SYSTEM, acting
from tests.bcl.copies import held_rows, row_of, send, somebody, take_part
from tests.conftest import CHIYODA, SHINJUKU
from tests.jpki.people import account

CODE = "12345678903"


def file(folder, *rows, heading=COLUMNS):
    """A file of rows; COLUMNS in English or in Japanese."""
    path = folder / "copy.csv"
    with path.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(heading)
        writer.writerows([row.get(name, "") for name in COLUMNS] for row in rows)
    return path


def load(by, at, path, **how):
    return loading.load_file(path=path, office=by.organisation, by=by, at=at, **how)


def test_every_item_comes_back_as_it_came(town, at, tmp_path):
    resident = somebody(town, at)
    rows = [
        row_of(resident, "1", address="東京都千代田区霞が関\\一丁目", former_surname="𠮷田", alias="ALIAS"),
        row_of(CODE, "2", birth_date="1941-04-00", removed_on="2025-01-01", removal="DEATH"),
    ]
    loaded = load(town, at, file(tmp_path, *rows))

    assert (loaded.rows, loaded.rejects) == (2, [])
    assert held_rows(CHIYODA) == {row["number"]: read_row(row)[0].line() for row in rows}
    with acting(BCL):
        assert dict(CopyEntry.objects.values_list("number", "resident")) == {"1": resident.pk, "2": None}
        assert copies.digest(CHIYODA) == digest_of(held_rows(CHIYODA))
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="bcl.copy_loaded")
    assert (entry.subject_count, entry.detail["rows"], entry.purpose) == (1, 2, "JUKI-COUNTER")


def test_a_heading_in_japanese_is_read_as_well(town, at, tmp_path):
    path = file(tmp_path, row_of(CODE), heading=[LABELS[name] for name in COLUMNS])

    assert load(town, at, path).rows == 1


def test_faulty_rows_are_named_and_the_good_ones_loaded(town, at, tmp_path):
    path = file(tmp_path, row_of(CODE, "1"), row_of(CODE, "2", sex="X"), row_of(CODE, "1"), row_of(CODE, "3"))
    loaded = load(town, at, path)

    assert [(reject.line, reject.column) for reject in loaded.rejects] == [(3, "sex"), (4, "number")]
    assert held_rows(CHIYODA).keys() == {"1", "3"}


def test_a_file_without_the_flag_of_protection_is_refused_whole(town, at, tmp_path):
    path = tmp_path / "copy.csv"
    columns = [name for name in COLUMNS if name != "protected"]
    path.write_text(",".join(columns) + "\n", "utf-8")

    with pytest.raises(Invalid) as refused:
        load(town, at, path)
    assert [(fault.field, fault.code) for fault in refused.value.errors] == [("protected", "missing_column")]


def test_differences_go_on_where_the_file_ends(town, at, tmp_path):
    send(town, at, row_of(CODE, "8", sequence=8), row_of(CODE, "11", sequence=11))
    load(town, at, file(tmp_path, row_of(CODE, "1")), sequence=10)

    with acting(BCL):
        stream = CopyStream.objects.get()
    assert (stream.base, stream.through, stream.highest) == (10, 11, 11)
    assert held_rows(CHIYODA).keys() == {"1", "11"}
    late = send(town, at, row_of(CODE, "9", sequence=9))
    assert [(each.status, each.replayed) for each in late.results] == [("CONTAINED", True)]


def test_a_copy_that_is_there_is_replaced_only_on_purpose_and_never_by_an_older_file(town, at, tmp_path):
    load(town, at, file(tmp_path, row_of(CODE, "1")))
    send(town, at, row_of(CODE, "2", sequence=1))
    path = file(tmp_path, row_of(CODE, "3"))

    for how, code in (({}, "copy_not_empty"), ({"replace": True}, "file_is_older")):
        with pytest.raises(Conflict) as refused:
            load(town, at, path, **how)
        assert refused.value.code == code
    assert held_rows(CHIYODA).keys() == {"1", "2"}
    load(town, at, path, replace=True, sequence=1)
    assert held_rows(CHIYODA).keys() == {"3"}


def test_another_towns_copy_and_an_empty_file_are_refused(town, outsider, at, tmp_path):
    path = file(tmp_path, row_of(CODE))
    take_part(outsider, at)
    with pytest.raises(Forbidden):
        loading.load_file(path=path, office=CHIYODA, by=outsider, at=at)
    with pytest.raises(Invalid):
        load(town, at, file(tmp_path))


def test_the_command_loads_and_writes_the_reasons_beside_the_file(town, at, tmp_path, capsys):
    account("chief", CHIYODA, "SUPERVISOR", at=at)
    path = file(tmp_path, row_of(CODE, "1"), row_of(CODE, "2", relation="99"))
    with pytest.raises(CommandError, match="受け付けない行が1件"):
        call_command("load_copy", str(path), municipality=CHIYODA, by="chief", sequence=4)

    assert "登録 1件" in capsys.readouterr().out
    reasons = (tmp_path / "copy.csv.rejected.csv").read_text("utf-8-sig")
    assert "3,relation,この続柄コードはありません。" in reasons
    with acting(BCL):
        assert CopyStream.objects.get().through == 4
    with pytest.raises(CommandError, match="ほかの市区町村"):
        call_command("load_copy", str(path), municipality=SHINJUKU, by="chief")
