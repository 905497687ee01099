"""Key ceremonies: two holders, real key files or a token, a record that the new key has signed."""

import json

import pytest
from cryptography import x509

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jpki.domain.kinds import Kind
from jpki.engine.issuers import Issuer
from jpki.engine.keys import Holder, KeyUnavailable
from jpki.gateways import key_store
from jpki.models import Ceremony, Generation, Profile
from jpki.selectors import authorities as known
from jpki.services import authorities, certificates, publications
from tests import tokens
from tests.conftest import actor
from tests.jpki import cast
from tests.jpki.engine.house import pem

TEXT = cast.CEREMONY.format(authority="sign", generation=1)


@pytest.fixture(params=["files", "token"])
def key_files(request, db, monkeypatch, settings, tmp_path, key_holders):
    monkeypatch.setattr(key_store, "folder", lambda: tmp_path / "pki")
    if request.param == "token":
        settings.JLIS_PKI_MODULE, settings.JLIS_PKI_TOKEN = tokens.module(), tokens.label()
        settings.JLIS_PKI_PIN_FILE, settings.JLIS_PKI_OFFICER_PIN_FILE = tmp_path / "pin", tmp_path / "officer-pin"
        settings.JLIS_PKI_PIN_FILE.write_text(tokens.PIN + "\n")
        settings.JLIS_PKI_OFFICER_PIN_FILE.write_text(tokens.OFFICER_PIN + "\n")
    known.forget()
    yield tmp_path / "pki"
    known.forget()


def hold(text=TEXT, holders=cast.HOLDERS, by=None, at=None, **more):
    by = by or cast.operator()
    with acting(by.scope):
        return authorities.hold_ceremony(text=text, holders=holders, by=by, at=at, **more)


def test_the_key_serves_daily_work_and_both_holders_can_recover_it(key_files, at):
    made = hold(at=at)

    kept = {path.name for path in key_files.iterdir()}
    secret = key_files / "operating.secret"
    assert (kept == {f"{made.key_label}.holders.json"}) is not secret.exists()
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in key_files.iterdir())
    assert key_store.opened(made.key_label).public_key == Issuer(bytes(made.certificate)).public_key
    backend = key_store.backend()
    assert backend.recover(made.key_label, cast.HOLDERS).public_key == Issuer(bytes(made.certificate)).public_key


def test_the_record_is_signed_by_the_new_key(key_files, at):
    made = hold(at=at)

    with acting(JPKI):
        kept = Ceremony.objects.get(generation=made)
    issuer = Issuer(bytes(made.certificate))
    assert issuer.algorithm.verifies(issuer.public_key, bytes(kept.signature), kept.record.encode())
    record = json.loads(kept.record)
    assert [holder["id"] for holder in record["holders"]] == [cast.operator(2).id, cast.operator(3).id]
    assert record["key_id"] == bytes(made.key_id).hex()
    assert "passphrase" not in kept.record + kept.document


def test_the_certificate_takes_its_number_from_the_same_counter(key_files, at):
    made = hold(at=at)

    certificate = x509.load_der_x509_certificate(bytes(made.certificate))
    assert certificate.serial_number == made.serial
    assert (certificate.not_valid_after_utc.year, made.number) == (2033, 1)
    with acting(JPKI):
        assert set(Profile.objects.values_list("code", flat=True)) == {"sign-card", "sign-mobile", "sign-responder"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("not toml at all =", "ceremony_invalid"),
        (TEXT.replace('"sign"', '"root"'), "ceremony_invalid"),
        (TEXT.replace('"root"', '"link"'), "ceremony_invalid"),
        (TEXT.replace("generation = 1", "generation = 0"), "ceremony_invalid"),
        (TEXT.replace("http://127.0.0.1:8000", "ftp://x"), "ceremony_invalid"),
        (TEXT.replace("127.0.0.1:8000", "localhost"), "ceremony_invalid"),
        (TEXT.replace('"suzuki"', '"sato"'), "ceremony_invalid"),
        (TEXT.replace('"suzuki"', '"tanaka"'), "holders_differ"),
        (TEXT + 'surprise = "x"', "ceremony_invalid"),
        (TEXT + 'profile = "no-such-file.toml"', "profile_unreadable"),
        (TEXT.replace("+09:00", ""), "ceremony_invalid"),
    ],
)
def test_a_file_at_fault_makes_no_key(key_files, at, text, code):
    with pytest.raises(Invalid) as refusal:
        hold(text, at=at)

    assert refusal.value.code == code
    assert not list(key_files.glob("*.json"))


@pytest.mark.parametrize(
    "holders",
    [
        cast.HOLDERS[:1],
        (cast.HOLDERS[0], Holder("suzuki", "short")),
        (cast.HOLDERS[0], Holder("suzuki", cast.HOLDERS[0].passphrase)),
        (*cast.HOLDERS, Holder("tanaka", "the third passphrase")),
    ],
)
def test_two_persons_with_two_secrets(key_files, at, holders):
    with pytest.raises(Invalid):
        hold(holders=holders, at=at)


def test_a_holder_without_the_duty_holds_nothing(key_files, key_holders, at):
    key_holders["suzuki"] = actor("JLIS-JPKI", "STAFF_ADMINISTRATOR", kind="JLIS")

    with pytest.raises(Forbidden):
        hold(at=at)


