"""The screens, walked as the counter, the centre and the maker walk them, and as the next town cannot."""

import re
from dataclasses import asdict

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jlis.kernel.domain.eras import format_era
from jlis.kernel.isolation.scope import MYNACARD, SYSTEM, acting
from jlis.kernel.outbox import delivery
from jlis.kernel.time import Moment, now
from mynacard.domain.notices import days_for
from mynacard.models import Application, ArrivalDiscrepancy, ExpiryNotice
from mynacard.services import express, notices
from mynacard.services.express import Claim
from tests.jpki.people import account, sign_in
from tests.mynacard import cast

pytestmark = pytest.mark.django_db
PINS = asdict(cast.PINS)


@pytest.fixture
def at() -> Moment:
    """The screens' own clock."""
    return now()


@pytest.fixture
def counter(founded, at) -> Client:
    account("clerk-131016", "131016", "SUPERVISOR", at=at)
    return sign_in(Client(), "clerk-131016")


@pytest.fixture
def next_town(counter, at) -> Client:
    account("clerk-131041", "131041", "SUPERVISOR", at=at)
    return sign_in(Client(), "clerk-131041")


@pytest.fixture
def centre(founded, at) -> Client:
    account("operator-card", "JLIS-CARD", "CARD_OPERATOR", at=at)
    return sign_in(Client(), "operator-card")


@pytest.fixture
def maker(founded, at) -> Client:
    account("maker", "JLIS-CARD", "CARD_MAKER", at=at)
    return sign_in(Client(), "maker")


def text(response) -> str:
    assert response.status_code == 200, response.content.decode()[:400]
    return re.sub(r"[ \n]+", " ", response.content.decode())


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.jpg", cast.picture(), "image/jpeg")


def day(name: str, at: Moment) -> dict[str, str]:
    return {name: at.day.isoformat()}


def test_from_the_application_to_the_card_in_hand(counter, centre, maker, resident, at, chips):
    of_resident = f"/mynacard/residents/{resident.pk}/cards/"
    assert "交付申請を受け付ける" in text(counter.get(of_resident))
    asked = {"channel": "COUNTER", "photo": photo(), "wants_signature": "on", "wants_authentication": "on"}

    without_day = text(counter.post(f"/mynacard/residents/{resident.pk}/apply/", asked | {"photo": photo()}))
    assert "撮影日を入力してください" in without_day
    taken = counter.post(
        f"/mynacard/residents/{resident.pk}/apply/", asked | {"photo": photo()} | day("taken_on", at), follow=True
    )
    assert "交付申請を受け付けました" in text(taken)
    with acting(MYNACARD):
        application = Application.objects.get()

    page = f"/mynacard/applications/{application.pk}/"
    assert "髙﨑　太郎" in text(centre.get(page)) or "131016" in text(centre.get(page))
    assert "髙﨑" not in text(centre.get(page))
    picture = centre.get(f"{page}photo")
    assert (picture.headers["Content-Type"], picture.headers["Cache-Control"]) == ("image/jpeg", "no-store")
    assert "審査を終え" in text(centre.post(page, {"step": "accept"}, follow=True))

    assert "（1枚）を作りました" in text(centre.post("/mynacard/lots/new/", {"lane": "ORDINARY"}, follow=True))
    card = cast.card_of(resident)
    data = maker.post(f"/mynacard/maker/{card.lot_id}/data")
    assert data.headers["Content-Disposition"].startswith("attachment")
    done = text(centre.post(f"/mynacard/lots/{card.lot_id}/", {"faulty": ""}, follow=True))
    assert "製造を終えました（不良 0枚、送付先 1団体）" in done

    card = cast.card_of(resident)
    scanned = counter.post(f"/mynacard/shipments/{card.shipment_id}/", {"scanned": card.card_number}, follow=True)
    assert "1枚を読み取りました" in text(scanned)
    safe = text(counter.get("/mynacard/safe/"))
    assert "髙﨑　太郎" in safe
    assert "交付前設定" in safe
    assert "髙﨑　太郎" in text(counter.get(f"/mynacard/cards/{card.pk}/set-up/"))
    good = {"print_is_good": "1", "chip_is_good": "1"}
    assert "交付前設定を記録しました" in text(counter.post(f"/mynacard/cards/{card.pk}/set-up/", good, follow=True))

    sitting = f"/mynacard/cards/{card.pk}/hand-over/"
    assert "来庁した本人と一致" in text(counter.get(sitting))
    assert "本人確認書類" in text(counter.post(sitting, {"step": "documents"}))
    short = text(counter.post(sitting, {"step": "pins", "documents": ["B_PENSION"]}))
    assert "本人確認書類が足りません" in short
    assert "交付通知書の提示がありません" in short
    proved = {"documents": ["A_LICENCE"], "notice": "on", "proxy_reason": ""}
    ward = proved | {"under_guardianship": "on", "step": "pins"}
    assert "成年被後見人のため、法定代理人の同行が必要です" in text(counter.post(sitting, ward))
    ward |= {"proxy_reason": "LEGAL_REPRESENTATIVE", "proxy_documents": ["A_PASSPORT"]}
    assert 'name="signature"' not in text(counter.post(sitting, ward))
    excepted = text(counter.post(sitting, ward | {"exemptions": ["WARD_BY_DOCTOR"]}))
    assert 'name="signature"' in excepted
    assert 'value="WARD_BY_DOCTOR"' in excepted
    third = text(counter.post(sitting, proved | {"step": "pins"}))
    assert "来庁した本人" in third
    assert 'value="A_LICENCE"' in third
    wrong = counter.post(sitting, proved | PINS | {"step": "done", "authentication": "12"})
    assert "4桁の数字です" in text(wrong)
    assert "ABC123" not in wrong.content.decode()
    handed = text(counter.post(sitting, proved | PINS | {"step": "done"}, follow=True))
    assert "カードを交付しました" in handed
    assert "運転免許証" in handed
    assert cast.again(card).state == "LIVE"
    assert chips.chips[card.card_number]["pins"] == cast.PINS
    assert card.card_number in text(counter.get(of_resident))


