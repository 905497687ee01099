"""Profiles are data, and data that would do harm is refused."""

import copy

import pytest

from jpki.engine import profiles
from tests.jpki.engine.house import document


def test_known_fields_are_filled_and_the_others_wait():
    placed = document()

    assert placed["certificates"]["auth-card"]["extensions"][5]["ocsp"] == "http://pki.example.jp/pki/auth/ocsp"
    assert placed["certificates"]["sign-card"]["extensions"][2]["policy"].startswith("1.3.6.1.4.1.32473.")
    assert ["CN", "{common_name}"] in placed["certificates"]["auth-card"]["subject"]


def test_a_document_survives_json():
    import json

    again = json.loads(json.dumps(document()))

    assert profiles.authority(again, "sign") == profiles.authority(document(), "sign")
    assert profiles.certificate(again, "sign-card") == profiles.certificate(document(), "sign-card")


@pytest.mark.parametrize(
    ("group", "changes"),
    [
        ("crl", {"validity_hours": 47}),
        ("crl", {"lookback_hours": 47}),
        ("ocsp", {"validity_minutes": 29}),
        ("ocsp", {"responder_algorithm": "rsa512-md5"}),
    ],
)
def test_timing_that_would_leave_a_gap_is_refused(group, changes):
    changed = copy.deepcopy(document())
    changed["authorities"]["sign"][group] |= changes

    with pytest.raises(profiles.InvalidProfile):
        profiles.authority(changed, "sign")


def test_what_is_missing_is_named():
    with pytest.raises(profiles.InvalidProfile, match="no-such"):
        profiles.certificate(document(), "no-such")
    changed = document()
    del changed["certificates"]["sign-card"]["subject"]
    with pytest.raises(profiles.InvalidProfile, match="subject"):
        profiles.certificate(changed, "sign-card")
