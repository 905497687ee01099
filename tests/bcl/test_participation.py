"""Taking part: the whole matrix of states and moves, and who may make them."""

from pathlib import Path

import pytest

import bcl
from bcl.domain.participation import MOVES, Pattern, State, diagram, gives_residence, moves_from
from bcl.models import Participation
from bcl.services import participations
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import BCL, acting
from tests.bcl.copies import operator, take_part
from tests.conftest import CHIYODA, SHINJUKU, TSURUMI, YOKOHAMA, actor


def in_state(state: State, by, at) -> None:
    take_part(by, at, until="")
    with acting(BCL):
        Participation.objects.update(state=state.value)


def who(verb: str, town):
    return town if MOVES[verb].permission == "bcl.take_part" else operator()


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("state", State)
def test_every_move_in_every_state(db, clerk, at, state, verb):
    in_state(state, clerk, at)
    if state in MOVES[verb].sources:
        done = participations.move(office=CHIYODA, verb=verb, by=who(verb, clerk), at=at)
        assert done.state == MOVES[verb].target
    else:
        with pytest.raises(Conflict):
            participations.move(office=CHIYODA, verb=verb, by=who(verb, clerk), at=at)
        assert Participation.objects.get().state == state


@pytest.mark.parametrize("verb", MOVES)
def test_the_permission_is_the_tables(db, clerk, outsider, at, verb):
    move = MOVES[verb]
    in_state(next(state for state in State if state in move.sources), clerk, at)
    others = [actor(CHIYODA, "COUNTER_CLERK"), outsider]
    others.append(clerk if move.permission == "bcl.run_cloud" else operator())
    for other in others:
        with pytest.raises(Forbidden):
            participations.move(office=CHIYODA, verb=verb, by=other, at=at)


def test_the_readmes_diagram_is_the_tables():
    readme = (Path(bcl.__file__).parent / "README.md").read_text("utf-8")
    assert f"```mermaid\n{diagram()}\n```" in readme


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("pattern", Pattern)
def test_residence_is_proved_by_a_serving_copy_on_the_line_alone(state, pattern):
    assert gives_residence(state, pattern) == (state is State.SERVING and pattern is Pattern.LINE)


def test_nothing_leads_out_of_the_end():
    assert list(moves_from(State.ENDED)) == []


def test_a_town_applies_once_and_for_itself(db, clerk, outsider, at):
    take_part(clerk, at, until="")
    with pytest.raises(Conflict):
        take_part(clerk, at, until="")
    with pytest.raises(Forbidden):
        participations.apply(office=CHIYODA, pattern=Pattern.LINE, mayor="区長", seal="区長", by=outsider, at=at)
    with pytest.raises(NotFound):
        participations.move(office=SHINJUKU, verb="accept", by=operator(), at=at)


def test_a_designated_city_applies_for_its_wards_and_not_as_a_whole(db, at):
    city = actor(YOKOHAMA, "SUPERVISOR", kind="CITY")
    how = {"pattern": Pattern.LINE, "mayor": "神奈川県横浜市鶴見区長", "seal": "鶴見区長", "by": city, "at": at}
    with pytest.raises(NotFound):
        participations.apply(office=YOKOHAMA, **how)
    assert participations.apply(office=TSURUMI, **how).office == TSURUMI


def test_who_signs_is_named_and_never_for_the_past(db, clerk, at):
    how = {"pattern": Pattern.LINE, "by": clerk, "at": at, "office": CHIYODA}
    with pytest.raises(Invalid) as refused:
        participations.apply(mayor=" ", seal="", **how)
    assert {fault.field for fault in refused.value.errors} == {"mayor", "seal"}
    take_part(clerk, at)
    yesterday = at.later(days=-1).day
    with pytest.raises(Invalid):
        participations.change_signatory(
            office=CHIYODA, mayor="区長", seal="区長", valid_from=yesterday, by=clerk, at=at
        )
    with pytest.raises(Conflict):
        participations.change_signatory(office=CHIYODA, mayor="区長", seal="区長", valid_from=at.day, by=clerk, at=at)
