"""What anybody may fetch of the PKI; served by the short way (`jlis.kernel.faces.public`) wherever the house runs."""

from functools import partial

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from jlis.kernel.faces import public as short_way
from jpki.choices import AuthorityCode
from jpki.web import public


class AuthorityConverter(StringConverter):
    """``sign`` or ``auth``."""

    regex = "sign|auth"


class MunicipalityConverter(StringConverter):
    """Six digits."""

    regex = "[0-9]{6}"


register_converter(AuthorityConverter, "authority")
register_converter(MunicipalityConverter, "municipality")

_OCSP = "pki/<authority:authority>/ocsp"

urlpatterns = [
    path(_OCSP, public.ocsp_responder, name="pki_ocsp"),
    path("pki/cps", public.practice_statement, name="pki_practice_statement"),
    path("pki/<authority:authority>/ca.cer", public.authority_certificate, name="pki_certificate"),
    path("pki/<authority:authority>/<int:generation>/ca.cer", public.authority_certificate, name="pki_generation"),
    path("pki/<authority:authority>/<int:generation>/by/<int:signer>/ca.cer", public.link_certificate, name="pki_link"),
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
]
at_once = {
    f"/pki/{authority}/ocsp": short_way.AtOnce(_OCSP, public.POSTED, partial(public.remembered_ocsp, authority))
    for authority in AuthorityCode.values
}
handler404 = short_way.nothing_there
handler500 = short_way.crashed
