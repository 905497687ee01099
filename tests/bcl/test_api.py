"""POST /api/v1/bcl/differences as a town's system meets it, and what it may ask about its own copy."""

import hashlib

import pytest

from bcl.domain.rows import COLUMNS
from bcl.models import CopyEntry, CopyStream
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.isolation.scope import BCL, SYSTEM, acting
from tests.bcl.copies import row_of, take_part
from tests.conftest import CHIYODA, SHINJUKU, TSURUMI, YOKOHAMA, actor
from tests.juki.caller import faults, problem, registered

URL = "/api/v1/bcl/differences"
DIGEST = "/api/v1/bcl/copy-digest"
CODE = "12345678903"


@pytest.fixture(autouse=True)
def _quick(quick_passwords):
    """Secrets are hashed slowly on purpose."""


@pytest.fixture
def system(town, at):
    """Chiyoda's own system."""
    return registered(CHIYODA, "bcl.send_copy", at=at)


def told(*sequences: int, **changes):
    return [row_of(CODE, str(number), sequence=number) | changes for number in sequences]


def count() -> int:
    with acting(BCL):
        return CopyEntry.objects.count()


def test_each_row_gets_an_answer_and_the_gap_is_named(system):
    answered = system.post(URL, told(1, 2, 5))

    assert answered.status_code == 200
    assert answered.json() == {
        "results": [
            {"row": 1, "sequence": 1, "status": "applied", "replayed": False},
            {"row": 2, "sequence": 2, "status": "applied", "replayed": False},
            {"row": 3, "sequence": 5, "status": "held", "replayed": False},
        ],
        "applied_through": 2,
        "missing": [{"first": 3, "last": 4}],
    }
    again = system.post(URL, told(3, 4, 1)).json()
    assert (again["applied_through"], again["missing"]) == (5, [])
    assert again["results"][2] == {"row": 3, "sequence": 1, "status": "applied", "replayed": True}
    with acting(SYSTEM):
        entry = AuditEntry.objects.filter(action="bcl.differences_received").first()
    assert (entry.actor_kind, entry.actor_id) == ("CLIENT", system.client_id)


def test_a_thousand_in_one_call_and_no_more(system):
    assert problem(system.post(URL, told(*range(1, 1002))), 413)["code"] == "too_many_rows"
    assert system.post(URL, told(*range(1, 1001))).json()["applied_through"] == 1000
    assert count() == 1000


def test_faults_name_rows_by_pointer(system):
    answered = system.post(URL, {"differences": told(1) + told(2, sex="X")})

    assert faults(answered) == {(2, "sex", "not_a_choice")}
    assert problem(answered, 400)["errors"][0]["pointer"] == "/differences/1/sex"
    assert count() == 0


def test_a_call_under_the_same_key_is_done_once(system):
    first = system.post(URL, told(1), Idempotency_Key="k1")
    second = system.post(URL, told(1), Idempotency_Key="k1")

    assert first.content == second.content
    assert second.headers["Idempotency-Replayed"] == "true"
    assert problem(system.post(URL, told(2), Idempotency_Key="k1"), 422)["code"] == "key_reused"


@pytest.mark.parametrize("body", [{}, '"x"', {"differences": "x"}, {"differences": [], "office": "1"}, 3])
def test_what_is_no_list_is_refused(system, body):
    assert problem(system.post(URL, body), 400)["code"] == "invalid"


def test_the_reception_tells_how_far_it_has_come(system):
    system.post(URL, told(1, 4))

    assert system.get(URL).json() == {
        "municipality": CHIYODA, "loaded_at": None, "applied_through": 1, "received_highest": 4, "held": 1,
        "missing": [{"first": 2, "last": 3}],
    }  # fmt: skip


def test_the_digest_is_what_the_description_says(system):
    system.post(URL, told(1, 2, 10))
    system.post(URL, told(3, 4, 5, 6, 7, 8, 9))
    rows = {row["number"]: row for row in told(*range(1, 11))}
    expected = hashlib.sha256()
    for number in sorted(rows):
        line = "\x1f".join(rows[number].get(column, "") for column in COLUMNS)
        expected.update(hashlib.sha256(line.encode()).digest())

    assert system.get(DIGEST).json() == {
        "municipality": CHIYODA, "applied_through": 10, "rows": 10, "sha256": expected.hexdigest()
    }  # fmt: skip


def test_a_designated_citys_system_names_the_ward(db, at):
    take_part(actor(TSURUMI, "SUPERVISOR", kind="WARD"), at)
    system = registered(YOKOHAMA, "bcl.send_copy", at=at)

    assert system.post(URL, {"municipality": TSURUMI, "differences": told(1)}).json()["applied_through"] == 1
    assert problem(system.post(URL, told(2)), 409)["code"] == "not_taking_part"
    assert system.get(f"{URL}?municipality={TSURUMI}").json()["applied_through"] == 1


def test_nothing_of_another_town_is_told_or_taken(system, outsider, at):
    take_part(outsider, at)
    for answered in (
        system.post(URL, {"municipality": SHINJUKU, "differences": told(1)}),
        system.get(f"{URL}?municipality={SHINJUKU}"),
        system.get(f"{DIGEST}?municipality={SHINJUKU}"),
    ):
        assert problem(answered, 403)["code"] == "other_office"
    with acting(BCL):
        assert CopyStream.objects.get(pk=SHINJUKU).highest == 0


def test_a_client_without_the_permission_is_refused(town, at):
    assert problem(registered(CHIYODA, "juki.notify", at=at).post(URL, told(1)), 403)
