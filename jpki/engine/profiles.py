"""Profiles: what an authority and its certificates look like, read from data and checked once.

A profile document is a nested mapping (TOML on disk, JSON in the database). ``placed`` fills in what is known for the
whole deployment; fields that differ by certificate stay in braces until issue.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from jpki.engine.algorithms import ALGORITHMS, SignatureAlgorithm
from jpki.engine.names import Pair

Settings = Mapping[str, Any]


class InvalidProfile(ValueError):
    """The profile document lacks something or names something that does not exist."""


@dataclass(frozen=True)
class Extension:
    """One extension: its type (a key of ``extensions.ENCODERS``), its criticality, and its own settings."""

    type: str
    critical: bool
    settings: Settings


@dataclass(frozen=True)
class AuthorityProfile:
    """A certification authority: its two names, its own certificate's extensions, its CRL and OCSP timing, and whether
    it lifts a hold."""

    code: str
    label: str
    algorithm: SignatureAlgorithm
    validity_years: int
    name: tuple[Pair, ...]
    local_name: tuple[Pair, ...]
    extensions: tuple[Extension, ...]
    crl_validity: timedelta
    crl_period: timedelta
    crl_lookback: timedelta
    ocsp_validity: timedelta
    ocsp_period: timedelta
    responder_algorithm: SignatureAlgorithm
    responder_validity: timedelta
    release_holds: bool


@dataclass(frozen=True)
class Term:
    """How long a resident's certificate is valid: to which birthday after issue, to which when it is renewed within
    the last ``renewal_months`` of the one before."""

    birthdays: int
    birthdays_when_renewed: int
    renewal_months: int


@dataclass(frozen=True)
class CertificateProfile:
    """One kind of end-entity certificate. ``distribution_point`` is empty where certificates are in no CRL, ``term`` is
    None where the dated rule of law alone says how long they are valid."""

    code: str
    authority: str
    label: str
    key_algorithm: SignatureAlgorithm
    subject: tuple[Pair, ...]
    distribution_point: tuple[Pair, ...]
    extensions: tuple[Extension, ...]
    term: Term | None = None


HOUSE = "open_jpki"


def document_from(path: str | None = None) -> dict[str, Any]:
    """The profile document in a TOML file; the house's own when no path is given."""
    if path is None:
        return house_document()
    with open(path, "rb") as file:
        return tomllib.load(file)


def house_document(name: str = HOUSE) -> dict[str, Any]:
    """One of the documents that come with the house."""
    return tomllib.loads(_data().joinpath(f"{name}.toml").read_text("utf-8"))


def house_documents() -> list[str]:
    """The names of the documents that come with the house."""
    return sorted(file.name.removesuffix(".toml") for file in _data().iterdir() if file.name.endswith(".toml"))


def _data() -> Traversable:
    return resources.files("jpki.engine").joinpath("data")


def placed(document: Mapping[str, Any], **known: str) -> dict[str, Any]:
    """The document with ``{public_base}``, ``{arc}`` and the like replaced; other braces stay."""
    known.setdefault("arc", str(document.get("arc", "")))
    return {key: _placed(value, known) for key, value in document.items()}


def _placed(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for field, text in known.items():
            value = value.replace("{" + field + "}", text)
        return value
    if isinstance(value, Mapping):
        return {key: _placed(child, known) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_placed(child, known) for child in value]
    return value


def authority(document: Mapping[str, Any], code: str) -> AuthorityProfile:
    """Raises InvalidProfile."""
    return authority_from(code, _entry(document, "authorities", code))


def authority_from(code: str, entry: Settings) -> AuthorityProfile:
    try:
        profile = AuthorityProfile(
            code=code,
            label=entry["label"],
            algorithm=ALGORITHMS[entry["algorithm"]],
            validity_years=entry["validity_years"],
            name=_pairs(entry["name"]),
            local_name=_pairs(entry["local_name"]),
            extensions=_extensions(entry["extensions"]),
            crl_validity=timedelta(hours=entry["crl"]["validity_hours"]),
            crl_period=timedelta(hours=entry["crl"]["period_hours"]),
            crl_lookback=timedelta(hours=entry["crl"]["lookback_hours"]),
            ocsp_validity=timedelta(minutes=entry["ocsp"]["validity_minutes"]),
            ocsp_period=timedelta(minutes=entry["ocsp"]["period_minutes"]),
            responder_algorithm=ALGORITHMS[entry["ocsp"]["responder_algorithm"]],
            responder_validity=timedelta(days=entry["ocsp"]["responder_days"]),
            release_holds=bool(entry["release_holds"]),
        )
    except (KeyError, TypeError) as error:
        raise InvalidProfile(f"authority {code}: {error}") from error
    # Once, a CA's settings made a CRL leave out a tenth of its revocations; so the relations are kept here.
    if profile.crl_validity < 2 * profile.crl_period:
        raise InvalidProfile(f"authority {code}: the next CRL must overlap the one before it")
    if profile.crl_lookback < 2 * profile.crl_period:
        raise InvalidProfile(f"authority {code}: expired entries must stay for two periods")
    if profile.ocsp_validity < 2 * profile.ocsp_period:
        raise InvalidProfile(f"authority {code}: the next OCSP answer must overlap the one before it")
    return profile


def certificate(document: Mapping[str, Any], code: str) -> CertificateProfile:
    """Raises InvalidProfile."""
    return certificate_from(code, _entry(document, "certificates", code))


def certificate_from(code: str, entry: Settings) -> CertificateProfile:
    try:
        return CertificateProfile(
            code=code,
            authority=entry["authority"],
            label=entry["label"],
            key_algorithm=ALGORITHMS[entry["key_algorithm"]],
            subject=_pairs(entry["subject"]),
            distribution_point=_pairs(entry.get("distribution_point", ())),
            extensions=_extensions(entry["extensions"]),
            term=_term(entry.get("term")),
        )
    except (KeyError, TypeError) as error:
        raise InvalidProfile(f"certificate {code}: {error}") from error


def _entry(document: Mapping[str, Any], group: str, code: str) -> Settings:
    try:
        return document[group][code]
    except KeyError as error:
        raise InvalidProfile(f"no {code} among {group}") from error


def _term(entry: Settings | None) -> Term | None:
    if entry is None:
        return None
    term = Term(entry["birthdays"], entry["birthdays_when_renewed"], entry["renewal_months"])
    if not 1 <= term.birthdays <= term.birthdays_when_renewed or term.renewal_months < 0:
        raise InvalidProfile(f"a term that cannot be: {term}")
    return term


def _pairs(pairs: Any) -> tuple[Pair, ...]:
    return tuple((str(attribute), str(text)) for attribute, text in pairs)


def _extensions(entries: Any) -> tuple[Extension, ...]:
    return tuple(
        Extension(
            type=entry["type"],
            critical=bool(entry.get("critical", False)),
            settings={key: value for key, value in entry.items() if key not in {"type", "critical"}},
        )
        for entry in entries
    )
