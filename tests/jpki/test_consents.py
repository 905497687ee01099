"""P6: consent by signature, items as chosen, ten years, cancelled at once, asked again each year."""

import base64
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.utils import ProgrammingError
from django.test import Client
from hypothesis import given as given_any
from hypothesis import strategies as st

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.domain.years import years_after
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unprocessable
from jlis.kernel.isolation.scope import JPKI, SYSTEM, Scope, acting
from jlis.kernel.outbox import delivery
from jlis.kernel.time import Moment
from jpki.domain.consents import Item, Wording, asked_again_on, asked_before, last_day, standing
from jpki.domain.kinds import Kind
from jpki.domain.relying_parties import Entitlement
from jpki.models import Consent, ConsentReminder
from jpki.services import certificates, consents, latest_items, party_consents
from jpki.services.consents import Wish
from jpki.services.holder_signing import NotSigned
from jpki.services.latest_items import Result
from jpki.tasks import _OPERATOR
from juki.models import Resident
from tests.jpki import cast, parties
from tests.jpki.consenting import given, signed, withdrawn
from tests.jpki.people import account, bearer, sign_in
from tests.juki import factories

pytestmark = pytest.mark.django_db
EVERYTHING = frozenset(Entitlement)
SCOPE = ("jpki.latest_items",)


@pytest.fixture
def pair(founded, at):
    return parties.active_pair(at, what=EVERYTHING)


@pytest.fixture
def platform(pair):
    return parties.client(pair[0], *SCOPE)


@pytest.fixture
def provider(pair) -> str:
    return pair[1].organisation_id


def asked(certificate, by, at, provider) -> latest_items.Told:
    serial = cast.status_of(certificate).serial
    with acting(by.scope):
        (told,) = latest_items.provide(serials=[serial], by=by, at=at, on_behalf_of=provider).rows
    return told


def moved(resident, clerk, at, address="東京都千代田区永田町一丁目7番1号"):
    """The holder moved within the town."""
    with acting(clerk.scope):
        code = Resident.objects.get(pk=resident).resident_code
    notice = factories.change("M01", code, changed_on=at.day.isoformat(), address=address)
    factories.tell(notice, by=clerk, at=at)


def ended(certificate, clerk, at):
    with acting(clerk.scope):
        certificates.revoke(certificate=certificate.pk, verb="revoke_on_request", by=clerk, at=at, purpose=cast.PURPOSE)


def renewed(certificate, clerk, at, **changes: str):
    """All four items changed, the certificate ended, and a new one was issued."""
    moved(certificate.resident_id, clerk, at)
    with acting(clerk.scope):
        code = Resident.objects.get(pk=certificate.resident_id).resident_code
    changed = {"name": "髙﨑　次郎", "sex": "U", "birth_date": "1980-02-18"}
    told = factories.change("M03", code, changed_on=at.day.isoformat(), **changed)
    factories.tell(told, by=clerk, at=at)
    ended(certificate, clerk, at)
    return cast.issued_to(certificate.resident_id, Kind.SIGN_CARD, by=clerk, at=at)


