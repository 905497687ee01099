"""What a web process remembers of states: as long as the database is heard, and no longer than a change."""

import time

import psycopg
import pytest
from cryptography import x509
from cryptography.x509 import ocsp as pyca
from django.db import connection

from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import now
from jpki.gateways import status_memory
from jpki.gateways.status_memory import StatusMemory, _listening_connection
from jpki.services import certificates, ocsp
from tests.jpki import cast
from tests.jpki.test_ocsp import asked, serial_of

KEY = (1, 7)


def soon(condition) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.005)
    return False


def refused() -> psycopg.Connection:
    raise psycopg.OperationalError("nobody listens")


@pytest.fixture
def memory(transactional_db, monkeypatch):
    memory = StatusMemory(_listening_connection)
    memory.start()
    assert soon(lambda: memory.hears)
    monkeypatch.setattr(status_memory, "current", lambda: memory)
    yield memory
    memory.stop()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('jpki_status', '')")
    assert soon(lambda: not memory.hears)


def test_what_is_kept_is_remembered_until_it_changes(memory):
    memory.keep(KEY, "state", "VALID", epoch=memory.epoch)
    assert memory.get(KEY, "state") == "VALID"

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('jpki_status', '1:6 1:7')")

    assert soon(lambda: memory.get(KEY, "state") is None)


def test_what_was_read_before_a_change_is_not_kept_after_it(memory):
    epoch = memory.epoch
    memory.forget("1:8")
    memory.keep(KEY, "state", "VALID", epoch=epoch)

    assert memory.get(KEY, "state") is None


def test_without_hearing_nothing_is_remembered():
    deaf = StatusMemory(refused)
    deaf.keep(KEY, "state", "VALID", epoch=0)

    assert deaf.get(KEY, "state") is None


def test_a_lost_connection_forgets_everything_and_comes_back(memory):
    memory.keep(KEY, "state", "VALID", epoch=memory.epoch)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'jpki status feed' AND usename = current_user AND datname = current_database()"
        )

    assert soon(lambda: memory.get(KEY, "state") is None)
    assert soon(lambda: memory.hears)


def test_the_memory_is_bounded(monkeypatch):
    memory = StatusMemory(refused)
    monkeypatch.setattr(StatusMemory, "hears", True)
    monkeypatch.setattr(status_memory, "MOST_REMEMBERED", 10)
    for serial in range(25):
        memory.keep((1, serial), "state", "VALID", epoch=0)

    assert len(memory._remembered) <= 10


@pytest.mark.parametrize("nonce", [None, b"n" * 16])
def test_ocsp_answers_from_memory_and_tells_a_revocation_at_once(memory, authentication, clerk, at, nonce):
    data = asked(serial_of(authentication), nonce=nonce)

    def status():
        told = ocsp.answer(authority="auth", data=data, at=at.instant).content
        return pyca.load_der_ocsp_response(told).certificate_status

    assert status() is pyca.OCSPCertStatus.GOOD
    queries = len(connection.queries_log)
    connection.force_debug_cursor = True
    try:
        assert status() is pyca.OCSPCertStatus.GOOD
        assert len(connection.queries_log) == queries
    finally:
        connection.force_debug_cursor = False

    with acting(clerk.scope):
        certificates.revoke(
            certificate=authentication.pk, verb="revoke_on_request", by=clerk, at=at, purpose=cast.PURPOSE
        )

    assert soon(lambda: status() is pyca.OCSPCertStatus.REVOKED)


def test_the_same_octets_are_answered_unread_until_the_revocation_is_heard(memory, authentication, clerk, at):
    data = asked(serial_of(authentication))
    told = {"authority": "auth", "data": data, "at": at.instant}
    assert ocsp.remembered(**told) is None
    first = ocsp.answer(**told)

    assert ocsp.remembered(**told) == first
    assert ocsp.remembered(**told | {"authority": "sign"}) is None
    assert ocsp.remembered(**told | {"data": data + b"0"}) is None
    # Made anew in time, like every answer that is kept.
    assert ocsp.remembered(**told | {"at": at.later(minutes=55).instant}) is None

    with acting(clerk.scope):
        certificates.revoke(
            certificate=authentication.pk, verb="revoke_on_request", by=clerk, at=at, purpose=cast.PURPOSE
        )

    assert soon(lambda: ocsp.remembered(**told) is None)
    answered = pyca.load_der_ocsp_response(ocsp.answer(**told).content)
    assert answered.certificate_status is pyca.OCSPCertStatus.REVOKED


def test_what_holds_a_nonce_is_signed_anew_for_it(memory, authentication, at):
    for nonce in (b"n" * 16, b"m" * 16):
        data = asked(serial_of(authentication), nonce=nonce)
        told = {"authority": "auth", "data": data, "at": at.instant}
        ocsp.answer(**told)
        answered = pyca.load_der_ocsp_response(ocsp.remembered(**told).content)
        assert answered.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == nonce
        assert memory.meaning(("auth", data)) is None


def test_what_is_no_request_is_not_remembered(memory):
    assert ocsp.remembered(authority="auth", data=b"0" * 40, at=now().instant) is None


def test_meanings_are_bounded_in_number_and_length(monkeypatch):
    memory = StatusMemory(refused)
    monkeypatch.setattr(status_memory, "MOST_REMEMBERED", 10)
    for number in range(25):
        memory.keep_meaning(("auth", str(number).encode()), number)
    memory.keep_meaning(("auth", b"x" * 257), "overlong")

    assert len(memory._meanings) <= 10
    assert memory.meaning(("auth", b"24")) == 24
    assert memory.meaning(("auth", b"x" * 257)) is None


def test_outside_a_web_server_nothing_is_remembered():
    assert status_memory.current() is None
