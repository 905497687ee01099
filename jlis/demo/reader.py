"""The card's reader of the demonstration's kiosk: a device beside the page, which alone hears the PIN.

On a real kiosk this is a driver on the machine itself; the page finds it by `JLIS_CARD_READER`. Here it opens the
virtual cards of the demonstration, and there is none where no demonstration was made.
"""

import base64
import binascii
import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from jlis.demo import virtual_card
from jlis.kernel.faces.web import public_view
from jlis.kernel.isolation.scope import PUBLIC, acting
from jlis.kernel.organisations.selectors import bodies
from jpki.domain.kinds import Kind

_LONGEST_CHALLENGE = 256
View = Callable[..., HttpResponse]


def _of_the_demonstration(view: View) -> View:
    @wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (Path(settings.JLIS_HOME) / "demo" / "cards").is_dir():
            raise Http404
        try:
            response = view(request, *args, **kwargs)
        except virtual_card.Retired:
            response = _fault(403, "retired", "このカードは使えません。")
        response.headers["Cache-Control"] = "no-store"
        return response

    return public_view(transaction.non_atomic_requests(entered))


@_of_the_demonstration
@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    """The cards that lie beside the kiosk, with the town that each was handed over in."""
    with acting(PUBLIC):
        listed = [
            {"card_number": card["card_number"], "label": bodies.name_of(card["municipality"])}
            for card in virtual_card.listed()
        ]
    return JsonResponse({"cards": listed})


@_of_the_demonstration
@require_safe
def certificate(request: HttpRequest, card_number: str) -> HttpResponse:
    """What any reader may read without a PIN: the authentication certificate."""
    der = virtual_card.certificate(card_number, Kind.AUTH_CARD.value)
    return JsonResponse({"certificate": base64.b64encode(der).decode()})


@csrf_exempt
@_of_the_demonstration
@require_POST
def signatures(request: HttpRequest, card_number: str) -> HttpResponse:
    """Let the chip sign a challenge, if the PIN is right; it counts wrong ones and locks by itself."""
    try:
        asked = json.loads(request.body)
        challenge = base64.b64decode(asked["challenge"], validate=True)
        pin = str(asked["pin"])
    except (ValueError, KeyError, TypeError, binascii.Error):
        return _fault(400, "invalid", "入力に誤りがあります。")
    if not 0 < len(challenge) <= _LONGEST_CHALLENGE:
        return _fault(400, "invalid", "チャレンジの長さが違います。")
    try:
        signature = virtual_card.sign(card_number=card_number, pin=pin, challenge=challenge)
    except virtual_card.WrongPin as wrong:
        return _fault(403, "wrong_pin", f"暗証番号が違います。あと{wrong.tries_left}回でロックされます。")
    except virtual_card.Locked:
        return _fault(403, "locked", "暗証番号がロックされています。市区町村の窓口で再設定してください。")
    return JsonResponse({"signature": base64.b64encode(signature).decode()})


def _fault(status: int, code: str, detail: str) -> JsonResponse:
    return JsonResponse({"code": code, "detail": detail}, status=status, json_dumps_params={"ensure_ascii": False})