class TestWords:
    def test_nothing_that_matters_is_left_out(self):
        wording = Wording("SP-000001", "見本保険株式会社", "保険の申込み", (Item.NAME, Item.ADDRESS), "r-1")
        text = wording.consent(date(2026, 11, 27))
        for part in ("見本保険株式会社", "SP-000001", "保険の申込み", "氏名、住所", "令和8年11月27日",
                     "令和18年11月27日まで", "r-1", "いつでも取り消す"):  # fmt: skip
            assert part in text
        assert "性別" not in text

    @pytest.mark.parametrize(
        ("given_on", "last"),
        [(date(2026, 11, 27), date(2036, 11, 27)), (date(2024, 2, 29), date(2034, 2, 28))],
    )
    def test_ten_years_from_the_day_after(self, given_on, last):
        assert last_day(given_on) == last
        assert asked_again_on(given_on).year == given_on.year + 1

    @given_any(st.dates(date(2024, 6, 1), date(2060, 1, 1)), st.dates(date(2023, 5, 16), date(2059, 1, 1)))
    def test_the_list_of_whom_to_ask_and_the_day_shown_agree(self, day, asked_on):
        assert (asked_on <= asked_before(day)) == (asked_again_on(asked_on) <= day)

    @given_any(st.integers(2025, 2060).map(lambda year: date(year, 2, 28)), st.sampled_from((-1, 0, 1, 2)))
    def test_also_about_the_end_of_february(self, day, beside):
        asked_on = years_after(day, -1) + timedelta(days=beside)
        assert (asked_on <= asked_before(day)) == (asked_again_on(asked_on) <= day)

    @pytest.mark.parametrize(
        ("changes", "stands"),
        [
            ({}, "IN_FORCE"),
            ({"party_is_active": False}, "ASLEEP"),
            ({"party_is_active": False, "party_is_over": True}, "ENDED"),
            ({"has_ended": True}, "ENDED"),
            ({"day": date(2036, 11, 28)}, "EXPIRED"),
        ],
    )
    def test_where_it_stands(self, changes, stands):
        told = {
            "day": date(2026, 12, 1), "last": date(2036, 11, 27), "has_ended": False, "party_is_active": True,
            "party_is_over": False,
        }  # fmt: skip
        assert standing(**told | changes) == stands


class TestGiving:
    def test_it_is_kept_sealed_and_written_down(self, signature, platform, provider, at):
        made = given(signature, by=platform, at=at, reference="r-1", items=(Item.ADDRESS,), on_behalf_of=provider)
        assert (made.items, made.last_day) == (["ADDRESS"], last_day(at.day))
        with acting(JPKI):
            kept = bytes(Consent.objects.get().signed)
        assert cast.der_of(signature)[:64] not in kept
        with acting(SYSTEM):
            entry = AuditEntry.objects.get(action="jpki.consent_given")
        assert (entry.subject, entry.detail["items"]) == (signature.resident_id, ["ADDRESS"])

    def test_the_same_again_is_the_same_and_another_under_its_reference_is_refused(
        self, signature, platform, provider, at
    ):
        first = given(signature, by=platform, at=at, reference="r-1", on_behalf_of=provider)
        again = given(signature, by=platform, at=at, reference="r-1", on_behalf_of=provider)
        assert first.pk == again.pk
        with pytest.raises(Unprocessable):
            given(signature, by=platform, at=at, reference="r-1", items=(Item.SEX,), on_behalf_of=provider)

    def test_a_new_consent_takes_the_place_of_the_former(self, signature, platform, provider, at):
        given(signature, by=platform, at=at, reference="r-1", on_behalf_of=provider)
        given(signature, by=platform, at=at, reference="r-2", items=(Item.SEX,), on_behalf_of=provider)
        with acting(JPKI):
            rows = dict(Consent.objects.values_list("reference", "ended_by"))
        assert rows == {"r-1": "REPLACED", "r-2": ""}

    def test_yesterdays_words_are_good_and_those_of_the_day_before_are_not(
        self, signature, pair, platform, provider, at
    ):
        wish, party = Wish((Item.NAME,), "r-1", provider), pair[1]
        wording = Wording(provider, party.name, party.service, (Item.NAME,), "r-1")
        before, yesterday = (signed(signature, wording.consent(at.day - timedelta(days=days))) for days in (2, 1))
        with acting(platform.scope):
            with pytest.raises(Invalid):
                consents.give(wish=wish, signed=before, by=platform, at=at)
            made = consents.give(wish=wish, signed=yesterday, by=platform, at=at)
        assert made.given_on == at.day - timedelta(days=1)

    @pytest.mark.parametrize("change", ["items", "reference", "party"])
    def test_words_of_something_else_are_no_consent(self, signature, platform, pair, provider, at, change):
        wish = Wish((Item.NAME,), "r-1", provider)
        other = {
            "items": Wish((Item.NAME, Item.ADDRESS), "r-1", provider),
            "reference": Wish((Item.NAME,), "r-2", provider),
            "party": Wish((Item.NAME,), "r-1"),
        }[change]
        with acting(platform.scope):
            octets = signed(signature, consents.words(wish=other, by=platform, at=at))
            with pytest.raises(Invalid) as refused:
                consents.give(wish=wish, signed=octets, by=platform, at=at)
        assert refused.value.errors[0].code == "not_these_words"

    def test_a_revoked_or_an_authentication_certificate_signs_none(
        self, signature, authentication, platform, provider, clerk, at
    ):
        for certificate in (authentication, signature):
            if certificate is signature:
                ended(signature, clerk, at)
            with pytest.raises(NotSigned) as refused:
                given(certificate, by=platform, at=at, reference="r-1", on_behalf_of=provider)
            assert refused.value.code == ("revoked" if certificate is signature else "wrong_kind")
        with acting(JPKI):
            assert not Consent.objects.exists()

    @pytest.mark.parametrize("octets", [b"", b"0", b"\x30\x80\x00", bytes(70_000)])
    def test_what_is_no_document_is_refused_by_its_field(self, platform, provider, at, octets):
        with acting(platform.scope), pytest.raises(Invalid) as refused:
            consents.give(wish=Wish((Item.NAME,), "r-1", provider), signed=octets, by=platform, at=at)
        assert refused.value.errors[0].field in ("signed", "document")

    def test_who_is_not_entitled_takes_none(self, signature, founded, at):
        party = parties.active(at, what=parties.BOTH)
        with pytest.raises(Forbidden) as refused:
            given(signature, by=parties.client(party, *SCOPE), at=at, reference="r-1")
        assert refused.value.code == "not_entitled_latest_items"


