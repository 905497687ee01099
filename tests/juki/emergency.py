"""The cast of 緊急事案: who reports, who passes on, who receives; and a case brought to a state by moves."""

from dataclasses import replace
from typing import Any

from jlis.kernel.actors import Actor
from jlis.kernel.time import Moment
from juki.domain.emergencies import MOVES, Affair, Kind, Part
from juki.domain.emergency_reports import Content, Press
from juki.models import EmergencyCase
from juki.services import emergencies
from juki.services.emergencies import Noticed
from tests.conftest import CHIYODA, KANAGAWA, SHINJUKU, TOKYO, actor

TOWN = actor(CHIYODA, "SUPERVISOR")
NEXT_TOWN = actor(SHINJUKU, "SUPERVISOR")
PREFECTURE = actor(TOKYO, "PREFECTURE_OFFICER", kind="PREFECTURE")
NEXT_PREFECTURE = actor(KANAGAWA, "PREFECTURE_OFFICER", kind="PREFECTURE")
MINISTRY = actor("MIC", "MINISTRY_OFFICER", kind="NATIONAL_ORGAN")
OTHER_ORGAN = actor("MHLW", "MINISTRY_OFFICER", kind="NATIONAL_ORGAN")
CENTRE = actor("JLIS-JUKI", "REGISTRY_OPERATOR", kind="JLIS")
OTHER_CENTRE = actor("JLIS-CARD", "REGISTRY_OPERATOR", kind="JLIS")
EVERYBODY = (TOWN, NEXT_TOWN, PREFECTURE, NEXT_PREFECTURE, MINISTRY, OTHER_ORGAN, CENTRE, OTHER_CENTRE)

FIRST = Content(
    department="住民課",
    overview="住民票の写しを別の世帯あての封筒に入れて送った。",
    contact_department="住民課",
    contact_name="見本 花子",
    contact="03-0000-0000",
)
WHOLE = replace(
    FIRST,
    happened="令和8年11月20日 午前10時ごろ",
    press=Press.NONE,
    countermeasures="回収し、おわびした。",
    prevention="封入を二人で確かめる。",
    leaked="氏名、住所、生年月日",
    persons=2,
    leaked_from="住民課の窓口",
    leaked_to="別の世帯",
    management="封入は一人で行っていた。",
)


def noticed(at: Moment, **changes: Any) -> Noticed:
    return Noticed(**{"affair": Affair.REGISTER, "kind": Kind.LEAK, "noticed_at": at.instant} | changes)


def recorded(by: Actor, at: Moment, **changes: Any) -> EmergencyCase:
    return emergencies.record(noticed=noticed(at, **changes), by=by, at=at)


def make(case: EmergencyCase, verb: str, by: Actor, at: Moment, **changes: Any) -> EmergencyCase:
    """A move with what it needs."""
    move = MOVES[verb]
    note = "理由" if move.needs_note else ""
    content = WHOLE if move.writes else None
    return emergencies.move(**{"case": case.pk, "verb": verb, "by": by, "at": at, "note": note, "content": content}
                            | changes)  # fmt: skip


def who(verb: str, reporter: Actor) -> Actor:
    return {Part.REPORTER: reporter, Part.RELAY: PREFECTURE, Part.MINISTRY: MINISTRY}[MOVES[verb].part]


def brought(reporter: Actor, at: Moment, *verbs: str, **changes: Any) -> EmergencyCase:
    """A case that came by these moves, each made by whose it is."""
    case = recorded(reporter, at, **changes)
    for verb in verbs:
        case = make(case, verb, who(verb, reporter), at)
    return case
