"""Where a town's certificates are made: its copy in the cloud, or its own server over HTTP.

Both answer the same two questions: what may this person have, and the paper itself. The town judges its own grounds
for refusing (支援措置, moving out, age); the centre judges the card.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import requests

from bcl.services import certificates as copies
from jlis.kernel.actors import Actor
from jlis.kernel.documents.fitting import CannotPrint
from jlis.kernel.errors import Refused
from jlis.kernel.time import Moment
from jlis.kernel.vault import sealing
from konbini.choices import Source
from konbini.models import Town, TownServer

PURPOSE = "JUKI-COUNTER"
_PATIENCE = (3.05, 20)
_LARGEST = 20 * 1024 * 1024


class TownRefuses(Refused):
    """The town gives this person nothing (class E2), or not this (E6); to the counter, with the town's own reason."""

    status = 422


class TownUnavailable(Refused):
    """The town's server does not answer, or not as agreed (class E4). Nothing was charged."""

    status = 503


@dataclass(frozen=True)
class Offer:
    """The kinds (letters of the published list) that the town gives this person now, and how many share the home.

    ``whole_household``: whether a paper of everybody is possible today.
    """

    kinds: tuple[str, ...]
    household_size: int
    whole_household: bool = True


@dataclass(frozen=True)
class Order:
    """One paper that is asked for; ``number`` is the 発行番号 to be printed on each page."""

    transaction: str
    kind: str
    resident: UUID
    office: str
    whole_household: bool
    shows: frozenset[str]
    number: str


class Issuer(Protocol):
    """A maker of certificates."""

    def offer(self, *, transaction: str, resident: UUID, office: str) -> Offer:
        """What the person may have. Raises TownRefuses, TownUnavailable."""

    def issue(self, order: Order) -> bytes:
        """The paper as PDF. Raises TownRefuses, TownUnavailable."""


def of_town(town: Town, *, by: Actor, at: Moment) -> Issuer:
    """The maker of a town's certificates."""
    return _Copy(by, at) if town.source == Source.COPY else _Server(town)


@dataclass(frozen=True)
class _Copy:
    """The town's copy in the basic cloud."""

    by: Actor
    at: Moment

    def offer(self, *, transaction: str, resident: UUID, office: str) -> Offer:
        with _in_the_towns_words():
            found = copies.offers(
                transaction=transaction, resident=resident, office=office, by=self.by, at=self.at, purpose=PURPOSE
            )
        return Offer(tuple(found.kinds), found.household_size, found.whole_household)

    def issue(self, order: Order) -> bytes:
        wanted = copies.ResidenceOrder(
            transaction=order.transaction,
            resident=order.resident,
            office=order.office,
            whole_household=order.whole_household,
            shows=order.shows,
            number=order.number,
        )
        with _in_the_towns_words():
            return copies.issue_residence_record(order=wanted, by=self.by, at=self.at, purpose=PURPOSE)


class _Server:
    """A town's own certificate server: JSON in, JSON or a PDF out, refusals as problem documents."""

    def __init__(self, town: Town):
        server = TownServer.objects.get(pk=town.pk)
        self._url = server.url.rstrip("/")
        self._secret = sealing.open_many([bytes(server.sealed)], [secret_binding(town.pk)])[0].decode()

    def offer(self, *, transaction: str, resident: UUID, office: str) -> Offer:
        answer = self._ask("offers", {"transaction": transaction, "resident": str(resident)})
        try:
            document = json.loads(answer)
            kinds = tuple(str(kind["code"]) for kind in document["kinds"])
            return Offer(kinds, int(document["household_size"]), bool(document.get("whole_household", True)))
        except (ValueError, KeyError, TypeError) as error:
            raise _not_as_agreed() from error

    def issue(self, order: Order) -> bytes:
        return self._ask(
            "certificates",
            {
                "transaction": order.transaction,
                "kind": order.kind,
                "resident": str(order.resident),
                "whole_household": order.whole_household,
                "shows": sorted(order.shows),
                "number": order.number,
            },
        )

    def _ask(self, what: str, document: dict[str, Any]) -> bytes:
        headers = {"Authorization": f"Bearer {self._secret}"}
        try:
            answer = requests.post(f"{self._url}/{what}", json=document, headers=headers, timeout=_PATIENCE)
        except requests.RequestException as error:
            message = "市区町村の証明発行サーバーが応答しません。しばらくしてからお試しください。"
            raise TownUnavailable("town_unavailable", message) from error
        if answer.status_code == 200 and len(answer.content) <= _LARGEST:
            return answer.content
        raise _refusal_in(answer)


@contextmanager
def _in_the_towns_words() -> Iterator[None]:
    """What the copy refuses, and what its paper cannot carry, is the town's refusal (classes E2 and E6)."""
    try:
        yield
    except (copies.CopyRefuses, CannotPrint) as refusal:
        raise TownRefuses(refusal.code, refusal.message) from refusal


def secret_binding(office: str) -> bytes:
    """What a town's connection secret is sealed to."""
    return b"konbini.town:" + office.encode()


def _refusal_in(answer: requests.Response) -> Refused:
    """The town's own words, where it refused in the agreed form."""
    try:
        document = answer.json()
        if answer.status_code == 422:
            return TownRefuses(str(document["code"])[:40], str(document["detail"]))
    except (ValueError, KeyError, TypeError):
        return _not_as_agreed()
    return _not_as_agreed()


def _not_as_agreed() -> Refused:
    return TownUnavailable("town_unavailable", "市区町村の証明発行サーバーの応答を読み取れません。")
