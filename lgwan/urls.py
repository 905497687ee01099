"""The room's addresses."""

from django.urls import path

from lgwan.web import asp, catalogue, circuits, redundancy

urlpatterns = [
    path("lgwan/redundancy/", redundancy.overview, name="lgwan_redundancy"),
    path("lgwan/redundancy/csv", redundancy.download, name="lgwan_redundancy_csv"),
    path("lgwan/redundancy/load/", redundancy.load, name="lgwan_load_survey"),
    path("lgwan/circuits/", circuits.circuit_list, name="lgwan_circuits"),
    path("lgwan/circuits/csv", circuits.download, name="lgwan_circuits_csv"),
    path("lgwan/circuits/load/", circuits.load, name="lgwan_load_circuits"),
    path("lgwan/services/", asp.service_list, name="lgwan_services"),
    path("lgwan/services/new/", asp.apply, name="lgwan_apply"),
    path("lgwan/services/<int:service>/", asp.detail, name="lgwan_service"),
    path("lgwan/services/<int:service>/papers/", asp.hand_in, name="lgwan_hand_in"),
    path("lgwan/services/<int:service>/judgement/", asp.judge, name="lgwan_judge"),
    path("lgwan/services/<int:service>/questions/", asp.ask, name="lgwan_ask"),
    path("lgwan/services/<int:service>/contact/", asp.change_contact, name="lgwan_contact"),
    path("lgwan/services/<int:service>/<str:verb>/", asp.make_move, name="lgwan_move"),
    path("lgwan/questions/<int:question>/", asp.answer, name="lgwan_answer"),
    path("lgwan/providers/new/", asp.enter_provider, name="lgwan_enter_provider"),
    path("lgwan/catalogue/", catalogue.catalogue, name="lgwan_catalogue"),
    path("lgwan/catalogue/csv", catalogue.download, name="lgwan_catalogue_csv"),
    path("lgwan/catalogue/counts/", catalogue.counts, name="lgwan_counts"),
]
