"""What is done to one certificate at the counter: revoke, suspend, release, export."""

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict
from jlis.kernel.time import Moment
from jpki import policies
from jpki.domain.kinds import MOBILE_KINDS, Kind
from jpki.domain.lifecycle import MOVES, Move, State
from jpki.models import Certificate
from jpki.selectors import authorities, certificates
from jpki.services import endings
from juki.selectors import protections


def revoke(*, certificate: int, verb: str, by: Actor, at: Moment, purpose: str) -> Certificate:
    """Revoke for the cause that the verb names (``revoke_on_request``, ``revoke_for_compromise``, …).

    Raises Forbidden, NotFound (also for another town's), Conflict when it is revoked already.
    """
    move = MOVES[verb]
    if move.target is not State.REVOKED:
        raise ValueError(f"{verb} does not revoke")
    return _make(move, certificate, by=by, at=at, purpose=purpose)


def suspend(*, certificate: int, by: Actor, at: Moment, purpose: str) -> Certificate:
    """Put on hold: a lost card. Raises Forbidden, NotFound, Conflict."""
    return _make(MOVES["suspend"], certificate, by=by, at=at, purpose=purpose)


def release(*, certificate: int, by: Actor, at: Moment, purpose: str) -> Certificate:
    """Lift a hold, where the authority's policy allows that; ours does not, as the real one. Raises Conflict."""
    return _make(MOVES["release"], certificate, by=by, at=at, purpose=purpose)


def export(*, serial: int, authority: str, by: Actor, at: Moment, purpose: str) -> bytes:
    """The DER of one certificate, written down as a provision. Raises Forbidden, NotFound."""
    by.must("jpki.export_certificate")
    found = certificates.numbered(serial, authority=authority)
    if Kind(found.kind).carries_identity and protections.covered([found.resident_id]):
        raise Conflict("protected", "支援措置の対象者の署名用電子証明書は、住所が記載されているため書き出せません。")
    octets = certificates.der(found)
    audit.record(
        action="jpki.certificate_exported",
        by=by,
        purpose=purpose,
        subject=found.resident_id,
        detail={"certificate": found.pk, "kind": found.kind, "serial": serial},
    )
    return octets


def _make(move: Move, certificate: int, *, by: Actor, at: Moment, purpose: str) -> Certificate:
    policies.must_be_allowed(move, by)
    found = certificates.get(certificate)
    if found.kind in MOBILE_KINDS:
        raise Conflict("made_from_the_device", "移動端末設備の電子証明書は、端末ごとに手続をしてください。")
    generation = authorities.generation(found.status.generation_id)
    policies.must_follow(move, State(found.status.state), release_policy=generation.profile.release_holds)
    if not endings.apply(move, [found.pk], by=by, at=at, purpose=purpose):
        raise Conflict("state_has_changed", "ほかの操作で状態が変わりました。最新の状態を確認してください。")
    return certificates.get(certificate)
