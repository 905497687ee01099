"""The room's addresses."""

from django.urls import path

from mynacard.api.applications import ApplicationsView, ApplicationView
from mynacard.web import abroad, applications, cards, certificates, express, notices, production, safe, sitting

urlpatterns = [
    path("api/v1/mynacard/applications", ApplicationsView.as_view(), name="mynacard_applications"),
    path("api/v1/mynacard/applications/<uuid:application>", ApplicationView.as_view(), name="mynacard_application"),
    path("mynacard/applications/", applications.application_list, name="mynacard_application_list"),
    path("mynacard/applications/paper/", applications.apply_from_paper, name="mynacard_apply_from_paper"),
    path("mynacard/applications/<uuid:application>/", applications.detail, name="mynacard_application_detail"),
    path("mynacard/applications/<uuid:application>/photo", applications.photo, name="mynacard_application_photo"),
    path("mynacard/residents/<uuid:resident>/cards/", cards.of_resident, name="mynacard_cards_of_resident"),
    path("mynacard/residents/<uuid:resident>/apply/", applications.apply, name="mynacard_apply"),
    path("mynacard/residents/<uuid:resident>/form/", applications.issue_form, name="mynacard_issue_form"),
    path("mynacard/residents/<uuid:resident>/express/", express.apply, name="mynacard_apply_express"),
    path("mynacard/lots/", production.lot_list, name="mynacard_lots"),
    path("mynacard/lots/new/", production.make_lot, name="mynacard_make_lot"),
    path("mynacard/lots/<int:lot>/", production.lot, name="mynacard_lot"),
    path("mynacard/maker/", production.makers_lots, name="mynacard_maker"),
    path("mynacard/maker/<int:lot>/data", production.fetch, name="mynacard_fetch"),
    path("mynacard/shipments/", safe.shipment_list, name="mynacard_shipments"),
    path("mynacard/shipments/<int:shipment>/", safe.shipment, name="mynacard_shipment"),
    path("mynacard/discrepancies/<int:discrepancy>/", safe.settle, name="mynacard_settle"),
    path("mynacard/safe/", safe.safe, name="mynacard_safe"),
    path("mynacard/cards/<int:card>/", cards.card, name="mynacard_card"),
    path("mynacard/cards/<int:card>/set-up/", safe.set_up, name="mynacard_set_up"),
    path("mynacard/cards/<int:card>/hand-over/", sitting.hand_over, name="mynacard_hand_over"),
    path("mynacard/cards/<int:card>/certificates/", certificates.sitting, name="mynacard_certificates"),
    path("mynacard/cards/<int:card>/certificates/write/", certificates.write, name="mynacard_write_certificates"),
    path("mynacard/sittings/<int:sitting>/", certificates.held, name="mynacard_sitting"),
    path("mynacard/sittings/<int:sitting>/receipt", certificates.receipt, name="mynacard_receipt"),
    path("mynacard/cards/<int:card>/abroad/", abroad.keep, name="mynacard_keep_abroad"),
    path("mynacard/cards/<int:card>/<str:verb>/", cards.make_move, name="mynacard_make_move"),
    path("mynacard/express/", express.express_list, name="mynacard_express"),
    path("mynacard/express/lane/", express.lane, name="mynacard_express_lane"),
    path("mynacard/express/lane/dispatch/", express.dispatch, name="mynacard_express_dispatch"),
    path("mynacard/notices/", notices.notice_list, name="mynacard_notices"),
    path("mynacard/notices/csv", notices.as_csv, name="mynacard_notices_csv"),
    path("mynacard/notices/<int:notice>/confirm/", notices.confirm, name="mynacard_confirm_notice"),
    path("mynacard/notices/runs/", notices.runs, name="mynacard_notice_runs"),
    path("mynacard/notices/runs/new/", notices.run, name="mynacard_run_notices"),
]
