"""The first load: good rows loaded, numbered, audited and told; each faulty one named by line, column and reason."""

import pytest
from django.db import connection
from psycopg import DataError

from jlis.kernel import csv_rows
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.domain.subject_sets import unpack_subjects
from jlis.kernel.errors import Forbidden, Invalid, NotFound, TooLarge
from jlis.kernel.isolation.scope import NUMBERS, REGISTRY, SYSTEM, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.outbox.models import OutboxEvent
from jlis.kernel.vault import sealing
from juki.models import CodeLot, IdentityRecord, IndividualNumber, Resident
from juki.services import codes, loading, numbers
from tests.conftest import CHIYODA, SHINJUKU, TSURUMI, YOKOHAMA, actor, client_of
from tests.juki.factories import HOMES, grown, tell, with_codes
from tests.juki.registers import HEADING, file, row, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(clerk, at, tmp_path):
    """Load rows, or the octets of a file, into Chiyoda."""

    def loaded(*rows: dict[str, str], octets: bytes | None = None, heading=HEADING, office=CHIYODA, by=clerk):
        path = file(tmp_path, *rows, heading=heading)
        if octets is not None:
            path.write_bytes(octets)
        return loading.load_file(path=path, office=office, by=by, at=at)

    return loaded


def residents() -> list[IdentityRecord]:
    with acting(REGISTRY):
        return list(IdentityRecord.objects.order_by("resident_code"))


def rejected(loaded) -> set[tuple[int, str]]:
    assert all(reject.reason.endswith("。") for reject in loaded.rejects)
    return {(reject.line, reject.column) for reject in loaded.rejects}


def test_good_rows_are_loaded_as_they_were_written(load):
    assert load(row(1, name="髙﨑　太郎"), row(2, name="𠮷田\\花子", birth_date="1980-02-00")).rows == 2
    first, second = residents()
    assert (first.name, first.office, first.state, first.version) == ("髙﨑　太郎", CHIYODA, "CURRENT", 1)
    assert (first.change_reason, str(first.changed_on), first.kana_source) == ("R06", "2020-04-01", "NOTIFIED")
    assert (second.name, second.birth_date, str(second.birth_from)) == ("𠮷田\\花子", "1980-02-00", "1980-02-01")


def test_each_loaded_resident_has_a_number_that_opens_for_nobody_else(load):
    load(row(1), row(2))
    bearers = [record.resident for record in residents()]
    opened = numbers.open_numbers(bearers)
    assert len(set(opened.values())) == 2
    assert [numbers.resident_with(opened[bearer]) for bearer in bearers] == bearers


def test_a_load_is_one_act_in_the_chain_and_one_event_for_all_it_concerned(load, clerk):
    load(row(1), row(2), row(3, sex="X"))
    loaded = {record.resident for record in residents()}
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="juki.loaded")
        event = OutboxEvent.objects.get(kind="juki.residents_loaded")
    assert (entry.actor_id, entry.purpose, entry.subject_count) == (clerk.id, "JUKI-COUNTER", 2)
    assert set(unpack_subjects(bytes(entry.subjects))) == set(unpack_subjects(bytes(event.subjects))) == loaded


def test_rows_without_a_code_get_one_from_the_towns_lot(load, clerk, at):
    with_codes(clerk, at, size=5)
    load(row(1, resident_code=""), row(2))
    assert codes.left(CHIYODA) == 4
    assert len({record.resident_code for record in residents()}) == 2


def test_a_code_of_the_lot_that_the_town_gave_already_is_not_given_twice(load, clerk, at):
    with_codes(clerk, at, size=10)
    with acting(REGISTRY):
        upcoming = codes.draw(office=CHIYODA, count=3)
        CodeLot.objects.update(used=0)
    before = load(row(1, resident_code=upcoming[0]), row(2, resident_code=""))
    assert (before.rows, before.rejects) == (2, [])


