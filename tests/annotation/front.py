"""A front server with TLS before the application, as a deployment has one: says in X-Forwarded-* what the browser asked."""
import datetime
import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# Of one connection only (RFC 9110), and what the front server says itself.
_OWN = {"connection", "keep-alive", "transfer-encoding", "host", "date", "server"}


@contextmanager
def front_server(upstream: str, folder: Path, *, telling: bool = True) -> Iterator[str]:
    """https address of the front server; with `telling` it names itself to the application."""
    _certify(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "front.pem")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(urlsplit(upstream), telling))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"https://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(upstream: Any, telling: bool) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _OWN}
            headers |= {"Host": upstream.netloc, "Content-Length": str(len(body))}
            if telling:
                headers |= {"X-Forwarded-Host": self.headers["Host"], "X-Forwarded-Proto": "https"}
            connection = http.client.HTTPConnection(upstream.hostname, upstream.port, timeout=30)
            try:
                connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
                content = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in _OWN | {"content-length"}:
                        self.send_header(name, value)
                if answer.status != 204:
                    self.send_header("Content-Length", answer.getheader("Content-Length") or str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            finally:
                connection.close()

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on

        def log_message(self, format: str, *arguments: Any) -> None:
            """Quiet."""

    return Handler


def _certify(folder: Path) -> None:
    """A key and a certificate for localhost in front.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(1))
                   .not_valid_after(now + datetime.timedelta(1)).add_extension(names, False).sign(key, hashes.SHA256()))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "front.pem").write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
