"""Issuing signature certificates with row, field checks, audit entry and event, against a bare builder that signs (P2).

The bare peer is the library's builder with the same names and extensions, one certificate after the other, kept
nowhere.
"""

from itertools import count

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from bench import authority
from bench.stage import TOWN, Line, chief, fill, in_turn

_ROUND = 2_000


def measure(rows: int) -> list[Line]:
    """Certificates a second, signed by every core and by one."""
    fill(max(rows, _ROUND * 7))
    authority.generation("sign")
    keys = authority.card_keys(20)
    rounds = count()
    people = residents(_ROUND * 7)
    first = issue(people[-_ROUND:], keys, None)
    model = _certificate(first)
    own, bare = in_turn(lambda: issue(_part(people, rounds), keys, None), lambda: _build(model))
    alone, bare_too = in_turn(lambda: issue(_part(people, rounds), keys, 1), lambda: _build(model))
    return [
        Line("issuing, certificates/s", _ROUND / own, "bare builder, one process", _ROUND / bare, at_least=0.6),
        Line("issuing, one process", _ROUND / alone, "bare builder, one process", _ROUND / bare_too, at_least=0.6),
    ]


def residents(number: int) -> list:
    """So many grown residents of the town."""
    from jlis.kernel.isolation.scope import acting
    from juki.models import IdentityRecord

    with acting(chief().scope):
        grown = IdentityRecord.objects.filter(
            office=TOWN,
            state="CURRENT",
            valid_to__isnull=True,
            birth_from__lt="2005-01-01",
            birth_from__gt="1930-01-01",
        )
        people = list(grown.order_by("resident").values_list("resident", flat=True)[:number])
    assert len(people) == number, f"{len(people)} grown residents for {number} certificates: give more --rows"
    return people


def _part(people: list, rounds) -> list:
    place = next(rounds) * _ROUND
    return people[place : place + _ROUND]


def issue(people: list, keys: list[bytes], processes: int | None):
    """A signature certificate for each."""
    from jlis.kernel.time import now
    from jpki.domain.kinds import Kind
    from jpki.services import issuing
    from jpki.services.issuing import Order

    orders = [Order(who, Kind.SIGN_CARD, keys[place % len(keys)]) for place, who in enumerate(people)]
    issued = issuing.issue_many(orders=orders, by=chief(), at=now(), purpose="JUKI-CARD", processes=processes)
    assert not issued.refusals, issued.refusals[0]
    return issued


def _certificate(issued) -> x509.Certificate:
    from jlis.kernel.isolation.scope import JPKI, acting
    from jpki.selectors import certificates

    with acting(JPKI):
        return x509.load_der_x509_certificate(certificates.der(certificates.get(issued.certificates[0])))


def _build(model: x509.Certificate) -> None:
    key = rsa.generate_private_key(65537, 2048)
    subject_key, signs_with = model.public_key(), hashes.SHA256()
    for serial in range(1, _ROUND + 1):
        builder = x509.CertificateBuilder(
            model.issuer, model.subject, subject_key, serial, model.not_valid_before_utc,
            model.not_valid_after_utc, list(model.extensions),
        )  # fmt: skip
        builder.sign(key, signs_with)
