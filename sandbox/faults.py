"""Planned failures: an error instead of the work, a delay, a connection that closes before or after the work."""
import os
import socket
import time
from typing import Any

from django.db import connection
from django.http import HttpRequest

from sandbox.errors import STATUS_BY_CODE, ApiError

EFFECTS = ("status", "delay", "drop_before", "drop_after")


def next_fault(request: HttpRequest) -> dict[str, Any] | None:
    """The first planned fault for this call, used up by one; None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sandbox_fault SET times = times - 1 WHERE id = (SELECT id FROM sandbox_fault WHERE times > 0"
            " AND method IN (%s, '*') AND %s ~ path ORDER BY id LIMIT 1 FOR UPDATE)"
            " RETURNING effect, status, code, seconds", [request.method, request.path])
        row = cursor.fetchone()
    return None if row is None else dict(zip(("effect", "status", "code", "seconds"), row, strict=True))


def wait(fault: dict[str, Any]) -> None:
    time.sleep(fault["seconds"])


def error_of(fault: dict[str, Any]) -> ApiError:
    """The refusal a `status` fault stands for; a code that was not given follows from the status."""
    status = fault["status"]
    code = fault["code"] or next((code for code, known in STATUS_BY_CODE.items() if known == status), "CONFLICT_STATE")
    payload = {"interval": "MIN"} if status == 429 else None
    return ApiError(code, "A planned fault", status=status, payload=payload)


def cut(request: HttpRequest) -> bool:
    """Shut down the TCP connection this request came by, both ways; whether it was found.

    WSGI has no name for the connection, so it is looked up among this process's sockets by the client's address.
    """
    peer = (request.META.get("REMOTE_ADDR"), str(request.META.get("REMOTE_PORT")))
    for name in os.listdir("/proc/self/fd"):
        try:
            copy = os.dup(int(name))
        except OSError:
            continue  # closed since it was listed
        try:
            probe = socket.socket(fileno=copy)
        except OSError:
            os.close(copy)
            continue  # not a socket
        with probe:
            if _peer_of(probe) == peer:
                probe.shutdown(socket.SHUT_RDWR)
                return True
    return False


def _peer_of(probe: socket.socket) -> tuple[str, str] | None:
    try:
        address = probe.getpeername()
    except OSError:
        return None
    return (address[0], str(address[1])) if isinstance(address, tuple) else None
