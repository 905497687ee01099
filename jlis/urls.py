"""Every address of the project, room by room."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from oauth2_provider.views import TokenView

from jlis.kernel.faces.web import public_view

urlpatterns = [
    path("", include("jlis.kernel.urls")),
    path("", include("juki.urls")),
    path("", include("jpki.urls")),
    path("", include("mynacard.urls")),
    path("", include("bcl.urls")),
    path("", include("lgwan.urls")),
    path("", include("konbini.urls")),
    path("", include("jlis.demo.urls")),
    path("admin/", admin.site.urls),
    path("oauth/token/", public_view(TokenView.as_view()), name="token"),
    path("api/schema/", public_view(SpectacularAPIView.as_view()), name="schema"),
    path("api/docs/", public_view(SpectacularSwaggerSplitView.as_view(url_name="schema")), name="api_docs"),
]
handler400 = "jlis.kernel.faces.failures.bad_request"
handler404 = "jlis.kernel.faces.failures.not_found"
handler500 = "jlis.kernel.faces.failures.server_error"
