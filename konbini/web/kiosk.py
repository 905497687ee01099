"""The kiosk as a store shows it. The page plays the kiosk's screen; the card's reader is a device beside it.

The PIN goes from the page to the reader and never comes here: what comes here is the certificate and a signature.
"""

import base64
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jlis.kernel.actors import Actor, ActorKind
from jlis.kernel.errors import Refused
from jlis.kernel.faces.papers import pdf_response
from jlis.kernel.faces.web import public_view
from jlis.kernel.isolation.scope import PUBLIC, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import now
from juki.pdf.residence_record import Show
from konbini.choices import CertificateKind
from konbini.domain.transactions import PrintResult
from konbini.models import Kiosk
from konbini.selectors import participants
from konbini.services import prints, requests, sessions
from konbini.services.requests import Wanted

_COOKIE = "kiosk"
View = Callable[..., HttpResponse]


def _at_the_kiosk(view: View) -> View:
    """A page of the kiosk that this project plays; a refusal is a page with the way back to the start."""

    @wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with acting(PUBLIC):
            machine = participants.browser_kiosk(now().day)
        if machine is None:
            raise Http404
        try:
            with acting(PUBLIC):
                response = view(request, _actor_of(machine), *args, **kwargs)
        except Refused as refusal:
            response = _refused(request, refusal)
        add_never_cache_headers(response)
        return response

    return public_view(entered)


@_at_the_kiosk
@require_safe
def start(request: HttpRequest, by: Actor) -> HttpResponse:
    """The first screen."""
    response = render(request, "konbini/kiosk/start.html", {"kiosk": by.label})
    response.delete_cookie(_COOKIE)
    return response


@_at_the_kiosk
@require_http_methods(["GET", "POST"])
def card(request: HttpRequest, by: Actor) -> HttpResponse:
    """Put the card on the reader; its certificate opens the session."""
    if request.method == "GET":
        return render(request, "konbini/kiosk/card.html", {"reader": settings.JLIS_CARD_READER})
    opened = sessions.open_session(kiosk=by.id, certificate=request.POST.get("certificate", ""), by=by, at=now())
    response = redirect("kiosk_pin")
    challenge = base64.b64encode(bytes(opened.challenge)).decode()
    _remember(response, {"session": str(opened.pk), "card": request.POST.get("card", "")[:32], "challenge": challenge})
    return response


@_at_the_kiosk
@require_http_methods(["GET", "POST"])
def pin(request: HttpRequest, by: Actor) -> HttpResponse:
    """The PIN, keyed for the reader alone; the card's signature comes here."""
    kept = _kept(request)
    if request.method == "GET":
        shown = {"reader": settings.JLIS_CARD_READER, "card": kept["card"], "challenge": kept["challenge"]}
        return render(request, "konbini/kiosk/pin.html", shown)
    proof = sessions.prove(session=UUID(kept["session"]), signature=request.POST.get("signature", ""), by=by, at=now())
    if proof.menu is None:
        assert proof.refusal is not None, "without a menu there is a reason"
        return _refused(request, proof.refusal)
    response = redirect("kiosk_menu")
    menu = {
        "office": proof.menu.office,
        "fees": proof.menu.fees,
        "size": proof.menu.household_size,
        "whole": proof.menu.whole_household,
    }
    _remember(response, {"session": kept["session"], "menu": menu})
    return response


@_at_the_kiosk
@require_safe
def menu(request: HttpRequest, by: Actor) -> HttpResponse:
    """What the holder may have."""
    offered = _kept(request)["menu"]
    kinds = [(kind, CertificateKind(kind).label, fee) for kind, fee in offered["fees"].items()]
    return render(request, "konbini/kiosk/menu.html", {"kinds": kinds, "town": _town(offered["office"])})


@_at_the_kiosk
@require_safe
def options(request: HttpRequest, by: Actor, kind: str) -> HttpResponse:
    """Whose record and what on it."""
    offered = _kept(request)["menu"]
    if kind not in offered["fees"]:
        raise Http404
    shown = {
        "kind": kind,
        "label": CertificateKind(kind).label,
        "fee": offered["fees"][kind],
        "size": offered["size"],
        "whole": offered["whole"],
        "town": _town(offered["office"]),
    }
    return render(request, "konbini/kiosk/options.html", shown)


