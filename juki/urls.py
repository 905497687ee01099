"""The room's addresses."""

from django.urls import path

from juki.api.bulk_queries import BulkQueriesView
from juki.api.consistency import ConsistencyChecksView, ConsistencyCheckView, ConsistencyStepsView
from juki.api.extracts import ExtractsView
from juki.api.notifications import NotificationsView
from juki.api.queries import QueriesView
from juki.api.supplementary import SupplementaryNoticesView
from juki.api.town_messages import TownMessagesView
from juki.web import (
    consistency,
    discrepancies,
    extracts,
    media,
    move_outs,
    notices,
    protections,
    residents,
    special_move_ins,
    statistics,
    supplementary,
    town_messages,
    unlocking,
    wide_area,
)

urlpatterns = [
    path("juki/residents/", residents.search, name="juki_search"),
    path("juki/residents/<uuid:resident>/", residents.detail, name="juki_resident"),
    path("juki/residents/<uuid:resident>/number/", residents.number, name="juki_number"),
    path("juki/residents/<uuid:resident>/disclosure/", residents.disclosure, name="juki_disclosure"),
    path("juki/residents/<uuid:resident>/disclosure/paper/", residents.disclosure_paper, name="juki_disclosure_paper"),
    path("juki/residents/<uuid:resident>/protection/", protections.apply, name="juki_protection_apply"),
    path("juki/residents/<uuid:resident>/unlock/", unlocking.ask, name="juki_unlock_ask"),
    path("juki/residents/<uuid:resident>/addresses/", unlocking.addresses, name="juki_addresses"),
    path("juki/unlocks/", unlocking.waiting, name="juki_unlocks"),
    path("juki/unlocks/<uuid:unlock>/", unlocking.decide, name="juki_unlock_decide"),
    path("juki/protections/", protections.measure_list, name="juki_protections"),
    path("juki/protections/<uuid:measure>/", protections.detail, name="juki_protection"),
    path("juki/protections/<uuid:measure>/<str:verb>/", protections.act, name="juki_protection_act"),
    path("juki/notices/", notices.notice_list, name="juki_notices"),
    path("juki/notices/new/", notices.choose_reason, name="juki_notice_new"),
    path("juki/notices/new/<str:reason>/", notices.enter, name="juki_notice_enter"),
    path("juki/notices/<uuid:notification>/", notices.detail, name="juki_notice"),
    path("juki/discrepancies/", discrepancies.discrepancy_list, name="juki_discrepancies"),
    path("juki/discrepancies/<int:discrepancy>/", discrepancies.detail, name="juki_discrepancy"),
    path("juki/consistency/", consistency.check_list, name="juki_consistency"),
    path("juki/consistency/<uuid:check>/", consistency.detail, name="juki_consistency_check"),
    path("juki/extracts/new/", extracts.new, name="juki_extract_new"),
    path("juki/extracts/<uuid:job_id>/medium/", media.medium, name="juki_extract_medium"),
    path("juki/extracts/<uuid:job_id>/medium/slip/", media.slip, name="juki_extract_slip"),
    path("juki/statistics/provisions/", statistics.provisions, name="juki_provisions"),
    path("juki/statistics/notifications/", statistics.notifications, name="juki_notification_statistics"),
    path("juki/statistics/population/", statistics.population, name="juki_population"),
    path("juki/town-messages/", town_messages.inbox, name="juki_town_messages"),
    path("juki/town-messages/new/", town_messages.new, name="juki_town_message_new"),
    path("juki/town-messages/settle/", town_messages.settle, name="juki_town_messages_settle"),
    path("juki/town-messages/<uuid:message>/", town_messages.detail, name="juki_town_message"),
    path("juki/town-messages/<uuid:message>/<slug:verb>/", town_messages.make_move, name="juki_town_message_move"),
    path("juki/town-desk/", town_messages.desk, name="juki_town_desk"),
    path("juki/move-outs/", move_outs.move_out_list, name="juki_move_outs"),
    path("juki/move-outs/<int:move_out>/information/", move_outs.information, name="juki_move_out_information"),
    path("juki/special-move-ins/", special_move_ins.sitting_list, name="juki_special_move_ins"),
    path("juki/special-move-ins/new/", special_move_ins.begin, name="juki_special_move_in_new"),
    path("juki/special-move-ins/<uuid:sitting>/", special_move_ins.sitting, name="juki_special_move_in"),
    path("juki/special-move-ins/<uuid:sitting>/end/", special_move_ins.end, name="juki_special_move_in_end"),
    path("juki/wide-area/new/", wide_area.new, name="juki_wide_area_new"),
    path("juki/wide-area/<uuid:message>/answer/", wide_area.answer, name="juki_wide_area_answer"),
    path("juki/wide-area/<uuid:message>/paper/", wide_area.paper, name="juki_wide_area_paper"),
    path("juki/supplementary/", supplementary.search, name="juki_supplementary"),
    path("juki/supplementary/new/", supplementary.new, name="juki_supplementary_new"),
    path("juki/supplementary/file/", supplementary.upload, name="juki_supplementary_file"),
    path("juki/supplementary/<uuid:resident>/", supplementary.detail, name="juki_supplementary_record"),
    path("api/v1/juki/town-messages", TownMessagesView.as_view(), name="api_town_messages"),
    path("api/v1/juki/supplementary-notices", SupplementaryNoticesView.as_view(), name="api_supplementary_notices"),
    path("api/v1/juki/notifications", NotificationsView.as_view(), name="api_notifications"),
    path("api/v1/juki/queries", QueriesView.as_view(), name="api_queries"),
    path("api/v1/juki/bulk-queries", BulkQueriesView.as_view(), name="api_bulk_queries"),
    path("api/v1/juki/consistency-checks", ConsistencyChecksView.as_view(), name="api_consistency_checks"),
    path("api/v1/juki/consistency-checks/<uuid:check>", ConsistencyCheckView.as_view(), name="api_consistency_check"),
    path(
        "api/v1/juki/consistency-checks/<uuid:check>/steps",
        ConsistencyStepsView.as_view(),
        name="api_consistency_steps",
    ),
    path("api/v1/juki/extracts", ExtractsView.as_view(), name="api_extracts"),
]
