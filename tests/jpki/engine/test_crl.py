"""Lists: OpenSSL refuses a revoked certificate, and refuses a list of another town for a different reason."""

from collections import Counter
from datetime import timedelta
from hashlib import sha256
from importlib import import_module

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from hypothesis import given
from hypothesis import strategies as st

from jpki.engine import crl, crl_comparison, profiles
from jpki.engine.crl import Frame
from tests.jpki.engine.house import NOW, Authority, Outside


def verify(outside: Outside, authority, leaf: bytes, crl_octets: bytes) -> str:
    result = outside.run(
        "verify", "-CAfile", outside.put_pem("ca.pem", authority.issuer.octets), "-crl_check", "-extended_crl",
        "-CRLfile", outside.put("list.crl", crl_octets), outside.put_pem("leaf.pem", leaf),
    )  # fmt: skip
    return result.stdout + result.stderr


def test_openssl_verifies_the_list(sign_authority, outside: Outside):
    root = outside.put_pem("ca.pem", sign_authority.issuer.octets)
    path = outside.put("list.crl", sign_authority.crl(1000, 1002))

    result = outside.run("crl", "-inform", "DER", "-in", path, "-noout", "-CAfile", root)

    assert "verify OK" in result.stderr


def test_a_certificate_outside_the_list_of_its_town_is_good(sign_authority, outside: Outside):
    assert "leaf.pem: OK" in verify(outside, sign_authority, sign_authority.certificate(1000), sign_authority.crl(999))


def test_a_revoked_certificate_is_refused_by_the_list_of_its_town(sign_authority, outside: Outside):
    said = verify(outside, sign_authority, sign_authority.certificate(1000), sign_authority.crl(1000))

    assert "error 23" in said


def test_the_list_of_another_town_says_nothing(sign_authority, outside: Outside):
    other = sign_authority.crl(1000, municipality="Shibuya-ku")

    assert "error 44" in verify(outside, sign_authority, sign_authority.certificate(1000), other)


def test_the_full_list_speaks_for_every_town(sign_authority, outside: Outside):
    full = sign_authority.crl(1000, municipality=None)

    assert "error 23" in verify(outside, sign_authority, sign_authority.certificate(1000), full)
    assert "OK" in verify(outside, sign_authority, sign_authority.certificate(1001), full)


def test_an_empty_list_has_no_entries_field(sign_authority, outside: Outside):
    empty = sign_authority.crl()

    assert list(x509.load_der_x509_crl(empty)) == []
    assert "OK" in verify(outside, sign_authority, sign_authority.certificate(1000), empty)


def test_the_partition_is_critical_and_equals_the_certificates_own(sign_authority):
    point = x509.load_der_x509_crl(sign_authority.crl()).extensions.get_extension_for_class(
        x509.IssuingDistributionPoint
    )
    own = x509.load_der_x509_certificate(sign_authority.certificate()).extensions.get_extension_for_class(
        x509.CRLDistributionPoints
    )

    assert point.critical
    assert point.value.full_name == own.value[0].full_name


@given(
    st.dictionaries(
        st.integers(1, 2**63 - 1), st.tuples(st.integers(0, 4_000_000_000), st.sampled_from(crl.Reason)), max_size=20
    )
)
def test_the_builder_of_cryptography_makes_the_same_octets(sign_authority, revoked):
    from datetime import UTC, datetime

    times = {serial: datetime.fromtimestamp(seconds, UTC) for serial, (seconds, _) in revoked.items()}
    ours = crl.build(
        crl.CrlRequest(
            number=7,
            this_update=NOW,
            next_update=NOW + timedelta(days=3),
            entries=crl.Entries.joined(
                *(crl.entry(serial, times[serial], reason) for serial, (_, reason) in revoked.items())
            ),
        ),
        sign_authority.issuer,
        sign_authority.key,
    )

    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(sign_authority.issuer.certificate.subject)
        .last_update(NOW)
        .next_update(NOW + timedelta(days=3))
        .add_extension(x509.AuthorityKeyIdentifier(sign_authority.issuer.key_id, None, None), False)
        .add_extension(x509.CRLNumber(7), False)
    )
    for serial, (_, reason) in revoked.items():
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(times[serial])
        if reason is not crl.Reason.UNSPECIFIED:
            entry = entry.add_extension(x509.CRLReason(_FLAGS[reason]), False)
        builder = builder.add_revoked_certificate(entry.build())
    theirs = builder.sign(sign_authority.key.private_key, hashes.SHA256())

    assert ours == theirs.public_bytes(serialization.Encoding.DER)


_FLAGS = {
    crl.Reason.UNSPECIFIED: x509.ReasonFlags.unspecified,
    crl.Reason.KEY_COMPROMISE: x509.ReasonFlags.key_compromise,
    crl.Reason.CA_COMPROMISE: x509.ReasonFlags.ca_compromise,
    crl.Reason.AFFILIATION_CHANGED: x509.ReasonFlags.affiliation_changed,
    crl.Reason.SUPERSEDED: x509.ReasonFlags.superseded,
    crl.Reason.CESSATION_OF_OPERATION: x509.ReasonFlags.cessation_of_operation,
    crl.Reason.CERTIFICATE_HOLD: x509.ReasonFlags.certificate_hold,
}


