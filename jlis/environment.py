"""What the environment tells the settings, typed and checked at the start.

Each variable may be given as `NAME` or, for secrets, as `NAME_FILE` naming a file that holds it.
"""

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings

from jlis.kernel.embedded.home import Home
from jlis.kernel.embedded.servers import Need, Servers

ROOT = Path(__file__).resolve().parent.parent


def _read_secret_files() -> None:
    for name, path in list(os.environ.items()):
        if name.endswith("_FILE") and name.removesuffix("_FILE") in (
            "DATABASE_URL",
            "DATABASE_OWNER_URL",
            "REDIS_URL",
            "SECRET_KEY",
        ):
            os.environ.setdefault(name.removesuffix("_FILE"), Path(path).read_text().strip())


class Environment(BaseSettings):
    """The environment variables of the project."""

    database_url: Annotated[str, Field(description="the login role's database; owns nothing")] = ""
    database_owner_url: Annotated[str, Field(description="the owner's, for migrations and reference data alone")] = ""
    redis_url: Annotated[str, Field(description="the broker and cache")] = ""
    jlis_home: Path = ROOT / "var"
    jlis_keys_dir: Path | None = None
    jlis_files_dir: Path | None = None
    jlis_today: date | None = None
    # The certification authorities' keys on a token or in an HSM; without a module they lie in files.
    jlis_pki_module: Annotated[str, Field(description="the path of the PKCS#11 library")] = ""
    jlis_pki_token: Annotated[str, Field(description="the token's label")] = "jpki"  # noqa: S105
    jlis_pki_pin_file: Path | None = None
    jlis_pki_officer_pin_file: Annotated[Path | None, Field(description="at ceremonies alone")] = None
    jlis_connect_as: Literal["app", "owner"] = "app"
    jlis_banner: str = "訓練環境です。表示される人物・住所はすべて架空のものです。"
    secret_key: str = ""
    allowed_hosts: str = "127.0.0.1,localhost,[::1]"
    behind_https: bool = False
    # Where a kiosk's page finds the card's reader: on a real kiosk a device of its own, here the demonstration's.
    jlis_card_reader: str = "/demo/reader/"
    debug: bool = False
    # Set by `jlis.web_server` for its workers.
    jlis_serves_web: bool = False

    def secret(self) -> str:
        """The secret key, from the environment or from the home folder's secrets."""
        if self.secret_key:
            return self.secret_key
        path = self.jlis_home / "secrets" / "secret_key"
        return path.read_text().strip() if path.exists() else ""


def _find_embedded_servers() -> None:
    """Where no address is given and this home has servers of its own (`make run`), those are meant."""
    home = Home.chosen()
    if (home.path / "postgres").is_dir():
        addresses = Servers(home).addresses(Need.of(os.environ))
        addresses.pop("DATABASE_ADMIN_URL", None)
        for name, address in addresses.items():
            os.environ.setdefault(name, address)


def read() -> Environment:
    """Read the environment; raises pydantic's `ValidationError` naming the variable at fault."""
    _read_secret_files()
    if not os.environ.get("DATABASE_URL"):
        _find_embedded_servers()
    empty = [name for name in ("JLIS_TODAY",) if os.environ.get(name) == ""]
    for name in empty:
        del os.environ[name]
    return Environment()


def database(url: str) -> dict[str, object]:
    """Django's connection settings for a `postgresql://` URL."""
    parts = urlsplit(url)
    return {
        "NAME": unquote(parts.path.lstrip("/")) or "jlis",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }
