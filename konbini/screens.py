"""The room's places in the navigation and on the desk."""

from django.urls import reverse

from jlis.kernel.actors import Actor
from jlis.kernel.faces.navigation import NavItem, register
from jlis.kernel.faces.pages.desk import Card, Panel, on_the_desk
from jlis.kernel.time import Moment
from konbini.selectors import counts

register(NavItem("コンビニ交付の状況", "konbini_counts", "konbini.see_counts", "コンビニ交付", 500))


@on_the_desk(permission="konbini.see_counts", order=50)
def konbini_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """Today's papers, and those that the last gate held back, which should be none."""
    url, states = reverse("konbini_counts"), counts.by_state(at.day, at.day)
    blocked = states.get("BLOCKED", 0)
    return [
        Card("本日のコンビニ交付", states.get("PRINTED", 0), url, "通"),
        Card("照合不一致による停止", blocked, url, urgent=blocked > 0),
    ]
