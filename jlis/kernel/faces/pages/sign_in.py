"""Signing in and out: password, lock-out, second factor, one session a person."""

from datetime import UTC, datetime
from typing import Any

import segno
from django import forms
from django.contrib import auth
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp.plugins.otp_totp.models import TOTPDevice

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.faces.web import StaffRequest, public_view, staff_view
from jlis.kernel.isolation.scope import DOOR, acting, scope
from jlis.kernel.people import services
from jlis.kernel.people.models import Staff, StaffSession
from jlis.kernel.people.selectors import actor_of_staff


class SignInForm(forms.Form):
    """User name and password."""

    username = forms.CharField(label="利用者ID", max_length=64, widget=forms.TextInput({"autocomplete": "username"}))
    password = forms.CharField(
        label="パスワード", widget=forms.PasswordInput({"autocomplete": "current-password"}), strip=False
    )


class TokenForm(forms.Form):
    """Six digits from the authenticator."""

    token = forms.RegexField(
        r"^\d{6}$",
        label="確認コード",
        error_messages={"invalid": "認証アプリに表示された6桁の数字を入れてください。"},
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "6"}),
    )


@public_view
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """The first page: sign in, then on to the desk or to where one was going."""
    if request.user.is_authenticated:
        return redirect("desk")
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        staff = auth.authenticate(request, **form.cleaned_data)
        if staff is None:
            if getattr(request, "axes_locked_out", False):
                return locked_out(request)
            services.note_failed_sign_in(username=form.cleaned_data["username"])
            form.add_error(None, "利用者IDまたはパスワードが違います。")
        else:
            _open_session(request, staff)
            return redirect(_next(request))
    return render(request, "shell/sign_in.html", {"form": form, "next": request.GET.get("next", "")})


@public_view
@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the code; at the first time show the key for the authenticator."""
    staff = request.user
    if not staff.is_authenticated:
        return redirect("sign_in")
    device = TOTPDevice.objects.filter(user=staff).order_by("-confirmed").first()
    if device is None:
        device = TOTPDevice.objects.create(user=staff, name="認証アプリ", confirmed=False)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if device.verify_token(form.cleaned_data["token"]):
            if not device.confirmed:
                device.confirmed = True
                device.save(update_fields=["confirmed"])
            request.session["second_factor_passed"] = True
            request.session.cycle_key()
            audit.record(action="staff.second_factor_passed", by=actor_of_staff(staff))
            return redirect("desk")
        form.add_error("token", "確認コードが違うか、有効な時間を過ぎています。")
    shown: dict[str, Any] = {"form": form, "is_new": not device.confirmed}
    if not device.confirmed:
        shown["qr"] = segno.make(device.config_url, error="m").svg_data_uri(scale=5)
        shown["key"] = device.config_url.split("secret=")[1].split("&")[0]
    return render(request, "shell/second_factor.html", shown)


@public_view
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; by POST alone, so that no link can do it."""
    if request.method == "POST":
        actor: Actor | None = getattr(request, "actor", None)
        if actor:
            audit.record(action="staff.signed_out", by=actor)
        with scope(DOOR):
            auth.logout(request)
    return redirect("sign_in")


@staff_view(permission="*")
@sensitive_post_parameters()
def change_password(request: StaffRequest) -> HttpResponse:
    """Change one's own password; every other session of it ends."""
    with acting(DOOR):
        form = PasswordChangeForm(request.user, request.POST or None)
        if request.method == "POST" and form.is_valid():
            form.save()
            auth.update_session_auth_hash(request, request.user)
            audit.record(action="staff.password_changed", by=request.actor)
            return render(request, "shell/done.html", {"title": "パスワードを変更しました"})
    return render(request, "shell/form.html", {"form": form, "title": "パスワードの変更", "submit": "変更する"})


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """The answer while an account is locked after too many wrong passwords."""
    return render(request, "shell/locked_out.html", status=429)


def _open_session(request: HttpRequest, staff: Staff) -> None:
    previous = staff.last_login
    auth.login(request, staff)
    now = datetime.now(UTC)
    request.session["signed_in_at"] = now.isoformat()
    with acting(DOOR):
        Staff.objects.filter(pk=staff.pk).update(previous_login=previous)
        # One session a person: an earlier one, perhaps left open elsewhere, ends here.
        StaffSession.objects.filter(staff=staff.pk).exclude(session_key=request.session.session_key).delete()
        audit.record(action="staff.signed_in", by=actor_of_staff(staff))


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    inside = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and inside else "desk"
