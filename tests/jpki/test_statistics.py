"""The figures in place of 交付記録簿 (P8): by kind, cause, town and period; a town's own; screens and files."""

import re
from datetime import date, datetime

import pytest
from django.test import Client

from jlis.kernel.domain.fiscal_years import fiscal_year
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import TOKYO, Moment, now
from jpki.domain.fees import Ground
from jpki.domain.kinds import Kind
from jpki.domain.lifecycle import MOVES, Cause, State
from jpki.domain.spans import Span, Unit
from jpki.models import CertificateStatus
from jpki.selectors import statistics
from jpki.services import endings
from tests.conftest import actor
from tests.jpki import cast, phones
from tests.jpki.fees import CENTRE, CHIEF, charged, last_month
from tests.jpki.people import account, sign_in

TOWN = "/jpki/statistics/town/"


@pytest.fixture
def span(at) -> Span:
    return Span(Unit.MONTH, fiscal_year(at.day), at.day.replace(day=1))


@pytest.fixture
def ended(signature, authentication, outsider, at):
    """Chiyoda: two issued, one of them revoked at the holder's wish, the other held; Shinjuku: one issued."""
    end(signature, "revoke_on_request", at)
    end(authentication, "suspend", at)
    other = cast.resident_of(outsider, at)
    return cast.issued_to(other, Kind.AUTH_CARD, by=outsider, at=at)


def end(certificate, verb, at) -> None:
    endings.apply(MOVES[verb], [certificate.pk], by=CENTRE, at=at, purpose="")


def figures(span, offices=None):
    with acting(CENTRE.scope):
        return statistics.whole(statistics.counts(span, offices))


def test_issued_revoked_by_cause_and_held(ended, span):
    nation, chiyoda, nobody = figures(span), figures(span, ["131016"]), figures(span, ["141011"])

    assert (nation.issued, nation.revoked, nation.suspended) == (3, 1, 1)
    assert (chiyoda.issued, chiyoda.by_cause) == (2, {"HOLDER_REQUEST": 1})
    assert nobody.row == [0] * 15


def test_what_lapsed_before_the_hand_over_is_told_apart(signature, authentication, span, at):
    with acting(JPKI):
        CertificateStatus.objects.update(state="PREPARED", issued_at=None, signature=None)
    end(signature, "discard", at)
    end(authentication, "revoke_for_removal", at)

    seen = figures(span)

    # They were issued before this test took it back; the tally has no way to unissue.
    assert (seen.revoked, seen.discarded, seen.lapsed) == (0, 1, 1)


def test_ex_officio_is_what_the_office_or_the_register_ended(signature, authentication, span, at):
    end(signature, "revoke_for_change", at)
    end(authentication, "revoke_on_request", at)

    seen = figures(span)

    assert (seen.revoked, seen.ex_officio, sum(seen.causes)) == (2, 1, 2)


def test_the_causes_add_up_to_what_was_revoked_and_a_telephone_ended_with_its_card_is_among_them(signature, span, at):
    phones.loaded(signature, at)
    end(signature, "revoke_on_request", at)

    seen = figures(span)

    assert (seen.revoked, sum(seen.causes)) == (3, 3)
    assert seen.causes[statistics.CAUSES.index(Cause.CARD_SIGNATURE)] == 2
    ends = {move.cause for move in MOVES.values() if move.target == State.REVOKED} - {Cause.DISCARD}
    assert ends == set(statistics.CAUSES)


@pytest.mark.parametrize("unit", Unit)
def test_every_unit_puts_it_into_the_same_sum(ended, at, unit):
    with acting(CENTRE.scope):
        found = Span(unit, fiscal_year(at.day), at.day.replace(day=1))
        table = statistics.by_period(statistics.counts(found, None))

    assert {period for period, _ in table} <= set(found.periods())
    assert sum(each.issued for each in table.values()) == 3


def test_january_belongs_to_the_year_before(resident, clerk):
    late = Moment.of(datetime(2026, 1, 31, 23, 30, tzinfo=TOKYO))
    cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=late)

    def periods(unit, year, month):
        with acting(CENTRE.scope):
            return {count.period for count in statistics.counts(Span(unit, year, month), None)}

    assert periods(Unit.YEAR, 2026, date(2026, 4, 1)) == {date(2025, 4, 1)}
    assert periods(Unit.QUARTER, 2025, date(2026, 1, 1)) == {date(2026, 1, 1)}
    assert periods(Unit.DAY, 2025, date(2026, 1, 1)) == {date(2026, 1, 31)}
    assert periods(Unit.MONTH, 2026, date(2026, 4, 1)) == set()


def test_places_are_prefectures_or_towns(ended, span):
    with acting(CENTRE.scope):
        found = statistics.counts(span, None)

    assert {code: each.issued for code, each in statistics.by_place(found, prefectures=True).items()} == {"13": 3}
    assert list(statistics.by_place(found, prefectures=False)) == ["131016", "131041"]


