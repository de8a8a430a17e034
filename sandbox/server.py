"""Serving the sandbox over HTTP/1.1 with waitress.

Not with the application's server: a planned `drop` has to close the very connection a request came by, and granian's WSGI
environment does not tell the client's port. Waitress does, and keeps a Date header that the application has set.
"""
import logging

import waitress
from django.conf import settings

log = logging.getLogger(__name__)


def serve(host: str, port: int | None = None) -> None:
    """Serve until interrupted. One line of `sandbox.server` says where."""
    from sandbox.wsgi import application

    port = settings.SANDBOX_PORT if port is None else port
    log.info("The sandbox serves http://%s:%s (tasks on %s)", host, port, settings.SANDBOX_FRAME_ORIGIN)
    # Proxies' headers are believed nowhere, but the control API wants to see that there is a proxy.
    waitress.serve(application, host=host, port=port, threads=settings.SANDBOX_THREADS, connection_limit=1000, backlog=1024,
                   asyncore_use_poll=True, ident=None, max_request_body_size=settings.DATA_UPLOAD_MAX_MEMORY_SIZE * 2,
                   channel_timeout=300, clear_untrusted_proxy_headers=False, _quiet=True)
