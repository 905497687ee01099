"""The room's addresses."""

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from jpki.api.validations import ValidationsView
from jpki.web import certificates, public, statistics


class AuthorityConverter(StringConverter):
    """``sign`` or ``auth``."""

    regex = "sign|auth"


class MunicipalityConverter(StringConverter):
    """Six digits."""

    regex = "[0-9]{6}"


register_converter(AuthorityConverter, "authority")
register_converter(MunicipalityConverter, "municipality")

urlpatterns = [
    path("pki/<authority:authority>/ocsp", public.ocsp_responder, name="pki_ocsp"),
    path("pki/cps", public.practice_statement, name="pki_practice_statement"),
    path("pki/<authority:authority>/ca.cer", public.authority_certificate, name="pki_certificate"),
    path("pki/<authority:authority>/<int:generation>/ca.cer", public.authority_certificate, name="pki_generation"),
    path("pki/<authority:authority>/crl", public.revocation_list, name="pki_full_list"),
    path("pki/<authority:authority>/crl/<municipality:municipality>", public.revocation_list, name="pki_list"),
    path("pki/<authority:authority>/<int:generation>/crl", public.revocation_list, name="pki_generation_full_list"),
    path(
        "pki/<authority:authority>/<int:generation>/crl/<municipality:municipality>",
        public.revocation_list,
        name="pki_generation_list",
    ),
    # Base64 holds slashes, and clients encode it as they like
    re_path(r"^pki/(?P<authority>sign|auth)/ocsp/(?P<encoded>.*)$", public.ocsp_responder, name="pki_ocsp_get"),
    path(
        "jpki/residents/<uuid:resident>/certificates/", certificates.of_resident, name="jpki_certificates_of_resident"
    ),
    path("jpki/certificates/<int:certificate>/<str:verb>/", certificates.make_move, name="jpki_make_move"),
    path("jpki/statistics/", statistics.by_day, name="jpki_statistics"),
    path("api/v1/jpki/validations", ValidationsView.as_view(), name="jpki_validations"),
]
