"""OCSP: requests of every shape are read, and OpenSSL believes the answers."""

import contextlib
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from hypothesis import given
from hypothesis import strategies as st

from jpki.engine import ocsp_answers, ocsp_requests
from jpki.engine.crl import Reason
from tests.jpki.engine.house import NOW, Authority, Outside

HASHES = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384()}


def single(authority: Authority, serial: int, hash_name: str, status: bytes = ocsp_answers.GOOD):
    issuer = authority.issuer
    cert_id = ocsp_requests.cert_id_der(hash_name, issuer.name_hash(hash_name), issuer.key_hash(hash_name), serial)
    return ocsp_answers.Single(cert_id, status, NOW, NOW + timedelta(hours=1))


def answer_for(authority: Authority, serial: int, hash_name: str, status: bytes = ocsp_answers.GOOD) -> bytes:
    return authority.responder.answer([single(authority, serial, hash_name, status)], produced_at=NOW)


def request_for(authority: Authority, serial: int, hash_name: str, nonce: bytes | None = None) -> bytes:
    issuer = authority.issuer
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        issuer.name_hash(hash_name), issuer.key_hash(hash_name), serial, HASHES[hash_name]
    )
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(serialization.Encoding.DER)


def openssl_request(outside: Outside, authority: Authority, *arguments: str) -> bytes:
    root = outside.put_pem("ca.pem", authority.issuer.octets)
    result = outside.run("ocsp", "-issuer", root, *arguments, "-reqout", "request.der")
    assert result.returncode == 0, result.stderr
    return (outside.folder / "request.der").read_bytes()


class TestRequests:
    @pytest.mark.parametrize("hash_name", HASHES)
    def test_one_certificate(self, auth_authority, hash_name):
        request = ocsp_requests.parse(request_for(auth_authority, 1000, hash_name))

        (asked,) = request.cert_ids
        assert (asked.hash_name, asked.serial, request.nonce) == (hash_name, 1000, None)
        assert asked.issuer_key_hash == auth_authority.issuer.key_hash(hash_name)
        assert asked.issuer_name_hash == auth_authority.issuer.name_hash(hash_name)
        assert request.usual

    def test_a_nonce_asks_for_a_fresh_answer(self, auth_authority):
        request = ocsp_requests.parse(request_for(auth_authority, 1000, "sha1", b"n" * 32))

        assert request.nonce == b"n" * 32
        assert not request.usual

    def test_many_certificates_of_two_hashes_as_openssl_writes_them(self, auth_authority, outside: Outside):
        data = openssl_request(outside, auth_authority, "-serial", "7", "-sha256", "-serial", "8", "-serial", "9")

        request = ocsp_requests.parse(data)

        assert [(asked.hash_name, asked.serial) for asked in request.cert_ids] == [
            ("sha1", 7),
            ("sha256", 8),
            ("sha256", 9),
        ]
        assert all(asked.encoded in data for asked in request.cert_ids)
        assert request.nonce is not None

    def test_a_hash_without_parameters_is_repeated_as_it_came(self, auth_authority):
        usual = request_for(auth_authority, 5, "sha1")
        algorithm = bytes.fromhex("300906052b0e03021a0500")
        shorter = bytes.fromhex("300706052b0e03021a")
        data = bytearray(usual.replace(algorithm, shorter))
        for position in range(2 * 5):  # the five enclosing lengths shrink by the two octets of NULL
            if position % 2 == 1:
                data[position] -= 2

        request = ocsp_requests.parse(bytes(data))

        assert shorter in request.cert_ids[0].encoded
        assert not request.usual

    def test_too_many_certificates_are_malformed(self, auth_authority, outside: Outside):
        serials = [word for number in range(65) for word in ("-serial", str(number + 1))]

        with pytest.raises(ocsp_requests.MalformedRequest):
            ocsp_requests.parse(openssl_request(outside, auth_authority, *serials))

    @pytest.mark.parametrize("nonce", [b"", b"n" * 129])
    def test_a_nonce_of_a_wrong_length_is_malformed(self, auth_authority, nonce):
        with pytest.raises(ocsp_requests.MalformedRequest):
            ocsp_requests.parse(request_for(auth_authority, 1, "sha1", nonce))

    @given(st.binary(max_size=300))
    def test_garbage_is_malformed(self, data):
        with pytest.raises(ocsp_requests.MalformedRequest):
            ocsp_requests.parse(data)

    @given(st.data())
    def test_a_damaged_request_is_read_or_malformed_and_nothing_else(self, auth_authority, data):
        request = bytearray(request_for(auth_authority, 1000, "sha1", b"nonce"))
        place = data.draw(st.integers(0, len(request) - 1))
        request[place] = data.draw(st.integers(0, 255))
        cut = data.draw(st.integers(0, len(request)))

        with contextlib.suppress(ocsp_requests.MalformedRequest):
            ocsp_requests.parse(bytes(request[:cut]))


