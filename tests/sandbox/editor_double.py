"""An external editor that keeps docs/editor-protocol.md to the letter, with one photograph a job, for the robots to work in."""
import hashlib
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from PIL import Image

LABELS = [
    {"id": 3, "name": "face", "color": "#3b82f6", "type": "rectangle", "attributes": [
        {"id": 9, "name": "blurred", "input_type": "checkbox", "mutable": False, "values": ["false", "true"], "default_value": "false"}]},
    {"id": 4, "name": "outline", "color": "#ff0000", "type": "polygon", "attributes": []},
    {"id": 5, "name": "day", "color": "#00ff00", "type": "tag", "attributes": []},
]
SIZE = (200, 100)


@dataclass
class EditorDouble:
    """`jobs`: job key -> state; `problems`: what broke the protocol; `refuse_open`: sessions to answer with 503 first."""

    url: str = ""
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    refuse_open: int = 0

    def state(self, key: str) -> dict[str, Any]:
        return self.jobs.setdefault(key, {"revision": 0, "frames": {}, "submitted": False, "looked": False, "assignments": []})


@contextmanager
def editor_double() -> Iterator[EditorDouble]:
    """A running editor; `url` ends where job keys begin."""
    double = EditorDouble()

    class Handler(_Handler):
        editor = double

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    double.url = f"http://127.0.0.1:{server.server_address[1]}/editor/"
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    editor: EditorDouble
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        """Silence: the test looks at the state."""

    def _answer(self, status: int, body: Any, kind: str = "application/json") -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _body(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"null")

    def _job(self) -> tuple[str, dict[str, Any]] | None:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme != "Editor" or token.removeprefix("token-") not in self.editor.jobs:
            self._answer(401, {"code": "session_ended", "detail": "No session."})
            return None
        key = token.removeprefix("token-")
        return key, self.editor.jobs[key]

    def do_POST(self) -> None:
        body = self._body()
        if self.path.startswith("/editor/"):
            return self._open(self.path.removeprefix("/editor/").removesuffix("/session"), body)
        found = self._job()
        if found:
            key, job = found
            if body != {"revision": job["revision"]}:
                return self._answer(409, {"code": "revision_conflict", "revision": job["revision"], "detail": "Old."})
            job["submitted"] = True
            digest = hashlib.sha256(json.dumps(job["frames"], sort_keys=True).encode()).hexdigest()
            self._answer(200, {"job_key": key, "revision": job["revision"], "digest": digest})
        return None

    def _open(self, key: str, body: dict[str, Any]) -> None:
        if self.editor.refuse_open > 0:
            self.editor.refuse_open -= 1
            return self._answer(503, {"code": "platform_unavailable", "detail": "Try again."})
        if key.startswith("forbidden"):
            return self._answer(403, {"code": "not_yours", "detail": "No."})
        job = self.editor.state(key)
        job["assignments"].append(body["assignment_id"])
        return self._answer(201, {"token": f"token-{key}", "expires_at": "2060-01-01T00:00:00Z", "seconds_left": 600})

    def do_GET(self) -> None:
        found = self._job()
        if not found:
            return
        key, job = found
        if self.path == "/api/editor/job":
            frames = [{"number": 0, "name": f"{key}.jpg", "width": SIZE[0], "height": SIZE[1]}]
            self._answer(200, {"job": {"id": 1, "start_frame": 0, "stop_frame": 0}, "frames": frames, "labels": LABELS, "guide_html": "",
                               "annotations": {"revision": job["revision"], "frames": job["frames"]}, "context": {"mode": "toloker"}})
        elif self.path.startswith("/api/editor/frames/0"):
            job["looked"] = True
            picture = io.BytesIO()
            Image.new("RGB", SIZE).save(picture, "JPEG")
            self._answer(200, picture.getvalue(), "image/jpeg")
        else:
            self._answer(404, {"code": "not_found", "detail": self.path})

    def do_PATCH(self) -> None:
        found = self._job()
        if not found:
            return
        _, job = found
        body = self._body()
        if body["revision"] != job["revision"]:
            return self._answer(409, {"code": "revision_conflict", "revision": job["revision"], "detail": "Old."})
        for content in body["frames"].values():
            self.editor.problems += [problem for shape in content["shapes"] for problem in _problems(shape)]
        job["frames"].update(body["frames"])
        job["revision"] += 1
        self._answer(200, {"revision": job["revision"]})


def _problems(shape: dict[str, Any]) -> list[str]:
    label = next((label for label in LABELS if label["id"] == shape["label_id"]), None)
    if label is None or label["type"] != shape["type"]:
        return [f"label {shape['label_id']} does not draw {shape['type']}"]
    inside = all(0 <= value <= SIZE[index % 2] for index, value in enumerate(shape["points"]))
    enough = {"rectangle": len(shape["points"]) == 4, "polygon": len(shape["points"]) >= 6}[shape["type"]]
    named = [item["spec_id"] for item in shape["attributes"]] == [item["id"] for item in label["attributes"]]
    return [] if inside and enough and named else [f"a bad shape: {shape}"]
