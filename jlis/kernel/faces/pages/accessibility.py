"""What this site promises to whoever uses it without a mouse, without sight, or with larger letters."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jlis.kernel.faces.web import public_view


@public_view
def policy(request: HttpRequest) -> HttpResponse:
    """アクセシビリティ方針, open to everybody and linked at the foot of every screen."""
    return render(request, "shell/accessibility.html", {"breadcrumbs": [("アクセシビリティ方針", "")]})
