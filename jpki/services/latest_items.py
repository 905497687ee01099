"""最新の利用者情報の提供: to a party that polls by serial numbers, what its holders agreed to, and nothing else (P6).

Nothing is pushed. What is told is what the holder's present signature certificate certifies, where it differs from the
one asked about; a change that has not ended the certificate yet is told of by nobody. The same question has the same
answer, so that a lost one can be asked again. Of somebody whom a 支援措置 covers the address is withheld, and said to
be: a consent of before knows nothing of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.audit.services import Act
from jlis.kernel.errors import Invalid, TooLarge
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jpki.choices import AuthorityCode
from jpki.domain.consents import Item
from jpki.domain.kinds import SIGNATURE_KINDS, Kind
from jpki.domain.lifecycle import State
from jpki.domain.relying_parties import Channel, Entitlement
from jpki.models import Certificate, Consent
from jpki.selectors.metering import LATEST
from jpki.services import asking
from jpki.services.asking import Asking
from jpki.services.consents import PURPOSE
from juki.selectors import protections

LARGEST_CALL = 1_000
# 旧氏 and 通称 are read together with the name: another one is a change of it.
_READ_WITH = {Item.NAME: ("former_surname", "alias")}
_KEYS = {Item.NAME: "name", Item.ADDRESS: "address", Item.BIRTH_DATE: "birth_date", Item.SEX: "sex"}


class Result(StrEnum):
    """What a row is answered. A number that is nobody's, or not for this party, is answered as one without consent."""

    PROVIDED = "PROVIDED"
    UNCHANGED = "UNCHANGED"
    NO_CERTIFICATE = "NO_CERTIFICATE"
    NO_CONSENT = "NO_CONSENT"


@dataclass(frozen=True)
class Told:
    """The answer for a serial number: items agreed to, those withheld, the new number where the party is entitled."""

    serial: int
    result: Result
    items: Mapping[Item, str]
    withheld: tuple[Item, ...] = ()
    new_serial: int | None = None
    issued_at: datetime | None = None


@dataclass(frozen=True)
class Provided:
    """The rows in the order asked, and of how many persons they tell something."""

    rows: list[Told]
    persons: int


def provide(*, serials: Sequence[int], by: Actor, at: Moment, on_behalf_of: str = "") -> Provided:
    """Tell up to 1,000 rows, in the order asked. Raises Forbidden with its reason, Invalid, TooLarge."""
    by.must("jpki.latest_items")
    if not serials:
        raise Invalid("empty", "発行の番号を1つ以上指定してください。")
    if len(serials) > LARGEST_CALL:
        raise TooLarge("too_many_rows", f"一度に求められるのは{LARGEST_CALL:,}件までです（{len(serials):,}件）。")
    party = asking.who_asks(by=by, at=at, on_behalf_of=on_behalf_of)
    party.must_be_told(Entitlement.LATEST_ITEMS)
    party.must_be_told_status(AuthorityCode.SIGN)
    with acting(JPKI):
        asked = _asked(serials, party)
        holders = {certificate.resident_id for certificate in asked.values()}
        agreed = _agreed(party, holders, at)
        newest = _newest(agreed, at)
        covered = protections.covered(agreed)
        answers = {
            serial: _told(certificate, agreed[who], newest.get(who), party, is_covered=who in covered)
            for serial, certificate in asked.items()
            if (who := certificate.resident_id) in agreed
        }
        persons = _write_down(asked, agreed, answers, len(serials), party, by)
    return Provided([answers.get(serial, Told(serial, Result.NO_CONSENT, {})) for serial in serials], persons)


def _asked(serials: Iterable[int], party: Asking) -> dict[int, Certificate]:
    """The certificates asked about. What is told leads to the card: by a telephone's number only who may follow it."""
    kinds = SIGNATURE_KINDS if party.may_be_told(Entitlement.LINK_CARRIERS) else {Kind.SIGN_CARD}
    rows = Certificate.objects.select_related("status").filter(
        status__serial__in=list(serials),
        status__generation__authority_id=AuthorityCode.SIGN,
        kind__in=[kind.value for kind in kinds],
        status__issued_at__isnull=False,
    )
    return {row.status.serial: row for row in rows}


def _agreed(party: Asking, holders: set[UUID], at: Moment) -> dict[UUID, Consent]:
    """The consents in force, locked: one that is being cancelled is waited for."""
    rows = Consent.objects.select_for_update(of=("self",)).filter(
        party=party.beneficiary, resident__in=holders, ended_at=None, last_day__gte=at.day
    )
    return {consent.resident_id: consent for consent in rows.defer("signed").order_by("pk")}


def _newest(holders: Iterable[UUID], at: Moment) -> dict[UUID, Certificate]:
    """The signature certificates on their cards that are good now; what hangs on them is nobody else's business."""
    rows = Certificate.objects.select_related("status").filter(
        resident_id__in=list(holders),
        kind=Kind.SIGN_CARD.value,
        status__state=State.VALID,
        status__not_before__lte=at.instant,
        status__not_after__gte=at.instant,
    )
    return {row.resident_id: row for row in rows.order_by("status_id")}


def _told(asked: Certificate, consent: Consent, newest: Certificate | None, party: Asking, *, is_covered: bool) -> Told:
    serial = asked.status.serial
    if newest is None:
        return Told(serial, Result.NO_CERTIFICATE, {})
    wanted = [Item(item) for item in consent.items]
    before, after = asked.issue_information or {}, newest.issue_information or {}
    if all(_as_certified(before, item) == _as_certified(after, item) for item in wanted):
        return Told(serial, Result.UNCHANGED, {})
    withheld = tuple(item for item in wanted if item is Item.ADDRESS and is_covered)
    return Told(
        serial=serial,
        result=Result.PROVIDED,
        items={item: after.get(_KEYS[item], "") for item in wanted if item not in withheld},
        withheld=withheld,
        new_serial=newest.status.serial if party.may_be_told(Entitlement.LINK_RENEWED) else None,
        issued_at=newest.status.issued_at,
    )


def _as_certified(information: Mapping[str, str], item: Item) -> tuple[str | None, ...]:
    return information.get(_KEYS[item]), *(information.get(key, "") for key in _READ_WITH.get(item, ()))


def _write_down(
    asked: Mapping[int, Certificate],
    agreed: Mapping[UUID, Consent],
    answers: Mapping[int, Told],
    rows: int,
    party: Asking,
    by: Actor,
) -> int:
    """One entry a person told of, which they see when they ask, and one of the call; returns how many persons."""
    method = party.method(Channel.API, AuthorityCode.SIGN)
    told = {asked[serial].resident_id: answer for serial, answer in answers.items() if answer.result is Result.PROVIDED}
    acts = [
        Act(
            LATEST,
            who,
            None,
            {"method": method, "consent": str(agreed[who].pk), "items": sorted(answer.items)},
        )
        for who, answer in told.items()
    ]
    detail = {"method": method, "asked": rows, "provided": len(acts)}
    audit.record_many([*acts, Act("jpki.latest_items_asked", None, None, detail)], by=by, purpose=PURPOSE)
    return len(acts)
