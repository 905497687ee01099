"""What the demonstration's towns have to do with each other: 転入通知 settled and waiting, a 特例転入, a 広域交付."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from bcl.domain.rows import CopyRow
from jlis.demo.books import TownBook
from jlis.demo.history import living_in
from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import TOKYO, Moment
from juki.card_proofs import CardProof
from juki.choices import MoveOutState, NotificationStatus
from juki.domain.office_days import is_office_day
from juki.domain.town_messages import Kind
from juki.domain.wide_area import Order
from juki.models import MoveOut
from juki.selectors import town_messages as selectors
from juki.services import (
    move_outs,
    notifications,
    special_move_ins,
    supplementary,
    town_messages,
    town_notices,
    wide_area,
)
from juki.services.move_outs import Filed
from juki.services.wide_area import Requester
from mynacard.choices import State
from mynacard.models import Card

# 転入通知 of these last days still lie in the inbox.
_STILL_WAITING = timedelta(days=12)
_SETTLED = timedelta(days=60)
_OPENS, _CLOSES, _NOON = time(9), time(17), time(12)


def open_desks(*, chiefs: Mapping[str, Actor], at: Moment) -> None:
    """Each town sets its signatory, and settles the older 転入通知 of the year."""
    for town, chief in chiefs.items():
        name = municipalities.municipality(town).official_name
        place = municipalities.address_of(town)
        values = {"wide_area_opens": _OPENS, "wide_area_closes": _CLOSES, "mayor": f"{place}長　実演　太郎",
                  "seal": f"{name}長"}  # fmt: skip
        town_messages.set_desk(office=town, values=values, by=chief, at=at)
        with acting(chief.scope):
            old = selectors.received_by(chief).filter(kind=Kind.MOVE_IN_NOTICE, sent_at__lt=at.instant - _STILL_WAITING)
            settled = list(old.values_list("pk", flat=True))
        town_messages.settle_many(messages=settled, by=chief, at=at)


def work(*, chiefs: Mapping[str, Actor], books: Mapping[str, TownBook], at: Moment) -> None:
    """Somebody on the way with a card; somebody abroad; a paper asked for far from home; two notices in the inbox."""
    first, second, *others = chiefs.values()
    # Who came lately cannot have left before.
    settled = (at.day - _SETTLED).isoformat()
    alone = [
        each.row
        for each in living_in(books[first.organisation])
        if len(each.family) == 1 and each.row.address_since < settled
    ]
    mover = next(((row, card) for row in reversed(alone) if (card := _card_of(row.resident_code))), None)
    if mover is not None:
        _special_move_in(*mover, books[first.organisation], first, second, at)
    left = [row for row in alone if mover is None or row is not mover[0]]
    if len(left) > 1:
        _abroad(left[-1], books[first.organisation], first, second, at)
        _wide_area(left[0], second, at)
        _notices(left[1], first, second, (others or [second])[0], at)


def _card_of(resident_code: str) -> Card | None:
    with acting(MYNACARD):
        return Card.objects.filter(resident__resident_code=resident_code, state=State.LIVE, clock="").first()


def _special_move_in(row: CopyRow, card: Card, book: TownBook, former: Actor, new: Actor, at: Moment) -> None:
    """A move-out told with the card, 転出証明書情報 held ready, and the sitting open at the new town's counter."""
    _tell(row, "D01", book, former, told=_ago(at, 5), on=_ago(at, 2))
    items = {"householder": row.householder, "relation": "世帯主", "honseki": row.honseki,
             "koseki_head": row.koseki_head, "national_health_insurance": True}  # fmt: skip
    with acting(former.scope):
        waiting = MoveOut.objects.get(resident=card.resident_id, state=MoveOutState.OPEN)
    move_outs.hold_information(
        filed=[Filed(waiting.pk, items, with_card=True)], destination=municipalities.address_of(new.organisation),
        by=former, at=at,
    )  # fmt: skip
    proof = CardProof(card.resident_id, str(card.pk), True, at.instant)
    special_move_ins.open_sitting(proof=proof, moved_on=at.day, with_family=False, by=new, at=at)


def _abroad(row: CopyRow, book: TownBook, former: Actor, keeper: Actor, at: Moment) -> None:
    """Somebody whose 本籍地 is the other town leaves Japan: the 附票 answers for them from then on."""
    entry = {"name": row.name, "name_kana": row.name_kana, "birth_date": row.birth_date, "sex": row.sex,
             "address": row.address}  # fmt: skip
    _supplementary(row, "S01", keeper, _ago(at, 300), **entry)
    _tell(row, "D02", book, former, told=_ago(at, 20), on=_ago(at, 20))
    _supplementary(row, "S04", keeper, _ago(at, 18), address="アメリカ合衆国カリフォルニア州")


def _wide_area(row: CopyRow, new: Actor, at: Moment) -> None:
    day = at.day
    while not is_office_day(day):
        day -= timedelta(days=1)
    requester = Requester("LICENCE", resident_code=row.resident_code)
    then = Moment.of(datetime.combine(day, _NOON, TOKYO))
    wide_area.ask(requester=requester, order=Order(relation=True), by=new, at=then)


def _notices(row: CopyRow, first: Actor, second: Actor, third: Actor, at: Moment) -> None:
    """One to the 本籍地, one to the 住所地; the latter is late."""
    moved = {"resident_code": row.resident_code, "name": row.name, "birth_date": row.birth_date,
             "address": row.address, "address_since": row.address_since, "honseki": row.honseki,
             "koseki_head": row.koseki_head}  # fmt: skip
    _write("SUPPLEMENTARY_NOTICE", second, moved, first, _ago(at, 3))
    born = {"name": row.name, "event": "NAME", "event_on": _ago(at, 22).day.isoformat(),
            "content": "名の振り仮名の訂正"}  # fmt: skip
    _write("KOSEKI_NOTICE", first, born, third, _ago(at, 20))


def _write(kind: str, to: Actor, items: dict[str, str], by: Actor, at: Moment) -> None:
    key = f"demo-{kind.lower()}"
    town_notices.write(kind=kind, receiver=to.organisation, items=items, key=key, by=by, at=at, channel="REST")


def _tell(row: CopyRow, reason: str, book: TownBook, by: Actor, *, told: Moment, on: Moment) -> None:
    notice = {"key": f"demo-towns-{reason}", "reason": reason, "changed_on": on.day.isoformat(),
              "resident_code": row.resident_code}  # fmt: skip
    with acting(by.scope):
        (taken,) = notifications.receive(notices=[notice], by=by, at=told, channel="REST")
    if taken.status != NotificationStatus.APPLIED:
        raise RuntimeError(f"実演の通知が反映されません: {reason}")
    book.take(notice, row.resident_code, on.day, row)


def _supplementary(row: CopyRow, reason: str, keeper: Actor, at: Moment, **items: str) -> None:
    notice = {"key": f"demo-{reason}", "reason": reason, "changed_on": at.day.isoformat(),
              "resident_code": row.resident_code} | items  # fmt: skip
    supplementary.receive(notices=[notice], by=keeper, at=at, channel="REST")


def _ago(at: Moment, days: int) -> Moment:
    return Moment.of(at.day - timedelta(days=days))
