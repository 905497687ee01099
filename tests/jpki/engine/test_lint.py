"""pkilint's own commands find no warning in what the engine makes; the one NOTICE (the CPS qualifier) the real profile
has too. They take seconds to start: what they are not asked here, `test_specimens` asks in this process."""

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509

from jpki.engine import linting
from tests.jpki.engine.house import Outside
from tests.jpki.engine.test_ocsp import answer_for

BIN = Path(sys.executable).parent


def lint(tool: str, *arguments: str) -> str:
    result = subprocess.run([str(BIN / tool), *arguments], capture_output=True, text=True, check=False, timeout=120)
    assert not result.stderr, result.stderr
    return result.stdout.strip()


def test_certificates_have_no_warning(sign_authority, outside: Outside):
    authority = sign_authority
    ca, leaf = outside.put_pem("ca.pem", authority.issuer.octets), outside.put_pem("leaf.pem", authority.certificate())
    responder = outside.put_pem("responder.pem", authority.responder.certificate)

    for path in (ca, leaf, responder):
        assert lint("lint_pkix_cert", "lint", "-s", "WARNING", path) == ""
    assert lint("lint_pkix_signer_signee_cert_chain", "lint", "-s", "NOTICE", ca, leaf) == ""


def test_the_only_notice_is_the_policy_qualifier(sign_authority, outside: Outside):
    leaf = outside.put_pem("leaf.pem", sign_authority.certificate())

    found = lint("lint_pkix_cert", "lint", "-s", "NOTICE", "-f", "CSV", leaf).splitlines()[1:]

    assert len(found) == 1
    assert "certificate_policies_policy_has_qualifier" in found[0]


@pytest.mark.parametrize("municipality", ["Chiyoda-ku", None])
def test_lists_have_no_notice(municipality, sign_authority, outside: Outside):
    path = outside.put("list.crl", sign_authority.crl(1000, municipality=municipality))

    assert lint("lint_crl", "lint", "-t", "CRL", "-p", "PKIX", "-s", "NOTICE", path) == ""


def test_answers_have_no_notice(auth_authority, outside: Outside):
    path = outside.put("answer.der", answer_for(auth_authority, 1000, "sha1"))

    assert lint("lint_ocsp_response", "lint", "-s", "NOTICE", path) == ""


def test_a_large_list_is_looked_at_without_most_of_its_entries(sign_authority):
    large, empty = sign_authority.crl(*range(1, 1001)), sign_authority.crl()

    small = linting.abridged(large, 10)

    read, whole = x509.load_der_x509_crl(small), x509.load_der_x509_crl(large)
    assert [each.serial_number for each in read] == [*range(1, 6), *range(996, 1001)]
    assert (list(read.extensions), read.next_update_utc) == (list(whole.extensions), whole.next_update_utc)
    assert linting.revocation_list(small) == []
    assert (linting.abridged(large, 2000), linting.abridged(empty, 10)) == (large, empty)
