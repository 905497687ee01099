"""OCSP over HTTP: good, revoked, unknown; fresh at once; never a crash."""

import base64
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp as pyca
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jlis.kernel.time import Moment, now
from jpki.domain.kinds import Kind
from jpki.gateways import key_uses
from jpki.models import CertificateStatus, OcspAnswer, Responder
from jpki.selectors import authorities
from jpki.services import certificates, ocsp
from tests.jpki import cast

HASHES = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256()}


def asked(serial: int, *, authority: str = "auth", hash_name: str = "sha1", nonce: bytes | None = None) -> bytes:
    with acting(JPKI):
        issuer = authorities.current(authority, now().instant).issuer
    builder = pyca.OCSPRequestBuilder().add_certificate_by_hash(
        issuer.name_hash(hash_name), issuer.key_hash(hash_name), serial, HASHES[hash_name]
    )
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(serialization.Encoding.DER)


def post(client, data: bytes, authority: str = "auth"):
    return client.post(f"/pki/{authority}/ocsp", data, content_type="application/ocsp-request")


def answer(client, data: bytes, authority: str = "auth") -> pyca.OCSPResponse:
    response = post(client, data, authority)
    assert (response.status_code, response["Content-Type"]) == (200, "application/ocsp-response")
    return pyca.load_der_ocsp_response(response.content)


def serial_of(certificate) -> int:
    return cast.status_of(certificate).serial


def revoke(certificate, by, at, verb="revoke_for_compromise"):
    with acting(by.scope):
        certificates.revoke(certificate=certificate.pk, verb=verb, by=by, at=at, purpose=cast.PURPOSE)


@pytest.mark.parametrize("hash_name", HASHES)
def test_good_then_revoked_at_once(authentication, clerk, at, client, hash_name):
    data = asked(serial_of(authentication), hash_name=hash_name)
    for _ in range(2):  # signed first, then ready
        assert answer(client, data).certificate_status is pyca.OCSPCertStatus.GOOD

    revoke(authentication, clerk, at)

    told = answer(client, data)
    assert told.certificate_status is pyca.OCSPCertStatus.REVOKED
    assert told.revocation_reason is x509.ReasonFlags.key_compromise
    assert told.revocation_time_utc == at.instant.replace(microsecond=0)


def test_a_hold_is_told_as_one(authentication, clerk, at, client):
    with acting(clerk.scope):
        certificates.suspend(certificate=authentication.pk, by=clerk, at=at, purpose=cast.PURPOSE)

    assert answer(client, asked(serial_of(authentication))).revocation_reason is x509.ReasonFlags.certificate_hold


@pytest.mark.parametrize("serial", [4711, 2**63 - 1, 2**64, 2**150])
def test_a_serial_never_issued_is_unknown_and_not_kept(founded, client, serial):
    assert answer(client, asked(serial)).certificate_status is pyca.OCSPCertStatus.UNKNOWN
    with acting(JPKI):
        assert not OcspAnswer.objects.exists()


def test_another_authoritys_certificate_is_not_ours_to_answer(signature, client):
    told = answer(client, asked(serial_of(signature), authority="sign"), authority="auth")

    assert told.response_status is pyca.OCSPResponseStatus.UNAUTHORIZED


def test_a_nonce_comes_back_and_the_answer_is_not_kept(authentication, client):
    told = answer(client, asked(serial_of(authentication), nonce=b"n" * 32))

    assert told.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"n" * 32
    with acting(JPKI):
        assert not OcspAnswer.objects.exists()


def test_a_ready_answer_is_served_to_the_octet(authentication, client):
    data = asked(serial_of(authentication))

    assert post(client, data).content == post(client, data).content
    with acting(JPKI):
        kept = OcspAnswer.objects.get()
    assert bytes(kept.content) == post(client, data).content


