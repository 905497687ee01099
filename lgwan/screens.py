"""The room's places in the navigation and on the desk."""

from django.db.models import QuerySet
from django.urls import reverse

from jlis.kernel.actors import Actor
from jlis.kernel.faces.navigation import NavItem, register
from jlis.kernel.faces.pages.desk import Card, Panel, on_the_desk
from jlis.kernel.time import Moment
from lgwan.choices import State
from lgwan.models import Question, Service
from lgwan.selectors import services

GROUP = "総合行政ネットワーク"
register(
    NavItem("冗長化の状況", "lgwan_redundancy", "lgwan.see_redundancy", GROUP, 600),
    NavItem("接続団体と回線", "lgwan_circuits", "lgwan.see_circuits", GROUP, 610),
    NavItem("LGWAN-ASPの申込みと登録", "lgwan_services", "lgwan.see_services", GROUP, 620),
    NavItem("LGWAN-ASPサービス一覧", "lgwan_catalogue", "lgwan.see_catalogue", GROUP, 630),
    NavItem("LGWAN-ASPの登録件数", "lgwan_counts", "lgwan.see_catalogue", GROUP, 640),
)


@on_the_desk(permission="lgwan.review_services", order=60)
def reviewers_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """What waits for a reviewer."""
    overdue = services.overdue(at.day).count()
    return [
        _card("審査を待つ申込み", State.APPLIED),
        _card("書類審査中", State.REVIEWING),
        _card("接続試験中", State.TESTING),
        _card("公開を待つ登録", State.REGISTERED),
        Card("更新の期限を過ぎたサービス", overdue, reverse("lgwan_services"), urgent=overdue > 0),
    ]


@on_the_desk(permission="lgwan.approve_services", order=60)
def approvers_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """What waits for a decision."""
    return [
        _card("承認を待つ申込み", State.DECIDING),
        _card("変更届", State.CHANGING),
        _card("年次更新の届出", State.RENEWING),
        _card("廃止届", State.ENDING),
    ]


@on_the_desk(permission="lgwan.apply_services", order=61)
def applicants_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """What waits for the body that files."""
    own = Service.objects.filter(keeper=actor.organisation)
    open_questions = Question.objects.filter(keeper=actor.organisation, answered_at=None, filing__closed_at=None)
    return [
        _card("補正を求められた申込み", State.CORRECTING, own),
        Card("回答していない質問", open_questions.count(), reverse("lgwan_services")),
    ]


def _card(label: str, state: State, among: QuerySet[Service] | None = None) -> Card:
    found = Service.objects.all() if among is None else among
    return Card(label, found.filter(state=state).count(), f"{reverse('lgwan_services')}?state={state.value}")