def test_columns_may_be_named_in_japanese_stand_in_any_order_and_be_left_out(load):
    heading = ("氏名", "氏名の振り仮名", "住所", "性別", "住民区分", "生年月日", "住民票コード")
    cells = row(1)
    line = ",".join(
        cells[name] for name in ("name", "name_kana", "address", "sex", "resident_class", "birth_date", "resident_code")
    )
    assert load(octets=f"{','.join(heading)}\n{line}\n".encode()).rows == 1
    (loaded,) = residents()
    assert (loaded.name, loaded.change_reason, str(loaded.changed_on)) == ("住民　1", "R06", "2026-11-21")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_utf_8_with_and_without_a_mark_and_cp932_are_read(load, encoding, end):
    content = text(row(1, name="髙﨑　太郎"), row(2)).replace("\r\n", end).removesuffix(end)
    assert load(octets=content.encode(encoding)).rows == 2
    assert residents()[0].name == "髙﨑　太郎"


def test_quoted_cells_may_hold_commas_and_quotes(load):
    line = text(row(1)).replace("住民　1", '"住民, ""一郎"""')
    assert load(octets=line.encode()).rows == 1
    assert residents()[0].name == '住民, "一郎"'


class TestInManyBatches:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch):
        monkeypatch.setattr(csv_rows, "ROWS_AT_ONCE", 2)

    def test_all_are_loaded_in_order(self, load, clerk, at):
        with_codes(clerk, at)
        assert load(*(row(number) for number in range(1, 6)), row(6, resident_code="")).rows == 6
        assert {record.name for record in residents()} == {f"住民　{number}" for number in range(1, 7)}

    @pytest.mark.parametrize("again", [2, 3, 4, 5])
    def test_a_code_that_comes_twice_is_refused_the_second_time(self, load, again):
        rows = [row(number) for number in range(1, 7)]
        rows[again - 1]["resident_code"] = rows[0]["resident_code"]
        loaded = load(*rows)
        assert (loaded.rows, rejected(loaded)) == (5, {(again + 1, "resident_code")})

    def test_a_code_of_the_lot_that_comes_with_the_row_before_is_not_given(self, load, clerk, at):
        with_codes(clerk, at, size=10)
        with acting(REGISTRY):
            upcoming = codes.draw(office=CHIYODA, count=3)
            CodeLot.objects.update(used=0)
        loaded = load(row(1), row(2, resident_code=upcoming[0]), row(3, resident_code=""), row(4, resident_code=""))
        assert (loaded.rows, loaded.rejects) == (4, [])

    def test_what_is_remembered_for_a_minute_may_be_asked_for_again_meanwhile(self, load, monkeypatch):
        monkeypatch.setattr(municipalities, "SECONDS_HELD", -1.0)
        monkeypatch.setattr(sealing, "_REMEMBERED", -1.0)
        rows = [row(number, municipality=CHIYODA) for number in range(1, 8)]
        loaded = load(*rows, row(8, municipality=SHINJUKU), heading=(*HEADING, "municipality"))
        assert (loaded.rows, rejected(loaded)) == (7, {(9, "municipality")})

    def test_so_many_are_told_of_at_once_and_nobody_twice(self, load, monkeypatch):
        monkeypatch.setattr(loading, "RESIDENTS_PER_ENTRY", 4)
        load(*(row(number) for number in range(1, 8)))
        with acting(SYSTEM):
            told = [unpack_subjects(bytes(event.subjects)) for event in OutboxEvent.objects.all()]
        assert sorted(map(len, told)) == [3, 4]
        assert {one for some in told for one in some} == {record.resident for record in residents()}


def test_blank_lines_are_passed_over_and_lines_counted_as_an_editor_counts_them(load):
    lines = text(row(1), row(2, sex="X")).split("\r\n")
    loaded = load(octets="\r\n".join([lines[0], "", lines[1], "", lines[2]]).encode())
    assert (loaded.rows, rejected(loaded)) == (1, {(5, "sex")})


