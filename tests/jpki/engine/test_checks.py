"""A field that is at fault is named before anything is signed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from jpki.engine import checks
from jpki.engine.algorithms import ALGORITHMS
from jpki.engine.certificates import signed
from jpki.engine.public_keys import SubjectKey, UnfitKey
from tests.jpki.engine.house import HOLDER, new_key, subject_key


def fields_at_fault(authority, request) -> set[str]:
    found = checks.findings(request, profile=authority.template().profile, issuer=authority.issuer)
    return {finding.field for finding in found}


def test_a_sound_request_passes(sign_authority, auth_authority):
    for authority in (sign_authority, auth_authority):
        assert fields_at_fault(authority, authority.request()) == set()


@pytest.mark.parametrize("serial", [0, -1, 2**63])
def test_a_serial_out_of_range(sign_authority, serial):
    assert fields_at_fault(sign_authority, replace(sign_authority.request(), serial=serial)) == {"serial"}


def test_a_period_that_ends_before_it_begins(sign_authority):
    request = sign_authority.request()

    assert "not_after" in fields_at_fault(sign_authority, replace(request, not_after=request.not_before))


def test_a_period_beyond_the_authoritys_own(sign_authority):
    request = replace(sign_authority.request(), not_after=sign_authority.issuer.not_after + timedelta(seconds=1))

    assert fields_at_fault(sign_authority, request) == {"validity"}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", ""),
        ("name", "見本\x00花子"),
        ("name", "見" * 201),
        ("address", "東" * 201),
        ("birth_date", "3198002170"),
        ("sex", "12"),
    ],
)
def test_an_item_of_the_holder_that_cannot_stand(sign_authority, field, text):
    request = sign_authority.request()

    assert fields_at_fault(sign_authority, replace(request, fields={**request.fields, field: text})) == {field}


def test_a_missing_item(sign_authority):
    request = sign_authority.request()
    fields = {key: value for key, value in request.fields.items() if key != "address"}

    assert fields_at_fault(sign_authority, replace(request, fields=fields)) == {"address"}


def test_a_common_name_too_long_for_the_standard(auth_authority):
    request = auth_authority.request()

    assert fields_at_fault(auth_authority, replace(request, fields={**request.fields, "common_name": "9" * 65})) == {
        "CN"
    }


def test_a_wide_space_and_rare_characters_are_no_fault(sign_authority):
    request = sign_authority.request()

    assert not fields_at_fault(
        sign_authority, replace(request, fields={**request.fields, "name": "𠮷野　\u845b\U000e0100"})
    )
    assert "\u3000" in HOLDER["name"]


LAZY = new_key("p256-sha256")


@pytest.fixture(scope="module")
def keys() -> dict[str, bytes]:
    return {name: subject_key(new_key(name)).spki for name in ("rsa2048-sha256", "p256-sha256", "p384-sha384")}


def subject_key_of(certificate: bytes) -> bytes:
    key = x509.load_der_x509_certificate(certificate).public_key()
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


class TestKeys:
    def at_fault(self, authority, spki: bytes) -> bool:
        return "public_key" in fields_at_fault(authority, replace(authority.request(), subject_key=SubjectKey(spki)))

    def test_another_type_or_size(self, sign_authority):
        assert self.at_fault(sign_authority, subject_key(new_key("p256-sha256")).spki)
        assert self.at_fault(sign_authority, subject_key(new_key("rsa3072-sha256")).spki)

    def test_garbage_and_trailing_octets(self, sign_authority):
        sound = subject_key(new_key()).spki

        assert self.at_fault(sign_authority, b"garbage")
        assert self.at_fault(sign_authority, sound + b"\x00")
        assert self.at_fault(sign_authority, sound[:-5])

    @settings(max_examples=150, deadline=None)
    @given(data=st.data(), algorithm=st.sampled_from(["rsa2048-sha256", "p256-sha256", "p384-sha384"]))
    def test_a_damaged_key_is_refused_by_its_field_or_is_a_sound_one(self, sign_authority, keys, data, algorithm):
        """Never a crash, for the octets come from a card; and what passes can be certified and read back."""
        damaged = bytearray(keys[algorithm])
        for _ in range(data.draw(st.integers(1, 3))):
            place = data.draw(st.integers(0, len(damaged) - 1))
            damaged[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
        template = sign_authority.template()
        profile = replace(template.profile, key_algorithm=ALGORITHMS[algorithm])
        request = replace(sign_authority.request(key=LAZY), subject_key=SubjectKey(bytes(damaged)))

        found = checks.findings(request, profile=profile, issuer=sign_authority.issuer)

        assert {each.field for each in found} <= {"public_key"}
        if not found:
            made = signed(replace(template, profile=profile).to_be_signed(request), sign_authority.key)
            assert subject_key_of(made) == bytes(damaged)

    @given(st.binary(max_size=300))
    def test_garbage_is_no_key(self, garbage):
        assert SubjectKey(garbage).algorithm == ""
        with pytest.raises(UnfitKey):
            SubjectKey(garbage).check(ALGORITHMS["rsa2048-sha256"])

    @pytest.mark.parametrize(
        "make", [ed25519.Ed25519PrivateKey.generate, lambda: ec.generate_private_key(ec.SECP521R1())]
    )
    def test_a_key_of_a_kind_that_no_profile_knows(self, sign_authority, make):
        spki = (
            make()
            .public_key()
            .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        )

        assert SubjectKey(spki).algorithm == ""
        assert self.at_fault(sign_authority, spki)

    def test_a_small_exponent(self, sign_authority):
        key = rsa.generate_private_key(public_exponent=3, key_size=2048).public_key()
        spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

        assert self.at_fault(sign_authority, spki)

    def test_a_modulus_with_a_small_factor(self, sign_authority):
        modulus = (2**2047 // 3) * 3
        modulus += 0 if modulus % 2 else 3
        spki = (
            rsa.RSAPublicNumbers(65537, modulus)
            .public_key()
            .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        )

        assert self.at_fault(sign_authority, spki)
