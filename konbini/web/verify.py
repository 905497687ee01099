"""問合せサイト: whoever received a certificate sends a scan of its back and sees the face that left the centre."""

import base64

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from jlis.kernel.errors import Invalid, NotFound
from jlis.kernel.faces.forms import ShellForm
from jlis.kernel.faces.web import public_view
from jlis.kernel.isolation.scope import PUBLIC, acting
from jlis.kernel.organisations.selectors import municipalities
from konbini.services import verification


class ScanForm(ShellForm):
    """A scan of the back."""

    scan = forms.FileField(
        label="うら面の画像", help_text="PNG、JPEG、PDF。15MBまで。150dpi以上で、四隅の黒い四角まで読み取ってください。"
    )


@public_view
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Upload, and both sides beside each other. Nothing of the upload is kept."""
    form = ScanForm(request.POST or None, request.FILES or None)
    shown: dict[str, object] = {"form": form, "title": "証明書の確認"}
    if request.method == "POST" and form.is_valid():
        try:
            found = verification.open_back(form.cleaned_data["scan"].read())
        except Invalid as invalid:
            form.add_error("scan", invalid.errors[0].message)
        except NotFound as refusal:
            form.add_error("scan", refusal.message)
        else:
            with acting(PUBLIC):
                shown |= {"found": found, "town": municipalities.address_of(found.office)}
            shown |= {"face": _inline(found.face), "back": _inline(found.back)}
    response = render(request, "konbini/verify.html", shown)
    response.headers["Cache-Control"] = "no-store"
    return response


def _inline(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()
