"""The network of the demonstration: the survey of 2018, made-up circuits of its bodies, services in every state."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import lgwan
from jlis.kernel.actors import Actor
from jlis.kernel.time import Moment
from lgwan.choices import Finding, ProviderKind, Status, Way
from lgwan.domain.asp import Layer
from lgwan.domain.papers import PAPERS, needed
from lgwan.models import Service
from lgwan.services import applying, loading, moving, providers, reviewing, surveys
from lgwan.services.applying import Contact
from lgwan.services.moving import Content

SURVEY = Path(lgwan.__file__).parent / "data" / "redundancy_20180409.csv"
ABOUT_SURVEY = surveys.About(
    as_of=date(2018, 4, 9),
    title="第4次LGWANにおける冗長化対応の状況",
    source="総務省公表資料（地方公共団体情報システム機構のアンケート調査）",
    generation=4,
    is_provisional=True,
    prefectures_redundant=41,
)
FOURTH, FIFTH = date(2019, 4, 1), date(2024, 10, 1)
_WAYS = (Way.VIA_PREFECTURE_NODE, Way.DIRECT, Way.HYBRID)
_CONTACT = Contact("情報システム担当", "見本 太郎", "00-0000-0000")


def connect(*, people: Mapping[str, Actor], at: Moment) -> None:
    """Load the survey and the circuits, and let services stand in every state of their life."""
    operator = people["operator-jlis-lgwan"]
    with SURVEY.open("rb") as file:
        surveys.load_file(file=file, about=ABOUT_SURVEY, by=operator, at=at)
    officers = {actor.organisation: actor for name, actor in people.items() if name.startswith("network-")}
    circuits = BytesIO(_circuits(list(officers), at.day).encode())
    loaded = loading.load_file(file=circuits, all_or_nothing=True, by=operator, at=at)
    if loaded.rejects:
        raise RuntimeError(f"実演の回線が登録できません: {loaded.rejects[0]}")
    centre = Centre(operator, people["reviewer-jlis-lgwan"], people["approver-jlis-lgwan"])
    _serve(centre, list(officers.values()), at)


def _circuits(bodies: list[str], day: date) -> str:
    """Circuits as a file; which body has which is made up. The last of the towns only plans its standby."""
    return "\n".join([",".join(loading.LABELS), *(line for body in bodies for line in _of_body(body, bodies, day))])


def _of_body(body: str, bodies: list[str], day: date) -> Iterator[str]:
    place = bodies.index(body)
    way = _WAYS[place % len(_WAYS)]
    for generation, begin, end in ((4, FOURTH, FIFTH), (5, FIFTH, None)):
        for role, told in (("MAIN", ""), ("STANDBY", way.value)):
            only_planned = way is Way.HYBRID and role == "STANDBY" and generation == 5
            status = Status.PLANNED if only_planned else Status.IN_SERVICE
            begins = date(day.year + 1, 4, 1) if only_planned else begin
            yield f"{body},{generation},{role},{told},{status.value},{begins},{end or ''}"


@dataclass(frozen=True)
class Centre:
    """Three officers of the network's centre: one takes in and files, one reviews, one decides."""

    intake: Actor
    reviewer: Actor
    approver: Actor

    def review(self, service: Service, at: Moment) -> None:
        """From the application to the approver's desk, every paper found good."""
        self._move(service, "begin_review", self.reviewer, at)
        findings = {paper.code: Finding.GOOD for paper in PAPERS}
        reviewing.judge_papers(service=service.pk, findings=findings, by=self.reviewer, at=at)
        steps = ("begin_test", "pass_test") if service.layer == Layer.HOSTING.value else ("pass_review",)
        for verb in steps:
            self._move(service, verb, self.reviewer, at)

    def publish(self, service: Service, at: Moment) -> Service:
        """Reviewed, approved, and in the catalogue."""
        self.review(service, at)
        self._move(service, "approve", self.approver, at)
        self._move(service, "publish", self.reviewer, at)
        return service

    def _move(self, service: Service, verb: str, by: Actor, at: Moment) -> None:
        moving.move(service=service.pk, verb=verb, by=by, at=at)


def _serve(centre: Centre, officers: list[Actor], at: Moment) -> None:
    """A company's services, of ten months ago and of today, and what bodies themselves apply for."""
    before = Moment.of(at.day - timedelta(days=300))
    company = providers.enter(kind=ProviderKind.COMPANY, name="実演データセンター株式会社", by=centre.intake, at=before)
    intake = _Applicant(centre.intake, company.pk)
    hosting = centre.publish(intake.apply(Layer.HOSTING, "実演ホスティング", None, before), before)
    centre.publish(intake.apply(Layer.APPLICATION, "実演電子申請", hosting, before), before)
    gone = centre.publish(intake.apply(Layer.FACILITY, "実演データセンター旧棟", hosting, before), before)
    centre.publish(intake.apply(Layer.FACILITY, "実演データセンター", hosting, at), at)
    line = centre.publish(intake.apply(Layer.COMMUNICATION, "実演閉域回線", hosting, at), at)
    _file(gone, "file_end", centre.intake, at, "新棟への移転")
    moving.move(service=gone.pk, verb="end", by=centre.approver, at=at)
    _file(hosting, "file_renewal", centre.intake, at, "年次の自己点検を行い、登録した内容に変わりはない。")
    _file(
        line,
        "file_change",
        centre.intake,
        at,
        "帯域の増強",
        Content("実演閉域回線", "増強した実演用の回線", "全国の市区町村", hosting.pk),
    )
    _under_way(centre, intake, officers, hosting, at)


def _under_way(centre: Centre, intake: "_Applicant", officers: list[Actor], hosting: Service, at: Moment) -> None:
    """Applications at each desk."""
    town, prefecture = _Applicant(officers[0]), _Applicant(officers[-1])
    asked = town.apply(Layer.APPLICATION, "職員向け地図（実演）", hosting, at, missing="USERS")
    moving.move(service=asked.pk, verb="begin_review", by=centre.reviewer, at=at)
    reviewing.ask(service=asked.pk, text="利用する団体の範囲を教えてください。", by=centre.reviewer, at=at)
    moving.move(
        service=asked.pk,
        verb="ask_correction",
        note="利用する団体の範囲の書類を提出してください。",
        by=centre.reviewer,
        at=at,
    )
    centre.review(prefecture.apply(Layer.APPLICATION, "県内共同の電子入札（実演）", hosting, at), at)
    tested = intake.apply(Layer.HOSTING, "第二実演ホスティング", None, at)
    moving.move(service=tested.pk, verb="begin_review", by=centre.reviewer, at=at)
    intake.apply(Layer.COMMUNICATION, "実演予備回線", hosting, at)


@dataclass(frozen=True)
class _Applicant:
    """Who applies, for a company or for the own body."""

    officer: Actor
    provider: int | None = None

    def apply(self, layer: Layer, name: str, hosting: Service | None, at: Moment, *, missing: str = "") -> Service:
        checklist = needed(layer, local_body=self.provider is None)
        return applying.apply(
            provider=self.provider,
            layer=layer,
            content=Content(name, f"{name}の見本です。", "全国の市区町村", hosting.pk if hosting else None),
            contact=_CONTACT,
            submitted=[paper.code for paper in checklist if paper.code != missing],
            by=self.officer,
            at=at,
        )


def _file(service: Service, verb: str, by: Actor, at: Moment, note: str, content: Content | None = None) -> None:
    moving.move(service=service.pk, verb=verb, by=by, at=at, note=note, content=content)
