"""The room's places in the navigation and on the desk."""

from django.urls import reverse

from jlis.kernel.actors import Actor
from jlis.kernel.faces.navigation import NavItem, register
from jlis.kernel.faces.pages.desk import Card, on_the_desk
from jlis.kernel.time import Moment
from jpki.selectors import statistics

register(NavItem("発行・失効の統計", "jpki_statistics", "jpki.see_statistics", "公的個人認証", 300))


@on_the_desk(permission="jpki.see_statistics", order=30)
def certificate_cards(actor: Actor, at: Moment) -> list[Card]:
    """What was issued and what ended today."""
    today = statistics.last_days(at, days=1)
    url = reverse("jpki_statistics")
    return [
        Card("今日の発行", sum(row.issued for row in today), url),
        Card("今日の失効", sum(row.revoked for row in today), url),
    ]
