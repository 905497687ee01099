"""Writing to another town: 附票への記載事項通知 to the 本籍地, 戸籍の届出による通知 to the 住所地 (J6).

Answered by 処理済み, or by 不一致 with what does not agree (法19条2項); late ones stand in the sender's list too.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.errors import FieldError, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from juki.domain import town_notices as law
from juki.domain.town_messages import KINDS, Kind
from juki.models import Resident, TownMessage
from juki.services import posting
from juki.services.posting import Letter, Posted

PURPOSE = "JUKI-COUNTER"


def write(
    *, kind: str, receiver: str, items: Mapping[str, Any], key: str, by: Actor, at: Moment, channel: str
) -> Posted:
    """Send a notice; ``key`` is the sender's own, and a second sending is the first one's.

    Raises Invalid naming the fields, NotFound for a resident who is not of the own town, Unprocessable for a key that
    stands for another content.
    """
    by.must("juki.write_town_messages")
    chosen = _kind(kind)
    errors = law.faults(chosen, items) + receiver_faults(receiver, by, at)
    if not key.strip() or len(key) > 128:
        errors.append(FieldError("key", "required", "通知キーは1文字から128文字までです。"))
    if errors:
        raise Invalid.of(errors)
    resident = _resident(items["resident_code"], by) if chosen is Kind.SUPPLEMENTARY_NOTICE else None
    body = {name: value for name, value in items.items() if value}
    letter = Letter(chosen, by.organisation, receiver, key, body, resident, channel)
    with acting(REGISTRY):
        (posted,) = posting.post([letter], by=by, at=at)
    return posted


def sent_under(*, key: str, by: Actor) -> TownMessage:
    """What the own town has sent under a key, for a system that asks what became of it. Raises NotFound."""
    by.must("juki.write_town_messages")
    with acting(by.scope):
        found = TownMessage.objects.filter(sender=by.organisation, key=key).first()
    if found is None:
        raise NotFound("town_message_not_found", "該当する通知がありません。")
    return found


def _kind(text: str) -> Kind:
    if text not in {kind.value for kind, facts in KINDS.items() if facts.may_be_written}:
        raise Invalid.of([FieldError("kind", "not_a_choice", "この種別の通知は作成できません。")])
    return Kind(text)


def receiver_faults(receiver: str, by: Actor, at: Moment) -> list[FieldError]:
    """What is at fault with the town to which the actor wants to write."""
    offices = {office.code for office in municipalities.offices_at(at.day)}
    if by.organisation not in offices:
        return [FieldError("receiver", "not_an_office", "住民票を備える市区町村（市は区）だけが通知できます。")]
    if receiver not in offices:
        message = "宛先の市区町村コードがありません。政令指定都市は区を指定してください。"
        return [FieldError("receiver", "unknown_municipality", message)]
    if receiver == by.organisation:
        return [FieldError("receiver", "own_town", "自分の市区町村には通知できません。")]
    return []


def _resident(resident_code: str, by: Actor) -> UUID:
    with acting(by.scope):
        found = Resident.objects.filter(resident_code=resident_code).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound("resident_not_found", "この住民票コードの住民はこの市区町村にいません。", field="resident_code")
    return found
