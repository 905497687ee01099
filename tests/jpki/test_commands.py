"""The commands of the certification centre."""

import json
from io import StringIO
from pathlib import Path

import pytest
from cryptography import x509
from django.core.management import CommandError, call_command, load_command_class

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jpki.gateways import key_store
from jpki.models import CrlPublication, Generation
from jpki.selectors import authorities as known
from tests.jpki import cast
from tests.jpki.people import account

BY = "operator-jpki"
DJANGOS = {
    "help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks",
}  # fmt: skip


@pytest.fixture
def centre(db, at):
    return account(BY, "JLIS-JPKI", "CERTIFICATE_OPERATOR", at=at)


def run(*words: object, **options: object) -> dict:
    out = StringIO()
    call_command(*[str(word) for word in words], "--json", stdout=out, **options)
    return json.loads(out.getvalue().splitlines()[-1])


def test_a_ceremony_from_its_file(centre, monkeypatch, tmp_path: Path, at):
    monkeypatch.setattr(key_store, "folder", lambda: tmp_path / "pki")
    known.forget()
    account("second-holder", "JLIS-JPKI", "CERTIFICATE_OPERATOR", at=at)
    file, passphrases = tmp_path / "ceremony.toml", tmp_path / "passphrases.json"
    text = cast.CEREMONY.format(authority="auth", generation=1).replace("sato", BY).replace("suzuki", "second-holder")
    file.write_text(text)
    passphrases.write_text(json.dumps({BY: "the first passphrase", "second-holder": "the second passphrase"}))

    made = run("ca_ceremony", file, "--by", BY, "--passphrases", passphrases)
    (tmp_path / "pki" / "operating.secret").unlink()
    again = run("ca_recover", "auth", 1, BY, "second-holder", "--by", BY, "--passphrases", passphrases)

    assert again == {"ok": True, "authority": "auth", "generation": 1}
    assert (made["ok"], made["authority"], made["generation"]) == (True, "auth", 1)
    with acting(JPKI):
        assert bytes(Generation.objects.get().key_id).hex() == made["key_id"]
        assert CrlPublication.objects.count() == 1
    known.forget()


def test_a_refused_ceremony_ends_with_an_error(centre, tmp_path: Path):
    file = tmp_path / "ceremony.toml"
    file.write_text("ceremony = 1")

    with pytest.raises(CommandError):
        run("ca_ceremony", file, "--by", BY)


def test_an_export_is_the_certificate_and_is_written_down(founded, centre, signature, tmp_path: Path, resident):
    out = tmp_path / "certificate.der"
    out.touch(0o644)

    told = run("export_certificate", cast.status_of(signature).serial, "--authority", "sign", "--out", out, "--by", BY)

    assert told["bytes"] == len(out.read_bytes())
    assert out.stat().st_mode & 0o777 == 0o600
    assert x509.load_der_x509_certificate(out.read_bytes()).serial_number == cast.status_of(signature).serial
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="jpki.certificate_exported")
    assert (entry.subject, entry.purpose) == (resident.pk, "JPKI-EXPORT")


def test_a_clerk_exports_nothing(founded, signature, at, tmp_path: Path):
    account("clerk", "131016", "COUNTER_CLERK", at=at)
    out = tmp_path / "certificate.der"

    with pytest.raises(CommandError):
        run(
            "export_certificate", cast.status_of(signature).serial, "--authority", "sign", "--out", out, "--by", "clerk"
        )
    assert not out.exists()


def test_a_serial_that_was_never_issued(founded, centre, tmp_path: Path):
    with pytest.raises(CommandError):
        run("export_certificate", 999_999_999, "--out", tmp_path / "x", "--by", BY)


def test_lists_and_answers(founded, centre, signature):
    assert run("crl_publish", "--changed", "--by", BY)["lists"] == 2
    assert run("crl_publish", "--full", "--authority", "sign", "--by", BY)["lists"] == 1
    assert run("crl_publish", "--by", BY)["lists"] == 3
    assert run("ocsp_refresh", "--by", BY) == {"ok": True, "answers": 0}


def test_missing_links_are_made(founded, centre, at, monkeypatch):
    from jpki.services import authorities
    from tests.jpki.test_rollover import next_generation

    with monkeypatch.context() as patch:
        patch.setattr(authorities, "link_generations", lambda **_: [])
        next_generation("sign", at)

    assert len(run("ca_links", "--by", BY)["links"]) == 2
    assert run("ca_links", "--by", BY)["links"] == []


@pytest.mark.parametrize(
    "name", ["ca_ceremony", "ca_links", "ca_recover", "crl_publish", "ocsp_refresh", "export_certificate"]
)
def test_help_is_in_both_languages(name):
    command = load_command_class("jpki", name)
    options = command.create_parser("manage.py", name)._actions

    assert " / " in command.help
    assert any("\u3040" <= character <= "\u30ff" for character in command.help)
    ours = [option for option in options if option.dest not in DJANGOS and option.help]
    assert all(" / " in str(option.help) for option in ours)
