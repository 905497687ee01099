"""Answering OCSP requests, and making answers ahead of the asking.

A ready answer is served while the certificate's status has the version it was made for, so the commit of a revocation
is also the end of the old answer. What is not ready is signed at once and kept for the next who asks. A web process
also remembers what it has answered, for as long as the database tells it of no change (`jpki.gateways.status_memory`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import DatabaseError

from jlis.kernel.actors import Actor, system_actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Refused
from jlis.kernel.isolation.scope import JPKI, PUBLIC, acting
from jlis.kernel.time import Moment
from jpki.choices import AuthorityCode
from jpki.engine import ocsp_answers, ocsp_requests
from jpki.engine.crl import Reason
from jpki.engine.keys import KeyUnavailable
from jpki.engine.ocsp_answers import Refusal, Single
from jpki.engine.ocsp_requests import CertId, MalformedRequest, OcspRequest
from jpki.gateways import key_uses, status_memory
from jpki.gateways.key_uses import Key
from jpki.gateways.status_memory import StatusMemory
from jpki.selectors import authorities
from jpki.selectors.authorities import LivingGeneration
from jpki.services.authorities import renew_responders
from jpki.sql import answers
from jpki.sql.answers import Standing

_REFRESHED_AT_ONCE = 5_000
_LARGEST_SERIAL = 2**63 - 1
_STANDING = "standing"
_RESPONDER = system_actor("jpki.responder", JPKI)


@dataclass(frozen=True)
class Answer:
    """An OCSPResponse in DER; the times are None where it is a refusal or answers a nonce, and not to be kept."""

    content: bytes
    this_update: datetime | None = None
    next_update: datetime | None = None


class _Meaning(NamedTuple):
    """What a usual request asks."""

    generation: LivingGeneration
    serial: int
    hash_name: str


def answer(*, authority: str, data: bytes, at: datetime) -> Answer:
    """The answer to a request as it came over the wire. Never raises for what the request holds."""
    if known := remembered(authority=authority, data=data, at=at):
        return known
    try:
        request = ocsp_requests.parse(data)
    except MalformedRequest:
        return _refusal(Refusal.MALFORMED_REQUEST)
    memory = status_memory.current()
    epoch = memory.epoch if memory is not None else 0
    with acting(PUBLIC):
        generation = _asked_generation(authority, request)
        if generation is None:
            return _refusal(Refusal.UNAUTHORIZED)
        standings: dict[int, Standing] = {}
        found = _ready(generation, request, at) or _signed(generation, request, standings, at)
    if memory is not None:
        _remember(memory, generation, request, found, standings, epoch)
        if found.next_update is not None:
            asked = request.cert_ids[0]
            memory.keep_meaning((authority, data), _Meaning(generation, asked.serial, asked.hash_name))
    return found


def remembered(*, authority: str, data: bytes, at: datetime) -> Answer | None:
    """The answer by what this process remembers, while it is true; the database is not asked.

    Octets that it has answered before are not read again; what has a nonce is signed anew.
    """
    memory = status_memory.current()
    if memory is None:
        return None
    meaning: _Meaning | None = memory.meaning((authority, data))
    if meaning is not None:
        return _kept(memory, meaning, at)
    try:
        return _from_memory(memory, authority, ocsp_requests.parse(data), at)
    except MalformedRequest:
        return None


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
            if generation.lives(at.instant):
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
        _write_down({Key(generation.authority, generation.number, responder.serial): len(made)})
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


def write_down_uses() -> None:
    """Write into the audit chain what this process has signed and not yet written down; at its end."""
    with suppress(DatabaseError):
        _write_down(key_uses.tally.take())


def _write_down(uses: Mapping[Key, int]) -> None:
    for key, count in uses.items():
        with acting(JPKI):
            audit.record(action="jpki.answers_signed", by=_RESPONDER, detail=asdict(key) | {"count": count})


def _asked_generation(authority: str, request: OcspRequest) -> LivingGeneration | None:
    """The generation of the first certificate that is ours; one answer carries one responder's signature."""
    for asked in request.cert_ids:
        found = authorities.of_cert_id(authority, asked.hash_name, asked.issuer_name_hash, asked.issuer_key_hash)
        if found is not None:
            return found
    return None


