"""最新の利用者情報の提供への同意: given by the holder's signature, cancelled at any time, effective at once (P6).

The consent is a CMS document over the words of `domain.consents`. One entry of the PIN may sign it together with the
party's own document: each is a document of its own and is judged by itself.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Invalid, NotFound, Unprocessable
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jlis.kernel.vault import sealing
from jpki.domain import consents as rules
from jpki.domain.consents import Ending, Item, Standing, Wording
from jpki.domain.kinds import SIGNATURE_KINDS, Kind
from jpki.domain.relying_parties import Entitlement
from jpki.models import Certificate, Consent, ConsentReminder, RelyingParty
from jpki.selectors import consents as selectors
from jpki.selectors import relying_parties
from jpki.services import asking, holder_signing
from jpki.services.holder_signing import NotSigned
from jpki.sql import statuses
from juki.models import IdentityRecord
from juki.selectors import affairs, supplementary

PURPOSE = "JPKI-LATEST-ITEMS"
COUNTER_PURPOSE = "JUKI-CARD"


@dataclass(frozen=True)
class Wish:
    """What a party asks a holder to agree to; ``reference`` is the party's own key for it, used once."""

    items: Collection[Item]
    reference: str
    on_behalf_of: str = ""


@dataclass(frozen=True)
class Seen:
    """A consent as the counter sees it."""

    consent: Consent
    standing: Standing


def words(*, wish: Wish, by: Actor, at: Moment) -> str:
    """The words that the holder is to sign today. Raises Forbidden with its reason, Invalid."""
    party = _party(wish.on_behalf_of, by, at)
    return _wording(party, wish).consent(at.day)


def give(*, wish: Wish, signed: bytes, by: Actor, at: Moment) -> Consent:
    """Take a signed consent; an earlier one of the holder to the party ends with it. The same again is the same.

    Raises Forbidden with its reason, Invalid for the document or its words, NotSigned, Unprocessable for a reference
    that stands for another consent, Conflict for one that has ended.
    """
    party = _party(wish.on_behalf_of, by, at)
    wording = _wording(party, wish)
    # A party that is told of new certificates must not learn by the consent which telephone is whose: cards alone.
    given = holder_signing.read(signed, kinds={Kind.SIGN_CARD}, at=at)
    given_on, certificate = _day_of(wording, given.content, at), given.certificate
    digest = hashlib.sha256(given.content).hexdigest()
    with acting(JPKI):
        _lock(party.pk, certificate.resident_id)
        if known := Consent.objects.filter(party=party, reference=wish.reference).first():
            return _again(known, certificate, digest)
        if not statuses.lock([certificate.pk], ["VALID"]):
            raise NotSigned("revoked", "署名に使われた電子証明書は有効ではありません。")
        for former in Consent.objects.filter(party=party, resident=certificate.resident_id, ended_at=None):
            _cancelled(former, Ending.REPLACED, by, at, PURPOSE)
        made = _made(party, wish, wording, certificate, digest, signed, given_on, at)
        detail = {"consent": str(made.pk), "party": party.pk, "items": made.items}
        audit.record(
            action="jpki.consent_given", by=by, purpose=PURPOSE, subject=certificate.resident_id, detail=detail
        )
    return made


def withdraw(*, consent: UUID, signed: bytes, by: Actor, at: Moment, on_behalf_of: str = "") -> Consent:
    """Cancel by the holder's signature, whoever hands it in for them; also while the party is stopped.

    Raises Forbidden, NotFound, Invalid for other words or another holder, NotSigned.
    """
    by.must("jpki.latest_items")
    with acting(JPKI):
        found = (
            selectors.kept_by(by.organisation, on_behalf_of).select_for_update(of=("self",)).filter(pk=consent).first()
        )
        if found is None:
            raise NotFound("consent_not_found", "該当する同意がありません。")
        given = holder_signing.read(signed, kinds=SIGNATURE_KINDS, at=at)
        wish = Wish([Item(item) for item in found.items], found.reference)
        _must_be(_wording(found.party, wish).withdrawal(), given.content)
        if given.certificate.resident_id != found.resident_id:
            raise Invalid.of([FieldError("signed", "another_holder", "同意した本人の署名ではありません。")])
        (found.withdrawal,) = sealing.seal_many([signed], [found.pk.bytes])
        return _cancelled(found, Ending.HOLDER, by, at, PURPOSE)


def withdraw_at_counter(*, consent: UUID, by: Actor, at: Moment, purpose: str = COUNTER_PURPOSE) -> Consent:
    """Cancel for a holder who stands at the counter and has proved who they are. Raises Forbidden, NotFound."""
    by.must("jpki.withdraw_consents")
    affairs.require(purpose, organisation=by.organisation, day=at.day)
    with acting(JPKI):
        found = Consent.objects.filter(pk=consent).first()
    with acting(by.scope):
        # Whom the clerk does not see has given no consent.
        record = supplementary.answering(found.resident_id, day=at.day) if found else None
    if found is None or record is None:
        raise NotFound("consent_not_found", "該当する同意がありません。")
    with acting(JPKI):
        found = Consent.objects.select_for_update().get(pk=consent)
        return _cancelled(found, Ending.COUNTER, by, at, purpose)


def see(*, resident: UUID, by: Actor, at: Moment, purpose: str = COUNTER_PURPOSE) -> tuple[IdentityRecord, list[Seen]]:
    """A resident's consents, the latest first. NotFound, also for another town's resident."""
    by.must("jpki.see_consents")
    affairs.require(purpose, organisation=by.organisation, day=at.day)
    with acting(by.scope):
        record = supplementary.answering(resident, day=at.day)
    if record is None:
        raise NotFound("resident_not_found", "該当する住民がいません。")
    with acting(JPKI):
        found = [Seen(each, selectors.standing(each, at.day)) for each in selectors.of_resident(resident)]
    detail = {"count": len(found)} | ({"protected": 1} if record.is_protected else {})
    audit.record(action="jpki.consents_seen", by=by, purpose=purpose, subject=resident, detail=detail)
    return record, found


