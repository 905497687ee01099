"""The whole thread's story: the town, the makers and the kiosk around her, and the systems that speak REST for them."""

import base64
import secrets
from datetime import date
from typing import Any

from bcl.domain.participation import Pattern
from bcl.services import participations
from jlis.demo import virtual_card
from jlis.demo.life import Life
from jlis.kernel.organisations.choices import OrganisationKind
from jlis.kernel.organisations.services import bodies
from jlis.kernel.time import Moment, now
from jpki.domain.kinds import Kind
from konbini.services import participants
from tests.conftest import CHIYODA, SHINJUKU
from tests.scenarios.story import Company

BORN = Moment.of(date(2004, 4, 28))
HOME, NEW_HOME = "東京都千代田区霞が関一丁目1番1号", "東京都千代田区一番町1番地"
NAME = "𠮷田　髙子"


def company_with_a_kiosk(*, in_browser: bool = False) -> Company:
    """Everybody; Chiyoda takes part in the copy and in コンビニ交付; a store has a kiosk."""
    company = Company()
    for username, organisation, duty in (
        ("clerk", CHIYODA, "SUPERVISOR"),
        ("cards", "JLIS-CARD", "CARD_OPERATOR"),
        ("maker", "JLIS-CARD", "CARD_MAKER"),
        ("cloud", "JLIS-BCL", "CLOUD_OPERATOR"),
        ("kiosks", "JLIS-KONBINI", "KONBINI_OPERATOR"),
    ):
        company.hire(username, organisation, duty)
    # A body that was entered stays after the test, as the lists of bodies do.
    store = f"STORE-{secrets.token_hex(4)}"
    bodies.enter(code=store, name="物語ストア", kind=OrganisationKind.OPERATOR, by=company["registry"])
    participants.register_operator(organisation=store, by=company["kiosks"], at=now())
    participants.register_kiosk(
        code="K1",
        operator=store,
        store="北店",
        prefecture=13,
        in_browser=in_browser,
        by=company["kiosks"],
        at=now(),
    )
    company.connect("chiyoda", CHIYODA, "juki.notify", "bcl.send_copy")
    company.connect("store", store, "konbini.relay")
    company.allot(CHIYODA, SHINJUKU)
    participations.apply(
        office=CHIYODA, pattern=Pattern.LINE, mayor="東京都千代田区長　物語　太郎", seal="千代田区長",
        by=company["clerk"], at=now(),
    )  # fmt: skip
    for verb in ("accept", "start"):
        participations.move(office=CHIYODA, verb=verb, by=company["cloud"], at=now())
    participants.enter_town(
        office=CHIYODA, fees={"RESIDENCE_RECORD": 300}, hours=participants.ALL_DAY, through_new_year=True,
        by=company["kiosks"], at=now(),
    )  # fmt: skip
    return company


class StoryLife(Life):
    """She, where systems talk by REST to a real web server: the town's, and the store's."""

    def __init__(self, company: Company, address: str):
        parts = {part: company[part] for part in ("clerk", "cards", "maker")}
        super().__init__(people=parts, kiosk="K1")
        self.town, self.store = company.system("chiyoda", address), company.system("store", address)

    def notify(self, notice: dict[str, Any], *, at: Moment) -> dict[str, Any]:
        """The town's system tells the network; her birth was told long before there was one."""
        if notice["reason"] == "R03":
            return super().notify(notice, at=at)
        self._told += 1
        return self.town.tell(**notice | {"key": f"life-{self._told}"})

    def copy(self, *, at: Moment) -> None:
        """The town's system sends the difference."""
        row = self.items | {"resident_code": self.code, "householder": NAME, "sequence": self.first_sequence}
        self.first_sequence += 1
        (result,) = self.town.post("/api/v1/bcl/differences", {"differences": [row]})["results"]
        assert result["status"] == "applied", result

    def at_the_kiosk(self) -> tuple[str, dict[str, str]]:
        """Card on the reader, PIN into it: the session's path, and the proof for the centre."""
        opened = self.store.post("/api/v1/konbini/sessions", self.shown())
        challenge = base64.b64decode(opened["challenge"])
        number = self.card().card_number
        signature = virtual_card.sign(card_number=number, pin=self.pins.authentication, challenge=challenge)
        proof = {"signature": base64.b64encode(signature).decode()}
        return f"/api/v1/konbini/sessions/{opened['id']}", proof

    def shown(self) -> dict[str, str]:
        """What the reader reads without a PIN."""
        certificate = virtual_card.certificate(self.card().card_number, Kind.AUTH_CARD.value)
        return {"kiosk": "K1", "certificate": base64.b64encode(certificate).decode()}

    def prints(self, *, at: Moment) -> bytes:
        """Out of the kiosk, by the store's own centre."""
        path, proof = self.at_the_kiosk()
        (line,) = self.store.post(f"{path}/proof", proof)["menu"]
        wanted = {"kind": line["kind"], "paid_yen": line["fee_yen"], "shows": ["RELATION", "KOSEKI"]}
        made = self.store.post(f"{path}/requests", wanted)
        paper = self.store.fetch(made["paper"])
        told = self.store.post(f"{path}/prints", {"transaction": made["transaction"], "result": "PRINTED"})
        assert told["state"] == "PRINTED"
        return paper
