"""Accounts, duties and clients: made by one person, given by a second."""

import secrets
from collections.abc import Sequence
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from jlis.kernel.actors import Actor, system_actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import DOOR, acting
from jlis.kernel.people.models import Client, DutyGrant, Staff
from jlis.kernel.people.permissions import duties, registered
from jlis.kernel.people.selectors import actor_of_staff
from jlis.kernel.time import Moment

FOUNDERS = ("founder-1", "founder-2")
_FOUNDING_DUTIES = ("SYSTEM_ADMINISTRATOR", "STAFF_ADMINISTRATOR")


def found_administrators(*, passwords: tuple[str, str], organisation: str, at: Moment) -> None:
    """Open the first two administrators, each given its duties by the other; refused once any account exists."""
    founding = system_actor("people.founding", DOOR)
    with acting(DOOR):
        if Staff.objects.exists():
            raise Conflict("already_founded", "最初の管理者は登録済みです。")
        pair = []
        for number, (username, password) in enumerate(zip(FOUNDERS, passwords, strict=True), start=1):
            staff = Staff.objects.create(
                username=username,
                family_name="管理者",
                given_name=f"第{number}",
                organisation_id=organisation,
                needs_second_factor=False,
                created_at=at.instant,
            )
            staff.set_password(password)
            pair.append(staff)
        for staff, other in (pair, reversed(pair)):
            for duty in _FOUNDING_DUTIES:
                DutyGrant.objects.create(
                    staff=staff, duty=duty, requested_by=staff, requested_at=at.instant, approved_by=other,
                    approved_at=at.instant,
                )  # fmt: skip
        audit.record(action="staff.founded", by=founding, detail={"staff": [str(staff.pk) for staff in pair]})


def open_account(
    *,
    username: str,
    family_name: str,
    given_name: str,
    organisation: str,
    password: str,
    needs_second_factor: bool = True,
    by: Actor,
    at: Moment,
) -> Staff:
    """Open an account in one's own organisation (J-LIS: in any). It can do nothing until a duty is given."""
    _must_administer(by, organisation)
    staff = Staff(
        username=username,
        family_name=family_name,
        given_name=given_name,
        organisation_id=organisation,
        needs_second_factor=needs_second_factor,
        created_at=at.instant,
    )
    try:
        validate_password(password, staff)
    except ValidationError as error:
        raise Invalid.of([FieldError("password", "weak", text) for text in error.messages]) from error
    with acting(DOOR):
        if Staff.objects.filter(username=username).exists():
            raise Invalid.of([FieldError("username", "taken", "この利用者IDは使われています。")])
        staff.save(force_insert=True)
        staff.set_password(password)
        audit.record(
            action="staff.account_opened", by=by, detail={"staff": str(staff.pk), "organisation": organisation}
        )
    return staff


def request_duty(*, staff_id: UUID, duty: str, by: Actor, at: Moment) -> DutyGrant:
    """Ask that a member of staff be given a duty; a second person decides."""
    with acting(DOOR):
        staff = _staff(staff_id)
        _must_administer(by, staff.organisation_id)
        known = duties().get(duty)
        if known is None or staff.organisation.kind not in known.kinds:
            raise Invalid.of([FieldError("duty", "unknown", "この団体の職員に与えられる職務ではありません。")])
        if DutyGrant.objects.filter(staff=staff, duty=duty, ended_at__isnull=True).exists():
            raise Conflict("duty_held", "この職務は付与済み、または承認待ちです。")
        grant = DutyGrant.objects.create(staff=staff, duty=duty, requested_by_id=by.id, requested_at=at.instant)
        audit.record(action="staff.duty_requested", by=by, detail={"staff": str(staff.pk), "duty": duty})
    return grant


def approve_duty(*, grant_id: UUID, by: Actor, at: Moment) -> DutyGrant:
    """Give the duty, as somebody other than who asked and other than who receives it."""
    with acting(DOOR):
        grant = _grant(grant_id)
        _must_administer(by, grant.staff.organisation_id)
        if by.id in (str(grant.requested_by_id), str(grant.staff_id)):
            raise Forbidden("second_person_needed", "申請者と本人は承認できません。別の管理者が承認してください。")
        if grant.approved_at or grant.ended_at:
            raise Conflict("already_decided", "この申請は処理済みです。")
        grant.approved_by_id, grant.approved_at = by.id, at.instant
        grant.save(update_fields=["approved_by", "approved_at"])
        audit.record(action="staff.duty_given", by=by, detail={"staff": str(grant.staff_id), "duty": grant.duty})
    return grant


def end_duty(*, grant_id: UUID, by: Actor, at: Moment) -> DutyGrant:
    """End a duty, or turn down its request; one person is enough to take away."""
    with acting(DOOR):
        grant = _grant(grant_id)
        _must_administer(by, grant.staff.organisation_id)
        if grant.ended_at:
            raise Conflict("already_ended", "この職務は解除済みです。")
        grant.ended_by_id, grant.ended_at = by.id, at.instant
        grant.save(update_fields=["ended_by", "ended_at"])
        audit.record(action="staff.duty_ended", by=by, detail={"staff": str(grant.staff_id), "duty": grant.duty})
    return grant


def register_client(
    *, name: str, organisation: str, permissions: Sequence[str], by: Actor, at: Moment
) -> tuple[Client, str]:
    """Register a machine client; returns it with its secret, which is shown once and kept only as a hash."""
    by.must("kernel.administer_clients")
    unknown = sorted(set(permissions) - registered().keys())
    if unknown:
        raise Invalid.of([FieldError("permissions", "unknown", f"知らない権限です: {'、'.join(unknown)}")])
    secret = secrets.token_urlsafe(32)
    with acting(DOOR):
        client = Client.objects.create(
            name=name,
            organisation_id=organisation,
            permissions=sorted(permissions),
            client_type=Client.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Client.GRANT_CLIENT_CREDENTIALS,
            client_secret=secret,
        )
        audit.record(
            action="client.registered", by=by, detail={"client": client.client_id, "organisation": organisation}
        )
    return client, secret


def note_failed_sign_in(*, username: str) -> None:
    """Write down that somebody tried an account with a wrong password; a name that is nobody's is not kept."""
    with acting(DOOR):
        staff = Staff.objects.select_related("organisation").filter(username=username).first()
    by = actor_of_staff(staff) if staff else system_actor("people.sign_in", DOOR)
    audit.denied(action="staff.sign_in_failed", by=by, reason="wrong_password")


def _must_administer(by: Actor, organisation: str) -> None:
    by.must("kernel.administer_staff")
    if by.organisation != organisation and not by.may("kernel.administer_every_organisation"):
        raise Forbidden("other_organisation", "ほかの団体の職員は管理できません。")


def _staff(staff_id: UUID) -> Staff:
    staff = Staff.objects.select_related("organisation").filter(pk=staff_id).first()
    if staff is None:
        raise NotFound("staff_not_found", "該当する職員がいません。")
    return staff


def _grant(grant_id: UUID) -> DutyGrant:
    grant = DutyGrant.objects.select_for_update(of=("self",)).select_related("staff").filter(pk=grant_id).first()
    if grant is None:
        raise NotFound("duty_grant_not_found", "該当する申請がありません。")
    return grant
