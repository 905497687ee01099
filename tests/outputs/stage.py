"""One person at an address that is nowhere else, in every room at once: register, copy, card, certificates, kiosk."""

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client

from jlis.kernel.actors import Actor
from jlis.kernel.domain.folding import address_key
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.organisations.choices import OrganisationKind
from jlis.kernel.organisations.services import bodies
from jlis.kernel.people.permissions import permissions_of
from jlis.kernel.time import Moment
from jpki.domain.kinds import Kind
from juki.models import Resident
from konbini.choices import CertificateKind
from konbini.pdf import reading
from konbini.services import participants
from mynacard.choices import NoticeState
from mynacard.domain.notices import days_for
from mynacard.models import Card, ExpiryNotice
from mynacard.services import notices
from tests.bcl import copies
from tests.conftest import CHIYODA, TOKYO, actor
from tests.jpki.people import account, sign_in
from tests.juki.caller import System, registered
from tests.juki.protection import MARKER, SECRET, applied
from tests.juki.protection import registered as resident_registered
from tests.konbini.town import OPERATOR
from tests.konbini.town import Card as KioskCard
from tests.mynacard import cast

PURPOSE = "JUKI-COUNTER"


@dataclass
class Stage:
    """What the drivers need. `cover` lets the measure begin; before it every driver must show the address."""

    at: Moment
    clerk: Actor
    folder: Path
    resident: Resident
    card: Card
    kiosk_card: KioskCard
    others: list[Resident]
    stored_card: Card
    ready_card: Card
    ordered_card: Card
    clients: dict[str, Client] = field(default_factory=dict)
    permissions: dict[str, frozenset[str]] = field(default_factory=dict)
    systems: dict[str, System] = field(default_factory=dict)
    # What a driver leaves for its next call: papers and files that were made before the measure began.
    drawn: list[UUID] = field(default_factory=list)
    kiosk_paper: str = ""
    store_session: str = ""
    back: bytes = b""

    def cover(self) -> UUID:
        """The measure begins, for everybody at the address."""
        codes = tuple(each.resident_code for each in self.others)
        return applied(self.resident, self.at, applied_on=self.at.day, member_codes=codes).pk


def built(at: Moment, folder: Path) -> Stage:
    """Everything, once for all drivers; within the caller's transaction."""
    clerk = actor(CHIYODA, "SUPERVISOR")
    resident, *others = (resident_registered(clerk, at) for _ in range(4))
    live = cast.live(resident, by=clerk, at=at)
    stage = Stage(
        at=at,
        clerk=clerk,
        folder=folder,
        resident=resident,
        card=live,
        kiosk_card=_chip(live, resident),
        others=others,
        stored_card=cast.stored(others[0], by=clerk, at=at),
        ready_card=cast.ready(others[1], by=clerk, at=at),
        ordered_card=cast.in_production(others[2], by=clerk, at=at),
    )
    _town_and_kiosk(stage)
    _people(stage)
    _notices(stage)
    return stage


def _chip(card: Card, resident: Resident) -> KioskCard:
    der = cast.MemoryTerminal.chips[card.card_number]["certificates"][Kind.AUTH_CARD]
    public = x509.load_der_x509_certificate(der).public_key()
    octets = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    number = next(place for place in range(4) if cast.jpki_cast.card_key(place) == octets)
    return KioskCard(resident.pk, base64.b64encode(der).decode(), number)


def _town_and_kiosk(stage: Stage) -> None:
    at = stage.at
    copies.take_part(stage.clerk, at)
    row = copies.row_of(stage.resident, sequence=1, address=SECRET, former_address=SECRET)
    copies.send(stage.clerk, at, row)
    masters = actor("JLIS-JUKI", "REGISTRY_OPERATOR", kind="JLIS")
    centre = actor("JLIS-KONBINI", "KONBINI_OPERATOR", kind="JLIS")
    bodies.enter(code=OPERATOR, name="見本商店", kind=OrganisationKind.OPERATOR, by=masters)
    participants.register_operator(organisation=OPERATOR, by=centre, at=at)
    participants.enter_town(office=CHIYODA, fees={CertificateKind.RESIDENCE_RECORD: 300}, by=centre, at=at)
    for code, in_browser in (("K0001", False), ("B0001", True)):
        participants.register_kiosk(
            code=code, operator=OPERATOR, store="北店", prefecture=13, in_browser=in_browser, by=centre, at=at
        )


