"""What anybody may fetch: certificates and lists, with the right headers, and nothing that names a person."""

import pytest
from cryptography import x509

from jpki.services import publications
from tests.jpki import cast


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
        crl = x509.load_der_x509_crl(response.content)
        assert response["Last-Modified"] == crl.last_update_utc.strftime("%a, %d %b %Y %H:%M:%S GMT")
        assert client.get(path, headers={"If-None-Match": response["ETag"]}).status_code == 304
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
