"""Signing in: accounts and clients made as administrators make them."""

from django.test import Client

from jlis.kernel.isolation.scope import DOOR, acting
from jlis.kernel.people import services
from jlis.kernel.people.models import Staff
from jlis.kernel.people.selectors import actor_named
from jlis.kernel.time import Moment

PASSWORD = "見本の合言葉 20261121"


def account(username: str, organisation: str, *duties: str, at: Moment) -> Staff:
    """An account with duties: one founder asks, the other decides."""
    with acting(DOOR):
        founded = Staff.objects.exists()
    if not founded:
        services.found_administrators(passwords=(PASSWORD, PASSWORD), organisation="JLIS", at=at)
    asks, decides = (actor_named(name) for name in services.FOUNDERS)
    staff = services.open_account(
        username=username, family_name="見本", given_name="職員", organisation=organisation, password=PASSWORD,
        needs_second_factor=False, by=asks, at=at,
    )  # fmt: skip
    for duty in duties:
        grant = services.request_duty(staff_id=staff.pk, duty=duty, by=asks, at=at)
        services.approve_duty(grant_id=grant.pk, by=decides, at=at)
    return staff


def sign_in(client: Client, username: str) -> Client:
    response = client.post("/", {"username": username, "password": PASSWORD})
    assert response.status_code == 302, response.content.decode()
    return client


def bearer(client: Client, organisation: str, *permissions: str, at: Moment) -> dict[str, str]:
    """The header of a machine client's calls, its token fetched as clients fetch it."""
    account("registrar", "JLIS", at=at)
    registered, secret = services.register_client(
        name="見本",
        organisation=organisation,
        permissions=list(permissions),
        by=actor_named(services.FOUNDERS[0]),
        at=at,
    )
    answer = client.post(
        "/oauth/token/",
        {
            "grant_type": "client_credentials", "client_id": registered.client_id, "client_secret": secret,
            "scope": " ".join(permissions),
        },
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
