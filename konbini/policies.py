"""May this system do this, here and now? Who relays, which kiosk is whose, which town serves at this moment."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from bcl.domain.giving import GROUNDS, Bar
from jlis.kernel.actors import Actor
from jlis.kernel.errors import Conflict, Forbidden, NotFound, Refused
from jlis.kernel.time import TOKYO, Moment
from juki.selectors import protections
from konbini.domain.hours import Hours, is_open
from konbini.models import Kiosk, Town


class Closed(Refused):
    """The town gives nothing at this moment (class E3)."""

    status = 422


class Protected(Refused):
    """Somebody whom a 支援措置 covers gets no paper here; the words are those for anybody who is not found."""

    status = 422

    def __init__(self) -> None:
        super().__init__(Bar.PROTECTED.value, GROUNDS[Bar.PROTECTED].message)


def must_not_be_protected(resident: UUID) -> None:
    """Raises Protected: the register's own table is asked, in case the town's server was not told yet."""
    if protections.covered([resident]):
        raise Protected


def must_relay(by: Actor, kiosk: Kiosk | None, day: date) -> Kiosk:
    """The kiosk, when it is the caller's own and in service. NotFound also for another operator's."""
    by.must("konbini.relay")
    if kiosk is None or kiosk.operator_id != by.organisation or not _in_force(kiosk, day):
        raise NotFound("kiosk_not_found", "該当する端末がありません。", field="kiosk")
    return kiosk


def as_centre(by: Actor) -> Actor:
    """The operator's system with what the centre itself may do for it: ask whose card it is, and have a paper made.

    An operator may only relay; it is never given these by a token.
    """
    return replace(by, permissions=by.permissions | {"jpki.identify", "bcl.issue_certificates"})


def must_serve(town: Town | None, at: Moment) -> Town:
    """The town, when it takes part, is not stopped and is open. Raises Closed with the reason as its code."""
    if town is None or not _in_force(town, at.day):
        raise Closed("town_does_not_take_part", "お住まいの市区町村は、コンビニ交付を行っていません。")
    if town.stopped_at is not None:
        raise Closed("town_stopped", "お住まいの市区町村は、現在コンビニ交付を停止しています。")
    hours = Hours(town.opens, town.closes, town.through_new_year)
    if not is_open(at.instant.astimezone(TOKYO), hours):
        raise Closed("outside_hours", f"ご利用時間は{town.opens:%H:%M}から{town.closes:%H:%M}までです。")
    return town


def must_be_new(exists: bool) -> None:
    """Raises Conflict for something that is registered already."""
    if exists:
        raise Conflict("registered_already", "すでに登録されています。")


def must_edit(by: Actor) -> None:
    """Raises Forbidden unless the actor keeps the participants' register."""
    if not by.may("konbini.edit_participants"):
        raise Forbidden("permission_missing", "参加団体・事業者・端末を登録する権限がありません。")


def _in_force(row: Kiosk | Town, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)
