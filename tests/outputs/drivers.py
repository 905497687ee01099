"""A driver for each way out that could carry an address: it does what a user would, and returns all that came out."""

import base64
import json
import zlib
from collections.abc import Iterable
from io import BytesIO, StringIO
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from bcl.domain.rows import read_row
from bcl.services import certificates as papers
from bcl.services.certificates import CopyRefuses, ResidenceOrder
from jlis.demo.town_server import register
from jlis.demo.town_server.server import TownServer
from jlis.kernel.actors import Actor, system_actor
from jlis.kernel.isolation.scope import JPKI, KONBINI, REGISTRY, SYSTEM, acting
from jlis.kernel.jobs.models import Job, JobState
from jlis.kernel.outputs import Way
from jlis.kernel.time import now
from jpki.domain.kinds import Kind
from jpki.domain.relying_parties import Entitlement
from jpki.models import Certificate
from jpki.selectors import certificates as known
from jpki.selectors import relying_parties
from jpki.services import issuing
from jpki.services.issuing import Order
from juki.models import Discrepancy, IdentityRecord
from juki.selectors import protections
from juki.services import bulk_queries, extracts
from konbini.models import Transaction
from konbini.pdf import reading
from tests.bcl import copies
from tests.conftest import CHIYODA, SHINJUKU, TOKYO, actor, client_of
from tests.demo.test_town_server import TOWN, asked, call
from tests.jpki import cast as jpki_cast
from tests.jpki import consenting, parties, phones
from tests.juki.caller import System, registered
from tests.juki.factories import change, grown, tell
from tests.juki.protection import SECRET
from tests.mynacard import cast
from tests.outputs.driving import drives
from tests.outputs.stage import PURPOSE, Stage

_ahead = count(9)
FOUND = {"name": "髙﨑　太郎", "sex": "M"}


# --- juki ---


@drives(Way.SCREEN, "juki_search")
def searching(stage: Stage) -> Iterable[Any]:
    """By name, and by the address itself, whose match or count would tell."""
    for items in (FOUND, {"sex": "M", "address": SECRET}):
        answer = stage.clients["clerk"].post(reverse("juki_search"), items | {"purpose": PURPOSE})
        # The form repeats what was typed into it; the results are what came out.
        yield answer.content.partition("検索の結果".encode())[2]


def _removal(stage: Stage) -> int:
    """The person left the address once and came back: the version of the removal."""
    with acting(REGISTRY):
        known = IdentityRecord.objects.filter(resident=stage.resident.pk, state="REMOVED").first()
    if known is None:
        day, code = stage.at.day.isoformat(), stage.resident.resident_code
        tell(change("D01", code, changed_on=day), by=stage.clerk, at=stage.at)
        tell(grown(reason="R01", resident_code=code, changed_on=day, address=SECRET), by=stage.clerk, at=stage.at)
        return _removal(stage)
    return known.version


@drives(Way.SCREEN, "juki_removed_search")
def removed_search(stage: Stage) -> Iterable[Any]:
    """By name, and by the address itself."""
    _removal(stage)
    for items in (FOUND, {"sex": "M", "address": SECRET}):
        answer = stage.clients["clerk"].post(reverse("juki_removed_search"), items)
        yield answer.content.partition("検索の結果".encode())[2]


@drives(Way.SCREEN, "juki_removed", "juki_removed_paper")
@drives(Way.PAPER, "juki.pdf.removed_record")
def removed_record(stage: Stage) -> Iterable[Any]:
    place = [stage.resident.pk, _removal(stage)]
    for who in ("clerk", "chief"):
        yield stage.clients[who].get(reverse("juki_removed", args=place))
        yield stage.clients[who].post(reverse("juki_removed_paper", args=place))


@drives(Way.SCREEN, "juki_resident")
def record_page(stage: Stage) -> Iterable[Any]:
    yield stage.clients["clerk"].get(reverse("juki_resident", args=[stage.resident.pk]))
    yield stage.clients["chief"].get(reverse("juki_resident", args=[stage.resident.pk]))


@drives(Way.SCREEN, "juki_notice_enter")
def notice_forms(stage: Stage) -> Iterable[Any]:
    """The forms that would be filled with the present address, and what a correction would be set against."""
    for reason in ("M01", "M02", "M04", "D01"):
        url = reverse("juki_notice_enter", args=[reason])
        yield stage.clients["clerk"].get(url, {"resident": stage.resident.pk})
    url = reverse("juki_notice_enter", args=["D01"])
    day = {"changed_on_era": "R", "changed_on_year": "8", "changed_on_month": "11", "changed_on_day": "20"}
    yield stage.clients["clerk"].post(url, day | {"resident": stage.resident.pk, "step": "confirm"})


