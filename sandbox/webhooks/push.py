"""One call of a requester's server: signed, bounded in time, never redirected."""
import logging
import ssl
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import orjson

from sandbox import times
from sandbox.models.fields import plain
from sandbox.webhooks.signing import signature

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class Outcome:
    """What came of a call. `error` is one of Toloka's errorType words, empty for an answer of 2xx."""

    error: str = ""
    status: int | None = None
    detail: str = ""

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.error, self.status, self.detail) if part)


def body_for(events: list[dict[str, Any]]) -> bytes:
    """Compact JSON; exactly these bytes are signed and sent."""
    return orjson.dumps({"events": events}, default=plain)


@cache
def _trust() -> ssl.SSLContext:
    """Read once: the list of authorities is long, and calls are many."""
    return httpx.create_ssl_context()


def push(url: str, secret: str, events: list[dict[str, Any]]) -> Outcome:
    """POST the events. The signature's time is the machine's: the receiver compares it with its own."""
    body = body_for(events)
    headers = {"Content-Type": "application/json", "User-Agent": "toloka-sandbox"}
    if secret:
        headers["Toloka-Signature"] = signature(secret, int(times.machine_now().timestamp() * 1000), body)
    try:
        # The answer's body is nobody's business and is not read.
        with httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, verify=_trust()) as client, \
                client.stream("POST", url, content=body, headers=headers) as answer:
            if answer.is_success:
                return Outcome(status=answer.status_code)
            return Outcome("WRONG_STATUS_CODE", answer.status_code)
    except httpx.TimeoutException as error:
        return Outcome("REQUEST_TIMEOUT", detail=type(error).__name__)
    except httpx.TransportError as error:
        return Outcome("CONNECTION_ERROR", detail=f"{type(error).__name__}: {error}"[:500])
    except (httpx.InvalidURL, UnicodeError) as error:
        return Outcome("INTERNAL_ERROR", detail=f"{type(error).__name__}: {error}"[:500])
    except Exception as error:
        # Whatever a stranger's server makes of the line is its subscription's trouble, and must end in an outcome.
        log.exception("Calling %s failed in an unforeseen way", url)
        return Outcome("UNKNOWN", detail=f"{type(error).__name__}: {error}"[:500])
