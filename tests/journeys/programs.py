"""What programs do over HTTP: a requester's script on the REST API, a Toloker's client on the editor's public API."""
import io
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from tests.stack.sandbox import TolokerAccount

WAIT_SECONDS = 60.0


class Api:
    """The REST API with one access token."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30)
        answer = self.http.post("/api/auth/login", json={"username": username, "password": password})
        answer.raise_for_status()
        self.http = httpx.Client(base_url=url, timeout=30, headers={"Authorization": f"Bearer {answer.json()['key']}"})

    def call(self, method: str, path: str, **options: Any) -> Any:
        """The JSON answer. AssertionError with the body of a refusal."""
        answer = self.http.request(method, path, **options)
        assert answer.status_code < 400, f"{method} {path}: {answer.status_code} {answer.text[:800]}"
        return answer.json() if answer.content else None

    def all(self, path: str, **params: Any) -> list[dict[str, Any]]:
        return self.call("GET", path, params={"page_size": 100, **params})["results"]

    def command(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """The command that a verb was answered with."""
        return self.call(method, path, **options)

    def finish(self, command: dict[str, Any], ring: Callable[[], None] = lambda: None) -> dict[str, Any]:
        """Wait until the command is done; `ring` is called now and then, in beat's place. AssertionError when it failed."""
        end = time.monotonic() + WAIT_SECONDS
        rung = time.monotonic()
        while command["status"] not in ("done", "failed"):
            assert time.monotonic() < end, f"still {command['status']} after {WAIT_SECONDS:.0f} s: {command}"
            time.sleep(0.2)
            if time.monotonic() - rung > 3:
                ring()
                rung = time.monotonic()
            command = self.call("GET", f"/api/crowdsourcing/commands/{command['id']}")
        assert command["status"] == "done", command
        return command

    def make_project(self, name: str, labels: tuple[tuple[str, str], ...] = (("square", "rectangle"),)) -> dict[str, Any]:
        """A project with labels of these names and types."""
        return self.call("POST", "/api/projects", json={"name": name, "labels": [{"name": label, "type": kind} for label, kind in labels]})

    def make_task(self, project: int, name: str, pictures: int | Iterable[Path], segment_size: int = 1) -> dict[str, Any]:
        """A task of so many small pictures, or of these files, ready; one picture a job unless `segment_size` says more."""
        task = self.call("POST", "/api/tasks", json={"name": name, "project_id": project, "segment_size": segment_size})
        named = [(f"p{n}.png", picture(n)) for n in range(pictures)] if isinstance(pictures, int) else [
            (path.name, path.read_bytes()) for path in pictures]
        files = {f"client_files[{n}]": (file, content, "application/octet-stream") for n, (file, content) in enumerate(named)}
        self.wait_for(self.call("POST", f"/api/tasks/{task['id']}/data/", files=files, data={"image_quality": "70"})["rq_id"])
        return task

    def wait_for(self, request: str) -> None:
        """Until the request is finished. AssertionError when it failed."""
        end = time.monotonic() + WAIT_SECONDS
        while (state := self.call("GET", f"/api/requests/{request}"))["status"] != "finished":
            assert state["status"] != "failed" and time.monotonic() < end, state
            time.sleep(0.2)

    def set_up_project(self, project: int, key: str) -> dict[str, Any]:
        return self.command("POST", "/api/crowdsourcing/projects", json={
            "project": project, "provider": "toloka", "environment": "sandbox", "api_key": key, "description": "Boxes around squares."})

    def set_up_pool(self, task: int, **config: Any) -> dict[str, Any]:
        return self.command("POST", "/api/crowdsourcing/pools", json={"task": task, "reward_per_assignment": "0.05", **config})

    def pool_of(self, task: int) -> dict[str, Any]:
        return next(pool for pool in self.all("/api/crowdsourcing/pools") if pool["task"] == task)


def picture(number: int) -> bytes:
    """A small PNG, another one for each number."""
    buffer = io.BytesIO()
    Image.new("RGB", (120, 90), (20 * number % 255, 80, 120)).save(buffer, "PNG")
    return buffer.getvalue()


def annotate(assignment: dict[str, Any], *, box: tuple[float, float, float, float] = (10, 10, 60, 50)) -> dict[str, Any]:
    """Work on a taken assignment through the editor's public API; gives the solution for the platform."""
    base = re.search(r'data-editor-base="([^"]+)"', assignment["view_spec"]["markup"])
    assert base, "the task page names the editor"
    key = assignment["tasks"][0]["input_values"]["job_key"]
    with httpx.Client(timeout=30) as http:
        session = http.post(f"{base[1]}{key}/session", json={"assignment_id": assignment["id"]})
        assert session.status_code == 201, session.text
        http.headers["Authorization"] = f"Editor {session.json()['token']}"
        origin = re.match(r"https?://[^/]+", base[1])
        assert origin
        api = f"{origin[0]}/api/editor"
        job = http.get(f"{api}/job").json()
        shape = {"type": "rectangle", "label_id": job["labels"][0]["id"], "points": list(box), "attributes": []}
        frames = {str(frame["number"]): {"shapes": [shape], "tags": []} for frame in job["frames"]}
        saved = http.patch(f"{api}/annotations", json={"revision": job["annotations"]["revision"], "frames": frames})
        assert saved.status_code == 200, saved.text
        done = http.post(f"{api}/submit", json={"revision": saved.json()["revision"]})
        assert done.status_code == 200, done.text
    return {name: done.json()[name] for name in ("job_key", "revision", "digest")}


def do_one(toloker: TolokerAccount, pool_id: str) -> str:
    """Take, annotate, submit; the assignment's id."""
    assignment = toloker.take(pool_id)
    toloker.submit(assignment["id"], annotate(assignment))
    return assignment["id"]
