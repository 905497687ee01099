"""Lists: published where something changed, held against the former one, believed by OpenSSL."""

import os
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import pytest
from cryptography import x509
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from jlis.kernel.errors import Forbidden
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment, now
from jpki.domain.kinds import Kind
from jpki.engine import crl, crl_comparison, der
from jpki.models import Certificate, CertificateStatus, CrlChange, CrlPiece, CrlPublication, CrlSeries
from jpki.selectors import authorities, published
from jpki.services import certificates, publications
from jpki.sql import serials
from tests.jpki import cast
from tests.jpki.engine.test_crl import verify


class Root:
    """What the engine's helper asks of an authority."""

    def __init__(self, generation) -> None:
        from jpki.engine.issuers import Issuer

        self.issuer = Issuer(bytes(generation.certificate))


@dataclass(frozen=True)
class Seen:
    """A list as whoever fetches it sees it."""

    content: bytes
    sha256: str
    next_update: datetime


def newest(authority: str = "sign", town: str = "131016") -> Seen:
    with acting(JPKI):
        found = published.newest_list(authorities.current(authority, now().instant), town)
        with published.opened(found) as file:
            content = file.read()
    assert sha256(content).hexdigest() == found.sha256
    return Seen(content, found.sha256, found.next_update)


def revoke(certificate, by, at):
    with acting(by.scope):
        certificates.revoke(certificate=certificate.pk, verb="revoke_on_request", by=by, at=at, purpose=cast.PURPOSE)


def test_openssl_follows_a_certificate_from_good_to_revoked(signature, founded, clerk, at, outside):
    leaf, root = cast.der_of(signature), Root(founded["sign"])
    publications.publish_changed(by=cast.operator(), at=at)
    assert "leaf.pem: OK" in verify(outside, root, leaf, newest().content)
    assert "leaf.pem: OK" in verify(outside, root, leaf, newest(town="").content)

    revoke(signature, clerk, at)
    assert "leaf.pem: OK" in verify(outside, root, leaf, newest().content)
    done = publications.publish_changed(by=cast.operator(), at=at.later(seconds=30))

    assert done.lists == 2
    assert "error 23" in verify(outside, root, leaf, newest().content)
    assert "error 23" in verify(outside, root, leaf, newest(town="").content)


def test_only_the_towns_that_changed_are_published(signature, authentication, ward_clerk, clerk, at):
    elsewhere = cast.resident_of(ward_clerk, at, address="神奈川県横浜市鶴見区鶴見中央三丁目20番1号")
    cast.issued_to(elsewhere, Kind.SIGN_CARD, by=ward_clerk, at=at)
    publications.publish_changed(by=cast.operator(), at=at)
    before = {"131016": newest().sha256, "141011": newest(town="141011").sha256}

    revoke(signature, clerk, at)
    publications.publish_changed(by=cast.operator(), at=at.later(minutes=1))

    assert newest().sha256 != before["131016"]
    assert newest(town="141011").sha256 == before["141011"]
    point = x509.load_der_x509_crl(newest(town="141011").content).extensions.get_extension_for_class(
        x509.IssuingDistributionPoint
    )
    assert "Yokohama-shi-Tsurumi-ku CRLDP" in point.value.full_name[0].value.rfc4514_string()


def test_without_changes_nothing_is_published(signature, at):
    publications.publish_changed(by=cast.operator(), at=at)
    again = publications.publish_changed(by=cast.operator(), at=at.later(minutes=1))

    assert again.lists == 0
    with acting(JPKI):
        assert not CrlChange.objects.exists()


def test_the_daily_run_publishes_every_list_anew(signature, authentication, at):
    publications.publish_changed(by=cast.operator(), at=at)
    done = publications.publish_all(by=cast.operator(), at=at.later(hours=24))

    assert done.lists == 4
    assert newest().next_update == at.later(hours=96).instant.replace(microsecond=0)
    assert x509.load_der_x509_crl(newest().content).extensions.get_extension_for_class(
        x509.CRLNumber
    ).value == x509.CRLNumber(2)


def test_numbers_rise_and_the_last_ten_are_kept(signature, at):
    for run in range(13):
        publications.publish_all(by=cast.operator(), at=at.later(minutes=run), authority="sign")

    with acting(JPKI):
        kept = CrlPublication.objects.filter(series__partition__code="131016").values_list("number", flat=True)
        assert sorted(kept) == list(range(4, 14))


def test_an_expired_certificate_stays_for_the_lookback_and_then_leaves(signature, clerk, at):
    revoke(signature, clerk, at)
    publications.publish_all(by=cast.operator(), at=at)
    ends = cast.status_of(signature).not_after
    serial = cast.status_of(signature).serial

    publications.publish_all(by=cast.operator(), at=Moment.of(ends).later(hours=71))
    assert serial in crl_comparison.serials(newest().content)
    publications.publish_all(by=cast.operator(), at=Moment.of(ends).later(hours=73))
    assert serial not in crl_comparison.serials(newest().content)


