"""国外継続利用: the card of somebody who leaves Japan goes on (M11). Taken in at the counter, in effect with the day.

The register's events may be behind the counter or before it: what is judged is the register's own last version.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import Conflict, FieldError, Invalid
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.organisations.selectors.municipalities import Tenant, tenant_of
from jlis.kernel.time import Moment
from jpki.services import departures
from juki.choices import RecordState, ResidentClass
from juki.domain.changes import ChangeReason
from juki.models import IdentityRecord
from juki.selectors import residents, supplementary
from mynacard import policies
from mynacard.choices import ABROAD_RUNNING, IN_HAND, AbroadState
from mynacard.domain import abroad
from mynacard.domain.abroad import Applicant, Facts, Rule
from mynacard.domain.lifecycle import MOVES, State
from mynacard.domain.validity import age_on
from mynacard.models import AbroadUse, Card, CardHistory
from mynacard.selectors import cards
from mynacard.services import counter, moving
from mynacard.services.counter import PURPOSE
from mynacard.sql import following as sql

_VERB = "continue_abroad"


@dataclass(frozen=True)
class Wish:
    """What the counter has: who came, and that chip and face were written as the terminal and the clerk do it."""

    applicant: Applicant
    chip_is_written: bool
    face_is_written: bool


@dataclass(frozen=True)
class Seen:
    """A card before its use abroad is applied for, with every ground against it."""

    card: Card
    record: IdentityRecord
    leaves_on: date | None
    against: tuple[Rule, ...]


def see(*, card: int, by: Actor, at: Moment, purpose: str = PURPOSE) -> Seen:
    """A card and whether it may be kept abroad, written down as a look. NotFound, also for another town's card."""
    by.must(MOVES[_VERB].permission)
    seen = counter.see(card=card, by=by, at=at, purpose=purpose)
    with acting(MYNACARD):
        return _judged(seen.card, seen.record, at)


def apply(*, card: int, wish: Wish, by: Actor, at: Moment, purpose: str = PURPOSE) -> AbroadUse:
    """Take in an application; the card's clock stops, and certificates for abroad may be issued from now on.

    Raises Forbidden, NotFound (also for another town's card), Conflict with the ground against it, Invalid.
    """
    move = MOVES[_VERB]
    policies.must_be_allowed(move, by)
    with acting(by.scope):
        found = cards.get(card)
        record = residents.latest_of(found.resident_id)
    with acting(MYNACARD):
        found = Card.objects.select_for_update(of=("self",)).get(pk=card)
        if record is None:
            raise Conflict("holder_moved", "名義人はほかの市区町村の住民です。")
        seen = _judged(found, record, at)
        for rule in seen.against:
            raise Conflict(rule.code, rule.message)
        _must_be_whole(wish, record, at)
        assert seen.leaves_on is not None, "judged: the leaving was told"
        stopped = {"clock": "", "clock_due_on": None, "face_version": record.version, "abroad_on": seen.leaves_on}
        note = abroad.face_text(seen.leaves_on)
        moving.apply(move, [card], by=by, at=at, purpose=purpose, note=note, changes=stopped)
        departures.go_on(
            resident=found.resident_id, version=record.version, leaves_on=seen.leaves_on, by=by, purpose=purpose
        )
        return AbroadUse.objects.create(
            **tenant_of(found.office)._asdict(),
            card=found,
            resident_id=found.resident_id,
            version=record.version,
            leaves_on=seen.leaves_on,
            applicant=wish.applicant.value,
            on=at.day,
            at=at.instant,
            state=AbroadState.APPLIED,
            settled_on=at.day,
            by=by.label,
        )


def take_effect(*, by: Actor, at: Moment, purpose: str = PURPOSE) -> int:
    """Those whose day has come are abroad: their cards go to the 本籍地 that keeps their 附票, where one is known."""
    by.must("mynacard.follow_register")
    with acting(MYNACARD):
        due = AbroadUse.objects.select_for_update(of=("self",)).filter(state=AbroadState.APPLIED, leaves_on__lte=at.day)
        uses = list(due.select_related("card").order_by("pk"))
        gone = [use for use in uses if use.card.state in IN_HAND]
        AbroadUse.objects.filter(pk__in=[use.pk for use in gone]).update(
            state=AbroadState.ABROAD, settled_on=F("leaves_on")
        )
        # A card that ended meanwhile is used nowhere.
        AbroadUse.objects.filter(pk__in=[use.pk for use in uses if use not in gone]).update(
            state=AbroadState.CANCELLED, settled_on=at.day
        )
        keepers = supplementary.keepers(use.resident_id for use in gone)
        hand_to({use.card: keepers[use.resident_id] for use in gone if use.resident_id in keepers})
        _record(gone, by, at, purpose)
    return len(gone)


def hand_to(keepers: dict[Card, Tenant]) -> None:
    """Let cards be seen by the 本籍地, in the caller's transaction; their clocks stay."""
    sql.keep_places([(card.pk, *keeper) for card, keeper in keepers.items()])


def settle(cards_back: Iterable[int], *, day: date) -> None:
    """The holders are in Japan again, or never left: in the caller's transaction."""
    back = list(cards_back)
    running = AbroadUse.objects.filter(card__in=back)
    running.filter(state=AbroadState.APPLIED).update(state=AbroadState.CANCELLED, settled_on=day)
    running.filter(state=AbroadState.ABROAD).update(state=AbroadState.RETURNED, settled_on=day)
    Card.objects.filter(pk__in=back).update(abroad_on=None)


def _judged(card: Card, record: IdentityRecord, at: Moment) -> Seen:
    left = record.state == RecordState.REMOVED and record.change_reason == ChangeReason.MOVE_OUT_ABROAD
    facts = Facts(
        day=at.day,
        is_national=record.resident_class == ResidentClass.JAPANESE,
        leaves_on=record.changed_on if left else None,
        is_live=State(card.state) is State.LIVE,
        card_ends_on=card.expires_on,
        keeps=AbroadUse.objects.filter(card=card, state__in=ABROAD_RUNNING).exists(),
    )
    return Seen(card, record, facts.leaves_on, tuple(abroad.against(facts)))


def _must_be_whole(wish: Wish, record: IdentityRecord, at: Moment) -> None:
    faults = []
    if abroad.needs_representative(age_on(at.day, PartialDate.from_iso(record.birth_date)), wish.applicant):
        message = "15歳未満のため、法定代理人が手続をしてください。"
        faults.append(FieldError("applicant", "representative_needed", message))
    for name, is_done, what in (
        ("chip_is_written", wish.chip_is_written, "ICチップの住所を国外転出に書き換えて"),
        ("face_is_written", wish.face_is_written, "券面に国外転出と予定年月日を記載して"),
    ):
        if not is_done:
            faults.append(FieldError(name, "required", f"{what}から受け付けてください。"))
    if faults:
        raise Invalid.of(faults)


def _record(gone: list[AbroadUse], by: Actor, at: Moment, purpose: str) -> None:
    CardHistory.objects.bulk_create(
        CardHistory(
            card=use.card, at=at.instant, on=at.day, verb="leave_japan", target=use.card.state, by=by.label,
            note=abroad.face_text(use.leaves_on),
        )
        for use in gone
    )  # fmt: skip
    acts = [audit.Act("mynacard.card_left_japan", use.resident_id, detail={"card": use.card_id}) for use in gone]
    audit.record_many(acts, by=by, purpose=purpose)
