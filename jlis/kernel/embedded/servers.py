"""Both servers together: up, down, and borrowed for the length of a piece of work."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from jlis.kernel.embedded.home import Home
from jlis.kernel.embedded.postgres import Postgres
from jlis.kernel.embedded.valkey import Valkey
from jlis.kernel.isolation import bootstrap

DATABASE = "jlis"
OWNER = "jlis_owner"
APP = "jlis_app"


@dataclass(frozen=True)
class Need:
    """Which servers the environment leaves to us."""

    postgres: bool
    valkey: bool

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Need":
        """Only what has no address in the environment; a database takes two addresses, or none."""
        named = [name for name in ("DATABASE_URL", "DATABASE_OWNER_URL") if environ.get(name)]
        if len(named) == 1:
            raise bootstrap.BootstrapRefused(
                "DATABASE_URL と DATABASE_OWNER_URL は両方指定するか、両方省いてください。\n"
                "Name both DATABASE_URL and DATABASE_OWNER_URL, or neither."
            )
        return cls(postgres=not named, valkey=not environ.get("REDIS_URL"))


class Servers:
    """The embedded servers of one home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.postgres = Postgres(home)
        self.valkey = Valkey(home)

    def up(self, need: Need, *, fast: bool = False) -> None:
        """Have the needed servers running, with roles and database; the caller holds the home's lock."""
        if need.postgres:
            self.postgres.start(fast=fast)
            addresses = self.addresses(Need(postgres=True, valkey=False))
            bootstrap.prepare(
                app_url=addresses["DATABASE_URL"],
                owner_url=addresses["DATABASE_OWNER_URL"],
                admin_url=addresses["DATABASE_ADMIN_URL"],
            )
        if need.valkey:
            self.valkey.start(fast=fast)

    def down(self) -> None:
        """Stop both servers, whoever started them; the caller holds the home's lock."""
        self.valkey.stop()
        self.postgres.stop()
        self.keep(False)

    def addresses(self, need: Need) -> dict[str, str]:
        """The environment by which everything else finds these servers."""
        self.home.secret("secret_key")  # the settings read it from there
        found = {"JLIS_HOME": str(self.home.path)}
        if need.postgres:
            found |= {
                "DATABASE_URL": self.postgres.url(APP, self.home.secret("postgres_app"), DATABASE),
                "DATABASE_OWNER_URL": self.postgres.url(OWNER, self.home.secret("postgres_owner"), DATABASE),
                "DATABASE_ADMIN_URL": self.postgres.superuser_url,
            }
        if need.valkey:
            found["REDIS_URL"] = self.valkey.url
        return found

    def keep(self, wanted: bool) -> None:
        """Remember whether the servers stay up when nobody uses them (after `up`) or not."""
        self.home.remember("servers", {"kept": wanted})

    @property
    def kept(self) -> bool:
        """Do the servers stay up when nobody uses them?"""
        return bool(self.home.remembered("servers").get("kept", False))


@contextmanager
def borrowed(home: Home, environ: Mapping[str, str], *, fast: bool = False) -> Iterator[tuple[dict[str, str], int]]:
    """The servers' addresses for as long as the body runs, and the lease as a file descriptor.

    Several may borrow at once; the last one stops the servers, unless `up` asked for them to stay. A child
    that inherits the descriptor keeps the servers up although its parent is killed.
    """
    servers = Servers(home)
    need = Need.of(environ)
    lease = None
    try:
        with home.locked():
            lease = home.lease()
            servers.up(need, fast=fast)
        if not need.postgres:
            bootstrap.prepare(
                app_url=environ["DATABASE_URL"],
                owner_url=environ["DATABASE_OWNER_URL"],
                admin_url=environ.get("DATABASE_ADMIN_URL", ""),
            )
        yield servers.addresses(need), lease.fileno()
    finally:
        if lease is not None:
            with home.locked():
                lease.close()
                if not home.in_use() and not servers.kept:
                    servers.down()
