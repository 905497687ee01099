"""Certificates stand before OpenSSL and pkilint, and equal what cryptography's own builder makes, octet by octet."""

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from jpki.engine import certificates, der
from tests.jpki.engine.house import ARC, HOLDER, Authority, Outside, new_key


@pytest.mark.parametrize("code", ["sign", "auth"])
def test_openssl_accepts_a_certificate_strictly(code, authority_of, outside: Outside):
    authority = authority_of(code)
    root = outside.put_pem("ca.pem", authority.issuer.octets)
    leaf = outside.put_pem("leaf.pem", authority.certificate())

    result = outside.run("verify", "-x509_strict", "-CAfile", root, leaf)

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(("code", "suffix"), [("sign", ".1.1.20"), ("auth", ".1.3.30")])
def test_the_policy_is_explicit(code, suffix, authority_of, outside: Outside):
    root = outside.put_pem("ca.pem", authority_of(code).issuer.octets)
    leaf = outside.put_pem("leaf.pem", authority_of(code).certificate())
    check = ("verify", "-CAfile", root, "-policy_check", "-explicit_policy", "-policy")

    assert outside.run(*check, ARC + suffix, leaf).returncode == 0
    refused = outside.run(*check, ARC + ".1.0.20", leaf)
    assert "error 43" in refused.stderr + refused.stdout


def test_the_authentication_certificate_serves_a_tls_client_and_nothing_else(auth_authority, outside: Outside):
    root = outside.put_pem("ca.pem", auth_authority.issuer.octets)
    leaf = outside.put_pem("leaf.pem", auth_authority.certificate())

    assert outside.run("verify", "-purpose", "sslclient", "-CAfile", root, leaf).returncode == 0
    assert outside.run("verify", "-purpose", "sslserver", "-CAfile", root, leaf).returncode != 0


def test_the_other_authority_does_not_vouch(sign_authority, auth_authority, outside: Outside):
    root = outside.put_pem("ca.pem", auth_authority.issuer.octets)
    leaf = outside.put_pem("leaf.pem", sign_authority.certificate())

    assert outside.run("verify", "-CAfile", root, leaf).returncode != 0


def test_extensions_stand_in_the_published_order(sign_authority, auth_authority):
    def order(octets: bytes) -> list[tuple[str, bool]]:
        return [(e.oid._name, e.critical) for e in x509.load_der_x509_certificate(octets).extensions]

    assert order(sign_authority.certificate()) == [
        ("keyUsage", True),
        ("subjectAltName", False),
        ("certificatePolicies", True),
        ("issuerAltName", False),
        ("cRLDistributionPoints", False),
        ("authorityKeyIdentifier", False),
        ("subjectKeyIdentifier", False),
    ]
    assert order(auth_authority.certificate()) == [
        ("keyUsage", True),
        ("extendedKeyUsage", False),
        ("certificatePolicies", True),
        ("issuerAltName", False),
        ("cRLDistributionPoints", False),
        ("authorityInfoAccess", False),
        ("authorityKeyIdentifier", False),
        ("subjectKeyIdentifier", False),
    ]
    assert order(sign_authority.issuer.octets) == [
        ("keyUsage", True),
        ("subjectAltName", False),
        ("basicConstraints", True),
        ("cRLDistributionPoints", False),
        ("subjectKeyIdentifier", False),
    ]


def test_the_four_items_stand_as_other_names_in_the_order_1_4_3_5_2_6(sign_authority):
    certificate = x509.load_der_x509_certificate(sign_authority.certificate())
    items = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert [(name.type_id.dotted_string, name.value) for name in items] == [
        (f"{ARC}.5.{number}", der.utf8(HOLDER[field]))
        for number, field in [
            (1, "name"),
            (4, "birth_date"),
            (3, "sex"),
            (5, "address"),
            (2, "name_substitutions"),
            (6, "address_substitutions"),
        ]
    ]


def test_the_authentication_certificate_names_nobody(auth_authority):
    octets = auth_authority.certificate()

    for item in ("name", "address", "birth_date"):
        assert HOLDER[item].encode() not in octets


def test_the_builder_of_cryptography_makes_the_same_octets(auth_authority, sign_authority):
    """The oracle: PKCS#1 v1.5 signs deterministically, so the whole certificate must be equal."""
    for authority in (sign_authority, auth_authority):
        subject = new_key()
        request = authority.request(serial=2**31, key=subject)
        ours = certificates.signed(authority.template().to_be_signed(request), authority.key)

        assert ours == _built_elsewhere(authority, request, subject).public_bytes(serialization.Encoding.DER)


