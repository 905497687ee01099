"""Making the demonstration, step by step, through the rooms' own services: never by inserts around them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from django.conf import settings

from jlis.demo import (
    accounts,
    card_life,
    cards,
    consents,
    copies,
    deliveries,
    kiosks,
    network,
    oversight,
    phones,
    protections,
    relying_parties,
)
from jlis.demo import towns as between_towns
from jlis.demo.books import TownBook
from jlis.demo.card_counter import Counter
from jlis.demo.digest import digest
from jlis.demo.history import Year
from jlis.demo.households import Settling
from jlis.demo.population import Population
from jlis.kernel.actors import Actor
from jlis.kernel.audit import sealing
from jlis.kernel.domain.codes import MunicipalityCode
from jlis.kernel.errors import Conflict
from jlis.kernel.isolation.scope import JPKI, REGISTRY, SYSTEM, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.outbox import delivery
from jlis.kernel.people.models import Staff
from jlis.kernel.people.services import FOUNDERS
from jlis.kernel.time import Moment
from jpki.choices import Kind, State
from jpki.models import Certificate
from jpki.services import publications
from juki.domain.consistency import Record
from juki.domain.extracts import Encoding, Target, Who
from juki.selectors.residents import latest_versions
from juki.services import codes, extracts, loading
from juki.services import population as population_figures

# 千代田区, 新宿区, and 鶴見区 of the designated city 横浜市; their shares of the residents.
TOWNS = {"131016": 0.35, "131041": 0.3, "141011": 0.35}
_LOT = 20_000
_PASSPHRASES = {"operator-jlis-jpki": "実演のための合言葉・その一", "keyholder-jlis-jpki": "実演のための合言葉・その二"}
Report = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """What was made."""

    residents: int
    notifications: int
    certificates: int
    digest: str


def is_empty() -> bool:
    """Whether nothing has been made yet."""
    with acting(SYSTEM):
        return not Staff.objects.exists()


def build(*, residents: int, seed: int, prefecture: str, public_base: str, at: Moment, report: Report) -> Built:
    """Make accounts, registers, a year of history and certificates. `Conflict` on a register that is not empty."""
    if not is_empty():
        raise Conflict("not_empty", "すでにデータがあります。実演用データは空のデータベースにだけ作れます。")
    random = Random(seed)  # noqa: S311 - made-up people, not secrets
    with acting(SYSTEM):
        shares = _shares(prefecture, at)
        population = Population(random, tuple(shares))
    towns = tuple(shares)
    folder = Path(settings.JLIS_HOME) / "demo"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    report("利用者と接続システムを登録しています")
    office = accounts.Office(at)
    people = accounts.open_all(office, towns, tuple(sorted({municipality_code_of(town[:2]) for town in towns})))
    chiefs = {town: people[f"chief-{town}"] for town in towns}
    _allot(towns, people["operator-jlis-juki"], at)
    books = _load(population, shares, chiefs, residents, folder, at, report)
    relying_parties.register(office=office, people=people, at=at)
    report("副本を登録しています")
    copied = copies.begin(books=books, people=people, folder=folder, at=_a_year_before(at))
    issued = _certify(random, people, chiefs, folder, public_base, at, report)
    report("成人のカードを引き継いでいます")
    card_life.take_over(operator=people["operator-jlis-card"], at=at)
    year = Year(random, population, books, at.day)
    year.draw()
    report(f"1年の異動を通知しています（{len(year.told):,}件）")
    year.tell(chiefs)
    report("異動を電子証明書とカードに反映しています")
    delivery.deliver_all()
    keys = [cards.public_key(pem) for pem in cards.key_pool(folder / "keys")]
    moved = _moved(chiefs)
    issued += cards.renew_signatures(staff=chiefs, moved=moved, public_keys=keys, at=at)
    card_life.note_new_certificates(operator=people["operator-jlis-card"], at=at)
    card_life.continue_use(movers=moved, chiefs=chiefs, at=at)
    card_life.run_clocks(operator=people["operator-jlis-card"], at=at)
    report("カードの申請・製造・交付を行っています")
    held = Counter(random, people, chiefs, books, at).work()
    loaded = phones.load(cards=held, people=people, at=at)
    if len(towns) > 1:
        report("市町村間の通知を処理しています")
        between_towns.open_desks(chiefs=chiefs, at=at)
        between_towns.work(chiefs=chiefs, books=books, at=at)
    copies.follow(books=copied, people=people, at=at)
    copies.open_town_server(books=books, people=people, systems=office.systems, folder=folder)
    copies.compare(books=books, folder=folder, at=at)
    delivery.deliver_all()
    report("コンビニ交付を始めています")
    kiosks.open_for_business(office=office, people=people, towns=towns, folder=folder, at=at)
    report("総合行政ネットワークの回線とサービスを登録しています")
    network.connect(people=people, at=at)
    report("緊急事案を報告しています")
    oversight.report_cases(people=people, at=at)
    oversight.review_access(people=people, at=at)
    oversight.open_link(people=people, folder=folder, at=at)
    publications.publish_all(by=people["operator-jlis-jpki"], at=at)
    consents.give(office=office, at=at)
    report("支援措置を受け付けています")
    protections.begin(books=books, people=people, at=at)
    _ask_for_extracts(people, towns, at)
    deliveries.deliver(people=people, towns=towns, at=at)
    _count_population(people["operator-jlis-juki"], at)
    delivery.deliver_all()
    sealing.seal_now()
    cards.write_private(folder / "operators.json", _operators(people))
    cards.write_private(folder / "credentials.json", accounts.credentials(office, held, loaded))
    return Built(residents, len(year.told), issued, digest())


def _shares(prefecture: str, at: Moment) -> dict[str, float]:
    if not prefecture:
        return dict(TOWNS)
    offices = municipalities.offices_at(at.day, within=municipality_code_of(prefecture))[:3]
    return {office.code: 1 / len(offices) for office in offices}


def municipality_code_of(prefecture: str) -> str:
    """The 6-digit code of a prefecture from its two digits."""
    body = f"{int(prefecture):02}000"
    return body + MunicipalityCode.check_digit(body)


def _count_population(operator: Actor, at: Moment) -> None:
    for day in (at.day.replace(day=1), at.day):
        population_figures.count(by=operator, at=Moment(at.instant, day))


def _operators(people: dict[str, Actor]) -> dict[str, str]:
    """Who acts in commands that name nobody, in the demonstration alone."""
    operators = {"export_certificate": "operator-jlis-jpki", "crl_publish": "operator-jlis-jpki"}
    operators |= {"ocsp_refresh": "operator-jlis-jpki", "ca_ceremony": "operator-jlis-jpki"}
    operators |= dict.fromkeys(("load_network", "load_survey"), "operator-jlis-lgwan")
    operators |= {"vault_rotate": FOUNDERS[0]}
    operators |= dict.fromkeys(("population", "emergency_reminders", "fill_number_notices"), "operator-jlis-juki")
    operators["access_review"] = "auditor"
    operators |= dict.fromkeys(("card_clocks", "expiry_notices", "express_dispatch"), "operator-jlis-card")
    for name, actor in people.items():
        if name.startswith("chief-"):
            operators.setdefault("load_residents", name)
            operators.setdefault("load_copy", name)
            operators[f"load_residents:{actor.organisation}"] = operators[f"load_copy:{actor.organisation}"] = name
        for task, prefix in (("extract", "extract-"), ("approve", "approve-")):
            if name.startswith(prefix):
                operators.setdefault(task, name)
                operators[f"{task}:{actor.organisation[:2]}"] = name
    return operators


def _allot(towns: tuple[str, ...], operator: Actor, at: Moment) -> None:
    for town in towns:
        with acting(operator.scope):
            codes.allot(office=town, size=_LOT, by=operator, at=at)


def _load(
    population: Population,
    shares: dict[str, float],
    chiefs: dict[str, Actor],
    residents: int,
    folder: Path,
    at: Moment,
    report: Report,
) -> dict[str, TownBook]:
    """Load each town's register; returns the towns' own books, with the codes that the network gave."""
    a_year_ago, left, books = _a_year_before(at), residents, {}
    notified: dict[str, Record] = {}
    for place, (town, share) in enumerate(shares.items(), start=1):
        count = left if place == len(shares) else round(residents * share)
        left -= count
        path = folder / f"residents-{town}.csv"
        drawn = [population.person(town, a_year_ago.day) for _ in range(count)]
        settling = Settling(population.random, population, town, a_year_ago.day)
        books[town] = TownBook(town, settling.settle(drawn), notified)
        path.write_bytes(books[town].register_csv())
        report(f"{population.begins[town]}の住民を登録しています（{count:,}人）")
        loaded = loading.load_file(path=path, office=town, by=chiefs[town], at=a_year_ago)
        if loaded.rejects:
            raise RuntimeError(f"実演の住民が登録できません: {loaded.rejects[0]}")
        books[town].know(_codes_of(books[town], chiefs[town]))
    return books


def _codes_of(book: TownBook, by: Actor) -> list[str]:
    """The 住民票コード that the network gave the book's people, found by what the town told of each."""
    with acting(by.scope):
        told = ("name", "name_kana", "birth_date", "sex", "address")
        given = {tuple(items): code for code, *items in latest_versions().values_list("resident_code", *told)}
    return [given[tuple(getattr(person, item) for item in told)] for person in book.people]


