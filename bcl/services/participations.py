"""Taking part: applied for by the town, accepted and started by the centre, stopped by the town at once."""

import os
from datetime import date

from bcl import policies
from bcl.choices import ParticipationState
from bcl.domain.participation import MOVES, TAKES_COPIES, Pattern, State
from bcl.models import CopyStream, Participation, Signatory, TownKey
from bcl.selectors import town_keys
from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict, Invalid, NotFound
from jlis.kernel.errors import FieldError as Fault
from jlis.kernel.isolation.scope import BCL, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.organisations.selectors.municipalities import Tenant
from jlis.kernel.time import Moment
from jlis.kernel.vault import sealing


def apply(
    *,
    office: str,
    pattern: Pattern,
    mayor: str,
    seal: str,
    by: Actor,
    at: Moment,
    prints_individual_number: bool = False,
) -> Participation:
    """Apply for an office, once. Raises `Conflict` for one that takes part, `Forbidden` for another town's."""
    by.must("bcl.take_part")
    with acting(BCL):
        policies.must_be_own(municipalities.office(office, on=at.day).code, by)
        if Participation.objects.filter(pk=office).exists():
            raise Conflict("applied_already", "この団体はすでに申し込んでいます。")
        participation = Participation.objects.create(
            office=office,
            pattern=pattern.value,
            state=ParticipationState.APPLIED,
            prints_individual_number=prints_individual_number,
            applied_at=at.instant,
            changed_at=at.instant,
        )
        _sign(participation, mayor, seal, at.day)
        audit.record(action="bcl.participation_applied", by=by, detail={"office": office, "pattern": pattern.value})
    return participation


def change_signatory(*, office: str, mayor: str, seal: str, valid_from: date, by: Actor, at: Moment) -> Signatory:
    """Name who signs from a day on, today or later: what was signed is never signed by another."""
    by.must("bcl.take_part")
    if valid_from < at.day:
        raise Invalid.of([Fault("valid_from", "in_the_past", "適用開始日に過去の日は使えません。")])
    with acting(BCL):
        policies.must_be_own(office, by)
        participation = _locked(office)
        if participation.signatories.filter(valid_from=valid_from).exists():
            raise Conflict("signatory_exists", "同じ日から適用する証明者がすでに登録されています。")
        signatory = _sign(participation, mayor, seal, valid_from)
        detail = {"office": office, "from": valid_from.isoformat()}
        audit.record(action="bcl.signatory_changed", by=by, detail=detail)
    return signatory


def move(*, office: str, verb: str, by: Actor, at: Moment) -> Participation:
    """Make a move of the table. The first makes the town's own key and an empty copy."""
    wanted = MOVES[verb]
    with acting(BCL):
        policies.must_be_allowed(wanted, office, by)
        participation = _locked(office)
        policies.must_follow(wanted, State(participation.state))
        if verb == "accept":
            _open_copy(municipalities.tenant_of(office), at)
        participation.state = wanted.target.value
        participation.changed_at = at.instant
        participation.save(update_fields=["state", "changed_at"])
        audit.record(action=wanted.audit_word, by=by, detail={"office": office})
    return participation


def stream_of(office: str) -> CopyStream:
    """The office's stream, locked; a step of what writes to a copy. Raises `Conflict` unless it takes copies now."""
    participation = Participation.objects.filter(pk=office).first()
    if participation is None or State(participation.state) not in TAKES_COPIES:
        raise Conflict("not_taking_part", "この団体は副本を受け付ける状態ではありません。参加状況を確認してください。")
    return CopyStream.objects.select_for_update().get(pk=office)


def _locked(office: str) -> Participation:
    participation = Participation.objects.select_for_update().filter(pk=office).first()
    if participation is None:
        raise NotFound("participation_not_found", "この団体の申込みがありません。")
    return participation


def _sign(participation: Participation, mayor: str, seal: str, valid_from: date) -> Signatory:
    faults = [
        Fault(field, "required", f"{label}は必須です。")
        for field, label, value in (("mayor", "証明者", mayor), ("seal", "公印の文字", seal))
        if not value.strip()
    ]
    if faults:
        raise Invalid.of(faults)
    return Signatory.objects.create(participation=participation, mayor=mayor, seal=seal, valid_from=valid_from)


def _open_copy(tenant: Tenant, at: Moment) -> None:
    (sealed,) = sealing.seal_many([os.urandom(32)], [town_keys.binding_of_key(tenant.office)])
    TownKey.objects.create(office=tenant.office, sealed=sealed, created_at=at.instant)
    CopyStream.objects.create(**tenant._asdict())