def test_paper_by_its_form(counter, centre, resident, at):
    issued = text(counter.post(f"/mynacard/residents/{resident.pk}/form/"))
    form_id = re.search(r'class="mono">([0-9 ]{28})<', issued).group(1)
    asked = {"channel": "POST", "wants_signature": "on", "photo": photo()} | day("taken_on", at)

    unknown = centre.post("/mynacard/applications/paper/", asked | {"form_id": "1" * 23, "photo": photo()})
    taken = centre.post("/mynacard/applications/paper/", asked | {"form_id": form_id, "photo": photo()}, follow=True)

    assert "申請書IDが正しくありません" in text(unknown)
    assert "交付申請を受け付けました" in text(taken)
    with acting(MYNACARD):
        assert Application.objects.get().form_id == form_id.replace(" ", "")
    assert counter.get("/mynacard/applications/paper/").status_code == 403


def test_sending_back_with_the_reason(counter, centre, resident, clerk, at):
    application = cast.applied(resident, by=clerk, at=at)
    page = f"/mynacard/applications/{application.pk}/"

    assert "返戻の理由を選んでください" in text(centre.post(page, {"step": "send_back"}))
    sent = text(centre.post(page, {"step": "send_back", "reason": "PHOTO_UNFIT", "note": "眼鏡の反射"}, follow=True))

    assert "理由を付けて返戻しました" in sent
    assert "眼鏡の反射" in text(counter.get(page))
    listing = text(counter.get("/mynacard/applications/?state=RETURNED"))
    assert "顔写真が規格に合わない" in listing
    assert "髙﨑" in listing
    assert "該当する申請はありません" in text(counter.get("/mynacard/applications/?state=ACCEPTED"))


def test_what_did_not_arrive_is_settled(counter, resident, clerk, at):
    other = cast.resident_of(clerk, at)
    card = cast.in_production(resident, by=clerk, at=at)
    missing = cast.in_production(other, by=clerk, at=at)
    cast.made(card, at)
    cast.made(missing, at)
    shipment = cast.again(missing).shipment_id
    page = f"/mynacard/shipments/{shipment}/"

    misread = text(counter.post(page, {"scanned": "26M0"}))
    counter.post(page, {"scanned": card.card_number})
    with acting(MYNACARD):
        rows = {row.kind: row for row in ArrivalDiscrepancy.objects.all()}
    shown = text(counter.get(page))
    settled = text(
        counter.post(
            f"/mynacard/discrepancies/{rows['MISSING'].pk}/", {"is_lost": "on", "note": "配送中に亡失"}, follow=True
        )
    )

    assert "1行目は製造番号ではありません" in misread
    assert "届いていない" in shown
    assert "送付の一覧にない" in shown
    assert "配送中に亡失" in settled
    assert cast.again(missing).cause == "MISSING"


