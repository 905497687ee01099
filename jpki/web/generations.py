"""The centre's page of the generations, and the request for a 一斉再発行."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from jlis.kernel.errors import Conflict, Invalid
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import TOKYO, now
from jpki.choices import AuthorityCode
from jpki.selectors import authorities
from jpki.selectors.authorities import LivingGeneration
from jpki.services import replacing


class ReplacementForm(forms.Form):
    """Why every certificate of a generation is issued anew."""

    reason = forms.CharField(
        label="一斉再発行の理由",
        max_length=replacing.LONGEST_REASON,
        help_text="例：署名アルゴリズムの移行のため",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    key_compromised = forms.BooleanField(
        label="この世代の署名鍵が漏えい・滅失・き損した",
        required=False,
        help_text="再発行できないもの、一時保留中のものも含めて、この世代の電子証明書をすべて失効させます（法第14条）。",
    )


@staff_view(permission="jpki.operate_authority")
@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """Every generation of both authorities, the newest first."""
    at = now().instant
    rows = [_row(each, at) for code in AuthorityCode.values for each in authorities.generations(code)]
    return render(request, "jpki/generations.html", {"rows": rows, "breadcrumbs": [("世代と一斉再発行", "")]})


def _row(generation: LivingGeneration, at: datetime) -> dict[str, object]:
    lives, issues = generation.lives(at), authorities.successor(generation, at).id == generation.id
    label, tone = ("発行中", "success") if issues and lives else ("有効", "") if lives else ("有効期間外", "warning")
    return {
        "id": generation.id,
        "authority": AuthorityCode(generation.authority).label,
        "number": generation.number,
        "label": label,
        "tone": tone,
        "algorithm": generation.issuer.algorithm.name,
        "not_before": generation.issuer.not_before.astimezone(TOKYO).date(),
        "not_after": generation.issuer.not_after.astimezone(TOKYO).date(),
        "replaceable": not issues,
    }


@staff_view(permission="jpki.operate_authority")
@require_http_methods(["GET", "POST"])
def replace(request: StaffRequest, generation: int) -> HttpResponse:
    """Ask for it; a second officer approves."""
    found = authorities.generation(generation)
    form = ReplacementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            job = replacing.request(
                generation=generation,
                reason=form.cleaned_data["reason"],
                key_compromised=form.cleaned_data["key_compromised"],
                by=request.actor,
                at=now(),
            )
        except Conflict as refusal:
            form.add_error(None, refusal.message)
        except Invalid as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, "依頼を受け付けました。別の担当者の承認を待っています。")
            return redirect("job_detail", job_id=job.pk)
    title = f"第{found.number}世代の一斉再発行"
    shown = {
        "form": form,
        "title": title,
        "submit": "一斉再発行を依頼する",
        "lead": "有効な電子証明書をすべて、現在の世代で再発行します。鍵ペアと有効期間の満了の日は変わりません。"
        "再発行できないものは、理由とともに結果の一覧に載ります。",
        "back": reverse("jpki_generations"),
        "breadcrumbs": [("世代と一斉再発行", reverse("jpki_generations")), (title, "")],
    }
    return render(request, "shell/form.html", shown)
