"""Two generations side by side: links between them, the next card's profile beside today's, and the clock set on."""

from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid
from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jlis.kernel.time import TOKYO, Moment
from jpki.domain import validity
from jpki.domain.kinds import Kind
from jpki.models import LinkCertificate
from jpki.selectors import authorities as known
from jpki.services import authorities, issuing, publications
from jpki.services.issuing import Order
from tests.jpki import cast, parties
from tests.jpki.engine.house import pem
from tests.jpki.people import bearer

NEXT = 'profile = "house:next_generation"\n'


def next_generation(authority: str, at: Moment, *, profile: str = NEXT, begins: str = "2026-04-01"):
    text = cast.CEREMONY.format(authority=authority, generation=2).replace("2024-01-01", begins) + profile
    by = cast.operator()
    with acting(by.scope):
        return authorities.hold_ceremony(text=text, holders=cast.HOLDERS, by=by, at=at)


def next_card_key() -> bytes:
    key = cast.pooled_key("p384-sha384", 1000)
    return key.public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def issued(resident, kind: Kind, spki: bytes, *, by, at, **order):
    return issuing.issue(
        order=Order(resident=resident.pk, kind=kind, public_key=spki, **order), by=by, at=at, purpose=cast.PURPOSE
    )


def ends(certificate) -> datetime:
    return x509.load_der_x509_certificate(cast.der_of(certificate)).not_valid_after_utc


class TestLinks:
    def test_both_are_kept_published_and_signed_by_the_other(self, founded, at, client, outside):
        second = next_generation("sign", at)

        old, new = bytes(founded["sign"].certificate), bytes(second.certificate)
        for path, signer, subject in (("2/by/1", old, new), ("1/by/2", new, old)):
            link = client.get(f"/pki/sign/{path}/ca.cer").content
            certificate, key_of = x509.load_der_x509_certificate(link), x509.load_der_x509_certificate(subject)
            assert certificate.issuer == certificate.subject == key_of.subject
            assert certificate.public_key() == key_of.public_key()
            root = outside.put_pem("root.pem", signer)
            told = outside.run("verify", "-x509_strict", "-CAfile", root, outside.put_pem("link.pem", link))
            assert told.returncode == 0, told.stderr
        with acting(SYSTEM):
            assert AuditEntry.objects.filter(action="jpki.generation_linked").count() == 2

    def test_who_trusts_the_old_root_alone_believes_the_next_generations_certificates(
        self, founded, resident, clerk, at, client, outside
    ):
        next_generation("sign", at)
        leaf = outside.put_pem(
            "leaf.pem", cast.der_of(issued(resident, Kind.SIGN_CARD, next_card_key(), by=clerk, at=at))
        )
        old = outside.put_pem("old.pem", bytes(founded["sign"].certificate))
        link = outside.put_pem("link.pem", client.get("/pki/sign/2/by/1/ca.cer").content)

        assert outside.run("verify", "-CAfile", old, leaf).returncode != 0
        told = outside.run("verify", "-x509_strict", "-CAfile", old, "-untrusted", link, leaf)
        assert told.returncode == 0, told.stderr

    def test_certificates_of_both_generations_stand_under_both_roots(
        self, founded, signature, resident, clerk, at, outside
    ):
        second = next_generation("sign", at)
        other = issued(cast.resident_of(clerk, at), Kind.SIGN_CARD, next_card_key(), by=clerk, at=at)
        both = outside.put(
            "both.pem", (pem(bytes(founded["sign"].certificate)) + pem(bytes(second.certificate))).encode()
        )

        for certificate in (signature, other):
            leaf = outside.put_pem("leaf.pem", cast.der_of(certificate))
            told = outside.run("verify", "-x509_strict", "-CAfile", both, leaf)
            assert told.returncode == 0, told.stderr

    def test_what_is_missing_is_made_and_what_is_there_is_not_made_again(self, founded, at):
        next_generation("sign", at)
        with acting(JPKI):
            kept = list(LinkCertificate.objects.values_list("serial", flat=True))

        assert authorities.link_generations(authority="sign", by=cast.operator(), at=at) == []
        assert authorities.link_generations(authority="auth", by=cast.operator(), at=at) == []
        with acting(JPKI):
            assert list(LinkCertificate.objects.values_list("serial", flat=True)) == kept

    def test_a_generation_that_has_ended_is_not_linked(self, founded):
        late = Moment.of(date(2035, 1, 10))
        next_generation("sign", late, begins="2035-01-01")

        with acting(JPKI):
            assert not LinkCertificate.objects.exists()

    @pytest.mark.parametrize("days", [0, 30])
    def test_one_that_begins_when_the_former_has_ended_is_founded_and_linked_to_nothing(self, founded, at, days):
        end = founded["sign"].not_after
        second = next_generation("sign", at, begins=str((end.astimezone(TOKYO) + timedelta(days=days)).date()))

        assert second.not_before == end + timedelta(days=days)
        with acting(JPKI):
            assert not LinkCertificate.objects.exists()

    def test_one_that_begins_on_the_former_ones_last_day_is_linked_for_that_day(self, founded, at):
        end = founded["sign"].not_after
        second = next_generation("sign", at, begins=str((end.astimezone(TOKYO) - timedelta(days=1)).date()))

        with acting(JPKI):
            link = LinkCertificate.objects.get(generation=second)
        assert (link.not_before, link.not_after) == (end - timedelta(days=1), end)

    def test_the_record_names_the_links(self, founded, at):
        import hashlib
        import json

        second = next_generation("sign", at)

        with acting(JPKI):
            links = [hashlib.sha256(bytes(each.certificate)).hexdigest() for each in LinkCertificate.objects.all()]
            record = json.loads(second.ceremony.record)
        assert sorted(record["links_sha256"]) == sorted(links)

    def test_only_the_centre_links(self, founded, clerk, at):
        with pytest.raises(Forbidden):
            authorities.link_generations(authority="sign", by=clerk, at=at)

    @pytest.mark.parametrize("path", ["1/by/1", "2/by/9", "9/by/1", "1/by/2"])
    def test_what_was_not_linked_is_not_there(self, founded, client, path):
        assert client.get(f"/pki/sign/{path}/ca.cer").status_code == 404