def test_get_as_the_standard_has_it(authentication, client):
    data = asked(serial_of(authentication))
    encoded = quote(base64.b64encode(data).decode(), safe="")

    response = client.get(f"/pki/auth/ocsp/{encoded}")

    assert response.content == post(client, data).content
    assert response["Cache-Control"] == "public, max-age=60, no-transform, must-revalidate"
    assert "Expires" in response
    again = client.get(f"/pki/auth/ocsp/{encoded}", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_unescaped_slashes_are_read_too(authentication, client):
    data = asked(serial_of(authentication))

    assert client.get(f"/pki/auth/ocsp/{base64.b64encode(data).decode()}").content == post(client, data).content


@pytest.mark.parametrize(
    "path",
    ["/pki/auth/ocsp/", "/pki/auth/ocsp/AAAA", "/pki/auth/ocsp/あ", "/pki/sign/ocsp/=="],
)
def test_garbage_in_the_path_is_malformed(founded, client, path):
    response = client.get(path)

    assert response.status_code == 200
    told = pyca.load_der_ocsp_response(response.content)
    assert told.response_status is pyca.OCSPResponseStatus.MALFORMED_REQUEST


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(data=st.one_of(st.binary(max_size=200), st.binary(max_size=30).map(lambda tail: b"0\x82\x00\x10" + tail)))
def test_garbage_in_the_body_is_malformed(founded, client, data):
    assert answer(client, data).response_status is pyca.OCSPResponseStatus.MALFORMED_REQUEST


def test_an_endless_body_is_cut_off(founded, client):
    assert answer(client, b"0" * 200_000).response_status is pyca.OCSPResponseStatus.MALFORMED_REQUEST


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_request_gets_an_answer_and_never_good_for_another_serial(founded, authentication, client, data):
    """Octets of a sound request changed, doubled, cut: whatever comes, an OCSP response goes, and no server error."""
    sound = asked(serial_of(authentication), nonce=data.draw(st.sampled_from([None, b"n" * 16])))
    damaged = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    sent = bytes(damaged) or b"0"

    by_body, by_path = (
        post(client, sent),
        client.get(f"/pki/auth/ocsp/{quote(base64.b64encode(sent).decode(), safe='')}"),
    )

    for response in (by_body, by_path):
        assert response.status_code == 200
        told = pyca.load_der_ocsp_response(response.content)
        if told.response_status is pyca.OCSPResponseStatus.SUCCESSFUL:
            singles = list(told.responses)
            assert all(
                single.certificate_status is pyca.OCSPCertStatus.UNKNOWN
                or single.serial_number == serial_of(authentication)
                for single in singles
            )


def test_another_issuers_hashes_are_not_ours_to_answer(authentication, client):
    for hash_name, algorithm in HASHES.items():
        data = (
            pyca.OCSPRequestBuilder()
            .add_certificate_by_hash(
                b"n" * algorithm.digest_size, b"k" * algorithm.digest_size, serial_of(authentication), algorithm
            )
            .build()
            .public_bytes(serialization.Encoding.DER)
        )

        told = answer(client, data)

        assert told.response_status is pyca.OCSPResponseStatus.UNAUTHORIZED, hash_name


def test_what_is_prepared_and_not_yet_issued_is_unknown(resident, clerk, at, client, monkeypatch):
    from jpki.services import issuing

    monkeypatch.setattr(issuing, "_complete", lambda *_, **__: (_ for _ in ()).throw(RuntimeError))
    with pytest.raises(RuntimeError):
        cast.issued_to(resident, Kind.AUTH_CARD, by=clerk, at=at)
    with acting(JPKI):
        serial = CertificateStatus.objects.get(state="PREPARED").serial

    assert answer(client, asked(serial)).certificate_status is pyca.OCSPCertStatus.UNKNOWN


def test_an_answer_whose_time_is_over_is_never_served(authentication, at, client):
    data = asked(serial_of(authentication))
    first = answer(client, data)

    later = at.later(hours=2).instant
    told = pyca.load_der_ocsp_response(ocsp.answer(authority="auth", data=data, at=later).content)

    assert first.next_update_utc < later < told.next_update_utc
    assert told.certificate_status is pyca.OCSPCertStatus.GOOD


def test_a_key_that_is_away_makes_nothing_good(authentication, client, monkeypatch):
    from jpki.engine.keys import KeyUnavailable
    from jpki.engine.ocsp_answers import Responder as Answering

    def away(*_, **__):
        raise KeyUnavailable("the token is away")

    monkeypatch.setattr(Answering, "answer", away)

    told = answer(client, asked(serial_of(authentication)))

    assert told.response_status is pyca.OCSPResponseStatus.TRY_LATER


class TestUsesOfTheKey:
    def entries(self) -> list[dict]:
        with acting(SYSTEM):
            found = AuditEntry.objects.filter(action="jpki.answers_signed").order_by("at")
            return [entry.detail for entry in found]

    def test_many_are_one_entry_with_their_count(self, authentication, at, client):
        data = asked(serial_of(authentication), nonce=b"n" * 16)
        for seconds in (0, 10, 30, 61, 62):
            ocsp.answer(authority="auth", data=data, at=at.later(seconds=seconds).instant)

        with acting(JPKI):
            responder = Responder.objects.get(generation__authority="auth").serial
        assert self.entries() == [{"authority": "auth", "generation": 1, "responder": responder, "count": 4}]

        ocsp.write_down_uses()

        assert [each["count"] for each in self.entries()] == [4, 1]
        ocsp.write_down_uses()
        assert len(self.entries()) == 2

    def test_a_thousand_are_written_down_at_once(self, authentication, at, client, monkeypatch):
        monkeypatch.setattr(key_uses, "MOST_COUNTED", 3)
        data = asked(serial_of(authentication), nonce=b"n" * 16)
        for _ in range(7):
            ocsp.answer(authority="auth", data=data, at=at.instant)

        assert [each["count"] for each in self.entries()] == [3, 3]

    def test_a_batch_made_ahead_is_one_entry(self, authentication, at):
        with acting(JPKI):
            generation = authorities.current("auth", now().instant)
        ocsp.prepare(generation=generation, serials=[serial_of(authentication)], hash_name="sha1", at=at.instant)

        assert [each["count"] for each in self.entries()] == [1]


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(founded, client, method):
    assert getattr(client, method)("/pki/auth/ocsp").status_code == 405


def test_without_a_valid_responder_the_client_is_told_to_try_later(authentication, client):
    data = asked(serial_of(authentication))
    authorities.forget()
    with acting(JPKI):
        ends = Responder.objects.filter(generation__authority="auth").get().not_after
    late = Moment.of(ends).later(days=1).instant

    told = pyca.load_der_ocsp_response(ocsp.answer(authority="auth", data=data, at=late).content)

    assert told.response_status is pyca.OCSPResponseStatus.TRY_LATER


class TestRefresh:
    def test_what_runs_out_is_made_anew(self, authentication, at, client):
        data = asked(serial_of(authentication))
        post(client, data)

        assert ocsp.refresh(by=cast.operator(), at=at) == 0
        assert ocsp.refresh(by=cast.operator(), at=at.later(minutes=35)) == 1
        with acting(JPKI):
            assert OcspAnswer.objects.get().next_update >= at.later(minutes=94).instant

    def test_a_responder_gets_its_successor_in_time(self, founded, at):
        ocsp.refresh(by=cast.operator(), at=at.later(days=63))

        with acting(JPKI):
            assert Responder.objects.count() == 4

    def test_answers_may_be_made_for_a_whole_run_of_serials(self, founded, clerk, at, client):
        serials = [
            serial_of(cast.issued_to(cast.resident_of(clerk, at), Kind.AUTH_CARD, by=clerk, at=at)) for _ in range(3)
        ]
        with acting(JPKI):
            generation = authorities.current("auth", now().instant)
        made = ocsp.prepare(generation=generation, serials=[*serials, 999], hash_name="sha1", at=at.instant)

        assert made == 3
        assert answer(client, asked(serials[1])).certificate_status is pyca.OCSPCertStatus.GOOD


class TestOpenssl:
    def ask(self, outside, live_server, founded, *certificates_or_serials: str, options: tuple[str, ...] = ()) -> str:
        root = outside.put_pem("ca.pem", bytes(founded["auth"].certificate))
        result = outside.run(
            "ocsp", "-issuer", root, *certificates_or_serials, "-url", f"{live_server.url}/pki/auth/ocsp",
            "-CAfile", root, *options,
        )  # fmt: skip
        assert "Response verify OK" in result.stderr, result.stderr
        return result.stdout + result.stderr

    @pytest.mark.django_db(transaction=True)
    def test_as_a_client_over_http(self, live_server, authentication, founded, clerk, at, outside):
        leaf = outside.put_pem("leaf.pem", cast.der_of(authentication))

        assert f"{leaf}: good" in self.ask(outside, live_server, founded, "-cert", leaf)
        both = self.ask(
            outside, live_server, founded, "-sha256", "-cert", leaf, "-sha1", "-serial", "4711", "-sha1", "-cert", leaf
        )
        assert both.count(f"{leaf}: good") == 2
        assert "4711: unknown" in both

        revoke(authentication, clerk, at)

        for options in ((), ("-no_nonce",)):
            for hash_name in ("-sha1", "-sha256"):
                told = self.ask(outside, live_server, founded, hash_name, "-cert", leaf, options=options)
                assert f"{leaf}: revoked" in told
                assert "Reason: keyCompromise" in told
