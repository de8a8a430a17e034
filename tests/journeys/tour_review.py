"""Pictures of the review: the queue, issues in the editor, comparing, fixing, rejecting, and decisions about many."""
import re
from typing import Protocol

from playwright.sync_api import expect

from cvatoloka.demo.client import Application, SandboxControl, wait_for
from cvatoloka.demo.photographs import truth
from tests.journeys.people import Desk, Requester
from tests.journeys.pictures import LAPTOP, Gallery
from tests.journeys.tour_editor import Hands, coco

# The frames of some photographs, which are in the order of their names.
ASTRONAUT, CAMERA, COINS, MOTORCYCLE = 0, 1, 4, 5


class Host(Protocol):
    """The tour around this one."""

    app: str
    api: Application
    requester: Requester
    sandbox: SandboxControl
    gallery: Gallery
    kim: Desk

    def shoot(self, path: str, name: str) -> None: ...


class ReviewTour:
    """The crowd's work on one task, from the queue to the last decision."""

    def __init__(self, tour: Host, project: int, task: int) -> None:
        self.tour, self.gallery, self.api, self.page = tour, tour.gallery, tour.api, tour.requester.page
        self.project, self.task = project, task

    def run(self) -> None:
        self.gallery.room("The review")
        pool = next(pool["id"] for pool in self.api.every("crowdsourcing/pools") if pool["task"] == self.task)
        self.jobs = {job["start_frame"]: job["id"] for job in self.api.every("jobs", task_id=self.task)}
        self._crowd(pool)
        self._ground_truth()
        self.queue()
        self.issues()
        self.correction()
        self.bulk()
        self.decided(pool)

    def _crowd(self, pool: int) -> None:
        known = {name: photograph["shapes"] for name, photograph in truth()["photographs"].items()}
        self.tour.sandbox.robots(count=3, accuracy=0.9, seconds=[0, 0], seed=1, truth=known)

        def submitted() -> bool:
            self.api.command(self.api.post(f"crowdsourcing/pools/{pool}/sync"))
            return len(self.api.every("crowdsourcing/assignments", pool=pool, status="SUBMITTED")) == len(self.jobs)
        wait_for("The crowd's work", submitted, 180)
        self.tour.sandbox.send_robots_home()

    def _ground_truth(self) -> None:
        photographs = truth()["photographs"]
        pictures = [(name, one["width"], one["height"]) for name, one in photographs.items()]
        labels = [label["name"] for label in truth()["labels"]]
        boxes = [(image, labels.index(shape["label"]) + 1, corners(shape["points"]))
                 for image, one in enumerate(photographs.values(), 1) for shape in one["shapes"]]
        files = {"annotation_file": ("ground-truth.json", coco(pictures, labels, boxes))}
        self.api.request(self.api.post(f"tasks/{self.task}/annotations/import?kind=ground_truth&leave_out=true", files=files))

    def job(self, frame: int) -> str:
        return f"{self.tour.app}/jobs/{self.jobs[frame]}"

    def queue(self) -> None:
        self.tour.shoot(f"/tasks/{self.task}", "task-to-review")
        self.tour.shoot("/review", "review-queue")
        self.tour.shoot("/review?sort=suspicion&due=48&age=under-24h", "review-queue-filtered")
        self.tour.shoot("/review?toloker=nobody", "review-queue-nothing-matches")
        self.tour.shoot("/review/soon", "review-soon")
        self.tour.shoot(f"/jobs/{self.jobs[COINS]}", "job-review")
        self.page.get_by_role("link", name="Compare with the ground truth").click()
        expect(self.page.get_by_role("heading", name="Measured by the ground truth")).to_be_visible()
        self.gallery.take(self.page, "compare-with-ground-truth")

    def issues(self) -> None:
        page, hands = self.page, Hands(self.page).open(f"{self.job(MOTORCYCLE)}/editor?mode=review")
        self.gallery.take(page, "editor-review-empty", full=False)
        card = page.get_by_role("dialog", name="New issue")
        hands.press("n")
        hands.click((596, 372))
        card.get_by_label("What is wrong here?").fill("The tyre belongs to the wheel")
        self.gallery.take(page, "editor-review-new-issue", full=False)
        hands.press("Enter")
        expect(page.get_by_role("button", name=re.compile("^Issue 1, open"))).to_be_visible()
        self._more_issues(hands)
        page.get_by_role("button", name=re.compile("^Issue 1, open")).click()
        self.gallery.take(page, "editor-review", full=False, also=[LAPTOP])
        page.get_by_role("link", name="Reject").click()
        page.get_by_role("dialog").get_by_label("Anything else?").fill("Please read the guide again.")
        expect(page.get_by_role("dialog").locator("blockquote")).to_contain_text("read the guide")
        self.gallery.take(page, "editor-review-reject", full=False)
        page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        page.goto(self.job(MOTORCYCLE))
        self.gallery.take(page, "job-with-issues")
        self.decide("Reject", "job-reject", "Please read the guide again.")
        self.gallery.take(page, "job-rejected")

    def _more_issues(self, hands: Hands) -> None:
        """One about a rectangle, and one that is talked about and resolved."""
        page = self.page
        card = page.get_by_role("dialog", name="New issue")
        hands.press("Escape", "n")
        hands.stroke((120, 60), (220, 100), (330, 150))
        card.get_by_role("button", name="Wrong position").click()
        expect(page.get_by_role("button", name=re.compile("^Issue 2, open"))).to_be_visible()
        hands.press("Escape", "n")
        hands.click((660, 40))
        card.get_by_label("What is wrong here?").fill("A second motorcycle?")
        hands.press("Enter")
        page.get_by_role("button", name=re.compile("^Issue 3, open")).wait_for()
        page.get_by_label("Comment on issue 3").fill("No, that is a workbench.")
        hands.press("Enter")
        page.get_by_role("button", name="Resolve", exact=True).click()

    def decide(self, verb: str, name: str, comment: str = "") -> None:
        """A decision in the job's bar, with a picture of its question."""
        page = self.page
        page.get_by_role("group", name="Review").get_by_role("link", name=verb, exact=True).click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        if comment:
            dialog.get_by_role("textbox").fill(comment)
            expect(dialog.locator("blockquote")).to_contain_text(comment)
        self.gallery.take(page, name, full=False)
        self.tour.requester.press(dialog.get_by_role("button", name=verb))
        self.tour.requester.settle()

    def correction(self) -> None:
        """Fix and accept: the reviewer moves a box and draws another one."""
        page, hands = self.page, Hands(self.page)
        page.goto(self.job(ASTRONAUT))
        page.get_by_role("button", name="Fix", exact=True).click()
        page.wait_for_url("**/editor?mode=correction")
        hands.ready()
        hands.press("n")
        hands.click((150, 120))
        hands.click((250, 220))
        hands.saved()
        self.gallery.take(page, "editor-correction", full=False)
        page.get_by_role("button", name="Finish", exact=True).click()
        page.wait_for_url("**#correction")
        self.gallery.take(page, "job-correction")
        page.get_by_role("link", name="What is different?").click()
        expect(page.locator(".object-words").first).to_be_visible()
        self.gallery.take(page, "compare-correction")
        page.goto(self.job(ASTRONAUT))
        self.decide("Fix and accept", "job-fix-and-accept")
        self.gallery.take(page, "job-corrected")

    def bulk(self) -> None:
        page = self.page
        page.goto(self.job(CAMERA))
        self.decide("Accept", "job-accept")
        self.gallery.take(page, "job-accepted")
        page.goto(f"{self.tour.app}/review")
        page.get_by_label("Tick all on this page").check()
        page.get_by_role("button", name="Reject…").click()
        self.gallery.take(page, "bulk-reject", full=False)
        page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name="Accept…").click()
        self.gallery.take(page, "bulk-accept", full=False)
        page.get_by_role("dialog").get_by_role("button", name=re.compile("^Accept")).click()
        expect(page.get_by_text(re.compile("^Finished"))).to_be_visible(timeout=60_000)
        self.gallery.take(page, "bulk-decision")
        self.tour.shoot("/review/bulk", "bulk-decisions")
        self.tour.shoot("/review", "review-queue-empty")
        self.tour.shoot("/review/soon", "review-soon-empty")

    def decided(self, pool: int) -> None:
        self.tour.shoot(f"/tasks/{self.task}", "task-nearly-done")
        self.tour.kim.my_work()
        self.tour.kim.page.wait_for_timeout(800)
        self.gallery.take(self.tour.kim.page, "desk-my-work")
        self.api.request(self.api.post(f"projects/{self.project}/dataset/export?format=COCO 1.0&save_images=false"))
        self.tour.shoot(f"/projects/{self.project}/export", "export")
        self.tour.shoot("/requests", "requests")
        self.tour.shoot(f"/projects/{self.project}", "project-with-crowd")


def corners(points: list[float]) -> list[float]:
    """left, top, width, height of left, top, right, bottom."""
    left, top, right, bottom = points
    return [left, top, right - left, bottom - top]
