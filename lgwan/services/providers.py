"""提供者: a body provides for itself; companies and unions are entered by the network's centre, which acts for them."""

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.codes import CorporateNumber
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid
from jlis.kernel.isolation.scope import LGWAN, acting
from jlis.kernel.organisations.choices import OrganisationKind
from jlis.kernel.organisations.models import Organisation
from jlis.kernel.time import Moment
from lgwan.choices import ProviderKind
from lgwan.models import Provider

_LOCAL = (OrganisationKind.PREFECTURE, OrganisationKind.CITY, OrganisationKind.MUNICIPALITY)


def enter(*, kind: ProviderKind, name: str, by: Actor, at: Moment, corporate_number: str = "") -> Provider:
    """Enter a provider without officers here. Raises Forbidden, Invalid with each fault, Conflict for a known one."""
    by.must("lgwan.enter_providers")
    _must_be_whole(kind, name, corporate_number)
    with acting(LGWAN):
        if Provider.objects.filter(name=name).exists():
            raise Conflict("provider_exists", f"「{name}」はすでに登録されています。", field="name")
        if corporate_number and Provider.objects.filter(corporate_number=corporate_number).exists():
            raise Conflict(
                "provider_exists", "この法人番号の提供者はすでに登録されています。", field="corporate_number"
            )
        return _entered(kind, name, corporate_number, by.organisation, by, at)


def own(*, by: Actor, at: Moment) -> Provider:
    """The actor's own body as a provider, entered the first time. Raises Forbidden for a body that is not local."""
    by.must("lgwan.apply_services")
    with acting(LGWAN):
        body = Organisation.objects.get(pk=by.organisation)
        if body.kind not in _LOCAL:
            raise Forbidden("no_local_body", "提供者として申し込めるのは、都道府県と市区町村です。")
        known = Provider.objects.filter(keeper=body, kind=ProviderKind.LOCAL_BODY).first()
        if known is not None:
            return known
        # Two towns may share a name; their prefectures tell them apart.
        name = body.name if body.kind == OrganisationKind.PREFECTURE else f"{body.prefecture}{body.name}"
        return _entered(ProviderKind.LOCAL_BODY, name, "", body.pk, by, at)


def _must_be_whole(kind: ProviderKind, name: str, corporate_number: str) -> None:
    faults = [FieldError("name", "required", "名称は必須です。")] if not name.strip() else []
    if kind is ProviderKind.LOCAL_BODY:
        faults.append(FieldError("kind", "has_officers", "地方公共団体は、その団体の担当者が申し込みます。"))
    wrong = CorporateNumber.fault(corporate_number) if corporate_number else ""
    if wrong:
        faults.append(FieldError("corporate_number", "invalid", f"{wrong}。"))
    if faults:
        raise Invalid.of(faults)


def _entered(kind: ProviderKind, name: str, corporate_number: str, keeper: str, by: Actor, at: Moment) -> Provider:
    provider = Provider.objects.create(
        kind=kind, name=name, corporate_number=corporate_number, keeper_id=keeper, entered_on=at.day
    )
    audit.record(action="lgwan.provider_entered", by=by, detail={"provider": provider.pk, "kind": kind.value})
    return provider
