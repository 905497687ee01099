"""Made-up people: ages and sexes as the country's, names as they are borne, addresses in real towns."""

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from jlis.kernel.organisations.models import Town
from jlis.kernel.organisations.selectors import municipalities

_DATA = Path(__file__).parent / "data"
# Characters that the network must carry whole: outside JIS X 0208, outside CP932, or written alike by other codes.
_HARD_SURNAMES = (
    ("𠮷田", "ヨシダ"),
    ("髙﨑", "タカサキ"),
    ("渡邉", "ワタナベ"),
    ("森鷗", "モリオウ"),
    ("葛󠄀城", "カツラギ"),
)
_FOREIGN = (
    ("NGUYEN VAN ANH", "グエン　ヴァン　アイン", "M"),
    ("KIM MINJI", "キム　ミンジ", "F"),
    ("GARCIA MARIA", "ガルシア　マリア", "F"),
    ("SMITH JOHN", "スミス　ジョン", "M"),
    ("TAMANG SITA", "タマン　シタ", "F"),
    ("CHEN WEI", "チェン　ウェイ", "M"),
)
_BUILDINGS = ("ハイツ", "コーポ", "マンション", "レジデンス", "荘")
_FOREIGN_SHARE, _HARD_SHARE, _FLAT_SHARE, _PARTLY_UNKNOWN_SHARE = 0.03, 0.01, 0.45, 0.0005
_HEADING = (
    "name", "name_kana", "kana_source", "alias", "address", "birth_date", "sex", "resident_class", "reason",
    "changed_on",
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """One made-up resident as a municipality would hold them."""

    name: str
    name_kana: str
    kana_source: str
    alias: str
    address: str
    birth_date: str
    sex: str
    resident_class: str
    reason: str
    changed_on: str


class Population:
    """Draws people for a seed; the same seed gives the same people in the same order."""

    def __init__(self, random: Random, offices: tuple[str, ...]):
        self.random = random
        self.begins = {office: municipalities.address_of(office) for office in offices}
        self._towns = {
            office: sorted({f"{self.begins[office]}{town}" for town in Town.objects.filter(office_id=office)})
            for office in offices
        }
        surnames = _read("surnames.csv.gz")
        given = _read("given_names.csv.gz")
        self._surnames = [(row["kanji"], row["kana"]) for row in surnames]
        self._surname_weights = _running(int(row["est_count"]) for row in surnames)
        self._given = {
            sex: [(row["kanji"], row["kana"]) for row in given if row["sex"] in (sex, "U")] for sex in ("M", "F")
        }
        self._given_weights = {
            sex: _running(int(row["weight"]) for row in given if row["sex"] in (sex, "U")) for sex in ("M", "F")
        }
        with (_DATA / "demographics.csv").open() as file:
            bands = list(csv.DictReader(file))
        self._bands = [(int(b["age_from"]), int(b["age_to"]), sex) for b in bands for sex in ("M", "F")]
        self._band_weights = _running(int(b["male" if sex == "M" else "female"]) for b in bands for sex in ("M", "F"))

    def person(self, office: str, on: date) -> Person:
        """A resident of an office as of a day."""
        random = self.random
        first, last, sex = random.choices(self._bands, cum_weights=self._band_weights)[0]
        birth = on - timedelta(days=random.randint(first * 365 + first // 4, last * 365 + last // 4 + 364))
        since = birth + timedelta(days=random.randint(0, (on - birth).days))
        foreign = random.random() < _FOREIGN_SHARE and (on - birth).days > 20 * 365
        name, kana, sex = self._foreign_name() if foreign else (*self.name(sex), sex)
        is_born_here = not foreign and random.random() < 0.3
        return Person(
            name=name,
            name_kana=kana,
            kana_source="UNOFFICIAL" if foreign else random.choice(("NOTIFIED", "NOTIFIED", "EX_OFFICIO")),
            alias="",
            address=self.address(office),
            birth_date=self._told_birth(birth, foreign),
            sex=sex,
            resident_class="FOREIGN" if foreign else "JAPANESE",
            reason="R03" if is_born_here else "R01",
            changed_on=(birth if is_born_here else since).isoformat(),
        )

    def name(self, sex: str, surname: tuple[str, str] | None = None) -> tuple[str, str]:
        """A name and its reading, surname and given name apart by a full-width space."""
        random = self.random
        if surname is None and random.random() < _HARD_SHARE:
            surname = random.choice(_HARD_SURNAMES)
        family = surname or self.surname()
        given = random.choices(self._given[sex], cum_weights=self._given_weights[sex])[0]
        return f"{family[0]}　{given[0]}", f"{family[1]}　{given[1]}"

    def surname(self) -> tuple[str, str]:
        """A surname and its reading."""
        return self.random.choices(self._surnames, cum_weights=self._surname_weights)[0]

    def town(self, office: str) -> str:
        """A real town of the office."""
        return self.random.choice(self._towns[office])

    def address(self, office: str) -> str:
        """An address in a real town of the office, with made-up numbers."""
        random = self.random
        lot = f"{random.randint(1, 40)}番{random.randint(1, 30)}号"
        flat = ""
        if random.random() < _FLAT_SHARE:
            flat = (
                f"　{self.surname()[0]}{random.choice(_BUILDINGS)}{random.randint(1, 12)}{random.randint(1, 9):02}号室"
            )
        return self.town(office) + lot + flat

    def _foreign_name(self) -> tuple[str, str, str]:
        return self.random.choice(_FOREIGN)

    def _told_birth(self, birth: date, foreign: bool) -> str:
        if not foreign and birth.year < 1950 and self.random.random() < _PARTLY_UNKNOWN_SHARE * 20:
            return f"{birth.year}-{birth.month:02}-00"
        return birth.isoformat()


def as_csv(people: Iterator[Person] | list[Person]) -> bytes:
    """The people as a file for the first load, in UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADING)
    writer.writerows([getattr(person, name) for name in _HEADING] for person in people)
    return text.getvalue().encode()


def _read(name: str) -> list[dict[str, str]]:
    with gzip.open(_DATA / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _running(weights: Iterator[int]) -> list[int]:
    total, sums = 0, []
    for weight in weights:
        total += weight
        sums.append(total)
    return sums