def of_party(*, by: Actor, at: Moment, on_behalf_of: str = "", due_alone: bool = False) -> list[Consent]:
    """A party's own consents in force, or those whose yearly question is due; they name nobody. Raises Forbidden."""
    party = _party(on_behalf_of, by, at)
    with acting(JPKI):
        return list(selectors.due(party, at.day) if due_alone else selectors.open_of(party, at.day))


def report_asked(*, consents: Sequence[UUID], asked_on: date, by: Actor, at: Moment, on_behalf_of: str = "") -> int:
    """The party has asked these holders on a day; returns how many were its own and in force.

    Raises Forbidden, Invalid for a day that is still to come.
    """
    party = _party(on_behalf_of, by, at)
    if asked_on > at.day:
        raise Invalid.of([FieldError("asked_on", "in_the_future", "確認した日に未来の日付は使えません。")])
    with acting(JPKI):
        own = selectors.open_of(party, at.day).filter(pk__in=list(consents), asked_on__lt=asked_on)
        count = own.update(asked_on=asked_on)
        audit.record(action="jpki.consents_asked", by=by, purpose=PURPOSE, detail={"party": party.pk, "count": count})
    return count


def remind(*, by: Actor, at: Moment) -> int:
    """Write down for each party, once a month, how many holders it has to ask; returns how many parties were told."""
    by.must("jpki.operate_authority")
    month = at.day.replace(day=1)
    with acting(JPKI):
        owing = selectors.owing(at.day)
        told = set(ConsentReminder.objects.filter(month=month).values_list("party_id", flat=True))
        fresh = [
            ConsentReminder(party_id=party, month=month, count=count, made_at=at.instant)
            for party, count in owing
            if party not in told
        ]
        ConsentReminder.objects.bulk_create(fresh, ignore_conflicts=True)
        if fresh:
            audit.record(action="jpki.consents_reminded", by=by, detail={"parties": len(fresh)})
    return len(fresh)


def _party(on_behalf_of: str, by: Actor, at: Moment) -> RelyingParty:
    """The party that the consent is to: in force, and entitled."""
    by.must("jpki.latest_items")
    asks = asking.who_asks(by=by, at=at, on_behalf_of=on_behalf_of)
    asks.must_be_told(Entitlement.LATEST_ITEMS)
    with acting(JPKI):
        return relying_parties.get(asks.beneficiary)


def _wording(party: RelyingParty, wish: Wish) -> Wording:
    items = rules.ordered(wish.items)
    faults = []
    if not items:
        faults.append(FieldError("items", "required", "提供する情報を1つ以上選んでください。"))
    if not rules.REFERENCE.fullmatch(wish.reference):
        message = "受付番号は半角の英数字・ハイフン・下線で64文字までです。"
        faults.append(FieldError("reference", "form", message))
    if faults:
        raise Invalid.of(faults)
    return Wording(party.organisation_id or "", party.name, party.service, items, wish.reference)


def _day_of(wording: Wording, content: bytes, at: Moment) -> date:
    """On which day the words were made: signed before midnight and sent after it, yesterday's are good as well."""
    yesterday = at.day - timedelta(days=1)
    if content == wording.consent(yesterday).encode():
        return yesterday
    _must_be(wording.consent(at.day), content)
    return at.day


def _must_be(words: str, content: bytes) -> None:
    if content != words.encode():
        message = "署名された文が、この同意の文ではありません。文を作り直して署名してください。"
        raise Invalid.of([FieldError("signed", "not_these_words", message)])


def _lock(party: int, resident: UUID) -> None:
    """Two consents of one holder to one party wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 5015))", [f"{party}:{resident}"])


def _again(known: Consent, certificate: Certificate, digest: str) -> Consent:
    if known.digest != digest or known.resident_id != certificate.resident_id:
        fault = FieldError("reference", "reference_used", "この受付番号は別の同意で使用済みです。")
        raise Unprocessable("reference_used", "使用済みの受付番号です。", errors=[fault])
    if known.ended_at is not None:
        raise Conflict("consent_ended", "この同意は終了しています。新しい受付番号で同意を得てください。")
    return known


def _made(
    party: RelyingParty, wish: Wish, wording: Wording, certificate: Certificate, digest: str, signed: bytes,
    given_on: date, at: Moment,
) -> Consent:  # fmt: skip
    identity = uuid7(at.instant)
    (sealed,) = sealing.seal_many([signed], [identity.bytes])
    return Consent.objects.create(
        id=identity,
        party=party,
        resident_id=certificate.resident_id,
        reference=wish.reference,
        items=[item.value for item in wording.items],
        digest=digest,
        signed=sealed,
        certificate_id=certificate.pk,
        given_at=at.instant,
        given_on=given_on,
        last_day=rules.last_day(given_on),
        asked_on=given_on,
    )


def _cancelled(found: Consent, ending: Ending, by: Actor, at: Moment, purpose: str) -> Consent:
    """Cancelling what has ended already is no fault: the holder has what they want."""
    if found.ended_at is None:
        found.ended_at, found.ended_by = at.instant, ending.value
        found.save(update_fields=["ended_at", "ended_by", "withdrawal"])
        detail = {"consent": str(found.pk), "party": found.party_id, "ending": ending.value}
        audit.record(action="jpki.consent_withdrawn", by=by, purpose=purpose, subject=found.resident_id, detail=detail)
    return found
