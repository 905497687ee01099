"""POST /api/v1/juki/extracts."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.rest.jobs import JOB_PLACE, JobDocument, accepted
from jlis.kernel.faces.rest.views import IDEMPOTENCY_KEY, HouseView, idempotent
from jlis.kernel.time import now
from juki.choices import ResidentClass, Sex
from juki.domain.extracts import Delivery, Encoding, Target, Who
from juki.domain.items import EXTRACT_ITEMS
from juki.services import extracts


class ExtractDocument(serializers.Serializer):
    """A request file (要求ファイル)."""

    affair = serializers.CharField(help_text="事務区分")
    number_affair = serializers.CharField(help_text="個人番号提供事務区分。使わないときは NONE")
    ordinance_affair = serializers.CharField(help_text="条例事務区分。使わないときは NONE")
    target = serializers.ChoiceField(list(Target))
    who = serializers.ChoiceField(list(Who))
    from_on = serializers.DateField(help_text="基準日、または期間の始め")
    to_on = serializers.DateField(required=False)
    items = serializers.ListField(child=serializers.ChoiceField(EXTRACT_ITEMS))
    encoding = serializers.ChoiceField(list(Encoding))
    delivery = serializers.ChoiceField(
        list(Delivery), required=False, help_text="MEDIUM のときは暗号化した書庫になり、合言葉は画面で確かめる"
    )
    municipalities = serializers.ListField(child=serializers.CharField(), required=False)
    born_from = serializers.DateField(required=False)
    born_to = serializers.DateField(required=False)
    sex = serializers.ChoiceField(Sex.choices, required=False)
    resident_class = serializers.ChoiceField(ResidentClass.choices, required=False)
    reasons = serializers.ListField(child=serializers.CharField(), required=False)


class ExtractsView(HouseView):
    """Bulk extracts of a prefecture."""

    permission = "juki.extract"

    @extend_schema(
        operation_id="request_extract",
        summary="一括抽出を依頼する（承認を待つジョブになる）",
        request=ExtractDocument,
        responses={202: JobDocument},
        parameters=[IDEMPOTENCY_KEY, JOB_PLACE],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """File a request; it waits for a second person's approval. Poll the job that the answer names."""
        return accepted(extracts.request(document=request.data, by=self.actor, at=now()))
