"""A real HTTP receiver of webhooks, and what it took."""
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Taken:
    """One request, the bytes as they came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Listens on a port of its own. `answer(taken)` -> (status, headers, body); may wait or raise, as receivers do."""

    answer: Callable[[Taken], tuple[int, dict[str, str], bytes]] = lambda taken: (200, {}, b"thank you")
    taken: list[Taken] = field(default_factory=list)

    def start(self) -> "Receiver":
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                taken = Taken(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                receiver.taken.append(taken)
                status, headers, content = receiver.answer(taken)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked may be gone by now
                    self.wfile.write(content)

            def log_message(self, *arguments: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    @property
    def host(self) -> str:
        """For WEBHOOKS_ALLOWED_PRIVATE_HOSTS."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/hook"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
