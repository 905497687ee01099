"""django-ca's OCSP view as a peer: an authority, a certificate and a server of its own, in an environment of its own.

It is installed from the package index under the bench's folder, once; where that cannot be, the bench goes without it.
"""

import os
import subprocess
import venv
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from bench.stage import wait_for

_PACKAGES = ("django-ca==3.2.0", "granian==2.8.9")
_SETTINGS = """
SECRET_KEY = "bench"
USE_TZ = True
ALLOWED_HOSTS = ["*"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "ca.sqlite3"}}
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django_ca"]
ROOT_URLCONF = "peer_urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CA_DEFAULT_HOSTNAME = "localhost"
_FILES = "django.core.files.storage.FileSystemStorage"
STORAGES = {
    "default": {"BACKEND": _FILES},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "django-ca": {"BACKEND": _FILES, "OPTIONS": {"location": "keys"}},
}
"""
_URLS = """
from django.urls import include, path

urlpatterns = [path("ca/", include("django_ca.urls"))]
"""


class DjangoCa:
    """The peer while it serves; `path` and `request` ask for the state of its one certificate."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.path, self.request = "", b""

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> "DjangoCa":
        if not (self.folder / "ca.sqlite3").exists():
            self._make()
        certificate = x509.load_pem_x509_certificate((self.folder / "certificate.pem").read_bytes())
        issuer = x509.load_pem_x509_certificate((self.folder / "issuer.pem").read_bytes())
        asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1()).build()
        self.request = asked.public_bytes(serialization.Encoding.DER)
        places = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
        (place,) = (each for each in places if each.access_method == x509.AuthorityInformationAccessOID.OCSP)
        self.path = place.access_location.value.removeprefix("http://localhost")
        self.process = subprocess.Popen(
            [self._program("granian"), "--interface", "wsgi", "--port", str(self.port), "--workers", "1", "--factory",
             "django.core.wsgi:get_wsgi_application"],
            cwd=self.folder, env=self._environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for(self.port)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)

    def _make(self) -> None:
        """An authority with RSA-2048 and one certificate, by django-ca's own commands."""
        self.folder.mkdir(parents=True, exist_ok=True)
        venv.create(self.folder / "environment", with_pip=True)
        self._run(self._program("pip"), "install", "--quiet", *_PACKAGES)
        (self.folder / "peer_settings.py").write_text(_SETTINGS)
        (self.folder / "peer_urls.py").write_text(_URLS)
        new = ("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "holder.pem")
        self._run(*new, "-subj", "/CN=holder.example", "-out", "holder.csr")
        self._command("migrate", "-v0")
        self._command("init_ca", "--key-type", "RSA", "--key-size", "2048", "bench", "CN=bench")
        named = ("--subject", "CN=holder.example", "--alt", "holder.example")
        signed = self._command("sign_cert", "--ca", "bench", "--csr", "holder.csr", *named, "--output-format", "pem")
        (self.folder / "certificate.pem").write_bytes(signed)
        shown = self._command("view_ca", "bench")
        (self.folder / "issuer.pem").write_bytes(shown[shown.index(b"-----BEGIN") :])

    def _command(self, *arguments: str) -> bytes:
        return self._run(self._program("python"), "-m", "django", *arguments)

    def _run(self, *command: str) -> bytes:
        done = subprocess.run(command, cwd=self.folder, env=self._environment(), capture_output=True, check=False)
        if done.returncode:
            raise OSError(f"django-ca cannot be set up here: {done.stderr.decode()[-300:]}")
        return done.stdout

    def _program(self, name: str) -> str:
        return str(self.folder / "environment" / "bin" / name)

    def _environment(self) -> dict[str, str]:
        return {
            name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "JLIS_", "PYTHON"))
        } | {"DJANGO_SETTINGS_MODULE": "peer_settings", "PYTHONPATH": "."}