_ACCOUNTS = {
    "clerk": (CHIYODA, "COUNTER_CLERK"),
    "chief": (CHIYODA, "SUPERVISOR"),
    "prefecture": (TOKYO, "EXTRACT_OPERATOR"),
    "card": ("JLIS-CARD", "CARD_OPERATOR"),
    "maker": ("JLIS-CARD", "CARD_MAKER"),
    "jpki": ("JLIS-JPKI", "CERTIFICATE_OPERATOR"),
    "desk": ("JLIS-JPKI", "DEVICE_DESK_OFFICER"),
    "bcl": ("JLIS-BCL", "CLOUD_OPERATOR"),
    "konbini": ("JLIS-KONBINI", "KONBINI_OPERATOR"),
    "founder": ("JLIS", "SYSTEM_ADMINISTRATOR"),
    "auditor": ("JLIS", "AUDITOR"),
    "approver": (TOKYO, "EXTRACT_APPROVER"),
}


def _people(stage: Stage) -> None:
    for name, (organisation, duty) in _ACCOUNTS.items():
        account(name, organisation, duty, at=stage.at)
        client = sign_in(Client(raise_request_exception=False), name)
        session = client.session
        session["juki_purpose"] = PURPOSE
        session.save()
        stage.clients[name] = client
        stage.permissions[name] = permissions_of([duty])
    stage.clients["kiosk"] = Client(raise_request_exception=False)
    stage.systems = {
        "town": registered(
            CHIYODA, "juki.query", "juki.notify", "juki.see_town_messages", "juki.keep_move_outs", at=stage.at
        ),
        "prefecture": registered(TOKYO, "juki.extract", at=stage.at),
        "store": registered(OPERATOR, "konbini.relay", at=stage.at),
        "phones": registered("JLIS-JPKI", "jpki.apply_mobile", at=stage.at),
    }
    for system in stage.systems.values():
        # Here and not at the first call: what a test fetches is rolled back with it.
        system.token = system.ask_token().json()["access_token"]


def _notices(stage: Stage) -> None:
    due = days_for(stage.card.expires_on)
    notices.run(by=cast.operator(), at=Moment(stage.at.instant, due.listed_on))
    with acting(MYNACARD):
        # As before the match: the list for towns whose system does not match by itself.
        assert ExpiryNotice.objects.update(state=NoticeState.LISTED)


def everything_left(outcomes: Iterable[Any]) -> bytes:
    """All octets of what left: heads and bodies of answers, files with their names, words of refusals, papers' text."""
    return b"\n".join(_octets(one) for one in outcomes)


def _octets(one: Any) -> bytes:
    if isinstance(one, Path):
        return one.name.encode() + b"\n" + _with_text(one.read_bytes())
    if isinstance(one, HttpResponse | StreamingHttpResponse):
        content = b"".join(one) if one.streaming else one.content
        head = f"{one.status_code} {one.headers}".encode()
        return head + b"\n" + _with_text(content)
    return _with_text(one) if isinstance(one, bytes) else str(one).encode()


def _with_text(octets: bytes) -> bytes:
    if not octets.startswith(b"%PDF"):
        return octets
    return octets + "".join("".join(reading.content(octets).pages).split()).encode()


def traces(octets: bytes) -> list[str]:
    """The forms of the marker that are in what left: as it is, folded, in CP932, escaped."""
    forms = {
        "as it is": MARKER.encode(),
        "folded": address_key(MARKER).encode(),
        "CP932": MARKER.encode("cp932"),
        "escaped": json.dumps(MARKER)[1:-1].encode(),
    }
    return [name for name, form in forms.items() if form in octets]


TOWN = (CHIYODA, "千代田区")


def town_traces(octets: bytes, words: Iterable[str] = TOWN) -> list[str]:
    """The words for the town that are in what left: as they are, in CP932, escaped."""
    return [
        word
        for word in words
        if any(form in octets for form in (word.encode(), word.encode("cp932"), json.dumps(word)[1:-1].encode()))
    ]


def told_elsewhere(outcomes: Iterable[Any]) -> list[str]:
    """What tells the town in all that did not go to the town itself; to who is outside its prefecture, that as well."""
    found = []
    for one in outcomes:
        actor_ = getattr(getattr(one, "wsgi_request", None), "actor", None)
        receiver = actor_.organisation if actor_ else ""
        if receiver != CHIYODA:
            words = TOWN if receiver[:2] == CHIYODA[:2] else (*TOWN, "東京都")
            found += town_traces(everything_left([one]), words)
    return found


Driver = Callable[[Stage], Iterable[Any]]
