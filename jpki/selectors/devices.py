"""Questions about telephones. The scope decides which rows there are: another town's does not exist."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Q

from jlis.kernel.errors import NotFound
from jlis.kernel.time import TOKYO, Moment
from jpki.domain.devices import BORNE, DeviceCause, DeviceState
from jpki.models import DeviceStep, MobileDevice


def get(pk: int) -> MobileDevice:
    """One device with the statuses of its certificates. NotFound."""
    found = MobileDevice.objects.select_related("signature", "authentication").filter(pk=pk).first()
    if found is None:
        raise NotFound("device_not_found", "該当する移動端末設備がありません。")
    return found


def of_resident(resident: UUID) -> Sequence[MobileDevice]:
    """Every device of a resident, the newest first."""
    found = MobileDevice.objects.select_related("signature", "authentication").filter(resident_id=resident)
    return list(found.order_by("-pk"))


def borne_by(resident: UUID) -> MobileDevice | None:
    """The device that a resident has, on hold or not."""
    found = MobileDevice.objects.select_related("signature", "authentication")
    return found.filter(resident_id=resident, state__in=list(BORNE)).first()


def in_use_under(generation: int, *, limit: int) -> list[int]:
    """Devices in use that bear a certificate of a generation."""
    of_it = Q(signature__generation=generation) | Q(authentication__generation=generation)
    found = MobileDevice.objects.filter(of_it, state=DeviceState.LIVE.value)
    return list(found.order_by("pk").values_list("pk", flat=True)[:limit])


def lost_on(at: Moment) -> int:
    """How many were suspended as lost on the moment's day, whatever became of them since."""
    begins = datetime.combine(at.day, time(0), TOKYO)
    found = MobileDevice.objects.filter(cause=DeviceCause.LOST.value, suspended_at__gte=begins)
    return found.filter(suspended_at__lt=begins + timedelta(days=1)).count()


def steps(devices: Sequence[int]) -> Sequence[DeviceStep]:
    """What became of devices, in its order. Under the room's own role alone."""
    return list(DeviceStep.objects.filter(device__in=devices))


def state_label(device: MobileDevice, at: datetime) -> str:
    """The state in words; what was in use to its certificates' last day has expired."""
    is_over = device.state in BORNE and device.authentication.not_after < at
    return "期間満了" if is_over else device.get_state_display()
