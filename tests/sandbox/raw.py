"""HTTP below urllib: any method, any body, any header, and the answer as it came."""
import http.client
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.stack.sandbox import SandboxServer


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    data: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.data) if self.data else None


def raw(sandbox: SandboxServer, method: str, path: str, body: bytes | Iterable[bytes] | None = None, **headers: str) -> Answer:
    """One request on a connection of its own. An iterable goes in chunks."""
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=60)
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()
