"""事務の登録: which organisation may use the register under which item of the 別表."""

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import FieldError, Invalid
from jlis.kernel.organisations.models import Organisation
from jlis.kernel.time import Moment
from juki.models import AffairEntitlement, ProtectedAddressEntitlement
from juki.selectors import affairs


def entitle(*, affair_code: str, organisation: str, by: Actor, at: Moment) -> AffairEntitlement:
    """Let an organisation act under an affair from the day on. Raises `Invalid` when its kind cannot."""
    by.must("juki.edit_affairs")
    affair = affairs.in_force(at.day).filter(code=affair_code).first()
    kind = Organisation.objects.filter(code=organisation).values_list("kind", flat=True).first()
    if affair is None or kind not in affair.kinds:
        message = "この団体・機関が使える事務区分ではありません。"
        raise Invalid.of([FieldError("affair_code", "not_for_organisation", message)])
    entitlement, made = AffairEntitlement.objects.get_or_create(
        affair_code=affair_code, organisation_id=organisation, valid_to=None, defaults={"valid_from": at.day}
    )
    if made:
        audit.record(action="juki.affair_entitled", by=by, detail={"affair": affair_code, "organisation": organisation})
    return entitlement


def entitle_to_protected_address(
    *, affair_code: str, organisation: str, basis: str, by: Actor, at: Moment
) -> ProtectedAddressEntitlement:
    """Let an organisation have covered persons' addresses under an affair from the day on, by the law that says so.

    Raises `Invalid` where it may not act under the affair at all, or no law is named.
    """
    by.must("juki.edit_affairs")
    if affair_code not in {affair.code for affair in affairs.open_to(organisation, at.day)}:
        message = "この団体・機関が使える事務区分ではありません。"
        raise Invalid.of([FieldError("affair_code", "not_for_organisation", message)])
    if not basis.strip():
        raise Invalid.of([FieldError("basis", "required", "根拠となる法令の条項を入力してください。")])
    entitlement, made = ProtectedAddressEntitlement.objects.get_or_create(
        affair_code=affair_code,
        organisation_id=organisation,
        valid_to=None,
        defaults={"valid_from": at.day, "basis": basis.strip()},
    )
    if made:
        detail = {"affair": affair_code, "organisation": organisation, "basis": entitlement.basis}
        audit.record(action="juki.protected_address_entitled", by=by, detail=detail)
    return entitlement


def end_protected_address(*, affair_code: str, organisation: str, by: Actor, at: Moment) -> None:
    """From the day on the organisation receives no covered person's address under the affair any more."""
    by.must("juki.edit_affairs")
    ended = ProtectedAddressEntitlement.objects.filter(
        affair_code=affair_code, organisation_id=organisation, valid_to=None
    ).update(valid_to=at.day)
    if ended:
        detail = {"affair": affair_code, "organisation": organisation}
        audit.record(action="juki.protected_address_ended", by=by, detail=detail)
