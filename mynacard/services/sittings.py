"""電子証明書の窓口手続: renewals, re-issues, ends, holds and PINs of one card, in one sitting with one receipt.

One transaction: what is ended, issued, written to the chip, charged and recorded. The chip's PINs come last; when the
terminal refuses, nothing of the sitting is in the registers, and the next one writes over what the chip then holds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.fiscal_years import fiscal_year
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from jpki.domain import fees
from jpki.domain.eligibility import are_lifted
from jpki.domain.kinds import Kind
from jpki.services import certificates as jpki_certificates
from juki.models import IdentityRecord
from juki.selectors import affairs, supplementary
from mynacard.choices import IN_HAND, State
from mynacard.domain import pins, sittings
from mynacard.domain.sittings import MAY_RESET, PIN_OF, Deed, Plan, Standing
from mynacard.domain.validity import age_on
from mynacard.gateways.terminal import TerminalFailed, terminal
from mynacard.models import Card, CertificateSitting, SittingDeed
from mynacard.selectors import cards
from mynacard.selectors import sittings as selectors
from mynacard.selectors.sittings import Borne
from mynacard.services import certificates, holders
from mynacard.services.counter import PURPOSE
from mynacard.sql import numbers

_RESET = "RESET_PIN"
_FIELDS = {Kind.SIGN_CARD: "deed_sign", Kind.AUTH_CARD: "deed_auth"}


@dataclass(frozen=True)
class Seen:
    """What lies on the counter: the card, its holder, both certificates, and the tries that its PINs have left.

    ``tries`` is None where the terminal reads no such card; ``is_abroad``: the holder is, and this is their 本籍地.
    """

    card: Card
    record: IdentityRecord
    borne: Mapping[Kind, Borne]
    tries: Mapping[str, int] | None
    is_abroad: bool = False

    @property
    def may_issue(self) -> bool:
        """Whether the card itself lets certificates be issued and PINs be set."""
        return self.card.state == State.LIVE

    def offered(self, kind: Kind) -> list[Deed]:
        """What may be done to a kind, as far as card and certificate go."""
        deeds = sittings.offered(self.borne[kind].standing)
        return [deed for deed in deeds if self.may_issue or not deed.issues]


def see(*, card: int, by: Actor, at: Moment, purpose: str = PURPOSE) -> Seen:
    """Look at a card's certificates before anything is done. NotFound, also for another town's card; Conflict."""
    by.must("mynacard.see_cards")
    affairs.require(purpose, organisation=by.organisation, day=at.day)
    seen = _seen(card, by, at)
    detail = {"card": card, "count": sum(each.certificate is not None for each in seen.borne.values())}
    protected = {"protected": 1} if seen.record.is_protected else {}
    audit.record(
        action="mynacard.certificates_seen",
        by=by,
        purpose=purpose,
        subject=seen.card.resident_id,
        detail=detail | protected,
    )
    return seen


def check(*, card: int, wanted: Plan, by: Actor, at: Moment) -> Seen:
    """Judge a sitting before it is held; the PINs are not asked yet. Changes nothing.

    Raises Forbidden, NotFound, Conflict (the card, a certificate's standing), Invalid with each fault.
    """
    seen = _seen(card, by, at, under_guardianship=wanted.under_guardianship)
    _may(wanted, by)
    if wanted.issued or wanted.resets:
        _usable(seen, by, at)
    _stand(seen, wanted)
    age = age_on(at.day, PartialDate.from_iso(seen.record.birth_date))
    found = sittings.faults(wanted, age=age)
    found += _not_lifted(seen, wanted)
    if wanted.issued and wanted.ground and (fault := fees.fault(wanted.ground, at.day, wanted.fee_yen)):
        found.append(fault)
    if found:
        raise Invalid.of(found)
    return seen


def needed_pins(seen: Seen, wanted: Plan) -> list[str]:
    """The PINs that the holder keys in: those to be set anew, and one that a new certificate's key would lack."""
    tries = seen.tries or {}
    lacking = {PIN_OF[kind] for kind in wanted.issued if seen.card.has_pins and PIN_OF[kind] not in tries}
    return [name for name in PIN_OF.values() if name in wanted.resets | lacking]


def hold(*, card: int, wanted: Plan, by: Actor, at: Moment, purpose: str = PURPOSE) -> CertificateSitting:
    """Do all of it at once. Raises as `check`, Invalid for PINs, Conflict when authority or terminal refuses."""
    with acting(MYNACARD):
        Card.objects.select_for_update(of=("self",)).filter(pk=card).first()
        seen = check(card=card, wanted=wanted, by=by, at=at)
        asked = needed_pins(seen, wanted)
        _fit(asked, wanted.pins)
        done = _ended(seen, wanted, by, at, purpose)
        issued, charge = _issued(seen, wanted, by, at, purpose)
        held = CertificateSitting.objects.create(
            **_tenant(seen.card),
            number=_number(seen.card, at),
            card=seen.card,
            resident_id=seen.card.resident_id,
            on=at.day,
            at=at.instant,
            version=seen.record.version,
            by_supplementary=seen.is_abroad,
            proof=wanted.proof.value,
            visitor=wanted.visitor.value,
            under_guardianship=wanted.under_guardianship,
            exemptions=sorted(wanted.exemptions),
            charge_id=charge,
            by=by.label,
        )
        _write_down(held, wanted, done | issued, asked)
        _record(held, wanted, asked, by, purpose)
        _set_pins(seen.card, asked, wanted.pins)
    return held


def _seen(card: int, by: Actor, at: Moment, *, under_guardianship: bool = False) -> Seen:
    with acting(by.scope):
        found = cards.get(card)
        record = supplementary.answering(found.resident_id, day=at.day)
        if record is None:
            raise NotFound("resident_not_found", "該当する住民がいません。")
        if found.state not in IN_HAND:
            raise Conflict("not_in_hand", "名義人が持っているカードではありません。電子証明書の手続はできません。")
        is_abroad = holders.is_abroad(found, by=by, day=at.day)
        with acting(MYNACARD):
            on_chip = frozenset(cards.certificates_on([card]))
        borne = selectors.borne_by(
            found,
            on_chip=on_chip,
            born=PartialDate.from_iso(record.birth_date),
            registered=is_abroad or record.is_present_on(at.day),
            under_guardianship=under_guardianship,
            at=at,
        )
    return Seen(found, record, borne, _tries(found), is_abroad)


def _tries(card: Card) -> dict[str, int] | None:
    try:
        return terminal().tries_left(card_number=card.card_number)
    except TerminalFailed:
        return None


def _may(wanted: Plan, by: Actor) -> None:
    needed = set().union(*(deed.permissions for deed in wanted.deeds.values()))
    needed |= {MAY_RESET} if wanted.resets else set()
    if not needed <= by.permissions:
        raise Forbidden("permission_missing", "この手続の権限がありません。")


def _usable(seen: Seen, by: Actor, at: Moment) -> None:
    """New certificates and PINs go on a card that lives, of who is present here, or abroad and kept here."""
    if not seen.may_issue or seen.card.expires_on < at.day:
        raise Conflict("state_does_not_allow", "有効なカードにだけ、電子証明書の発行と暗証番号の設定ができます。")
    if not seen.is_abroad:
        holders.present(seen.card, by=by, day=at.day)


def _stand(seen: Seen, wanted: Plan) -> None:
    for kind, deed in wanted.deeds.items():
        newest = seen.borne[kind].certificate
        is_other = wanted.formers is not None and wanted.formers.get(kind, 0) != (newest.pk if newest else 0)
        if is_other or seen.borne[kind].standing not in deed.sources:
            message = "電子証明書の状態が変わりました。この手続はできません。最新の状態を確認してください。"
            raise Conflict("state_has_changed", message, field=_FIELDS[kind])
    is_without = not seen.card.has_pins and (Kind.SIGN_CARD in wanted.issued or wanted.resets)
    if is_without:
        message = "暗証番号のないカード（顔認証カード）には、署名用電子証明書と暗証番号を設定できません。"
        raise Conflict("without_pins", message)


def _not_lifted(seen: Seen, wanted: Plan) -> list[FieldError]:
    """The rules against what is to be issued, for which no confirmed exception was given."""
    return [
        FieldError(_FIELDS[kind], rule.code, rule.message)
        for kind in wanted.issued
        if not are_lifted(seen.borne[kind].against, wanted.exemptions)
        for rule in seen.borne[kind].against
    ]


def _fit(asked: Iterable[str], given: Mapping[str, str]) -> None:
    if faults := [fault for name in asked if (fault := pins.fault_of(name, given.get(name, "")))]:
        raise Invalid.of(faults)


def _ended(seen: Seen, wanted: Plan, by: Actor, at: Moment, purpose: str) -> dict[Kind, int]:
    ended = {}
    for kind, deed in wanted.deeds.items():
        certificate = seen.borne[kind].certificate
        if not deed.ends_by or certificate is None:
            continue
        with acting(by.scope):
            if deed.ends_by == "suspend":
                jpki_certificates.suspend(certificate=certificate.pk, by=by, at=at, purpose=purpose)
            else:
                jpki_certificates.revoke(certificate=certificate.pk, verb=deed.ends_by, by=by, at=at, purpose=purpose)
        ended[kind] = certificate.pk
    return ended


def _issued(seen: Seen, wanted: Plan, by: Actor, at: Moment, purpose: str) -> tuple[dict[Kind, int], int | None]:
    """The new certificates and their charge. What is on hold ends first; a hold is never lifted."""
    kinds = wanted.issued
    if not kinds:
        return {}, None
    assert wanted.ground is not None, "the sitting was judged"
    on_hold = [seen.borne[kind].certificate for kind in kinds if seen.borne[kind].standing is Standing.SUSPENDED]
    certificates.end_holds([each.pk for each in on_hold if each], by=by, at=at, purpose=purpose)
    needs = certificates.Needs(
        ground=wanted.ground,
        fee_yen=wanted.fee_yen,
        renews=True,
        under_guardianship=wanted.under_guardianship,
        exemptions=wanted.exemptions,
    )
    issued = certificates.issue(seen.card, kinds, needs=needs, by=by, at=at, purpose=purpose)
    return dict(zip(kinds, issued.certificates, strict=True)), issued.charge


def _number(card: Card, at: Moment) -> str:
    (sequence,) = numbers.draw("sitting", 1)
    return f"{fiscal_year(at.day)}-{card.office}-{sequence:06}"


def _tenant(card: Card) -> dict[str, int | str]:
    """The office's own columns, where the sitting stays when the card goes on."""
    place = municipalities.tenant_of(card.office)
    return dict(place._asdict())


def _write_down(held: CertificateSitting, wanted: Plan, done: Mapping[Kind, int], asked: Iterable[str]) -> None:
    tenant = {"prefecture": held.prefecture, "municipality": held.municipality, "office": held.office}
    rows = [
        SittingDeed(**tenant, sitting=held, deed=wanted.deeds[kind].code, kind=kind.value, certificate_id=done[kind])
        for kind in sittings.ON_THE_CARD
        if kind in wanted.deeds
    ]
    kinds = {name: kind for kind, name in PIN_OF.items()}
    rows += [SittingDeed(**tenant, sitting=held, deed=_RESET, kind=kinds[name].value, pin=name) for name in asked]
    for place, row in enumerate(rows):
        row.place = place
    SittingDeed.objects.bulk_create(rows)


def _record(held: CertificateSitting, wanted: Plan, asked: list[str], by: Actor, purpose: str) -> None:
    detail = {
        "sitting": held.pk,
        "card": held.card_id,
        "deeds": {kind.value: deed.code for kind, deed in wanted.deeds.items()},
        "pins": asked,
        "proof": held.proof,
        "visitor": held.visitor,
        "guardianship": held.under_guardianship,
        "exemptions": held.exemptions,
        "charge": held.charge_id,
    }
    audit.record(action="mynacard.certificate_sitting", by=by, purpose=purpose, subject=held.resident_id, detail=detail)


def _set_pins(card: Card, asked: Iterable[str], given: Mapping[str, str]) -> None:
    try:
        for name in asked:
            terminal().reset_pin(card_number=card.card_number, name=name, pin=given[name])
    except TerminalFailed as failure:
        raise Conflict("terminal_failed", f"暗証番号を設定できませんでした。{failure}") from failure
