"""A Django view that answers with octets that never change, behind the same public face as OCSP: what no view beats."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jlis.settings")
django.setup()

from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

from bench.ocsp import OCTETS  # noqa: E402
from jlis.kernel.faces.public import PublicFace  # noqa: E402
from jlis.kernel.faces.web import public_view  # noqa: E402


def static(request: HttpRequest) -> HttpResponse:
    """As many octets as an OCSP answer has."""
    return HttpResponse(OCTETS, content_type="application/ocsp-response")


static.csrf_exempt = True  # type: ignore[attr-defined]
urlpatterns = [path("pki/static", public_view(static))]
application = PublicFace("bench.static")
