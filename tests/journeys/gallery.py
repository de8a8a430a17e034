"""Pictures of every page, taken while the main job runs on real parts: `bin/screenshots`."""
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from cvatoloka.demo.client import Application, SandboxControl, wait_for
from cvatoloka.demo.photographs import truth
from tests.journeys.people import Desk, Requester
from tests.stack import chromium
from tests.stack.browser import ARGUMENTS
from tests.stack.sandbox import free_port

ROOT = Path(__file__).resolve().parents[2]
SIZES = {1440: 900, 800: 1000}
TITLE = "Everyday objects"
EVERYONE_ENGLISH = {"and": [
    {"or": [{"category": "profile", "key": "languages", "operator": "IN", "value": "EN"}]},
    {"or": [{"category": "profile", "key": "education", "operator": "EQ", "value": "HIGH"},
            {"category": "computed", "key": "device_category", "operator": "EQ", "value": "PERSONAL_COMPUTER"}]}]}


class Gallery:
    """Takes pictures into `folder`: <name>-1440.png and <name>-800.png."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: list[str] = []

    def index(self) -> None:
        """README.md of the folder: every page, in the order of the tour."""
        words = {name: name.replace("-", " ").capitalize() for name in self.names}
        sections = "\n".join(
            f"## {words[name]}\n\n![{words[name]}, 1440 pixels wide]({name}-1440.png)\n\n[800 pixels wide]({name}-800.png)\n"
            for name in self.names)
        (self.folder / "README.md").write_text(f"# Every page\n\nMade by `bin/screenshots` on real parts.\n\n{sections}")

    def take(self, page: Page, name: str, *, full: bool = True) -> None:
        """Both widths; the whole page unless `full` is off (dialogs, editor)."""
        for width, height in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(400)
            path = self.folder / f"{name}-{width}.png"
            page.screenshot(path=path, full_page=full)
            shrink(path)
        page.set_viewport_size({"width": 1440, "height": 900})
        self.names.append(name)
        print(f"  {name}", flush=True)


def shrink(path: Path) -> None:
    """256 colours: a quarter of the bytes; the method keeps small areas of strong colour (labels), text stays sharp."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.FLOYDSTEINBERG)
    small.save(path, optimize=True)


