"""移動端末設備用電子証明書の発行 (P9): a telephone's two certificates, on the word of the card's signature certificate.

Nobody comes to a counter and nobody pays: the holder signs with the card, and the telephone proves that it holds both
keys. Both certificates, the device and the end of the former one are one transaction, in which the card's signature
certificate is held: whatever ends it meanwhile waits, and then takes the new device with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict, FieldError, Invalid
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import TOKYO, Moment
from jpki.choices import DeviceState
from jpki.domain.devices import BORNE, DEVICE_MOVES
from jpki.domain.kinds import Kind
from jpki.domain.mobile_requests import Faulty, MobileApplication, read_application
from jpki.engine import certification_requests
from jpki.engine.certification_requests import UnfitRequest
from jpki.models import Certificate, DeviceStep, MobileDevice
from jpki.selectors import certificates
from jpki.services import device_moves, device_steps, holder_signing, issuing
from jpki.services.holder_signing import NotSigned
from jpki.services.issuing import Order
from jpki.sql import statuses

PURPOSE = "JPKI-MOBILE"
_REQUESTS = ("signature_request", "authentication_request")


@dataclass(frozen=True)
class Loaded:
    """A device with the DER of its two certificates. The one for signatures carries its holder's address by law."""

    device: MobileDevice
    signature: bytes
    authentication: bytes


def apply(*, signed: bytes, by: Actor, at: Moment, purpose: str = PURPOSE) -> Loaded:
    """Take an application (CMS) and issue both certificates; the same one sent again gets the same answer.

    Raises Forbidden, Invalid with every field at fault, NotSigned, Conflict.
    """
    by.must("jpki.apply_mobile")
    given = holder_signing.read(signed, kinds={Kind.SIGN_CARD}, at=at)
    application = _read(given.content)
    _must_be_served(application, at)
    keys = _proved_keys(application, given.certificate)
    authority = replace(by, scope=JPKI, permissions=by.permissions | {"jpki.issue"})
    with acting(JPKI):
        device_steps.lock_bound_to([given.certificate.pk])
        if not statuses.lock([given.certificate.pk], ["VALID"]):
            raise NotSigned("revoked", "署名に使われた電子証明書は有効ではありません。")
        known = MobileDevice.objects.filter(application=application.application).first()
        if known is not None:
            return _again(known, application, given.certificate, keys)
        _end_former(given.certificate, by=by, at=at, purpose=purpose)
        signature, authentication = _issued(given.certificate, keys, by=authority, at=at, purpose=purpose)
        device = _begun(application, given.certificate, (signature, authentication), by=by, at=at, purpose=purpose)
        return _loaded(device)


def _read(content: bytes) -> MobileApplication:
    try:
        return read_application(content)
    except Faulty as faulty:
        raise Invalid.of(faulty.faults) from faulty


def _must_be_served(application: MobileApplication, at: Moment) -> None:
    rule = holder_signing.must_be_fresh(application.signed_at, at)
    if application.platform not in rule.platforms:
        message = "この種類の端末への搭載は始まっていません。"
        raise Invalid.of([FieldError("platform", "platform_not_served", message)])


def _proved_keys(application: MobileApplication, card: Certificate) -> list[bytes]:
    """Both public keys (SPKI), each proved for this very application; neither is the other's nor the card's."""
    faults: list[FieldError] = []
    keys: list[bytes] = []
    for field in _REQUESTS:
        try:
            proved = certification_requests.read(getattr(application, field))
            if proved.common_name != str(application.application):
                raise UnfitRequest("commonNameが申請の番号ではありません")
            if proved.key.spki in (*keys, certificates.public_key(card)):
                raise UnfitRequest("ほかの電子証明書の鍵です。新しい鍵を作ってください")
            keys.append(proved.key.spki)
        except UnfitRequest as unfit:
            faults.append(FieldError(field, "unfit_request", f"{field}: {unfit}。"))
    if faults:
        raise Invalid.of(faults)
    return keys


def _again(known: MobileDevice, application: MobileApplication, card: Certificate, keys: Sequence[bytes]) -> Loaded:
    """The answer got lost on the way: the same application by the same card finds what it brought."""
    same = known.card_signature_id == card.pk and known.attestation == application.attestation
    if not same or known.state != DeviceState.LIVE or _keys_of(known) != list(keys):
        raise Conflict("application_used", "この申請の番号は使われています。新しい番号で申請してください。")
    return _loaded(known)


def _keys_of(device: MobileDevice) -> list[bytes]:
    borne = (device.signature_id, device.authentication_id)
    return [certificates.public_key(certificates.get(pk)) for pk in borne]


def _end_former(card: Certificate, *, by: Actor, at: Moment, purpose: str) -> None:
    """The newest device stands; the former one ends by it, on hold or not."""
    move = DEVICE_MOVES["replace"]
    former = MobileDevice.objects.filter(resident_id=card.resident_id, state__in=list(BORNE))
    device_moves.make(move, list(former.values_list("pk", flat=True)), by=by, at=at, purpose=purpose)


def _issued(card: Certificate, keys: Sequence[bytes], *, by: Actor, at: Moment, purpose: str) -> list[int]:
    last_day = card.status.not_after.astimezone(TOKYO).date()
    kinds = (Kind.SIGN_MOBILE, Kind.AUTH_MOBILE)
    orders = [
        Order(card.resident_id, kind, key, card_expires_on=last_day) for kind, key in zip(kinds, keys, strict=True)
    ]
    issued = issuing.issue_many(orders=orders, by=by, at=at, purpose=purpose, processes=1)
    if not issued.refusals:
        return [issued.certificates[place] for place in range(len(orders))]
    if any(refusal.code in {"overtaken", "not_found", "not_registered"} for refusal in issued.refusals):
        raise Conflict(issued.refusals[0].code, issued.refusals[0].message)
    rows = [(_REQUESTS[(refusal.row or 1) - 1], refusal) for refusal in issued.refusals]
    raise Invalid.of([FieldError(field, refusal.code, refusal.message) for field, refusal in rows])


def _begun(
    application: MobileApplication, card: Certificate, borne: tuple[int, int], *, by: Actor, at: Moment, purpose: str
) -> MobileDevice:
    device = MobileDevice.objects.create(
        resident_id=card.resident_id, platform=application.platform.value, attestation=application.attestation,
        application=application.application, card_signature_id=card.pk, signature_id=borne[0],
        authentication_id=borne[1], state=DeviceState.LIVE, began_at=at.instant, prefecture=card.prefecture,
        municipality=card.municipality, office=card.office,
    )  # fmt: skip
    DeviceStep.objects.create(device=device, at=at.instant, verb="begin", target=DeviceState.LIVE, by=by.label)
    detail = {"device": device.pk, "platform": device.platform, "certificates": list(borne), "card_signature": card.pk}
    audit.record(action="jpki.device_begun", by=by, purpose=purpose, subject=card.resident_id, detail=detail)
    return device


def _loaded(device: MobileDevice) -> Loaded:
    pair = (certificates.der(certificates.get(pk)) for pk in (device.signature_id, device.authentication_id))
    return Loaded(device, *pair)
