"""Staff accounts, their credentials and duties, machine clients, sessions."""

import uuid
from collections.abc import Iterator
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from oauth2_provider.models import AbstractApplication

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import DOOR, acting
from jlis.kernel.people.permissions import duties


class StaffManager(BaseUserManager["Staff"]):
    """Finds staff by user name; accounts are made by `people.services`, never here."""


class Staff(AbstractBaseUser):
    """A member of staff of one organisation. The password hash stands apart, in `Credential`."""

    PERSONAL = frozenset({"username", "family_name", "given_name"})
    PLAIN = frozenset(
        {"id", "organisation", "is_active", "last_login", "previous_login", "needs_second_factor", "created_at"}
    )

    password = None  # type: ignore[assignment]  # Django's way to leave out an inherited field
    id = models.UUIDField("識別子", primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField("利用者ID", max_length=64, unique=True)
    family_name = models.CharField("姓", max_length=64)
    given_name = models.CharField("名", max_length=64)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, verbose_name="所属団体")
    is_active = models.BooleanField("有効", default=True)
    previous_login = models.DateTimeField("前回ログイン日時", null=True, blank=True)
    needs_second_factor = models.BooleanField("二要素認証を求める", default=True)
    created_at = models.DateTimeField("作成日時")

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = StaffManager()
    # Set for the length of a request, by the middleware.
    actor: Actor | None = None

    class Meta:
        verbose_name = "職員"
        verbose_name_plural = "職員"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """Family name first, as the country writes it."""
        return f"{self.family_name} {self.given_name}"

    def get_short_name(self) -> str:
        return self.family_name

    @property
    def is_staff(self) -> bool:
        """Every active account may enter the staff site; what it shows there is decided by duty."""
        return self.is_active

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's question, answered from duties: registers may be viewed or edited as a whole."""
        wanted = "kernel.view_registers" if ".view_" in perm else "kernel.edit_masters"
        return self.is_active and wanted in self._permissions()

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and "kernel.view_registers" in self._permissions()

    def _permissions(self) -> frozenset[str]:
        return self.actor.permissions if self.actor else frozenset()

    def set_password(self, raw_password: str | None) -> None:
        """Store a new hash in the credential, as the door."""
        with acting(DOOR):
            Credential.objects.update_or_create(staff=self, defaults={"hash": make_password(raw_password)})

    def check_password(self, raw_password: str | None) -> bool:
        """Whether the password is right; upgrades an outdated hash on the way."""
        with acting(DOOR):
            credential = Credential.objects.filter(staff=self).first()
            if credential is None:
                make_password(raw_password)
                return False
            return check_password(raw_password, credential.hash, lambda raw: self.set_password(raw))

    def get_session_auth_hash(self) -> str:
        """Changes with the password, so that a changed password ends every other session."""
        with acting(DOOR):
            stored = Credential.objects.filter(staff=self).values_list("hash", flat=True).first() or ""
        return salted_hmac("jlis.kernel.people.session", stored, algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """No older secret is honoured for sessions."""
        return iter(())


class Credential(models.Model):
    """The password hash of one account; only the door's role reaches it."""

    PERSONAL = frozenset({"hash"})
    PLAIN = frozenset({"staff", "changed_at"})

    staff = models.OneToOneField(Staff, models.CASCADE, primary_key=True, verbose_name="職員")
    hash = models.CharField("パスワードハッシュ", max_length=256)
    changed_at = models.DateTimeField("変更日時", auto_now=True)

    class Meta:
        verbose_name = "認証情報"
        verbose_name_plural = "認証情報"


class DutyGrant(models.Model):
    """A duty held by a member of staff: asked for by one person, given by another."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {"id", "staff", "duty", "requested_by", "requested_at", "approved_by", "approved_at", "ended_by", "ended_at"}
    )

    id = models.UUIDField("識別子", primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, models.PROTECT, verbose_name="職員", related_name="duty_grants")
    duty = models.CharField("職務", max_length=64)
    requested_by = models.ForeignKey(Staff, models.PROTECT, verbose_name="申請者", related_name="+")
    requested_at = models.DateTimeField("申請日時")
    approved_by = models.ForeignKey(
        Staff, models.PROTECT, verbose_name="承認者", related_name="+", null=True, blank=True
    )
    approved_at = models.DateTimeField("承認日時", null=True, blank=True)
    ended_by = models.ForeignKey(Staff, models.PROTECT, verbose_name="解除者", related_name="+", null=True, blank=True)
    ended_at = models.DateTimeField("解除日時", null=True, blank=True)

    class Meta:
        verbose_name = "職務の付与"
        verbose_name_plural = "職務の付与"
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")),
                name="duty_grant_two_persons",
                violation_error_message="申請者は自分の申請を承認できません。",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="duty_grant_both_approver_and_time",
            ),
            models.UniqueConstraint(
                fields=["staff", "duty"], condition=Q(ended_at__isnull=True), name="duty_grant_once_at_a_time"
            ),
        ]

    @property
    def label(self) -> str:
        """The duty's word on screens; its code where the duty is no more."""
        known = duties().get(self.duty)
        return known.label if known else self.duty


class Client(AbstractApplication):
    """A machine client of an organisation; it gets tokens by client credentials, bound to its permissions."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {
            "id", "client_id", "user", "redirect_uris", "post_logout_redirect_uris", "client_type",
            "authorization_grant_type", "client_secret", "hash_client_secret", "name", "skip_authorization", "created",
            "updated", "algorithm", "allowed_origins", "cimd_expires_at", "registration_source", "organisation",
            "permissions", "is_active",
        }
    )  # fmt: skip

    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, verbose_name="所属団体")
    permissions = models.JSONField("許可された操作", default=list)
    is_active = models.BooleanField("有効", default=True)

    class Meta(AbstractApplication.Meta):
        verbose_name = "接続システム"
        verbose_name_plural = "接続システム"
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"

    def is_usable(self, request: object) -> bool:
        """A stopped client gets no token."""
        return self.is_active


class StaffSession(AbstractBaseSession):
    """A session of the staff site, tied to its account so that one person holds one session."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"session_key", "session_data", "expire_date", "staff"})

    staff = models.UUIDField("職員", null=True, db_index=True)

    class Meta(AbstractBaseSession.Meta):
        verbose_name = "セッション"
        verbose_name_plural = "セッション"
