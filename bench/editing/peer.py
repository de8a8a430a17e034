"""Annotorious (https://annotorious.dev), pinned in peer/package-lock.json, with the same picture and the same shapes."""
import json
import mimetypes
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).resolve().parent / "peer"
PACKAGE = FOLDER / "node_modules" / "@annotorious" / "annotorious"


class NoPeer(RuntimeError):
    """It could not be installed; the message says why."""


def version() -> str:
    return json.loads((PACKAGE / "package.json").read_text())["version"]


def install() -> None:
    """`npm ci` into bench/editing/peer/node_modules (git-ignored), by the Node that bin/assets finds, unless it is there. NoPeer."""
    pinned = json.loads((FOLDER / "package.json").read_text())["dependencies"]["@annotorious/annotorious"]
    if (PACKAGE / "package.json").is_file() and version() == pinned:
        return
    node, npm = _assets().node_and_npm()
    environment = {**os.environ, "PATH": os.pathsep.join([str(Path(node[0]).parent), os.environ.get("PATH", "")])}
    print(f"installing Annotorious {pinned} for comparison (npm ci) ...", flush=True)
    result = subprocess.run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"], cwd=FOLDER, env=environment,
                            capture_output=True, text=True)
    if result.returncode:
        raise NoPeer(f"Annotorious could not be installed (bench/editor.py --no-peer measures without it): {result.stderr.strip()[-400:]}")


def _assets() -> Any:
    """bin/assets as a module: it knows where Node is."""
    loader = SourceFileLoader("assets_command", str(ROOT / "bin" / "assets"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@contextmanager
def served(picture: bytes, shapes: list[dict[str, Any]]) -> Iterator[str]:
    """Address of the peer's page while the block runs."""
    answers = {"/": (FOLDER / "peer.html").read_bytes(), "/picture.jpg": picture, "/shapes.json": json.dumps(shapes).encode()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            file = PACKAGE / self.path.lstrip("/")
            body = answers.get(self.path) or (file.read_bytes() if file.is_file() and self.path.startswith("/dist/") else None)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", mimetypes.guess_type(self.path)[0] or "text/html")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
