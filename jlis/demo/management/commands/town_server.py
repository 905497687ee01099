"""manage.py town_server --office CODE [--port N] [--check-daily URL]"""

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.core.management.base import CommandError

from jlis.demo import kiosks
from jlis.demo.town_server import consistency, register
from jlis.demo.town_server.server import TownServer
from jlis.kernel.commands import HouseCommand
from jlis.kernel.embedded import processes
from jlis.kernel.time import now


class _Threading(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """The caller keeps the log; nothing of a person is ever in a line here."""


class Command(HouseCommand):
    """Serves the register of a town that keeps no copy in the cloud, until it is ended."""

    help = "副本を預けない市区町村の証明発行サーバ（参照用）を動かします / the reference town server"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--office", required=True, help="市区町村コード（6桁） / 6-digit code")
        parser.add_argument(
            "--tell",
            action="store_true",
            help="アドレスを証明書交付センターに知らせる / tell the centre where it answers",
        )
        parser.add_argument(
            "--check-daily",
            metavar="URL",
            help="全国側のアドレス。毎日、整合性確認を行う / compare with the nation there every day",
        )
        parser.add_argument("--port", type=int, default=0, help="ポート番号（省くと空いている番号） / any free one")

    def work(self, **options: Any) -> dict[str, Any]:
        folder, office = Path(settings.JLIS_HOME) / "demo" / "town", options["office"]
        path = register.register_of(folder, office)
        if not path.exists():
            raise CommandError(f"{office} の証明発行サーバのデータがありません。")
        known = register.announced(folder, office)
        application = TownServer(path, secret=known["secret"], today=lambda: now().day)
        port = options["port"] or _former(known["url"])
        with make_server("127.0.0.1", port, application, _Threading, _Quiet) as server:
            url = f"http://127.0.0.1:{server.server_port}"
            register.announce(folder, office, url=url, secret=known["secret"])
            if options["tell"]:
                kiosks.tell_where(office=office, url=url, at=now())
            self.say(f"{office} の証明発行サーバ {url}", options)
            self.stdout.flush()
            if options["check_daily"]:
                once = partial(consistency.check, folder, office, options["check_daily"])
                Thread(target=consistency.check_daily, args=(once, partial(self._tell, options)), daemon=True).start()
            server.serve_forever()
        return {"url": url}

    def _tell(self, options: dict[str, Any], text: str) -> None:
        self.say(text, options)
        self.stdout.flush()


def _former(url: str) -> int:
    """The port of the last time, where it is free: callers may remember it."""
    port = int(url.rpartition(":")[2] or 0)
    return port if port and processes.port_is_free(port) else 0
