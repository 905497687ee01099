"""The room's places in the navigation and on the desk."""

from datetime import timedelta

from django.db.models import Count
from django.urls import reverse

from jlis.kernel.actors import Actor
from jlis.kernel.faces.navigation import NavItem, register
from jlis.kernel.faces.pages.desk import Card, Panel, on_the_desk
from jlis.kernel.time import Moment
from juki.choices import PROTECTION_LIVE, DiscrepancyState
from juki.domain import tickets
from juki.domain.town_messages import OPEN
from juki.models import Discrepancy, Notification, ProtectionMeasure, Resident, Ticket
from juki.selectors import (
    access_reviews,
    consistency,
    deliveries,
    emergencies,
    held_notices,
    protections,
    removed_records,
    town_messages,
)
from juki.services import codes, move_outs

_GROUP = "住民基本台帳ネットワーク"
FEW_CODES = 100
register(
    NavItem("本人確認情報の検索", "juki_search", "juki.search", _GROUP, 10),
    NavItem("異動の入力", "juki_notice_new", "juki.notify", _GROUP, 20),
    NavItem("異動の通知", "juki_notices", "juki.notify", _GROUP, 30),
    NavItem("不整合", "juki_discrepancies", "juki.see_discrepancies", _GROUP, 40),
    NavItem("市町村間の通知", "juki_town_messages", "juki.see_town_messages", _GROUP, 41),
    NavItem("転出と転入通知", "juki_move_outs", "juki.see_town_messages", _GROUP, 42),
    NavItem("特例転入", "juki_special_move_ins", "juki.special_move_in", _GROUP, 43),
    NavItem("住民票の写しの広域交付", "juki_wide_area_new", "juki.wide_area", _GROUP, 44),
    NavItem("附票本人確認情報", "juki_supplementary", "juki.see_supplementary", _GROUP, 45),
    NavItem("支援措置", "juki_protections", "juki.see_protections", _GROUP, 46),
    NavItem("住所の表示の承認", "juki_unlocks", "juki.approve_unlock", _GROUP, 47),
    NavItem("整合性確認", "juki_consistency", "juki.see_consistency", _GROUP, 48),
    NavItem("除票の検索", "juki_removed_search", "juki.search_removed", _GROUP, 11),
    NavItem("除附票の検索", "juki_removed_supplementary_search", "juki.search_removed", _GROUP, 12),
    NavItem("除票の保存期間と廃棄", "juki_retention", "juki.ask_disposals", _GROUP, 49),
    NavItem("一括抽出の依頼", "juki_extract_new", "juki.extract", _GROUP, 50),
    NavItem("配信", "juki_deliveries", "juki.publish_deliveries", _GROUP, 60),
    NavItem("受け取った配信", "juki_received", "juki.receive_deliveries", _GROUP, 61),
    NavItem("問合せ窓口", "juki_help_desk", "juki.answer_help", _GROUP, 70),
    NavItem("問合せ", "juki_tickets", "juki.ask_help", _GROUP, 71),
    NavItem("緊急事案", "juki_emergencies", "juki.see_emergencies", _GROUP, 75),
    NavItem("利用記録の分析と調査", "juki_access_findings", "juki.see_access_findings", _GROUP, 76),
    NavItem("情報連携の公開鍵", "juki_link_keys", "juki.register_link_keys", _GROUP, 77),
    NavItem("提供の統計", "juki_provisions", "juki.see_statistics", _GROUP, 80),
    NavItem("提供の帳簿", "juki_ledger", "juki.see_statistics", _GROUP, 80),
    NavItem("異動の統計", "juki_notification_statistics", "juki.see_statistics", _GROUP, 81),
    NavItem("住民基本台帳人口", "juki_population", "juki.see_statistics", _GROUP, 82),
)


@on_the_desk(permission="juki.notify", order=10)
def counter_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """Today's notifications, what contradicts, how many residents and codes there are; the last seven days."""
    week = [at.day - timedelta(days=back) for back in range(6, -1, -1)]
    counted = dict(
        Notification.objects.filter(changed_on__gte=week[0])
        .values_list("changed_on")
        .annotate(Count("pk"))
        .order_by("changed_on")
    )
    open_ones = Discrepancy.objects.filter(state=DiscrepancyState.OPEN).count()
    held_ones = held_notices.waiting().count()
    left = codes.left(actor.organisation)
    present = Resident.objects.filter(Resident.present_on(at.day)).count()
    return [
        Card("本日の異動", counted.get(at.day, 0), reverse("juki_notices")),
        Card("未処理の不整合", open_ones, reverse("juki_discrepancies"), urgent=open_ones > 0),
        Card("順序待ちの通知", held_ones, reverse("juki_held_notices")),
        Card("現存する住民", present, reverse("juki_search"), "人"),
        Card("住民票コードの残り", left, urgent=left < FEW_CODES),
        Panel(
            "この1週間の異動",
            ("異動年月日", "件数"),
            [(f"{day.month}月{day.day}日", counted.get(day, 0)) for day in week],
            bars=True,
        ),
    ]


