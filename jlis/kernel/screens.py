"""The kernel's places in the navigation and on the desk."""

from django.urls import reverse

from jlis.kernel.actors import Actor
from jlis.kernel.faces.navigation import NavItem, register
from jlis.kernel.faces.pages.desk import Card, Panel, on_the_desk
from jlis.kernel.jobs import selectors as jobs
from jlis.kernel.jobs.models import JobState
from jlis.kernel.time import Moment

register(
    NavItem("ジョブと承認", "job_list", "kernel.see_jobs", "共通", 800),
    NavItem("利用者と職務", "staff_list", "kernel.administer_staff", "管理", 900),
    NavItem("監査記録", "audit_list", "kernel.read_audit", "管理", 910),
    NavItem("監査記録の検証", "audit_check", "kernel.read_audit", "管理", 920),
    NavItem("台帳", "admin:index", "kernel.view_registers", "管理", 990),
)


@on_the_desk(permission="kernel.see_jobs", order=50)
def job_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """What waits for approval, what runs, what failed."""
    visible = jobs.visible_to(actor)
    url = reverse("job_list")
    failed = visible.filter(state=JobState.FAILED).count()
    return [
        Card("承認待ち", jobs.waiting_for(actor).count(), url),
        Card("処理中のジョブ", visible.filter(state__in=[JobState.QUEUED, JobState.RUNNING]).count(), url),
        Card("失敗したジョブ", failed, url, urgent=failed > 0),
    ]