@pytest.mark.parametrize(
    ("verb", "state"), [("suspend", "SUSPENDED"), ("void_lost", "VOID"), ("give_back", "VOID"), ("drop_pins", "LIVE")]
)
def test_the_cards_buttons(counter, resident, clerk, at, verb, state):
    from mynacard.domain.lifecycle import MOVES

    card = cast.live(resident, by=clerk, at=at)
    page = f"/mynacard/cards/{card.pk}/"
    shown = text(counter.get(page))
    assert f'href="{page}{verb}/">{MOVES[verb].label}</a>' in shown
    assert "一時停止の解除" not in shown
    assert "継続利用" not in shown

    assert MOVES[verb].label in text(counter.get(f"{page}{verb}/"))
    assert cast.again(card).state == "LIVE"
    done = text(counter.post(f"{page}{verb}/", {"note": "電話での届出"}, follow=True))

    assert f"{MOVES[verb].label}を行いました" in done
    assert "電話での届出" in done
    assert cast.again(card).state == state


def test_a_reason_that_is_needed_and_verbs_that_have_no_page(counter, resident, clerk, at):
    card = cast.live(resident, by=clerk, at=at)
    page = f"/mynacard/cards/{card.pk}/"

    assert "理由を入力してください" in text(counter.post(f"{page}void_ex_officio/", {"note": ""}))
    for verb in ("hand_over", "void_on_death", "expire", "nonsense"):
        assert counter.get(f"{page}{verb}/").status_code == 404


def test_who_died_is_told_at_the_set_up_and_at_the_sitting(counter, resident, clerk, at):
    other = cast.resident_of(clerk, at)
    stored, ready = cast.stored(resident, by=clerk, at=at), cast.ready(other, by=clerk, at=at)
    for person in (resident, other):
        cast.change(person, "D03", at.day, by=clerk, at=at)

    for url in (f"/mynacard/cards/{stored.pk}/set-up/", f"/mynacard/cards/{ready.pk}/hand-over/"):
        refused = counter.get(url)
        assert refused.status_code == 409
        assert "死亡により消除" in refused.content.decode()


def test_who_has_told_of_a_move_out_is_marked_on_every_page(counter, resident, clerk, at):
    card = cast.ready(resident, by=clerk, at=at)
    pages = [f"/mynacard/residents/{resident.pk}/cards/", f"/mynacard/cards/{card.pk}/"]
    pages.append(f"/mynacard/cards/{card.pk}/hand-over/")
    assert not any("転出予定" in text(counter.get(page)) for page in pages)
    on = at.later(days=5).day
    cast.change(resident, "D01", on, by=clerk, at=at)

    for page in pages:
        assert f"転出予定　{format_era(on)}" in text(counter.get(page)), page
    assert "交付申請を受け付ける" in text(counter.get(pages[0]))


@pytest.mark.parametrize(("born", "offered"), [("1980-02-17", False), ("2014-05-06", True)])
def test_only_reasons_that_fit_the_holders_age_are_offered(counter, founded, clerk, at, born, offered):
    card = cast.ready(cast.resident_of(clerk, at, birth_date=born), by=clerk, at=at)
    page = f"/mynacard/cards/{card.pk}/hand-over/"
    shown = text(counter.post(page, {"step": "documents"}))

    assert ("MINOR_UNDERSTANDS" in shown, "WARD_BY_DOCTOR" in shown) == (offered, True)
    # What is not offered is a fault of the step that asks, beside the field.
    wrong = text(counter.post(page, {"step": "pins", "documents": ["A_LICENCE"], "exemptions": ["NONE_SUCH"]}))
    assert 'name="exemptions"' in wrong
    assert "候補にありません" in wrong


def test_the_express_form(counter, centre, resident, clerk, at):
    from mynacard.services import cards

    card = cast.live(resident, by=clerk, at=at)
    url = f"/mynacard/residents/{resident.pk}/express/"
    asked = (
        {"case": "T03", "documents": ["A_LICENCE"], "proxy_reason": "", "wants_signature": "on",
         "wants_authentication": "on"} | PINS | day("taken_on", at) | day("occurred_on", at)
    )  # fmt: skip
    assert "本日の残り 10,000枚" in text(counter.get(url))
    refused = counter.post(url, asked | {"photo": photo()})
    assert "紛失の届出がありません" in text(refused)
    assert "ABC123" not in refused.content.decode()
    cards.make_move(card=card.pk, verb="suspend", by=clerk, at=at)

    done = text(counter.post(url, asked | {"photo": photo()}, follow=True))

    assert "本日の1番、手数料 2,000円" in done
    assert "カードを紛失した" in text(counter.get("/mynacard/express/"))
    assert "髙﨑" not in text(centre.get("/mynacard/express/lane/"))
    assert "製造に回した 1枚" in text(centre.post("/mynacard/express/lane/dispatch/", follow=True))


