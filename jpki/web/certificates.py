"""The counter's screens: a resident's certificates, and what may be done to each."""

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
from jlis.kernel.errors import Conflict
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import TOKYO, now
from jpki.choices import State
from jpki.domain import lifecycle
from jpki.domain.kinds import MOBILE_KINDS
from jpki.domain.lifecycle import MOVES, Move
from jpki.models import Certificate
from jpki.selectors import authorities, certificates
from jpki.services import certificates as services
from jpki.services import counter

_TONES = {State.VALID: "success", State.SUSPENDED: "warning", State.REVOKED: "error", State.PREPARED: ""}


@dataclass(frozen=True)
class Row:
    """A certificate as the list shows it, with the buttons that this person has."""

    certificate: Certificate
    label: str
    tone: str
    moves: list[Move]


@staff_view(permission="jpki.see_certificates")
@require_safe
def of_resident(request: StaffRequest, resident: UUID) -> HttpResponse:
    """A resident's certificates."""
    at = now()
    record, found = counter.see(resident=resident, by=request.actor, at=at, purpose=counter.PURPOSE)
    rows = [_row(each, request.actor, at.instant) for each in found]
    shown = {
        "record": record,
        "rows": rows,
        "may_see_consents": request.actor.may("jpki.see_consents"),
        "print_purpose": counter.PURPOSE,
        "breadcrumbs": [("本人確認情報", reverse("juki_resident", args=[resident])), ("電子証明書", "")],
    }
    return render(request, "jpki/certificates.html", shown)


@staff_view(permission="jpki.see_certificates")
@require_http_methods(["GET", "POST"])
def make_move(request: StaffRequest, certificate: int, verb: str) -> HttpResponse:
    """Confirm, then revoke or suspend."""
    move = MOVES.get(verb)
    if move is None or not move.at_the_counter:
        raise Http404
    found = certificates.get(certificate)
    back = redirect("jpki_certificates_of_resident", resident=found.resident_id)
    if request.method == "POST" and request.POST.get("step") == "back":
        return back
    if request.method == "POST":
        try:
            _make(move, certificate, request.actor)
            messages.success(request, f"{move.label}を行いました。")
        except Conflict as refusal:
            messages.error(request, refusal.message)
        return back
    return render(request, "shell/confirm.html", _confirmation(move, found))


def _make(move: Move, certificate: int, by: Actor) -> None:
    at = now()
    if move.verb == "suspend":
        services.suspend(certificate=certificate, by=by, at=at, purpose=counter.PURPOSE)
    elif move.verb == "release":
        services.release(certificate=certificate, by=by, at=at, purpose=counter.PURPOSE)
    else:
        services.revoke(certificate=certificate, verb=move.verb, by=by, at=at, purpose=counter.PURPOSE)


def _confirmation(move: Move, found: Certificate) -> dict[str, object]:
    status = found.status
    url = reverse("jpki_certificates_of_resident", args=[found.resident_id])
    lasting = "この操作は取り消せません。一時保留の解除も行いません。" if move.verb == "suspend" else ""
    return {
        "title": f"{move.label}の確認",
        "submit": f"{move.label}を行う",
        "warning": lasting or "この操作は取り消せません。",
        "breadcrumbs": [("電子証明書", url), (move.label, "")],
        "facts": [
            ("種類", found.get_kind_display()),
            ("発行の番号", status.serial),
            ("状態", status.get_state_display()),
            ("有効期間の満了", format_era_time(status.not_after.astimezone(TOKYO))),
            ("根拠", move.statute),
        ],
    }


def _row(certificate: Certificate, actor: Actor, at: datetime) -> Row:
    expired = certificates.is_expired(certificate, at)
    state = State(certificate.status.state)
    policy = authorities.generation(certificate.status.generation_id).profile.release_holds
    possible = lifecycle.moves_from(lifecycle.State(state.value), release_policy=policy)
    moves = [move for move in possible if move.at_the_counter and actor.may(move.permission)]
    return Row(
        certificate,
        certificates.state_label(certificate, at),
        "" if expired else _TONES[state],
        # A telephone's two certificates go together, from the page of the telephones.
        [] if expired or certificate.kind in MOBILE_KINDS else moves,
    )
