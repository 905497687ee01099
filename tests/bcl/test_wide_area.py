"""広域交付 answered at once from the copy of the address's town, and what the copy does not tell."""

import pytest

from bcl.services import wide_area as copies_side
from jlis.kernel.isolation.scope import acting
from juki.domain.wide_area import Order, Who
from juki.issuing import NotGiven
from juki.models import TownMessage
from juki.services import answering, town_messages, wide_area
from juki.services.wide_area import Requester
from tests.bcl import copies
from tests.conftest import CHIYODA, SHINJUKU
from tests.juki.factories import with_codes
from tests.juki.test_wide_area import FRIDAY, SETTINGS, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _counter(outsider, at):
    with_codes(outsider, at)
    town_messages.set_desk(office=SHINJUKU, values=SETTINGS, by=outsider, at=at)


def asked(resident, by, **order) -> TownMessage:
    requester = Requester("LICENCE", resident_code=resident.resident_code)
    message = wide_area.ask(requester=requester, order=Order(**order), by=by, at=FRIDAY)
    with acting(by.scope):
        return TownMessage.objects.get(pk=message.pk)


def test_it_is_answered_at_once_and_drawn(taro, outsider):
    message = asked(taro, outsider)
    assert message.state == "ANSWERED"
    text = text_of(wide_area.draw(message=message.pk, by=outsider, at=FRIDAY))
    assert "髙﨑太郎" in text
    assert "九段南" not in text
    assert "令和2年4月3日" in text


def test_the_number_is_there_when_it_is_asked_for(taro, outsider):
    message = asked(taro, outsider, individual_number=True, relation=True)
    (member,) = town_messages.open_message(message=message.pk, by=outsider, at=FRIDAY).answer["members"]
    assert len(member["individual_number"]) == 12
    assert member["relation"] == "世帯主"


def test_a_member_is_chosen_by_name_and_a_stranger_is_not(taro, town, outsider, at):
    wife = copies.somebody(town, at, name="髙﨑　花子", sex="F")
    copies.send(town, at, copies.row_of(wife, "1002", relation="02", name="髙﨑　花子", sex="F", sequence=2))
    named = asked(taro, outsider, who=Who.NAMED, names=("髙﨑　花子",))
    answer = town_messages.open_message(message=named.pk, by=outsider, at=FRIDAY).answer
    assert ([member["name"] for member in answer["members"]], answer["whole_household"]) == (["髙﨑　花子"], False)
    whole = asked(taro, outsider, who=Who.HOUSEHOLD)
    assert town_messages.open_message(message=whole.pk, by=outsider, at=FRIDAY).answer["whole_household"]
    assert asked(taro, outsider, who=Who.NAMED, names=("他人　一郎",)).state == "REFUSED"


@pytest.mark.parametrize("flags", [{"protected": "1"}, {"moving_out_on": "2026-12-01"}])
def test_the_copys_flags_refuse_without_a_word_why(taro, town, outsider, at, flags):
    copies.send(town, at, copies.row_of(taro, sequence=2, **flags))
    message = asked(taro, outsider)
    assert message.state == "REFUSED"
    (*_, step) = town_messages.open_message(message=message.pk, by=outsider, at=FRIDAY).steps
    assert "支援" not in step.note
    assert "転出" not in step.note


def test_a_town_without_a_copy_is_asked_by_hand(clerk, outsider, at):
    resident = copies.somebody(clerk, at)
    assert asked(resident, outsider).state == "SENT"


def test_a_copy_is_told_of_to_its_own_towns_desk_alone(taro):
    stranger = answering.desk_of(SHINJUKU)
    with pytest.raises(NotGiven):
        copies_side.household(
            resident=taro.pk, office=CHIYODA, order=Order(), by=stranger, at=FRIDAY, purpose="JUKI-COUNTER"
        )
