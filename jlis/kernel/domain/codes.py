"""Public codes with a check digit, as value objects that are strings.

Sources: 地方公共団体コード (総務省), 番号法総務省令5条 (個人番号), 平成14年総務省告示436号
(住民票コード), 法人番号省令2条.
Messages never repeat what was entered: two of the four codes are personal.
"""

import re
from operator import mul
from typing import ClassVar, Self


class CheckedCode(str):
    """A string of ASCII digits whose check digit has been verified. Raises ValueError with a message for the screen."""

    LABEL: ClassVar[str]
    LENGTH: ClassVar[int]
    FORM: ClassVar[re.Pattern[str]]

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        cls.FORM = re.compile(rf"[0-9]{{{cls.LENGTH}}}")

    def __new__(cls, text: str) -> Self:
        if fault := cls.fault(text):
            raise ValueError(fault)
        return super().__new__(cls, text)

    @classmethod
    def check_digit(cls, body: str) -> str:
        """The check digit for the digits without it."""
        raise NotImplementedError

    @classmethod
    def _agrees(cls, text: str) -> bool:
        return cls.check_digit(text[:-1]) == text[-1]

    @classmethod
    def fault(cls, text: str) -> str | None:
        """What is wrong with `text`, in Japanese, or None."""
        if not cls.FORM.fullmatch(text):
            return f"{cls.LABEL}は{cls.LENGTH}桁の数字です"
        if not cls._agrees(text):
            return f"{cls.LABEL}の検査数字が合いません"
        return None

    @classmethod
    def is_valid(cls, text: str) -> bool:
        return cls.FORM.fullmatch(text) is not None and cls._agrees(text)


class SecretCode(CheckedCode):
    """A code that must not show in logs or tracebacks: `repr` is masked."""

    LABEL = ""
    LENGTH = 0

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}('{'*' * self.LENGTH}')"


def _weighted(body: str, weights: tuple[int, ...]) -> int:
    if len(body) != len(weights) or not (body.isascii() and body.isdigit()):
        raise ValueError(f"{len(weights)}桁の数字ではありません")
    return sum(map(mul, map(int, body), weights))


def _modulus_11(body: str, weights: tuple[int, ...]) -> str:
    """11 minus the remainder; 0 where the remainder is 0 or 1."""
    remainder = _weighted(body, weights) % 11
    return "0" if remainder <= 1 else str(11 - remainder)


class MunicipalityCode(CheckedCode):
    """全国地方公共団体コード: two digits of the prefecture, three of the municipality (000: none), check digit."""

    LABEL = "団体コード"
    LENGTH = 6
    WEIGHTS = (6, 5, 4, 3, 2)

    __slots__ = ()

    @classmethod
    def check_digit(cls, body: str) -> str:
        return str((11 - _weighted(body, cls.WEIGHTS) % 11) % 10)

    @classmethod
    def fault(cls, text: str) -> str | None:
        found = super().fault(text)
        if found is None and not 1 <= int(text[:2]) <= 47:
            return "団体コードの先頭2桁は都道府県番号01から47です"
        return found

    @classmethod
    def is_valid(cls, text: str) -> bool:
        return super().is_valid(text) and "01" <= text[:2] <= "47"

    @classmethod
    def of(cls, first_five: str) -> Self:
        """From the five digits that statistics and Japan Post use."""
        return cls(first_five + cls.check_digit(first_five))

    @property
    def prefecture(self) -> int:
        return int(self[:2])

    @property
    def is_prefecture(self) -> bool:
        return self[2:5] == "000"


class ResidentRecordCode(SecretCode):
    """住民票コード: ten random digits and a check digit."""

    LABEL = "住民票コード"
    LENGTH = 11
    WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)

    __slots__ = ()

    @classmethod
    def check_digit(cls, body: str) -> str:
        return _modulus_11(body, cls.WEIGHTS)


class IndividualNumber(SecretCode):
    """個人番号: eleven digits made from the 住民票コード's sequence, and a check digit."""

    LABEL = "個人番号"
    LENGTH = 12
    WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)

    __slots__ = ()

    @classmethod
    def check_digit(cls, body: str) -> str:
        return _modulus_11(body, cls.WEIGHTS)


class CorporateNumber(CheckedCode):
    """法人番号: the check digit stands first, then twelve digits. The scheme does not see a slip between 0 and 9."""

    LABEL = "法人番号"
    LENGTH = 13
    WEIGHTS = (2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1)

    __slots__ = ()

    @classmethod
    def check_digit(cls, body: str) -> str:
        return str(9 - _weighted(body, cls.WEIGHTS) % 9)

    @classmethod
    def _agrees(cls, text: str) -> bool:
        return cls.check_digit(text[1:]) == text[0]


is_valid_municipality_code = MunicipalityCode.is_valid
is_valid_resident_record_code = ResidentRecordCode.is_valid
is_valid_individual_number = IndividualNumber.is_valid
is_valid_corporate_number = CorporateNumber.is_valid
check_digit_municipality_code = MunicipalityCode.check_digit
check_digit_resident_record_code = ResidentRecordCode.check_digit
check_digit_individual_number = IndividualNumber.check_digit
check_digit_corporate_number = CorporateNumber.check_digit
