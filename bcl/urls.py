"""The room's addresses."""

from django.urls import path

from bcl.api.differences import CopyDigestView, DifferencesView
from bcl.web import copies, participation

urlpatterns = [
    path("bcl/participation/", participation.listing, name="bcl_participation"),
    path("bcl/participation/apply/", participation.apply, name="bcl_apply"),
    path("bcl/participation/<str:office>/signatory/", participation.signatory, name="bcl_signatory"),
    path("bcl/participation/<str:office>/<str:verb>/", participation.make_move, name="bcl_move"),
    path("bcl/copies/", copies.reception, name="bcl_reception"),
    path("bcl/residents/<uuid:resident>/household/", copies.household, name="bcl_household"),
    path("api/v1/bcl/differences", DifferencesView.as_view(), name="api_differences"),
    path("api/v1/bcl/copy-digest", CopyDigestView.as_view(), name="api_copy_digest"),
]
