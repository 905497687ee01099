"""Pages over REST: a cursor, a bounded limit, a Link to the next page; and only one's own rows."""

import pytest
from django.test import Client as HttpClient
from oauth2_provider.models import get_access_token_model

from jlis.kernel.isolation.scope import DOOR, acting
from jlis.kernel.people.models import Client
from jlis.kernel.time import now
from tests.conftest import CHIYODA, SHINJUKU
from tests.juki.factories import birth, tell, with_codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask():
    """GET as a town's system."""

    def get(path: str, organisation: str):
        with acting(DOOR):
            client, _ = Client.objects.get_or_create(
                name=organisation,
                organisation_id=organisation,
                defaults={"permissions": ["juki.notify"], "client_type": "confidential",
                          "authorization_grant_type": "client-credentials"},
            )  # fmt: skip
            token = get_access_token_model().objects.create(
                application=client, token=f"t-{organisation}-{now().instant.timestamp()}",
                expires=now().later(minutes=10).instant, scope="juki.notify",
            )  # fmt: skip
        return HttpClient().get(path, headers={"authorization": f"Bearer {token.token}"})

    return get


def test_a_list_comes_in_pages_that_link_to_the_next(clerk, outsider, at, ask):
    with_codes(clerk, at)
    with_codes(outsider, at)
    tell(*[birth() for _ in range(5)], by=clerk, at=at)
    tell(birth(), by=outsider, at=at)
    first = ask("/api/v1/juki/notifications?limit=2", CHIYODA)
    assert len(first.json()["results"]) == 2
    seen, link = [row["key"] for row in first.json()["results"]], first.headers["Link"]
    while 'rel="next"' in link:
        following = ask(link.split(">")[0].lstrip("<").replace("http://testserver", ""), CHIYODA)
        seen += [row["key"] for row in following.json()["results"]]
        link = following.headers.get("Link", "")
        link = link if 'rel="next"' in link else ""
    assert len(seen) == len(set(seen)) == 5
    assert len(ask("/api/v1/juki/notifications", SHINJUKU).json()["results"]) == 1


def test_a_limit_beyond_the_largest_is_cut(ask):
    assert ask("/api/v1/jobs?limit=100000", CHIYODA).status_code == 200