class TestTelling:
    def test_the_new_items_once_and_those_agreed_to_alone(self, signature, resident, platform, provider, clerk, at):
        given(signature, by=platform, at=at, reference="r-1", items=(Item.ADDRESS, Item.NAME), on_behalf_of=provider)
        assert asked(signature, platform, at, provider).result is Result.UNCHANGED

        moved(resident.pk, clerk, at)
        ended(signature, clerk, at)
        assert asked(signature, platform, at, provider).result is Result.NO_CERTIFICATE

        new = cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at)
        told = asked(signature, platform, at, provider)
        assert told.result is Result.PROVIDED
        assert dict(told.items) == {
            Item.NAME: "髙﨑　太郎", Item.ADDRESS: "東京都千代田区永田町一丁目7番1号"
        }  # fmt: skip
        assert told.new_serial == cast.status_of(new).serial
        assert asked(signature, platform, at, provider) == told, "an answer that was lost is asked for again"
        assert asked(new, platform, at, provider).result is Result.UNCHANGED

    def test_a_renewal_without_a_change_tells_nothing(self, signature, platform, provider, clerk, at):
        given(signature, by=platform, at=at, reference="r-1", on_behalf_of=provider)
        ended(signature, clerk, at)
        cast.issued_to(signature.resident_id, Kind.SIGN_CARD, by=clerk, at=at)
        assert asked(signature, platform, at, provider).result is Result.UNCHANGED

    @pytest.mark.parametrize(
        ("reason", "change"), [("M14", {"former_surname": "佐藤"}), ("M17", {"alias": "佐藤　太郎"})]
    )
    @pytest.mark.parametrize("agreed", [Item.NAME, Item.ADDRESS])
    def test_a_former_surname_or_an_alias_is_a_change_of_the_name(
        self, founded, platform, provider, clerk, at, agreed, reason, change
    ):
        # A 旧氏 is a national's, a 通称 a foreigner's.
        resident = cast.resident_of(clerk, at, resident_class="FOREIGN" if "alias" in change else "JAPANESE")
        signature = cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at)
        given(signature, by=platform, at=at, reference="r-1", items=(agreed,), on_behalf_of=provider)
        notice = factories.change(reason, resident.resident_code, changed_on=at.day.isoformat(), **change)
        factories.tell(notice, by=clerk, at=at)
        assert not delivery.deliver_all().failed
        assert cast.status_of(signature).cause == "CHANGE"
        assert asked(signature, platform, at, provider).result is Result.NO_CERTIFICATE

        new = cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at)

        assert new.issue_information == signature.issue_information | change
        expected = Result.PROVIDED if agreed is Item.NAME else Result.UNCHANGED
        assert asked(signature, platform, at, provider).result is expected
        assert asked(new, platform, at, provider).result is Result.UNCHANGED

    def test_a_change_that_was_not_agreed_to_tells_nothing(self, signature, platform, provider, clerk, at):
        given(signature, by=platform, at=at, reference="r-1", items=(Item.NAME,), on_behalf_of=provider)
        moved(signature.resident_id, clerk, at)
        ended(signature, clerk, at)
        cast.issued_to(signature.resident_id, Kind.SIGN_CARD, by=clerk, at=at)
        assert asked(signature, platform, at, provider).result is Result.UNCHANGED

    def test_what_no_certificate_certifies_yet_is_not_told(self, signature, platform, provider, clerk, at):
        given(signature, by=platform, at=at, reference="r-1", items=(Item.ADDRESS,), on_behalf_of=provider)
        renewed(signature, clerk, at)
        moved(signature.resident_id, clerk, at, address="東京都千代田区霞が関九丁目9番9号")
        told = asked(signature, platform, at, provider)
        assert dict(told.items) == {Item.ADDRESS: "東京都千代田区永田町一丁目7番1号"}

    def test_it_is_told_to_the_person_and_counted(self, signature, platform, provider, clerk, at):
        given(signature, by=platform, at=at, reference="r-1", items=(Item.SEX,), on_behalf_of=provider)
        renewed(signature, clerk, at)
        asked(signature, platform, at, provider)
        with acting(SYSTEM):
            entry = AuditEntry.objects.get(action="jpki.latest_items_provided")
        assert entry.subject == signature.resident_id
        assert (entry.detail["items"], entry.detail["method"]) == (["SEX"], f"API/SIGN/{provider}")

    def test_a_number_of_nobody_is_as_one_without_consent(self, signature, platform, provider, at):
        with acting(platform.scope):
            rows = latest_items.provide(
                serials=[987654321, cast.status_of(signature).serial], by=platform, at=at, on_behalf_of=provider
            ).rows
        assert [row.result for row in rows] == [Result.NO_CONSENT, Result.NO_CONSENT]

    def test_another_provider_of_the_same_platform_is_told_nothing(
        self, signature, pair, platform, provider, clerk, at
    ):
        given(signature, by=platform, at=at, reference="r-1", on_behalf_of=provider)
        other = parties.active(at, parties.PartyKind.PROVIDER, platform=pair[0].pk, what=EVERYTHING, name="見本銀行")
        renewed(signature, clerk, at)
        assert asked(signature, platform, at, other.organisation_id).result is Result.NO_CONSENT
        assert asked(signature, platform, at, "").result is Result.NO_CONSENT

    def test_cancelled_by_signature_it_ends_at_once(self, signature, platform, provider, clerk, at):
        consent = given(signature, by=platform, at=at, reference="r-1", on_behalf_of=provider)
        new = renewed(signature, clerk, at)
        assert withdrawn(consent, new, by=platform, at=at, on_behalf_of=provider).ended_by == "HOLDER"
        assert asked(new, platform, at, provider).result is Result.NO_CONSENT
        with pytest.raises(Conflict):
            given(new, by=platform, at=at, reference="r-1", on_behalf_of=provider)

    def test_it_is_cancelled_while_the_party_is_stopped_and_what_was_signed_is_kept(
        self, signature, pair, platform, provider, at
    ):
        consent = given(signature, by=platform, at=at, reference="r-1", on_behalf_of=provider)
        parties.moved(pair[1], "stop", at=at)
        withdrawn(consent, signature, by=platform, at=at, on_behalf_of=provider)
        with acting(JPKI):
            kept = Consent.objects.get()
        assert (kept.ended_by, kept.withdrawal is not None) == ("HOLDER", True)

    def test_another_holder_cancels_nothing(self, signature, platform, provider, clerk, at):
        consent = given(signature, by=platform, at=at, reference="r-1", on_behalf_of=provider)
        other = cast.issued_to(cast.resident_of(clerk, at), Kind.SIGN_CARD, by=clerk, at=at)
        with pytest.raises(Invalid) as refused:
            withdrawn(consent, other, by=platform, at=at, on_behalf_of=provider)
        assert refused.value.errors[0].code == "another_holder"

    def test_it_sleeps_with_its_party_and_ends_with_it(self, signature, pair, platform, provider, clerk, at):
        given(signature, by=platform, at=at, reference="r-1", on_behalf_of=provider)
        renewed(signature, clerk, at)
        parties.moved(pair[1], "stop", at=at)
        with pytest.raises(Forbidden):
            asked(signature, platform, at, provider)
        parties.moved(pair[1], "resume", at=at)
        assert asked(signature, platform, at, provider).result is Result.PROVIDED
        parties.moved(pair[1], "end", at=at)
        _, (seen,) = consents.see(resident=signature.resident_id, by=clerk, at=at)
        assert seen.standing == "ENDED"

    def test_after_ten_years_nothing_is_told(self, signature, platform, provider, clerk, at):
        given(signature, by=platform, at=at, reference="r-1", on_behalf_of=provider)
        new = renewed(signature, clerk, at)
        late = Moment(at.instant, last_day(at.day) + timedelta(days=1))
        assert asked(signature, platform, late, provider).result is Result.NO_CONSENT
        assert asked(new, platform, late, provider).result is Result.NO_CONSENT
        assert asked(signature, platform, Moment(at.instant, last_day(at.day)), provider).result is Result.PROVIDED


