"""The authorities and the kinds of certificate."""

from enum import StrEnum
from functools import cached_property


class AuthorityCode(StrEnum):
    """The two certification authorities; the value stands in public addresses."""

    SIGN = "sign"
    AUTH = "auth"


class Carrier(StrEnum):
    """What holds the key: a card, or a telephone (移動端末設備)."""

    CARD = "CARD"
    MOBILE = "MOBILE"


class Kind(StrEnum):
    """Which key pair, on which carrier, for which use: use and carrier make the name."""

    SIGN_CARD = "SIGN_CARD"
    AUTH_CARD = "AUTH_CARD"
    SIGN_MOBILE = "SIGN_MOBILE"
    AUTH_MOBILE = "AUTH_MOBILE"

    @cached_property
    def authority(self) -> AuthorityCode:
        """The one that issues it; cards and telephones have the same two."""
        return AuthorityCode(self.value.partition("_")[0].lower())

    @property
    def carrier(self) -> Carrier:
        """What holds its key."""
        return Carrier(self.value.partition("_")[2])

    @property
    def profile_code(self) -> str:
        """The name of this kind's entry in the profile document."""
        return self.value.lower().replace("_", "-")

    @property
    def carries_identity(self) -> bool:
        """Whether the certificate itself holds name, birth date, sex and address (the four items)."""
        return self.authority is AuthorityCode.SIGN

    @property
    def type_name(self) -> str:
        """As the platforms name it to relying parties: TYPE_JPKI_CARD_DIGITAL_SIGNATURE."""
        return f"TYPE_JPKI_{self.carrier}_{_USES[self.authority]}"

    def on(self, carrier: Carrier) -> "Kind":
        """The same use on a carrier."""
        return Kind(f"{self.authority.upper()}_{carrier}")

    def for_use(self, authority: AuthorityCode) -> "Kind":
        """On the same carrier for a use."""
        return Kind(f"{authority.upper()}_{self.carrier}")


_USES = {AuthorityCode.SIGN: "DIGITAL_SIGNATURE", AuthorityCode.AUTH: "USER_AUTHENTICATION"}
SIGNATURE_KINDS = frozenset(kind for kind in Kind if kind.carries_identity)
CARD_KINDS = frozenset(kind for kind in Kind if kind.carrier is Carrier.CARD)
MOBILE_KINDS = frozenset(kind for kind in Kind if kind.carrier is Carrier.MOBILE)
EVERY_KIND = frozenset(Kind)
