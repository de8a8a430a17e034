"""What a requester and a Toloker do in their browsers, in their words."""
import re
import time
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Frame, Locator, Page, expect

# Several steps of several processes.
SLOW_MS = 60_000


def listen(page: Page) -> list[str]:
    """Errors that the page's scripts report from now on."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


class Requester:
    """The application in one browser."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.errors = listen(page)
        self.name = ""

    def open(self, url: str) -> None:
        """Go there, but not while the present page may be about to load itself again: see `settle`."""
        self.settle()
        self.page.goto(url)

    def log_in(self, username: str, password: str) -> None:
        self.name = username
        self.open(f"{self.url}/login")
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()
        expect(self.page.get_by_role("heading", name="Projects")).to_be_visible()

    def make_project(self, name: str, label: str) -> str:
        """Address of the new project, with one rectangle label."""
        page = self.page
        self.open(f"{self.url}/projects/create")
        page.locator("#id_name").fill(name)
        if not page.locator("[data-label] [data-key=name]").count():
            page.get_by_role("button", name="Add label").click()
        row = page.locator("[data-label]").last
        row.locator("[data-key=name]").fill(label)
        row.locator("[data-key=type]").select_option("rectangle")
        page.get_by_role("button", name="Create project").click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        return page.url

    def write_guide(self, project_url: str, text: str) -> None:
        page = self.page
        self.open(f"{project_url.rstrip('/')}/guide")
        page.locator("textarea").fill(text)
        page.get_by_role("button", name=re.compile("Save")).click()

    def set_up_project(self, project_url: str, key: str, description: str) -> None:
        """Actions > Setup crowdsourcing project, until the platform has made it."""
        page = self.page
        self.open(project_url)
        page.get_by_role("button", name="Actions").click()
        page.get_by_role("link", name="Setup crowdsourcing project").first.click()
        page.get_by_label("API key").fill(key)
        page.get_by_label("Project description").fill(description)
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_text("Toloka Project Created")).to_be_visible(timeout=SLOW_MS)
        expect(page.get_by_role("heading", name="Update project")).to_be_visible()

    def make_task(self, project_url: str, name: str, pictures: Iterable[Path], segment_size: int) -> str:
        """Address of the new task, its images processed."""
        page = self.page
        self.open(project_url)
        page.get_by_role("link", name="New task").first.click()
        page.locator("#id_name").fill(name)
        page.locator("#id_segment_size").fill(str(segment_size))
        page.locator("input[type=file]").first.set_input_files([str(path) for path in pictures])
        page.get_by_role("button", name="Create task").click()
        page.wait_for_url(re.compile(r"/tasks/\d+"), timeout=SLOW_MS)
        expect(page.get_by_role("link", name=re.compile(r"Job #?\d+|#\d+")).first).to_be_visible(timeout=SLOW_MS)
        return page.url.split("?")[0]

    def set_up_pool(self, task_url: str, price: str, reissue: str) -> None:
        page = self.page
        self.open(task_url)
        page.get_by_role("button", name="Actions").click()
        page.get_by_role("link", name="Setup Toloka pool").first.click()
        expect(page.get_by_role("heading", name="Create crowdsourcing task")).to_be_visible()
        page.get_by_label("Price per job").fill(price)
        page.get_by_label(reissue).check()
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_text("Toloka task was created")).to_be_visible(timeout=SLOW_MS)
        expect(page.get_by_role("heading", name="Update pool")).to_be_visible()

    def verb(self, url: str, item: str, button: str) -> None:
        """Choose `item` in the Actions menu of the page at `url` and confirm with `button`."""
        page = self.page
        self.open(url)
        page.get_by_role("button", name="Actions").click()
        page.locator(".dropdown-menu.show").get_by_text(item).click()
        self.press(page.get_by_role("dialog").get_by_role("button", name=button))

    def press(self, button: Locator) -> None:
        """Press what leads to another page, and be there."""
        with self.page.expect_navigation(timeout=SLOW_MS):
            button.click()

    def sync(self, url: str) -> None:
        """The Sync button of a task, until its command is carried out."""
        self.open(url)
        self.press(self.page.get_by_role("button", name="Sync"))
        self.settle()

    def settle(self) -> None:
        """Wait until no command of this page is open. While one is, the page asks after it and in the end loads itself again:
        Chromium drops what we load at that moment (net::ERR_ABORTED)."""
        expect(self.page.locator(".crowd-command")).to_have_count(0, timeout=SLOW_MS)
        self.page.wait_for_load_state()

    def see(self, text: str | re.Pattern[str]) -> None:
        """Reload until the page shows `text`: the platform answers in its own time."""
        # Menus that are closed hold the same words.
        self._reload_until(self.page.get_by_text(text).locator("visible=true").first)

    def see_in_bar(self, text: str) -> None:
        """Reload until the review bar of the job's page says `text`: messages on the page may use the same words earlier."""
        self._reload_until(self.page.get_by_role("group", name="Review").get_by_text(text).first)

    def _reload_until(self, shown: Locator) -> None:
        end = time.monotonic() + SLOW_MS / 1_000
        while True:
            self.settle()
            if shown.is_visible():
                return
            if time.monotonic() > end:
                break
            self.page.wait_for_timeout(500)
            self.page.reload()
        expect(shown).to_be_visible()

    def decide(self, job_url: str, verb: str, comment: str = "") -> None:
        """Accept or Reject in the job's bar."""
        page = self.page
        self.open(job_url)
        page.get_by_role("group", name="Review").get_by_role("link", name=verb).click()
        dialog = page.get_by_role("dialog")
        if comment:
            dialog.get_by_role("textbox").fill(comment)
        self.press(dialog.get_by_role("button", name=verb))


