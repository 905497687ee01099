"""The demonstration's network: made by the room's services, the same each time, with everything in agreement."""

import pytest

from jlis.demo import network
from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import LGWAN, acting
from lgwan.choices import Layer, State
from lgwan.models import Service
from lgwan.reconciliation import numbers_have_approvals
from lgwan.selectors import redundancy
from tests.conftest import CHIYODA, SHINJUKU, TOKYO, YOKOHAMA
from tests.lgwan.cast import approver, officer, reviewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, Actor]:
    kinds = {CHIYODA: "MUNICIPALITY", SHINJUKU: "MUNICIPALITY", YOKOHAMA: "CITY", TOKYO: "PREFECTURE"}
    officers = {f"network-{code}": officer(code, kind=kind) for code, kind in kinds.items()}
    return officers | {
        "operator-jlis-lgwan": reviewer(1), "reviewer-jlis-lgwan": reviewer(2), "approver-jlis-lgwan": approver(),
    }  # fmt: skip


def test_circuits_and_services_stand_in_many_states(people, at):
    network.connect(people=people, at=at)

    with acting(LGWAN):
        states = dict(Service.objects.order_by("pk").values_list("name", "state"))
        assert redundancy.of_survey(network.ABOUT_SURVEY.as_of).total.redundant == 715
        today = redundancy.of_register(at.day, 5, with_planned=False).total
        planned = redundancy.of_register(at.day, 5, with_planned=True).total
        published = set(Service.objects.filter(state=State.PUBLISHED).values_list("layer", flat=True))
    assert set(states.values()) == {
        "PUBLISHED", "RENEWING", "CHANGING", "ENDED", "CORRECTING", "DECIDING", "REVIEWING", "APPLIED",
    }  # fmt: skip
    assert published <= set(Layer.values)
    assert (today.bodies, today.redundant, planned.redundant) == (4, 3, 4)
    assert all(finding.agrees for finding in numbers_have_approvals())
