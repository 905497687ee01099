"""Who may be given which certificate: rules of law judged on a frozen set of facts."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from jlis.kernel.domain.partial_dates import PartialDate
from jpki.domain.kinds import Kind
from jpki.domain.validity import birthday_in, rule_on

AGE_FOR_SIGNATURE = 15


@dataclass(frozen=True)
class Applicant:
    """The facts on the day of the application.

    ``holds_valid``: a certificate of the same kind is in force and this is not its renewal.
    ``exemptions``: codes of the reasons that the counter has confirmed, each of which lifts one rule.
    """

    kind: Kind
    born: PartialDate
    day: date
    registered: bool = True
    holds_valid: bool = False
    under_guardianship: bool = False
    exemptions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rule:
    """One rule: its article, its sentence, and what the clerk is told when it stands against the application."""

    code: str
    article: str
    sentence: str
    message: str
    hinders: Callable[[Applicant], bool]


RULES: list[Rule] = []


def _rule(
    *, code: str, article: str, sentence: str, message: str
) -> Callable[[Callable[[Applicant], bool]], Callable[[Applicant], bool]]:
    def register(hinders: Callable[[Applicant], bool]) -> Callable[[Applicant], bool]:
        RULES.append(Rule(code, article, sentence, message, hinders))
        return hinders

    return register


def hindrances(applicant: Applicant) -> Iterator[Rule]:
    """Every rule that stands against the application; none when the certificate may be issued."""
    return (rule for rule in RULES if rule.hinders(applicant))


def age_on(day: date, born: PartialDate) -> int:
    """Full years that have surely passed, by calendar birthdays: unknown month or day count as the last."""
    last = born.latest()
    birthday = birthday_in(day.year, PartialDate(last.year, last.month, last.day), rule_on(day))
    return day.year - born.year - (birthday > day)


@_rule(
    code="not_registered",
    article="公的個人認証法第3条第1項",
    sentence="住民基本台帳に記録されている者は、自己に係る電子証明書の発行の申請をすることができる。",
    message="住民基本台帳に現に記録されていないため、発行できません。住民記録を確認してください。",
)
def not_registered(applicant: Applicant) -> bool:
    return not applicant.registered


@_rule(
    code="double_issue",
    article="公的個人認証法第6条",
    sentence="利用者は、電子証明書が効力を失わない限り、重ねて電子証明書の発行を受けることができない。",
    message="有効な同じ種類の電子証明書があります。更新とするか、先に失効の手続をしてください。",
)
def double_issue(applicant: Applicant) -> bool:
    return applicant.holds_valid


@_rule(
    code="under_age",
    article="公的個人認証事務処理要領",
    sentence="15歳未満の者には、原則として署名用電子証明書を発行しない。",
    message="15歳未満のため署名用電子証明書は発行できません。利用者証明用のみ発行するか、例外の理由を確認して記録してください。",
)
def under_age(applicant: Applicant) -> bool:
    is_young = age_on(applicant.day, applicant.born) < AGE_FOR_SIGNATURE
    return applicant.kind.carries_identity and is_young and not _is_lifted("under_age", applicant.exemptions)


@_rule(
    code="under_guardianship",
    article="公的個人認証事務処理要領",
    sentence="成年被後見人には、意思能力を確認できる場合を除き、署名用電子証明書を発行しない。",
    message="成年被後見人です。法定代理人の同席と本人の意思能力を確認し、例外として記録したうえで発行してください。",
)
def under_guardianship(applicant: Applicant) -> bool:
    is_ward = applicant.kind.carries_identity and applicant.under_guardianship
    return is_ward and not _is_lifted("under_guardianship", applicant.exemptions)


@dataclass(frozen=True)
class Exemption:
    """A reason that lifts one rule, confirmed at the counter and recorded by its code. No source lists these reasons;
    they are the office's to widen or narrow."""

    code: str
    lifts: str
    label: str


EXEMPTIONS: dict[str, Exemption] = {
    each.code: each
    for each in (
        Exemption("MINOR_UNDERSTANDS", "under_age", "15歳未満：法定代理人の同意があり、本人の意思能力を確認した"),
        Exemption("WARD_UNDERSTANDS", "under_guardianship", "成年被後見人：法定代理人の同席のもとで意思能力を確認した"),
        Exemption("WARD_BY_DOCTOR", "under_guardianship", "成年被後見人：医師の書面により意思能力を確認した"),
    )
}  # fmt: skip


def reasons_for(age: int) -> list[Exemption]:
    """What the counter may confirm for somebody of an age."""
    return [each for each in EXEMPTIONS.values() if each.lifts != "under_age" or age < AGE_FOR_SIGNATURE]


def are_lifted(hindering: Iterable[Rule], reasons: Iterable[str]) -> bool:
    """Whether a confirmed reason lifts each of the rules that stand against an application."""
    confirmed = set(reasons)
    return all(_is_lifted(rule.code, confirmed) for rule in hindering)


def _is_lifted(code: str, reasons: Iterable[str]) -> bool:
    return any(EXEMPTIONS[reason].lifts == code for reason in reasons)
