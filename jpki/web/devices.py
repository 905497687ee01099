"""The telephones' screens: a resident's at the counter, and the desk that takes calls about lost ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from jlis.kernel.actors import Actor
from jlis.kernel.domain.eras import format_era_time
from jlis.kernel.errors import Refused
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import TOKYO, now
from jpki.choices import DeviceState
from jpki.domain import devices as domain
from jpki.domain.devices import DEVICE_MOVES, DeviceMove
from jpki.models import DeviceStep, MobileDevice
from jpki.selectors import devices
from jpki.services import counter, mobile_devices
from jpki.web.device_forms import CallerForm, NoteForm

_TONES = {DeviceState.LIVE: "success", DeviceState.SUSPENDED: "warning", DeviceState.ENDED: ""}
_BEGAN = "搭載"


@dataclass(frozen=True)
class Row:
    """A device as the page shows it, with its steps and the buttons that this person has."""

    device: MobileDevice
    label: str
    tone: str
    steps: list[tuple[str, DeviceStep]]
    moves: list[DeviceMove]


@staff_view(permission="jpki.see_certificates")
@require_safe
def of_resident(request: StaffRequest, resident: UUID) -> HttpResponse:
    """A resident's telephones."""
    at = now()
    record, found, steps = mobile_devices.see(resident=resident, by=request.actor, at=at, purpose=counter.PURPOSE)
    shown = {
        "record": record,
        "rows": [_row(each, steps, request.actor, at.instant) for each in found],
        "print_purpose": counter.PURPOSE,
        "breadcrumbs": [
            ("本人確認情報", reverse("juki_resident", args=[resident])),
            ("スマートフォンの電子証明書", ""),
        ],
    }
    return render(request, "jpki/devices.html", shown)


@staff_view(permission="jpki.see_certificates")
@require_http_methods(["GET", "POST"])
def make_move(request: StaffRequest, device: int, verb: str) -> HttpResponse:
    """Ask for a remark, then make the move."""
    move = DEVICE_MOVES.get(verb)
    if move is None or not move.at_the_counter:
        raise Http404
    found = devices.get(device)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            mobile_devices.make_move(
                device=device, verb=verb, note=form.cleaned_data["note"], by=request.actor, at=now(),
                purpose=counter.PURPOSE,
            )  # fmt: skip
            messages.success(request, f"{move.label}を行いました。")
            return redirect("jpki_devices_of_resident", resident=found.resident_id)
        except Refused as refusal:
            put_on(form, refusal)
    return render(request, "shell/form.html", _confirmation(move, found, form))


@staff_view(permission="jpki.serve_device_desk")
@require_http_methods(["GET", "POST"])
def desk(request: StaffRequest) -> HttpResponse:
    """Take what a caller tells, show the kind of telephone that was found, and suspend it."""
    form = CallerForm(request.POST or None)
    step = request.POST.get("step", "")
    if request.method == "POST" and step != "back" and form.is_valid():
        try:
            if step != "done":
                found = mobile_devices.find(caller=form.caller(), by=request.actor, at=now())
                return render(request, "shell/confirm.html", _found(found, form))
            mobile_devices.report_lost(caller=form.caller(), note=form.cleaned_data["note"], by=request.actor, at=now())
            messages.success(request, "スマートフォンの電子証明書を一時停止しました。")
            return redirect("jpki_device_desk")
        except Refused as refusal:
            put_on(form, refusal)
    shown = {
        "form": form,
        "title": "スマートフォンの紛失の受付",
        "lead": "電話をかけてきた本人から聞き取ってください。すべて一致したときだけ、一時停止に進めます。",
        "submit": "一致する端末を探す",
    }
    return render(request, "shell/form.html", shown)


def _found(device: MobileDevice, form: CallerForm) -> dict[str, object]:
    """What the desk may know: not whose it is beyond what the caller said, nor where they live."""
    return {
        "form": form,
        "title": "一時停止の確認",
        "submit": "一時停止する",
        "warning": "一時停止は解除できません。見つかったときは、カードで申請し直していただきます。",
        "facts": [
            ("端末", device.get_platform_display()),
            ("搭載", format_era_time(device.began_at.astimezone(TOKYO))),
            ("状態", device.get_state_display()),
        ],
    }


def _confirmation(move: DeviceMove, device: MobileDevice, form: NoteForm) -> dict[str, object]:
    back = reverse("jpki_devices_of_resident", args=[device.resident_id])
    began = format_era_time(device.began_at.astimezone(TOKYO))
    ends = move.target is domain.DeviceState.ENDED
    after = "失効し、取り消せません。" if ends else "一時保留になり、解除できません。"
    return {
        "form": form,
        "title": move.label,
        "lead": f"{device.get_platform_display()}（{began} 搭載）　両方の電子証明書が{after}",
        "submit": f"{move.label}を行う",
        "back": back,
        "breadcrumbs": [("スマートフォンの電子証明書", back), (move.label, "")],
    }


def _row(device: MobileDevice, steps: Sequence[DeviceStep], actor: Actor, at: datetime) -> Row:
    state = DeviceState(device.state)
    possible = domain.device_moves_from(domain.DeviceState(state.value))
    expired = device.authentication.not_after < at
    return Row(
        device,
        devices.state_label(device, at),
        "" if expired else _TONES[state],
        [(_word(step.verb), step) for step in steps if step.device_id == device.pk],
        [] if expired else [move for move in possible if move.at_the_counter and actor.may(move.permission)],
    )


def _word(verb: str) -> str:
    return DEVICE_MOVES[verb].label if verb in DEVICE_MOVES else _BEGAN
