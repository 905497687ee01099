"""Taking a photo with an application: measured, refused for what breaks a rule of form, sealed."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import FieldError, Invalid, NotFound
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.time import Moment
from jlis.kernel.vault import sealing
from mynacard.domain import photos
from mynacard.domain.applications import Channel
from mynacard.gateways import photo_reader
from mynacard.models import Application, ApplicationPhoto
from mynacard.selectors import applications
from mynacard.services.counter import PURPOSE


@dataclass(frozen=True)
class GivenPhoto:
    """A picture as it was handed in, with the day on which it is said to be taken."""

    octets: bytes
    taken_on: date


@dataclass(frozen=True)
class JudgedPhoto:
    """A picture that breaks no rule of form, with what a person should look at."""

    read: photo_reader.ReadPhoto
    taken_on: date
    hints: list[str]


def judge(given: GivenPhoto | None, *, born: PartialDate, channel: Channel, at: Moment) -> JudgedPhoto | None:
    """What the machine says. Invalid naming each rule of form that is broken; a paper application may lack the photo,
    and then goes back by a person's decision."""
    if not photos.is_wanted(born=born, day=at.day):
        if given is not None:
            raise _refused("not_wanted", "1歳に満たない申請者のカードには顔写真を付けません。")
        return None
    if given is None:
        if channel is Channel.POST:
            return None
        raise _refused("required", "顔写真を付けてください。")
    try:
        read = photo_reader.read(given.octets)
    except photo_reader.NotAPhoto:
        raise _refused("unreadable", "写真のファイルを読み取れません。JPEG形式で保存し直してください。") from None
    found = photos.findings(read.measured, taken_on=given.taken_on, day=at.day)
    if any(finding.refuses for finding in found):
        raise Invalid.of([FieldError("photo", each.code, each.message) for each in found if each.refuses])
    return JudgedPhoto(read, given.taken_on, [each.code for each in found])


def keep(application: Application, judged: JudgedPhoto) -> None:
    """Seal the picture with its application, in the caller's transaction."""
    (sealed,) = sealing.seal_many([judged.read.on_card], [application.pk.bytes])
    ApplicationPhoto.objects.create(
        application=application,
        sealed=sealed,
        width=judged.read.measured.width,
        height=judged.read.measured.height,
        taken_on=judged.taken_on,
        findings=judged.hints,
    )


def show(*, application: UUID, by: Actor, at: Moment) -> bytes:
    """The picture for the person who decides; each look is written down. NotFound, also for another town's."""
    by.must("mynacard.check_photos")
    with acting(by.scope):
        found = applications.get(application)
    with acting(MYNACARD):
        picture = opened([application]).get(application)
        if picture is None:
            raise NotFound("photo_not_found", "この申請に顔写真はありません。")
        detail = {"application": str(application)}
        audit.record(action="mynacard.photo_seen", by=by, purpose=PURPOSE, subject=found.resident_id, detail=detail)
    return picture


def opened(wanted: list[UUID]) -> dict[UUID, bytes]:
    """The pictures of applications, under the room's own role; the caller writes down why."""
    rows = list(ApplicationPhoto.objects.filter(pk__in=wanted).values_list("pk", "sealed"))
    plain = sealing.open_many([bytes(sealed) for _, sealed in rows], [pk.bytes for pk, _ in rows])
    return {pk: picture for (pk, _), picture in zip(rows, plain, strict=True)}


def findings_of(application: UUID) -> tuple[ApplicationPhoto | None, list[str]]:
    """What the machine found in an application's photo, in words, under the room's own role."""
    found = ApplicationPhoto.objects.filter(pk=application).defer("sealed").first()
    return found, [photos.HINTS[code] for code in found.findings] if found else []


def _refused(code: str, message: str) -> Invalid:
    return Invalid.of([FieldError("photo", code, message)])
