"""The main job, step by step: from a new project to accepted, paid-for, exported annotations, and everything put away."""
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from cvatoloka.demo.client import Application, SandboxControl, Unexpected, checked, wait_for
from cvatoloka.demo.photographs import truth
from cvatoloka.demo.sample import GUIDE

PRICE = Decimal("0.05")
ROBOTS = 3
# For what robots do; a few seconds on an idle machine.
PATIENCE_SECONDS = 180.0
# The platform keeps a rejection open to dispute for nine days.
DAYS_UNTIL_NO_DISPUTE = 10
COMMENT = "The box around the face is missing."


def require(holds: bool, sentence: str) -> None:
    """Unexpected unless it holds."""
    if not holds:
        raise Unexpected(sentence)


@dataclass
class MainJob:
    """The state that one step hands to the next. `steps()` is the order."""

    app: Application
    sandbox: SandboxControl
    user: dict[str, str]
    photographs: list[Path]
    project: int = 0
    task: int = 0
    jobs: list[int] = field(default_factory=list)
    crowd_project: int = 0
    pool: int = 0
    rejected: dict[str, Any] = field(default_factory=dict)
    balance: Decimal = Decimal(0)
    exported: int = 0

    def steps(self) -> list[tuple[str, Callable[[], None]]]:
        """(what a person reads, what is done), in order."""
        return [
            ("log in", lambda: self.app.log_in(**self.user)),
            ("create the project", self.create_project),
            ("set the project up on the sandbox", self.set_up_project),
            (f"make a task of {len(self.photographs)} photographs", self.create_task),
            ("set up a pool", self.set_up_pool),
            ("start the pool", self.start_pool),
            (f"{ROBOTS} simulated Tolokers annotate through the editor", self.annotate),
            ("sync the pool", self.sync_pool),
            ("accept all but one", self.accept_most),
            ("reject one with a reason", self.reject_one),
            ("give the rejected job to another Toloker", self.reissue),
            ("the job is done again by another Toloker", self.await_redo),
            ("accept the second attempt", self.accept_redo),
            ("the requester paid for the accepted work only", self.check_payment),
            ("export the accepted annotations", self.export),
            ("let the dispute period pass", self.let_dispute_pass),
            ("archive the pool", self.archive_pool),
            ("archive the project", self.archive_project)]

    def create_project(self) -> None:
        """Labels as in truth.json."""
        self.project = self.app.post("projects", {"name": "Everyday objects, once", "labels": truth()["labels"]})["id"]

    def set_up_project(self) -> None:
        """The key is checked, the project made on the platform."""
        self.balance = Decimal(self.sandbox.balance())
        self.app.command(self.app.post("crowdsourcing/projects", {
            "project": self.project, "provider": "toloka", "environment": "sandbox", "api_key": self.sandbox.token,
            "description": GUIDE[:200]}))
        found = self.app.every("crowdsourcing/projects", project=self.project)
        require(len(found) == 1 and found[0]["status"] == "ACTIVE" and bool(found[0]["remote_id"]), f"No active twin there: {found}")
        self.crowd_project = found[0]["id"]

    def create_task(self) -> None:
        """One job a photograph, once the upload is taken in."""
        self.task = self.app.post("tasks", {"name": "Photographs", "project_id": self.project, "segment_size": 1})["id"]
        self.app.request(self.app.upload(self.task, self.photographs))
        self.jobs = sorted(job["id"] for job in self.app.every("jobs", task_id=self.task))
        require(len(self.jobs) == len(self.photographs), f"{len(self.jobs)} jobs instead of {len(self.photographs)}")

    def set_up_pool(self) -> None:
        """Closed, with one platform task a job; rejected jobs wait for the button."""
        self.app.command(self.app.post("crowdsourcing/pools", {
            "task": self.task, "reward_per_assignment": str(PRICE), "assignment_max_duration_seconds": 1200, "auto_accept_period_day": 14,
            "reissue_policy": "by_hand", "filter": {}}))
        self.pool = self.app.every("crowdsourcing/pools", task=self.task)[0]["id"]
        suites = self.app.every("crowdsourcing/task-suites", pool=self.pool)
        require(all(suite["remote_task_id"] for suite in suites) and len(suites) == len(self.jobs), "Not every job has its platform task")
        self._require_pool("CLOSED")

    def start_pool(self) -> None:
        """Tolokers see it from then on."""
        self._pool_verb("start")
        self._require_pool("OPEN")

    def annotate(self) -> None:
        """Robots take every job, draw the true boxes, submit; seen by looking at the platform again and again."""
        known = {name: photograph["shapes"] for name, photograph in truth()["photographs"].items()}
        self.sandbox.robots(count=ROBOTS, accuracy=0.95, seconds=[0, 0], seed=1, truth=known)
        wait_for("The annotation of every job", lambda: self._synced_count("SUBMITTED") == len(self.jobs), PATIENCE_SECONDS)

    def sync_pool(self) -> None:
        """Every attempt brought its work along."""
        self._pool_verb("sync")
        found = self._assignments()
        require(all(assignment["snapshot"] and not assignment["submitted_without_work"] for assignment in found), "Work is missing")

    def accept_most(self) -> None:
        """All but the first photograph's job."""
        first = self.jobs[0]
        others = [assignment["id"] for assignment in self._assignments("SUBMITTED") if assignment["job"] != first]
        asked = [self.app.post(f"crowdsourcing/assignments/{attempt}/accept", {"comment": ""}) for attempt in others]
        for command in asked:
            self.app.command(command)
        require(len(self._assignments("ACCEPTED")) == len(self.jobs) - 1, "Not every accepted attempt is ACCEPTED")

    def reject_one(self) -> None:
        """A rejection without a comment is refused; with one it arrives."""
        attempt = self._assignments("SUBMITTED")[0]
        refused = self.app.http.post(f"/api/crowdsourcing/assignments/{attempt['id']}/reject", json={"comment": ""},
                                     headers={"X-CSRFToken": self.app.http.cookies["csrftoken"]})
        require(refused.status_code == 400, f"A rejection without a reason was answered with {refused.status_code}")
        self.app.command(self.app.post(f"crowdsourcing/assignments/{attempt['id']}/reject", {"comment": COMMENT}))
        self.rejected = self._assignments("REJECTED")[0]
        require(self.rejected["public_comment"] == COMMENT, "The Toloker does not see the reason")

    def reissue(self) -> None:
        """By hand, with the button's verb."""
        self.app.command(self.app.post(f"crowdsourcing/task-suites/{self.rejected['task_suite']}/reissue"))

    def await_redo(self) -> None:
        """A second attempt at the same job, by somebody else."""
        wait_for("The second attempt", lambda: self._synced_count("SUBMITTED") == 1, PATIENCE_SECONDS)
        again = self._assignments("SUBMITTED")[0]
        require(again["job"] == self.rejected["job"] and again["toloker"] != self.rejected["toloker"], f"The wrong attempt: {again}")
        self.sandbox.send_robots_home()

    def accept_redo(self) -> None:
        """Then every job is accepted."""
        again = self._assignments("SUBMITTED")[0]
        self.app.command(self.app.post(f"crowdsourcing/assignments/{again['id']}/accept", {"comment": "Thank you."}))
        states = {(job["stage"], job["state"]) for job in self.app.every("jobs", task_id=self.task)}
        require(states == {("acceptance", "completed")}, f"Jobs are {states}")

    def check_payment(self) -> None:
        """Price times jobs is the least that left the account; the platform's fee comes on top, at most as much again."""
        spent, price = self.balance - Decimal(self.sandbox.balance()), PRICE * len(self.jobs)
        require(price <= spent <= 2 * price, f"{spent} USD were spent for {len(self.jobs)} jobs at {PRICE}")

    def export(self) -> None:
        """COCO JSON with every photograph and at least half of the true boxes."""
        done = self.app.request(self.app.post(f"projects/{self.project}/dataset/export?format=COCO 1.0&save_images=false"))
        answer = self.app.http.get(done["result_url"])
        checked(answer, 200)
        coco = read_coco(answer.content)
        self.exported = len(coco["annotations"])
        expected = sum(len(photograph["shapes"]) for photograph in truth()["photographs"].values())
        require(len(coco["images"]) == len(self.photographs), f"{len(coco['images'])} images were exported")
        require(self.exported * 2 >= expected, f"{self.exported} boxes were exported, {expected} are true")

    def let_dispute_pass(self) -> None:
        """Days go by on the platform; the application learns the time there from its next answer."""
        self.sandbox.advance(DAYS_UNTIL_NO_DISPUTE)
        self._pool_verb("sync")

    def archive_pool(self) -> None:
        """Stopped first when it is still open."""
        if self._pool()["status"] == "OPEN":
            self._pool_verb("stop")
        self._pool_verb("archive")
        self._require_pool("ARCHIVED")

    def archive_project(self) -> None:
        """Final."""
        self.app.command(self.app.post(f"crowdsourcing/projects/{self.crowd_project}/archive"))
        found = self.app.get(f"crowdsourcing/projects/{self.crowd_project}")
        require(found["status"] == "ARCHIVED", f"The project is {found['status']}")

    def _pool(self) -> dict[str, Any]:
        return dict(self.app.get(f"crowdsourcing/pools/{self.pool}"))

    def _pool_verb(self, verb: str) -> None:
        self.app.command(self.app.post(f"crowdsourcing/pools/{self.pool}/{verb}"))

    def _require_pool(self, status: str) -> None:
        found = self._pool()["status"]
        require(found == status, f"The pool is {found} instead of {status}")

    def _assignments(self, *status: str) -> list[dict[str, Any]]:
        return self.app.every("crowdsourcing/assignments", pool=self.pool, **({"status": list(status)} if status else {}))

    def _synced_count(self, status: str) -> int:
        self._pool_verb("sync")
        return len(self._assignments(status))


def read_coco(content: bytes) -> dict[str, Any]:
    """The annotations of an export: a JSON file, or the one JSON file inside a zip."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = archive.read(next(name for name in archive.namelist() if name.endswith(".json")))
    return dict(json.loads(content))