def _built_elsewhere(authority: Authority, request, subject) -> x509.Certificate:
    sign = authority.code == "sign"
    fields = request.fields
    unit = "OPEN-JPKI for digital signature" if sign else "OPEN-JPKI for user authentication"
    local = "オープン公的個人認証サービス" + ("署名用" if sign else "利用者証明用")
    point = _name(
        C="JP", O="OPEN-JPKI", OU=(unit, "CRL Distribution Points", fields["prefecture"]),
        CN=f"{fields['municipality']} CRLDP",
    )  # fmt: skip
    policy = x509.PolicyInformation(
        x509.ObjectIdentifier(ARC + (".1.1.20" if sign else ".1.3.30")), ["http://pki.example.jp/pki/cps"]
    )
    issuer = authority.issuer.certificate
    places = {"L": (fields["prefecture"], fields["municipality"])} if sign else {}
    builder = (
        x509.CertificateBuilder()
        .serial_number(request.serial)
        .issuer_name(issuer.subject)
        .subject_name(_name(C="JP", **places, CN=fields["common_name"]))
        .not_valid_before(request.not_before)
        .not_valid_after(request.not_after)
        .public_key(subject.public_key)
    )
    usage = x509.KeyUsage(True, sign, False, False, False, False, False, False, False)
    extensions = [
        (usage, True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
        (x509.SubjectAlternativeName([_other(number, fields[field]) for number, field in _ITEMS]), False),
        (x509.CertificatePolicies([policy]), True),
        (x509.IssuerAlternativeName([x509.DirectoryName(_name(
            C="JP", O="オープン公的個人認証サービス", OU=(local, "オープン地方公共団体情報システム機構")
        ))]), False),
        (x509.CRLDistributionPoints([x509.DistributionPoint([x509.DirectoryName(point)], None, None, None)]), False),
        (x509.AuthorityInformationAccess([x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP,
            x509.UniformResourceIdentifier("http://pki.example.jp/pki/auth/ocsp"),
        )]), False),
        (x509.AuthorityKeyIdentifier(
            authority.issuer.key_id, [x509.DirectoryName(issuer.issuer)], issuer.serial_number
        ), False),
        (x509.SubjectKeyIdentifier.from_public_key(subject.public_key), False),
    ]  # fmt: skip
    only_sign, only_auth = x509.SubjectAlternativeName, (x509.ExtendedKeyUsage, x509.AuthorityInformationAccess)
    for value, critical in extensions:
        if isinstance(value, only_auth if sign else only_sign):
            continue
        builder = builder.add_extension(value, critical)
    return builder.sign(authority.key.private_key, hashes.SHA256(), rsa_padding=padding.PKCS1v15())


_ITEMS = ((1, "name"), (4, "birth_date"), (3, "sex"), (5, "address"), (2, "name_substitutions"),
          (6, "address_substitutions"))  # fmt: skip
_OIDS = {
    "C": NameOID.COUNTRY_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
}


def _name(**attributes: str | tuple[str, ...]) -> x509.Name:
    pairs = []
    for attribute, value in attributes.items():
        for text in value if isinstance(value, tuple) else (value,):
            pairs.append(x509.NameAttribute(_OIDS[attribute], text))
    return x509.Name(pairs)


def _other(number: int, text: str) -> x509.OtherName:
    return x509.OtherName(x509.ObjectIdentifier(f"{ARC}.5.{number}"), der.utf8(text))


def test_generations_share_a_name_and_differ_in_key(outside: Outside):
    first, second = Authority.made("auth"), Authority.made("auth", serial=77)
    roots = outside.put("roots.pem", b"")
    leaf = outside.put_pem("leaf.pem", second.certificate())
    both = outside.run("x509", "-in", outside.put_pem("a.pem", first.issuer.octets)).stdout
    both += outside.run("x509", "-in", outside.put_pem("b.pem", second.issuer.octets)).stdout
    outside.put("roots.pem", both.encode())

    assert first.issuer.name == second.issuer.name
    assert outside.run("verify", "-x509_strict", "-CAfile", roots, leaf).returncode == 0
    assert outside.run("verify", "-CAfile", "a.pem", leaf).returncode != 0


@pytest.mark.parametrize("curve", ["p256-sha256", "p384-sha384"])
def test_another_key_type_is_a_matter_of_the_profile(curve, sign_authority, outside: Outside):
    from dataclasses import replace

    from jpki.engine.algorithms import ALGORITHMS

    template = sign_authority.template()
    template = replace(template, profile=replace(template.profile, key_algorithm=ALGORITHMS[curve]))
    request = sign_authority.request(key=new_key(curve))
    leaf = outside.put_pem("leaf.pem", certificates.signed(template.to_be_signed(request), sign_authority.key))

    root = outside.put_pem("ca.pem", sign_authority.issuer.octets)
    assert outside.run("verify", "-x509_strict", "-CAfile", root, leaf).returncode == 0


def test_the_key_identifier_is_the_sha1_of_the_bit_string(sign_authority):
    certificate = x509.load_der_x509_certificate(sign_authority.certificate())
    expected = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest

    assert certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest == expected
    assert hashlib.sha1().digest_size == len(expected)