def test_a_clerk_conducts_no_ceremony(key_files, clerk, at):
    with pytest.raises(Forbidden):
        hold(by=clerk, at=at)


def test_generations_come_one_after_the_other(key_files, at):
    hold(at=at)
    with pytest.raises(Conflict):
        hold(at=at)
    with pytest.raises(Conflict):
        hold(TEXT.replace("generation = 1", "generation = 3"), at=at)


def test_two_generations_live_side_by_side(founded, signature, resident, clerk, at, client, outside):
    second = hold(cast.CEREMONY.format(authority="sign", generation=2), at=at)
    other = cast.issued_to(cast.resident_of(clerk, at), Kind.SIGN_CARD, by=clerk, at=at)
    with acting(clerk.scope):
        certificates.revoke(certificate=signature.pk, verb="revoke_on_request", by=clerk, at=at, purpose=cast.PURPOSE)
    publications.publish_all(by=cast.operator(), at=at)

    assert cast.status_of(other).generation_id == second.pk
    roots = pem(bytes(founded["sign"].certificate)) + pem(bytes(second.certificate))
    both = outside.put("both.pem", roots.encode())
    lists = {number: client.get(f"/pki/sign/{number}/crl/131016").getvalue() for number in (1, 2)}
    for certificate, number, said in ((signature, 1, "error 23"), (other, 2, "OK")):
        leaf = outside.put_pem("leaf.pem", cast.der_of(certificate))
        crl = outside.put("list.crl", lists[number])
        result = outside.run("verify", "-CAfile", both, "-crl_check", "-extended_crl", "-CRLfile", crl, leaf)
        assert said in result.stdout + result.stderr
    assert client.get("/pki/sign/ca.cer").content == bytes(second.certificate)
    assert client.get("/pki/sign/1/ca.cer").content == bytes(founded["sign"].certificate)


def test_certificate_generations_share_their_name(founded, at):
    second = hold(cast.CEREMONY.format(authority="sign", generation=2), at=at)

    assert Issuer(bytes(second.certificate)).name == Issuer(bytes(founded["sign"].certificate)).name
    with acting(JPKI):
        serials = Generation.objects.filter(authority="sign").order_by("number").values_list("serial", flat=True)
    assert list(serials) == sorted(serials)


class TestRecovery:
    """What opens the keys is lost, and only both holders bring them back."""

    @pytest.fixture
    def lost(self, key_files, settings, at):
        made = hold(at=at)
        if settings.JLIS_PKI_MODULE:
            settings.JLIS_PKI_PIN_FILE.write_text("a new PIN of the deployment")
        else:
            (key_files / "operating.secret").unlink()
        known.forget()
        yield made
        if settings.JLIS_PKI_MODULE:  # the token serves other tests too
            settings.JLIS_PKI_PIN_FILE.write_text(tokens.PIN)
            key_store.backend().recover(made.key_label, cast.HOLDERS)

    def recover(self, at, holders=cast.HOLDERS, by=None):
        by = by or cast.operator()
        with acting(by.scope):
            authorities.recover_key(authority="sign", generation=1, holders=holders, by=by, at=at)

    def test_the_key_signs_again_and_there_is_a_responder(self, lost, at):
        with pytest.raises(KeyUnavailable):
            key_store.backend().open(lost.key_label)

        self.recover(at)

        assert key_store.backend().open(lost.key_label).public_key == Issuer(bytes(lost.certificate)).public_key
        with acting(JPKI):
            answering = known.responder(known.numbered("sign", 1), at.instant)
        assert answering.key.sign(b"message")
        with acting(SYSTEM):
            entry = AuditEntry.objects.get(action="jpki.key_recovered")
        assert entry.detail["holders"] == [cast.operator(2).id, cast.operator(3).id]

    @pytest.mark.parametrize("holders", [cast.HOLDERS[:1], (cast.HOLDERS[0], Holder("suzuki", "not her passphrase"))])
    def test_one_alone_brings_nothing_back(self, lost, at, holders):
        with pytest.raises(Invalid) as refusal:
            self.recover(at, holders)

        assert refusal.value.code == "key_not_recovered"
        with pytest.raises(KeyUnavailable):
            key_store.backend().open(lost.key_label)

    def test_a_clerk_recovers_nothing(self, lost, clerk, at):
        with pytest.raises(Forbidden):
            self.recover(at, by=clerk)

    def test_there_must_be_such_a_generation(self, lost, at):
        by = cast.operator()
        with pytest.raises(NotFound), acting(by.scope):
            authorities.recover_key(authority="sign", generation=9, holders=cast.HOLDERS, by=by, at=at)


def test_without_its_pin_a_token_makes_no_key(db, settings, monkeypatch, tmp_path, key_holders, at):
    monkeypatch.setattr(key_store, "folder", lambda: tmp_path / "pki")
    settings.JLIS_PKI_MODULE, settings.JLIS_PKI_PIN_FILE = tokens.module(), tmp_path / "no-such-file"

    with pytest.raises(KeyUnavailable, match="JLIS_PKI_PIN_FILE"):
        hold(at=at)
