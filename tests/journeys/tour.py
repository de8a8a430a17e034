"""The walk of `bin/screenshots`: the main job, page after page; the editor, the review and the sandbox have tours of their own."""
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from cvatoloka.demo.client import Application, SandboxControl, wait_for
from tests.journeys.people import Desk, Requester
from tests.journeys.pictures import Gallery
from tests.journeys.tour_editor import EditorTour
from tests.journeys.tour_quality import QualityTour
from tests.journeys.tour_review import ReviewTour
from tests.journeys.tour_sandbox import SandboxTour

TITLE = "Everyday objects"
EVERYONE_ENGLISH = {"and": [
    {"or": [{"category": "profile", "key": "languages", "operator": "IN", "value": "EN"}]},
    {"or": [{"category": "profile", "key": "education", "operator": "EQ", "value": "HIGH"},
            {"category": "computed", "key": "device_category", "operator": "EQ", "value": "PERSONAL_COMPUTER"}]}]}


class Tour:
    """One walk through the main job."""

    def __init__(self, found: dict[str, Any], photographs: Path, browser: Browser, gallery: Gallery) -> None:
        self.found, self.photographs, self.browser, self.gallery = found, photographs, browser, gallery
        self.app = found["app"].rstrip("/")
        self.api = Application(self.app)
        self.sandbox_url = found["sandbox"].rstrip("/")
        self.user = found["users"]["requester"]
        self.api.log_in(**self.user)
        self.sandbox = SandboxControl(self.sandbox_url, found["toloka_token"])
        self.requester = Requester(self.open_page(), self.app)

    def open_page(self) -> Page:
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
        page = self.open_page()
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
        page.get_by_label("Days for manual review").fill("2")
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
        desk = Desk(self.open_page(), self.sandbox_url)
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

    def behind(self) -> None:
        page = self.open_page()
        page.goto(f"{self.sandbox_url}/requester/")
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
        self.gallery.room("First steps")
        self.strangers()
        project, task = self.before_the_crowd()
        self.gallery.room("To the crowd")
        self.set_up(project, task)
        self.desk()
        ReviewTour(self, project, task).run()
        QualityTour(self, project).run()
        EditorTour(self).run()
        self.gallery.room("Behind")
        self.behind()
        SandboxTour(self).run()


def choose(page: Page, item: str) -> None:
    page.get_by_role("button", name="Actions").click()
    page.locator(".dropdown-menu.show").get_by_text(item).click()
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