def test_recipients_that_differ_are_confirmed(counter, next_town, centre, resident, clerk, at):
    cast.live(resident, by=clerk, at=at)
    cast.change(resident, "M01", at.day, by=clerk, at=at, address="東京都千代田区一番町1番地")
    delivery.deliver_all()
    with acting(MYNACARD):
        due = days_for(cast.card_of(resident).expires_on)
    notices.run(by=cast.operator(), at=Moment(at.instant, due.listed_on))

    page = text(counter.get("/mynacard/notices/?state=DIFFERENT"))
    assert "一番町1番地" in page
    listed = counter.post("/mynacard/notices/csv").content.decode()
    assert "髙﨑　太郎" in listed
    assert "髙﨑" not in next_town.post("/mynacard/notices/csv").content.decode()
    with acting(MYNACARD):
        notice = ExpiryNotice.objects.get(expiring="CARD")
    assert next_town.post(f"/mynacard/notices/{notice.pk}/confirm/").status_code == 404
    assert "送付先を確認しました" in text(counter.post(f"/mynacard/notices/{notice.pk}/confirm/", follow=True))
    assert "一覧" in text(centre.post("/mynacard/notices/runs/new/", follow=True))


def test_for_the_next_town_there_is_nothing(next_town, resident, clerk, at):
    card = cast.ready(resident, by=clerk, at=at)
    shipment, application = card.shipment_id, card.application_id

    for url in (
        f"/mynacard/residents/{resident.pk}/cards/", f"/mynacard/cards/{card.pk}/",
        f"/mynacard/cards/{card.pk}/suspend/",
        f"/mynacard/cards/{card.pk}/hand-over/", f"/mynacard/cards/{card.pk}/set-up/",
        f"/mynacard/cards/{card.pk}/certificates/", f"/mynacard/shipments/{shipment}/",
        f"/mynacard/applications/{application}/", f"/mynacard/applications/{application}/photo",
    ):  # fmt: skip
        assert next_town.get(url).status_code == 404, url
    assert "保管中のカードはありません" in text(next_town.get("/mynacard/safe/"))
    assert next_town.post(f"/mynacard/cards/{card.pk}/hand-over/", PINS | {"step": "done"}).status_code == 404
    assert cast.again(card).state == "READY"


@pytest.mark.parametrize(
    "url",
    [
        "/mynacard/applications/", "/mynacard/applications/paper/", "/mynacard/lots/", "/mynacard/maker/",
        "/mynacard/shipments/", "/mynacard/safe/", "/mynacard/express/", "/mynacard/express/lane/",
        "/mynacard/notices/", "/mynacard/notices/runs/",
    ],
)  # fmt: skip
def test_each_page_is_its_duties_own(counter, centre, maker, url):
    of_the_counter = {"/mynacard/applications/", "/mynacard/shipments/", "/mynacard/safe/", "/mynacard/express/",
                      "/mynacard/notices/"}  # fmt: skip
    of_the_centre = {"/mynacard/applications/", "/mynacard/applications/paper/", "/mynacard/lots/",
                     "/mynacard/express/lane/", "/mynacard/notices/runs/"}  # fmt: skip

    assert Client().get(url).status_code == 302
    assert counter.get(url).status_code == (200 if url in of_the_counter else 403)
    assert centre.get(url).status_code == (200 if url in of_the_centre else 403)
    assert maker.get(url).status_code == (200 if url == "/mynacard/maker/" else 403)


def test_the_desk_tells_what_waits(counter, centre, resident, clerk, at):
    cast.stored(resident, by=clerk, at=at)

    assert "交付前設定待ち" in text(counter.get("/desk/"))
    desk = text(centre.get("/desk/"))
    assert "特急発行の残り" in desk
    assert "到着・保管中" in desk


def test_the_residents_page_has_a_panel(counter, resident, clerk, at):
    from jlis.kernel.faces import panels
    from jlis.kernel.people.selectors import actor_named

    card = cast.live(resident, by=clerk, at=at)
    seen = actor_named("clerk-131016")
    with acting(seen.scope):
        (panel,) = [p for p in panels.of_resident(resident.pk, seen, at) if p.heading == "個人番号カード"]
    assert panel.rows[0][0] == card.card_number


def test_lists_with_names_are_written_down(counter, resident, clerk, at):
    from jlis.kernel.audit.models import AuditEntry

    cast.stored(resident, by=clerk, at=at)
    counter.get("/mynacard/safe/")

    with acting(SYSTEM):
        assert AuditEntry.objects.get(action="mynacard.list_seen", detail__list="safe").subject_count == 1


def test_places_left_count_down(counter, resident, clerk, at):
    express.apply(
        resident=resident.pk, claim=Claim("T10", at.day, fee_yen=0), wish=cast.wish(at), shown=cast.LICENCE,
        chosen=cast.PINS, by=clerk, at=at,
    )  # fmt: skip

    assert "本日の残り 9,999枚" in text(counter.get("/mynacard/express/"))