@drives(Way.SCREEN, "juki_discrepancy", "juki_held_notice")
def what_waits(stage: Stage) -> Iterable[Any]:
    """One that contradicts and one that waits, both with the address: the register's side and the notice's."""
    code, day = stage.resident.resident_code, stage.at.day.isoformat()
    again = grown(reason="R01", resident_code=code, changed_on=day, address=SECRET)
    move = change("M01", code, changed_on=day, address=SECRET, sequence=next(_ahead))
    entered, waits = tell(again, move, by=stage.clerk, at=stage.at)
    with acting(stage.clerk.scope):
        contradicts = Discrepancy.objects.get(notification=entered.notification)
    yield stage.clients["chief"].get(reverse("juki_discrepancy", args=[contradicts.pk]))
    yield stage.clients["chief"].get(reverse("juki_held_notice", args=[waits.notification]))


@drives(Way.SCREEN, "juki_addresses")
def address_page(stage: Stage) -> Iterable[Any]:
    yield stage.clients["clerk"].post(reverse("juki_addresses", args=[stage.resident.pk]))


@drives(Way.SCREEN, "juki_disclosure", "juki_disclosure_paper")
def disclosure(stage: Stage) -> Iterable[Any]:
    """No address stands in it, but it tells which towns have looked: whoever gets it knows where to look."""
    for name in ("juki_disclosure", "juki_disclosure_paper"):
        answer = stage.clients["clerk"].post(reverse(name, args=[stage.resident.pk]))
        yield SECRET if answer.status_code == 200 else answer


@drives(Way.REST, "api_queries")
def queries(stage: Stage) -> Iterable[Any]:
    """By each of the keys, and by the address."""
    asked = {"purpose": PURPOSE, "fields": ["name", "address", "municipality", "birth_date"]}
    for key in (
        {"items": {"name": FOUND["name"], "sex": "M"}},
        {"items": {"address": SECRET, "sex": "M"}},
        {"resident_code": stage.resident.resident_code},
    ):
        yield stage.systems["town"].post("/api/v1/juki/queries", asked | key)


class StageRun:
    """A job's run within the stage's transaction, where no second connection could see it."""

    def __init__(self, stage: Stage, job: Job, by: Actor | None = None, asked: Path | None = None):
        by = by or actor(TOKYO, "EXTRACT_OPERATOR", kind="PREFECTURE")
        self.job, self.actor, self.scope, self.parameters = job, by, by.scope, job.parameters
        self._asked = asked
        self.summary: dict[str, Any] = {}
        self.names: list[str] = []
        self._folder = stage.folder / str(job.pk)
        self._folder.mkdir(parents=True, exist_ok=True)

    def folder(self) -> Path:
        return self._folder

    def asked_file(self) -> Path:
        assert self._asked is not None
        return self._asked

    def progress(self, *_args: Any, **_keywords: Any) -> None:
        """Nobody watches."""

    def attach(self, path: Path, *, filename: str, content_type: str) -> None:
        self.names.append(filename)
        self._end(result_path=str(path), result_name=filename, result_type=content_type)

    def attach_report(self, path: Path, *, filename: str) -> None:
        self.names.append(filename)
        self._end(report_path=str(path), report_name=filename)

    def _end(self, **values: Any) -> None:
        with acting(SYSTEM):
            Job.objects.filter(pk=self.job.pk).update(
                state=JobState.SUCCEEDED, finished_at=self.job.created_at, **values
            )


DOCUMENT = {
    "affair": "PREF-DISASTER", "number_affair": "NONE", "ordinance_affair": "NONE", "target": "HISTORY",
    "who": "RESIDENT_ON", "items": ["municipality", "name", "address"], "encoding": "CP932",
}  # fmt: skip


def drawn(stage: Stage, **changes: Any) -> StageRun:
    """An extract of the prefecture, asked for and drawn."""
    operator = actor(TOKYO, "EXTRACT_OPERATOR", kind="PREFECTURE")
    with acting(operator.scope):
        document = DOCUMENT | {"from_on": f"{stage.at.day}"} | changes
        job = extracts.request(document=document, by=operator, at=stage.at)
    run = StageRun(stage, job)
    extracts.draw(run)  # type: ignore[arg-type]
    return run