def test_a_list_takes_the_memory_of_its_pieces_and_not_its_own(sign_authority):
    import tracemalloc

    class Stored:
        """Pieces that are made when they are asked for, as those of the database come."""

        def __iter__(self):
            for block in range(2**15, 2**15 + 20):
                yield b"".join(
                    crl.entry(serial, NOW, crl.Reason.SUPERSEDED) for serial in range(block << 12, (block + 1) << 12)
                )

    entries = crl.Entries(Stored(), sum(map(len, Stored())))
    tracemalloc.start()
    try:
        signed = crl.sign(_full(2, entries), sign_authority.issuer, sign_authority.key)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < signed.size / 2, f"{peak:,} octets for a list of {signed.size:,}"


@pytest.mark.parametrize("document", profiles.house_documents())
def test_in_pieces_it_is_the_same_list(document):
    authority = Authority.made("sign", name=document)
    key = authority.key
    pieces = [crl.entry(serial, NOW, crl.Reason.SUPERSEDED) for serial in (5, 300, 2**62)]
    signed = crl.sign(_full(1, crl.Entries.joined(*pieces)), authority.issuer, key)

    whole = b"".join((signed.frame.head, *pieces, signed.frame.tail))
    assert crl_comparison.split(whole) == (signed.frame, b"".join(pieces))
    assert (len(whole), sha256(whole).hexdigest()) == (signed.size, signed.sha256)
    parsed = x509.load_der_x509_crl(whole)
    assert [each.serial_number for each in parsed] == [5, 300, 2**62]
    assert key.algorithm.verifies(key.public_key, parsed.signature, parsed.tbs_certlist_bytes)


def test_pieces_that_are_not_what_was_told_are_not_signed(sign_authority):
    entries = crl.Entries((crl.entry(5, NOW, crl.Reason.SUPERSEDED),), 7)

    with pytest.raises(ValueError, match="octets of entries where 7 were told"):
        crl.sign(_full(1, entries), sign_authority.issuer, sign_authority.key)


def _full(number: int, entries: crl.Entries) -> crl.CrlRequest:
    return crl.CrlRequest(number, NOW + timedelta(hours=number), NOW + timedelta(days=3, hours=number), entries)


def compared(former: bytes, new: bytes) -> tuple[frozenset[int], tuple[str, ...]]:
    """What the new list no longer has, and its faults."""
    before, after = crl_comparison.split(former), crl_comparison.split(new)
    return crl_comparison.gone(before.entries, after.entries), crl_comparison.faults(before.frame, after.frame)


class TestComparison:
    def later(self, authority, *serials: int, **changes) -> bytes:
        given = {"number": 2, "at": NOW + timedelta(hours=1)} | changes
        return authority.crl(*serials, **given)

    @pytest.mark.parametrize("former", [(1, 2), (2, 3), ()])
    def test_a_list_that_only_grows_passes(self, sign_authority, former):
        assert compared(sign_authority.crl(*former), self.later(sign_authority, 1, 2, 3)) == (frozenset(), ())

    def test_what_is_gone_is_named(self, sign_authority):
        assert compared(sign_authority.crl(1, 2, 3), self.later(sign_authority, 2, 4))[0] == {1, 3}

    def test_what_is_listed_for_another_reason_is_not_gone(self):
        former, new = (
            b"".join(crl.entry(serial, NOW, reason) for serial in serials)
            for serials, reason in (((1, 2), crl.Reason.CERTIFICATE_HOLD), ((2,), crl.Reason.SUPERSEDED))
        )

        assert crl_comparison.gone(former, new) == {1}

    @pytest.mark.parametrize(
        ("changes", "fault"),
        [
            ({"number": 1}, "the number does not rise"),
            ({"at": NOW - timedelta(days=1)}, "nextUpdate steps back"),
            ({"at": NOW - timedelta(days=1)}, "thisUpdate steps back"),
            ({"municipality": "Shibuya-ku"}, "the scope differs"),
        ],
    )
    @pytest.mark.parametrize("serials", [(1,), ()])
    def test_steps_back_are_faults(self, sign_authority, serials, changes, fault):
        _, faults = compared(sign_authority.crl(*serials), self.later(sign_authority, 1, **changes))

        assert fault in faults

    def test_another_key_is_a_fault(self, sign_authority):
        other = Authority.made("sign", serial=9)

        assert "the signing key differs" in compared(sign_authority.crl(1), self.later(other, 1))[1]

    def test_the_serials_are_those_that_cryptography_reads(self, sign_authority):
        octets = sign_authority.crl(5, 300, 70_000, 2**62)

        assert crl_comparison.serials(octets) == {5, 300, 70_000, 2**62}
        assert crl_comparison.serials(octets) == {each.serial_number for each in x509.load_der_x509_crl(octets)}


@given(st.sets(st.integers(1, 2**20), max_size=12), st.booleans())
def test_lists_of_before_are_taken_apart_as_new_ones_are_made(sign_authority, listed, town):
    """What the migration does with a list that was published whole."""
    migration = import_module("jpki.migrations.0023_list_pieces")
    content = sign_authority.crl(*listed, municipality="Chiyoda-ku" if town else None)

    begin, end = migration._place_of_entries(content)
    blocks = migration._blocks(content, begin, end)

    assert (Frame(content[:begin], content[end:]), content[begin:end]) == crl_comparison.split(content)
    assert b"".join(octets for _, _, octets in blocks) == content[begin:end]
    expected = Counter(serial >> 15 for serial in sorted(listed))
    assert [(place, entries) for place, entries, _ in blocks] == sorted(expected.items())