FAULTY = {
    "a wrong check digit": ({"resident_code": "90000000013"}, "resident_code"),
    "a code in full width": ({"resident_code": "９００００００００１１"}, "resident_code"),
    "an unknown municipality": ({"municipality": "999999"}, "municipality"),
    "another town's row": ({"municipality": SHINJUKU}, "municipality"),
    "a change before the birth": ({"changed_on": "1980-02-16"}, "changed_on"),
    "a change in the future": ({"changed_on": "2026-11-22"}, "changed_on"),
    "a birth in the future": ({"birth_date": "2026-11-22"}, "birth_date"),
    "a birth on no day": ({"birth_date": "1981-02-29"}, "birth_date"),
    "a birth in words": ({"birth_date": "昭和55年2月17日"}, "birth_date"),
    "a change on no day": ({"changed_on": "2026-11-31"}, "changed_on"),
    "a change in a week": ({"changed_on": "2026-W01-1"}, "changed_on"),
    "a sex that is none": ({"sex": "男"}, "sex"),
    "a class that is none": ({"resident_class": "X"}, "resident_class"),
    "a source that is none": ({"kana_source": "X"}, "kana_source"),
    "a reason that is none": ({"reason": "Z9"}, "reason"),
    "a reason that removes": ({"reason": "D03"}, "reason"),
    "no name": ({"name": ""}, "name"),
    "a name of spaces": ({"name": "　 "}, "name"),
    "no sex": ({"sex": ""}, "sex"),
    "a name of 201 letters": ({"name": "山" * 201}, "name"),
    "an address of 401 letters": ({"address": "山" * 401}, "address"),
    "a former surname of 101 letters": ({"former_surname": "山" * 101}, "former_surname"),
    "a tab in the name": ({"name": "山田\t太郎"}, "name"),
    "a NUL in the name": ({"name": "山田\x00太郎"}, "name"),
    "something unseen in the name": ({"name": "山田\u200b太郎"}, "name"),
    "a reading in hiragana": ({"name_kana": "じゅうみん"}, "name_kana"),
    "an alias of a national": ({"alias": "通称"}, "alias"),
    "a foreigner who was naturalised": ({"reason": "R04", "resident_class": "FOREIGN"}, "resident_class"),
    "an address in the next town": ({"address": "東京都新宿区西新宿二丁目8番1号"}, "address"),
    "a carriage return in the name": ({"name": "山田\r太郎"}, "name"),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTY)
def test_a_faulty_row_is_refused_by_line_and_column_and_the_good_ones_are_loaded(load, what):
    changes, column = FAULTY[what]
    heading = tuple(dict.fromkeys((*HEADING, *changes)))
    plain = dict.fromkeys(changes, "") | {"municipality": CHIYODA}
    rows = [plain | row(1), plain | row(2, **changes), plain | row(3)]
    loaded = load(*rows, heading=heading)
    assert rejected(loaded) == {(3, column)}
    assert loaded.rows == 2
    assert [record.name for record in residents()] == ["住民　1", "住民　3"]


def test_every_fault_of_a_row_is_named(load):
    loaded = load(row(1, sex="X", resident_class="Y", resident_code="90000000013"))
    assert rejected(loaded) == {(2, "sex"), (2, "resident_class"), (2, "resident_code")}
    assert loaded.refused == 1


def test_a_row_with_too_few_or_too_many_cells_is_refused(load):
    content = text(row(1), row(2), row(3)).split("\r\n")
    content[1] += ",more"
    content[2] = content[2].rsplit(",", 1)[0]
    loaded = load(octets="\r\n".join(content).encode())
    assert (loaded.rows, rejected(loaded)) == (1, {(2, ""), (3, "")})


@pytest.mark.parametrize("broken", ['"住民　2', '"住民　2"さん', '"住民\n　2"'])
def test_a_quote_that_does_not_close_costs_its_own_line_and_no_other(load, broken):
    loaded = load(octets=text(row(1), row(2), row(3)).replace("住民　2", broken).encode())
    assert {line for line, _ in rejected(loaded)} <= {3, 4}
    assert [record.name for record in residents()] == ["住民　1", "住民　3"]


