"""The room's addresses."""

from django.urls import path

from jpki import public_urls
from jpki.api.consents import ConfirmationsView, ConsentsView, ConsentTextsView, WithdrawalView
from jpki.api.latest_items import LatestItemsView
from jpki.api.links import SerialLinksView
from jpki.api.mobile import MobileApplicationsView, MobileEndingsView
from jpki.api.revocations import OcspView, RevocationListView
from jpki.api.validations import ValidationsView
from jpki.web import (
    certificates,
    consents,
    devices,
    fee_reports,
    generations,
    inspections,
    relying_parties,
    statements,
    statistics,
)

urlpatterns = [
    *public_urls.urlpatterns,
    path(
        "jpki/residents/<uuid:resident>/certificates/", certificates.of_resident, name="jpki_certificates_of_resident"
    ),
    path("jpki/certificates/<int:certificate>/<str:verb>/", certificates.make_move, name="jpki_make_move"),
    path("jpki/residents/<uuid:resident>/devices/", devices.of_resident, name="jpki_devices_of_resident"),
    path("jpki/devices/desk/", devices.desk, name="jpki_device_desk"),
    path("jpki/devices/<int:device>/<str:verb>/", devices.make_move, name="jpki_device_move"),
    path("jpki/generations/", generations.every, name="jpki_generations"),
    path("jpki/generations/<int:generation>/replace/", generations.replace, name="jpki_replace"),
    path("jpki/inspections/", inspections.recent, name="jpki_inspections"),
    path("jpki/parties/", relying_parties.party_list, name="jpki_parties"),
    path("jpki/parties/new/", relying_parties.apply, name="jpki_apply"),
    path("jpki/parties/by-year/", statements.by_year, name="jpki_parties_by_year"),
    path("jpki/parties/<int:party>/", relying_parties.detail, name="jpki_party"),
    path("jpki/parties/<int:party>/notice/", relying_parties.notice, name="jpki_party_notice"),
    path("jpki/parties/<int:party>/statement/", statements.statement, name="jpki_statement"),
    path("jpki/parties/<int:party>/entitlements/", relying_parties.entitle, name="jpki_entitle"),
    path(
        "jpki/parties/<int:party>/entitlements/<str:what>/",
        relying_parties.end_entitlement,
        name="jpki_end_entitlement",
    ),
    path("jpki/parties/<int:party>/consents/", consents.of_party, name="jpki_consents_of_party"),
    path("jpki/parties/<int:party>/papers/", relying_parties.file_paper, name="jpki_file_paper"),
    path("jpki/parties/<int:party>/<str:verb>/", relying_parties.make_move, name="jpki_party_move"),
    path("jpki/statistics/", statistics.of_country, name="jpki_statistics"),
    path("jpki/statistics/town/", statistics.of_town, name="jpki_town_statistics"),
    path("jpki/fee-reports/", fee_reports.report_list, name="jpki_fee_reports"),
    path("jpki/fee-reports/draw/", fee_reports.draw, name="jpki_draw_fee_report"),
    path("jpki/fee-reports/<int:report>/", fee_reports.detail, name="jpki_fee_report"),
    path("jpki/fee-reports/<int:report>/paper", fee_reports.paper, name="jpki_fee_report_paper"),
    path("jpki/fee-reports/<int:report>/<str:verb>/", fee_reports.make_move, name="jpki_fee_report_move"),
    path("jpki/residents/<uuid:resident>/consents/", consents.of_resident, name="jpki_consents_of_resident"),
    path(
        "jpki/residents/<uuid:resident>/consents/<uuid:consent>/withdraw/",
        consents.withdraw,
        name="jpki_withdraw_consent",
    ),
    path("api/v1/jpki/consent-texts", ConsentTextsView.as_view(), name="jpki_consent_texts"),
    path("api/v1/jpki/consents", ConsentsView.as_view(), name="jpki_consents"),
    path("api/v1/jpki/consents/confirmations", ConfirmationsView.as_view(), name="jpki_consent_confirmations"),
    path("api/v1/jpki/consents/<uuid:consent>/withdrawal", WithdrawalView.as_view(), name="jpki_consent_withdrawal"),
    path("api/v1/jpki/latest-items", LatestItemsView.as_view(), name="jpki_latest_items"),
    path("api/v1/jpki/validations", ValidationsView.as_view(), name="jpki_validations"),
    path("api/v1/jpki/ocsp/<authority:authority>", OcspView.as_view(), name="jpki_ocsp"),
    path(
        "api/v1/jpki/revocation-lists/<authority:authority>",
        RevocationListView.as_view(),
        name="jpki_revocation_list",
    ),
    path("api/v1/jpki/mobile-applications", MobileApplicationsView.as_view(), name="jpki_mobile_applications"),
    path("api/v1/jpki/mobile-endings", MobileEndingsView.as_view(), name="jpki_mobile_endings"),
    path("api/v1/jpki/serial-links", SerialLinksView.as_view(), name="jpki_serial_links"),
]
