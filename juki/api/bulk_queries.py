"""POST /api/v1/juki/bulk-queries."""

from typing import cast

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.rest.jobs import JOB_PLACE, JobDocument, accepted
from jlis.kernel.faces.rest.uploads import CSVFileParser, ReceivedFile
from jlis.kernel.faces.rest.views import IDEMPOTENCY_KEY, HouseView, idempotent
from jlis.kernel.time import now
from juki.domain.bulk_queries import COLUMN_LABELS, RESULT_LABELS
from juki.domain.extracts import Encoding
from juki.domain.items import LABELS
from juki.services import bulk_queries

_COLUMNS = "、".join(f"{name}（{label}）" for name, label in COLUMN_LABELS.items())
_RESULTS = "、".join(f"{result.value}（{label}）" for result, label in RESULT_LABELS.items())


class BulkQueriesView(HouseView):
    """Bulk queries: a file in, a job, a file out. What is asked for stands in the address, persons in the body."""

    permission = "juki.query_bulk"
    parser_classes = (CSVFileParser,)

    @extend_schema(
        operation_id="bulk_query",
        summary="本人確認情報の提供を受ける（一括）",
        description=(
            f"本文はCSV（UTF-8またはシフトJIS、見出し行つき）。列: {_COLUMNS}。行ごとに個人番号、住民票コード、"
            "または生年月日と氏名か振り仮名で照会し、ほかの列は登録と一致しなければ不一致とする。"
            f"結果のCSVには照会の行ごとに1行を返す: {_RESULTS}。誤りのある行はほかの行を妨げない。"
        ),
        request={"text/csv": OpenApiTypes.BINARY},
        responses={202: JobDocument},
        parameters=[
            OpenApiParameter("purpose", str, required=True, description="事務区分コード"),
            OpenApiParameter(
                "fields", str, required=True, description=f"提供を受ける項目をコンマで区切る: {', '.join(LABELS)}"
            ),
            OpenApiParameter("encoding", str, enum=list(Encoding), description="結果の文字コード。省くと UTF-8"),
            IDEMPOTENCY_KEY,
            JOB_PLACE,
        ],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Take the file; poll the job that the answer names."""
        asked = request.query_params
        document = {
            "purpose": asked.get("purpose"),
            "fields": [field for field in asked.get("fields", "").split(",") if field],
            "encoding": asked.get("encoding"),
        }
        _ = request.data
        file = cast(ReceivedFile, request.data)
        return accepted(bulk_queries.request(path=file.path, document=document, by=self.actor, at=now()))
