# ruff: noqa: E501 tables of cases are read by column
"""Images from addresses: what may be fetched, and what happens to the rest. A real HTTP server in this process plays the internet."""
import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from annotation.ingest import addresses, fetch
from annotation.ingest.addresses import is_public
from annotation.ingest.tables import urls_of_table
from annotation.models import Frame, Project, Task
from annotation.services import tasks
from tests.annotation.filling import ingest, stored_files
from tests.annotation.pictures import picture


@pytest.mark.parametrize("address", [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.1",
    "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1",
    "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::",
    "2002:a00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001:db8::1", "::7f00:1", "2001:0:4136:e378:8000:63bf:f5ff:fffe"])
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


Answers = dict[str, Callable[[http.server.BaseHTTPRequestHandler], None]]


class Internet:
    """A server on 127.0.0.1; `routes` maps a path to what answers it, `seen` lists the paths and Host headers that came."""

    def __init__(self) -> None:
        self.routes: Answers = {}
        self.seen: list[tuple[str, str]] = []
        internet = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                internet.seen.append((self.path, self.headers["Host"]))
                internet.routes.get(self.path, lambda handler: handler.send_error(404))(self)

            def log_message(self, *arguments: Any) -> None:
                """Quiet."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path: str, host: str = "pictures.example") -> str:
        return f"http://{host}:{self.port}{path}"


def body(content: bytes, status: int = 200, **headers: str) -> Callable[[Any], None]:
    def answer(handler: Any) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def redirect(target: str, status: int = 302) -> Callable[[Any], None]:
    return body(b"", status, Location=target)


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Internet]:
    """Names ending in .example lead to the server and are allowed; others resolve as the machine says."""
    running = Internet()
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *arguments: Any, **names: Any) -> Any:
        return real("127.0.0.1" if str(host).endswith(".example") else host, port, *arguments, **names)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(fetch, "BACK_OFF_SECONDS", 0.01)
    settings.INGEST_ALLOWED_PRIVATE_HOSTS = [f"pictures.example:{running.port}"]
    settings.INGEST_URL_TIMEOUT = 2
    yield running
    running.server.shutdown()
    running.server.server_close()


@pytest.fixture
def task(alice: Any, project: Project) -> Task:
    return tasks.create_task(actor=alice, project=project, name="Monday", sorting_method="predefined")


@pytest.mark.django_db
def test_images_come_from_addresses_in_their_order(alice: Any, task: Task, internet: Internet) -> None:
    internet.routes = {"/b.jpg": body(picture()), "/x/b.jpg?v=1": body(picture(50, 50)), "/a%20b": redirect("/final.png"),
                       "/final.png": body(picture(form="PNG"))}
    request = ingest(alice, task, urls=[internet.url(path) for path in ("/b.jpg", "/x/b.jpg?v=1", "/a%20b")])
    assert request.status == "finished", request.errors
    frames = list(Frame.objects.values_list("name", "source_url", "media_type"))
    assert frames == [("b.jpg", internet.url("/b.jpg"), "image/jpeg"), ("b-2.jpg", internet.url("/x/b.jpg?v=1"), "image/jpeg"),
                      ("a b.png", internet.url("/a%20b"), "image/png")]
    assert {host for _, host in internet.seen} == {f"pictures.example:{internet.port}"}


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "other.example", "0"])
def test_private_hosts_are_refused_whatever_they_are_called(alice: Any, task: Task, internet: Internet, host: str) -> None:
    internet.routes = {"/a.jpg": body(picture())}
    request = ingest(alice, task, urls=[internet.url("/a.jpg", host)])
    assert request.status == "failed"
    assert internet.seen == []
    assert "private network" in request.errors[0] or "unknown" in request.errors[0] or "reached" in request.errors[0]
    assert stored_files() == []


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}/secret", "http://169.254.169.254/latest/meta-data/", "//other.example:{port}/secret",
                                    "http://[::1]:{port}/secret", "file:///etc/passwd", "gopher://127.0.0.1/", "http://user:pw@pictures.example/"])
def test_redirects_into_the_private_network_are_refused(alice: Any, task: Task, internet: Internet, target: str) -> None:
    internet.routes = {"/a.jpg": redirect(target.format(port=internet.port)), "/secret": body(picture())}
    request = ingest(alice, task, urls=[internet.url("/a.jpg")])
    assert request.status == "failed"
    assert [path for path, _ in internet.seen] == ["/a.jpg"]


@pytest.mark.django_db
def test_a_name_that_changes_its_address_between_check_and_connection_gains_nothing(
        alice: Any, task: Task, internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    connected: list[str] = []
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1"])
    monkeypatch.setattr(addresses.socket, "getaddrinfo",
                        lambda host, port, *a, **k: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))])

    def connect(self: Any, host: str, *arguments: Any) -> Any:
        connected.append(host)
        raise addresses.httpcore.ConnectError("no internet in tests")

    monkeypatch.setattr(addresses.httpcore.SyncBackend, "connect_tcp", connect)
    request = ingest(alice, task, urls=[f"http://rebind.test:{internet.port}/a.jpg"])
    # The first try went to the address that was checked; the second, checked anew, was refused.
    assert connected == ["93.184.216.34"]
    assert "private network" in request.errors[0]
    assert internet.seen == []


def slow_body(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "90000")
    handler.end_headers()
    try:
        for _ in range(100):
            handler.wfile.write(b"x")
            time.sleep(0.1)
    except OSError:
        return


def endless_body(handler: Any) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(1000):
            handler.wfile.write(b"x" * 10_000)
    except OSError:
        return


@pytest.mark.django_db
@pytest.mark.parametrize(("answer", "sentence"), [
    (body(b"", 404), "HTTP status 404"), (body(b"<html>", 200), "is not a JPEG"), (redirect("/a.jpg"), "more than 5 times"),
    (body(b"", 302), "redirected to nowhere"), (slow_body, "longer than 2 seconds"), (lambda handler: time.sleep(3), "longer than 2 seconds"),
    (endless_body, "is larger than 100,000 bytes"), (body(b"x" * 200_000), "is larger than 100,000 bytes"), (body(b""), "is empty"),
    (lambda handler: handler.wfile.write(b"nonsense\r\n\r\n"), "cannot be reached"),
], ids=["missing", "html", "loop", "nowhere", "drip", "silence", "endless", "large", "empty", "no http"])
def test_bad_answers_become_sentences(alice: Any, task: Task, internet: Internet, settings: Any, answer: Any, sentence: str) -> None:
    settings.INGEST_MAX_FILE_BYTES = 100_000
    internet.routes = {"/a.jpg": answer, "/good.jpg": body(picture())}
    request = ingest(alice, task, urls=[internet.url("/good.jpg"), internet.url("/a.jpg")])
    assert request.status == "failed"
    assert len(request.errors) == 1
    assert request.errors[0].startswith(internet.url("/a.jpg"))
    assert sentence in request.errors[0]
    assert stored_files() == []


@pytest.mark.django_db
def test_a_server_that_stumbles_is_asked_again(alice: Any, task: Task, internet: Internet) -> None:
    answers = iter([body(b"", 503), body(b"", 429), body(picture())])
    internet.routes = {"/a.jpg": lambda handler: next(answers)(handler)}
    assert ingest(alice, task, urls=[internet.url("/a.jpg")]).status == "finished"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["ftp://x.org/a.jpg", "file:///etc/passwd", "//x.org/a.jpg", "javascript:alert(1)", "http://", "http://[", "x",
                                     "http://a:b@x.org/", "http://x.org/a b.jpg", "http://x.org:99999/", "http://x.org/" + "a" * 3000])
def test_what_is_no_address_is_refused_at_once(alice: Any, task: Task, address: str) -> None:
    with pytest.raises(ValidationError) as error:
        tasks.start_ingest(actor=alice, task=task, urls=["https://example.org/ok.jpg", address])
    assert error.value.message_dict["urls"][0].startswith("Address 2: ")


@pytest.mark.parametrize(("text", "column", "expected"), [
    ("INPUT:image\thint\nhttps://a.org/1.jpg\tx\nhttps://a.org/2.jpg\ty\n", "INPUT:image", ["https://a.org/1.jpg", "https://a.org/2.jpg"]),
    ("\ufeffurl;n\r\nhttps://a.org/1.jpg;1\r\n", "url", ["https://a.org/1.jpg"]),
    ('name,url\n"a, b",https://a.org/1.jpg\n\n', "", ["https://a.org/1.jpg"]), ("url\nhttps://a.org/1.jpg\n", "", ["https://a.org/1.jpg"])])
def test_addresses_are_taken_from_a_table(text: str, column: str, expected: list[str]) -> None:
    assert urls_of_table(ContentFile(text.encode()), column) == expected


@pytest.mark.parametrize(("content", "column", "field", "sentence"), [
    (b"a\tb\n1\t2\n", "c", "column", "it has: a, b"), (b"a\tb\nhttps://x.org\thttps://y.org\n", "", "column", "Choose the column"),
    (b"a\n", "a", "table", "at least one line"), (b"", "a", "table", "at least one line"), (b"\xff\xfe\x00", "a", "table", "UTF-8"),
    (b"url\nhttps://x.org/1\nnonsense\n", "url", "column", "Address 2"), (b'a,b\n"x', "a", "table", "cannot be read")])
def test_a_bad_table_is_refused_with_the_field(content: bytes, column: str, field: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as error:
        urls_of_table(ContentFile(content), column)
    assert sentence in error.value.message_dict[field][0]
