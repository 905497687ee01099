"""The room's places in the navigation, on the desk and on the resident's page."""

from uuid import UUID

from django.urls import reverse

from jlis.kernel.actors import Actor
from jlis.kernel.domain.eras import format_era
from jlis.kernel.faces.navigation import NavItem, register
from jlis.kernel.faces.pages.desk import Card, Panel, on_the_desk
from jlis.kernel.faces.panels import ResidentPanel, on_resident
from jlis.kernel.time import TOKYO, Moment
from jpki.choices import PartyState
from jpki.domain.fee_reports import MOVES, State
from jpki.selectors import certificates, devices, fees, inspections, relying_parties, statistics
from jpki.selectors.metering import LATEST, LINKED
from juki.selectors import disclosures

disclosures.tell(LINKED, "電子証明書の発行の番号の紐付けの提供")
disclosures.tell(LATEST, "最新の利用者情報の提供（同意による）")
register(
    NavItem("発行・失効の統計", "jpki_statistics", "jpki.see_statistics", "公的個人認証", 300),
    NavItem("電子証明書の統計", "jpki_town_statistics", "jpki.see_town_statistics", "公的個人認証", 300),
    NavItem("スマートフォンの紛失の受付", "jpki_device_desk", "jpki.serve_device_desk", "公的個人認証", 302),
    NavItem("有償発行の月次報告", "jpki_fee_reports", "jpki.see_fee_reports", "公的個人認証", 303),
    NavItem("発行物の検査", "jpki_inspections", "jpki.see_inspections", "公的個人認証", 305),
    NavItem("世代と一斉再発行", "jpki_generations", "jpki.operate_authority", "公的個人認証", 307),
    NavItem("検証者", "jpki_parties", "jpki.see_parties", "公的個人認証", 310),
    NavItem("検証者の年度別の件数", "jpki_parties_by_year", "jpki.see_statistics", "公的個人認証", 320),
)


@on_the_desk(permission="jpki.see_inspections", order=29)
def inspection_card(actor: Actor, at: Moment) -> list[Card | Panel]:
    """What the newest inspection found, which should be nothing."""
    newest = inspections.newest()
    grave = newest.grave if newest else 0
    return [Card("検査の重大な指摘", grave, reverse("jpki_inspections"), urgent=bool(grave))]


@on_the_desk(permission="jpki.see_statistics", order=30)
def certificate_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """What was issued and what ended today."""
    issued, revoked = statistics.today(at)
    url = reverse("jpki_statistics")
    return [Card("今日の発行", issued, url), Card("今日の失効", revoked, url)]


@on_the_desk(permission="jpki.see_fee_reports", order=31)
def fee_report_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """The monthly reports that wait for this person."""
    waiting = {move.verb: move.sources for move in MOVES.values() if actor.may(move.permission)}
    states = {State.DRAWN} & waiting.get("compare", frozenset())
    states |= waiting.get("confirm", frozenset()) | waiting.get("bill", frozenset())
    count = fees.reports().filter(state__in=states).count()
    return [Card("処理待ちの月次報告", count, reverse("jpki_fee_reports"))]


@on_the_desk(permission="jpki.serve_device_desk", order=30)
def device_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """What was suspended after a loss today, on a call or at a counter."""
    return [Card("今日の紛失による一時停止", devices.lost_on(at), reverse("jpki_device_desk"))]


@on_the_desk(permission="jpki.accept_parties", order=31)
def party_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """What waits for the centre."""
    url = reverse("jpki_parties")
    return [
        Card(label, relying_parties.in_sight(state=state.value).count(), f"{url}?state={state.value}")
        for label, state in (
            ("受理を待つ検証者", PartyState.APPLIED),
            ("提供の開始を待つ検証者", PartyState.ACCEPTED),
        )
    ]


@on_resident(permission="jpki.see_certificates")
def devices_of_resident(resident: UUID, actor: Actor, at: Moment) -> ResidentPanel:
    """The resident's telephones, beside their record."""
    rows: list[tuple[object, ...]] = [
        (
            each.get_platform_display(),
            format_era(each.began_at.astimezone(TOKYO).date()),
            devices.state_label(each, at.instant),
            each.get_cause_display(),
            format_era(each.authentication.not_after.astimezone(TOKYO).date()),
        )
        for each in devices.of_resident(resident)
    ]
    return ResidentPanel(
        "スマートフォンの電子証明書",
        ("端末", "搭載", "状態", "事由", "有効期間の満了"),
        rows,
        "スマートフォンの電子証明書は発行されていません。",
        reverse("jpki_devices_of_resident", args=[resident]),
        "紛失・失効の手続",
    )


@on_resident(permission="jpki.see_certificates")
def certificates_of_resident(resident: UUID, actor: Actor, at: Moment) -> ResidentPanel:
    """The resident's certificates, beside their record."""
    rows: list[tuple[object, ...]] = [
        (
            each.get_kind_display(),
            each.status.serial,
            certificates.state_label(each, at.instant),
            each.status.get_cause_display(),
            format_era(each.status.not_after.astimezone(TOKYO).date()),
        )
        for each in certificates.of_resident(resident)
    ]
    return ResidentPanel(
        "電子証明書",
        ("種類", "発行の番号", "状態", "事由", "有効期間の満了"),
        rows,
        "電子証明書は発行されていません。",
        reverse("jpki_certificates_of_resident", args=[resident]),
        "失効・一時保留の手続",
    )
