"""A requester's work with a platform in memory: real services, real outbox, real mirror, on PostgreSQL."""
from decimal import Decimal
from typing import Any

from annotation.models import Frame, Job, Snapshot
from crowdsourcing import selectors, tasks
from crowdsourcing.models import Assignment, CrowdProject, Pool, ProviderCommand, StatusChange, TaskSuite
from crowdsourcing.providers.fake import FakePlatform
from crowdsourcing.services import assignments, pools, projects
from tests.crowdsourcing import scene

KEY = "good-key"


class Crowd:
    """`platform` is the far side. Verbs deliver at once, as a worker would."""

    def __init__(self, owner: Any, platform: FakePlatform) -> None:
        self.owner, self.platform = owner, platform
        self.project = scene.project(owner)
        self.task = scene.task(self.project)

    def make_frames(self) -> None:
        """One image a job, as a task has that was made of pictures."""
        Frame.objects.bulk_create([
            Frame(task=self.task, number=number, name=f"street/{number}.jpg", width=641, height=479, media_type="image/jpeg", byte_size=1,
                  sha256="0" * 64, original=f"{number}.jpg") for number in range(self.task.size)])

    def deliver(self, command: ProviderCommand | None) -> ProviderCommand:
        assert command is not None
        ProviderCommand.objects.filter(pk=command.pk).update(next_try_at=command.created_at)
        tasks.deliver(str(command.pk))
        command.refresh_from_db()
        return command

    def deliver_all(self, tries: int = 10) -> None:
        """Deliver what is open, again and again, as the sweep would."""
        for _ in range(tries):
            waiting = list(ProviderCommand.objects.filter(status="pending"))
            if not waiting:
                return
            for command in waiting:
                self.deliver(command)

    def setup_project(self, **fields: Any) -> CrowdProject:
        made = projects.setup_project(**{
            "actor": self.owner, "project": self.project, "environment": "sandbox", "api_key": KEY, "description": "Cars", **fields})
        self.deliver(selectors.latest_command(made))
        return self.crowd_project

    def setup_pool(self, **config: Any) -> Pool:
        made = pools.setup_pool(actor=self.owner, task=self.task, config={"reward_per_assignment": Decimal("0.05"), **config})
        self.deliver(selectors.latest_command(made))
        return self.pool

    def open_pool(self, **config: Any) -> Pool:
        """From nothing to an open pool."""
        self.setup_project()
        self.setup_pool(**config)
        self.deliver(pools.start_pool(actor=self.owner, pool=self.pool))
        return self.pool

    @property
    def crowd_project(self) -> CrowdProject:
        return CrowdProject.objects.select_related("account").get(project=self.project)

    @property
    def pool(self) -> Pool:
        return Pool.objects.select_related("crowd_project__account", "task").get(task=self.task)

    def sync(self) -> None:
        tasks.sync_crowd_project(self.crowd_project.pk)

    def job(self, number: int = 0) -> Job:
        return self.task.jobs.order_by("pk")[number]

    def suite(self, number: int = 0) -> TaskSuite:
        return TaskSuite.objects.select_related("pool__crowd_project__account", "job").get(job=self.job(number))

    def take(self, number: int = 0, worker: str = "wanda") -> str:
        from crowdsourcing.job_keys import job_key_of

        return self.platform.take(self.pool.remote_id, worker, job_key_of(self.suite(number)))

    def work(self, number: int = 0, worker: str = "wanda", *, snapshot: bool = True) -> Assignment:
        """Taken, annotated in the editor, submitted, and seen by sync."""
        remote_id = self.take(number, worker)
        self.sync()
        if snapshot:
            Snapshot.objects.create(job=self.job(number), attempt=remote_id, worker=worker, reason="submitted", revision=1,
                                    digest="d" * 64, data={"frames": {}})
        self.platform.submit(remote_id, {"digest": "d" * 64})
        self.sync()
        return self.assignment(remote_id)

    def assignment(self, remote_id: str) -> Assignment:
        return Assignment.objects.select_related("pool__crowd_project__account", "task_suite", "job", "toloker").get(remote_id=remote_id)

    def accept(self, assignment: Assignment, comment: str = "") -> ProviderCommand:
        return self.deliver(assignments.accept_assignment(actor=self.owner, assignment=assignment, comment=comment))

    def reject(self, assignment: Assignment, comment: str = "Nothing is marked.") -> ProviderCommand:
        return self.deliver(assignments.reject_assignment(actor=self.owner, assignment=assignment, comment=comment))

    def state(self, number: int = 0) -> tuple[str, str, str]:
        job = self.job(number)
        return job.stage, job.state, job.worker

    def changes(self, target: Any) -> list[tuple[str, str, str]]:
        rows = StatusChange.objects.filter(target_type=selectors.target_type_of(target), target_id=target.pk).order_by("at", "id")
        return [(row.old, row.new, row.cause) for row in rows]

    def money(self) -> dict[str, Decimal]:
        money = selectors.pool_money(self.pool)
        assert money["reserved"] + money["spent"] + money["free"] == money["budget"]
        return money
