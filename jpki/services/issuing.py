"""Issuing, one certificate or tens of thousands, on one path.

First the content with its serial number is stored and committed, then it is signed, then status, holding, audit
and event are written in one transaction. A crash in between leaves the proof of what was about to be signed
(`discard_unfinished` takes it out of the world), never a signature without a record. While one part of a bulk is being
signed by the other cores, the next one is prepared.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import Conflict, FieldError, Invalid, NotFound
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.outbox.publishing import publish_many, wait_for_others
from jlis.kernel.time import Moment
from jpki import policies
from jpki.domain import subjects, validity
from jpki.domain.departures import address_abroad
from jpki.domain.eligibility import Applicant, hindrances
from jpki.domain.holder_items import holder_items
from jpki.domain.kinds import Kind
from jpki.domain.lifecycle import MOVES, Move
from jpki.engine import checks
from jpki.engine.certificates import Request, Template
from jpki.engine.public_keys import SubjectKey
from jpki.events import CertificateIssued, CertificateReplaced
from jpki.gateways.signers import Signers, Signing, signers
from jpki.models import Certificate, CertificateStatus, CrlPartition
from jpki.selectors import authorities, certificates, departures
from jpki.selectors.authorities import LivingGeneration
from jpki.services import device_steps, endings, partitions
from jpki.sql import issuing as sql
from jpki.sql import serials, statuses
from jpki.sql.issuing import Held, Prepared
from juki.selectors import residents, supplementary
from juki.selectors.residents import CurrentRecord
from juki.selectors.supplementary import AbroadRecord

# Small enough that the next part is prepared while the other cores sign this one, large enough for its statements.
PART = 500
_AHEAD = 2
_UNOFFICIAL = "UNOFFICIAL"
# What was prepared this long ago and never signed is the trace of a crash.
_UNFINISHED_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Order:
    """One certificate to be issued. ``public_key`` is the card's, as SubjectPublicKeyInfo in DER.

    ``card_expires_on`` is the last day that it may reach; on a telephone that of the card's signature certificate.
    ``issued_at`` is given where it differs from the call's moment (a history that is loaded afterwards). ``renews``:
    the certificate of the kind that the resident holds ends with it. ``replaces``: so it does, and the new one ends on
    the former one's last day (`replacing`); ``for_authority_key``: because the key that signed it was compromised.
    """

    resident: UUID
    kind: Kind
    public_key: bytes
    card_expires_on: date | None = None
    renews: bool = False
    replaces: bool = False
    for_authority_key: bool = False
    under_guardianship: bool = False
    exemptions: frozenset[str] = frozenset()
    issued_at: Moment | None = None

    @cached_property
    def subject_key(self) -> SubjectKey:
        """The key as it is to be certified, read once."""
        return SubjectKey(self.public_key)


@dataclass
class Issued:
    """What became of the orders: certificates by the order's place, refusals with the row (from 1) they belong to."""

    certificates: dict[int, int]
    refusals: list[FieldError]


def issue(*, order: Order, by: Actor, at: Moment, purpose: str) -> Certificate:
    """Issue one certificate after the counter has proved who the holder is.

    Raises Forbidden, NotFound (also for another town's resident), Invalid with every field at fault, Conflict.
    """
    issued = issue_many(orders=[order], by=by, at=at, purpose=purpose)
    if issued.refusals:
        refusal = issued.refusals[0]
        if refusal.code == "not_found":
            raise NotFound("resident_not_found", "該当する住民がいません。")
        if refusal.code in {"double_issue", "overtaken"}:
            raise Conflict(refusal.code, refusal.message)
        raise Invalid.of(issued.refusals)
    with acting(by.scope):
        return certificates.get(issued.certificates[0])