def test_a_code_twice_in_the_file_is_refused_the_second_time(load):
    loaded = load(row(1), row(2), row(1, name="別人"))
    assert (loaded.rows, rejected(loaded)) == (2, {(4, "resident_code")})
    assert "前の行" in loaded.rejects[0].reason


@pytest.mark.parametrize("where", ["here", "in the next town"])
def test_a_code_that_the_register_has_is_refused_alike_wherever_its_bearer_lives(load, clerk, outsider, at, where):
    by = clerk if where == "here" else outsider
    with_codes(by, at)
    (known,) = tell(grown(), by=by, at=at)
    loaded = load(row(1), row(2, resident_code=known.resident_code))
    assert (loaded.rows, rejected(loaded)) == (1, {(3, "resident_code")})
    assert loaded.rejects[0].reason == "この住民票コードは登録済みか、前の行にあります。"


def test_a_code_that_somebody_bore_before_is_not_given_again(load, clerk, at):
    with_codes(clerk, at)
    (known,) = tell(grown(), by=clerk, at=at)
    tell({"key": "m8", "reason": "M08", "changed_on": "2026-11-20", "resident_code": known.resident_code},
         by=clerk, at=at)  # fmt: skip
    assert rejected(load(row(1, resident_code=known.resident_code))) == {(2, "resident_code")}


@pytest.mark.parametrize(("encoding", "broken"), [("utf-8", b"\xe4\xbd"), ("utf-8", b"\xff"), ("cp932", b"\xfd")])
@pytest.mark.parametrize("line", [2, 4])
def test_a_broken_byte_costs_its_line_and_never_the_letters_of_the_others(load, encoding, broken, line):
    content = text(*(row(number) for number in range(1, 6))).encode(encoding)
    octets = content.split(b"\r\n")
    octets[line - 1] = octets[line - 1].replace("住民".encode(encoding), broken)
    loaded = load(octets=b"\r\n".join(octets))
    assert rejected(loaded) == {(line, "")}
    assert "バイト目" in loaded.rejects[0].reason
    assert [record.name for record in residents()] == [f"住民　{n}" for n in range(1, 6) if n != line - 1]


def test_a_line_without_an_end_is_passed_over_unread(load):
    content = text(row(1), row(2), row(3)).replace("住民　2", "山" * 3_000_000)
    loaded = load(octets=content.encode())
    assert (loaded.rows, rejected(loaded)) == (2, {(3, "")})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "empty_file"),
        ("\n\n", "unknown_column"),
        (text(), "no_rows"),
        (text(row(1)).replace("name_kana", "読み"), "unknown_column"),
        (text(row(1)).replace("name_kana", "name"), "duplicate_column"),
        (text(row(1)).replace("name_kana", "alias"), "missing_column"),
        (text(row(1)).partition("\r\n")[2], "unknown_column"),
        (text(row(1)).replace(",", "\t"), "unknown_column"),
        (text(row(1)).replace("name,", '"name,', 1), "unknown_column"),
    ],
)
def test_a_file_without_a_heading_that_can_be_read_is_refused_whole(load, content, code):
    with pytest.raises(Invalid) as refused:
        load(octets=content.encode())
    assert code in {fault.code for fault in refused.value.errors}
    assert {fault.row for fault in refused.value.errors} == {1}
    assert residents() == []


