"""What goes wrong in the demonstration, and who reports it to whom: made-up cases, each further on its way."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from jlis.demo import cards
from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import AUDITOR, acting
from jlis.kernel.time import TOKYO, Moment
from juki.domain.access_cases import State
from juki.domain.access_reviews import RuleCode
from juki.domain.emergencies import Affair, Kind
from juki.domain.emergency_reports import Content, Press
from juki.models import AccessFinding, EmergencyCase
from juki.selectors.residents import FourItems
from juki.services import access_cases, access_reviews, emergencies, link_keys, queries
from juki.services.emergencies import Noticed

_SEARCHES = 61
_FIRST = Content(
    department="住民課",
    overview="住民票の写しを、別の世帯あての封筒に入れて送った。受け取った方からの電話で分かった。（実演）",
    contact_department="住民課",
    contact_name="見本 花子",
    contact="00-0000-0000",
)
_OWN = Content(
    department="情報政策課",
    overview="一括抽出の結果を保存した端末の画面を、閉じないまま席を離れた。（実演）",
    press=Press.NONE,
    contact_department="情報政策課",
    contact_name="見本 太郎",
    contact="00-0000-0000",
)
_TOLD = Content(
    department="全国センター",
    overview="通常より多い検索が続いた。業務によるものかどうかを確かめている。（実演）",
    contact_department="全国センター運用担当",
    contact_name="見本 次郎",
    contact="00-0000-0000",
)


def report_cases(*, people: Mapping[str, Actor], at: Moment) -> None:
    """A town's case with the ministry, a prefecture's own, one that J-LIS told a town of, one not yet reported."""
    chiefs = [actor for name, actor in people.items() if name.startswith("chief-")]
    officers = {actor.organisation: actor for name, actor in people.items() if name.startswith("officer-")}
    town = chiefs[0]
    prefecture = next(each for code, each in officers.items() if code[:2] == town.organisation[:2])
    before = at.later(days=-2)
    sent = _noticed(town, before, Kind.LEAK)
    _move(sent, "report", town, before, _FIRST)
    _move(sent, "forward", prefecture, before)
    emergencies.move(
        case=sent.pk, verb="ask", note="誤って送った通数を知らせてください。", by=people["ministry-mic"], at=before
    )
    own = _noticed(prefecture, at, Kind.IMPROPER)
    _move(own, "report_up", prefecture, at, _OWN)
    centre = people["operator-jlis-juki"]
    told = _noticed(centre, before, Kind.IMPROPER, place=chiefs[-1].organisation)
    _move(told, "report_up", centre, before, _TOLD)
    _noticed(chiefs[-1], at, Kind.NUMBER_LEAK)
    emergencies.remind(by=centre, at=at)


def review_access(*, people: Mapping[str, Actor], at: Moment) -> None:
    """A clerk searches too often for nobody; the day's log is analysed, and the clerk's town is asked about it."""
    clerk = next(actor for name, actor in people.items() if name.startswith("clerk-"))
    nobody = FourItems(name_kana="ンンンン", sex="F")
    with acting(clerk.scope):
        for _ in range(_SEARCHES):
            queries.search(items=nobody, purpose="JUKI-COUNTER", by=clerk, at=at)
    auditor = people["auditor"]
    access_reviews.review(day=at.instant.astimezone(TOKYO).date(), by=auditor, at=at)
    with acting(AUDITOR):
        found = AccessFinding.objects.get(rule=RuleCode.MASS_SEARCH.value, actor=clerk.id)
    note = "1時間の検索が多くなっています。業務によるものかどうかを確かめてください。"
    access_cases.open_case(finding=found.pk, to=State.WITH_BODY, note=note, by=auditor, at=at)


def open_link(*, people: Mapping[str, Actor], folder: Path, at: Moment) -> None:
    """The network system's key pair: the private half stays with the demonstration, which plays that system."""
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    pair = {"private_key": private.private_bytes_raw(), "public_key": public}
    kept: dict[str, object] = {name: b64encode(raw).decode() for name, raw in pair.items()}
    cards.write_private(folder / "link_key.json", kept)
    link_keys.register(public_key=public, valid_from=at.day, by=people["operator-jlis-juki"], at=at)


def _noticed(by: Actor, at: Moment, kind: Kind, place: str = "") -> EmergencyCase:
    noticed_at = at.instant - timedelta(hours=1)
    return emergencies.record(noticed=Noticed(Affair.REGISTER, kind, noticed_at, place=place), by=by, at=at)


def _move(case: EmergencyCase, verb: str, by: Actor, at: Moment, content: Content | None = None) -> None:
    emergencies.move(case=case.pk, verb=verb, content=content, by=by, at=at)
