"""The daily inspection: what was issued and published is linted, what is found is kept, shown and alarmed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.utils import ProgrammingError
from django.test import Client

from jlis.celery import app
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Forbidden
from jlis.kernel.faces import metrics
from jlis.kernel.isolation.scope import JPKI, PUBLIC, SYSTEM, Scope, acting
from jpki import tasks
from jpki.choices import Inspected
from jpki.domain.kinds import Kind
from jpki.domain.lifecycle import MOVES
from jpki.engine import crl
from jpki.engine.issuers import Issuer
from jpki.models import CertificateStatus, Inspection
from jpki.services import endings, inspections, publications
from tests.jpki import cast
from tests.jpki.people import account, sign_in
from tests.jpki.test_ocsp import asked, post, serial_of
from tests.jpki.test_rollover import next_generation

CENTRE, CLERK = "operator-jpki", "clerk-131016"


@pytest.fixture
def published(signature, authentication, at, client):
    """One certificate of each kind, their towns' lists, one answer."""
    publications.publish_all(by=cast.operator(), at=at)
    post(client, asked(serial_of(authentication)))


def inspect(at, **more) -> Inspection:
    return inspections.inspect(by=cast.operator(), at=at.later(minutes=1), **more)


def spoil(certificate) -> None:
    """Change the signature, as no code of ours can."""
    spoilt = bytearray(bytes(cast.status_of(certificate).signature))
    spoilt[-1] ^= 1
    with acting(JPKI):
        CertificateStatus.objects.filter(pk=certificate.pk).update(signature=bytes(spoilt))


def test_nothing_is_found_in_what_is_sound(published, at):
    held = inspect(at)

    assert (held.certificates, held.lists, held.answers) == (6, 4, 1)  # two roots, two responders, two cards
    assert (held.grave, held.slight, held.findings, held.in_part) == (0, 0, [], 0)
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="jpki.inspected")
    assert entry.detail["certificates"] == 6


def test_a_false_signature_is_grave_and_names_the_certificate_and_nobody(published, signature, at):
    spoil(signature)

    held = inspect(at)

    assert held.grave == 1
    (found,) = held.findings
    assert (found["what"], found["authority"], found["number"]) == ("certificate", "sign", serial_of(signature))
    assert found["severity"] in {"ERROR", "FATAL"}
    assert "signature" in found["code"]
    assert "太郎" not in str(held.findings)
    assert "霞が関" not in str(held.findings)


def test_links_of_a_rollover_are_looked_at_too(published, at):
    next_generation("sign", at)

    held = inspect(at)

    assert (held.certificates, held.grave) == (10, 0)  # one root, one responder, two links more


def test_only_what_is_new_is_sampled_again(published, resident, clerk, at):
    inspect(at)
    tomorrow = at.later(days=1)
    cast.issued_to(cast.resident_of(clerk, at), Kind.AUTH_CARD, by=clerk, at=tomorrow)

    held = inspections.inspect(by=cast.operator(), at=tomorrow.later(minutes=1))

    assert held.certificates == 5
    with acting(JPKI):
        assert Inspection.objects.count() == 2


def test_a_second_one_on_the_same_day_takes_the_firsts_place(published, signature, at):
    inspect(at)
    spoil(signature)
    with acting(JPKI):
        Inspection.objects.update(held_at=at.instant - timedelta(hours=1))

    inspect(at)

    with acting(JPKI):
        assert Inspection.objects.get().grave == 1


def test_of_a_large_list_some_entries_are_looked_at_and_the_full_ones_always(published, clerk, at, monkeypatch):
    many = [cast.issued_to(cast.resident_of(clerk, at), Kind.AUTH_CARD, by=clerk, at=at) for _ in range(3)]
    endings.apply(MOVES["revoke_on_request"], [each.pk for each in many], by=cast.operator(), at=at, purpose="")
    publications.publish_all(by=cast.operator(), at=at.later(seconds=1))
    monkeypatch.setattr(inspections, "MOST_ENTRIES", 2)
    monkeypatch.setattr(inspections, "LISTS", 2)

    held = inspect(at)

    # both full lists, of which the authentication's has three entries
    assert (held.lists, held.in_part, held.grave) == (2, 1, 0)


def test_what_cannot_be_read_is_grave(published, at, monkeypatch):
    monkeypatch.setattr(
        inspections, "_lists", lambda: [inspections.Sampled(Inspected.LIST, "sign", 7, b"no list at all")]
    )

    held = inspect(at)

    assert [(each["what"], each["number"], each["severity"]) for each in held.findings] == [("list", 7, "FATAL")]


# Celery deprecates what the house's tasks say of their queue; the word stays until it has gone.
@pytest.mark.filterwarnings("ignore::celery.exceptions.CDeprecationWarning")
def test_the_schedule_holds_one(published):
    assert tasks.lint_sample.name in {entry["task"] for entry in app.conf.beat_schedule.values()}

    tasks.lint_sample()

    with acting(JPKI):
        assert Inspection.objects.get().grave == 0


def test_only_the_centre_inspects(founded, clerk, at):
    with pytest.raises(Forbidden):
        inspections.inspect(by=clerk, at=at)


def test_the_monitoring_is_told(published, signature, at):
    assert b"jlis_inspection_grave 0.0" in metrics.exposition()
    spoil(signature)
    inspect(at)

    assert b"jlis_inspection_grave 1.0" in metrics.exposition()


class TestScreen:
    def test_the_centre_sees_what_was_found_and_its_desk_alarms(self, published, signature, at):
        account(CENTRE, "JLIS-JPKI", "CERTIFICATE_OPERATOR", at=at)
        centre = sign_in(Client(), CENTRE)
        assert "検査はまだ行われていません" in centre.get("/jpki/inspections/").content.decode()
        spoil(signature)
        inspect(at)

        html = centre.get("/jpki/inspections/").content.decode()

        assert "電子証明書" in html
        assert f'<td class="number">{serial_of(signature)}</td>' in html
        assert "規格に反する" in html or "読み取れない" in html
        assert "検査の重大な指摘" in centre.get("/desk/").content.decode()

    def test_a_clerk_has_no_such_page(self, founded, at):
        account(CLERK, "131016", "COUNTER_CLERK", at=at)
        clerk = sign_in(Client(), CLERK)

        assert clerk.get("/jpki/inspections/").status_code == 403
        assert "/jpki/inspections/" not in clerk.get("/desk/").content.decode()

    def test_nobody_enters_without_signing_in(self, db):
        assert Client().get("/jpki/inspections/").status_code == 302


@pytest.mark.parametrize("scope", [PUBLIC, Scope("jlis_municipal", "131016"), Scope("jlis_national", "B1-77")])
@pytest.mark.parametrize("statement", ["SELECT * FROM jpki_inspection", "DELETE FROM jpki_linkcertificate"])
def test_by_the_database_too(founded, scope, statement):
    with pytest.raises(ProgrammingError, match="permission denied"), acting(scope), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_list_with_a_fault_is_found(published, founded, at, monkeypatch, memory_keys):
    request = crl.CrlRequest(99, at.instant, at.later(days=-3).instant, crl.Entries())
    key = memory_keys.open(founded["sign"].key_label)
    spoilt = crl.build(request, Issuer(bytes(founded["sign"].certificate)), key)
    monkeypatch.setattr(inspections, "_lists", lambda: [inspections.Sampled(Inspected.LIST, "sign", 99, spoilt)])

    held = inspect(at)

    assert [(each["number"], each["code"]) for each in held.findings] == [(99, "pkix.crl_negative_validity_period")]
