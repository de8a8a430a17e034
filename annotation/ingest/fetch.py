"""Fetching an image from an address a requester gave."""
import ssl
import time
from collections.abc import Iterator
from urllib.parse import urljoin

import httpcore
from django.conf import settings

from annotation.ingest.addresses import AddressRefused, PublicOnlyBackend
from annotation.ingest.received import Received, receive
from annotation.ingest.urls import url_problem

MAX_REDIRECTS = 5
TRIES = 3
BACK_OFF_SECONDS = 0.5
_REDIRECTS = (301, 302, 303, 307, 308)
_AGAIN = (429, 500, 502, 503, 504)
# No compression: the size limit is then about bytes on the wire and on disk alike.
_HEADERS = {"User-Agent": "cvatoloka", "Accept": "image/*, */*;q=0.5", "Accept-Encoding": "identity"}


class FetchFailed(Exception):
    """The sentence says why; `again` tells whether another try may help."""

    def __init__(self, sentence: str, *, again: bool = False) -> None:
        super().__init__(sentence)
        self.again = again


class Fetcher:
    """A pool of connections for one request. Safe to use from several threads."""

    def __init__(self) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(), max_connections=8, max_keepalive_connections=8, keepalive_expiry=10,
            network_backend=PublicOnlyBackend())

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def fetch(self, address: str) -> Received:
        """The body. Tried again where that may help. FetchFailed."""
        for number in range(TRIES):
            try:
                return receive(self._follow(address))
            except FetchFailed as failure:
                if not failure.again or number == TRIES - 1:
                    raise
                time.sleep(BACK_OFF_SECONDS * 2**number)
        raise AssertionError("unreachable")

    def _follow(self, address: str) -> Iterator[bytes]:
        end = time.monotonic() + settings.INGEST_URL_TIMEOUT
        seen = address
        for _ in range(MAX_REDIRECTS + 1):
            location = None
            try:
                with self._pool.stream("GET", seen, headers=list(_HEADERS.items()), extensions={"timeout": _timeouts(end)}) as response:
                    if response.status in _REDIRECTS:
                        location = _location(response, seen)
                    else:
                        _check(response)
                        yield from _body(response, end)
                        return
            except AddressRefused as error:
                raise FetchFailed(str(error)) from error
            except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
                raise FetchFailed(_network_sentence(error), again=True) from error
            except (httpcore.UnsupportedProtocol, UnicodeError, ssl.SSLError) as error:
                raise FetchFailed(f"cannot be fetched ({str(error)[:120]}).") from error
            seen = str(location)
        raise FetchFailed(f"was redirected more than {MAX_REDIRECTS} times.")


def _timeouts(end: float) -> dict[str, float]:
    left = end - time.monotonic()
    if left <= 0:
        raise FetchFailed(_too_slow(), again=False)
    return {"connect": min(left, 10.0), "read": left, "write": left, "pool": left + 60}


def _too_slow() -> str:
    return f"took longer than {settings.INGEST_URL_TIMEOUT} seconds."


def _network_sentence(error: Exception) -> str:
    if isinstance(error, httpcore.TimeoutException):
        return _too_slow()
    return f"cannot be reached ({str(error)[:120] or type(error).__name__})."


def _location(response: httpcore.Response, seen: str) -> str:
    for name, value in response.headers:
        if name.lower() == b"location":
            target = urljoin(seen, value.decode("latin-1"))
            if problem := url_problem(target):
                raise FetchFailed(f"was redirected to something that is no address: {problem}")
            return target
    raise FetchFailed("was redirected to nowhere.")


def _check(response: httpcore.Response) -> None:
    if response.status != 200:
        raise FetchFailed(f"was answered with HTTP status {response.status}.", again=response.status in _AGAIN)
    for name, value in response.headers:
        if name.lower() == b"content-length" and value.isdigit() and int(value) > settings.INGEST_MAX_FILE_BYTES:
            raise FetchFailed(_too_large())


def _too_large() -> str:
    return f"is larger than {settings.INGEST_MAX_FILE_BYTES:,} bytes."


def _body(response: httpcore.Response, end: float) -> Iterator[bytes]:
    size = 0
    for chunk in response.iter_stream():
        size += len(chunk)
        if size > settings.INGEST_MAX_FILE_BYTES:
            raise FetchFailed(_too_large())
        if time.monotonic() > end:
            raise FetchFailed(_too_slow(), again=False)
        yield chunk
