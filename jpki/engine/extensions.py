"""Certificate extensions by the name that a profile gives them: settings and context in, DER out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jpki.engine import der, names
from jpki.engine.issuers import Issuer
from jpki.engine.profiles import Extension, Settings
from jpki.engine.public_keys import SubjectKey


@dataclass(frozen=True)
class Context:
    """What an extension's value may depend on; ``issuer`` is None for a self-signed certificate."""

    subject_key: SubjectKey
    fields: Mapping[str, str]
    local_name: tuple[names.Pair, ...]
    distribution_point: tuple[names.Pair, ...]
    issuer: Issuer | None = None


Encoder = Callable[[Settings, Context], bytes]


@dataclass(frozen=True)
class ExtensionType:
    """``varies`` names the fields of the context that change the value: nothing, the partition, or each subject."""

    oid: str
    encode: Encoder
    varies: str = "never"


# Bit positions of RFC 5280 4.2.1.3.
_USAGES = {
    "digital_signature": 0,
    "content_commitment": 1,
    "key_encipherment": 2,
    "data_encipherment": 3,
    "key_agreement": 4,
    "key_cert_sign": 5,
    "crl_sign": 6,
}
_PURPOSES = {
    "server_auth": "1.3.6.1.5.5.7.3.1",
    "client_auth": "1.3.6.1.5.5.7.3.2",
    "code_signing": "1.3.6.1.5.5.7.3.3",
    "email_protection": "1.3.6.1.5.5.7.3.4",
    "ocsp_signing": "1.3.6.1.5.5.7.3.9",
}


def _key_usage(settings: Settings, context: Context) -> bytes:
    positions = [_USAGES[usage] for usage in settings["usages"]]
    last = max(positions)
    value = sum(0x80 >> position for position in positions)
    return der.bits(bytes((value,)), unused=7 - last)


def _extended_key_usage(settings: Settings, context: Context) -> bytes:
    return der.sequence(*(der.oid(_PURPOSES[purpose]) for purpose in settings["purposes"]))


def _basic_constraints(settings: Settings, context: Context) -> bytes:
    return der.sequence(der.boolean(True)) if settings.get("ca") else der.sequence()


def _certificate_policies(settings: Settings, context: Context) -> bytes:
    qualifier = der.sequence(der.oid("1.3.6.1.5.5.7.2.1"), der.ia5(settings["cps"]))
    return der.sequence(der.sequence(der.oid(settings["policy"]), der.sequence(qualifier)))


def _alt_directory_name(settings: Settings, context: Context) -> bytes:
    return der.sequence(names.directory_name(context.local_name))


def _subject_other_names(settings: Settings, context: Context) -> bytes:
    return der.sequence(*(names.other_name(entry["id"], context.fields[entry["field"]]) for entry in settings["names"]))


def _crl_distribution_point(settings: Settings, context: Context) -> bytes:
    pattern = tuple((attribute, text) for attribute, text in settings.get("name", ())) or context.distribution_point
    return der.sequence(der.sequence(distribution_point_name(names.filled(pattern, context.fields))))


def distribution_point_name(pairs: tuple[names.Pair, ...]) -> bytes:
    """[0] DistributionPointName with one directoryName; the same octets stand in the certificate and in the CRL."""
    return der.explicit(0, der.explicit(0, names.directory_name(pairs)))


def _authority_info_access(settings: Settings, context: Context) -> bytes:
    return der.sequence(der.sequence(der.oid("1.3.6.1.5.5.7.48.1"), names.uri(settings["ocsp"])))


def _subject_key_identifier(settings: Settings, context: Context) -> bytes:
    return der.octets(context.subject_key.key_id)


def _authority_key_identifier(settings: Settings, context: Context) -> bytes:
    issuer = context.issuer
    if issuer is None:
        raise ValueError("a self-signed certificate has no authority key identifier in these profiles")
    if settings.get("form") == "key_id":
        return der.sequence(der.tlv(0x80, issuer.key_id))
    general_names = der.explicit(4, issuer.issuer_name)
    return der.sequence(
        der.tlv(0x80, issuer.key_id),
        der.tlv(0xA1, general_names),
        b"\x82" + der.integer(issuer.serial)[1:],
    )


def _ocsp_no_check(settings: Settings, context: Context) -> bytes:
    return der.NULL


TYPES = {
    "key_usage": ExtensionType("2.5.29.15", _key_usage),
    "extended_key_usage": ExtensionType("2.5.29.37", _extended_key_usage),
    "basic_constraints": ExtensionType("2.5.29.19", _basic_constraints),
    "certificate_policies": ExtensionType("2.5.29.32", _certificate_policies),
    "issuer_alt_directory_name": ExtensionType("2.5.29.18", _alt_directory_name),
    "subject_alt_directory_name": ExtensionType("2.5.29.17", _alt_directory_name),
    "subject_other_names": ExtensionType("2.5.29.17", _subject_other_names, varies="subject"),
    "crl_distribution_point": ExtensionType("2.5.29.31", _crl_distribution_point, varies="partition"),
    "authority_info_access": ExtensionType("1.3.6.1.5.5.7.1.1", _authority_info_access),
    "authority_key_identifier": ExtensionType("2.5.29.35", _authority_key_identifier),
    "subject_key_identifier": ExtensionType("2.5.29.14", _subject_key_identifier, varies="subject"),
    "ocsp_no_check": ExtensionType("1.3.6.1.5.5.7.48.1.5", _ocsp_no_check),
}


def encoded(extension: Extension, context: Context) -> bytes:
    """The DER of the Extension. KeyError when the profile names a type that does not exist."""
    kind = TYPES[extension.type]
    value = der.octets(kind.encode(extension.settings, context))
    if extension.critical:
        return der.sequence(der.oid(kind.oid), der.boolean(True), value)
    return der.sequence(der.oid(kind.oid), value)