def _a_year_before(at: Moment) -> Moment:
    return Moment.of(at.day - timedelta(days=366))


def _certify(
    random: Random,
    people: dict[str, Actor],
    chiefs: dict[str, Actor],
    folder: Path,
    public_base: str,
    at: Moment,
    report: Report,
) -> int:
    report("認証局を作っています")
    cards.found_authorities(by=people["operator-jlis-jpki"], passphrases=_PASSPHRASES, public_base=public_base, at=at)
    keys = [cards.public_key(pem) for pem in cards.key_pool(folder / "keys")]
    report("成人の電子証明書を発行しています")
    return cards.certify(random=random, staff=chiefs, public_keys=keys, at=at, on_progress=lambda done: None)


def _moved(chiefs: dict[str, Actor]) -> list[UUID]:
    """Every second of those whose signature certificate a change ended, in an order that ids do not decide."""
    with acting(JPKI):
        revoked = Certificate.objects.filter(kind=Kind.SIGN_CARD, status__state=State.REVOKED)
        lost = list(revoked.values_list("resident", flat=True))
    with acting(REGISTRY):
        moved = latest_versions().filter(resident__in=lost)
        in_order = moved.order_by("name_kana", "birth_date", "name", "address").values_list("resident", flat=True)
        return list(in_order)[::2]


def _ask_for_extracts(people: dict[str, Actor], towns: tuple[str, ...], at: Moment) -> None:
    """One request waits on the approver's desk."""
    prefecture = next(name for name in people if name.startswith("extract-"))
    by = people[prefecture]
    document: dict[str, Any] = {
        "affair": "PREF-DISASTER",
        "number_affair": "NONE",
        "ordinance_affair": "NONE",
        "target": Target.LATEST.value,
        "who": Who.RESIDENT_ON.value,
        "from_on": at.day.isoformat(),
        "items": ["municipality", "address", "name", "name_kana", "birth_date", "sex"],
        "encoding": Encoding.CP932.value,
        "municipalities": [town for town in towns if town[:2] == by.organisation[:2]][:1],
    }
    with acting(by.scope):
        extracts.request(document=document, by=by, at=at)
