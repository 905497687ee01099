"""一斉再発行: each certificate of a former generation once, under the next, whatever dies in between (P1, P2)."""

import csv
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from django.conf import settings
from django.db import connection
from django.test import Client

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jlis.kernel.jobs import kinds, running
from jlis.kernel.jobs import services as jobs
from jlis.kernel.jobs.kinds import JobKind
from jlis.kernel.jobs.models import Job
from jlis.kernel.jobs.running import Run
from jlis.kernel.outbox.models import OutboxEvent
from jlis.kernel.time import now
from jpki.domain.kinds import Kind
from jpki.models import Certificate, CertificateStatus, Generation
from jpki.services import certificates, publications, replacing
from juki.models import Resident
from tests.jpki import cast
from tests.jpki.people import account, sign_in
from tests.jpki.test_rollover import next_generation
from tests.juki import factories

pytestmark = pytest.mark.django_db(transaction=True)
CLERK, CENTRE = "chiyoda-1", "centre-1"


@pytest.fixture
def holders(founded, clerk, at) -> list[Certificate]:
    """Five who hold a signature certificate of the first generation."""
    residents = [cast.resident_of(clerk, at) for _ in range(5)]
    return [cast.issued_to(each, Kind.SIGN_CARD, by=clerk, at=at) for each in residents]


@pytest.fixture
def first(holders, founded, at) -> Generation:
    """The first generation, when the second has begun."""
    next_generation("sign", at, profile="")
    return founded["sign"]


def asked(generation: Generation, at, *, reason: str = "署名の方式を移行するため", **more: bool) -> Job:
    by = cast.operator(1)
    with acting(by.scope):
        return replacing.request(generation=generation.pk, reason=reason, by=by, at=at, **more)


def approved(job: Job, at) -> Job:
    by = cast.operator(4)
    with acting(by.scope):
        return jobs.decide(job_id=job.pk, approve=True, reason="", by=by, at=at)


def done(generation: Generation, at, **more: bool) -> Job:
    job = approved(asked(generation, at, **more), at)
    assert running.run_job(job.pk) == "SUCCEEDED"
    with acting(SYSTEM):
        return Job.objects.get(pk=job.pk)


def successor(certificate: Certificate) -> Certificate:
    with acting(JPKI):
        return Certificate.objects.select_related("status").get(predecessor=certificate.pk)


def test_holder_key_and_last_day_stay_and_the_issuer_is_the_next_generation(first, holders, at):
    job = done(first, at)
    assert job.summary["replaced"] == len(holders)
    for certificate in holders:
        after = successor(certificate)
        old = x509.load_der_x509_certificate(cast.der_of(certificate))
        new = x509.load_der_x509_certificate(cast.der_of(after))
        assert after.resident_id == certificate.resident_id
        assert new.public_key() == old.public_key()
        assert new.not_valid_after_utc == old.not_valid_after_utc
        assert after.status.generation_id != first.pk
        former = cast.status_of(certificate)
        assert (former.state, former.cause, former.reason) == ("REVOKED", "REPLACEMENT", 4)


def test_it_is_told_and_written_down(first, holders, at):
    done(first, at)
    with acting(SYSTEM):
        told = OutboxEvent.objects.filter(kind="jpki.certificate_replaced")
        assert {event.payload["predecessor"] for event in told} == {each.pk for each in holders}
        entry = AuditEntry.objects.get(action="jpki.certificates_replaced")
    assert entry.detail == {"authority": "sign", "generation": 1, "count": len(holders), "refused": 0, "ended": 0}


