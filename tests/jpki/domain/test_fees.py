"""What an issue costs, and which ground the facts speak for."""

from datetime import date

import pytest

from jpki.domain.fees import HIGHEST_YEN, RULES, Former, Ground, fault, rule_on, suggested, yen
from jpki.domain.lifecycle import Cause, State

DAY = date(2026, 11, 21)
OF_THE_OFFICE = (Ground.AFTER_HOLD, Ground.OWN_WISH)


@pytest.mark.parametrize("ground", Ground)
def test_every_ground_has_its_rule_and_its_source(ground):
    assert rule_on(ground, DAY).source
    with pytest.raises(ValueError, match="no fee"):
        rule_on(ground, date(2015, 12, 31))


def test_only_what_was_lost_by_the_holders_own_doing_costs_without_the_offices_word():
    assert {rule.ground: rule.yen for rule in RULES if rule.yen} == {Ground.LOST: 200}


@pytest.mark.parametrize("ground", [Ground.FIRST, Ground.LOST])
def test_a_fixed_amount_is_not_entered(ground):
    fixed = rule_on(ground, DAY).yen

    assert fault(ground, DAY, None) is None
    assert fault(ground, DAY, fixed) is None
    assert fault(ground, DAY, 300).code == "fixed"
    assert yen(ground, DAY, None) == fixed


@pytest.mark.parametrize("ground", OF_THE_OFFICE)
def test_where_no_source_says_the_office_does(ground):
    assert fault(ground, DAY, None).code == "required"
    assert fault(ground, DAY, HIGHEST_YEN + 1).code == "out_of_range"
    assert fault(ground, DAY, 0) is None
    assert (yen(ground, DAY, 0), yen(ground, DAY, 300)) == (0, 300)


@pytest.mark.parametrize(
    ("former", "ground"),
    [
        (None, Ground.FIRST),
        (Former(State.VALID, None, is_renewable=True, has_expired=False), Ground.RENEWAL),
        (Former(State.VALID, None, is_renewable=False, has_expired=False), Ground.OWN_WISH),
        (Former(State.VALID, None, is_renewable=False, has_expired=True), Ground.RENEWAL),
        (Former(State.SUSPENDED, Cause.HOLD, is_renewable=False, has_expired=False), Ground.AFTER_HOLD),
        (Former(State.REVOKED, Cause.CHANGE, is_renewable=False, has_expired=False), Ground.CHANGE),
        (Former(State.REVOKED, Cause.KEY_COMPROMISE, is_renewable=False, has_expired=False), Ground.LOST),
        (Former(State.REVOKED, Cause.RECORD_ERROR, is_renewable=False, has_expired=False), Ground.NOT_AT_FAULT),
        (Former(State.REVOKED, Cause.HOLDER_REQUEST, is_renewable=False, has_expired=False), Ground.OWN_WISH),
    ],
)
def test_the_facts_suggest_a_ground(former, ground):
    assert suggested(former) is ground
