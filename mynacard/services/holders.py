"""The card against the latest 本人確認情報: whether its holder still lives here, and whether the face still agrees."""

from dataclasses import dataclass, field
from datetime import date

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Conflict
from jlis.kernel.isolation.scope import MYNACARD, acting
from juki.domain.changes import ChangeReason, reason_of
from juki.domain.items import LABELS
from juki.models import IdentityRecord
from juki.selectors import residents, supplementary
from mynacard.domain import clocks
from mynacard.domain.clocks import Deadline
from mynacard.models import Card

_ON_THE_FACE = ("name", "former_surname", "alias", "birth_date", "sex", "address")


@dataclass(frozen=True)
class Holder:
    """The holder's present record, and what of the face differs from it (labels)."""

    record: IdentityRecord
    differences: list[str] = field(default_factory=list)


def present(card: Card, *, by: Actor, day: date) -> Holder:
    """The holder, who must be present on a day in sight of the actor. Conflict naming death, move or removal.

    It asks the register itself: the events that tell of a death may still be on their way.
    """
    with acting(by.scope):
        here = residents.latest_of(card.resident_id)
        whole = residents.latest_of(card.resident_id, with_protected_address=True)
    if here is None or here.office != card.office:
        raise Conflict("holder_moved", "名義人はほかの市区町村へ転出しました。このカードは交付できません。")
    if not here.is_present_on(day):
        code = "holder_dead" if here.change_reason == ChangeReason.DEATH else "holder_removed"
        label = reason_of(here.change_reason).label
        raise Conflict(code, f"名義人の住民票は{label}により消除されています。このカードは交付できません。")
    assert whole is not None
    return Holder(here, _differences(card, whole))


def is_abroad(card: Card, *, by: Actor, day: date) -> bool:
    """Whether the holder is abroad with the card (国外継続利用), and the actor's office keeps their 附票."""
    with acting(by.scope):
        kept = supplementary.abroad_of(card.resident_id, day=day)
    return card.abroad_on is not None and kept is not None and kept.office == card.office


def deadline_of(record: IdentityRecord) -> Deadline | None:
    """The clock of a card that is put into its holder's hands now: it runs for who has told of a 転出 beforehand."""
    if record.change_reason == ChangeReason.MOVE_OUT_ABROAD:
        return clocks.after_leaving_the_country(intended_on=record.changed_on)
    if record.change_reason == ChangeReason.MOVE_OUT:
        return clocks.after_move_out(intended_on=record.changed_on, running=None)
    return None


def _differences(card: Card, here: IdentityRecord) -> list[str]:
    if here.version == card.face_version:
        return []
    with acting(MYNACARD):
        versions = residents.history(card.resident_id, with_protected_address=True)
    shown = next((row for row in versions if row.version == card.face_version), None)
    if shown is None:
        return []
    return [LABELS[name] for name in _ON_THE_FACE if getattr(shown, name) != getattr(here, name)]
