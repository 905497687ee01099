"""Answering OCSP requests, and making answers ahead of the asking.

A ready answer is served while the certificate's status has the version it was made for, so the commit of a revocation
is also the end of the old answer. What is not ready is signed at once and kept for the next who asks.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Refused
from jlis.kernel.isolation.scope import JPKI, PUBLIC, acting
from jlis.kernel.time import Moment
from jpki.choices import AuthorityCode
from jpki.engine import ocsp_answers, ocsp_requests
from jpki.engine.crl import Reason
from jpki.engine.keys import KeyUnavailable
from jpki.engine.ocsp_answers import Refusal, Single
from jpki.engine.ocsp_requests import CertId, MalformedRequest, OcspRequest
from jpki.selectors import authorities
from jpki.selectors.authorities import LivingGeneration
from jpki.services.authorities import renew_responders
from jpki.sql import answers
from jpki.sql.answers import Standing

_REFRESHED_AT_ONCE = 5_000
_LARGEST_SERIAL = 2**63 - 1


@dataclass(frozen=True)
class Answer:
    """An OCSPResponse in DER; the times are None where it is a refusal or answers a nonce, and not to be kept."""

    content: bytes
    this_update: datetime | None = None
    next_update: datetime | None = None


def answer(*, authority: str, data: bytes, at: datetime) -> Answer:
    """The answer to a request as it came over the wire. Never raises for what the request holds."""
    try:
        request = ocsp_requests.parse(data)
    except MalformedRequest:
        return _refusal(Refusal.MALFORMED_REQUEST)
    with acting(PUBLIC):
        generation = _asked_generation(authority, request)
        if generation is None:
            return _refusal(Refusal.UNAUTHORIZED)
        asked = request.cert_ids[0]
        if request.usual and 0 < asked.serial <= _LARGEST_SERIAL:
            ready = answers.ready(generation.id, asked.hash_name, asked.serial, at)
            if ready is not None:
                return Answer(*ready)
        try:
            return _signed(generation, request, at)
        except (Refused, KeyUnavailable):
            return _refusal(Refusal.TRY_LATER)


def refresh(*, by: Actor, at: Moment) -> int:
    """Make anew the kept answers that end before the next run but one, and responders' certificates that run out.

    Returns how many answers were made.
    """
    by.must("jpki.operate_authority")
    renew_responders(by=by, at=at)
    made = 0
    for code in AuthorityCode.values:
        with acting(JPKI):
            living = authorities.generations(code)
        for generation in living:
            if generation.issuer.not_before <= at.instant < generation.issuer.not_after:
                made += _refresh(generation, at.instant)
    return made


def prepare(*, generation: LivingGeneration, serials: Sequence[int], hash_name: str, at: datetime) -> int:
    """Make answers ahead for these serials; those never issued are passed over. Returns how many were made."""
    with acting(JPKI):
        standings = {
            serial: standing
            for serial, standing in answers.standings(generation.id, serials).items()
            if standing.state != "PREPARED"
        }
        if not standings:
            return 0
        responder = authorities.responder(generation, at)
        this_update, next_update = _times(generation, at)
        made = [
            (
                serial,
                standing.version,
                responder.answer(
                    [Single(_cert_id(generation, hash_name, serial), _status(standing), this_update, next_update)],
                    produced_at=this_update,
                ),
            )
            for serial, standing in standings.items()
        ]
        answers.keep(generation.id, hash_name, made, this_update=this_update, next_update=next_update)
    return len(made)


def _refresh(generation: LivingGeneration, at: datetime) -> int:
    before = at + 2 * generation.profile.ocsp_period
    with acting(JPKI):
        due = answers.due(generation.id, before, _REFRESHED_AT_ONCE)
    by_hash: dict[str, list[int]] = defaultdict(list)
    for serial, hash_name in due:
        by_hash[hash_name].append(serial)
    return sum(
        prepare(generation=generation, serials=serials, hash_name=hash_name, at=at)
        for hash_name, serials in by_hash.items()
    )


def _asked_generation(authority: str, request: OcspRequest) -> LivingGeneration | None:
    """The generation of the first certificate that is ours; one answer carries one responder's signature."""
    for asked in request.cert_ids:
        found = authorities.of_cert_id(authority, asked.hash_name, asked.issuer_name_hash, asked.issuer_key_hash)
        if found is not None:
            return found
    return None


def _is_of(generation: LivingGeneration, asked: CertId) -> bool:
    return generation.hashes.get((asked.hash_name, asked.issuer_key_hash)) == asked.issuer_name_hash


def _signed(generation: LivingGeneration, request: OcspRequest, at: datetime) -> Answer:
    responder = authorities.responder(generation, at)
    ours = [each.serial for each in request.cert_ids if _is_of(generation, each) and 0 < each.serial <= _LARGEST_SERIAL]
    standings = answers.standings(generation.id, ours)
    this_update, next_update = _times(generation, at)
    singles = [
        Single(
            asked.encoded,
            _status(standings.get(asked.serial) if _is_of(generation, asked) else None),
            this_update,
            next_update,
        )
        for asked in request.cert_ids
    ]
    content = responder.answer(singles, produced_at=this_update, nonce=request.nonce)
    if not request.usual:
        return Answer(content)
    asked = request.cert_ids[0]
    standing = standings.get(asked.serial)
    # A serial that was never issued, or not yet, is not kept: anybody could fill the table, and it may be issued soon.
    if standing is None or standing.state == "PREPARED":
        return Answer(content)
    made = [(asked.serial, standing.version, content)]
    answers.keep(generation.id, asked.hash_name, made, this_update=this_update, next_update=next_update)
    return Answer(content, this_update, next_update)


def _status(standing: Standing | None) -> bytes:
    if standing is None or standing.state == "PREPARED":
        return ocsp_answers.UNKNOWN
    if standing.state == "VALID":
        return ocsp_answers.GOOD
    assert standing.since is not None, "the database ties the state to its dates"
    return ocsp_answers.revoked(standing.since, Reason(standing.reason or 0))


def _times(generation: LivingGeneration, at: datetime) -> tuple[datetime, datetime]:
    this_update = at.replace(microsecond=0)
    return this_update, this_update + generation.profile.ocsp_validity


def _cert_id(generation: LivingGeneration, hash_name: str, serial: int) -> bytes:
    issuer = generation.issuer
    return ocsp_requests.cert_id_der(hash_name, issuer.name_hash(hash_name), issuer.key_hash(hash_name), serial)


def _refusal(status: Refusal) -> Answer:
    return Answer(ocsp_answers.refusal(status))