class TestAnswers:
    @pytest.mark.parametrize("hash_name", ["sha1", "sha256"])
    @pytest.mark.parametrize(
        ("status", "said"),
        [
            (ocsp_answers.GOOD, "good"),
            (ocsp_answers.UNKNOWN, "unknown"),
            (ocsp_answers.revoked(NOW - timedelta(hours=2), Reason.AFFILIATION_CHANGED), "revoked"),
        ],
        ids=["good", "unknown", "revoked"],
    )
    def test_openssl_reads_the_status(self, auth_authority, outside: Outside, hash_name, status, said):
        answer = outside.put("answer.der", answer_for(auth_authority, 1000, hash_name, status))
        root = outside.put_pem("ca.pem", auth_authority.issuer.octets)

        result = outside.run(
            "ocsp", "-issuer", root, f"-{hash_name}", "-serial", "1000", "-respin", answer, "-CAfile", root, "-no_nonce"
        )

        assert "Response verify OK" in result.stderr
        assert f"1000: {said}" in result.stdout
        assert ("Reason: affiliationChanged" in result.stdout) is (said == "revoked")

    def test_many_answers_under_one_signature(self, auth_authority, outside: Outside):
        revoked = ocsp_answers.revoked(NOW, Reason.UNSPECIFIED)
        singles = [single(auth_authority, 1, "sha1"), single(auth_authority, 2, "sha256", revoked)]
        answer = outside.put("answer.der", auth_authority.responder.answer(singles, produced_at=NOW, nonce=b"n" * 16))
        root = outside.put_pem("ca.pem", auth_authority.issuer.octets)

        result = outside.run(
            "ocsp", "-issuer", root, "-serial", "1", "-sha256", "-serial", "2", "-respin", answer, "-CAfile", root,
            "-no_nonce",
        )  # fmt: skip

        assert "1: good" in result.stdout
        assert "2: revoked" in result.stdout

    def test_cryptography_reads_the_answer(self, auth_authority):
        answer = auth_authority.responder.answer(
            [single(auth_authority, 1000, "sha256")], produced_at=NOW, nonce=b"0123456789abcdef"
        )

        response = ocsp.load_der_ocsp_response(answer)

        assert response.certificate_status is ocsp.OCSPCertStatus.GOOD
        assert (response.this_update_utc, response.produced_at_utc) == (NOW, NOW)
        assert response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"0123456789abcdef"
        responder = x509.load_der_x509_certificate(auth_authority.responder.certificate)
        assert response.responder_key_hash == x509.SubjectKeyIdentifier.from_public_key(responder.public_key()).digest

    @pytest.mark.parametrize("refusal", ocsp_answers.Refusal)
    def test_a_refusal_is_a_response_without_signature(self, refusal):
        response = ocsp.load_der_ocsp_response(ocsp_answers.refusal(refusal))

        assert response.response_status.value == refusal.value

    def test_the_responder_of_another_generation_is_not_believed(self, auth_authority, outside: Outside):
        other = Authority.made("auth", serial=5)
        answer = outside.put(
            "answer.der", other.responder.answer([single(auth_authority, 1000, "sha1")], produced_at=NOW)
        )
        root = outside.put_pem("ca.pem", auth_authority.issuer.octets)

        result = outside.run(
            "ocsp", "-issuer", root, "-serial", "1000", "-respin", answer, "-CAfile", root, "-no_nonce"
        )

        assert "Response Verify Failure" in result.stderr
