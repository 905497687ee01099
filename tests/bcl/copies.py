"""Made-up households as a town's own register holds them, and a town that takes part."""

from typing import Any

from bcl.domain.participation import Pattern
from bcl.selectors import copies
from bcl.services import differences, participations
from bcl.services.differences import Received
from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import BCL, acting
from jlis.kernel.time import Moment
from juki.models import Resident
from tests.conftest import actor
from tests.juki import factories


def operator() -> Actor:
    """An officer of the cloud."""
    return actor("JLIS-BCL", "CLOUD_OPERATOR", kind="JLIS")


def take_part(
    by: Actor, at: Moment, *, pattern: Pattern = Pattern.LINE, until: str = "start", with_numbers: bool = False
) -> None:
    """A town applies, is accepted and started, `until` the move named."""
    participations.apply(
        office=by.organisation, pattern=pattern, mayor="東京都千代田区長　見本　太郎", seal="千代田区長", by=by, at=at,
        prints_individual_number=with_numbers,
    )  # fmt: skip
    for verb in ("accept", "start"):
        if until:
            participations.move(office=by.organisation, verb=verb, by=operator(), at=at)
        if verb == until:
            break


def somebody(by: Actor, at: Moment, **changes: Any) -> Resident:
    """A resident of the town in the network."""
    factories.with_codes(by, at, size=5)
    (taken,) = factories.tell(factories.grown(**changes), by=by, at=at)
    with acting(by.scope):
        return Resident.objects.get(resident_code=taken.resident_code)


def row_of(resident: Resident | str, number: str = "1001", **changes: Any) -> dict[str, Any]:
    """A row: somebody grown, living alone."""
    code = resident if isinstance(resident, str) else resident.resident_code
    return {
        "number": number, "resident_code": code, "household": "5001", "relation": "00",
        "householder": "髙﨑　太郎", "name": "髙﨑　太郎", "name_kana": "タカサキ　タロウ",
        "birth_date": "1980-02-17", "sex": "M", "address": "東京都千代田区霞が関一丁目1番1号",
        "became_resident_on": "2020-04-01", "address_since": "2020-04-01", "notified_on": "2020-04-03",
        "former_address": "神奈川県横浜市鶴見区鶴見中央三丁目20番1号", "honseki": "東京都千代田区九段南一丁目2番",
        "koseki_head": "髙﨑　一郎", "protected": "0",
    } | changes  # fmt: skip


def send(by: Actor, at: Moment, *rows: dict[str, Any]) -> Received:
    """Send differences; those without a number follow on the last."""
    with acting(by.scope):
        return differences.receive(differences=list(rows), office=by.organisation, by=by, at=at, channel="REST")


def held_rows(office: str) -> dict[str, str]:
    """The copy's lines."""
    with acting(BCL):
        return copies.lines(office)