@on_the_desk(permission="juki.see_town_messages", order=15)
def town_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """What other towns have told or asked, what of it is late, and whose 転入通知 has not come."""
    received = town_messages.received_by(actor)
    waiting = received.filter(state__in=[state.value for state in OPEN]).count()
    late = town_messages.overdue(received, at.day).count()
    missing = move_outs.missing(by=actor, at=at).count()
    return [
        Card("未処理の市町村間の通知", waiting, reverse("juki_town_messages")),
        Card("期限を過ぎた通知", late, reverse("juki_town_messages") + "?only=overdue", urgent=late > 0),
        Card("転入通知未着", missing, reverse("juki_move_outs") + "?only=missing", urgent=missing > 0),
    ]


@on_the_desk(permission="juki.see_protections", order=20)
def protection_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """Measures that run, and those whose term has run out while they go on covering."""
    live = ProtectionMeasure.objects.filter(state__in=PROTECTION_LIVE)
    over = live.filter(term_ends_on__lt=at.day).count()
    url = reverse("juki_protections")
    return [
        Card("実施中の支援措置", live.count(), url),
        Card("期間を過ぎた支援措置", over, url, urgent=over > 0),
    ]


@on_the_desk(permission="juki.approve_unlock", order=21)
def unlock_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """Colleagues who wait to see an address."""
    waiting = len(protections.waiting_unlocks())
    return [Card("住所の表示の承認待ち", waiting, reverse("juki_unlocks"), urgent=waiting > 0)]


@on_the_desk(permission="juki.see_consistency", order=15)
def consistency_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """How many residents differed at the last check of each office in sight."""
    differing = sum(check.differences for check in consistency.latest_by_office())
    return [Card("整合性確認の違い", differing, reverse("juki_consistency"), "人", urgent=differing > 0)]


@on_the_desk(permission="juki.receive_deliveries", order=16)
def delivery_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """What is put up for the town and not applied yet."""
    left, overdue = deliveries.to_do(at.day)
    return [Card("未適用の配信", left, reverse("juki_received"), urgent=overdue > 0)]


@on_the_desk(permission="juki.ask_help", order=17)
def answer_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """Answers that nobody has closed."""
    answered = Ticket.objects.filter(state=tickets.State.ANSWERED.value).count()
    return [Card("回答のあった問合せ", answered, reverse("juki_tickets"))]


@on_the_desk(permission="juki.answer_help", order=17)
def help_desk_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """Questions that wait for the centre."""
    waiting = Ticket.objects.filter(state=tickets.State.OPEN.value).count()
    return [Card("回答待ちの問合せ", waiting, reverse("juki_help_desk"), urgent=waiting > 0)]


@on_the_desk(permission="juki.see_emergencies", order=16)
def emergency_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """Emergency cases that are not over, and those on which the own body is late."""
    seen = list(emergencies.in_sight(state="open"))
    own = [case for case in seen if emergencies.body_that_owes(case)[1] == actor.organisation]
    late = sum(case.due_on is not None and case.due_on < at.day for case in own)
    untaken = emergencies.not_taken_up(at.later(days=1).day).filter(told=actor.organisation).count()
    return [
        Card("終わっていない緊急事案", len(seen), reverse("juki_emergencies"), urgent=bool(own or untaken)),
        Card("督促を受ける緊急事案", late, reverse("juki_emergencies"), urgent=late > 0),
    ]


@on_the_desk(permission="juki.open_access_cases", order=20)
def auditors_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """What the analysis found and nobody was asked about, and what was answered."""
    page = reverse("juki_access_findings")
    unasked = access_reviews.findings(only="unasked").count()
    answered = access_reviews.open_cases("ANSWERED").count()
    return [
        Card("調査を始めていない検出", unasked, f"{page}?only=unasked"),
        Card("回答のあった利用の調査", answered, f"{page}?only=open", urgent=answered > 0),
    ]


@on_the_desk(permission="juki.answer_access_cases", order=17)
def asked_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """What the own body was asked about the looks of its staff."""
    asked = access_reviews.open_cases("WITH_BODY").count()
    return [Card("回答を求められた利用の調査", asked, reverse("juki_access_findings"), urgent=asked > 0)]


@on_the_desk(permission="juki.decide_access_cases", order=20)
def committees_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """What waits for the committee."""
    waiting = access_reviews.open_cases("WITH_COMMITTEE").count()
    return [Card("委員会で審議中の利用の調査", waiting, reverse("juki_access_findings") + "?only=open")]


@on_the_desk(permission="juki.approve_disposals", order=22)
def disposal_cards(actor: Actor, at: Moment) -> list[Card | Panel]:
    """Colleagues who ask that a removed record be disposed of."""
    waiting = removed_records.disposals(waiting=True).count()
    return [Card("除票の廃棄の承認待ち", waiting, reverse("juki_retention"))] if waiting else []
