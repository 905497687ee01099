"""The room's places in the navigation, on the desk and on the resident's page."""

from uuid import UUID

from django.urls import reverse

from jlis.kernel.actors import Actor
from jlis.kernel.domain.eras import format_era
from jlis.kernel.faces.navigation import NavItem, register
from jlis.kernel.faces.pages.desk import Card as DeskCard
from jlis.kernel.faces.pages.desk import Panel, on_the_desk
from jlis.kernel.faces.panels import ResidentPanel, on_resident
from jlis.kernel.time import Moment
from mynacard.choices import ApplicationState, NoticeState, State
from mynacard.models import Application, Card, ExpiryNotice, Shipment
from mynacard.selectors import cards, lots
from mynacard.services import express

GROUP = "個人番号カード"
register(
    NavItem("交付申請", "mynacard_application_list", "mynacard.apply", GROUP, 400),
    NavItem("到着の受入れ", "mynacard_shipments", "mynacard.receive", GROUP, 410),
    NavItem("保管中のカード", "mynacard_safe", "mynacard.set_up", GROUP, 420),
    NavItem("特急発行", "mynacard_express", "mynacard.apply_express", GROUP, 430),
    NavItem("特急発行の送付", "mynacard_express_lane", "mynacard.dispatch_express", GROUP, 431),
    NavItem("有効期限通知", "mynacard_notices", "mynacard.confirm_notices", GROUP, 440),
    NavItem("有効期限通知の処理", "mynacard_notice_runs", "mynacard.send_notices", GROUP, 441),
    NavItem("製造ロット", "mynacard_lots", "mynacard.produce", GROUP, 450),
    NavItem("製造データ", "mynacard_maker", "mynacard.fetch_personalisation", GROUP, 460),
)


@on_the_desk(permission="mynacard.hand_over", order=20)
def counter_cards(actor: Actor, at: Moment) -> list[DeskCard | Panel]:
    """What waits at the counter: shipments, set-ups, holders, recipients to be looked at."""
    differing = ExpiryNotice.objects.filter(state=NoticeState.DIFFERENT).count()
    safe = reverse("mynacard_safe")
    return [
        DeskCard("審査待ちの申請", _applications(ApplicationState.RECEIVED), reverse("mynacard_application_list")),
        DeskCard("未到着の送付", Shipment.objects.filter(arrived_at=None).count(), reverse("mynacard_shipments")),
        DeskCard("交付前設定待ち", Card.objects.filter(state=State.STORED).count(), safe, "枚"),
        DeskCard("交付待ち", Card.objects.filter(state=State.READY).count(), safe, "枚"),
        DeskCard("送付先の確認待ち", differing, reverse("mynacard_notices") + "?state=DIFFERENT", urgent=differing > 0),
    ]


@on_the_desk(permission="mynacard.produce", order=20)
def centre_cards(actor: Actor, at: Moment) -> list[DeskCard | Panel]:
    """What waits at the centre."""
    waiting, late = lots.waiting(), len(express.late(at=at))
    url = reverse("mynacard_lots")
    lane = reverse("mynacard_express_lane")
    return [
        DeskCard("審査待ちの申請", _applications(ApplicationState.RECEIVED), reverse("mynacard_application_list")),
        DeskCard("製造待ち（通常）", waiting["ORDINARY"], url),
        DeskCard("製造待ち（特急）", waiting["EXPRESS"], url),
        DeskCard("特急発行の残り", express.places_left(at=at), lane, "枚"),
        DeskCard("発送の期限を過ぎた特急", late, lane, urgent=late > 0),
    ]


@on_the_desk(permission="mynacard.see_statistics", order=25)
def states_of_cards(actor: Actor, at: Moment) -> list[DeskCard | Panel]:
    """How many cards stand in which state."""
    counted = cards.count_by_state()
    rows = [(State(state).label, f"{counted[state]:,}") for state in State.values if state in counted]
    return [Panel("カードの状態", ("状態", "枚数"), [tuple(row) for row in rows])]


@on_resident(permission="mynacard.see_cards")
def cards_of_resident(resident: UUID, actor: Actor, at: Moment) -> ResidentPanel:
    """The resident's cards, beside their record."""
    rows: list[tuple[object, ...]] = [
        (
            card.card_number,
            cards.state_label(card, at),
            card.get_cause_display(),
            format_era(card.expires_on),
            f"{card.get_clock_display()}　{format_era(card.clock_due_on)}" if card.clock_due_on else "",
        )
        for card in cards.of_resident(resident)
    ]
    return ResidentPanel(
        "個人番号カード",
        ("製造番号", "状態", "事由", "有効期間の満了日", "期限"),
        rows,
        "個人番号カードはありません。",
        reverse("mynacard_cards_of_resident", args=[resident]),
        "申請・交付・一時停止などの手続",
    )


def _applications(state: ApplicationState) -> int:
    return Application.objects.filter(state=state).count()