class TestYearlyQuestion:
    def test_due_after_a_year_reported_and_not_due_again(self, signature, pair, platform, provider, at):
        consent = given(signature, by=platform, at=at, reference="r-1", on_behalf_of=provider)
        year = Moment(at.instant, asked_again_on(at.day))

        def due(moment) -> list[str]:
            with acting(platform.scope):
                found = consents.of_party(by=platform, at=moment, on_behalf_of=provider, due_alone=True)
            return [each.reference for each in found]

        assert due(Moment(at.instant, year.day - timedelta(days=1))) == []
        assert due(year) == ["r-1"]
        staff = parties.staff(pair[1])
        assert [each.reference for each in party_consents.see(party=pair[1].pk, by=staff, at=year).due] == ["r-1"]
        with acting(platform.scope):
            told = consents.report_asked(
                consents=[consent.pk], asked_on=year.day, by=platform, at=year, on_behalf_of=provider
            )
        assert told == 1
        assert due(year) == []

    def test_reminders_once_a_month_however_often_the_run_comes(self, signature, platform, provider, at):
        given(signature, by=platform, at=at, reference="r-1", on_behalf_of=provider)
        later = Moment(at.instant, asked_again_on(at.day))
        assert consents.remind(by=_OPERATOR, at=at) == 0
        assert [consents.remind(by=_OPERATOR, at=later) for _ in range(2)] == [1, 0]
        with acting(JPKI):
            assert list(ConsentReminder.objects.values_list("count", flat=True)) == [1]


