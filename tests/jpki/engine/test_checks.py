"""A field that is at fault is named before anything is signed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from jpki.engine import checks
from jpki.engine.public_keys import SubjectKey
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
