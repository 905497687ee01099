"""When the special way of moving in is closed, judged without a database."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from juki.domain.special_move_ins import Bar, Standing, bar_on, register_of_rules, verdict_on

DAY = date(2026, 11, 21)
days = st.integers(-40, 60)


@settings(max_examples=60, deadline=None)
@given(intended=days, moved=days, live=st.booleans(), since=st.booleans())
def test_time_is_up_after_thirty_or_fourteen_days_whichever_is_first(intended, moved, live, since):
    standing = Standing(DAY, DAY - timedelta(days=moved), live, DAY - timedelta(days=intended), recorded_since=since)
    assert (bar_on(standing) is None) == (live and not since and intended <= 30 and moved <= 14)


def test_each_rule_has_its_article_and_advice():
    rules = register_of_rules()
    assert {rule.bar for rule in rules} == set(Bar)
    assert all("条" in rule.article and rule.advice.endswith("。") for rule in rules)
    assert all(verdict_on(rule.bar) is rule for rule in rules)
    assert verdict_on("届出を確かめています") is None
