"""A requester's own server, as small as it can be: it keeps what it is sent, and answers as it is told."""
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.stack.waiting import comes_true

PATIENCE = 20.0


@dataclass(frozen=True)
class Received:
    """One call: raw body, headers, and when it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def events(self) -> list[dict[str, Any]]:
        return json.loads(self.body)["events"]


@dataclass
class Receiver:
    """`answers[path]` are the statuses of the next calls there, then 200; `slow[path]` is how long its answers take.

    Calls to a path in `held` are answered when its event is set.
    """

    url: str = ""
    calls: list[Received] = field(default_factory=list)
    answers: dict[str, list[int]] = field(default_factory=dict)
    slow: dict[str, float] = field(default_factory=dict)
    held: dict[str, threading.Event] = field(default_factory=dict)

    def at(self, path: str) -> list[Received]:
        return [call for call in self.calls if call.path == path]

    def events(self, path: str) -> list[dict[str, Any]]:
        return [event for call in self.at(path) for event in call.events]

    def wait(self, path: str, count: int, patience: float = PATIENCE) -> list[dict[str, Any]]:
        """The events that came to this path, once there are so many."""
        comes_true(lambda: len(self.events(path)) >= count, seconds=patience, said=lambda: f"{path}: {self.events(path)}")
        return self.events(path)


@contextmanager
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.calls.append(Received(self.path, dict(self.headers), body, time.monotonic()))
            time.sleep(made.slow.get(self.path, 0))
            if held := made.held.get(self.path):
                held.wait(PATIENCE)
            planned = made.answers.get(self.path)
            self.send_response(planned.pop(0) if planned else 200)
            self.send_header("Location", f"{made.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Tests print nothing of it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
