"""The job resource of REST."""

from uuid import UUID

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.pages.jobs import report_response, result_response, state_document
from jlis.kernel.faces.rest.paging import PAGE_PARAMETERS, HousePages
from jlis.kernel.faces.rest.views import HouseView
from jlis.kernel.jobs import selectors, services
from jlis.kernel.jobs.models import Job
from jlis.kernel.time import now


class JobDocument(serializers.Serializer):
    """How a job looks to clients."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.CharField()
    state_label = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    percent = serializers.IntegerField(allow_null=True)
    purpose = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    result = serializers.DictField(allow_null=True)
    fault = serializers.DictField(allow_null=True)
    summary = serializers.DictField()


JOB_PLACE = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, response=[202], description="状態を確かめるアドレス"
)


def accepted(job: Job) -> Response:
    """202 with where to poll."""
    return Response(state_document(job), status=202, headers={"Location": f"/api/v1/jobs/{job.pk}", "Retry-After": "2"})


class JobPage(serializers.Serializer):
    """One page of jobs."""

    results = JobDocument(many=True)


class JobsView(HouseView):
    """The jobs of one's own organisation."""

    permission = "*"

    @extend_schema(
        operation_id="list_jobs", summary="自団体のジョブの一覧", responses={200: JobPage}, parameters=PAGE_PARAMETERS
    )
    def get(self, request: Request) -> Response:
        """Newest first, in pages."""
        pages = HousePages(("-created_at", "-id"))
        page = pages.paginate_queryset(selectors.visible_to(self.actor), request, self) or []
        return pages.get_paginated_response([state_document(job) for job in page])


class JobView(HouseView):
    """State and progress of a job; cancel it."""

    permission = "*"

    @extend_schema(operation_id="get_job", summary="ジョブの状態", responses={200: JobDocument})
    def get(self, request: Request, job_id: UUID) -> Response:
        """The state of a job of one's own organisation."""
        return Response(state_document(selectors.get(job_id, by=self.actor)))

    @extend_schema(operation_id="cancel_job", summary="ジョブの中止", responses={202: JobDocument})
    def delete(self, request: Request, job_id: UUID) -> Response:
        """Cancel it."""
        job = selectors.get(job_id, by=self.actor)
        return accepted(services.cancel(job_id=job.pk, by=self.actor, at=now()))


class JobResultView(HouseView):
    """The finished job's file."""

    permission = "*"

    @extend_schema(
        operation_id="get_job_result",
        summary="ジョブの結果ファイル",
        responses={(200, "text/csv"): OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter("part", str, enum=["report"], description="report: 結果に付属の報告"),
            OpenApiParameter("Content-Digest-SHA256", str, OpenApiParameter.HEADER, response=[200]),
        ],
    )
    def get(self, request: Request, job_id: UUID) -> FileResponse:
        """Fetch the result, or with `?part=report` what lies beside it; each fetch is written into the audit chain."""
        selectors.get(job_id, by=self.actor)
        if request.query_params.get("part") == "report":
            return report_response(*services.fetch_report(job_id=job_id, by=self.actor, at=now()))
        return result_response(*services.fetch_result(job_id=job_id, by=self.actor, at=now()))
