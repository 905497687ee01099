"""The room's addresses."""

from django.urls import path

from konbini.api import sessions
from konbini.web import counts, kiosk, verify

urlpatterns = [
    path("kiosk/", kiosk.start, name="kiosk"),
    path("kiosk/card/", kiosk.card, name="kiosk_card"),
    path("kiosk/pin/", kiosk.pin, name="kiosk_pin"),
    path("kiosk/menu/", kiosk.menu, name="kiosk_menu"),
    path("kiosk/menu/<str:kind>/", kiosk.options, name="kiosk_options"),
    path("kiosk/menu/<str:kind>/confirm/", kiosk.confirm, name="kiosk_confirm"),
    path("kiosk/menu/<str:kind>/issue/", kiosk.issue, name="kiosk_issue"),
    path("kiosk/print/<uuid:transaction>/", kiosk.print_out, name="kiosk_print"),
    path("kiosk/print/<uuid:transaction>/paper/", kiosk.paper, name="kiosk_paper"),
    path("verify/", verify.verify, name="verify"),
    path("konbini/", counts.overview, name="konbini_counts"),
    path("konbini/<str:office>/switch/", counts.switch, name="konbini_switch"),
    path("api/v1/konbini/sessions", sessions.SessionsView.as_view(), name="api_kiosk_sessions"),
    path("api/v1/konbini/sessions/<uuid:session>", sessions.SessionView.as_view(), name="api_kiosk_session"),
    path("api/v1/konbini/sessions/<uuid:session>/proof", sessions.ProofView.as_view(), name="api_kiosk_proof"),
    path("api/v1/konbini/sessions/<uuid:session>/requests", sessions.RequestsView.as_view(), name="api_kiosk_requests"),
    path(
        "api/v1/konbini/sessions/<uuid:session>/papers/<uuid:transaction>",
        sessions.PaperView.as_view(),
        name="api_kiosk_paper",
    ),
    path("api/v1/konbini/sessions/<uuid:session>/prints", sessions.PrintsView.as_view(), name="api_kiosk_prints"),
]