class TestWhatIsShown:
    """P3: without a number the addresses show the newest generation that lives."""

    def test_one_that_begins_later_is_not_shown_before(self, founded, signature, at, client):
        second = next_generation("sign", at, begins=f"{at.day.year + 2}-01-01")

        assert client.get("/pki/sign/ca.cer").content == bytes(founded["sign"].certificate)
        assert client.get("/pki/sign/2/ca.cer").content == bytes(second.certificate)
        assert client.get("/pki/sign/crl").getvalue() == client.get("/pki/sign/1/crl").getvalue()

    def test_with_its_first_day_it_is(self, founded, at):
        second = next_generation("sign", at, begins=f"{at.day.year + 2}-01-01")
        begins = datetime(at.day.year + 1, 12, 31, 15, tzinfo=UTC)

        for moment, shown in ((begins - timedelta(seconds=1), founded["sign"]), (begins, second)):
            with acting(JPKI):
                assert known.current("sign", moment).id == shown.pk

    def test_a_registered_party_fetches_each_generations_lists_and_each_is_counted(
        self, founded, signature, at, client
    ):
        next_generation("sign", at)
        publications.publish_all(by=cast.operator(), at=at)
        party = parties.active(at)
        headers = bearer(client, party.organisation_id, "jpki.validate", at=at)

        def fetched(asked: str):
            return client.get(f"/api/v1/jpki/revocation-lists/sign{asked}", headers=headers)

        assert fetched("").getvalue() == client.get("/pki/sign/2/crl").getvalue()
        assert fetched("?generation=1").getvalue() == client.get("/pki/sign/1/crl").getvalue()
        assert (
            fetched("?generation=1&municipality=131016").getvalue() == client.get("/pki/sign/1/crl/131016").getvalue()
        )
        assert fetched("?generation=9").status_code == 404
        assert fetched("?generation=x").status_code == 400
        with acting(SYSTEM):
            counted = AuditEntry.objects.filter(action="jpki.certificate_validated")
            assert list(counted.order_by("pk").values_list("detail__generation", flat=True)) == [2, 1, 1]


