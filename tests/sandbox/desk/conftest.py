"""A running sandbox, a shop of projects and pools, and browser pages that forgive no error on the console."""
import base64
import json
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, FrameLocator, Page

from tests.stack.sandbox import Door, RequesterAccount, SandboxServer, TolokerAccount, sandbox_server

YES_NO = """
exports.Task = extend(TolokaHandlebarsTask, function (options) {
  TolokaHandlebarsTask.call(this, options);
}, {
  onRender: function () {
    this.getDOMElement().querySelector(".whose").textContent = this.getAssignment().getId();
  },
  validate: function (solution) {
    if (solution.output_values.result) return null;
    return {task_id: this.getTask().id, errors: {result: {code: "REQUIRED", message: "Say yes or no."}}};
  },
  onDestroy: function () {}
});

function extend(Parent, constructor, methods) {
  constructor = constructor || function () {};
  if (Parent) constructor.prototype = Object.create(Parent.prototype);
  for (var name in methods) constructor.prototype[name] = methods[name];
  return constructor;
}
"""
MARKUP = """
<p class="whose"></p><h2>{{title}}</h2>
{{field type="radio" name="result" value="YES" label="Yes" hotkey="1"}}
{{field type="radio" name="result" value="NO" label="No" hotkey="2"}}
"""
STRING = {"type": "string", "required": True}


def classic(markup: str = MARKUP, script: str = YES_NO, **more: Any) -> dict[str, Any]:
    """A classic view specification."""
    return {"type": "classic", "markup": markup, "script": script, "styles": "", "settings": {}, **more}


def template_builder(view: dict[str, Any], settings: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A Template Builder view specification; `more` is the rest of its config (plugins, vars)."""
    return {"type": "tb", "config": json.dumps({"view": view, **more}), "lock": {"core": "1.0.0"}, "settings": settings or {}}


def picture(width: int, height: int) -> str:
    """A grey PNG of that size as a data address."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xb4" * width) * height)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


@dataclass
class Shop:
    """A requester who sets up work."""

    requester: RequesterAccount
    made: list[str] = field(default_factory=list)

    def project(self, view: dict[str, Any], name: str = "Is there a cat?", output: dict[str, Any] | None = None, **more: Any) -> str:
        """Id of a new project whose tasks have one input, `title`."""
        spec = {"input_spec": {"title": STRING}, "output_spec": output or {"result": STRING}, "view_spec": view}
        form = {"public_name": name, "public_description": "Look at one photograph and say what you see.", "task_spec": spec,
                "public_instructions": "<h2>What to do</h2><p>Answer <b>Yes</b> if a cat shows.</p>",
                "assignments_issuing_type": "AUTOMATED", **more}
        return str(self.requester.call("POST", "/api/v1/projects", form)["id"])

    def pool(self, project: str, titles: list[str], **more: Any) -> str:
        """Id of a new OPEN pool with a task a title, one task a page, reviewed by hand."""
        form = {"project_id": project, "private_name": "First pool", "may_contain_adult_content": False,
                "will_expire": "2099-01-01T00:00:00", "reward_per_assignment": 0.05, "assignment_max_duration_seconds": 600,
                "auto_accept_solutions": False, "auto_accept_period_day": 21,
                "mixer_config": {"real_tasks_count": 1, "golden_tasks_count": 0, "training_tasks_count": 0},
                "defaults": {"default_overlap_for_new_task_suites": 1, "default_overlap_for_new_tasks": 1}, **more}
        pool = str(self.requester.call("POST", "/api/v1/pools", form)["id"])
        tasks = [{"pool_id": pool, "input_values": {"title": title}, "overlap": 1} for title in titles]
        self.requester.call("POST", "/api/v1/tasks?async_mode=false", tasks)
        self.requester.call("POST", f"/api/v1/pools/{pool}/open")
        self.made.append(pool)
        return pool

    def assignments(self, pool: str, status: str = "") -> list[dict[str, Any]]:
        """What the requester sees of a pool's work."""
        more = f"&status={status}" if status else ""
        found: list[dict[str, Any]] = self.requester.call("GET", f"/api/v1/assignments?pool_id={pool}{more}")["items"]
        return found

    def review(self, assignment: str, status: str, comment: str = "") -> None:
        """Accept or reject."""
        self.requester.call("PATCH", f"/api/v1/assignments/{assignment}", {"status": status, "public_comment": comment})

    def close_all(self) -> None:
        """Nothing of this shop is offered any more."""
        for pool in self.made:
            self.requester.call("POST", f"/api/v1/pools/{pool}/close")


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxServer]:
    """One sandbox for the desk's tests; each test brings its own requester and Tolokers."""
    with sandbox_server() as server:
        yield server