@drives(Way.JOB, "juki.extract")
def extract(stage: Stage) -> Iterable[Any]:
    run = drawn(stage)
    yield from sorted(run.folder().iterdir())
    yield from run.names
    yield json.dumps([run.summary, run.parameters], ensure_ascii=False)


@drives(Way.JOB, "juki.bulk_query")
def bulk_query(stage: Stage) -> Iterable[Any]:
    """A town's system asks about a file of persons, with and without an address."""
    by, asked = client_of(CHIYODA, "juki.query_bulk"), stage.folder / f"{uuid4()}.csv"
    code = stage.resident.resident_code
    lines = ["key,resident_code,name,sex,birth_date", f"a,{code},,,", "b,,髙﨑　太郎,M,1980-02-17"]
    asked.write_text("\r\n".join(lines), encoding="utf-8")
    document = {"purpose": PURPOSE, "fields": ["name", "address", "municipality"], "encoding": "UTF-8"}
    with acting(by.scope):
        job = bulk_queries.request(path=asked, document=document, by=by, at=stage.at)
    run = StageRun(stage, job, by, asked)
    with transaction.atomic():
        bulk_queries.answer(run)  # type: ignore[arg-type]
        # The files stay; its temporary tables would stand in the next call's way.
        transaction.set_rollback(True)
    yield from sorted(run.folder().iterdir())
    yield json.dumps([run.names, run.summary, run.parameters], ensure_ascii=False)


@drives(Way.SCREEN, "job_result")
@drives(Way.REST, "api_job_result")
def job_results(stage: Stage) -> Iterable[Any]:
    """What is drawn now and what was drawn at the last call, before the measure; result and report, both ways."""
    jobs = [*stage.drawn, drawn(stage).job.pk]
    stage.drawn = jobs
    for job in jobs:
        for part in ("", "report"):
            yield stage.clients["prefecture"].post(reverse("job_result", args=[job]), {"part": part})
            yield stage.systems["prefecture"].get(f"/api/v1/jobs/{job}/result?part={part}")


@drives(Way.COMMAND, "extract")
def extract_command(stage: Stage) -> Iterable[Any]:
    request, out = stage.folder / "request.json", stage.folder / "out.csv"
    request.write_text(json.dumps(DOCUMENT | {"from_on": f"{stage.at.day}"}))
    words = StringIO()

    def run_here(job_id: UUID) -> None:
        with acting(SYSTEM):
            job = Job.objects.get(pk=job_id)
        extracts.draw(StageRun(stage, job))  # type: ignore[arg-type]

    with mock.patch("juki.management.commands.extract.running.run_job", run_here):
        call_command("extract", str(request), out=out, by="prefecture", approver="approver", stdout=words, stderr=words)
    yield out
    yield words.getvalue()


@drives(Way.PAPER, "juki.pdf.residence_record")
def residence_record(stage: Stage) -> Iterable[Any]:
    """As the copy draws it for the centre."""
    order = ResidenceOrder("t-1", stage.resident.pk, CHIYODA, False, frozenset(), "20261121-131016-K-000001")
    centre = system_actor("konbini.relay", KONBINI, permissions=frozenset({"bcl.issue_certificates"}))
    try:
        yield papers.issue_residence_record(order=order, by=centre, at=stage.at, purpose=PURPOSE)
    except CopyRefuses as refusal:
        yield refusal.message


# --- the rooms above ---


@drives(Way.SCREEN, "jpki_certificates_of_resident")
def certificates_page(stage: Stage) -> Iterable[Any]:
    yield stage.clients["clerk"].get(reverse("jpki_certificates_of_resident", args=[stage.resident.pk]))


@drives(Way.SCREEN, "jpki_devices_of_resident")
def devices_page(stage: Stage) -> Iterable[Any]:
    yield stage.clients["clerk"].get(reverse("jpki_devices_of_resident", args=[stage.resident.pk]))


