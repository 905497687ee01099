"""What the benches of certificates stand on: two officers, an authority by its ceremony, public keys of cards."""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bench.stage import hire

_CEREMONY = """\
ceremony = "root"
authority = "{authority}"
generation = 1
public_base = "http://127.0.0.1:18092"
holders = ["bench-1", "bench-2"]
"""


def officer():
    """An officer of the certification centre; both key holders' accounts are opened the first time."""
    from jlis.kernel.people.selectors import actor_named

    for username in ("bench-1", "bench-2"):
        hire(username, "JLIS-JPKI", "CERTIFICATE_OPERATOR")
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
