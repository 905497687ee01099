"""The authorities and the kinds of certificate."""

from enum import StrEnum


class AuthorityCode(StrEnum):
    """The two certification authorities; the value stands in public addresses."""

    SIGN = "sign"
    AUTH = "auth"


class Kind(StrEnum):
    """Which key pair, on which carrier, for which use. Telephones follow the card as two further kinds."""

    SIGN_CARD = "SIGN_CARD"
    AUTH_CARD = "AUTH_CARD"

    @property
    def authority(self) -> AuthorityCode:
        return AuthorityCode.SIGN if self is Kind.SIGN_CARD else AuthorityCode.AUTH

    @property
    def profile_code(self) -> str:
        """The name of this kind's entry in the profile document."""
        return self.value.lower().replace("_", "-")

    @property
    def carries_identity(self) -> bool:
        """Whether the certificate itself holds name, birth date, sex and address (the four items)."""
        return self is Kind.SIGN_CARD


SIGNATURE_KINDS = frozenset(kind for kind in Kind if kind.carries_identity)
EVERY_KIND = frozenset(Kind)
