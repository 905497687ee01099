"""The drivers of what towns tell each other, and of the 附票: each lays down what the page would show, and opens it."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.urls import reverse

from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.outputs import Way
from juki.choices import MoveOutState, SpecialMoveInState
from juki.domain import wide_area
from juki.domain.town_messages import MOVES, Kind
from juki.domain.wide_area import Order
from juki.models import MoveOut, SpecialMoveIn, SupplementaryRecord, TownMessage
from juki.services import move_outs as services
from juki.services import posting, supplementary, town_messages
from juki.services.answering import desk_of
from juki.services.move_outs import Filed
from juki.services.posting import Letter
from tests.conftest import CHIYODA, SHINJUKU
from tests.juki.protection import SECRET
from tests.outputs.driving import drives
from tests.outputs.stage import Stage

TENANT = {"prefecture": 13, "municipality": CHIYODA, "office": CHIYODA}
MEMBER = {
    "name": "髙﨑　太郎", "name_kana": "タカサキ　タロウ", "birth_date": "1980-02-17", "sex": "M", "address": SECRET,
    "former_address": SECRET, "became_resident_on": "2020-04-01", "address_since": "2020-04-01",
    "notified_on": "2020-04-03",
}  # fmt: skip
DESK = {"wide_area_opens": "09:00", "wide_area_closes": "16:00", "mayor": "東京都千代田区長　見本　太郎",
        "seal": "千代田区長"}  # fmt: skip


def posted(stage: Stage, kind: Kind, body: dict[str, Any], *, incoming: bool = False) -> TownMessage:
    """A message about the person, sent or received by their town."""
    sender, receiver = (SHINJUKU, CHIYODA) if incoming else (CHIYODA, SHINJUKU)
    letter = Letter(kind, sender, receiver, f"k-{uuid4()}", body, stage.resident.pk, "SCREEN")
    with acting(REGISTRY):
        return posting.post([letter], by=desk_of(sender), at=stage.at)[0].message


def answered(stage: Stage, message: TownMessage, answer: dict[str, Any]) -> TownMessage:
    with acting(REGISTRY):
        return posting.move(MOVES["answer"], message, by=desk_of(message.receiver), at=stage.at, answer=answer)


@drives(Way.SCREEN, "juki_town_message")
def message_pages(stage: Stage) -> Iterable[Any]:
    """The 転入通知 that came, and the 附票への記載事項通知 that went."""
    for kind in (Kind.MOVE_IN_NOTICE, Kind.SUPPLEMENTARY_NOTICE):
        for incoming in (True, False):
            message = posted(stage, kind, {"name": "髙﨑　太郎", "address": SECRET}, incoming=incoming)
            yield stage.clients["clerk"].get(reverse("juki_town_message", args=[message.pk]))


@drives(Way.REST, "api_town_message")
def messages_by_rest(stage: Stage) -> Iterable[Any]:
    """The same, and an answer that brought 転出証明書情報."""
    notice = posted(stage, Kind.SUPPLEMENTARY_NOTICE, {"name": "髙﨑　太郎", "address": SECRET}, incoming=True)
    request = posted(stage, Kind.MOVE_OUT_INFORMATION, {"with_family": False})
    answered(stage, request, {"former_address": SECRET, "destination": SECRET, "persons": [MEMBER]})
    for message in (notice, request):
        yield stage.systems["town"].get(reverse("api_town_message", args=[message.pk]))


@drives(Way.REST, "api_held_information")
def held_by_rest(stage: Stage) -> Iterable[Any]:
    move_out = _move_out(stage)
    with acting(stage.clerk.scope):
        filed = [Filed(move_out.pk, {"householder": "髙﨑　太郎", "relation": "世帯主"}, with_card=False)]
        services.hold_information(filed=filed, destination=SECRET, by=stage.clerk, at=stage.at)
    yield stage.systems["town"].get(reverse("api_held_information", args=[move_out.pk]))


def _move_out(stage: Stage) -> MoveOut:
    values = {"version": 1, "intended_on": stage.at.day, "told_at": stage.at.instant, "destination": SECRET}
    with acting(REGISTRY):
        found, _ = MoveOut.objects.get_or_create(
            resident=stage.resident.pk, state=MoveOutState.OPEN, defaults=TENANT | values
        )
    return found


@drives(Way.SCREEN, "juki_move_outs")
def move_outs(stage: Stage) -> Iterable[Any]:
    _move_out(stage)
    yield stage.clients["clerk"].get(reverse("juki_move_outs"))


@drives(Way.SCREEN, "juki_move_out_information")
def move_out_information(stage: Stage) -> Iterable[Any]:
    yield stage.clients["clerk"].get(reverse("juki_move_out_information", args=[_move_out(stage).pk]))


@drives(Way.SCREEN, "juki_special_move_in")
def special_move_in(stage: Stage) -> Iterable[Any]:
    """A sitting that the former town has answered."""
    asked = {"with_family": False, "moved_on": f"{stage.at.day}", "filed_on": f"{stage.at.day}"}
    request = posted(stage, Kind.MOVE_OUT_INFORMATION, asked)
    person = MEMBER | {"resident_code": stage.resident.resident_code}
    answer = {"former_address": SECRET, "destination": SECRET, "intended_on": f"{stage.at.day}", "persons": [person]}
    answered(stage, request, answer)
    with acting(REGISTRY):
        SpecialMoveIn.objects.exclude(state=SpecialMoveInState.ENDED).update(state=SpecialMoveInState.ENDED)
        sitting = SpecialMoveIn.objects.create(
            **TENANT, id=uuid4(), resident=stage.resident.pk, request=request, card=stage.card.card_number,
            moved_on=stage.at.day, state=SpecialMoveInState.WAITING, opened_at=stage.at.instant, opened_by="窓口",
            proved_until=stage.at.later(minutes=30).instant,
        )  # fmt: skip
    yield stage.clients["clerk"].get(reverse("juki_special_move_in", args=[sitting.pk]))


@drives(Way.SCREEN, "juki_wide_area_answer")
def wide_area_answer(stage: Stage) -> Iterable[Any]:
    """The form that the present record fills."""
    body = wide_area.request_body(Order(), name="髙﨑　太郎", code=stage.resident.resident_code)
    message = posted(stage, Kind.WIDE_AREA, body, incoming=True)
    yield stage.clients["clerk"].get(reverse("juki_wide_area_answer", args=[message.pk]))


@drives(Way.SCREEN, "juki_wide_area_paper")
def wide_area_paper(stage: Stage) -> Iterable[Any]:
    """Drawn from an answer; the one that came before the measure is asked for once more."""
    town_messages.set_desk(office=CHIYODA, values=DESK, by=stage.clerk, at=stage.at)
    body = wide_area.request_body(Order(), name="髙﨑　太郎", code=stage.resident.resident_code)
    message = posted(stage, Kind.WIDE_AREA, body)
    answered(stage, message, wide_area.answer_body(Order(), [MEMBER], whole=False))
    stage.drawn = [*stage.drawn, message.pk]
    for each in stage.drawn:
        yield stage.clients["clerk"].post(reverse("juki_wide_area_paper", args=[each]), follow=True)


def _supplementary(stage: Stage) -> None:
    with acting(REGISTRY):
        if SupplementaryRecord.objects.filter(resident=stage.resident.pk).exists():
            return
    items = {name: MEMBER[name] for name in ("name", "name_kana", "birth_date", "sex", "address")}
    notice = {"key": "s-1", "reason": "S01", "changed_on": f"{stage.at.day}",
              "resident_code": stage.resident.resident_code}  # fmt: skip
    with acting(stage.clerk.scope):
        supplementary.receive(notices=[notice | items], by=stage.clerk, at=stage.at, channel="REST")


@drives(Way.SCREEN, "juki_supplementary")
def supplementary_search(stage: Stage) -> Iterable[Any]:
    _supplementary(stage)
    day = {"birth_date_era": "S", "birth_date_year": "55", "birth_date_month": "2", "birth_date_day": "17"}
    yield stage.clients["clerk"].post(reverse("juki_supplementary"), {"name": "髙﨑　太郎"} | day)


@drives(Way.SCREEN, "juki_supplementary_record")
def supplementary_page(stage: Stage) -> Iterable[Any]:
    _supplementary(stage)
    yield stage.clients["clerk"].get(reverse("juki_supplementary_record", args=[stage.resident.pk]))


@drives(Way.SCREEN, "juki_supplementary_copy")
@drives(Way.PAPER, "juki.pdf.supplementary_copy")
def supplementary_copy(stage: Stage) -> Iterable[Any]:
    """The counter's form, and the paper with every address."""
    _supplementary(stage)
    town_messages.set_desk(office=CHIYODA, values=DESK, by=stage.clerk, at=stage.at)
    page = reverse("juki_supplementary_copy", args=[stage.resident.pk])
    day = {"since_1_era": "令和", "since_1_year": "2", "since_1_month": "4", "since_1_day": "1"}
    yield stage.clients["clerk"].get(page)
    yield stage.clients["clerk"].post(page, {"ground": "FAMILY"} | day)


