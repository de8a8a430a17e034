"""A small server with the editor's real page, its real static files and a scripted stand-in for /api/editor (docs/editor-protocol.md).

It keeps what the editor sends, so that tests look at bodies instead of pixels, and it can be told to refuse, to be slow or to be ahead.
"""
import hashlib
import io
import json
import mimetypes
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from PIL import Image, ImageDraw

from tests.editor.bundles import ROOT

JOB_KEY = "signed-key"
ASSIGNMENT = "00001abc--5f3e"
CSP = ("default-src 'none'; script-src 'self' 'nonce-fake'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
       "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'")
LABELS = [
    {"id": 3, "name": "car", "color": "#3b82f6", "type": "rectangle", "attributes": [
        {"id": 9, "name": "parked", "input_type": "checkbox", "mutable": False, "values": ["false", "true"], "default_value": "false"},
        {"id": 10, "name": "colour", "input_type": "select", "mutable": False, "values": ["dark", "light", "red"],
         "default_value": "dark"}]},
    {"id": 4, "name": "road", "color": "#f59f00", "type": "polygon", "attributes": []},
    {"id": 5, "name": "wheel", "color": "#d6336c", "type": "points", "attributes": []},
    {"id": 6, "name": "anything", "color": "#2fb344", "type": "any", "attributes": []},
    {"id": 7, "name": "night", "color": "#7048e8", "type": "tag", "attributes": []},
]
GUIDE = ("<h2>What to mark</h2><p>Draw a tight box around <strong>every car</strong>, also partly hidden ones.</p>"
         "<ul><li>Not toys.</li></ul>")


def picture(width: int, height: int, seed: int) -> bytes:
    """A drawn street, different for each seed, as JPEG bytes."""
    image = Image.new("RGB", (width, height), (150 - seed * 12, 186, 214))
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, height * 0.55, width, height], fill=(96, 98, 102))
    for index in range(6):
        left = width * index / 6
        top = height * (0.12 + 0.07 * ((index + seed) % 4))
        draw.rectangle([left, top, left + width / 6 - 8, height * 0.55], fill=(120 + 18 * index, 104, 96))
    for index in range(3):
        left, top = width * (0.08 + 0.3 * index), height * (0.6 + 0.06 * index)
        draw.rounded_rectangle([left, top, left + width * 0.2, top + height * 0.14], 18, fill=(180, 60 + 50 * index, 60))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


