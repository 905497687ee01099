"""What may be done to a certificate in a sitting, and on which proof: the table in full."""

from dataclasses import replace

import pytest

from jpki.domain.fees import Ground
from jpki.domain.kinds import Kind
from mynacard.domain.sittings import DEEDS, Plan, Proof, Standing, Visitor, faults, ground_with_card, offered

OFFERED = {
    Standing.NONE: {"ISSUE"},
    Standing.VALID: {"REISSUE", "REVOKE", "COMPROMISE", "SUSPEND"},
    Standing.RENEWABLE: {"RENEW", "REVOKE", "COMPROMISE", "SUSPEND"},
    Standing.SUSPENDED: {"REISSUE", "REVOKE", "COMPROMISE"},
    Standing.EXPIRED: {"ISSUE"},
    Standing.REVOKED: {"ISSUE"},
}
RENEWAL = Plan({Kind.SIGN_CARD: DEEDS["RENEW"]}, Proof.CARD, ground=Ground.RENEWAL)
HOLD = Plan({Kind.AUTH_CARD: DEEDS["SUSPEND"]}, Proof.TELEPHONE)


def codes(plan: Plan, age: int = 40) -> set[str]:
    return {fault.code for fault in faults(plan, age=age)}


@pytest.mark.parametrize("standing", Standing)
def test_each_standing_offers_what_the_table_says(standing):
    assert {deed.code for deed in offered(standing)} == OFFERED[standing]


def test_a_deed_issues_or_ends():
    assert all(deed.issues != bool(deed.ends_by) for deed in DEEDS.values())
    assert all(deed.permissions and deed.statute for deed in DEEDS.values())


def test_a_plan_that_stands():
    assert codes(RENEWAL) == codes(HOLD) == set()


@pytest.mark.parametrize(
    ("plan", "age", "code"),
    [
        (Plan({}, Proof.CARD), 40, "nothing"),
        (replace(RENEWAL, proof=Proof.TELEPHONE), 40, "by_telephone"),
        (replace(HOLD, resets=frozenset({"signature"})), 40, "by_telephone"),
        (replace(RENEWAL, ground=None), 40, "required"),
        (RENEWAL, 14, "representative_needed"),
        (replace(RENEWAL, visitor=Visitor.PROXY), 14, "representative_needed"),
    ],
)
def test_what_stands_against_a_plan(plan, age, code):
    assert codes(plan, age) == {code}


def test_a_child_comes_with_its_representative_and_a_loss_is_told_by_anybody():
    assert codes(replace(RENEWAL, visitor=Visitor.LEGAL_REPRESENTATIVE), 14) == set()
    assert codes(HOLD, 14) == set()


def test_pins_do_not_show():
    assert "ABC123" not in repr(replace(RENEWAL, pins={"signature": "ABC123"}))


@pytest.mark.parametrize(
    ("kind", "is_held", "ended_by", "ground"),
    [
        ("FIRST", False, "", Ground.FIRST),
        ("RENEWAL", False, "", Ground.RENEWAL),
        ("REISSUE", True, "", Ground.LOST),
        ("REISSUE", False, "LOST", Ground.LOST),
        ("REISSUE", False, "DAMAGED", Ground.LOST),
        ("REISSUE", False, "NUMBER_CHANGED", Ground.NOT_AT_FAULT),
        ("REISSUE", False, "EXPIRED", Ground.NOT_AT_FAULT),
    ],
)
def test_the_ground_that_comes_with_a_card(kind, is_held, ended_by, ground):
    assert ground_with_card(kind=kind, is_held=is_held, ended_by=ended_by) is ground
