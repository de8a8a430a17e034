"""Which origin serves the desk and which one serves the task frame.

A requester's markup and script run in the task frame, so the frame must not share an origin with the desk, where the Tolokers' tokens are
stored. Both come from one server; only the host name differs. Every origin is `scheme://host[:port]` without a slash.
"""
from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def on_frame_origin(request: HttpRequest) -> bool:
    """Whether this request reached us under the name of the task frame. Schemes are not compared: a proxy may have taken the TLS off."""
    return request.get_host() == urlsplit(frame_origin(request)).netloc


def _with_port(request: HttpRequest, host: str) -> str:
    _, separator, port = request.get_host().rpartition(":")
    return f"{request.scheme}://{host}:{port}" if separator and port.isdigit() else f"{request.scheme}://{host}"


def frame_origin(request: HttpRequest) -> str:
    """Where the task frame lives: SANDBOX_FRAME_ORIGIN, else tasks.localhost on the request's port (browsers resolve it to loopback)."""
    configured = str(getattr(settings, "SANDBOX_FRAME_ORIGIN", "") or "").rstrip("/")
    return configured or _with_port(request, "tasks.localhost")


def desk_origins(request: HttpRequest) -> list[str]:
    """Who may frame the task page: the sandbox's public address first, then the loopback names on the port of the request."""
    public = str(getattr(settings, "SANDBOX_PUBLIC_URL", "") or "").rstrip("/")
    origins = [public, _with_port(request, "127.0.0.1"), _with_port(request, "localhost")]
    return list(dict.fromkeys(origin for origin in origins if origin))