def test_a_list_that_forgets_a_revoked_certificate_is_not_published(signature, clerk, at, monkeypatch):
    revoke(signature, clerk, at)
    publications.publish_all(by=cast.operator(), at=at)
    before = newest()
    other = cast.issued_to(cast.resident_of(clerk, at), Kind.SIGN_CARD, by=clerk, at=at)
    revoke(other, clerk, at)
    monkeypatch.setattr(publications.lists, "join_towns", lambda *_: {})

    done = publications.publish_changed(by=cast.operator(), at=at.later(minutes=1))

    assert list(done.refused.values()) == ["a certificate that is revoked and has not expired would be missing"]
    assert newest() == before
    with acting(JPKI):
        assert CrlChange.objects.count() == 1
    monkeypatch.undo()


def test_a_lifted_hold_leaves_the_list(signature, clerk, at):
    from jpki.domain.lifecycle import MOVES
    from jpki.services import endings

    for number, verb in enumerate(("suspend", "release")):
        endings.apply(MOVES[verb], [signature.pk], by=clerk, at=at, purpose="")
        done = publications.publish_changed(by=cast.operator(), at=at.later(minutes=number))
        assert not done.refused
    assert crl_comparison.serials(newest().content) == frozenset()


def test_only_the_centre_publishes(founded, clerk, at):
    for run in (publications.publish_all, publications.publish_changed, publications.publish_full):
        with pytest.raises(Forbidden):
            run(by=clerk, at=at)


def test_the_list_holds_what_the_statuses_say(founded, clerk, at):
    held = []
    for number in range(6):
        held.append(cast.issued_to(cast.resident_of(clerk, at), Kind.AUTH_CARD, by=clerk, at=at))
        if number % 2:
            revoke(held[-1], clerk, at)
    publications.publish_all(by=cast.operator(), at=at)

    with acting(JPKI):
        revoked = set(CertificateStatus.objects.filter(state="REVOKED").values_list("serial", flat=True))
    assert crl_comparison.serials(newest("auth").content) == revoked
    assert crl_comparison.serials(newest("auth", "").content) == revoked


def read_by_openssl(outside, content: bytes) -> set[int]:
    told = outside.run("crl", "-inform", "DER", "-in", outside.put("list.crl", content), "-noout", "-text")
    assert told.returncode == 0, told.stderr
    return {int(serial, 16) for serial in re.findall(r"Serial Number: ([0-9A-F]+)", told.stdout)}


