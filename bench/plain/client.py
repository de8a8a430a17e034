"""A client that costs little beside what it measures: prepared bytes over kept connections, answers read by their length."""
import socket
import threading
import time
from collections.abc import Callable, Sequence

Requests = Sequence[bytes]


def prepared(method: str, path: str, host: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """One HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Connection:
    """Kept open. RuntimeError for an answer that is not 200."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def ask(self, request: bytes) -> bytes:
        """The answer's body."""
        self.socket.sendall(request)
        while b"\r\n\r\n" not in self.rest:
            self._more()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{request[:100]!r}: {head[:200]!r} {self.rest[:500]!r}")
        headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        if b"content-length" not in headers:
            return self._chunks()
        length = int(headers[b"content-length"])
        while len(self.rest) < length:
            self._more()
        body, self.rest = self.rest[:length], self.rest[length:]
        return body

    def _chunks(self) -> bytes:
        body = b""
        while True:
            while b"\r\n" not in self.rest:
                self._more()
            size, _, self.rest = self.rest.partition(b"\r\n")
            length = int(size, 16)
            while len(self.rest) < length + 2:
                self._more()
            body, self.rest = body + self.rest[:length], self.rest[length + 2:]
            if not length:
                return body

    def _more(self) -> None:
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise RuntimeError("The server closed the connection.")
        self.rest += piece

    def close(self) -> None:
        self.socket.close()


def one(port: int, steps: Callable[[int], Requests], times: int) -> list[float]:
    """Milliseconds of each of so many rounds by one client; a round asks `steps(number)` one after the other."""
    connection, taken = Connection(port), []
    for number in range(times):
        requests = steps(number)
        start = time.perf_counter()
        for request in requests:
            connection.ask(request)
        taken.append((time.perf_counter() - start) * 1000)
    connection.close()
    return taken


def many(port: int, steps: Callable[[int], Requests], clients: int, seconds: float) -> float:
    """Rounds a second by so many clients at once."""
    done, problems = [0] * clients, []
    start = threading.Barrier(clients + 1)
    end = [0.0]

    def work(client: int) -> None:
        try:
            connection = Connection(port)
            start.wait()
            number = client * 100_000
            while time.perf_counter() < end[0]:
                for request in steps(number):
                    connection.ask(request)
                done[client] += 1
                number += 1
            connection.close()
        except Exception as problem:
            problems.append(problem)
            raise

    threads = [threading.Thread(target=work, args=[client]) for client in range(clients)]
    for thread in threads:
        thread.start()
    end[0] = time.perf_counter() + seconds
    start.wait()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    return sum(done) / seconds
