"""The network system's public keys on the operator's screen."""

from base64 import b64decode, b64encode
from binascii import Error
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from jlis.kernel.errors import Refused
from jlis.kernel.faces.forms import EraDateField, ShellForm
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from juki.domain.link_sealing import SUITE
from juki.selectors import link_keys as selectors
from juki.services import link_keys


class LinkKeyForm(ShellForm):
    """A public key as the network system hands it over."""

    public_key = forms.CharField(label="公開鍵（Base64）", max_length=88, help_text="X25519の公開鍵32バイト")
    valid_from = EraDateField(label="適用開始日")

    def clean_public_key(self) -> bytes:
        """The bytes of the key."""
        try:
            return b64decode(self.cleaned_data["public_key"].strip(), validate=True)
        except (Error, ValueError) as error:
            raise forms.ValidationError("Base64として読めません。", code="not_base64") from error


@staff_view(permission="juki.register_link_keys")
@require_http_methods(["GET", "POST"])
def key_list(request: StaffRequest) -> HttpResponse:
    """The keys, and a form for another."""
    at = now()
    form = LinkKeyForm(request.POST or None, initial={"valid_from": at.day})
    if request.method == "POST" and form.is_valid():
        try:
            link_keys.register(**form.cleaned_data, by=request.actor, at=at)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, "公開鍵を登録しました。")
            return redirect("juki_link_keys")
    standing = selectors.in_force(at.day)
    shown: dict[str, Any] = {
        "form": form,
        "keys": [(key, b64encode(bytes(key.public_key)).decode(), key == standing) for key in selectors.every()],
        "suite": SUITE,
        "breadcrumbs": [("情報連携の公開鍵", "")],
    }
    return render(request, "juki/link_keys.html", shown)


@staff_view(permission="juki.register_link_keys")
@require_POST
def end(request: StaffRequest, key: int) -> HttpResponse:
    """End a key."""
    try:
        link_keys.end(key=key, by=request.actor, at=now())
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, refusal.message)
    else:
        messages.success(request, "公開鍵を終了しました。")
    return redirect("juki_link_keys")
