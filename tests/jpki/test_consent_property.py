"""P6: nothing is ever told without consent, whatever happens in whatever order; held against a small model."""

from dataclasses import dataclass, field
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jlis.kernel.errors import Forbidden
from jlis.kernel.isolation.scope import acting
from jpki.domain.consents import Item
from jpki.domain.kinds import Kind
from jpki.domain.relying_parties import Entitlement
from jpki.models import Consent
from jpki.services import latest_items, relying_parties
from jpki.services.latest_items import Result
from tests.jpki import cast, consenting, parties
from tests.jpki.test_consents import ended, moved

pytestmark = pytest.mark.django_db
EVERYTHING = frozenset(Entitlement)
ITEMS = st.sets(st.sampled_from(Item), min_size=1).map(lambda items: tuple(sorted(items)))
STEPS = st.one_of(
    st.tuples(st.just("agree"), st.integers(0, 1), ITEMS),
    st.tuples(st.just("cancel"), st.integers(0, 1)),
    st.tuples(st.just("move"), st.integers(1, 3)),
    st.tuples(st.just("end certificate")),
    st.tuples(st.just("new certificate")),
    st.tuples(st.just("stop"), st.integers(0, 1)),
    st.tuples(st.just("resume"), st.integers(0, 1)),
    st.tuples(st.just("disentitle"), st.integers(0, 1)),
    st.tuples(st.just("ask"), st.integers(0, 1)),
)


@dataclass
class Model:
    """What a reader of the rules would expect. Addresses are numbers; the certificate asked about has 0."""

    address: int = 0
    certified: int | None = 0
    agreed: dict[int, tuple[Item, ...]] = field(default_factory=dict)
    stopped: set[int] = field(default_factory=set)
    disentitled: set[int] = field(default_factory=set)

    def expected(self, party: int) -> tuple[str, frozenset[Item]]:
        """The result and the items that an answer has."""
        if party in self.stopped or party in self.disentitled:
            return "refused", frozenset()
        if party not in self.agreed:
            return Result.NO_CONSENT, frozenset()
        if self.certified is None:
            return Result.NO_CERTIFICATE, frozenset()
        if self.certified == 0 or Item.ADDRESS not in self.agreed[party]:
            return Result.UNCHANGED, frozenset()
        return Result.PROVIDED, frozenset(self.agreed[party])


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, min_size=1, max_size=14))
def test_nothing_without_consent(steps, founded, resident, clerk, at):
    with transaction.atomic():
        life = Life(resident, clerk, at)
        for step, *rest in steps:
            life.take(step, *rest)
        for party in (0, 1):
            life.ask(party)
        transaction.set_rollback(True)


class Life:
    """A holder, two providers of one platform, and the model beside them."""

    def __init__(self, resident, clerk, at):
        self.resident, self.clerk, self.at = resident, clerk, at
        platform, first = parties.active_pair(at, what=EVERYTHING)
        second = parties.active(
            at, parties.PartyKind.PROVIDER, platform=platform.pk, what=EVERYTHING, name="見本銀行株式会社"
        )
        self.providers = [first, second]
        self.by = parties.client(platform, "jpki.latest_items")
        self.certificate = cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at)
        self.serial = cast.status_of(self.certificate).serial
        self.model = Model()
        self.consents: dict[int, Consent] = {}
        self.references = count()

    def take(self, step: str, *rest) -> None:
        """A step, where it can be taken at all; each has a method of its name."""
        getattr(self, step.replace(" ", "_"))(*rest)

    def agree(self, party: int, items: tuple[Item, ...]) -> None:
        if self.model.certified is not None and self._may_act(party):
            self.consents[party] = consenting.given(
                self.certificate, reference=f"r-{next(self.references)}", items=items, **self._acting_for(party)
            )
            self.model.agreed[party] = items

    def cancel(self, party: int) -> None:
        if party in self.model.agreed and self.model.certified is not None:
            consenting.withdrawn(self.consents[party], self.certificate, **self._acting_for(party))
            del self.model.agreed[party]

    def move(self, address: int) -> None:
        if address != self.model.address:
            moved(self.resident.pk, self.clerk, self.at, address=f"東京都千代田区永田町一丁目{address}番")
            self.model.address = address

    def end_certificate(self) -> None:
        if self.model.certified is not None:
            ended(self.certificate, self.clerk, self.at)
            self.model.certified = None

    def new_certificate(self) -> None:
        if self.model.certified is None:
            self.certificate = cast.issued_to(self.resident, Kind.SIGN_CARD, by=self.clerk, at=self.at)
            self.model.certified = self.model.address

    def stop(self, party: int) -> None:
        if party not in self.model.stopped:
            parties.moved(self.providers[party], "stop", at=self.at)
            self.model.stopped.add(party)

    def resume(self, party: int) -> None:
        if party in self.model.stopped:
            parties.moved(self.providers[party], "resume", at=self.at)
            self.model.stopped.discard(party)

    def disentitle(self, party: int) -> None:
        if party in self.model.disentitled:
            return
        officer, what = cast.operator(), Entitlement.LATEST_ITEMS
        with acting(officer.scope):
            relying_parties.end_entitlement(party=self.providers[party].pk, what=what, by=officer, at=self.at)
        self.model.disentitled.add(party)

    def ask(self, party: int) -> None:
        result, items = self.model.expected(party)
        try:
            with acting(self.by.scope):
                (told,) = latest_items.provide(serials=[self.serial], **self._acting_for(party)).rows
        except Forbidden:
            assert result == "refused"
            return
        assert (told.result, frozenset(told.items)) == (result, items)
        if told.result is Result.PROVIDED:
            expected = f"東京都千代田区永田町一丁目{self.model.certified}番"
            assert told.items[Item.ADDRESS] == expected

    def _may_act(self, party: int) -> bool:
        return party not in self.model.stopped | self.model.disentitled

    def _acting_for(self, party: int) -> dict:
        return {"by": self.by, "at": self.at, "on_behalf_of": self.providers[party].organisation_id}