@pytest.fixture
def shop(sandbox: SandboxServer) -> Iterator[Shop]:
    """A requester with money. Its pools are closed afterwards, so that the next test's desk is empty."""
    opened = Shop(sandbox.create_requester("Ann's lab"))
    yield opened
    opened.close_all()


@dataclass
class Desk:
    """The Toloker's desk in a browser."""

    page: Page
    url: str

    def sign_up(self, name: str = "Ada") -> None:
        """Open the desk as a new Toloker with the profile that the form proposes."""
        self.page.goto(f"{self.url}/#/new")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_role("button", name="Start working").click()
        self.page.get_by_role("heading", name="Open tasks").wait_for()

    def become(self, name: str = "Ada", **profile: Any) -> TolokerAccount:
        """Sit down as a new Toloker, without the form."""
        made = Door(self.url).call("POST", "/worker/v1/tolokers", {"name": name, "profile": profile})
        self.page.goto(self.url)
        self.page.evaluate("toloker => localStorage.setItem('sandbox.tolokers', JSON.stringify([toloker]))", {**made, "name": name})
        return TolokerAccount(self.url, f"Toloker {made['token']}", made["id"], made["token"])

    def take(self, pool: str, toloker: TolokerAccount | None = None) -> FrameLocator:
        """Open a page of this pool as a new Toloker (or the given one) who knows the instructions; wait until it stands in its frame."""
        toloker = toloker or self.become()
        page = toloker.take(pool)
        self.page.evaluate("key => localStorage.setItem(key, '1')", f"sandbox.instructions_seen.{toloker.id}.{page['project_id']}")
        self.page.goto(f"{self.url}/#/assignment/{page['id']}")
        return self.frame()

    def start(self, task: str = "Is there a cat?") -> FrameLocator:
        """Take a task, read the instructions, and wait until it stands in its frame."""
        self.page.get_by_role("button", name=f"Start: {task}").click()
        self.page.get_by_role("button", name="Got it").click()
        return self.frame()

    def frame(self) -> FrameLocator:
        """The frame, once its task is shown."""
        self.page.locator(".task-page button:has-text('Submit'):not([disabled])").wait_for()
        return self.page.frame_locator("iframe.task-frame")

    def submit(self) -> None:
        """Press Submit."""
        self.page.get_by_role("button", name="Submit").click()


@pytest.fixture
def quiet_page(new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """A function that opens a page in a browser profile of its own. An error on its console fails the test, except that the browser reports
    refused requests by itself where `refusals` are expected."""
    noise: list[str] = []

    def open_one(refusals: bool = False, **options: Any) -> Page:
        page = new_context(**options).new_page()

        def listen(message: ConsoleMessage) -> None:
            if message.type == "error" and not (refusals and message.text.startswith("Failed to load resource")):
                noise.append(message.text)

        page.on("console", listen)
        page.on("pageerror", lambda error: noise.append(str(error)))
        return page

    yield open_one
    assert not noise


@pytest.fixture
def desk(quiet_page: Callable[..., Page], sandbox: SandboxServer) -> Desk:
    """A desk at which nothing is refused."""
    return Desk(quiet_page(), sandbox.url)
