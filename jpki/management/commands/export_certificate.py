"""manage.py export_certificate SERIAL --out FILE --by USER --purpose AFFAIR [--authority sign|auth]"""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from jlis.kernel.commands import HouseCommand
from jlis.kernel.errors import NotFound
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import now
from jpki.choices import AuthorityCode
from jpki.selectors import certificates as selectors
from jpki.services import certificates


class Command(HouseCommand):
    """Writes one issued certificate to a file, in DER."""

    help = "発行した電子証明書1枚をDERで書き出します。 / Writes one issued certificate in DER; written to the audit."
    touches_persons = True
    default_purpose = "JPKI-EXPORT"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("serial", type=int, help="発行の番号 / serial number")
        parser.add_argument("--out", type=Path, required=True, help="書き出すファイル / the file to write")
        parser.add_argument(
            "--authority",
            choices=AuthorityCode.values,
            default="",
            help="認証局。省くと、両方にある番号は利用者証明用 / authority; where both used the number, auth",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        actor = self.actor(options)
        with acting(actor.scope.for_purpose(options["purpose"])):
            octets = certificates.export(
                serial=options["serial"],
                authority=options["authority"] or _only_authority(options["serial"]),
                by=actor,
                at=now(),
                purpose=options["purpose"],
            )
            _write(options["out"], octets)
        self.say(f"{options['out']}（{len(octets):,}バイト）", options)
        return {"serial": options["serial"], "bytes": len(octets)}


def _write(out: Path, octets: bytes) -> None:
    """For nobody's eyes but the caller's, whatever the umask: a signature certificate says who its holder is."""
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)  # a file that was there keeps its mode otherwise
        file.write(octets)


def _only_authority(serial: int) -> str:
    """The authority that used the number; the authentication one where both did, as their counters run apart."""
    for authority in (AuthorityCode.AUTH, AuthorityCode.SIGN):
        try:
            selectors.numbered(serial, authority=authority.value)
        except NotFound:
            continue
        return authority.value
    return ""
