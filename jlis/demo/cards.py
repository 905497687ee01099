"""Certificates for the grown.

RSA keys are slow to make, so the demonstration draws card keys from a small pool; nothing else may.
"""

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment
from jpki.domain.eligibility import AGE_FOR_SIGNATURE
from jpki.domain.kinds import AuthorityCode, Kind
from jpki.engine.keys import Holder
from jpki.services import authorities, issuing, publications
from jpki.services.issuing import Order
from juki.choices import RecordState
from juki.models import IdentityRecord
from juki.selectors import residents

PURPOSE = "JUKI-CARD"
POOL = 24
GROWN = 18
# The fifth birthday of who was issued four years ago lies ahead by up to a year.
_ISSUED_WITHIN = 4 * 365
_CEREMONY = """\
ceremony = "root"
authority = "{authority}"
generation = 1
public_base = "{public_base}"
holders = ["operator-jlis-jpki", "keyholder-jlis-jpki"]
not_before = {not_before}
note = "実演のための認証局"
"""


def found_authorities(*, by: Actor, passphrases: dict[str, str], public_base: str, at: Moment) -> None:
    """Hold the ceremonies of both authorities and publish their first lists."""
    holders = [Holder(name, words) for name, words in passphrases.items()]
    for authority in AuthorityCode:
        # The authority is older than the certificates that are issued as if within the last years.
        not_before = (at.instant - timedelta(days=_ISSUED_WITHIN + 60)).replace(microsecond=0).isoformat()
        text = _CEREMONY.format(authority=authority.value, public_base=public_base, not_before=not_before)
        with acting(by.scope):
            authorities.hold_ceremony(text=text, holders=holders, by=by, at=at)
        publications.publish_full(by=by, at=at, authority=authority.value)


def key_pool(folder: Path) -> list[bytes]:
    """The pool's keys as PEM files (0600), made once; returns them as PKCS#8 in PEM."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    paths = [folder / f"card-key-{number:02}.pem" for number in range(POOL)]
    missing = [path for path in paths if not path.exists()]
    if missing:
        with ProcessPoolExecutor() as pool:
            for path, pem in zip(missing, pool.map(_new_key, range(len(missing))), strict=True):
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(pem)
    return [path.read_bytes() for path in paths]


def public_key(pem: bytes) -> bytes:
    """SubjectPublicKeyInfo in DER of a private key."""
    key = serialization.load_pem_private_key(pem, None)
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def certify(
    *,
    random: Random,
    staff: dict[str, Actor],
    public_keys: Sequence[bytes],
    at: Moment,
    on_progress: Callable[[int], None],
) -> int:
    """Issue both certificates to everybody grown, as if within the last years; returns how many."""
    issued = 0
    for by in staff.values():
        with acting(by.scope):
            present = residents.latest_versions().filter(state=RecordState.CURRENT)
            people = list(present.order_by("name_kana", "birth_date", "name", "address"))
        orders = [order for row in people if _is_grown(row, at) for order in _orders(random, row, public_keys, at)]

        def counted(done: int, before: int = issued) -> None:
            on_progress(before + done)

        made = issuing.issue_many(
            orders=orders,
            by=by,
            at=at,
            purpose=PURPOSE,
            progress=counted,
        )
        if made.refusals:
            raise RuntimeError(f"実演の証明書が発行できません: {made.refusals[0].message}")
        issued += len(made.certificates)
    return issued


def renew_signatures(
    *, staff: dict[str, Actor], moved: Sequence[UUID], public_keys: Sequence[bytes], at: Moment
) -> int:
    """New signature certificates for those who lost theirs by a move and came to the counter."""
    issued = 0
    for by in staff.values():
        with acting(by.scope):
            here = list(
                residents.latest_versions()
                .filter(resident__in=list(moved), state=RecordState.CURRENT)
                .values_list("resident", flat=True)
            )
        orders = [Order(resident, Kind.SIGN_CARD, public_keys[n % len(public_keys)]) for n, resident in enumerate(here)]
        issued += len(issuing.issue_many(orders=orders, by=by, at=at, purpose=PURPOSE).certificates)
    return issued


def _is_grown(row: IdentityRecord, at: Moment) -> bool:
    return row.birth_from <= at.day.replace(year=at.day.year - GROWN, day=min(at.day.day, 28))


def _orders(random: Random, row: IdentityRecord, public_keys: Sequence[bytes], at: Moment) -> list[Order]:
    # Not before they were fifteen, nor so long ago that the fifth birthday has passed.
    since = min(_ISSUED_WITHIN, (at.day - row.birth_from).days - 366 * AGE_FOR_SIGNATURE)
    issued_at = Moment.of(at.day - timedelta(days=random.randint(1, since)))
    return [
        Order(row.resident, kind, random.choice(public_keys), issued_at=issued_at)
        for kind in (Kind.SIGN_CARD, Kind.AUTH_CARD)
    ]


def _new_key(_: int) -> bytes:
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def write_private(path: Path, document: object) -> None:
    """Write a JSON file that only its owner reads."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=2)