class TestSideBySide:
    def test_each_card_is_certified_by_the_generation_that_asks_for_its_key(
        self, founded, resident, clerk, at, outside
    ):
        second = next_generation("auth", at)
        other = cast.resident_of(clerk, at)
        orders = [
            Order(resident.pk, Kind.AUTH_CARD, cast.card_key()),
            Order(other.pk, Kind.AUTH_CARD, next_card_key()),
            Order(cast.resident_of(clerk, at).pk, Kind.AUTH_CARD, b"no key at all"),
        ]

        done = issuing.issue_many(orders=orders, by=clerk, at=at, purpose=cast.PURPOSE)

        assert [(each.row, each.field) for each in done.refusals] == [(3, "public_key")]
        roots = {0: founded["auth"], 1: second}
        for place, generation in roots.items():
            with acting(clerk.scope):
                certificate = issuing.certificates.get(done.certificates[place])
            assert cast.status_of(certificate).generation_id == generation.pk
            leaf = outside.put_pem("leaf.pem", cast.der_of(certificate))
            root = outside.put_pem("root.pem", bytes(generation.certificate))
            assert outside.run("verify", "-x509_strict", "-CAfile", root, leaf).returncode == 0

    def test_the_next_cards_run_to_the_tenth_birthday_and_are_signed_by_ecdsa(self, founded, resident, clerk, at):
        next_generation("sign", at)
        certificate = issued(resident, Kind.SIGN_CARD, next_card_key(), by=clerk, at=at)

        passed = (at.day.month, at.day.day) >= (2, 17)
        assert ends(certificate) == validity.end_of(date(at.day.year + 9 + passed, 2, 17))
        read = x509.load_der_x509_certificate(cast.der_of(certificate))
        assert read.signature_algorithm_oid.dotted_string == "1.2.840.10045.4.3.3"
        assert read.public_key().curve.name == "secp384r1"

    def test_a_town_has_a_list_of_each_generation(self, founded, signature, clerk, at, client):
        next_generation("sign", at)
        issued(cast.resident_of(clerk, at), Kind.SIGN_CARD, next_card_key(), by=clerk, at=at)
        publications.publish_all(by=cast.operator(), at=at)

        lists = [x509.load_der_x509_crl(client.get(f"/pki/sign/{n}/crl/131016").getvalue()) for n in (1, 2)]
        assert [each.signature_hash_algorithm.name for each in lists] == ["sha256", "sha384"]
        assert len({each.issuer.public_bytes() for each in lists}) == 1


