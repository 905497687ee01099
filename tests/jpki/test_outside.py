"""What was issued and published, before the commands that relying parties use: OpenSSL and pkilint, and in the drill
Java's path validation, for the cards of today, the next ones and telephones, of either authority."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from jlis.kernel.time import Moment, now
from jpki.domain.kinds import Kind
from jpki.domain.lifecycle import MOVES
from jpki.engine import linting
from jpki.engine.algorithms import ALGORITHMS
from jpki.models import Certificate
from jpki.services import endings, issuing, publications
from jpki.services.issuing import Order
from tests.jpki import cast
from tests.jpki.engine.house import ARC, Outside
from tests.jpki.test_ocsp import post
from tests.jpki.test_rollover import next_generation

JAVA = Path(__file__).parent / "java" / "ValidatePath.java"
DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM
CASES = [
    *((kind, number) for number in (1, 2) for kind in (Kind.SIGN_CARD, Kind.AUTH_CARD)),
    (Kind.SIGN_MOBILE, 1),
    (Kind.AUTH_MOBILE, 1),
]
KEYS = {1: "rsa2048-sha256", 2: "p384-sha384"}
POLICIES = {
    (Kind.SIGN_CARD, 1): ".1.1.20", (Kind.AUTH_CARD, 1): ".1.3.30", (Kind.SIGN_CARD, 2): ".2.1.20",
    (Kind.AUTH_CARD, 2): ".2.3.30", (Kind.SIGN_MOBILE, 1): ".1.1.40", (Kind.AUTH_MOBILE, 1): ".1.3.50",
}  # fmt: skip


@pytest.fixture
def at() -> Moment:
    """A little while ago: what is published a second later is valid by OpenSSL's own clock, however quick the test."""
    return now().later(seconds=-5)


@dataclass(frozen=True)
class Card:
    """A certificate out in the world, with what its holder and its relying party have at hand."""

    kind: Kind
    number: int
    certificate: Certificate
    root: str
    leaf: str
    key: str
    serial: int
    outside: Outside

    @property
    def authority(self) -> str:
        return self.kind.authority.value

    def verify(self, *options: str) -> str:
        told = self.outside.run("verify", "-CAfile", self.root, *options, self.leaf)
        return told.stdout + told.stderr


@pytest.fixture(params=CASES, ids=lambda each: f"{each[0].profile_code}-{each[1]}")
def card(request, founded, resident, clerk, at, outside) -> Card:
    kind, number = request.param
    authority = kind.authority.value
    generation = founded[authority] if number == 1 else next_generation(authority, at)
    private = cast.pooled_key(KEYS[number], 2000)
    spki = private.public_key.public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    certificate = issuing.issue(order=Order(resident.pk, kind, spki), by=clerk, at=at, purpose=cast.PURPOSE)
    pem = private.private_key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Card(
        kind,
        number,
        certificate,
        outside.put_pem("ca.pem", bytes(generation.certificate)),
        outside.put_pem("leaf.pem", cast.der_of(certificate)),
        outside.put("key.pem", pem),
        cast.status_of(certificate).serial,
        outside,
    )


