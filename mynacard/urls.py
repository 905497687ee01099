"""The room's addresses."""

from django.urls import path

from mynacard.api.applications import ApplicationsView, ApplicationView

urlpatterns = [
    path("api/v1/mynacard/applications", ApplicationsView.as_view(), name="mynacard_applications"),
    path("api/v1/mynacard/applications/<uuid:application>", ApplicationView.as_view(), name="mynacard_application"),
]
