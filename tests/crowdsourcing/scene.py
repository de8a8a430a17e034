"""Rows for tests of this room's doors: twins at the platform in any state, without a platform."""
import itertools
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from annotation.models import Job, Label, Project, Snapshot, Task
from crowdsourcing import credentials
from crowdsourcing.models import (
    Assignment,
    CrowdProject,
    LedgerEntry,
    Pool,
    ProviderAccount,
    ProviderCommand,
    StatusChange,
    TaskSuite,
    Toloker,
)

KEY = "AQAD-a-secret-key-of-a-requester-0123456789"
# Number and money of a bulk decision, agreed to whatever they are.
AGREED = (1_000, Decimal(1_000))
_numbers = itertools.count(1000)

# Status of the newest attempt -> stage and state of the job, as the mirror leaves them.
JOB_OF = {
    "ACTIVE": ("annotation", "in progress"), "SUBMITTED": ("validation", "completed"), "ACCEPTED": ("acceptance", "completed"),
    "REJECTED": ("validation", "rejected"), "SKIPPED": ("annotation", "new"), "EXPIRED": ("annotation", "new"),
}


def project(owner: Any, name: str = "Streets") -> Project:
    made = Project.objects.create(name=name, owner=owner, guide="# Boxes")
    Label.objects.create(project=made, name="car", color="#3b82f6", type="rectangle")
    return made


def task(project: Project, name: str = "Monday", jobs: int = 3) -> Task:
    made = Task.objects.create(project=project, name=name, owner=project.owner, segment_size=1, size=jobs)
    Job.objects.bulk_create([Job(task=made, start_frame=number, stop_frame=number) for number in range(jobs)])
    return made


def account(owner: Any, **fields: Any) -> ProviderAccount:
    values = {"base_url": "http://127.0.0.1:8090", "requester_id": "r1", "requester_name": "Alice Ltd", "balance": Decimal("100"),
              "checked_at": timezone.now()}
    return ProviderAccount.objects.create(owner=owner, encrypted_key=credentials.encrypt(KEY), **(values | fields))


def crowd_project(project: Project, **fields: Any) -> CrowdProject:
    number = next(_numbers)
    owned = fields.pop("account", None) or account(project.owner)
    values = {"remote_id": str(number), "status": "ACTIVE", "mark": f"mark-{number}", "description": "Draw boxes around cars.",
              "synced_at": timezone.now()}
    return CrowdProject.objects.create(project=project, account=owned, **(values | fields))


def pool(task: Task, crowd_project: CrowdProject | None = None, **fields: Any) -> Pool:
    number = next(_numbers)
    twin = crowd_project or CrowdProject.objects.filter(project=task.project).first() or globals()["crowd_project"](task.project)
    values = {"remote_id": str(number), "status": "CLOSED", "mark": f"mark-{number}", "reward_per_assignment": Decimal("0.05"),
              "will_expire": timezone.now() + timedelta(days=30), "synced_at": timezone.now(), "publish_operation_id": uuid.uuid4()}
    made = Pool.objects.create(task=task, crowd_project=twin, **(values | fields))
    TaskSuite.objects.bulk_create([
        TaskSuite(pool=made, job=job, key_nonce="n", remote_task_id=f"t-{job.pk}" if made.remote_id else "") for job in task.jobs.all()])
    if made.remote_id:
        LedgerEntry.objects.create(pool=made, kind="budget", amount=made.reward_per_assignment * task.jobs.count(), at=timezone.now())
    return made


def assignment(job: Job, status: str = "SUBMITTED", *, work: bool = True, age: timedelta = timedelta(hours=2), **fields: Any) -> Assignment:
    """An attempt that began `age` ago, with its snapshot and status changes, and the job as the mirror would leave it."""
    suite = job.task_suite
    now, number = timezone.now(), next(_numbers)
    toloker = Toloker.objects.create(account=suite.pool.crowd_project.account, user_id=uuid.uuid4().hex)
    times: dict[str, Any] = {"created": now - age}
    if status not in ("ACTIVE", "SKIPPED", "EXPIRED"):
        times["submitted"] = now - age / 2
    if status in ("ACCEPTED", "REJECTED", "SKIPPED", "EXPIRED"):
        times[status.lower()] = now - age / 4
    snapshot = None
    if work and "submitted" in times:
        shape = {"type": "rectangle", "points": [60, 50, 260, 190], "label_id": job.task.project.labels.first().pk}
        snapshot = Snapshot.objects.create(
            job=job, attempt=str(number), worker=toloker.user_id, reason="submitted", revision=1, digest="d" * 64, shape_count=1,
            data={"frames": {str(job.start_frame): {"shapes": [shape], "tags": []}}})
    made = Assignment.objects.create(pool=suite.pool, task_suite=suite, job=job, toloker=toloker, remote_id=f"a{number}", status=status,
                                     reward=suite.pool.reward_per_assignment, snapshot=snapshot, **(times | fields))
    _remember(made, times)
    Job.objects.filter(pk=job.pk).update(stage=JOB_OF[status][0], state=JOB_OF[status][1], worker=toloker.user_id)
    return made


def _remember(made: Assignment, times: dict[str, Any]) -> None:
    old = ""
    names = {"created": "ACTIVE", "submitted": "SUBMITTED", "accepted": "ACCEPTED", "rejected": "REJECTED", "skipped": "SKIPPED",
             "expired": "EXPIRED"}
    for field, new in names.items():
        if field in times:
            by_us = new in ("ACCEPTED", "REJECTED")
            StatusChange.objects.create(target_type="assignment", target_id=made.pk, old=old, new=new, at=times[field],
                                        cause="requester" if by_us else "toloker", actor=made.pool.task.owner if by_us else None,
                                        comment=made.public_comment if by_us else "")
            old = new
    movements = {"SUBMITTED": ["reserve"], "ACCEPTED": ["reserve", "charge"], "REJECTED": ["reserve", "release"]}.get(made.status, [])
    for kind in movements:
        LedgerEntry.objects.create(pool=made.pool, assignment=made, kind=kind, amount=made.reward, at=timezone.now())


def command(target: Any, kind: str, status: str = "pending", **fields: Any) -> ProviderCommand:
    from crowdsourcing.selectors import target_type_of
    from crowdsourcing.selectors.commands import account_of

    values = {"account": account_of(target), "next_try_at": timezone.now(), "finished_at": timezone.now() if status in ("done",
        "failed") else None}
    return ProviderCommand.objects.create(target_type=target_type_of(target), target_id=target.pk, kind=kind, status=status,
                                          **(values | fields))