class FakeEditorApi:
    """`with FakeEditorApi() as fake:` then open `fake.address + "/editor/<key>#<assignment>"`."""

    def __init__(self, *, frames: int = 3, mode: str = "toloker", **context: Any) -> None:
        self.frames = [{"number": 10 + i, "name": f"street_{i + 1}.jpg", "width": 640, "height": 480} for i in range(frames)]
        self.labels: list[dict[str, Any]] = LABELS
        self.context = {"title": "Cars in the street", "price": "0.05", "currency": "USD", "seconds_left": 1500, "mode": mode,
                        "can_submit": mode != "review", "can_skip": mode == "toloker", **context}
        self.guide_html = GUIDE if mode == "toloker" else ""
        self.annotations: dict[str, Any] = {}
        self.revision = 0
        self.read_only = False
        self.token = "token-1"
        self.saves: list[dict[str, Any]] = []
        self.submits: list[dict[str, Any]] = []
        self.requests: list[str] = []
        self.session_refusal: tuple[int, dict[str, Any]] | None = None
        self.save_refusals: list[tuple[int, dict[str, Any]]] = []
        self.parent_origins = ""
        self.missing: set[int] = set()
        self.lose_answers = 0
        self.down = False
        self.lock = threading.Lock()

    def __enter__(self) -> "FakeEditorApi":
        handler = type("Handler", (_Handler,), {"fake": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def editor_address(self) -> str:
        """The Toloker's way in. A requester's page carries the token: `/requester`."""
        return f"{self.address}/editor/{JOB_KEY}#{ASSIGNMENT}"

    @property
    def platform_address(self) -> str:
        """A page of another origin (localhost is not 127.0.0.1 to a browser) with the editor in a frame."""
        return f"http://localhost:{self.port}/platform"

    def job(self) -> dict[str, Any]:
        numbers = [frame["number"] for frame in self.frames]
        return {
            "job": {"id": 7, "task_name": "Streets", "start_frame": numbers[0], "stop_frame": numbers[-1], "read_only": self.read_only,
                    "stage": "annotation", "state": "in progress"},
            "frames": self.frames, "labels": self.labels, "guide_html": self.guide_html,
            "annotations": {"revision": self.revision, "frames": self.annotations}, "context": self.context,
        }

    def save(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.save_refusals:
            return self.save_refusals.pop(0)
        if self.read_only:
            return 409, {"code": "read_only", "detail": "This work was submitted and can no longer be changed."}
        if body["revision"] != self.revision:
            return 409, {"code": "revision_conflict", "revision": self.revision, "detail": "Somebody saved since."}
        self.saves.append(body)
        self.annotations = {**self.annotations, **body["frames"]}
        self.revision += 1
        return 200, {"revision": self.revision}

    def submit(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if body["revision"] != self.revision:
            return 409, {"code": "revision_conflict", "revision": self.revision, "detail": "Somebody saved since."}
        self.submits.append(body)  # a repeat gives the same answer
        self.read_only = True
        digest = hashlib.sha256(json.dumps(self.annotations, sort_keys=True).encode()).hexdigest()
        return 200, {"job_key": JOB_KEY, "revision": self.revision, "digest": digest}

    def page(self, *, token: str) -> str:
        return render_to_string("annotation/editor.html", {
            "title": "Editor", "api_url": "/api/editor/", "token": token, "job_key": JOB_KEY, "csp_nonce": "fake",
            "session_url": "" if token else f"/editor/{JOB_KEY}/session",
            "parent_origins": self.parent_origins or f"http://localhost:{self.port} https://*.example.com"})

    def platform(self, display: str = "block") -> str:
        """The page around the frame; it keeps what it is told in window.messages."""
        return f"""<!doctype html><title>Platform</title>
            <style>body{{margin:0}}iframe{{border:0;width:100vw;height:100vh;display:{display}}}</style>
            <iframe src="{self.editor_address}"></iframe><script>window.messages = [];
            addEventListener("message", (event) => window.messages.push({{origin: event.origin, data: event.data}}));</script>"""


class _Handler(BaseHTTPRequestHandler):
    fake: FakeEditorApi
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Silence: tests look at fake.requests."""

    def answer(self, status: int, body: bytes | str | dict[str, Any], kind: str = "application/json", **headers: str) -> None:
        data = json.dumps(body).encode() if isinstance(body, dict) else body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def body(self) -> dict[str, Any]:
        return json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")

    def handle_request(self) -> None:
        path = urlsplit(self.path).path
        body = self.body() if self.command in ("POST", "PATCH") else {}
        fake = self.fake
        fake.requests.append(f"{self.command} {self.path}")
        if path.startswith("/static/"):
            return self.static(path.removeprefix("/static/"))
        if path in ("/requester", f"/editor/{JOB_KEY}"):
            return self.answer(200, fake.page(token=fake.token if path == "/requester" else ""), "text/html", Content_Security_Policy=CSP)
        if path in ("/platform", "/hidden"):
            return self.answer(200, fake.platform("none" if path == "/hidden" else "block"), "text/html")
        if fake.down:
            self.close_connection = True
            return self.connection.close()
        if path == f"/editor/{JOB_KEY}/session":
            return self.session(body)
        if path.startswith("/api/editor/"):
            return self.api(path.removeprefix("/api/editor/"), body)
        return self.answer(404, {"code": "not_found", "detail": "No such page."})

    do_GET = do_POST = do_PATCH = handle_request

    def static(self, name: str) -> None:
        # Settings read the folder of bundles at start-up; one made since then is served all the same.
        found = finders.find(name) or ROOT / "static_vendor" / name
        if not Path(found).is_file():
            return self.answer(404, f"no static file {name}", "text/plain")
        with open(found, "rb") as file:
            return self.answer(200, file.read(), mimetypes.guess_type(name)[0] or "application/octet-stream")

    def session(self, body: dict[str, Any]) -> None:
        if self.fake.session_refusal:
            return self.answer(*self.fake.session_refusal)
        if body.get("assignment_id") != ASSIGNMENT:
            return self.answer(403, {"code": "not_yours", "detail": "This assignment is not in this pool."})
        return self.answer(201, {"token": self.fake.token, "expires_at": "2030-01-01T00:00:00Z", "seconds_left": 1500})

    def api(self, path: str, body: dict[str, Any]) -> None:
        fake = self.fake
        if self.headers.get("Authorization") != f"Editor {fake.token}":
            return self.answer(401, {"code": "session_ended", "detail": "This session has ended."})
        with fake.lock:
            if path == "job":
                return self.answer(200, fake.job())
            if match := re.fullmatch(r"frames/(\d+)", path):
                return self.frame(int(match[1]))
            if path == "issues":
                return self.answer(200, {"attempt": "", "issues": []})
            if path == "annotations" and self.command == "GET":
                return self.answer(200, {"revision": fake.revision, "frames": fake.annotations})
            status, answer = fake.save(body) if path == "annotations" else fake.submit(body)
            if fake.lose_answers:
                fake.lose_answers -= 1
                self.close_connection = True
                return self.connection.close()
            return self.answer(status, answer)

    def frame(self, number: int) -> None:
        for seed, frame in enumerate(self.fake.frames):
            if frame["number"] == number and number not in self.fake.missing:
                return self.answer(200, picture(frame["width"], frame["height"], seed), "image/jpeg")
        return self.answer(404, {"code": "not_found", "detail": "This frame is not in the job."})