def issue_elsewhere(card: Card, by, at) -> None:
    """Another town's certificate of the same generation, so that it has a list."""
    elsewhere = cast.resident_of(by, at, address="神奈川県横浜市鶴見区鶴見中央三丁目20番1号")
    spki = cast.pooled_key(KEYS[card.number], 2001).public_key.public_bytes(
        DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    issuing.issue(order=Order(elsewhere.pk, card.kind, spki), by=by, at=at, purpose=cast.PURPOSE)


def revoke(card: Card, by, at) -> None:
    endings.apply(MOVES["revoke_on_request"], [card.certificate.pk], by=by, at=at, purpose=cast.PURPOSE)


def list_of(card: Card, client, name: str, code: str = "/131016") -> str:
    return card.outside.put(name, client.get(f"/pki/{card.authority}/{card.number}/crl{code}").getvalue())


def test_the_chain_strictly_and_its_policy(card):
    policy = ARC + POLICIES[card.kind, card.number]

    assert "leaf.pem: OK" in card.verify("-x509_strict")
    assert "leaf.pem: OK" in card.verify("-policy_check", "-explicit_policy", "-policy", policy)
    assert "error 43" in card.verify("-policy_check", "-explicit_policy", "-policy", ARC + ".1.0.20")
    if card.authority == "auth":
        assert "leaf.pem: OK" in card.verify("-purpose", "sslclient")
        assert "leaf.pem: OK" not in card.verify("-purpose", "sslserver")


def test_the_towns_list_and_the_full_one(card, clerk, ward_clerk, at, client, outside):
    issue_elsewhere(card, ward_clerk, at)
    publications.publish_all(by=cast.operator(), at=at)
    check = ("-crl_check", "-extended_crl", "-CRLfile")
    for code in ("/131016", ""):
        assert "leaf.pem: OK" in card.verify(*check, list_of(card, client, "good.crl", code))

    revoke(card, clerk, at)
    publications.publish_changed(by=cast.operator(), at=at.later(seconds=1))

    mine, full, other = (list_of(card, client, f"{n}.crl", code) for n, code in enumerate(("/131016", "", "/141011")))
    for path in (mine, full, other):
        told = outside.run("crl", "-inform", "DER", "-in", path, "-noout", "-CAfile", card.root)
        assert "verify OK" in told.stderr
    assert "error 23" in card.verify(*check, mine)
    assert "error 23" in card.verify(*check, full)
    assert "error 44" in card.verify(*check, other)


@pytest.mark.django_db(transaction=True)
def test_ocsp_with_either_hash_and_several_questions(card, clerk, at, live_server, outside):
    def ask(*questions: str) -> str:
        told = outside.run(
            "ocsp", "-issuer", card.root, *questions, "-url", f"{live_server.url}/pki/{card.authority}/ocsp",
            "-CAfile", card.root,
        )  # fmt: skip
        assert "Response verify OK" in told.stderr, told.stderr
        return told.stdout

    for hash_name in ("-sha1", "-sha256"):
        assert "leaf.pem: good" in ask(hash_name, "-cert", card.leaf)
        assert "leaf.pem: good" in ask("-no_nonce", hash_name, "-cert", card.leaf)
        assert "987654: unknown" in ask(hash_name, "-serial", "987654")
    both = ask("-sha256", "-cert", card.leaf, "-sha1", "-cert", card.leaf, "-sha1", "-serial", "987654")
    assert both.count("leaf.pem: good") == 2
    assert "987654: unknown" in both

    revoke(card, clerk, at)

    for hash_name in ("-sha1", "-sha256"):
        for nonce in ((), ("-no_nonce",)):
            assert "leaf.pem: revoked" in ask(*nonce, hash_name, "-cert", card.leaf)


def test_pkilint_finds_nothing_in_certificate_chain_and_lists(card, at, client, outside):
    publications.publish_all(by=cast.operator(), at=at)
    root, leaf = (Path(path).read_bytes() for path in (card.root, card.leaf))

    root, leaf = (x509.load_pem_x509_certificate(each).public_bytes(DER) for each in (root, leaf))
    assert linting.certificate(leaf) + linting.chain(root, leaf) == []
    for code in ("/131016", ""):
        assert linting.revocation_list(Path(list_of(card, client, "a.crl", code)).read_bytes()) == []


def test_a_signed_message_stands_until_the_certificate_is_revoked(card, clerk, at, client, outside):
    digest = ALGORITHMS[KEYS[card.number]].hash.name
    message, signed = outside.put("message", "申請書\n".encode()), str(outside.folder / "message.p7s")
    made = outside.run(
        "cms", "-sign", "-binary", "-in", message, "-signer", card.leaf, "-inkey", card.key, "-md", digest,
        "-outform", "DER", "-out", signed,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr

    def trusted() -> str:
        """This command takes a list out of the file of roots alone."""
        town = x509.load_der_x509_crl(Path(list_of(card, client, "town.crl")).read_bytes())
        return outside.put("trusted.pem", Path(card.root).read_bytes() + town.public_bytes(PEM))

    def verify() -> str:
        told = outside.run(
            "cms", "-verify", "-binary", "-inform", "DER", "-in", signed, "-content", message, "-CAfile", trusted(),
            "-purpose", "any", "-crl_check", "-extended_crl", "-out", str(outside.folder / "out"),
        )  # fmt: skip
        return told.stderr

    publications.publish_all(by=cast.operator(), at=at)
    assert "CMS Verification successful" in verify()
    revoke(card, clerk, at)
    publications.publish_changed(by=cast.operator(), at=at.later(seconds=1))
    assert "certificate revoked" in verify()


@pytest.mark.drill
@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("java") is None, reason="no Java on this machine: apt-get install default-jdk-headless"
)
def test_javas_path_validation_with_lists_and_ocsp(card, clerk, ward_clerk, at, client):
    """It must know a town's list by its critical distribution point, and OCSP's responder by its certificate."""
    issue_elsewhere(card, ward_clerk, at)
    publications.publish_all(by=cast.operator(), at=at)

    def judged(*questions: str, policy: str = POLICIES[card.kind, card.number]) -> list[str]:
        command = ["java", str(JAVA), card.root, card.leaf, ARC + policy, *questions]
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert told.returncode == 0, told.stderr
        return told.stdout.splitlines()

    def answer() -> bytes:
        issuer, leaf = (x509.load_pem_x509_certificate(Path(path).read_bytes()) for path in (card.root, card.leaf))
        request = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, hashes.SHA1()).build()
        return post(client, request.public_bytes(DER), card.authority).content

    def asked_now(number: int) -> list[str]:
        town, full = (list_of(card, client, f"{code}{number}.crl", code and f"/{code}") for code in ("131016", ""))
        return [f"crl:{town}", f"crl:{full}", f"ocsp:{card.outside.put(f'{number}.ocsp', answer())}"]

    good = asked_now(1)
    assert judged(*good) == ["VALID"] * 3
    assert "VALID" not in judged(good[0], policy=".1.0.20")
    revoke(card, clerk, at)
    publications.publish_changed(by=cast.operator(), at=at.later(seconds=1))
    other = list_of(card, client, "other.crl", "/141011")

    *told, of_another_town = judged(*asked_now(2), f"crl:{other}")
    assert told == ["REVOKED CESSATION_OF_OPERATION"] * 3
    assert of_another_town.startswith("UNDETERMINED_REVOCATION_STATUS")
