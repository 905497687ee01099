"""Code tables put up for the towns, at every stage of being applied; and questions to the help desk."""

from collections.abc import Mapping
from datetime import timedelta

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from juki.domain.deliveries import Kind
from juki.services import code_tables, deliveries, tickets
from juki.services.deliveries import Parcel

_PUBLISHED = {"reasons": 40, "municipalities": 10}
_DUE_AFTER = 30
_QUESTION = (
    "異動の通知が「順序待ち」のままになる",
    "昨日送った通知が順序待ちのまま反映されません。前の番号は送信済みです。どこを確かめればよいですか。",
)
_ANSWER = "通知順序に欠番があります。「異動の通知」で確かめ、抜けている順序の通知をもう一度送ってください。"
_OTHER_QUESTION = (
    "コード表の適用の報告",
    "システムが対応していないため、適用を画面から報告したいのですが、どの担当者が行えますか。",
)


def deliver(*, people: Mapping[str, Actor], towns: tuple[str, ...], at: Moment) -> None:
    """Two code tables for the towns' prefectures: the first town has applied both, the others are on their way."""
    centre = people["operator-jlis-juki"]
    with acting(centre.scope):
        around = {municipalities.municipality(town).prefecture.code for town in towns}
        offices = [office.code for code in around for office in municipalities.offices_at(at.day, within=code)]
    for code, days_ago in _PUBLISHED.items():
        then = Moment.of(at.day - timedelta(days=days_ago))
        with acting(centre.scope):
            table, content = code_tables.make(code, by=centre, at=then)
        parcel = Parcel(Kind.CODE_TABLE, table.name, then.day.isoformat(), table.file_name, content)
        due_on = then.day + timedelta(days=_DUE_AFTER)
        package = deliveries.publish(parcel=parcel, offices=offices, due_on=due_on, by=centre, at=then)
        for town, verbs in zip(towns, (("receive", "apply"), ("receive",)), strict=False):
            for verb in verbs:
                deliveries.report(
                    package_id=package.pk, office=town, verb=verb, sha256=package.sha256,
                    by=people[f"chief-{town}"], at=then.later(days=2),
                )  # fmt: skip
    ask(people=people, towns=towns, at=at)


def ask(*, people: Mapping[str, Actor], towns: tuple[str, ...], at: Moment) -> None:
    """One question with its answer, and one that waits."""
    subject, body = _QUESTION
    then = at.later(days=-3)
    asked = tickets.ask(office=towns[0], subject=subject, body=body, by=people[f"clerk-{towns[0]}"], at=then)
    tickets.move(
        ticket_id=asked.pk, verb="answer", body=_ANSWER, by=people["operator-jlis-juki"], at=then.later(days=1)
    )  # fmt: skip
    subject, body = _OTHER_QUESTION
    tickets.ask(office=towns[-1], subject=subject, body=body, by=people[f"chief-{towns[-1]}"], at=at.later(hours=-2))
