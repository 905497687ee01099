"""What the benches of certificates stand on: two officers, an authority by its ceremony, public keys of cards."""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_CEREMONY = """\
ceremony = "root"
authority = "{authority}"
generation = 1
public_base = "http://127.0.0.1:18092"
holders = ["bench-1", "bench-2"]
"""


def officer():
    """An officer of the certification centre; both key holders' accounts are opened the first time."""
    from jlis.kernel.people import services as people
    from jlis.kernel.people.models import Staff
    from jlis.kernel.people.selectors import actor_named
    from jlis.kernel.time import now

    at = now()
    if not _exists(Staff, "bench-1"):
        people.found_administrators(passwords=("bench-password-1", "bench-password-2"), organisation="JLIS", at=at)
        first, second = (actor_named(name) for name in people.FOUNDERS)
        for username in ("bench-1", "bench-2"):
            staff = people.open_account(
                username=username, family_name="計", given_name="測", organisation="JLIS-JPKI",
                password="a-long-bench-phrase", needs_second_factor=False, by=first, at=at,
            )  # fmt: skip
            grant = people.request_duty(staff_id=staff.pk, duty="CERTIFICATE_OPERATOR", by=first, at=at)
            people.approve_duty(grant_id=grant.pk, by=second, at=at)
    return actor_named("bench-1")


def generation(authority: str):
    """The first generation of an authority, by its ceremony."""
    from jlis.kernel.isolation.scope import JPKI, acting
    from jpki.models import Generation

    with acting(JPKI):
        found = Generation.objects.filter(authority_id=authority, number=1).first()
    if found is not None:
        return found
    return next_generation(_CEREMONY.format(authority=authority))


def next_generation(text: str):
    """The generation of a ceremony's file, five minutes old."""
    from jlis.kernel.isolation.scope import JPKI, acting
    from jlis.kernel.time import Moment, now
    from jpki.engine.keys import Holder
    from jpki.models import Generation
    from jpki.services import authorities

    by = officer()
    holders = [Holder("bench-1", "計測のための合言葉その一です"), Holder("bench-2", "計測のための合言葉その二です")]
    with acting(by.scope):
        made = authorities.hold_ceremony(
            text=text, holders=holders, by=by, at=Moment.of(now().later(minutes=-5).instant)
        )
    with acting(JPKI):
        return Generation.objects.get(pk=made.pk)


def card_keys(count: int) -> list[bytes]:
    """Public keys of cards, as SubjectPublicKeyInfo."""
    keys = [rsa.generate_private_key(65537, 2048).public_key() for _ in range(count)]
    return [
        key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo) for key in keys
    ]


def _exists(model, username: str) -> bool:
    from jlis.kernel.isolation.scope import SYSTEM, acting

    with acting(SYSTEM):
        return model.objects.filter(username=username).exists()
