"""The room's addresses."""

from django.urls import path

from jpki import public_urls
from jpki.api.links import SerialLinksView
from jpki.api.validations import ValidationsView
from jpki.web import certificates, inspections, statistics

urlpatterns = [
    *public_urls.urlpatterns,
    path(
        "jpki/residents/<uuid:resident>/certificates/", certificates.of_resident, name="jpki_certificates_of_resident"
    ),
    path("jpki/certificates/<int:certificate>/<str:verb>/", certificates.make_move, name="jpki_make_move"),
    path("jpki/inspections/", inspections.recent, name="jpki_inspections"),
    path("jpki/statistics/", statistics.by_day, name="jpki_statistics"),
    path("api/v1/jpki/validations", ValidationsView.as_view(), name="jpki_validations"),
    path("api/v1/jpki/serial-links", SerialLinksView.as_view(), name="jpki_serial_links"),
]