def test_free_and_paid_acts_by_period(signature, authentication, at):
    then = last_month(at)
    charged(signature, Ground.LOST, at=then)
    charged(authentication, Ground.RENEWAL, at=then)
    span = Span(Unit.DAY, fiscal_year(then.day), then.day.replace(day=1))

    def lines(by, offices):
        with acting(by.scope):
            return statistics.fee_lines(span, offices)

    ((day, line),) = lines(CENTRE, None)
    assert (day, line.sign_paid, line.auth_free, line.paid, line.free, line.yen) == (then.day, 1, 1, 1, 1, 200)
    assert lines(CHIEF, ["131016"]) == [(day, line)]
    assert lines(actor("131041", "SUPERVISOR"), None) == []


# --- the screens ---


@pytest.fixture
def town(ended, at) -> Client:
    account("clerk-131016", "131016", "COUNTER_CLERK", at=at)
    return sign_in(Client(), "clerk-131016")


@pytest.fixture
def centre(ended, at) -> Client:
    account("operator-jpki", "JLIS-JPKI", "CERTIFICATE_OPERATOR", at=at)
    return sign_in(Client(), "operator-jpki")


def text(response) -> str:
    assert response.status_code == 200, response.content.decode()[:400]
    return re.sub(r"[ \n]+", " ", response.content.decode())


def test_the_centre_goes_from_the_nation_to_a_town(centre):
    nation = text(centre.get("/jpki/statistics/"))
    assert "都道府県ごとの件数" in nation
    assert "東京都 <span" in nation
    assert 'class="chart"' in nation

    prefecture = text(centre.get("/jpki/statistics/", {"prefecture": "130001", "unit": "year"}))
    assert "新宿区 <span" in prefecture

    one = text(centre.get("/jpki/statistics/", {"prefecture": "130001", "town": "131041", "unit": "day"}))
    assert "電子証明書の統計　新宿区" in one
    assert "ごとの件数" not in one
    assert '<th scope="row" colspan="2">合計</th><td class="number">1</td><td class="number">0</td>' in one


def test_a_town_sees_its_own_whatever_it_asks_for(town):
    asked = {"town": "131041", "prefecture": "130001", "unit": "quarter", "year": "9999", "month": "x"}
    shown = text(town.get(TOWN, asked))

    assert '<th scope="row" colspan="2">合計</th><td class="number">2</td><td class="number">1</td>' in shown
    assert "新宿区" not in shown
    assert "髙﨑" not in shown
    assert town.get("/jpki/statistics/").status_code == 403


def test_files_open_in_excel(town, centre, at):
    own = town.get(TOWN, {"format": "csv"}).content.decode()
    whole = centre.get("/jpki/statistics/", {"format": "csv", "unit": "day"}).content.decode()

    assert own.startswith("\ufeff期間,市区町村コード,市区町村,種類,発行,失効,")
    assert "131016,千代田区," in own
    assert "131041" not in own
    assert "131041,新宿区,利用者証明用（個人番号カード）,1,0," in whole
    charged_fees = town.get(TOWN, {"format": "fees"}).content.decode()
    assert charged_fees.startswith("\ufeff期間,署名用のみ 有料,")


def test_who_may_see_which_statistics(centre, ended, at):
    account("officer", "131016", "PROTECTION_OFFICER", at=at)
    officer = sign_in(Client(), "officer")

    assert Client().get(TOWN).status_code == 302
    assert centre.get(TOWN).status_code == 403
    assert officer.get(TOWN).status_code == officer.get("/jpki/statistics/").status_code == 403


def test_a_month_walks_over_the_screens(town, centre, signature, authentication):
    at = now()
    then = last_month(at)
    charged(signature, Ground.LOST, at=then)
    page = "/jpki/fee-reports/"
    account("chief-131016", "131016", "SUPERVISOR", at=at)
    chief = sign_in(Client(), "chief-131016")

    drawn = text(town.post(f"{page}draw/", {"month": f"{then.day:%Y-%m}"}, follow=True))
    assert "集計しました" in drawn
    assert "200円" in drawn
    own = re.search(r'href="(/jpki/fee-reports/\d+/)compare/"', drawn).group(1)
    assert "理由を入力してください" in text(town.post(f"{own}compare/", {"received_yen": "0"}))
    assert "を行いました" in text(town.post(f"{own}compare/", {"received_yen": "0", "note": "翌月に収納"}, follow=True))
    assert town.get(f"{own}confirm/").status_code == 404
    assert centre.get(own).status_code == 404

    confirmed = text(chief.post(f"{own}confirm/", {"note": ""}, follow=True))
    assert "報告済み" in confirmed
    assert "翌月に収納" in text(centre.get(own))
    assert "千代田区" in text(centre.get(page))
    billed = text(centre.post(f"{own}bill/", {"note": ""}, follow=True))
    assert f"{then.day:%Y%m}-131016" in billed
    paper = centre.get(f"{own}paper")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    assert "一覧から選んでください" in text(town.post(f"{page}draw/", {"month": f"{at.day:%Y-%m}"}, follow=True))
    assert centre.post(f"{page}draw/", {"month": f"{then.day:%Y-%m}"}).status_code == 403
