"""pkilint in full over everything that the house's profiles describe: whoever changes one finds out here."""

import copy

import pytest

from jpki.engine import linting, profiles, specimens
from tests.jpki.engine.house import PUBLIC_BASE

AUTHORITIES = ("sign", "auth")


def placed(name: str) -> dict:
    return profiles.placed(profiles.house_document(name), public_base=PUBLIC_BASE)


def every_specimen() -> list:
    return [
        pytest.param(specimen, id=f"{name} {specimen.name}")
        for name in profiles.house_documents()
        for authority in AUTHORITIES
        for specimen in specimens.of(placed(name), authority)
    ]


@pytest.mark.parametrize("specimen", every_specimen())
def test_nothing_is_found_in_what_a_profile_describes(specimen):
    assert specimen.findings() == []


@pytest.mark.parametrize("name", profiles.house_documents())
def test_no_profile_is_left_out(name):
    document = placed(name)
    made = {specimen.name for authority in AUTHORITIES for specimen in specimens.of(document, authority)}

    assert made >= document["certificates"].keys()
    for authority in AUTHORITIES:
        assert {f"{authority} authority", f"{authority} answer", f"{authority} list 0"} <= made


def test_the_expected_notice_is_there_and_is_the_only_thing_passed_over():
    card = next(each for each in specimens.of(placed("open_jpki"), "sign") if each.name == "sign-card")
    validator = linting._certificate_validator()
    document = linting.loader.RFC5280CertificateDocumentLoader().load_der_document(card.octets, "c")

    found = {
        description.finding.code
        for result in validator.validate(document.root)
        for description in result.finding_descriptions
        if description.finding.severity <= linting.Severity.NOTICE
    }

    assert found == linting.EXPECTED


def without(document: dict, code: str, extension: str) -> dict:
    changed = copy.deepcopy(document)
    entry = changed["certificates"][code]
    entry["extensions"] = [each for each in entry["extensions"] if each["type"] != extension]
    return changed


def test_a_profile_at_fault_is_told_by_specimen_and_code():
    document = without(placed("open_jpki"), "sign-card", "authority_key_identifier")

    found = specimens.findings(document, "sign")

    assert set(found) == {"sign-card"}
    assert "pkix.authority_key_id_extension_missing" in {each.code for each in found["sign-card"]}
    assert any(each.grave for each in found["sign-card"])
    assert not specimens.findings(document, "auth")


def test_a_finding_never_quotes_what_it_found():
    document = placed("open_jpki")
    document["certificates"]["sign-card"]["subject"] = [["C", "J!"], ["CN", "見本　花子"]]

    found = specimens.findings(document, "sign")

    assert found
    assert "花子" not in repr(found)


@pytest.mark.parametrize("look", [linting.certificate, linting.revocation_list, linting.ocsp_answer])
@pytest.mark.parametrize("octets", [b"", b"garbage", b"0\x03\x02\x01\x01"])
def test_what_is_none_is_told_as_such(look, octets):
    with pytest.raises(ValueError, match=r".*"):
        look(octets)