@drives(Way.REST, "jpki_mobile_applications")
def certificates_for_a_telephone(stage: Stage) -> Iterable[Any]:
    """A telephone asks with the card's signature; what it is given lies in its own certificate."""
    with acting(JPKI):
        signing = Certificate.objects.get(resident=stage.resident.pk, kind=Kind.SIGN_CARD, status__state="VALID")
        key = next(place for place in range(4) if cast.jpki_cast.card_key(place) == known.public_key(signing))
    pen = cast.jpki_cast.pooled_key("rsa2048-sha256", phones.CARD_KEY + key)
    signed = phones.signed(phones.Phone().document(now()), signing, pen)
    answer = stage.systems["phones"].post("/api/v1/jpki/mobile-applications", {"signed": phones.text(signed)})
    yield answer
    yield base64.b64decode(answer.json()["signature_certificate"])


@drives(Way.COMMAND, "export_certificate")
def export_command(stage: Stage) -> Iterable[Any]:
    out, words = stage.folder / f"{uuid4()}.der", StringIO()
    with acting(JPKI):
        signing = Certificate.objects.get(resident=stage.resident.pk, kind=Kind.SIGN_CARD)
        serial = signing.status.serial
    try:
        call_command("export_certificate", serial, authority="sign", out=out, by="jpki", stdout=words, stderr=words)
    except CommandError as error:
        yield error
    if out.exists():
        yield out
    yield words.getvalue()


@drives(Way.CARD, "jpki.services.issuing")
def certificate_for_the_card(stage: Stage) -> Iterable[Any]:
    """A new signature certificate for the card's own key."""
    order = Order(resident=stage.resident.pk, kind=Kind.SIGN_CARD, public_key=cast.jpki_cast.card_key(3), renews=True)
    issued = issuing.issue(order=order, by=stage.clerk, at=stage.at, purpose=cast.jpki_cast.PURPOSE)
    yield cast.jpki_cast.der_of(issued)


@drives(Way.SCREEN, "mynacard_application_detail")
def application_page(stage: Stage) -> Iterable[Any]:
    yield stage.clients["clerk"].get(reverse("mynacard_application_detail", args=[stage.card.application_id]))


@drives(Way.SCREEN, "mynacard_cards_of_resident")
def cards_page(stage: Stage) -> Iterable[Any]:
    yield stage.clients["clerk"].get(reverse("mynacard_cards_of_resident", args=[stage.resident.pk]))


@drives(Way.SCREEN, "mynacard_card")
def card_page(stage: Stage) -> Iterable[Any]:
    yield stage.clients["clerk"].get(reverse("mynacard_card", args=[stage.card.pk]))


@drives(Way.SCREEN, "mynacard_set_up")
def set_up_page(stage: Stage) -> Iterable[Any]:
    yield stage.clients["clerk"].get(reverse("mynacard_set_up", args=[stage.stored_card.pk]))


@drives(Way.SCREEN, "mynacard_hand_over")
def hand_over_page(stage: Stage) -> Iterable[Any]:
    yield stage.clients["clerk"].get(reverse("mynacard_hand_over", args=[stage.ready_card.pk]))


@drives(Way.SCREEN, "mynacard_notices")
def notice_page(stage: Stage) -> Iterable[Any]:
    yield stage.clients["clerk"].get(reverse("mynacard_notices"))


@drives(Way.SCREEN, "mynacard_notices_csv")
def notice_file(stage: Stage) -> Iterable[Any]:
    yield stage.clients["clerk"].post(reverse("mynacard_notices_csv"))


@drives(Way.SCREEN, "mynacard_fetch")
def maker_data(stage: Stage) -> Iterable[Any]:
    answer = stage.clients["maker"].post(reverse("mynacard_fetch", args=[stage.ordered_card.lot_id]))
    content = b"".join(answer) if answer.streaming else answer.content
    yield zlib.decompress(content).decode() if answer.status_code == 200 else answer


@drives(Way.SCREEN, "bcl_household")
def household_page(stage: Stage) -> Iterable[Any]:
    yield stage.clients["clerk"].get(reverse("bcl_household", args=[stage.resident.pk]))


@drives(Way.SCREEN, "kiosk_pin", "kiosk_issue", "kiosk_paper")
def kiosk(stage: Stage) -> Iterable[Any]:
    """From the card to the paper; and a paper made at the last call, before the measure, asked for once more."""
    browser = stage.clients["kiosk"]
    if stage.kiosk_paper:
        yield browser.get(stage.kiosk_paper)
    browser.post(reverse("kiosk_card"), {"card": "1", "certificate": stage.kiosk_card.certificate})
    page = browser.get(reverse("kiosk_pin")).content.decode()
    challenge = base64.b64decode(page.split('data-challenge="')[1].split('"')[0])
    yield browser.post(reverse("kiosk_pin"), {"signature": stage.kiosk_card.signs(challenge)})
    issued = browser.post(reverse("kiosk_issue", args=["RESIDENCE_RECORD"]))
    yield issued
    if issued.status_code == 302:
        stage.kiosk_paper = reverse("kiosk_paper", args=[issued.url.split("/")[3]])
        yield browser.get(stage.kiosk_paper)


