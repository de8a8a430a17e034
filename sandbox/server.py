"""Serving the sandbox over HTTP/1.1 with waitress.

Not with the application's server: a planned `drop` has to close the very connection a request came by, and granian's WSGI
environment does not tell the client's port. Waitress does, and keeps a Date header that the application has set.
"""
import logging
import uuid

import orjson
import waitress
from django.conf import settings
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from sandbox import files
from sandbox.errors import ApiError, error_body

log = logging.getLogger(__name__)
# Room for the largest file; what is JSON is refused earlier, by Django.
MAX_BODY = files.MAX_BYTES + 1024 * 1024
# Waitress's reason -> ours. It calls unknown transfer codings 501, but it is the client who has to send something else.
_REFUSALS = {400: ("VALIDATION_ERROR", 400), 413: ("CONTENT_TOO_LARGE", 413), 431: ("VALIDATION_ERROR", 431),
             501: ("UNSUPPORTED_MEDIA_TYPE", 415)}


class _Refusal(ErrorTask):
    """The answer to what is no request that the application could see, in the same body as all others."""

    def execute(self) -> None:
        error = self.request.error
        code, status = _REFUSALS.get(error.code, ("INTERNAL_ERROR", 500))
        refusal = ApiError(code, f"{error.reason}: {error.body}" if status < 500 else "Internal error", status=status)
        body = orjson.dumps(error_body(refusal, uuid.uuid4().hex))
        self.status = f"{status} {error.reason}"
        self.response_headers.append(("Content-Type", "application/json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


def serve(host: str, port: int | None = None) -> None:
    """Serve until interrupted. One line of `sandbox.server` says where."""
    from sandbox.wsgi import application

    port = settings.SANDBOX_PORT if port is None else port
    log.info("The sandbox serves http://%s:%s (tasks on %s)", host, port, settings.SANDBOX_FRAME_ORIGIN)
    HTTPChannel.error_task_class = _Refusal
    # Proxies' headers are believed nowhere, but the control API wants to see that there is a proxy.
    waitress.serve(application, host=host, port=port, threads=settings.SANDBOX_THREADS, connection_limit=1000, backlog=1024,
                   asyncore_use_poll=True, ident=None, max_request_body_size=MAX_BODY,
                   channel_timeout=300, clear_untrusted_proxy_headers=False, _quiet=True)
