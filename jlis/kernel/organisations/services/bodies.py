"""Entering a body that no national list names: a store operator, a relying party."""

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict
from jlis.kernel.isolation.scope import acting
from jlis.kernel.organisations.choices import OrganisationKind
from jlis.kernel.organisations.models import Organisation


def enter(*, code: str, name: str, kind: OrganisationKind, by: Actor, kana: str = "") -> Organisation:
    """Enter a body under a code of this system. Raises Forbidden, Conflict for a code that is taken."""
    if not by.may("kernel.edit_masters"):
        by.must("kernel.enter_bodies")
    with acting(by.scope):
        if Organisation.objects.filter(pk=code).exists():
            raise Conflict("code_taken", f"コード {code} はすでに使われています。", field="code")
        made = Organisation.objects.create(code=code, kind=kind, name=name, kana=kana)
        audit.record(action="organisation.entered", by=by, detail={"organisation": code, "kind": kind.value})
        return made
