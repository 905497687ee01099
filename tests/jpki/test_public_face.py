"""What anybody may fetch: certificates and lists, with the right headers, and nothing that names a person."""

import pytest
from cryptography import x509
from cryptography.x509 import ocsp as pyca
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import FileResponse
from django.test import RequestFactory

from jpki.services import publications
from jpki.services.ocsp import Answer
from tests.jpki import cast
from tests.jpki.test_ocsp import asked, serial_of


@pytest.fixture
def outside(monkeypatch):
    """Asks the WSGI application itself, as a web server does: (status, headers, body)."""
    from jlis.wsgi import application

    # As Django's own test client has it: the test's transaction must outlive the request.
    monkeypatch.setattr("jlis.kernel.faces.public.close_old_connections", lambda: None)

    def ask(method: str, path: str, data: bytes = b"", **headers: str) -> tuple[str, dict[str, str], bytes]:
        told: list = []
        environ = RequestFactory().generic(method, path, data, headers=headers).environ
        answer = application(environ, lambda status, headers: told.extend((status, dict(headers))))
        body = b"".join(answer)
        if isinstance(answer, FileResponse):
            request_finished.disconnect(close_old_connections)
            answer.close()
            request_finished.connect(close_old_connections)
        return told[0], told[1], body

    return ask


def test_the_authoritys_certificate(founded, client):
    for code in ("sign", "auth"):
        for path in (f"/pki/{code}/ca.cer", f"/pki/{code}/1/ca.cer"):
            response = client.get(path)
            assert (response.status_code, response["Content-Type"]) == (200, "application/pkix-cert")
            assert response.content == bytes(founded[code].certificate)
            assert response["Cache-Control"].startswith("public, max-age=")


def test_lists_of_a_town_and_of_all(signature, at, client):
    publications.publish_changed(by=cast.operator(), at=at)

    for path in ("/pki/sign/crl", "/pki/sign/crl/131016", "/pki/sign/1/crl", "/pki/sign/1/crl/131016"):
        response = client.get(path)
        assert (response.status_code, response["Content-Type"]) == (200, "application/pkix-crl")
        assert response["Cache-Control"] == "public, max-age=60, no-transform, must-revalidate"
        content = response.getvalue()
        crl = x509.load_der_x509_crl(content)
        assert response["Last-Modified"] == crl.last_update_utc.strftime("%a, %d %b %Y %H:%M:%S GMT")
        assert client.get(path, headers={"If-None-Match": response["ETag"]}).status_code == 304
        assert response["Content-Length"] == client.head(path)["Content-Length"] == str(len(content))
        assert client.head(path).content == b""


@pytest.mark.parametrize(
    "path",
    [
        "/pki/sign/9/ca.cer",
        "/pki/sign/crl/131041",
        "/pki/sign/crl/999999",
        "/pki/sign/9/crl",
        "/pki/nobody/ca.cer",
        "/pki/sign/99999999999999999999/ca.cer",
        "/pki/sign/crl/13101",
        "/pki/sign/crl/１３１０１６",
        "/pki/sign/crl/131016/",
        "/pki/",
    ],
)
def test_what_is_not_there_is_a_plain_404(founded, client, path):
    assert client.get(path).status_code == 404


def test_before_the_ceremony_there_is_nothing(db, memory_keys, client):
    for path in ("/pki/sign/ca.cer", "/pki/sign/crl"):
        assert client.get(path).status_code == 404
    assert client.post("/pki/sign/ocsp", b"", content_type="application/ocsp-request").status_code == 200


@pytest.mark.parametrize("path", ["/pki/sign/ca.cer", "/pki/sign/crl"])
def test_only_reading(founded, client, path):
    assert client.post(path).status_code == 405


def test_no_session_is_begun(founded, client):
    assert "Set-Cookie" not in client.get("/pki/sign/ca.cer")


def test_the_policy_points_at_a_page_that_is_there(signature, client):
    certificate = x509.load_der_x509_certificate(cast.der_of(signature))
    (policy,) = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value

    response = client.get(policy.policy_qualifiers[0].removeprefix("http://127.0.0.1:8000"))

    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert "失効" in response.content.decode()


