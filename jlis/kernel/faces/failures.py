"""The page for a crash: names the request's number, so that staff can report it, and nothing else."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from jlis.kernel.faces.rest import problems
from jlis.kernel.request_context import request_id


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500; without the shell, which may be what crashed."""
    if request.path.startswith("/api/"):
        return problems.response(
            request, 500, code="internal", detail="処理中に障害が起きました。受付番号を添えてお知らせください。"
        )
    return HttpResponse(render_to_string("500.html", {"request_id": request_id()}), status=500)
