"""The product, and beside it in the same process the floors, which no middleware sees."""
import os
from collections.abc import Callable, Iterable
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.plain.settings"

from django.core.handlers.wsgi import WSGIHandler
from django.test.utils import override_settings

from cvatoloka.wsgi import application as product

with override_settings(MIDDLEWARE=[]):
    floors = WSGIHandler()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """WSGI."""
    return (floors if environ["PATH_INFO"].startswith("/floor/") else product)(environ, start_response)
