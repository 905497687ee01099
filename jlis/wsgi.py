"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

# The Celery application must be the current one, so that a commit can wake the workers.
from jlis.celery import app as celery_app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jlis.settings")

application = get_wsgi_application()

__all__ = ["application", "celery_app"]
