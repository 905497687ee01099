"""A key ceremony's file: what is to be made, in one TOML text that both key holders read beforehand."""

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from jpki.domain.kinds import AuthorityCode

_NEEDED = {"ceremony", "authority", "generation", "public_base", "holders"}
_ALLOWED = _NEEDED | {"profile", "not_before", "note"}
HOLDERS = 2


class InvalidCeremony(ValueError):
    """The file is not one of a ceremony; the message says what is wrong, in Japanese."""


@dataclass(frozen=True)
class CeremonyPlan:
    """The ceremony as its file says. ``profile`` is a path beside the file, empty for the house's own profile."""

    authority: AuthorityCode
    generation: int
    public_base: str
    holders: tuple[str, ...]
    profile: str
    not_before: datetime | None
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of the file, as the record states it."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()


def read(text: str) -> CeremonyPlan:
    """Raises InvalidCeremony."""
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidCeremony(f"次第書をTOMLとして読めません: {error}") from error
    _check_names(fields)
    if fields["ceremony"] != "root":
        raise InvalidCeremony('ceremony は "root"（認証局の鍵と自己署名証明書の作成）だけです。')
    return CeremonyPlan(
        authority=_authority(fields["authority"]),
        generation=_generation(fields["generation"]),
        public_base=_public_base(fields["public_base"]),
        holders=_holders(fields["holders"]),
        profile=str(fields.get("profile", "")),
        not_before=_instant(fields.get("not_before")),
        text=text,
    )


def _check_names(fields: dict[str, Any]) -> None:
    if missing := sorted(_NEEDED - fields.keys()):
        raise InvalidCeremony(f"次第書に項目がありません: {', '.join(missing)}")
    if unknown := sorted(fields.keys() - _ALLOWED):
        raise InvalidCeremony(f"次第書に知らない項目があります: {', '.join(unknown)}")


def _authority(value: Any) -> AuthorityCode:
    try:
        return AuthorityCode(value)
    except ValueError as error:
        raise InvalidCeremony("authority は sign または auth です。") from error


def _generation(value: Any) -> int:
    if not isinstance(value, int) or not 1 <= value <= 99:
        raise InvalidCeremony("generation は1から99の整数です。")
    return value


def _public_base(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith(("http://", "https://")) or not value.isascii():
        raise InvalidCeremony("public_base は http:// または https:// で始まるアドレスです。")
    # It goes into every certificate, and readers there want a full name or an address.
    if "." not in (urlsplit(value).hostname or ""):
        raise InvalidCeremony("public_base のホスト名は、点で区切った完全な名前かIPアドレスです。")
    return value.rstrip("/")


def _holders(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(set(value)) != HOLDERS or len(value) != HOLDERS:
        raise InvalidCeremony(f"holders には、異なる{HOLDERS}名の利用者IDを書きます。")
    return tuple(str(holder) for holder in value)


def _instant(value: Any) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise InvalidCeremony("not_before は時間帯の付いた日時です（2026-04-01T00:00:00+09:00）。")
    return value