class Tour:
    """One walk through the main job."""

    def __init__(self, found: dict[str, Any], browser: Browser, gallery: Gallery) -> None:
        self.found, self.browser, self.gallery = found, browser, gallery
        self.app = found["app"].rstrip("/")
        self.api = Application(self.app)
        self.user = found["users"]["requester"]
        self.api.log_in(**self.user)
        self.sandbox = SandboxControl(found["sandbox"].rstrip("/"), found["toloka_token"])
        self.requester = Requester(self._page(), self.app)

    def _page(self) -> Page:
        context = self.browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
        context.set_default_timeout(30_000)
        return context.new_page()

    def shoot(self, path: str, name: str, act: Callable[[Page], None] | None = None, *, full: bool = True) -> None:
        """The requester opens `path`, does `act`, picture."""
        page = self.requester.page
        page.goto(path if path.startswith("http") else f"{self.app}{path}")
        if act:
            act(page)
        self.gallery.take(page, name, full=full)

    def strangers(self) -> None:
        page = self._page()
        for path, name in (("/login", "login"), ("/signup", "signup"), ("/password-reset", "password-reset")):
            page.goto(f"{self.app}{path}")
            self.gallery.take(page, name)
        page.goto(f"{self.app}/signup")
        page.get_by_label("Username").fill("newcomer")
        page.get_by_label("E-mail").fill("newcomer@example.org")
        page.get_by_label("Password", exact=True).fill("a long enough secret")
        page.locator("#id_password2").fill("a long enough secret")
        page.get_by_role("button", name="Create account").click()
        expect(page.get_by_role("heading", name="Projects")).to_be_visible()
        self.gallery.take(page, "projects-empty")
        page.goto(f"{self.app}/projects/1")
        self.gallery.take(page, "not-found")

    def before_the_crowd(self) -> tuple[int, int]:
        self.requester.log_in(self.user["username"], self.user["password"])
        project = next(row["id"] for row in self.api.every("projects") if row["name"] == TITLE)
        wait_for("The sample task", lambda: any(task["size"] for task in self.api.every("tasks", project_id=project)), 90)
        task = self.api.every("tasks", project_id=project)[0]["id"]
        self.shoot("/projects", "projects")
        self.shoot("/projects/create", "project-create", lambda page: page.get_by_role("button", name="Add label").click())
        self.shoot(f"/projects/{project}", "project")
        self.shoot(f"/projects/{project}/edit", "project-labels")
        self.shoot(f"/projects/{project}/guide", "project-guide")
        self.shoot(f"/projects/{project}/tasks/create", "task-create")
        self.shoot(f"/tasks/{task}", "task-before-pool")
        job = self.api.every("jobs", task_id=task)[0]["id"]
        self.shoot(f"/jobs/{job}/editor", "editor-requester", lambda page: page.wait_for_timeout(2_500), full=False)
        self.shoot("/tasks", "tasks")
        self.shoot("/tokens", "access-tokens", new_token)
        self.shoot("/profile", "profile")
        return project, task

    def set_up(self, project: int, task: int) -> None:
        page = self.requester.page
        self.shoot(f"/projects/{project}/crowdsourcing", "crowd-project-setup")
        page.get_by_label("API key").fill("not-a-key")
        page.get_by_role("button", name="Submit").click()
        page.wait_for_timeout(4_000)
        self.gallery.take(page, "crowd-project-refused-key")
        self.requester.set_up_project(f"{self.app}/projects/{project}", self.found["toloka_token"], "Boxes around everyday objects.")
        self.gallery.take(page, "crowd-project-update")
        self.shoot(f"/tasks/{task}/pool", "pool-setup", audience)
        self.requester.page.get_by_label("Price per job").fill("0.05")
        page.get_by_label("Only when I press the button").check()
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_text("Toloka task was created")).to_be_visible(timeout=30_000)
        self.gallery.take(page, "pool-update")
        self.shoot(f"/tasks/{task}", "task-closed-pool")
        self.shoot(f"/tasks/{task}", "actions-menu", lambda page: page.get_by_role("button", name="Actions").click(), full=False)
        self.shoot(f"/tasks/{task}", "pool-start", lambda page: choose(page, "Start Toloka pool"), full=False)
        self.requester.press(page.get_by_role("dialog").get_by_role("button", name="Start"))
        self.requester.see(re.compile("pool is open", re.I))
        self.gallery.take(page, "task-open-pool")
        self.shoot(f"/tasks/{task}/pool/update", "pool-open-read-only")

    def desk(self) -> None:
        desk = Desk(self._page(), self.found["sandbox"].rstrip("/"))
        desk.page.goto(desk.url)
        desk.page.wait_for_timeout(500)
        self.gallery.take(desk.page, "desk-signup")
        desk.sign_up("Kim")
        desk.page.wait_for_timeout(800)
        self.gallery.take(desk.page, "desk-open-tasks")
        editor = desk.take(TITLE)
        editor.evaluate("() => window.ed.ready")
        self.gallery.take(desk.page, "desk-editor-guide", full=False)
        desk.draw(editor, (60, 60, 240, 220))
        expect(editor.get_by_text("Saved").first).to_be_visible()
        self.gallery.take(desk.page, "desk-editor", full=False)
        desk.submit(editor)
        self.gallery.take(desk.page, "desk-submitted")
        self.kim = desk

    def review(self, project: int, task: int) -> None:
        known = {name: photograph["shapes"] for name, photograph in truth()["photographs"].items()}
        self.sandbox.robots(count=3, accuracy=0.9, seconds=[0, 0], seed=1, truth=known)
        pool = next(pool["id"] for pool in self.api.every("crowdsourcing/pools") if pool["task"] == task)
        jobs = len(self.api.every("jobs", task_id=task))

        def submitted() -> bool:
            self.api.command(self.api.post(f"crowdsourcing/pools/{pool}/sync"))
            return len(self.api.every("crowdsourcing/assignments", pool=pool, status="SUBMITTED")) == jobs
        wait_for("The crowd's work", submitted, 180)
        self.sandbox.send_robots_home()
        first, second, *others = self.api.every("crowdsourcing/assignments", pool=pool, status="SUBMITTED")
        self.shoot(f"/tasks/{task}", "task-to-review")
        self.shoot("/review", "review-queue")
        self.shoot(f"/jobs/{second['job']}", "job-review")
        self.shoot(f"/jobs/{second['job']}", "job-accept", lambda page: bar(page, "Accept"), full=False)
        self.shoot(f"/jobs/{first['job']}", "job-reject", lambda page: bar(page, "Reject"), full=False)
        page = self.requester.page
        page.get_by_role("dialog").get_by_role("textbox").fill("One face is missing.")
        self.requester.press(page.get_by_role("dialog").get_by_role("button", name="Reject"))
        self.requester.see(re.compile("Rejected", re.I))
        self.gallery.take(page, "job-rejected")
        for one in (second, *others):
            self.api.command(self.api.post(f"crowdsourcing/assignments/{one['id']}/accept", {"comment": ""}))
        self.shoot(f"/jobs/{second['job']}", "job-accepted")
        self.shoot(f"/tasks/{task}", "task-nearly-done")
        self.kim.my_work()
        self.kim.page.wait_for_timeout(800)
        self.gallery.take(self.kim.page, "desk-my-work")
        self.api.request(self.api.post(f"projects/{project}/dataset/export?format=COCO 1.0&save_images=false"))
        self.shoot(f"/projects/{project}/export", "export")
        self.shoot("/requests", "requests")
        self.shoot(f"/projects/{project}", "project-with-crowd")

    def behind(self) -> None:
        page = self._page()
        page.goto(f"{self.found['sandbox'].rstrip('/')}/requester/")
        page.get_by_label("API token").fill(self.found["toloka_token"])
        page.keyboard.press("Enter")
        page.wait_for_timeout(1_500)
        self.gallery.take(page, "sandbox-requester")
        admin = self.found["users"]["admin"]
        page.goto(f"{self.app}/admin/login/?next=/admin/crowdsourcing/providercommand/")
        page.locator("#id_username").fill(admin["username"])
        page.locator("#id_password").fill(admin["password"])
        page.keyboard.press("Enter")
        expect(page.locator("#result_list")).to_be_visible()
        self.gallery.take(page, "admin-commands")
        page.goto(f"{self.app}/api/swagger")
        expect(page.locator(".opblock").first).to_be_visible(timeout=30_000)
        self.gallery.take(page, "api-swagger", full=False)

    def run(self) -> None:
        self.strangers()
        project, task = self.before_the_crowd()
        self.set_up(project, task)
        self.desk()
        self.review(project, task)
        self.behind()


