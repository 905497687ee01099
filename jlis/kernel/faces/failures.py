"""The pages for what never reached a view: a crash, a request that cannot be read, an address that leads nowhere."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults

from jlis.kernel.faces.rest import problems
from jlis.kernel.request_context import request_id


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400; for REST the middleware makes a problem of it."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return render(request, "413.html" if status == 413 else "400.html", status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404; a REST client gets a problem document."""
    if request.path.startswith("/api/"):
        return problems.response(request, 404, code="not_found", detail="このアドレスには何もありません。")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: the request's number, so that staff can report it; without the shell, which may have
    crashed."""
    if request.path.startswith("/api/"):
        return problems.response(
            request, 500, code="internal", detail="処理中に障害が起きました。受付番号を添えてお知らせください。"
        )
    return HttpResponse(render_to_string("500.html", {"request_id": request_id()}), status=500)
