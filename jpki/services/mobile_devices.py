"""What is done to a telephone: seen and ended at the counter, suspended on a call, given up by its holder's signature.

A hold is never lifted, as on cards: whoever finds the telephone again applies anew, with the card.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.folding import kana_key
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jpki.domain.devices import DEVICE_MOVES, DeviceMove, DeviceState, Platform, device_allows
from jpki.domain.kinds import SIGNATURE_KINDS, Kind
from jpki.domain.mobile_requests import Faulty, read_ending
from jpki.models import DeviceStep, MobileDevice
from jpki.selectors import devices
from jpki.services import device_moves, holder_signing
from jpki.services.holder_signing import NotSigned
from juki.models import IdentityRecord
from juki.selectors import affairs, residents, supplementary
from juki.selectors.residents import FourItems

PURPOSE = "JPKI-MOBILE"
LONGEST_NOTE = 200
_ASKED = 4
_LOOKED_AT = 20


@dataclass(frozen=True)
class Caller:
    """What a caller tells of themselves. No address: whether one is right would be told to whoever asks."""

    name: str
    name_kana: str
    birth_date: str
    sex: str
    platform: Platform

    @property
    def items(self) -> FourItems:
        """What the register is asked."""
        return FourItems(name=self.name, name_kana=self.name_kana, birth_date=self.birth_date, sex=self.sex)


def see(
    *, resident: UUID, by: Actor, at: Moment, purpose: str
) -> tuple[IdentityRecord, Sequence[MobileDevice], Sequence[DeviceStep]]:
    """The resident's record, telephones and their steps. NotFound, also for another town's resident."""
    by.must("jpki.see_certificates")
    affairs.require(purpose, organisation=by.organisation, day=at.day)
    record = supplementary.answering(resident, day=at.day)
    if record is None:
        raise NotFound("resident_not_found", "該当する住民がいません。")
    found = devices.of_resident(resident)
    detail = {"count": len(found)} | ({"protected": 1} if record.is_protected else {})
    audit.record(action="jpki.devices_seen", by=by, purpose=purpose, subject=resident, detail=detail)
    with acting(JPKI):
        return record, found, devices.steps([device.pk for device in found])


def make_move(*, device: int, verb: str, note: str = "", by: Actor, at: Moment, purpose: str) -> MobileDevice:
    """Make a move that a clerk chooses from the resident's page (`at_the_counter`).

    Raises Forbidden, NotFound (also for another town's), Conflict when the state does not allow it, Invalid.
    """
    move = DEVICE_MOVES[verb]
    if not move.at_the_counter:
        raise ValueError(f"{verb} is not made from the resident's page")
    if not by.may(move.permission):
        raise Forbidden("permission_missing", f"{move.label}の権限がありません。")
    if len(note) > LONGEST_NOTE:
        raise Invalid.of([FieldError("note", "too_long", f"備考は{LONGEST_NOTE}文字までです。")])
    found = devices.get(device)
    _make(move, found, note=note.strip(), by=by, at=at, purpose=purpose)
    return devices.get(device)


def find(*, caller: Caller, by: Actor, at: Moment, purpose: str = PURPOSE) -> MobileDevice:
    """The telephone of somebody who calls: name, kana, birth date, sex and kind of telephone must all be right.

    Raises Forbidden, Invalid, NotFound, in the same words whatever was wrong.
    """
    by.must("jpki.serve_device_desk")
    with acting(JPKI):
        device = _of_caller(caller, at)
        found, subject = ({"device": device.pk}, device.resident_id) if device else ({"device": None}, None)
        audit.record(action="jpki.device_sought", by=by, purpose=purpose, subject=subject, detail=found)
    if device is None:
        message = "一致する移動端末設備がありません。聞き取りを確かめ、一致しないときは住所地の窓口を案内してください。"
        raise NotFound("device_not_found", message)
    return device


def _of_caller(caller: Caller, at: Moment) -> MobileDevice | None:
    if len(caller.items.given()) < _ASKED:
        return None
    # The search takes a kana's beginning; here the whole must be right.
    kana = kana_key(caller.name_kana)
    found = residents.matching(caller.items, day=at.day, limit=_LOOKED_AT)
    known = [each for each in found if kana_key(each.name_kana) == kana]
    device = devices.borne_by(known[0].resident) if len(known) == 1 else None
    return device if device is not None and device.platform == caller.platform.value else None


def report_lost(*, caller: Caller, note: str = "", by: Actor, at: Moment, purpose: str = PURPOSE) -> MobileDevice:
    """Suspend the telephone of somebody who calls, at once. Raises as `find`, and Conflict."""
    device = find(caller=caller, by=by, at=at, purpose=purpose)
    with acting(JPKI):
        _make(DEVICE_MOVES["suspend_lost"], device, note=note.strip(), by=by, at=at, purpose=purpose)
        return devices.get(device.pk)


def end_by_holder(*, signed: bytes, by: Actor, at: Moment, purpose: str = PURPOSE) -> MobileDevice:
    """Take a holder's own wish (CMS), signed with the card's or with the telephone's signature certificate.

    Raises Forbidden, Invalid, NotSigned, NotFound, Conflict.
    """
    by.must("jpki.apply_mobile")
    given = holder_signing.read(signed, kinds=SIGNATURE_KINDS, at=at)
    try:
        wish = read_ending(given.content)
    except Faulty as faulty:
        raise Invalid.of(faulty.faults) from faulty
    holder_signing.must_be_fresh(wish.signed_at, at)
    with acting(JPKI):
        own = MobileDevice.objects.filter(application=wish.application, resident_id=given.certificate.resident_id)
        device = own.first()
        if device is None:
            raise NotFound("device_not_found", "この申請の番号の移動端末設備がありません。")
        if given.certificate.kind == Kind.SIGN_MOBILE and device.signature_id != given.certificate.pk:
            raise NotSigned("wrong_device", "ほかの端末の電子証明書では、この端末の失効を申請できません。")
        _make(DEVICE_MOVES["end_on_request"], device, by=by, at=at, purpose=purpose)
        return devices.get(device.pk)


def _make(move: DeviceMove, device: MobileDevice, *, note: str = "", by: Actor, at: Moment, purpose: str) -> None:
    if not device_allows(move, DeviceState(device.state)):
        raise Conflict("state_does_not_allow", f"この端末は{move.label}ができる状態ではありません。")
    if not device_moves.make(move, [device.pk], by=by, at=at, purpose=purpose, note=note):
        raise Conflict("state_has_changed", "ほかの操作で状態が変わりました。最新の状態を確認してください。")
