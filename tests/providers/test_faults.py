"""Answers that are no answers: what Toloka, or a proxy in its place, may send."""
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from crowdsourcing.providers.errors import BadCredentials, NotEnoughBalance, NotFound, ProviderError, RateLimited, Refused, Unavailable
from crowdsourcing.providers.toloka import TolokaProvider
from crowdsourcing.providers.toloka.faults import CODES


class Liar:
    """A server that answers every request the same way, and counts them."""

    def __init__(self) -> None:
        self.status, self.body, self.headers, self.wait = 200, b"{}", {}, 0.0
        self.requests: list[tuple[str, dict[str, str]]] = []
        liar = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                self.rfile.read(length)
                liar.requests.append((self.command, dict(self.headers)))
                time.sleep(liar.wait)
                self.send_response(liar.status)
                for name, value in {"Content-Length": str(len(liar.body)), **liar.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(liar.body)

            do_GET = do_POST = do_PUT = do_PATCH = _answer

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def liar() -> Iterator[Liar]:
    made = Liar()
    yield made
    made.server.shutdown()
    made.server.server_close()


def caught(liar: Liar, status: int, body: bytes, headers: dict[str, str] | None = None, timeout: float = 5.0) -> ProviderError:
    liar.status, liar.body, liar.headers = status, body, headers or {}
    provider = TolokaProvider("a-key", liar.url, timeout=timeout)
    with pytest.raises(ProviderError) as raised:
        provider.requester()
    provider.close()
    return raised.value


@pytest.mark.parametrize(("status", "body", "kind", "code"), [
    (502, b"<html>Bad gateway</html>", Unavailable, "NOT_AN_ANSWER"),
    (503, b"", Unavailable, "HTTP_503"),
    (200, b"<html>Please log in to the hotel's network</html>", Unavailable, "NOT_AN_ANSWER"),
    (500, b'{"message": "no code"}', Unavailable, "NOT_AN_ANSWER"),
    (200, b"", Unavailable, "NOT_AN_ANSWER"),
    (200, b"[]", Unavailable, "NOT_AN_ANSWER"),
    (200, b'{"balance": 5}', Unavailable, "NOT_AN_ANSWER"),
    (500, b'{"code": "SOMETHING_NEW", "message": "Oops"}', Unavailable, "SOMETHING_NEW"),
    (409, b'{"code": "SOMETHING_NEW", "message": "Oops"}', Refused, "SOMETHING_NEW"),
    (418, b'{"code": "TEAPOT", "message": "Short and stout"}', Refused, "TEAPOT"),
    (401, b'{"code": "AUTHENTICATION_ERROR", "message": "x"}', BadCredentials, "AUTHENTICATION_ERROR"),
    (403, b'{"code": "ACCESS_DENIED", "message": "x"}', BadCredentials, "ACCESS_DENIED"),
    (404, b'{"code": "DOES_NOT_EXIST", "message": "x"}', NotFound, "DOES_NOT_EXIST"),
    (409, b'{"code": "NOT_ENOUGH_BALANCE", "message": "x"}', NotEnoughBalance, "NOT_ENOUGH_BALANCE"),
    (429, b'{"code": "TOO_MANY_REQUESTS", "message": "x"}', RateLimited, "TOO_MANY_REQUESTS"),
])
def test_every_answer_becomes_one_of_our_errors(liar: Liar, status: int, body: bytes, kind: type, code: str) -> None:
    error = caught(liar, status, body)
    assert type(error) is kind
    assert error.code == code
    assert error.sentence.strip()
    # The kit's own retries would have asked again.
    assert len(liar.requests) == 1


@pytest.mark.parametrize(("payload", "headers", "wait"), [
    (b"{}", {"Retry-After": "7"}, 7.0), (b'{"interval": "HOUR"}', {}, 3600.0), (b'{"interval": "DAY"}', {}, 86400.0), (b"null", {}, 60.0)])
def test_the_platform_says_how_long_to_wait(liar: Liar, payload: bytes, headers: dict[str, str], wait: float) -> None:
    error = caught(liar, 429, b'{"code": "TOO_MANY_REQUESTS", "message": "x", "payload": ' + payload + b"}", headers)
    assert isinstance(error, RateLimited)
    assert error.retry_after == wait


def test_a_refused_value_is_named(liar: Liar) -> None:
    error = caught(liar, 400, b'{"code": "VALIDATION_ERROR", "message": "x", "payload": '
                              b'{"reward_per_assignment": {"code": "VALUE_LESS_THAN_MIN", "message": "Value must be at least 0.005"}}}')
    assert "reward_per_assignment: Value must be at least 0.005" in error.sentence
    assert not error.retry


def test_a_slow_platform_is_left_in_time(liar: Liar) -> None:
    liar.wait = 2.0
    started = time.monotonic()
    error = caught(liar, 200, b"{}", timeout=0.3)
    assert (error.code, error.retry) == ("TIMEOUT", True)
    assert time.monotonic() - started < 1.9


def test_nobody_there_is_tried_again() -> None:
    provider = TolokaProvider("a-key", "http://127.0.0.1:9", timeout=1.0)
    with pytest.raises(Unavailable) as raised:
        provider.requester()
    assert raised.value.code == "NO_CONNECTION"


def test_the_table_of_codes_says_a_sentence_and_its_source_for_each() -> None:
    for code, (kind, sentence, source) in CODES.items():
        assert issubclass(kind, ProviderError), code
        assert sentence.endswith("."), code
        assert source, code
