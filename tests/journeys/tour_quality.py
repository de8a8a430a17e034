"""Pictures of quality: rules, policy, the second crowd at work, what comes of it."""
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Page, expect

from cvatoloka.demo.client import Application, SandboxControl, wait_for
from cvatoloka.demo.photographs import truth
from tests.journeys.people import Requester
from tests.journeys.pictures import Gallery

PATIENCE_SECONDS = 300


class Host(Protocol):
    """The tour around this one."""

    app: str
    api: Application
    requester: Requester
    sandbox: SandboxControl
    photographs: Path
    gallery: Gallery

    def shoot(self, path: str, name: str, act: Callable[[Page], None] | None = None) -> None: ...


class QualityTour:
    """A task of its own, annotated by good and bad robots and checked by others."""

    def __init__(self, tour: Host, project: int) -> None:
        self.tour, self.gallery, self.api, self.page = tour, tour.gallery, tour.api, tour.requester.page
        self.project = project

    def run(self) -> None:
        self.gallery.room("Quality")
        self.set_up()
        self.rules()
        self.before()
        self.crowds()
        self.after()

    def set_up(self) -> None:
        self.task = self.api.post("tasks", {"name": "Checked by others", "project_id": self.project, "segment_size": 1})["id"]
        photographs = sorted(path for path in self.tour.photographs.iterdir() if path.name in truth()["photographs"])
        self.api.request(self.api.upload(self.task, photographs))
        self.api.command(self.api.post("crowdsourcing/pools", {
            "task": self.task, "reward_per_assignment": "0.05", "assignment_max_duration_seconds": 1200, "auto_accept_period_day": 14,
            "reissue_policy": "at_once", "filter": {}}))
        self.pool = self.api.every("crowdsourcing/pools", task=self.task)[0]["id"]

    def rules(self) -> None:
        page = self.page
        self.tour.shoot(f"/projects/{self.project}/crowdsourcing/skills", "skills")

        def ready_made(page: Page) -> None:
            page.get_by_role("button", name="Often rejected: ban 15 days").click()
            expect(page.get_by_text("35").or_(page.locator("input[value='35']")).first).to_be_visible()
            page.get_by_role("button", name="Too fast: ban 10 days").click()
            expect(page.locator("input[value='20']").first).to_be_visible()

        self.tour.shoot(f"/pools/{self.pool}/rules", "pool-rules", ready_made)
        page.get_by_role("button", name="Whom would they have hit so far?").click()
        page.wait_for_timeout(1_500)
        self.gallery.take(page, "pool-rules-tried")

    def before(self) -> None:
        self.tour.shoot(f"/pools/{self.pool}/quality", "pool-quality-empty")
        self.tour.shoot(f"/pools/{self.pool}/verification", "verification-setup")
        self.page.get_by_role("button", name="Set up verification").click()
        expect(self.page.get_by_role("link", name="Pause")).to_be_visible(timeout=60_000)
        self.tour.shoot(f"/pools/{self.pool}/policy", "pool-policy")

    def crowds(self) -> None:
        """Seven who annotate, two of them badly, and enough others who check."""
        known = {name: one["shapes"] for name, one in truth()["photographs"].items()}
        self.api.command(self.api.post(f"crowdsourcing/pools/{self.pool}/start"))
        self.tour.sandbox.robots(count=5, accuracy=0.97, seconds=[2, 6], seed=41, truth=known)
        self.tour.sandbox.robots(count=3, accuracy=0.4, seconds=[1, 3], seed=51, truth=known)
        wait_for("Work to check", lambda: len(self._attempts()) >= 7, PATIENCE_SECONDS)
        wait_for("The first questions", lambda: self._verification()["progress"]["questions"] > 0, PATIENCE_SECONDS)
        self.tour.shoot(f"/pools/{self.pool}/verification", "verification-waiting")
        self.tour.sandbox.robots(count=20, accuracy=0.98, seconds=[1, 4], seed=61, truth=known)
        wait_for("Accepted work", lambda: len(self._attempts("ACCEPTED")) >= 5, PATIENCE_SECONDS)
        self.tour.sandbox.send_robots_home()

    def _attempts(self, *status: str) -> list[dict[str, Any]]:
        found = self.api.every("crowdsourcing/assignments", pool=self.pool)
        return [one for one in found if one["status"] in (status or ("SUBMITTED", "ACCEPTED", "REJECTED"))]

    def _verification(self) -> dict[str, Any]:
        return dict(self.api.get(f"crowdsourcing/pools/{self.pool}/verification"))

    def after(self) -> None:
        self.tour.shoot(f"/pools/{self.pool}/verification", "verification")
        for address, name in (("quality", "pool-quality"), ("quality/workers", "pool-workers"), ("quality/labels", "pool-labels"),
                              ("results", "pool-results")):
            self.tour.shoot(f"/pools/{self.pool}/{address}", name)
        attempt = self._attempts("ACCEPTED")[0]
        self.tour.shoot(f"/jobs/{attempt['job']}", "job-with-verdict", lambda page: page.get_by_text("What it was made of").first.click())
        self.page.get_by_role("link", name=attempt["toloker"][-8:]).first.click()
        self.gallery.take(self.page, "worker")

        def stricter(page: Page) -> None:
            page.get_by_label("An answer counts when it is so sure, %").fill("99")
            page.get_by_role("button", name="Try on past work").click()
            page.wait_for_timeout(1_500)

        self.tour.shoot(f"/pools/{self.pool}/policy", "pool-policy-tried", stricter)
