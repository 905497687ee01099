"""The kernel's addresses: sign-in, desk, jobs, staff, audit, operations."""

from django.urls import path

from jlis.kernel.faces import operations
from jlis.kernel.faces.pages import accessibility, audit, desk, jobs, sign_in, staff, towns
from jlis.kernel.faces.rest import jobs as jobs_api

urlpatterns = [
    path("", sign_in.sign_in, name="sign_in"),
    path("second-factor/", sign_in.second_factor, name="second_factor"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("password/", sign_in.change_password, name="change_password"),
    path("desk/", desk.desk, name="desk"),
    path("jobs/", jobs.job_list, name="job_list"),
    path("jobs/<uuid:job_id>/", jobs.job_detail, name="job_detail"),
    path("jobs/<uuid:job_id>/state", jobs.job_state, name="job_state"),
    path("jobs/<uuid:job_id>/decision", jobs.job_decision, name="job_decision"),
    path("jobs/<uuid:job_id>/result", jobs.job_result, name="job_result"),
    path("staff/", staff.staff_list, name="staff_list"),
    path("staff/new/", staff.open_account, name="staff_open_account"),
    path("staff/<uuid:staff_id>/duty/", staff.request_duty, name="staff_request_duty"),
    path("staff/duties/<uuid:grant_id>/", staff.decide_duty, name="staff_decide_duty"),
    path("audit/", audit.audit_list, name="audit_list"),
    path("audit/check/", audit.audit_check, name="audit_check"),
    path("towns/", towns.town_lookup, name="town_lookup"),
    path("accessibility/", accessibility.policy, name="accessibility"),
    path("healthz", operations.health, name="health"),
    path("readyz", operations.ready, name="ready"),
    path("metrics", operations.scrape, name="metrics"),
    path("api/v1/jobs", jobs_api.JobsView.as_view(), name="api_jobs"),
    path("api/v1/jobs/<uuid:job_id>", jobs_api.JobView.as_view(), name="api_job"),
    path("api/v1/jobs/<uuid:job_id>/result", jobs_api.JobResultView.as_view(), name="api_job_result"),
]