class Desk:
    """The sandbox's desk in one browser: one Toloker."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.errors = listen(page)
        self.instructed: set[str] = set()

    def sign_up(self, name: str) -> None:
        self.page.goto(self.url)
        self.page.get_by_label("Name").first.fill(name)
        self.page.get_by_role("button", name="Start working").click()
        expect(self.page.get_by_role("heading", name="Open tasks")).to_be_visible()

    def sees(self, title: str) -> bool:
        self.page.goto(f"{self.url}/#/")
        self.page.get_by_role("button", name="Refresh").click()
        self.page.wait_for_timeout(700)
        return self.page.get_by_role("button", name=f"Start: {title}").is_visible()

    def take(self, title: str) -> Frame:
        """Take a task of that title; gives the editor, inside the task's frame."""
        page = self.page
        page.goto(f"{self.url}/#/")
        page.get_by_role("button", name=f"Start: {title}").click()
        expect(page.get_by_role("button", name="Skip")).to_be_visible()
        # The desk opens the instructions by itself, but only with a project's first task.
        if title not in self.instructed:
            page.get_by_role("dialog").get_by_role("button", name="Got it").click()
            self.instructed.add(title)
        return self.editor()

    def editor(self) -> Frame:
        """The editor of the task that is open, inside the task's frame, as soon as it is there."""
        for _ in range(100):
            for frame in self.page.frames:
                if "/editor/" in frame.url and frame.locator(".ed-canvas").count():
                    return frame
            self.page.wait_for_timeout(200)
        raise AssertionError(f"the editor did not open; frames: {[frame.url for frame in self.page.frames]}")

    def draw(self, editor: Frame, box: tuple[float, float, float, float]) -> None:
        """Draw one rectangle, image pixels, with the only label."""
        editor.evaluate("() => window.ed.ready")
        if editor.evaluate("() => window.ed.app.state.dialog !== null"):
            editor.get_by_role("button", name="Start annotating").click()
        x, y, right, bottom = box
        first = editor.evaluate("([x, y]) => window.ed.page(x, y)", [x, y])
        second = editor.evaluate("([x, y]) => window.ed.page(x, y)", [right, bottom])
        canvas = editor.locator(".ed-canvas")
        area = canvas.evaluate("node => { const r = node.getBoundingClientRect(); return [r.left, r.top]; }")
        canvas.click()
        self.page.keyboard.press("n")
        for point in (first, second):
            canvas.click(position={"x": point["x"] - area[0], "y": point["y"] - area[1]})

    def lose_tab(self) -> None:
        """The tab is gone without being asked, as after a crash; a new one of the same browser opens what was open."""
        context, address = self.page.context, self.page.url
        for frame in self.page.frames:
            # A page that is closed may still save as it goes; one that crashes hears nothing.
            frame.evaluate("() => window.addEventListener('visibilitychange', (event) => event.stopImmediatePropagation(), true)")
        self.page.close()
        context.set_offline(False)
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(address)

    def submit(self, editor: Frame) -> None:
        """Submit in the editor; the task's script submits the assignment."""
        editor.locator(".ed-submit").click()
        editor.get_by_role("dialog").get_by_role("button", name=re.compile("Submit")).click()
        expect(self.page.get_by_text(re.compile("submitted|in review|thank", re.I)).first).to_be_visible(timeout=SLOW_MS)

    def my_work(self) -> None:
        self.page.goto(f"{self.url}/#/work")
        self.page.reload()
