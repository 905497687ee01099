"""What a town's key seals opens for no other town and in no other row; the vault's own key may change meanwhile."""

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection
from django.db.utils import ProgrammingError

from bcl.models import CopyEntry, TownKey
from bcl.selectors import copies, town_keys
from jlis.kernel import rotation
from jlis.kernel.isolation.scope import BCL, KONBINI, Scope, acting
from tests.bcl.copies import take_part
from tests.conftest import CHIYODA, SHINJUKU, actor


def test_no_item_of_the_person_stands_open_in_the_tables(taro):
    with acting(BCL), connection.cursor() as cursor:
        for table in ("bcl_copyentry", "bcl_difference"):
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} t")
            text = cursor.fetchone()[0]
            for item in ("太郎", "霞が関", "1980-02-17", taro.resident_code):
                assert item not in text
                assert item.encode().hex() not in text


def test_a_row_moved_to_another_number_or_office_does_not_open(taro):
    with acting(BCL):
        entry = CopyEntry.objects.get()
    for place in (("number", "1002"), ("office", SHINJUKU)):
        setattr(entry, *place)
        with pytest.raises(InvalidTag):
            list(copies.opened([entry]))


def test_each_town_has_a_key_of_its_own(town, outsider, at):
    take_part(outsider, at)

    with acting(BCL):
        keys = dict(TownKey.objects.values_list("office", "pk"))
        assert keys.keys() == {CHIYODA, SHINJUKU}
        (mine,) = town_keys.seal_many(CHIYODA, [b"x"], ["1"])
        forged = keys[SHINJUKU].to_bytes(4, "big") + mine[4:]
        with pytest.raises(InvalidTag):
            town_keys.open_one(CHIYODA, forged, "1")


def test_the_copy_opens_after_the_vaults_key_was_changed(taro, at):
    administrator = actor("JLIS", "SYSTEM_ADMINISTRATOR", kind="JLIS")
    done = rotation.rotate(by=administrator, at=at)
    town_keys.forget_keys()

    assert done.values["bcl.townkey.sealed"] == 1
    with acting(BCL):
        assert [held.row.name for held in copies.opened(CopyEntry.objects.all())] == ["髙﨑　太郎"]


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope("jlis_municipal", CHIYODA), 1),
        (Scope("jlis_municipal", SHINJUKU), 0),
        (Scope("jlis_municipal", ""), 0),
        (Scope("jlis_city", CHIYODA), 1),
        (BCL, 1),
    ],
)
@pytest.mark.parametrize("table", ["bcl_copyentry", "bcl_difference", "bcl_copystream"])
def test_a_town_sees_its_own_rows(taro, scope, seen, table):
    with acting(scope), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] == seen


@pytest.mark.parametrize("role", ["jlis_prefectural", "jlis_national", "jlis_operator", "jlis_public", "jlis_konbini"])
@pytest.mark.parametrize("table", ["bcl_copyentry", "bcl_difference", "bcl_townkey"])
def test_who_has_no_business_with_copies(taro, role, table):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        acting(Scope(role, CHIYODA, "B1-77")),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT count(*) FROM {table}")


def test_staff_read_and_never_write(taro):
    for statement in ("UPDATE bcl_copyentry SET household = '1'", "DELETE FROM bcl_difference",
                      "UPDATE bcl_participation SET state = 'SERVING'"):  # fmt: skip
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting(Scope("jlis_municipal", CHIYODA)),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_kiosks_room_knows_who_takes_part(taro):
    from bcl.selectors.participation import serves

    with acting(KONBINI):
        assert serves(CHIYODA)