class TestDoors:
    def test_from_words_to_items_by_rest(self, signature, pair, provider, clerk, client, at):
        headers = bearer(client, pair[0].organisation_id, *SCOPE, at=at)

        def post(path: str, body: dict):
            return client.post(f"/api/v1/jpki/{path}", body, "application/json", headers=headers)

        wish = {"items": ["ADDRESS", "SEX"], "reference": "r-1", "on_behalf_of": provider}
        text = post("consent-texts", wish).json()["text"]
        document = base64.b64encode(signed(signature, text)).decode()
        made = post("consents", wish | {"signed": document})
        assert made.status_code == 201, made.content
        assert made.json()["items"] == ["ADDRESS", "SEX"]
        listed = client.get(f"/api/v1/jpki/consents?on_behalf_of={provider}", headers=headers).json()
        assert [each["reference"] for each in listed["consents"]] == ["r-1"]

        new = renewed(signature, clerk, at)
        serial = cast.status_of(signature).serial
        answer = post("latest-items", {"serials": [serial], "on_behalf_of": provider})
        (row,) = answer.json()["results"]
        assert (row["result"], answer.headers["X-Delivered-Count"]) == ("PROVIDED", "1")
        again = post("latest-items", {"serials": [serial, serial], "on_behalf_of": provider})
        assert (len(again.json()["results"]), again.headers["X-Delivered-Count"]) == (2, "1")
        assert set(row["items"]) == {"address", "sex"}
        assert row["new_serial"] == cast.status_of(new).serial

        party = pair[1]
        words = Wording(provider, party.name, party.service, (Item.ADDRESS, Item.SEX), "r-1").withdrawal()
        body = {"signed": base64.b64encode(signed(new, words)).decode(), "on_behalf_of": provider}
        assert post(f"consents/{made.json()['id']}/withdrawal", body).json()["ended_by"] == "HOLDER"
        (row,) = post("latest-items", {"serials": [serial], "on_behalf_of": provider}).json()["results"]
        assert (row["result"], row["items"]) == ("NO_CONSENT", {})

    @pytest.mark.parametrize("body", [{}, {"serials": []}, {"serials": ["x"]}, {"serials": [1] * 1001}])
    def test_bad_questions_are_named(self, pair, client, at, body):
        headers = bearer(client, pair[0].organisation_id, *SCOPE, at=at)
        answer = client.post("/api/v1/jpki/latest-items", body, "application/json", headers=headers)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"].startswith("serials")

    def test_the_counter_sees_and_cancels_and_the_next_town_does_not(
        self, signature, platform, provider, clerk, outsider, at
    ):
        consent = given(signature, by=platform, at=at, reference="r-1", on_behalf_of=provider)
        account("clerk-131016", "131016", "COUNTER_CLERK", at=at)
        account("clerk-131041", "131041", "COUNTER_CLERK", at=at)
        page = f"/jpki/residents/{signature.resident_id}/consents/"
        other = sign_in(Client(), "clerk-131041")
        assert other.get(page).status_code == 404
        assert other.post(f"{page}{consent.pk}/withdraw/").status_code == 404
        own = sign_in(Client(), "clerk-131016")
        assert "見本保険株式会社" in own.get(page).content.decode()
        assert "取り消してください" in own.get(f"{page}{consent.pk}/withdraw/").content.decode()
        assert "窓口での取消し" in own.post(f"{page}{consent.pk}/withdraw/", follow=True).content.decode()
        with pytest.raises(NotFound):
            consents.withdraw_at_counter(consent=consent.pk, by=outsider, at=at)

    def test_a_partys_page_names_nobody(self, signature, pair, platform, provider, at):
        given(signature, by=platform, at=at, reference="r-1", on_behalf_of=provider)
        account("officer-1", provider, "RELYING_PARTY_OFFICER", at=at)
        page = sign_in(Client(), "officer-1").get(f"/jpki/parties/{pair[1].pk}/consents/")
        assert page.status_code == 200
        assert "1件" in page.content.decode()
        assert "髙﨑" not in page.content.decode()

    @pytest.mark.parametrize("role", ["jlis_municipal", "jlis_operator", "jlis_public", "jlis_national"])
    def test_no_other_role_reads_them(self, signature, role):
        denied = pytest.raises(ProgrammingError, match="permission denied")
        with denied, acting(Scope(role, "131016")), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM jpki_consent")
