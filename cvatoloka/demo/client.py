"""The application and the sandbox over their public HTTP interfaces, as any program would use them."""
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

TIMEOUT_SECONDS = 60.0
POLL_SECONDS = 0.2


class Unexpected(RuntimeError):
    """An answer that the main job cannot go on with; the message says which."""


def checked(answer: httpx.Response, *expected: int) -> Any:
    """The JSON of an answer. Unexpected when its status is another one than expected (default: any success)."""
    fine = answer.status_code in expected if expected else answer.is_success
    if not fine:
        raise Unexpected(f"{answer.request.method} {answer.request.url.path} answered {answer.status_code}: {answer.text[:500]}")
    return answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else None


def wait_for(what: str, look: Callable[[], Any], seconds: float) -> Any:
    """The first truthy result of `look`. Unexpected when there is none within `seconds`."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise Unexpected(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(POLL_SECONDS)


class Application:
    """A requester's session with cvatoloka: logs in at the form, then speaks REST."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, follow_redirects=True, headers={"Referer": f"{url}/"})

    def log_in(self, username: str, password: str) -> None:
        """Through the log-in form. Unexpected when it shows the form again."""
        page = self.http.get("/login")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        if token is None:
            raise Unexpected("The log-in page has no form")
        answer = self.http.post("/login", data={"username": username, "password": password, "csrfmiddlewaretoken": token[1]})
        if not answer.is_success or "sessionid" not in self.http.cookies:
            raise Unexpected(f"Logging in as {username} failed ({answer.status_code})")

    def get(self, path: str, **query: Any) -> Any:
        """GET /api/..."""
        return checked(self.http.get(f"/api/{path}", params=query))

    def every(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All rows of a list, page after page."""
        rows: list[dict[str, Any]] = []
        page = 1
        while True:
            answer = self.get(path, page=page, page_size=100, **query)
            rows += answer["results"]
            if not answer.get("next"):
                return rows
            page += 1

    def post(self, path: str, body: dict[str, Any] | None = None, **options: Any) -> Any:
        """POST /api/... with the session's CSRF token."""
        headers = {"X-CSRFToken": self.http.cookies["csrftoken"]}
        if "files" not in options:
            options["json"] = body or {}
        return checked(self.http.post(f"/api/{path}", headers=headers, **options))

    def upload(self, task: int, photographs: list[Path]) -> Any:
        """The photographs as one multipart request."""
        files = {f"client_files[{number}]": (path.name, path.read_bytes()) for number, path in enumerate(photographs)}
        return self.post(f"tasks/{task}/data/", files=files, data={"image_quality": "90"})

    def command(self, answer: dict[str, Any], seconds: float = 120) -> dict[str, Any]:
        """Wait until a command to the platform is carried out. Unexpected with its error when it failed."""
        done = wait_for(f"The command {answer['kind']}", lambda: self._finished(answer["id"]), seconds)
        if done["status"] != "done":
            raise Unexpected(f"The command {done['kind']} failed: {done['error']} ({done['error_code']})")
        return dict(done)

    def _finished(self, command: str) -> dict[str, Any] | None:
        found = self.get(f"crowdsourcing/commands/{command}")
        return found if found["status"] in ("done", "failed") else None

    def request(self, answer: dict[str, Any], seconds: float = 120) -> dict[str, Any]:
        """Wait until background work is finished. Unexpected with its message when it failed."""
        done = wait_for("The background work", lambda: self._ended(answer["rq_id"]), seconds)
        if done["status"] != "finished":
            raise Unexpected(f"The background work failed: {done.get('message')}")
        return dict(done)

    def _ended(self, request: str) -> dict[str, Any] | None:
        found = self.get(f"requests/{request}")
        return found if found["status"] in ("finished", "failed") else None


class SandboxControl:
    """The sandbox's control interface, and the requester's balance on its platform interface."""

    def __init__(self, url: str, token: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS)
        self.token = token

    def balance(self) -> str:
        """The requester's balance in USD."""
        return str(checked(self.http.get("/api/v1/requester", headers={"Authorization": f"OAuth {self.token}"}))["balance"])

    def robots(self, **config: Any) -> list[str]:
        """Start simulated Tolokers."""
        return list(checked(self.http.post("/control/v1/robots", json=config), 201)["ids"])

    def send_robots_home(self) -> None:
        """Delete all simulated Tolokers."""
        checked(self.http.delete("/control/v1/robots"), 204)

    def advance(self, days: float) -> None:
        """Let days pass on the sandbox's clock; what falls due has happened when this returns."""
        checked(self.http.post("/control/v1/clock/advance", json={"seconds": days * 86_400}))