def test_a_file_beyond_the_limit_is_refused_unread(clerk, at, tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as sparse:
        sparse.truncate(csv_rows.LARGEST_FILE + 1)
    with pytest.raises(TooLarge):
        loading.load_file(path=path, office=CHIYODA, by=clerk, at=at)


def test_letters_that_folding_writes_out_still_fit(load):
    assert load(row(1, name="㍿" * 200, address="東京都千代田区" + "㌢" * 390)).rows == 1


class TestKilledInTheMiddle:
    """Whatever stops a load, nothing of it is left."""

    def left(self) -> dict[str, int]:
        with acting(REGISTRY), connection.cursor() as cursor:
            counts = {}
            for table in ("juki_resident", "juki_residentcode", "juki_identityrecord"):
                cursor.execute(f"SELECT count(*) FROM {table}")
                counts[table] = cursor.fetchone()[0]
            counts["drawn"] = sum(CodeLot.objects.values_list("used", flat=True))
        with acting(NUMBERS):
            counts["numbers"] = IndividualNumber.objects.count()
        with acting(SYSTEM):
            counts["entries"] = AuditEntry.objects.filter(action="juki.loaded").count()
            counts["events"] = OutboxEvent.objects.count()
        return counts

    @pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
    @pytest.mark.parametrize("place", ["audit.record", "publishing.publish"])
    def test_at_its_end(self, load, clerk, at, monkeypatch, place, error):
        with_codes(clerk, at)

        def killed(*_, **__):
            raise error

        monkeypatch.setattr(f"juki.services.loading.{place}", killed)
        with pytest.raises(error):
            load(row(1, resident_code=""), row(2))
        assert set(self.left().values()) == {0}

    def test_between_two_batches(self, clerk, at, tmp_path, monkeypatch):
        with_codes(clerk, at)
        monkeypatch.setattr(csv_rows, "ROWS_AT_ONCE", 2)
        seen = []

        def stopped(rows):
            seen.append(rows)
            if rows == 4:
                raise KeyboardInterrupt

        path = file(tmp_path, *(row(number, resident_code="") for number in range(1, 8)))
        with pytest.raises(KeyboardInterrupt):
            loading.load_file(path=path, office=CHIYODA, by=clerk, at=at, on_progress=stopped)
        assert seen == [2, 4]
        assert set(self.left().values()) == {0}

    def test_while_a_batch_is_written_beside_the_next(self, clerk, at, tmp_path, monkeypatch):
        with_codes(clerk, at)
        monkeypatch.setattr(csv_rows, "ROWS_AT_ONCE", 2)
        written = loading._write
        calls = []

        def broken(staged, tenant, at):
            calls.append(staged)
            written("no such row\n" if len(calls) == 2 else staged, tenant, at)

        monkeypatch.setattr(loading, "_write", broken)
        path = file(tmp_path, *(row(number, resident_code="") for number in range(1, 8)))
        with pytest.raises(DataError):
            loading.load_file(path=path, office=CHIYODA, by=clerk, at=at)
        assert len(calls) == 2
        assert set(self.left().values()) == {0}

    def test_when_the_lot_runs_out(self, load, clerk, at):
        with_codes(clerk, at, size=1)
        with pytest.raises(Exception, match="使い切りました"):
            load(row(1, resident_code=""), row(2, resident_code=""))
        assert set(self.left().values()) == {0}


def test_nobody_loads_the_next_town(load):
    with pytest.raises(Forbidden):
        load(row(1), office=SHINJUKU)
    assert residents() == []


def test_a_designated_city_loads_its_wards_and_a_ward_not_its_neighbour(load):
    city = actor(YOKOHAMA, "SUPERVISOR", kind="CITY")
    ward = actor("141020", "SUPERVISOR", kind="WARD")
    with pytest.raises(Forbidden):
        load(row(1), office=TSURUMI, by=ward)
    assert load(row(1, address=HOMES[TSURUMI]), office=TSURUMI, by=city).rows == 1
    assert {(record.municipality, record.office) for record in residents()} == {(YOKOHAMA, TSURUMI)}


@pytest.mark.parametrize("office", ["999999", YOKOHAMA, "130001"])
def test_what_is_no_office_cannot_be_loaded(load, office):
    with pytest.raises((NotFound, Forbidden)):
        load(row(1), office=office)


def test_whoever_lacks_the_duty_cannot_load(load):
    for other in (actor(CHIYODA, "COUNTER_CLERK"), client_of(CHIYODA, "juki.notify")):
        with pytest.raises(Forbidden):
            load(row(1), by=other)
    assert residents() == []


def test_the_residents_loaded_are_seen_by_their_town_alone(load, clerk, outsider):
    load(row(1))
    for person, count in ((clerk, 1), (outsider, 0)):
        with acting(person.scope):
            assert Resident.objects.count() == count