def issue_many(
    *,
    orders: Sequence[Order],
    by: Actor,
    at: Moment,
    purpose: str,
    processes: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Issued:
    """Issue in bulk; what cannot be issued is refused row by row and hinders no other.

    ``processes``: how many sign at once, by default one for each core. ``progress`` is told how many are done.
    """
    policies.must_be_allowed(MOVES["issue"], by)
    issued = Issued({}, [])
    under_way: deque[tuple[_Part, Signing]] = deque()

    def finish_one() -> None:
        part, signing = under_way.popleft()
        _complete(part, signing.result(), issued, by=by, at=at, purpose=purpose)
        if progress is not None:
            progress(len(issued.certificates) + len(issued.refusals))

    with signers(len(orders), processes=processes) as pool:
        for alike, places in _parts(orders):
            part = _prepare(alike, {place: orders[place] for place in places}, issued, by=by, at=at)
            if part is not None:
                under_way.append((part, _sign(pool, part)))
            if len(under_way) > _AHEAD:
                finish_one()
        while under_way:
            finish_one()
    issued.refusals.sort(key=lambda refusal: refusal.row or 0)
    return issued


def discard_unfinished(*, by: Actor, at: Moment) -> int:
    """Revoke what a crash left between storing and signing; returns how many."""
    policies.must_be_allowed(MOVES["discard"], by)
    with acting(JPKI):
        left = CertificateStatus.objects.filter(state="PREPARED", prepared_at__lt=at.instant - _UNFINISHED_AFTER)
        ids = list(left.values_list("pk", flat=True)[:500])
        return len(endings.apply(MOVES["discard"], ids, by=by, at=at, purpose=""))


class _Alike(NamedTuple):
    """What the orders of a part have in common."""

    kind: Kind
    algorithm: str
    replaces: bool
    for_authority_key: bool

    @property
    def ending(self) -> Move:
        """What becomes of the certificates that were held."""
        if self.for_authority_key:
            return MOVES["revoke_for_authority_key"]
        return MOVES["revoke_for_replacement" if self.replaces else "revoke_for_renewal"]


@dataclass(frozen=True, kw_only=True)
class _Leaver(CurrentRecord):
    """Somebody who leaves Japan on a day to come and keeps the card: certified for the life abroad."""

    leaves_on: date


@dataclass(frozen=True)
class _Part:
    """A part of the orders whose content is stored and waits for its signatures."""

    alike: _Alike
    generation: LivingGeneration
    places: list[int]
    ids: list[int]
    versions: dict[UUID, int]
    renewed: dict[UUID, int]
    to_be_signed: list[bytes]


def _parts(orders: Sequence[Order]) -> Iterator[tuple[_Alike, list[int]]]:
    """Places of orders that are alike, in parts; a resident stands at most once in each part."""
    alike: dict[_Alike, list[int]] = defaultdict(list)
    for place, order in enumerate(orders):
        which = _Alike(order.kind, order.subject_key.algorithm, order.replaces, order.for_authority_key)
        alike[which].append(place)
    for which, places in alike.items():
        rest: Iterable[int] = places
        while part := _distinct(orders, rest):
            yield which, part
            taken = set(part)
            rest = [place for place in rest if place not in taken]


def _distinct(orders: Sequence[Order], places: Iterable[int]) -> list[int]:
    first: dict[UUID, int] = {}
    for place in places:
        first.setdefault(orders[place].resident, place)
        if len(first) == PART:
            break
    return list(first.values())


def _sign(pool: Signers, part: _Part) -> Signing:
    return pool.sign(part.generation.key_label, part.to_be_signed)


def _prepare(alike: _Alike, orders: dict[int, Order], issued: Issued, *, by: Actor, at: Moment) -> _Part | None:
    """Judge, build, check and store; None when nothing is left of the part."""
    kind = alike.kind
    # Under the clerk's own scope: whom the clerk cannot see cannot be certified.
    with acting(by.scope):
        # The signature certificate carries its holder's address by law, whoever they are (公的個人認証法7条).
        holders = [order.resident for order in orders.values()]
        known = _in_sight(holders, at)
    with acting(JPKI):
        known = _with_leavers(known, at)
        generation = authorities.issuing(kind, alike.algorithm, at.instant)
        profile, template = authorities.template_for(generation, kind)
        wanted = list(known)
        sql.let_expired_go(wanted, kind.value, at.instant)
        held = sql.held(wanted, kind.value)
        fit = {
            place: order
            for place, order in sorted(orders.items(), key=lambda each: _code(known.get(each[1].resident)))
            if not _refused(place, order, known.get(order.resident), held.get(order.resident), issued, at)
        }
        points = partitions.of_offices(generation.authority, {known[order.resident].office for order in fit.values()})
        drafts = _drafts(kind, fit, known, held, points, template, issued, at)
        if not drafts:
            return None
        ids = sql.store(list(drafts.values()), generation=generation.id, profile=profile.pk, kind=kind.value)
    renewed = {draft.resident: draft.predecessor for draft in drafts.values() if draft.predecessor is not None}
    return _Part(
        alike,
        generation,
        list(drafts),
        ids,
        {draft.resident: draft.record_version for draft in drafts.values()},
        renewed,
        [draft.to_be_signed for draft in drafts.values()],
    )


def _in_sight(holders: Sequence[UUID], at: Moment) -> dict[UUID, CurrentRecord]:
    """The latest 本人確認情報 of holders; of who is abroad what the 附票 says, at the 本籍地 that keeps it."""
    known = residents.current_many(holders, with_protected_address=True)
    away = [who for who in holders if who not in known or not known[who].is_present_on(at.day)]
    abroad = supplementary.abroad_many(away, day=at.day) if away else {}
    return known | {who: replace(one, address=address_abroad(one.left_on)) for who, one in abroad.items()}


def _code(record: CurrentRecord | None) -> str:
    return record.resident_code if record else ""


def _with_leavers(known: dict[UUID, CurrentRecord], at: Moment) -> dict[UUID, CurrentRecord]:
    removed = [who for who, record in known.items() if record.state != "CURRENT" and record.is_present_on(at.day)]
    leaving = departures.going_on(removed, day=at.day)
    return known | {
        who: _Leaver(**asdict(known[who]) | {"address": address_abroad(day)}, leaves_on=day)
        for who, day in leaving.items()
        if known[who].valid_from == day
    }


def _refused(
    place: int, order: Order, record: CurrentRecord | None, held: Held | None, issued: Issued, at: Moment
) -> bool:
    if record is None:
        message = "該当する住民がいません。"
        issued.refusals.append(FieldError("resident", "not_found", message, row=place + 1))
        return True
    renewable = (order.renews or order.replaces) and held is not None and held.state == "VALID"
    applicant = Applicant(
        kind=order.kind,
        born=PartialDate.from_iso(record.birth_date),
        day=(order.issued_at or at).day,
        registered=isinstance(record, AbroadRecord) or record.is_present_on(at.day),
        holds_valid=held is not None and not renewable,
        under_guardianship=order.under_guardianship,
        exemptions=order.exemptions,
    )
    against = list(hindrances(applicant))
    issued.refusals += [FieldError("kind", rule.code, rule.message, row=place + 1) for rule in against]
    return bool(against)


def _drafts(
    kind: Kind,
    orders: dict[int, Order],
    known: dict[UUID, CurrentRecord],
    held: dict[UUID, Held],
    points: dict[str, CrlPartition],
    template: Template,
    issued: Issued,
    at: Moment,
) -> dict[int, Prepared]:
    numbers = serials.reserve(kind.authority, len(orders))
    drafts = {}
    for serial, (place, order) in zip(numbers, orders.items(), strict=True):
        record = known[order.resident]
        former = held.get(order.resident) if order.renews or order.replaces else None
        point = points[record.office]
        request = _request(order, record, point, former, serial, template, at)
        if found := checks.findings(request, profile=template.profile, issuer=template.issuer):
            issued.refusals += [
                FieldError(each.field, "cannot_be_certified", f"{each.field}: {each.problem}", row=place + 1)
                for each in found
            ]
            continue
        drafts[place] = Prepared(
            serial=serial,
            partition=point.pk,
            not_before=request.not_before,
            not_after=request.not_after,
            resident=order.resident,
            prefecture=record.prefecture,
            municipality=record.municipality,
            office=record.office,
            to_be_signed=template.to_be_signed(request),
            predecessor=former.status if former else None,
            information=_information(record) if order.kind.carries_identity else None,
            record_version=record.version,
            exemptions=sorted(order.exemptions) if order.kind.carries_identity else [],
        )
    return drafts


def _information(record: CurrentRecord) -> dict[str, str | int]:
    """What the certificate certifies, the furigana that travels with it unless it is a makeshift, and what the register
    reads together with the name: how the certificate itself words 旧氏 and 通称 is not published."""
    told: dict[str, str | int] = {
        "name": record.name,
        "address": record.address,
        "birth_date": record.birth_date,
        "sex": record.sex,
    }
    told |= {"name_kana": "" if record.kana_source == _UNOFFICIAL else record.name_kana}
    told |= {"former_surname": record.former_surname, "alias": record.alias}
    if isinstance(record, AbroadRecord):
        return told | {"abroad_from": record.left_on.isoformat(), "supplementary_version": record.supplementary_version}
    return told | ({"abroad_from": record.leaves_on.isoformat()} if isinstance(record, _Leaver) else {})


def _request(
    order: Order,
    record: CurrentRecord,
    point: CrlPartition,
    former: Held | None,
    serial: int,
    template: Template,
    at: Moment,
) -> Request:
    when = order.issued_at or at
    born = PartialDate.from_iso(record.birth_date)
    fields = {"prefecture": point.prefecture_name, "municipality": point.municipality_name}
    if order.kind.carries_identity:
        items = holder_items(name=record.name, sex=record.sex, birth_date=born, address=record.address)
        fields |= items.as_fields() | {"common_name": subjects.signature_name(when.instant, serial)}
    else:
        fields["common_name"] = subjects.authentication_name(template.issuer.key_id, serial, record.office)
    return Request(
        serial=serial,
        not_before=when.instant.replace(microsecond=0),
        not_after=validity.end_of(_last_day(order, born, former, template, when)),
        subject_key=order.subject_key,
        fields=fields,
    )


def _last_day(order: Order, born: PartialDate, former: Held | None, template: Template, when: Moment) -> date:
    if former is not None and order.replaces:
        return _day_in_japan(former.not_after)
    return validity.last_day(
        issued_on=when.day,
        born=born,
        renewed_from=_day_in_japan(former.not_after) if former else None,
        card_expires_on=order.card_expires_on,
        term=template.profile.term,
    )


def _complete(part: _Part, signatures: Sequence[bytes], issued: Issued, *, by: Actor, at: Moment, purpose: str) -> None:
    """Record the signatures of a part with holding, audit and event, in one transaction."""
    with acting(JPKI):
        locked = _locked(part)
        told = residents.versions_of(list(part.versions))
        fresh = [each for each in locked.values() if told.get(each.resident) == part.versions[each.resident]]
        renewed = [part.renewed[each.resident] for each in fresh if each.resident in part.renewed]
        endings.apply(part.alike.ending, renewed, by=by, at=at, purpose=purpose)
        held = sql.hold([each.resident for each in fresh], [each.id for each in fresh], part.alike.kind.value)
        signed = {pk: signature for pk, signature in zip(part.ids, signatures, strict=True) if pk in held}
        sql.sign(list(signed), list(signed.values()))
        # Whoever was overtaken, by another issue or by the register, gets nothing: the serial goes on the list.
        endings.apply(MOVES["discard"], [pk for pk in locked if pk not in held], by=by, at=at, purpose=purpose)
        used = [each.partition for each in locked.values()]
        statuses.mark_changed(sql.places_without_list(used, part.generation.id), at.instant)
        audit.record_many([_act(locked[pk], part) for pk in signed], by=by, purpose=purpose)
        publish_many([_event(locked[pk], part) for pk in signed])
    for place, pk in zip(part.places, part.ids, strict=True):
        if pk in signed:
            issued.certificates[place] = pk
        else:
            message = "発行の間に、異動またはほかの発行がありました。はじめから手続をしてください。"
            issued.refusals.append(FieldError("kind", "overtaken", message, row=place + 1))


def _locked(part: _Part) -> dict[int, statuses.Locked]:
    """Lock what still waits for its signature with what it renews, in everybody's order: telephones, certificates,
    holders.

    A change that the register told before this is seen from here on; one that it tells later finds the certificate,
    made of an earlier version, and ends it. Between the two nothing slips through, whatever any clock says.
    """
    former = list(part.renewed.values())
    if former:
        device_steps.lock_bound_to(former)
    states = {"PREPARED", *part.alike.ending.sources} if former else {"PREPARED"}
    found = statuses.lock([*part.ids, *former], sorted(states))
    waiting = {each.id: each for each in found if each.id not in set(former)}
    wait_for_others([each.resident for each in waiting.values()])
    return waiting


def _act(each: statuses.Locked, part: _Part) -> audit.Act:
    key = part.generation.key_label
    detail = {"certificate": each.id, "kind": part.alike.kind.value, "serial": each.serial, "key": key}
    return audit.Act(MOVES["issue"].audit_word, each.resident, detail=detail)


def _event(each: statuses.Locked, part: _Part) -> CertificateIssued:
    fields: dict[str, Any] = {
        "subject": each.resident,
        "certificate": each.id,
        "certificate_kind": part.alike.kind.value,
        "generation": part.generation.id,
        "serial": each.serial,
    }
    if part.alike.replaces:
        return CertificateReplaced(**fields, predecessor=part.renewed[each.resident])
    return CertificateIssued(**fields)


def _day_in_japan(instant: datetime) -> date:
    return instant.astimezone(validity.JAPAN).date()