class TestTheClock:
    def test_ten_years_on_only_the_next_generation_issues(self, founded, resident, clerk, at):
        second = next_generation("sign", at)
        late = Moment.of(date(2035, 6, 1))

        certificate = issued(resident, Kind.SIGN_CARD, next_card_key(), by=clerk, at=late)
        with pytest.raises(Invalid) as refusal:
            issued(cast.resident_of(clerk, at), Kind.SIGN_CARD, cast.card_key(), by=clerk, at=late)

        assert refusal.value.errors[0].field == "public_key"
        assert cast.status_of(certificate).generation_id == second.pk
        assert ends(certificate) == validity.end_of(date(2045, 2, 17))
        assert publications.publish_all(by=cast.operator(), at=late).lists == 2

    def test_nothing_is_issued_that_would_outlive_its_authority(self, founded, resident, clerk):
        with pytest.raises(Invalid) as refusal:
            issued(resident, Kind.SIGN_CARD, cast.card_key(), by=clerk, at=Moment.of(date(2030, 6, 1)))

        assert refusal.value.errors[0].field == "validity"

    def test_before_its_day_a_generation_issues_nothing(self, founded, resident, clerk, at):
        begins = (at.day + timedelta(days=30)).isoformat()
        next_generation("sign", at, begins=begins, profile="")

        certificate = issued(resident, Kind.SIGN_CARD, cast.card_key(), by=clerk, at=at)

        assert cast.status_of(certificate).generation_id == founded["sign"].pk

    def test_on_the_eve_of_the_fifth_birthday_a_renewal_runs_to_the_sixth_after(self, founded, resident, clerk):
        first, eve = Moment.of(date(2026, 11, 26)), Moment.of(datetime(2031, 2, 16, 14, 59, 59, tzinfo=UTC))
        old = issued(resident, Kind.SIGN_CARD, cast.card_key(), by=clerk, at=first)
        next_generation("sign", Moment.of(date(2030, 1, 2)), begins="2030-01-01", profile="")
        assert ends(old) == datetime(2031, 2, 17, 14, 59, 59, tzinfo=UTC)

        new = issued(resident, Kind.SIGN_CARD, cast.card_key(1), by=clerk, at=eve, renews=True)

        assert eve.day == date(2031, 2, 16)
        assert ends(new) == datetime(2036, 2, 17, 14, 59, 59, tzinfo=UTC)
        assert cast.status_of(old).cause == "RENEWAL"

    @pytest.mark.parametrize(
        ("on", "key", "last"),
        [
            (date(2027, 3, 1), "today", date(2032, 2, 29)),
            (date(2027, 2, 27), "today", date(2031, 2, 28)),
            (date(2027, 2, 28), "today", date(2032, 2, 29)),
            (date(2027, 3, 1), "next", date(2037, 2, 28)),
            (date(2028, 2, 28), "next", date(2037, 2, 28)),
            (date(2028, 2, 29), "next", date(2038, 2, 28)),
        ],
    )
    def test_born_on_the_29th_of_february(self, founded, clerk, at, on, key, last):
        next_generation("auth", at)
        born = cast.resident_of(clerk, at, birth_date="1996-02-29")
        spki = next_card_key() if key == "next" else cast.card_key()

        assert ends(issued(born, Kind.AUTH_CARD, spki, by=clerk, at=Moment.of(on))) == validity.end_of(last)


class TestProfiles:
    def ceremony(self, text: str, tmp_path, at, change) -> None:
        from importlib import resources

        data = resources.files("jpki.engine").joinpath("data/open_jpki.toml").read_text("utf-8")
        (tmp_path / "ours.toml").write_text(change(data))
        by = cast.operator()
        with acting(by.scope):
            authorities.hold_ceremony(
                text=text + 'profile = "ours.toml"\n', holders=cast.HOLDERS, by=by, at=at, folder=tmp_path
            )

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            ('{ type = "authority_key_identifier" },', "", "profile_at_fault"),
            ("critical = true, ca = true", "critical = false, ca = true", "profile_at_fault"),
            ('type = "subject_key_identifier"', 'type = "no_such_extension"', "profile_unusable"),
            ('"{common_name}"', '"{no_such_field}"', "profile_unusable"),
            ("birthdays_when_renewed = 6", "birthdays_when_renewed = 4", "profile_unusable"),
        ],
    )
    def test_what_does_not_stand_before_the_linter_makes_no_key(
        self, db, memory_keys, key_holders, tmp_path, at, old, new, code
    ):
        with pytest.raises(Invalid) as refusal:
            self.ceremony(
                cast.CEREMONY.format(authority="sign", generation=1), tmp_path, at, lambda data: data.replace(old, new)
            )

        assert refusal.value.code == code
        assert not memory_keys._keys

    def test_a_profile_that_the_house_does_not_have(self, founded, at):
        with pytest.raises(Invalid) as refusal:
            next_generation("sign", at, profile='profile = "house:no_such"\n')

        assert refusal.value.code == "profile_unreadable"

    def test_a_generation_is_made_once(self, founded, at):
        next_generation("sign", at)
        with pytest.raises(Conflict):
            next_generation("sign", at)