def _from_memory(memory: StatusMemory, authority: str, request: OcspRequest, at: datetime) -> Answer | None:
    """What this process remembers: the whole answer, or the state to sign one from."""
    asked = request.cert_ids[0]
    generation = authorities.remembered(authority, asked.hash_name, asked.issuer_name_hash, asked.issuer_key_hash)
    if generation is None or len(request.cert_ids) > 1:
        return None
    if request.usual:
        return _kept(memory, _Meaning(generation, asked.serial, asked.hash_name), at)
    standing = memory.get((generation.id, asked.serial), _STANDING)
    if standing is None or authorities.remembered_responder(generation, at) is None:
        return None
    return _signed(generation, request, {asked.serial: standing}, at)


def _kept(memory: StatusMemory, meaning: _Meaning, at: datetime) -> Answer | None:
    kept: Answer | None = memory.get((meaning.generation.id, meaning.serial), meaning.hash_name)
    if kept is None or kept.next_update is None or kept.next_update <= _late(meaning.generation, at):
        return None
    return kept


def _remember(
    memory: StatusMemory,
    generation: LivingGeneration,
    request: OcspRequest,
    found: Answer,
    standings: dict[int, Standing],
    epoch: int,
) -> None:
    asked = request.cert_ids[0]
    if found.next_update is not None:
        memory.keep((generation.id, asked.serial), asked.hash_name, found, epoch=epoch)
    for serial, standing in standings.items():
        if standing.state != "PREPARED":
            memory.keep((generation.id, serial), _STANDING, standing, epoch=epoch)


def _is_of(generation: LivingGeneration, asked: CertId) -> bool:
    return generation.hashes.get((asked.hash_name, asked.issuer_key_hash)) == asked.issuer_name_hash


def _ready(generation: LivingGeneration, request: OcspRequest, at: datetime) -> Answer | None:
    asked = request.cert_ids[0]
    if not request.usual or not 0 < asked.serial <= _LARGEST_SERIAL:
        return None
    ready = answers.ready(generation.id, asked.hash_name, asked.serial, _late(generation, at))
    return Answer(*ready) if ready is not None else None


def _signed(generation: LivingGeneration, request: OcspRequest, standings: dict[int, Standing], at: datetime) -> Answer:
    """Sign an answer now. ``standings`` that are not given are asked for, and are given back to the caller."""
    try:
        responder = authorities.responder(generation, at)
    except (Refused, KeyUnavailable):
        return _refusal(Refusal.TRY_LATER)
    if not standings:
        ours = [each.serial for each in request.cert_ids if _is_of(generation, each)]
        standings |= answers.standings(generation.id, [serial for serial in ours if 0 < serial <= _LARGEST_SERIAL])
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
    try:
        content = responder.answer(singles, produced_at=this_update, nonce=request.nonce)
    except KeyUnavailable:
        return _refusal(Refusal.TRY_LATER)
    _write_down(key_uses.tally.count(Key(generation.authority, generation.number, responder.serial), at))
    asked = request.cert_ids[0]
    standing = standings.get(asked.serial)
    # A serial that was never issued, or not yet, is not kept: anybody could fill the table, and it may be issued soon.
    if not request.usual or standing is None or standing.state == "PREPARED":
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


def _late(generation: LivingGeneration, at: datetime) -> datetime:
    """An answer that ends before this is made anew: whoever keeps it must not see it end at once."""
    return at + generation.profile.ocsp_period


def _cert_id(generation: LivingGeneration, hash_name: str, serial: int) -> bytes:
    issuer = generation.issuer
    return ocsp_requests.cert_id_der(hash_name, issuer.name_hash(hash_name), issuer.key_hash(hash_name), serial)


def _refusal(status: Refusal) -> Answer:
    return Answer(ocsp_answers.refusal(status))
