"""The network system's public key, registered by the national centre's operator (J8)."""

from datetime import date

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict, FieldError, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.time import Moment
from juki.domain import link_sealing
from juki.models import LinkKey


def register(*, public_key: bytes, valid_from: date, by: Actor, at: Moment) -> LinkKey:
    """Register a key from a day on. Raises Forbidden, Invalid for what is no key, Conflict for a known one."""
    by.must("juki.register_link_keys")
    fault = link_sealing.key_fault(public_key)
    if fault:
        raise Invalid.of([FieldError("public_key", "not_a_key", fault)])
    with acting(REGISTRY):
        if LinkKey.objects.filter(public_key=public_key).exists():
            raise Conflict("known_key", "この公開鍵は登録済みです。")
        key = LinkKey.objects.create(
            public_key=public_key, valid_from=valid_from, registered_at=at.instant, registered_by=by.label
        )
        audit.record(action="juki.link_key_registered", by=by, detail={"key": key.pk, "from": valid_from.isoformat()})
    return key


def end(*, key: int, by: Actor, at: Moment) -> LinkKey:
    """End a key today; nothing is sealed to it any more. Raises Forbidden, NotFound, Conflict."""
    by.must("juki.register_link_keys")
    with acting(REGISTRY):
        found = LinkKey.objects.select_for_update().filter(pk=key).first()
        if found is None:
            raise NotFound("link_key_not_found", "該当する公開鍵がありません。")
        if found.ended_on is not None:
            raise Conflict("ended_already", "この公開鍵は終了しています。")
        found.ended_on = max(at.day, found.valid_from)
        found.save(update_fields=["ended_on"])
        audit.record(action="juki.link_key_ended", by=by, detail={"key": found.pk})
    return found