@_at_the_kiosk
@require_POST
def confirm(request: HttpRequest, by: Actor, kind: str) -> HttpResponse:
    """What was chosen and what it costs, once more, before the money is taken."""
    offered = _kept(request)["menu"]
    if kind not in offered["fees"]:
        raise Http404
    wanted = _wanted(request, kind, offered["fees"][kind])
    facts = [
        ("証明書", CertificateKind(kind).label),
        ("交付する市区町村", _town(offered["office"])),
        ("記載する人", "世帯全員" if wanted.whole_household else "本人のみ"),
        ("続柄", "記載する" if Show.RELATION in wanted.shows else "省略する"),
        ("本籍・筆頭者", "記載する" if Show.KOSEKI in wanted.shows else "省略する"),
        ("部数", "1部"),
    ]
    return render(request, "konbini/kiosk/confirm.html", {"facts": facts, "fee": wanted.paid_yen, "wanted": wanted})


@_at_the_kiosk
@require_POST
def issue(request: HttpRequest, by: Actor, kind: str) -> HttpResponse:
    """The money is in: have the paper made."""
    kept = _kept(request)
    wanted = _wanted(request, kind, kept["menu"]["fees"].get(kind, 0))
    outcome = requests.issue(session=UUID(kept["session"]), wanted=wanted, by=by, at=now())
    if outcome.refusal:
        return _refused(request, outcome.refusal)
    return redirect("kiosk_print", transaction=outcome.transaction.pk)


@_at_the_kiosk
@require_http_methods(["GET", "POST"])
def print_out(request: HttpRequest, by: Actor, transaction: UUID) -> HttpResponse:
    """The paper comes out; what the printer says is told."""
    if request.method == "GET":
        return render(request, "konbini/kiosk/print.html", {"transaction": transaction})
    result = PrintResult.PRINTED if request.POST.get("result") == PrintResult.PRINTED else PrintResult.FAILED
    told = prints.tell(session=UUID(_kept(request)["session"]), transaction=transaction, result=result, by=by, at=now())
    return render(request, "konbini/kiosk/done.html", {"told": told, "printed": result is PrintResult.PRINTED})


@_at_the_kiosk
@require_safe
def paper(request: HttpRequest, by: Actor, transaction: UUID) -> HttpResponse:
    """What the printer prints."""
    content = requests.waiting_paper(session=UUID(_kept(request)["session"]), transaction=transaction, by=by, at=now())
    return pdf_response(content, name="certificate.pdf")


def _actor_of(machine: Kiosk) -> Actor:
    return Actor(
        ActorKind.SYSTEM,
        machine.code,
        f"{machine.store} {machine.code}",
        machine.operator_id,
        PUBLIC,
        frozenset(),
        frozenset({"konbini.relay"}),
    )


def _wanted(request: HttpRequest, kind: str, fee: int) -> Wanted:
    shows = frozenset(show for show in (Show.RELATION, Show.KOSEKI) if request.POST.get(show))
    return Wanted(kind, request.POST.get("whole_household") == "yes", shows, fee)


def _town(office: str) -> str:
    return municipalities.address_of(office)


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return render(request, "konbini/kiosk/refused.html", {"refusal": refusal}, status=refusal.status)


def _remember(response: HttpResponse, values: dict[str, Any]) -> None:
    """The session's own cookie, signed: it names no person and ends with the session."""
    lifetime = int(sessions.LASTS.total_seconds()) * 3
    text = signing.dumps(values, salt=_COOKIE)
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(
        _COOKIE, text, max_age=lifetime, path="/kiosk/", httponly=True, samesite="Strict", secure=secure
    )


def _kept(request: HttpRequest) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = signing.loads(request.COOKIES.get(_COOKIE, ""), salt=_COOKIE, max_age=3600)
    except signing.BadSignature as error:
        raise sessions.over() from error
    return kept
