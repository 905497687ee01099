"""Issuing: what the certificate says, what is stored with it, what is refused."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from cryptography import x509
from django.db import IntegrityError

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jlis.kernel.outbox.models import OutboxEvent
from jpki.domain import validity
from jpki.domain.kinds import Kind
from jpki.engine import linting
from jpki.engine.issuers import Issuer
from jpki.models import Certificate, CertificateStatus, CrlChange, Holding
from jpki.services import certificates, issuing
from jpki.services.issuing import Order
from tests.conftest import actor
from tests.jpki import cast
from tests.juki import factories


def test_a_signature_certificate_carries_the_registered_items(signature, founded):
    certificate = x509.load_der_x509_certificate(cast.der_of(signature))
    items = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    texts = [name.value[2:].decode() for name in items]
    assert texts == ["高崎　太郎", "319800217", "1", "東京都千代田区霞が関一丁目１番１号", "11000", "0" * 17]
    assert "L=Tokyo-to" in certificate.subject.rfc4514_string()
    assert "L=Chiyoda-ku" in certificate.subject.rfc4514_string()
    certificate.verify_directly_issued_by(Issuer(bytes(founded["sign"].certificate)).certificate)


def test_an_authentication_certificate_names_the_town_alone(authentication):
    certificate = x509.load_der_x509_certificate(cast.der_of(authentication))

    (common_name,) = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert len(common_name.value) == 23
    assert common_name.value.endswith("13101003A")


def test_the_period_ends_on_the_fifth_birthday(signature, at):
    certificate = x509.load_der_x509_certificate(cast.der_of(signature))
    passed = (at.day.month, at.day.day) >= (2, 17)

    assert certificate.not_valid_before_utc == at.instant.replace(microsecond=0)
    assert certificate.not_valid_after_utc == validity.end_of(date(at.day.year + 4 + passed, 2, 17))


def test_openssl_accepts_what_was_issued(signature, authentication, founded, outside):
    for certificate, code in ((signature, "sign"), (authentication, "auth")):
        root = outside.put_pem("ca.pem", bytes(founded[code].certificate))
        leaf = outside.put_pem("leaf.pem", cast.der_of(certificate))
        result = outside.run("verify", "-x509_strict", "-CAfile", root, leaf)
        assert result.returncode == 0, result.stderr


def test_pkilint_finds_nothing_in_what_was_issued(signature, authentication, founded):
    for certificate, code in ((signature, "sign"), (authentication, "auth")):
        leaf = cast.der_of(certificate)
        assert linting.certificate(leaf) + linting.chain(bytes(founded[code].certificate), leaf) == []


def test_serials_are_small_and_rise_by_authority(signature, authentication, resident, clerk, at):
    other = cast.issued_to(cast.resident_of(clerk, at), Kind.SIGN_CARD, by=clerk, at=at)

    first, second = cast.status_of(signature).serial, cast.status_of(other).serial
    assert second == first + 1
    assert second < 100_000


def test_each_certificate_has_its_entry_and_its_event(signature, resident):
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="jpki.certificate_issued")
        event = OutboxEvent.objects.get(kind="jpki.certificate_issued")

    assert (entry.subject, entry.purpose) == (resident.pk, cast.PURPOSE)
    assert entry.detail["serial"] == cast.status_of(signature).serial
    assert (event.subject, event.payload["certificate"]) == (resident.pk, signature.pk)
    assert "崎" not in str(entry.detail) + str(event.payload)


def test_a_town_without_a_list_gets_one_soon(signature):
    with acting(JPKI):
        assert CrlChange.objects.get().partition.code == "131016"


class TestRefusals:
    def test_under_fifteen_only_the_authentication_certificate(self, founded, clerk, at):
        born = at.day - timedelta(days=365 * 10)
        child = cast.resident_of(clerk, at, birth_date=born.isoformat(), changed_on=born.isoformat())

        with pytest.raises(Invalid) as refusal:
            cast.issued_to(child, Kind.SIGN_CARD, by=clerk, at=at)
        assert refusal.value.errors[0].code == "under_age"
        assert cast.issued_to(child, Kind.AUTH_CARD, by=clerk, at=at)

    def test_under_guardianship_only_by_the_exception(self, resident, clerk, at):
        for reasons in (frozenset(), frozenset({"MINOR_UNDERSTANDS"})):
            with pytest.raises(Invalid):
                cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at, under_guardianship=True, exemptions=reasons)
        assert cast.issued_to(
            resident, Kind.SIGN_CARD, by=clerk, at=at, under_guardianship=True, exemptions=frozenset({"WARD_BY_DOCTOR"})
        )

    def test_nobody_holds_two_of_a_kind(self, signature, resident, clerk, at):
        with pytest.raises(Conflict):
            cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at)

    def test_the_database_keeps_that_promise_too(self, signature, resident):
        with acting(JPKI), pytest.raises(IntegrityError):
            Holding.objects.create(resident=resident.pk, kind="SIGN_CARD", status_id=signature.pk)

    def test_another_towns_resident_is_not_there(self, resident, outsider, at):
        with pytest.raises(NotFound):
            cast.issued_to(resident, Kind.SIGN_CARD, by=outsider, at=at)

    def test_nobody_at_all(self, founded, clerk, at):
        with pytest.raises(NotFound):
            cast.issued_to(uuid4(), Kind.SIGN_CARD, by=clerk, at=at)

    def test_without_the_permission(self, resident, at):
        with pytest.raises(Forbidden):
            cast.issued_to(resident, Kind.SIGN_CARD, by=actor("131016", "STAFF_ADMINISTRATOR"), at=at)

    def test_a_key_that_may_not_be_certified(self, resident, clerk, at):
        order = Order(resident.pk, Kind.SIGN_CARD, b"no key at all")

        with pytest.raises(Invalid) as refusal:
            issuing.issue(order=order, by=clerk, at=at, purpose=cast.PURPOSE)
        assert refusal.value.errors[0].field == "public_key"
        with acting(JPKI):
            assert not CertificateStatus.objects.exists()

    def test_one_who_has_died(self, resident, clerk, at):
        died = factories.change("D03", resident.resident_code, changed_on=at.day.isoformat())
        factories.tell(died, by=clerk, at=at)

        with pytest.raises(Invalid) as refusal:
            cast.issued_to(resident, Kind.AUTH_CARD, by=clerk, at=at)
        assert refusal.value.errors[0].code == "not_registered"


class TestRenewal:
    def test_the_old_one_is_superseded_and_the_new_one_runs_to_the_sixth_birthday(self, resident, clerk, at):
        ends = at.day + timedelta(days=30)
        old = cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at, card_expires_on=ends)

        new = cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at, renews=True)

        status = cast.status_of(old)
        assert (status.state, status.cause, status.reason) == ("REVOKED", "RENEWAL", 4)
        assert new.predecessor_id == old.pk
        sixth = validity.nth_birthday_after(at.day, PartialDate(1980, 2, 17), 6, validity.rule_on(at.day))
        assert cast.status_of(new).not_after == validity.end_of(sixth)

    def test_after_a_revocation_a_new_one_is_issued(self, signature, resident, clerk, at):
        with acting(clerk.scope):
            certificates.revoke(
                certificate=signature.pk, verb="revoke_on_request", by=clerk, at=at, purpose=cast.PURPOSE
            )
        new = cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at)

        assert cast.status_of(new).state == "VALID"


class TestMany:
    def test_the_good_are_issued_and_the_others_refused_by_row(self, founded, clerk, at):
        grown = [cast.resident_of(clerk, at) for _ in range(3)]
        child = cast.resident_of(clerk, at, birth_date="2020-01-01")
        orders = [
            Order(each.pk, kind, cast.card_key())
            for each in [*grown, child]
            for kind in (Kind.SIGN_CARD, Kind.AUTH_CARD)
        ]
        orders.insert(3, Order(uuid4(), Kind.SIGN_CARD, cast.card_key()))

        done: list[int] = []
        issued = issuing.issue_many(orders=orders, by=clerk, at=at, purpose=cast.PURPOSE, progress=done.append)

        assert [(each.row, each.code) for each in issued.refusals] == [(4, "not_found"), (8, "under_age")]
        assert sorted(issued.certificates) == [0, 1, 2, 4, 5, 6, 8]
        assert done[-1] == 9
        with acting(JPKI):
            assert CertificateStatus.objects.filter(state="VALID").count() == 7
            for place, pk in issued.certificates.items():
                certificate = Certificate.objects.get(pk=pk)
                assert (certificate.resident_id, certificate.kind) == (orders[place].resident, orders[place].kind)

    def test_two_orders_for_one_person_are_one_certificate(self, founded, clerk, at):
        resident = cast.resident_of(clerk, at)
        orders = [Order(resident.pk, Kind.AUTH_CARD, cast.card_key())] * 2

        issued = issuing.issue_many(orders=orders, by=clerk, at=at, purpose=cast.PURPOSE)

        assert len(issued.certificates) == len(issued.refusals) == 1


class TestCrash:
    def test_what_was_stored_and_never_signed_is_discarded(self, resident, clerk, at, monkeypatch):
        class Crash(Exception):
            pass

        def fall(*_, **__):
            raise Crash

        monkeypatch.setattr(issuing, "_complete", fall)
        with pytest.raises(Crash):
            cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at)
        monkeypatch.undo()

        with acting(JPKI):
            left = CertificateStatus.objects.get()
        assert (left.state, left.signature) == ("PREPARED", None)
        assert issuing.discard_unfinished(by=cast.operator(), at=at) == 0
        assert issuing.discard_unfinished(by=cast.operator(), at=at.later(minutes=11)) == 1
        with acting(JPKI):
            left.refresh_from_db()
        assert (left.state, left.cause, left.reason) == ("REVOKED", "DISCARD", 0)