def choose(page: Page, item: str) -> None:
    page.get_by_role("button", name="Actions").click()
    page.locator(".dropdown-menu.show").get_by_text(item).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def bar(page: Page, verb: str) -> None:
    page.get_by_role("group", name="Review").get_by_role("link", name=verb).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def new_token(page: Page) -> None:
    page.get_by_label("Name").fill("export script")
    page.get_by_role("button", name=re.compile("Create|Make")).click()
    page.wait_for_timeout(500)


def audience(page: Page) -> None:
    """Fill the builder by its JSON field, as it reads itself back."""
    page.locator("#id_filter").evaluate(
        "(node, value) => { node.value = JSON.stringify(value); node.dispatchEvent(new Event('change', {bubbles: true})); }",
        EVERYONE_ENGLISH)
    page.wait_for_timeout(300)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    data = Path(tempfile.mkdtemp(prefix="cvatoloka-gallery-"))
    demo = subprocess.Popen([ROOT / "bin" / "demo", "--json", "--data", str(data), "--port", str(free_port()), "--sandbox-port",
                             str(free_port())], stdout=subprocess.PIPE, text=True)
    try:
        assert demo.stdout is not None
        line = demo.stdout.readline()
        if not line:
            raise SystemExit("The demo did not start; its words are above.")
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium.ensure(), args=ARGUMENTS)
            gallery = Gallery(folder)
            Tour(json.loads(line), browser, gallery).run()
            gallery.index()
            browser.close()
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(60)
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
