"""The room's places in the navigation, on the desk and on the resident's page."""

from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from bcl.choices import DifferenceState, ParticipationState
from bcl.models import CopyEntry, Difference, Participation
from jlis.kernel.actors import Actor
from jlis.kernel.domain.eras import format_era_time
from jlis.kernel.faces.navigation import NavItem, register
from jlis.kernel.faces.pages.desk import Card, Panel, on_the_desk
from jlis.kernel.faces.panels import ResidentPanel, on_resident
from jlis.kernel.time import Moment

_GROUP = "自治体基盤クラウド"
register(
    NavItem("参加状況", "bcl_participation", "bcl.see_participation", _GROUP, 500),
    NavItem("副本の受信状況", "bcl_reception", "bcl.see_copy", _GROUP, 510),
)


@on_the_desk(permission="bcl.see_copy", order=50)
def reception_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """Differences that wait for those before them."""
    waiting = Difference.objects.filter(state=DifferenceState.HELD).count()
    return [Card("順序待ちの副本の差分", waiting, reverse("bcl_reception"), urgent=waiting > 0)]


@on_the_desk(permission="bcl.run_cloud", order=50)
def application_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """Applications that wait for the centre, and how many towns are served."""
    states = list(Participation.objects.values_list("state", flat=True))
    waiting = states.count(ParticipationState.APPLIED)
    url = reverse("bcl_participation")
    return [
        Card("受付待ちの申込み", waiting, url, urgent=waiting > 0),
        Card("稼働中の団体", states.count(ParticipationState.SERVING), url, "団体"),
    ]


@on_resident(permission="bcl.open_household")
def copy_of_resident(resident: UUID, actor: Actor, at: Moment) -> ResidentPanel:
    """That the resident stands in the copy; the household itself is opened on its own page."""
    rows: list[tuple[object, ...]] = [
        (entry.number, entry.household, format_era_time(timezone.localtime(entry.received_at)))
        for entry in CopyEntry.objects.filter(resident=resident)
    ]
    url = reverse("bcl_household", args=[resident]) if rows else ""
    return ResidentPanel(
        "副本", ("宛名番号", "世帯番号", "最後の反映"), rows, "副本に記録がありません。", url, "世帯を開く"
    )
