"""整合性確認 on the screen: the checks, who differs, and which towns have not told anything whole today."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import now
from juki.choices import ConsistencyKind
from juki.domain.notices import LABELS
from juki.models import ConsistencyCheck, ConsistencyDifference
from juki.selectors import consistency as selectors
from juki.services import consistency

TONES = {"COMPARING": "info", "AGREED": "success", "DIFFERED": "error", "BROKEN_OFF": "warning"}
ADVICE = {
    ConsistencyKind.ONLY_IN_TOWN: "転入や出生などの記載の通知が届いているか、通知の一覧と不整合を確かめてください。",
    ConsistencyKind.ONLY_IN_NATION: "転出や死亡などの消除の通知を送ったかを確かめ、まだなら通知してください。",
    ConsistencyKind.ITEMS_DIFFER: "正しいほうを住民票で確かめ、全国の記録が古ければ修正の通知を送ってください。",
}
_LIST = "整合性確認"
_ROWS_SHOWN = 500


@staff_view(permission="juki.see_consistency")
@require_safe
def check_list(request: StaffRequest) -> HttpResponse:
    """The checks in sight, newest first; the centre sees every town's counts and nobody's name."""
    page = Paginator(ConsistencyCheck.objects.order_by("-started_at"), 50).get_page(request.GET.get("page"))
    own = [office.code for office in municipalities.offices_at(now().day, within=request.actor.organisation)]
    shown = {
        "page": page,
        "rows": [(row, municipalities.municipality(row.office).name, TONES[row.state]) for row in page],
        "is_town": bool(own),
        "unchecked": selectors.unchecked(now().day, within=request.actor.organisation if own else ""),
        "breadcrumbs": [(_LIST, "")],
    }
    return render(request, "juki/consistency/list.html", shown)


@staff_view(permission="juki.see_consistency")
@require_safe
def detail(request: StaffRequest, check: UUID) -> HttpResponse:
    """One check of the own town: how far it came, and who differs in what."""
    opened = consistency.open_check(check_id=check, by=request.actor, at=now())
    # From here a record is opened to find out which side is right: that is the purpose where none was chosen.
    request.session.setdefault("juki_purpose", consistency.PURPOSE)
    found = opened.check
    shown = {
        "check": found,
        "tone": TONES[found.state],
        "name": municipalities.municipality(found.office).name,
        "groups": [_group(kind, [row for row in opened.rows if row.kind == kind]) for kind in ConsistencyKind],
        "breadcrumbs": [(_LIST, reverse("juki_consistency")), ("確認の結果", "")],
    }
    return render(request, "juki/consistency/detail.html", shown)


def _group(kind: ConsistencyKind, rows: list[ConsistencyDifference]) -> dict[str, object]:
    return {
        "label": kind.label,
        "advice": ADVICE[kind],
        "count": len(rows),
        "rows": [(row, "、".join(LABELS[item] for item in row.items)) for row in rows[:_ROWS_SHOWN]],
        "more": max(0, len(rows) - _ROWS_SHOWN),
    }
