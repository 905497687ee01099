"""The WSGI application: two faces, the public one for addresses that nobody signs in at."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

# The Celery application must be the current one, so that a commit can wake the workers.
from jlis.celery import app as celery_app
from jlis.kernel.collecting import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jlis.settings")

whole = get_wsgi_application()

from jlis.kernel.faces.public import PublicFace  # noqa: E402 - models can be imported only now
from jpki.public_urls import at_once  # noqa: E402

public = PublicFace("jpki.public_urls", at_once=at_once)
settle()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The public face for `/pki/`, the whole house for everything else."""
    face = public if environ["PATH_INFO"].startswith("/pki/") else whole
    return face(environ, start_response)


__all__ = ["application", "celery_app"]
