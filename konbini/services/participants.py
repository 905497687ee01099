"""Entering who takes part, and stopping a town at once (K6, K16, K17)."""

from collections.abc import Mapping
from datetime import date, time

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import KONBINI, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from jlis.kernel.vault import sealing
from konbini import policies
from konbini.choices import Source
from konbini.gateways.issuers import secret_binding
from konbini.models import Kiosk, MenuItem, StoreOperator, Town, TownServer

ALL_DAY = (time(0), time(0))
"""Hours of a town that serves at any time."""


def register_operator(*, organisation: str, by: Actor, at: Moment) -> StoreOperator:
    """Enter a store operator that is an organisation already. Raises Forbidden, Conflict."""
    policies.must_edit(by)
    with acting(KONBINI):
        policies.must_be_new(StoreOperator.objects.filter(pk=organisation).exists())
        made = StoreOperator.objects.create(organisation_id=organisation, valid_from=at.day)
        audit.record(action="konbini.operator_registered", by=by, detail={"operator": organisation})
        return made


def register_kiosk(
    *, code: str, operator: str, store: str, prefecture: int, by: Actor, at: Moment, in_browser: bool = False
) -> Kiosk:
    """Enter a kiosk of an operator. Raises Forbidden, Conflict."""
    policies.must_edit(by)
    with acting(KONBINI):
        policies.must_be_new(Kiosk.objects.filter(pk=code).exists())
        made = Kiosk.objects.create(
            code=code,
            operator_id=operator,
            store=store,
            prefecture=prefecture,
            in_browser=in_browser,
            valid_from=at.day,
        )
        audit.record(action="konbini.kiosk_registered", by=by, detail={"kiosk": code, "operator": operator})
        return made


def enter_town(
    *,
    office: str,
    fees: Mapping[str, int],
    by: Actor,
    at: Moment,
    server: tuple[str, str] | None = None,
    hours: tuple[time, time] | None = None,
    through_new_year: bool = False,
    since: date | None = None,
) -> Town:
    """Let a town take part with its menu; ``server`` is address and secret of its own server, else its copy serves.

    Raises Forbidden, Conflict, NotFound for a code that is no office.
    """
    policies.must_edit(by)
    with acting(KONBINI):
        municipalities.office(office, on=at.day)
        policies.must_be_new(Town.objects.filter(pk=office).exists())
        opens, closes = hours or (Town._meta.get_field("opens").default, Town._meta.get_field("closes").default)
        town = Town.objects.create(
            office=office,
            source=Source.TOWN_SERVER if server else Source.COPY,
            opens=opens,
            closes=closes,
            through_new_year=through_new_year,
            valid_from=since or at.day,
        )
        if server:
            url, secret = server
            (sealed,) = sealing.seal_many([secret.encode()], [secret_binding(office)])
            TownServer.objects.create(town=town, url=url, sealed=sealed)
        MenuItem.objects.bulk_create(
            MenuItem(town=town, kind=kind, fee_yen=fee, valid_from=since or at.day) for kind, fee in fees.items()
        )
        audit.record(action="konbini.town_entered", by=by, detail={"office": office, "kinds": sorted(fees)})
        return town


def move_server(*, office: str, url: str, by: Actor, at: Moment) -> None:
    """A town's own server answers elsewhere from now on. Raises Forbidden, NotFound for a town without one."""
    policies.must_edit(by)
    with acting(KONBINI):
        if not TownServer.objects.filter(pk=office).update(url=url):
            raise NotFound("server_not_found", "この団体には証明発行サーバーがありません。")
        audit.record(action="konbini.server_moved", by=by, detail={"office": office})


def stop(*, office: str, reason: str, by: Actor, at: Moment) -> None:
    """Stop a town's issuing with this commit. Raises Forbidden, NotFound, Conflict, Invalid without a reason."""
    town = _theirs(office, by)
    if not reason.strip():
        raise Invalid.of([FieldError("reason", "required", "停止の理由を入力してください。")])
    with acting(KONBINI):
        if not Town.objects.filter(pk=town.pk, stopped_at=None).update(stopped_at=at.instant, stop_reason=reason):
            raise Conflict("stopped_already", "すでに停止しています。")
        audit.record(action="konbini.town_stopped", by=by, detail={"office": office})


def resume(*, office: str, by: Actor, at: Moment) -> None:
    """Let a stopped town issue again. Raises Forbidden, NotFound, Conflict."""
    town = _theirs(office, by)
    with acting(KONBINI):
        if not Town.objects.filter(pk=town.pk, stopped_at__isnull=False).update(stopped_at=None, stop_reason=""):
            raise Conflict("not_stopped", "停止していません。")
        audit.record(action="konbini.town_resumed", by=by, detail={"office": office})


def _theirs(office: str, by: Actor) -> Town:
    """A town that this person may stop: J-LIS's centre any, a town itself alone."""
    by.must("konbini.stop_town")
    if by.scope.role != "jlis_operator" and by.organisation != office:
        raise Forbidden("other_town", "ほかの団体のコンビニ交付は停止できません。")
    with acting(KONBINI):
        town = Town.objects.filter(pk=office).first()
    if town is None:
        raise NotFound("town_not_found", "この団体はコンビニ交付に参加していません。")
    return town