def test_every_list_says_the_same_to_two_readers_and_to_the_register(founded, clerk, ward_clerk, at, outside):
    for number in range(8):
        by = (clerk, ward_clerk)[number % 2]
        here = {} if by is clerk else {"address": "神奈川県横浜市鶴見区鶴見中央三丁目20番1号"}
        held = cast.issued_to(cast.resident_of(by, at, **here), Kind.SIGN_CARD, by=by, at=at)
        if number % 4 < 3:
            revoke(held, by, at)
    publications.publish_all(by=cast.operator(), at=at)

    with acting(JPKI):
        published_lists = list(CrlPublication.objects.select_related("series"))
        revoked = list(CertificateStatus.objects.filter(state="REVOKED").values("generation", "partition", "serial"))
    assert len(published_lists) == 6  # two full ones at the ceremonies, two now, and two towns
    for each in published_lists:
        with acting(JPKI):
            content, place = published.octets(each), each.series.partition_id
        ours = (
            {
                row["serial"]
                for row in revoked
                if row["generation"] == each.series.generation_id and place in (None, row["partition"])
            }
            if each.number > 1 or place
            else set()
        )
        parsed = x509.load_der_x509_crl(content)
        assert {entry.serial_number for entry in parsed} == read_by_openssl(outside, content) == ours
        scope = [extension for extension in parsed.extensions if extension.oid._name == "issuingDistributionPoint"]
        assert [extension.critical for extension in scope] == ([True] if place else [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", [publications.publish_changed, publications.publish_all])
def test_a_publisher_that_is_killed_between_signing_and_publishing(signature, clerk, at, run):
    """A real process, killed: the former list is served on, and the next run of the changed lists makes good."""
    publications.publish_all(by=cast.operator(), at=at)
    before = {town: newest(town=town) for town in ("131016", "")}
    serial = cast.status_of(signature).serial
    revoke(signature, clerk, at)

    killed_when_signed(lambda: run(by=cast.operator(), at=at.later(minutes=1)))

    assert newest() == before["131016"]
    with acting(JPKI):
        assert not CrlPiece.objects.filter(number__gt=F("series__last_number")).exists()
    assert serial not in crl_comparison.serials(newest().content)
    done = publications.publish_changed(by=cast.operator(), at=at.later(minutes=2))
    assert (done.lists, done.refused) == (2, {})
    for town, former in before.items():
        assert serial in crl_comparison.serials(newest(town=town).content)
        assert number_of(newest(town=town)) > number_of(former)


def number_of(each) -> int:
    return x509.load_der_x509_crl(each.content).extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def killed_when_signed(run) -> None:
    """Run in a child with a connection of its own; it is killed when the town's list is signed and not yet published,
    its pieces written."""
    reads, writes = os.pipe()
    connection.close()
    if (child := os.fork()) == 0:
        try:
            keep = publications.lists.keep

            def stand_still(made) -> None:
                if any(each.entries for each in made) and any(town(each) for each in made):
                    os.write(writes, b"signed")
                    time.sleep(60)
                keep(made)

            publications.lists.keep = stand_still
            run()
        finally:
            os._exit(1)
    os.close(writes)
    with os.fdopen(reads, "rb") as pipe:
        assert pipe.read(6) == b"signed"
        os.kill(child, signal.SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1])


def town(made) -> bool:
    return der.oid("2.5.29.28") in made.tail


class TestPieces:
    """The full list in pieces, of 32,768 serial numbers each."""

    @pytest.fixture
    def spread(self, signature, clerk, at) -> Iterator[list[Certificate]]:
        """Two revoked certificates whose serial numbers lie far apart, both listed."""
        with acting(JPKI):
            first, *_ = serials.reserve("sign", 2**15)
        far = cast.issued_to(cast.resident_of(clerk, at), Kind.SIGN_CARD, by=clerk, at=at)
        for each in (signature, far):
            revoke(each, clerk, at)
        publications.publish_full(by=cast.operator(), at=at)
        yield [signature, far]
        # No rollback puts a sequence back, and other tests number on from here.
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval('jpki_serial_sign', %s)", [first])

    def test_one_after_the_other_they_are_the_list(self, spread, founded, at, outside):
        content = newest(town="").content

        assert [serial for (_, _, serial) in self.pieces(2)] == [1, 1]
        assert read_by_openssl(outside, content) == {cast.status_of(each).serial for each in spread}
        root = outside.put_pem("ca.pem", Root(founded["sign"]).issuer.octets)
        told = outside.run("crl", "-inform", "DER", "-in", outside.put("full.crl", content), "-noout", "-CAfile", root)
        assert "verify OK" in told.stderr

    def test_a_list_that_forgets_one_of_them_is_not_published(self, spread, at, monkeypatch):
        before, join_all = newest(town=""), publications.lists.join_all

        def forgetful(series, number, generation, horizon):
            join_all(series, number, generation, horizon)
            kept, forgotten = CrlPiece.objects.filter(series=series, number=number).order_by("place")
            forgotten.delete()
            return publications.lists.Material(1, crl.Entries.joined(bytes(kept.content)))

        monkeypatch.setattr(publications.lists, "join_all", forgetful)
        done = publications.publish_full(by=cast.operator(), at=at.later(minutes=1), authority="sign")

        assert list(done.refused.values()) == ["a certificate that is revoked and has not expired would be missing"]
        assert newest(town="") == before
        assert not self.pieces(3)

    def test_the_last_one_may_leave_by_its_expiry(self, spread, at):
        ends = Moment.of(max(cast.status_of(each).not_after for each in spread))
        done = publications.publish_full(by=cast.operator(), at=ends.later(hours=73), authority="sign")

        assert (done.lists, done.refused) == (1, {})
        assert crl_comparison.serials(newest(town="").content) == frozenset()

    def test_they_go_with_their_list(self, spread, at):
        for run in range(11):
            publications.publish_full(by=cast.operator(), at=at.later(minutes=run), authority="sign")

        assert not self.pieces(2)
        assert self.pieces(13)

    def pieces(self, number: int) -> list[tuple[int, int, int]]:
        with acting(JPKI):
            of_list = CrlPiece.objects.filter(number=number, series__partition=None).order_by("place")
            return list(of_list.values_list("series", "place", "entries"))


def test_no_piece_without_its_list(founded):
    with acting(JPKI), connection.cursor() as cursor:
        CrlPiece.objects.create(series=CrlSeries.objects.first(), number=99, place=0, entries=1, content=b"x")
        with pytest.raises(IntegrityError, match="jpki_crlpiece_of_list"):
            cursor.execute("SET CONSTRAINTS jpki_crlpiece_of_list IMMEDIATE")
        transaction.set_rollback(True)