@drives(Way.REST, "api_kiosk_proof", "api_kiosk_requests", "api_kiosk_paper")
@drives(Way.PAPER, "konbini.pdf.guarding")
def store_system(stage: Stage) -> Iterable[Any]:
    """The same as an operator's own centre relays it; the session that was identified before goes on, too."""
    store, base = stage.systems["store"], "/api/v1/konbini/sessions"
    if stage.store_session:
        yield from _request_and_paper(store, stage.store_session)
    opened = store.post(base, {"kiosk": "K0001", "certificate": stage.kiosk_card.certificate}).json()
    signature = stage.kiosk_card.signs(base64.b64decode(opened["challenge"]))
    session = f"{base}/{opened['id']}"
    yield store.post(f"{session}/proof", {"signature": signature})
    yield from _request_and_paper(store, session)
    stage.store_session = session


def _request_and_paper(store: System, session: str) -> Iterable[Any]:
    wanted = {"kind": "RESIDENCE_RECORD", "whole_household": False, "shows": [], "paid_yen": 300}
    answer = store.post(f"{session}/requests", wanted)
    yield answer
    with acting(KONBINI):
        made = list(Transaction.objects.filter(session=session.rpartition("/")[2]).values_list("pk", flat=True))
    for paper in made:
        yield store.get(f"{session}/papers/{paper}")


@drives(Way.SCREEN, "verify")
def verification_page(stage: Stage) -> Iterable[Any]:
    """A scan of the back of the paper that a kiosk made: its face is a picture, told by whether there is one."""
    if not stage.back:
        stage.back = _back_of_a_paper(stage)
    answer = Client().post(reverse("verify"), {"scan": SimpleUploadedFile("back.png", stage.back)})
    yield SECRET if answer.content.count(b"data:image/png;base64,") == 2 else answer


def _back_of_a_paper(stage: Stage) -> bytes:
    *_, paper = kiosk(stage)
    sheets = reading.rasters(b"".join(paper) if paper.streaming else paper.content, width=1654)
    written = BytesIO()
    Image.fromarray(sheets[1]).save(written, "PNG")
    return written.getvalue()


@drives(Way.COMMAND, "town_server")
def town_server(stage: Stage) -> Iterable[Any]:
    """The demonstration's server: a town's own, told by the town of the flag."""
    flag = "1" if protections.covered([stage.resident.pk]) else "0"
    row, _ = read_row(copies.row_of(stage.resident, address=SECRET, former_address=SECRET, protected=flag))
    assert row is not None
    register.write(stage.folder, SHINJUKU, TOWN, {stage.resident.pk: row})
    server = TownServer(register.register_of(stage.folder, SHINJUKU), secret="s", today=lambda: stage.at.day)
    for path in ("/offers", "/certificates"):
        yield call(server, path, asked(stage.resident.pk, number="1"))[2]


@drives(Way.REST, "jpki_latest_items")
def latest_items_by_rest(stage: Stage) -> Iterable[Any]:
    """The holder has agreed to all four items, and has a new certificate since."""
    with acting(JPKI):
        party = relying_parties.alive(parties.MINISTRY)
    party = party or parties.active(stage.at, what=frozenset(Entitlement))
    by = parties.client(party, "jpki.latest_items")
    with acting(JPKI):
        former = Certificate.objects.filter(resident=stage.resident.pk, kind=Kind.SIGN_CARD).latest("pk")
    consenting.given(former, by=by, at=stage.at, reference=uuid4().hex)
    cast.change(stage.resident, "M03", stage.at.day, by=stage.clerk, at=stage.at, name=f"髙﨑　{uuid4().hex[:8]}")
    cast.anew(stage.card, Kind.SIGN_CARD, by=stage.clerk, at=stage.at)
    system = registered(parties.MINISTRY, "jpki.latest_items", at=stage.at)
    serial = jpki_cast.status_of(former).serial
    yield system.post("/api/v1/jpki/latest-items", {"serials": [serial]})