@drives(
    Way.SCREEN,
    "juki_removed_supplementary_search",
    "juki_removed_supplementary",
    "juki_removed_supplementary_copy",
)
def removed_supplementary(stage: Stage) -> Iterable[Any]:
    """Another who is covered, whose 附票 was removed: search, record, form and paper."""
    town_messages.set_desk(office=CHIYODA, values=DESK, by=stage.clerk, at=stage.at)
    _supplementary(stage)
    _removed(stage)
    clerk, place = stage.clients["clerk"], [stage.resident.pk, 2]
    birth = {"birth_date_era": "S", "birth_date_year": "55", "birth_date_month": "2", "birth_date_day": "17"}
    yield clerk.post(reverse("juki_removed_supplementary_search"), {"name": "髙﨑　太郎"} | birth)
    yield clerk.get(reverse("juki_removed_supplementary", args=place))
    page = reverse("juki_removed_supplementary_copy", args=place)
    yield clerk.get(page)
    since = {"since_1_era": "令和", "since_1_year": "2", "since_1_month": "4", "since_1_day": "1"}
    yield clerk.post(page, {"ground": "FAMILY"} | since)


def _removed(stage: Stage) -> None:
    """The 附票 of the stage's resident, removed."""
    with acting(REGISTRY):
        if SupplementaryRecord.objects.filter(resident=stage.resident.pk, state="REMOVED").exists():
            return
    notice = {"key": "s-9", "reason": "S08", "changed_on": f"{stage.at.day}",
              "resident_code": stage.resident.resident_code}  # fmt: skip
    with acting(stage.clerk.scope):
        supplementary.receive(notices=[notice], by=stage.clerk, at=stage.at, channel="REST")
