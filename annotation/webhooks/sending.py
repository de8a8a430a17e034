"""One HTTP POST to a receiver: signed, to a checked address, never redirected, never longer than it may take."""
import hashlib
import hmac
import ssl
import time
from dataclasses import dataclass
from typing import Any

import httpcore
import orjson
from django.conf import settings

from annotation.ingest.addresses import AddressRefused, PublicOnlyBackend

CONNECT_SECONDS = 5.0
KEPT_BYTES = 2048
SIGNATURE = "X-Signature-256"
DELIVERY = "X-Delivery-Id"
USER_AGENT = "cvatoloka-webhooks/1"


@dataclass(frozen=True)
class Post:
    """What is sent where. `verify`: whether the certificate of an https address must be good."""

    url: str
    body: bytes
    secret: str
    key: str
    verify: bool


@dataclass(frozen=True)
class Outcome:
    """What came of one try: `status` None without an answer, `text` the answer's start or why there was none; `again`: worth repeating."""

    status: int | None
    text: str
    duration_ms: int
    again: bool

    @property
    def told(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


def in_order(payload: dict[str, Any]) -> dict[str, Any]:
    """As it is read: the event, what it is about, what it was before, and who did it. The database keeps no order."""
    places = {"event": 0, "before_update": 2, "webhook_id": 3, "sender": 4}
    return {name: payload[name] for name in sorted(payload, key=lambda name: places.get(name, 1))}


def body_of(payload: dict[str, Any]) -> bytes:
    """The bytes that are sent and signed."""
    return orjson.dumps(in_order(payload))


def signature_of(secret: str, body: bytes) -> str:
    """`sha256=<hex>`, the HMAC of the very bytes."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def send(post: Post) -> Outcome:
    """Tell it once. Never raises for what a network or a receiver may do."""
    began = time.monotonic()
    end = began + settings.WEBHOOKS_TIMEOUT_SECONDS
    status, text, again = _try(post, end)
    return Outcome(status, text.replace("\x00", "�"), int((time.monotonic() - began) * 1000), again)


def _try(post: Post, end: float) -> tuple[int | None, str, bool]:
    backend = _TimedBackend(end)
    try:
        with httpcore.ConnectionPool(ssl_context=_context(post.verify), max_connections=1, network_backend=backend) as pool, \
                pool.stream("POST", post.url, headers=_headers(post), content=post.body, extensions=_limits(end)) as response:
            return response.status, _start_of(response), True
    except AddressRefused as error:
        return None, f"{error} An administrator can allow it in WEBHOOKS_ALLOWED_PRIVATE_HOSTS.", False
    except httpcore.TimeoutException:
        return None, f"There was no answer within {settings.WEBHOOKS_TIMEOUT_SECONDS:g} seconds.", True
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as error:
        return None, f"The address cannot be reached ({str(error)[:300] or type(error).__name__}).", True
    except (httpcore.UnsupportedProtocol, UnicodeError, ValueError) as error:
        return None, f"This address cannot be used ({str(error)[:300]}). Give the webhook another one.", False


def _headers(post: Post) -> list[tuple[str, str]]:
    signed = [(SIGNATURE, signature_of(post.secret, post.body))] if post.secret else []
    return [("Content-Type", "application/json"), ("User-Agent", USER_AGENT), ("Accept-Encoding", "identity"), (DELIVERY, post.key),
            *signed]


def _context(verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _limits(end: float) -> dict[str, Any]:
    left = max(0.01, end - time.monotonic())
    return {"timeout": {"connect": min(CONNECT_SECONDS, left), "read": left, "write": left, "pool": left}}


def _start_of(response: httpcore.Response) -> str:
    """The first 2 kB; what had come before the time was over."""
    kept = b""
    try:
        for chunk in response.iter_stream():
            kept += chunk
            if len(kept) >= KEPT_BYTES:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        # The status was told; how much of the text comes with it decides nothing.
        return kept[:KEPT_BYTES].decode("utf-8", "replace")
    return kept[:KEPT_BYTES].decode("utf-8", "replace")


class _TimedStream(httpcore.NetworkStream):
    """Ends with the whole try: a receiver that sends a byte now and then would otherwise be waited for without end."""

    def __init__(self, inner: httpcore.NetworkStream, end: float) -> None:
        self._inner = inner
        self._end = end

    def _left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("The time is over.")
        return left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None,
                  timeout: float | None = None) -> httpcore.NetworkStream:
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname, self._left()), self._end)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _TimedBackend(PublicOnlyBackend):
    """Checked addresses, streams with an end."""

    def __init__(self, end: float) -> None:
        super().__init__(allowed=settings.WEBHOOKS_ALLOWED_PRIVATE_HOSTS)
        self._end = end

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
                    socket_options: Any = None) -> httpcore.NetworkStream:
        return _TimedStream(super().connect_tcp(host, port, timeout, local_address, socket_options), self._end)