def test_who_cannot_have_another_one_is_reported_and_hinders_nobody(first, holders, at, monkeypatch):
    # Everybody of a part is judged by the rules of issue; one is held back here by a key that may not be certified.
    spoilt = holders[2].pk
    original = replacing.subject_key_of

    def key(octets: bytes) -> bytes:
        return b"\x30\x03\x02\x01\x00" if octets == bytes(holders[2].to_be_signed) else original(octets)

    monkeypatch.setattr(replacing, "subject_key_of", key)
    job = done(first, at)
    assert (job.summary["replaced"], job.summary["refused"]) == (len(holders) - 1, 1)
    report = Path(settings.JLIS_FILES_DIR) / job.result_path
    rows = list(csv.reader(report.read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows[1:]] == [str(holders[2].status.serial)]
    assert cast.status_of(Certificate(pk=spoilt)).state == "VALID"


class TestExemptions:
    """What the counter confirmed for a certificate holds for the one in its place."""

    REASON = frozenset({"MINOR_UNDERSTANDS"})

    @pytest.fixture
    def child(self, founded, clerk, at) -> Resident:
        return cast.resident_of(clerk, at, birth_date="2014-05-06")

    def test_a_child_with_the_exception_gets_the_next_one_with_it(self, child, founded, clerk, at):
        certificate = cast.issued_to(child, Kind.SIGN_CARD, by=clerk, at=at, exemptions=self.REASON)
        next_generation("sign", at, profile="")
        job = done(founded["sign"], at)

        assert (job.summary["replaced"], job.summary["refused"]) == (1, 0)
        assert successor(certificate).exemptions == sorted(self.REASON)

    def test_one_of_which_none_was_noted_is_on_the_runs_list_with_the_rule(self, child, founded, clerk, at):
        certificate = cast.issued_to(child, Kind.SIGN_CARD, by=clerk, at=at, exemptions=self.REASON)
        with acting(SYSTEM), connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("ALTER TABLE jpki_certificate NO FORCE ROW LEVEL SECURITY")
            cursor.execute("UPDATE jpki_certificate SET exemptions = '[]'")
            cursor.execute("ALTER TABLE jpki_certificate FORCE ROW LEVEL SECURITY")
        next_generation("sign", at, profile="")
        job = done(founded["sign"], at)

        assert (job.summary["replaced"], job.summary["refused"]) == (0, 1)
        assert cast.status_of(certificate).state == "VALID"
        report = (Path(settings.JLIS_FILES_DIR) / job.result_path).read_text("utf-8-sig")
        assert f"{certificate.status.serial},SIGN_CARD,15歳未満のため" in report


class TestCompromise:
    """法第14条: of what a compromised key has signed nothing is relied on any longer."""

    def test_everything_ends_with_its_own_cause_and_reason(self, first, holders, clerk, at, outside, client):
        held, gone = holders[3], holders[4]
        with acting(clerk.scope):
            certificates.suspend(certificate=held.pk, by=clerk, at=at, purpose=cast.PURPOSE)
        # Nobody is told yet, and the register has it: there is no second one for somebody who has left.
        with acting(clerk.scope):
            code = Resident.objects.get(pk=gone.resident_id).resident_code
        factories.tell(factories.change("D03", code, changed_on=at.day.isoformat()), by=clerk, at=at)

        job = done(first, at, key_compromised=True)

        assert (job.summary["replaced"], job.summary["refused"], job.summary["ended"]) == (3, 1, 2)
        for certificate in holders:
            status = cast.status_of(certificate)
            assert (status.state, status.cause, status.reason) == ("REVOKED", "AUTHORITY_KEY", 2)
        assert [cast.status_of(successor(each)).state for each in holders[:3]] == ["VALID"] * 3
        publications.publish_all(by=cast.operator(), at=at)
        told = outside.run(
            "crl", "-inform", "DER", "-noout", "-text", "-in",
            outside.put("old.crl", client.get("/pki/sign/1/crl").getvalue()),
        )  # fmt: skip
        assert told.stdout.count("CA Compromise") == len(holders)

    def test_the_approver_sees_which_it_is(self, first, at):
        shown = dict(asked(first, at, key_compromised=True).parameters["shown"])
        assert shown["失効の事由"] == "発行者の署名鍵の漏えい等"


def test_one_that_was_broken_off_is_taken_up_where_it_stood(first, holders, at, monkeypatch):
    monkeypatch.setitem(
        kinds._kinds,
        replacing.KIND,
        JobKind(replacing.KIND, "", "jpki.operate_authority", "jpki.approve_replacement",
                partial(replacing.replace, clock=now, call=2)),
    )  # fmt: skip
    job = approved(asked(first, at), at)
    told: list[tuple[int, int | None]] = []
    original = Run.progress

    def progress(run: Run, count: int, total: int | None = None, *, at_once: bool = False) -> None:
        told.append((count, total))
        if count == 4:
            monkeypatch.setattr(Run, "progress", original)
            raise KeyboardInterrupt  # as a worker that is killed: nothing is written about it
        original(run, count, total, at_once=at_once)

    monkeypatch.setattr(Run, "progress", progress)
    with pytest.raises(KeyboardInterrupt):
        running.run_job(job.pk)
    with acting(JPKI):
        assert CertificateStatus.objects.filter(generation=first.pk, state="VALID").count() == 1
    with acting(SYSTEM):
        Job.objects.filter(pk=job.pk).update(lease_until=at.instant)
    assert running.run_job(job.pk) == "SUCCEEDED"
    with acting(SYSTEM):
        assert Job.objects.get(pk=job.pk).summary["replaced"] == len(holders)
    with acting(JPKI):
        assert Certificate.objects.filter(predecessor__isnull=False).count() == len(holders)
        assert not CertificateStatus.objects.filter(generation=first.pk, state="VALID").exists()


def test_the_generation_that_issues_is_not_replaced(founded, holders, at):
    with pytest.raises(Conflict, match="鍵更新"):
        asked(founded["sign"], at)


def test_nor_one_that_issues_beside_a_newer_one(founded, holders, at):
    """The next cards' generation certifies other keys: today's cards would be issued anew by the very same."""
    next_generation("sign", at)
    with pytest.raises(Conflict, match="鍵更新"):
        asked(founded["sign"], at)


def test_one_that_is_not_there_is_not_found(founded, at):
    with pytest.raises(NotFound):
        asked(Generation(pk=987654), at)


def test_a_reason_is_asked_for(first, at):
    with pytest.raises(Invalid) as refused:
        asked(first, at, reason=" ")
    assert [error.field for error in refused.value.errors] == ["reason"]


def test_who_asked_does_not_approve_and_a_clerk_asks_for_nothing(first, clerk, at):
    job = asked(first, at)
    by = cast.operator(1)
    with acting(by.scope), pytest.raises(Forbidden):
        jobs.decide(job_id=job.pk, approve=True, reason="", by=by, at=at)
    with acting(clerk.scope), pytest.raises(Forbidden):
        replacing.request(generation=first.pk, reason="試し", by=clerk, at=at)


def test_the_centre_asks_from_its_page_and_a_clerk_has_none(first, at):
    account(CENTRE, "JLIS-JPKI", "CERTIFICATE_OPERATOR", at=at)
    account(CLERK, "131016", "COUNTER_CLERK", at=at)
    centre = sign_in(Client(), CENTRE)
    page = centre.get("/jpki/generations/").content.decode()
    assert f"/jpki/generations/{first.pk}/replace/" in page
    assert page.count("発行中") == 2
    told = centre.post(f"/jpki/generations/{first.pk}/replace/", {"reason": "署名の方式を移行するため"}, follow=True)
    assert "承認を待っています" in told.content.decode()
    assert sign_in(Client(), CLERK).get("/jpki/generations/").status_code == 403