def test_the_short_way_gives_the_same_answers_under_the_same_protection(signature, at, client, outside):
    publications.publish_changed(by=cast.operator(), at=at)
    for path in ("/pki/sign/ca.cer", "/pki/sign/crl", "/pki/sign/crl/131016", "/pki/cps", "/pki/sign/ocsp/AAAA"):
        long_way = client.get(path)
        status, headers, body = outside("GET", path)
        assert (status, body) == (f"{long_way.status_code} {long_way.reason_phrase}", long_way.getvalue())
        assert headers["Content-Length"] == str(len(body))
        missing = set(long_way.headers) - set(headers)
        assert not missing, missing
        for name in ("Cache-Control", "Content-Type", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"):
            assert headers[name] == long_way[name], (path, name)
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_list_that_is_too_large_for_the_memory_is_the_same(signature, at, client, outside, monkeypatch):
    publications.publish_changed(by=cast.operator(), at=at)
    small = client.get("/pki/sign/crl").getvalue()
    monkeypatch.setattr("jpki.selectors.published._IN_MEMORY", 16)

    status, headers, body = outside("GET", "/pki/sign/crl")
    assert (status, headers["Content-Length"], body) == ("200 OK", str(len(small)), small)
    status, headers, body = outside("HEAD", "/pki/sign/crl")
    assert (status, headers["Content-Length"], body) == ("200 OK", str(len(small)), b"")
    status, _, body = outside("GET", "/pki/sign/crl", **{"If-None-Match": headers["ETag"]})
    assert (status, body) == ("304 Not Modified", b"")


def test_the_short_way_keeps_the_refusals(founded, outside):
    assert outside("GET", "/pki/nobody/ca.cer")[0] == "404 Not Found"
    assert outside("GET", "/pki/sign/9/crl")[0] == "404 Not Found"
    assert outside("PUT", "/pki/sign/ca.cer")[0] == "405 Method Not Allowed"
    status, headers, body = outside("HEAD", "/pki/sign/ca.cer")
    assert (status, body) == ("200 OK", b"")
    assert int(headers["Content-Length"]) > 500


def test_an_address_with_a_nul_is_refused_on_the_short_way_too(founded, outside):
    assert outside("GET", "/pki/auth/ocsp/%00%FF")[0] == "400 Bad Request"


def test_the_short_way_numbers_each_request(founded, outside):
    number = "5f0c0a52-1111-4222-8333-444455556666"
    _, headers, _ = outside("GET", "/pki/sign/ca.cer", **{"X-Request-Id": number})
    assert headers["X-Request-Id"] == number
    assert outside("GET", "/pki/sign/ca.cer", **{"X-Request-Id": "not a number"})[1]["X-Request-Id"] != "not a number"


def test_a_crash_on_the_short_way_tells_nothing(founded, outside, monkeypatch):
    def crash(*_: object) -> None:
        raise RuntimeError("千代田 太郎")

    monkeypatch.setattr("jpki.web.public._generation", crash)
    status, headers, body = outside("GET", "/pki/sign/crl")
    assert status == "500 Internal Server Error"
    assert (headers["Content-Type"], body) == ("text/plain; charset=utf-8", "障害が起きました。\n".encode())


class TestAtOnce:
    """What is posted at an OCSP address and is remembered goes neither to the database nor through a view."""

    QUESTION = b"the octets of a question"

    @pytest.fixture
    def remembered(self, monkeypatch):
        from jpki.web import public as views

        def told(*, authority: str, data: bytes, at: object) -> Answer | None:
            return Answer(f"{authority} told".encode()) if data == self.QUESTION else None

        monkeypatch.setattr(views.ocsp, "remembered", told)

    def test_each_address_has_its_own_authoritys_answers(self, db, outside, remembered, django_assert_num_queries):
        for code in ("sign", "auth"):
            with django_assert_num_queries(0):
                status, headers, body = outside("POST", f"/pki/{code}/ocsp", data=self.QUESTION)
            assert (status, body) == ("200 OK", f"{code} told".encode())
            assert headers["Content-Length"] == str(len(body))

    def test_it_has_the_headers_of_the_view(self, founded, outside, remembered):
        _, at_once, _ = outside("POST", "/pki/sign/ocsp", data=self.QUESTION)
        _, by_the_view, _ = outside("POST", "/pki/sign/ocsp", data=b"something else")
        changing = ("X-Request-Id", "Content-Length")
        assert set(at_once) == set(by_the_view)
        assert all(at_once[name] == by_the_view[name] for name in at_once if name not in changing)

    def test_it_is_numbered_logged_and_counted(self, db, outside, remembered, monkeypatch):
        noted = []
        monkeypatch.setattr("jlis.kernel.faces.public.note", lambda *what: noted.append(what))
        number = "5f0c0a52-1111-4222-8333-444455556666"
        _, headers, _ = outside("POST", "/pki/sign/ocsp", data=self.QUESTION, **{"X-Request-Id": number})
        assert headers["X-Request-Id"] == number
        assert [what[:4] for what in noted] == [(number, "POST", "pki/<authority:authority>/ocsp", 200)]

    @pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
    def test_it_is_for_what_is_posted_alone(self, founded, outside, remembered, method):
        assert b"told" not in outside(method, "/pki/sign/ocsp", data=self.QUESTION)[2]

    def test_what_is_not_remembered_reaches_the_view_whole(self, founded, signature, outside):
        status, _, body = outside("POST", "/pki/sign/ocsp", data=asked(serial_of(signature), authority="sign"))
        assert status == "200 OK"
        assert pyca.load_der_ocsp_response(body).certificate_status is pyca.OCSPCertStatus.GOOD

    def test_a_fault_is_left_to_the_view(self, founded, outside, monkeypatch):
        faults = iter([RuntimeError("千代田 太郎")])

        def told(**_: object) -> None:
            for fault in faults:
                raise fault

        monkeypatch.setattr("jpki.services.ocsp.remembered", told)
        status, _, body = outside("POST", "/pki/sign/ocsp", data=self.QUESTION)
        assert status == "200 OK"
        assert pyca.load_der_ocsp_response(body).response_status is pyca.OCSPResponseStatus.MALFORMED_REQUEST

    def test_over_tls_it_promises_tls(self, db, remembered, settings, monkeypatch):
        from jlis.wsgi import PublicFace
        from jpki.public_urls import at_once

        settings.SECURE_HSTS_SECONDS = 60
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        monkeypatch.setattr("jlis.kernel.faces.public.close_old_connections", lambda: None)
        face, told = PublicFace("jpki.public_urls", at_once=at_once), []
        for protocol in ("https", "http"):
            request = RequestFactory().post(
                "/pki/sign/ocsp", self.QUESTION, content_type="x/y", headers={"X-Forwarded-Proto": protocol}
            )
            face(request.environ, lambda _, headers: told.append("Strict-Transport-Security" in dict(headers)))
        assert told == [True, False]
