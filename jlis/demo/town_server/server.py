"""The server's two answers, as a WSGI application: what may be asked for, and the paper."""

import hmac
import json
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from bcl.domain.giving import GROUNDS, Bar, bar_on, bar_on_whole
from bcl.domain.relations import label_of
from bcl.domain.rows import CopyRow, Removal
from jlis.demo.town_server import register
from jlis.kernel.documents.fitting import CannotPrint
from jlis.kernel.domain.partial_dates import PartialDate
from juki.pdf import residence_record
from juki.pdf.residence_record import Member, ResidenceCertificate, Show

KIND, FEE_YEN = "JU", 300
LONGEST_BODY = 64 * 1024
_SEXES = {"M": "男", "F": "女", "U": "不明"}
_REMOVALS = {Removal.DEATH: "死亡", Removal.MOVED_OUT: "転出", Removal.OTHER: "職権消除等"}


class Problem(Exception):
    """A call that is refused."""

    def __init__(self, status: int, code: str, detail: str):
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


class TownServer:
    """One town's server over its register's file."""

    def __init__(self, path: Path, *, secret: str, today: Callable[[], date]):
        self.path, self.secret, self.today = path, secret, today
        self._answers = {"/offers": self._offers, "/certificates": self._certificate}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            status, kind, body = 200, *self._answer(environ)
        except Problem as problem:
            document = {"status": problem.status, "code": problem.code, "detail": problem.detail}
            status, kind, body = problem.status, "application/problem+json", _json(document)
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        start_response(f"{status} {_PHRASES[status]}", headers)
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> tuple[str, bytes]:
        answer = self._answers.get(environ.get("PATH_INFO", ""))
        if answer is None:
            raise Problem(404, "not_found", "この窓口はありません。")
        if environ["REQUEST_METHOD"] != "POST":
            raise Problem(405, "method_not_allowed", "POST で呼び出してください。")
        given = environ.get("HTTP_AUTHORIZATION", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.secret}".encode()):
            raise Problem(401, "secret_wrong", "共有の合言葉が違います。")
        return answer(_read(environ))

    def _offers(self, asked: dict[str, Any]) -> tuple[str, bytes]:
        _, members = self._household(asked)
        whole = bar_on_whole(members, self.today()) is None
        kinds = [{"code": KIND, "fee_yen": FEE_YEN}]
        offer = {"kinds": kinds, "household_size": len(members), "whole_household": whole}
        return "application/json", _json(offer)

    def _certificate(self, asked: dict[str, Any]) -> tuple[str, bytes]:
        own, members = self._household(asked)
        whole = asked.get("whole_household") is True
        bar = bar_on_whole(members, self.today()) if whole else None
        if bar:
            raise _refusal(bar)
        with register.opened(self.path) as database:
            town = register.town(database)
        chosen = members if whole else [own]
        certificate = ResidenceCertificate(
            transaction=_text(asked, "transaction"),
            number=_text(asked, "number"),
            municipality=town.municipality,
            mayor=town.mayor,
            seal=town.seal,
            issued_on=self.today(),
            address=own.address,
            householder=own.householder,
            members=[_member(row) for row in chosen],
            whole_household=whole,
            shows=_shows(asked),
        )
        try:
            return "application/pdf", residence_record.render(certificate)
        except CannotPrint as reason:
            raise Problem(422, reason.code, reason.message) from reason

    def _household(self, asked: dict[str, Any]) -> tuple[CopyRow, list[CopyRow]]:
        """The requester's row and the present members, or the refusal that the law wants."""
        _text(asked, "transaction")
        name = "resident" if "resident" in asked else "resident_code"
        with register.opened(self.path) as database:
            own, members = register.household_of(database, **{name: _text(asked, name)})
        bar = bar_on(own, members, self.today())
        if bar or own is None:
            raise _refusal(bar or Bar.NOT_IN_COPY)
        return own, members


_PHRASES = {
    200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed",
    413: "Content Too Large", 422: "Unprocessable Content",
}  # fmt: skip


def _refusal(bar: Bar) -> Problem:
    return Problem(422, bar.value, GROUNDS[bar].message)


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def _read(environ: WSGIEnvironment) -> dict[str, Any]:
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > LONGEST_BODY:
        raise Problem(413, "too_large", "本文が大きすぎます。")
    try:
        body = json.loads(environ["wsgi.input"].read(int(length)))
    except ValueError as error:
        raise Problem(400, "invalid", "本文が JSON として読めません。") from error
    if not isinstance(body, dict):
        raise Problem(400, "invalid", "本文は項目名と値の組でなければなりません。")
    return body


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not value:
        raise Problem(400, "invalid", f"{name} は空でない文字列で指定してください。")
    return value


def _shows(asked: dict[str, Any]) -> frozenset[Show]:
    wanted = asked.get("shows", [])
    if not isinstance(wanted, list) or not all(each in tuple(Show) for each in wanted):
        raise Problem(400, "invalid", f"shows は {'・'.join(Show)} の一覧です。")
    shows = frozenset(map(Show, wanted))
    if Show.INDIVIDUAL_NUMBER in shows:
        raise _refusal(Bar.NOT_OFFERED)
    return shows


def _member(row: CopyRow) -> Member:
    return Member(
        name=row.name,
        name_kana=row.name_kana,
        birth_date=_written(row.birth_date),
        sex=_SEXES[row.sex],
        relation=label_of(row.relation),
        became_resident_on=_written(row.became_resident_on),
        address_since=_written(row.address_since),
        notified_on=_written(row.notified_on),
        former_address=row.former_address,
        former_surname=row.former_surname,
        alias=row.alias,
        honseki=row.honseki,
        koseki_head=row.koseki_head,
        remarks=_REMOVALS[Removal(row.removal)] if row.removal else "",
    )


def _written(stored: str) -> str:
    return PartialDate.from_iso(stored).in_japanese if stored else ""
