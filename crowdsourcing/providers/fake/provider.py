"""A connection to the platform in memory."""
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crowdsourcing import rules
from crowdsourcing.providers.base import PoolSpec, ProjectSpec, RemoteAssignment, RemotePool, RemoteProject, RemoteTask, RequesterInfo
from crowdsourcing.providers.errors import BadCredentials, NotEnoughBalance, NotFound, Refused
from crowdsourcing.providers.fake.drawing import FakeDrawing
from crowdsourcing.providers.fake.people import FakePeople
from crowdsourcing.providers.fake.platform import FakePlatform, FakeTask
from crowdsourcing.providers.fake.skills import FakeSkills


class FakeProvider(FakeSkills, FakePeople, FakeDrawing):
    """A connection. Each call is written to `platform.calls`."""

    def __init__(self, platform: FakePlatform, key: str = "good-key") -> None:
        self.platform = platform
        self.key = key
        self.clock_offset: int | None = None

    def close(self) -> None:
        return None

    def _enter(self, method: str, *arguments: Any) -> None:
        self.platform.calls.append((method, *arguments))
        self._fault(method, after=False)
        if self.key != self.platform.key:
            raise BadCredentials("The platform does not know this key.", "AUTHENTICATION_ERROR")
        self.clock_offset = round(self.platform.offset.total_seconds())

    def _leave(self, method: str, *arguments: Any) -> None:
        self.platform.calls.append((f"did {method}", *arguments))
        self._fault(method, after=True)

    def _fault(self, method: str, *, after: bool) -> None:
        for fault in self.platform.faults:
            if fault["times"] > 0 and fault["after"] == after and fault["method"] in (method, "*"):
                fault["times"] -= 1
                raise fault["error"]

    def requester(self) -> RequesterInfo:
        self._enter("requester")
        return RequesterInfo("requester-1", "Fake requester", self.platform.balance)

    # --- projects -------------------------------------------------------------------------------------------------------------

    def ensure_project(self, spec: ProjectSpec) -> RemoteProject:
        self._enter("ensure_project", spec)
        for project_id, found in self.platform.projects.items():
            if found["spec"].mark == spec.mark:
                return self._project(project_id)
        project_id = str(next(self.platform.numbers))
        self.platform.projects[project_id] = {"spec": spec, "status": "ACTIVE"}
        self._leave("ensure_project", project_id)
        return self._project(project_id)

    def update_project(self, project_id: str, spec: ProjectSpec) -> RemoteProject:
        self._enter("update_project", project_id, spec)
        if self._project(project_id).status != "ACTIVE":
            raise Refused("The project is archived.", "INAPPROPRIATE_STATUS")
        self.platform.projects[project_id]["spec"] = spec
        self._leave("update_project", project_id)
        return self._project(project_id)

    def project(self, project_id: str) -> RemoteProject:
        self._enter("project", project_id)
        return self._project(project_id)

    def archive_project(self, project_id: str) -> RemoteProject:
        self._enter("archive_project", project_id)
        if self._project(project_id).status != "ARCHIVED":
            if any(p["spec"].project_id == project_id and p["status"] != "ARCHIVED" for p in self.platform.pools.values()):
                raise Refused("Archive the project's pools first.", "UNARCHIVED_POOLS_CONFLICT")
            self.platform.projects[project_id]["status"] = "ARCHIVED"
            self._leave("archive_project", project_id)
        return self._project(project_id)

    def _project(self, project_id: str) -> RemoteProject:
        found = self.platform.projects.get(project_id)
        if found is None:
            raise NotFound("The platform has no such project.", "DOES_NOT_EXIST")
        return RemoteProject(project_id, found["status"], found["spec"].mark, datetime.now(UTC))

    # --- pools ----------------------------------------------------------------------------------------------------------------

    def ensure_pool(self, spec: PoolSpec) -> RemotePool:
        self._enter("ensure_pool", spec)
        for pool_id, found in self.platform.pools.items():
            if found["spec"].mark == spec.mark:
                return self._pool(pool_id)
        pool_id = str(next(self.platform.numbers))
        self.platform.pools[pool_id] = {"spec": spec, "status": "CLOSED", "last_close_reason": ""}
        self._leave("ensure_pool", pool_id)
        return self._pool(pool_id)

    def differs(self, pool_id: str, spec: PoolSpec) -> bool:
        self._enter("differs", pool_id, spec)
        self._pool(pool_id)
        # What is to go is compared by what is there.
        return bool(replace(self.platform.pools[pool_id]["spec"], dropped_rules=spec.dropped_rules) != spec)

    def update_pool(self, pool_id: str, spec: PoolSpec) -> RemotePool:
        self._enter("update_pool", pool_id, spec)
        if self._pool(pool_id).status != "CLOSED":
            raise Refused("The pool is not closed.", "INAPPROPRIATE_STATUS")
        self.platform.pools[pool_id]["spec"] = spec
        self._leave("update_pool", pool_id)
        return self._pool(pool_id)

    def quality_rules(self, pool_id: str) -> list[dict[str, Any]]:
        self._enter("quality_rules", pool_id)
        self._pool(pool_id)
        spec: PoolSpec = self.platform.pools[pool_id]["spec"]
        return rules.merged([], rules.with_reissue(spec.quality_rules, spec.reissue_at_once), [])

    def pool(self, pool_id: str) -> RemotePool:
        self._enter("pool", pool_id)
        return self._pool(pool_id)

    def pools(self, project_id: str) -> list[RemotePool]:
        self._enter("pools", project_id)
        return [self._pool(pool_id) for pool_id, found in self.platform.pools.items() if found["spec"].project_id == project_id]

    def open_pool(self, pool_id: str) -> RemotePool:
        self._enter("open_pool", pool_id)
        return self._open(pool_id, "open_pool")

    def _open(self, pool_id: str, method: str) -> RemotePool:
        status = self._pool(pool_id).status
        if status == "CLOSED":
            if not any(task.pool_id == pool_id for task in self.platform.tasks.values()):
                raise Refused("The pool is empty.", "EMPTY_POOL")
            if self.platform.balance <= 0:
                raise NotEnoughBalance("There is no money on the account.", "NOT_ENOUGH_BALANCE")
            self.platform.pools[pool_id]["status"] = "OPEN"
            self._leave(method, pool_id)
        elif status != "OPEN":
            raise Refused("The pool is archived.", "INAPPROPRIATE_STATUS")
        return self._pool(pool_id)

    def close_pool(self, pool_id: str) -> RemotePool:
        self._enter("close_pool", pool_id)
        if self._pool(pool_id).status == "OPEN":
            self.platform.pools[pool_id] |= {"status": "CLOSED", "last_close_reason": "MANUAL"}
            self._leave("close_pool", pool_id)
        return self._pool(pool_id)

    def archive_pool(self, pool_id: str) -> RemotePool:
        self._enter("archive_pool", pool_id)
        status = self._pool(pool_id).status
        if status == "OPEN":
            raise Refused("The pool is open.", "INAPPROPRIATE_STATUS")
        if status == "CLOSED":
            live = {a.status for a in self.platform.assignments.values() if a.pool_id == pool_id}
            for word, code in (("ACTIVE", "THERE_IS_ACTIVE_ASSIGNMENT"), ("SUBMITTED", "SUBMITTED_ASSIGNMENTS_CONFLICT")):
                if word in live:
                    raise Refused("Some assignments are not finished.", code)
            self.platform.pools[pool_id]["status"] = "ARCHIVED"
            self._leave("archive_pool", pool_id)
        return self._pool(pool_id)

    def _pool(self, pool_id: str) -> RemotePool:
        found = self.platform.pools.get(pool_id)
        if found is None:
            raise NotFound("The platform has no such pool.", "DOES_NOT_EXIST")
        spec: PoolSpec = found["spec"]
        return RemotePool(pool_id, spec.project_id, found["status"], found["last_close_reason"], spec.mark, datetime.now(UTC),
                          getattr(spec, "auto_accept_solutions", True))

    # --- tasks ----------------------------------------------------------------------------------------------------------------

    def ensure_tasks(self, pool_id: str, job_keys: Sequence[str], operation_id: UUID, *, overlap: int = 1) -> list[RemoteTask]:
        self._enter("ensure_tasks", pool_id, tuple(job_keys), operation_id)
        self._pool(pool_id)
        there = {task.job_key for task in self.platform.tasks.values() if task.pool_id == pool_id}
        missing = [key for key in job_keys if key not in there]
        if missing and operation_id not in self.platform.operations:
            self.platform.operations.add(operation_id)
            for key in missing:
                task_id = f"{int(pool_id):010x}--{next(self.platform.numbers):024x}"
                self.platform.tasks[task_id] = FakeTask(task_id, pool_id, key, overlap)
            self._leave("ensure_tasks", pool_id, len(missing))
        wanted = set(job_keys)
        return [task for task in self._tasks(pool_id, 0) if task.job_key in wanted]

    def tasks(self, pool_id: str, *, overlap_from: int = 0) -> list[RemoteTask]:
        self._enter("tasks", pool_id, overlap_from)
        return self._tasks(pool_id, overlap_from)

    def _tasks(self, pool_id: str, overlap_from: int) -> list[RemoteTask]:
        return [self._task(task) for task in self.platform.tasks.values() if task.pool_id == pool_id and task.overlap >= overlap_from]

    def _task(self, task: FakeTask) -> RemoteTask:
        return RemoteTask(task.id, task.pool_id, task.job_key, task.overlap, datetime.now(UTC))

    def reissue(self, task_id: str, *, overlap: int) -> RemoteTask:
        self._enter("reissue", task_id, overlap)
        task = self._known_task(task_id)
        task.overlap = overlap
        self._open(task.pool_id, "reissue")
        return self._task(task)

    def withdraw(self, task_id: str, *, overlap: int) -> RemoteTask:
        self._enter("withdraw", task_id, overlap)
        task = self._known_task(task_id)
        used = sum(1 for a in self.platform.assignments.values()
                   if a.task_id == task_id and a.status in ("ACTIVE", "SUBMITTED", "ACCEPTED", "REJECTED"))
        task.overlap = min(task.overlap, max(overlap, used))
        return self._task(task)

    def _known_task(self, task_id: str) -> FakeTask:
        if task_id not in self.platform.tasks:
            raise NotFound("The platform has no such task.", "DOES_NOT_EXIST")
        return self.platform.tasks[task_id]

    # --- assignments ----------------------------------------------------------------------------------------------------------

    def accept(self, assignment_id: str, comment: str) -> RemoteAssignment:
        return self._decide("accept", assignment_id, "ACCEPTED", ("SUBMITTED", "REJECTED"), comment)

    def reject(self, assignment_id: str, comment: str) -> RemoteAssignment:
        found = self._decide("reject", assignment_id, "REJECTED", ("SUBMITTED",), comment)
        return found

    def _decide(self, method: str, assignment_id: str, status: str, allowed: tuple[str, ...], comment: str) -> RemoteAssignment:
        self._enter(method, assignment_id, comment)
        found = self._assignment(assignment_id)
        if found.status != status:
            if found.status not in allowed:
                raise Refused(f"The assignment is {found.status}.", "INAPPROPRIATE_STATUS")
            self.platform.change(assignment_id, status, public_comment=comment)
            spec: PoolSpec = self.platform.pools[found.pool_id]["spec"]
            if status == "REJECTED" and (spec.reissue_at_once or rules.reissues(spec.quality_rules)):
                self.platform.tasks[found.task_id].overlap += 1
            self._leave(method, assignment_id)
        return self._assignment(assignment_id)

    def assignment(self, assignment_id: str) -> RemoteAssignment:
        self._enter("assignment", assignment_id)
        return self._assignment(assignment_id)

    def _assignment(self, assignment_id: str) -> RemoteAssignment:
        found = self.platform.assignments.get(assignment_id)
        if found is None:
            raise NotFound("The platform has no such assignment.", "DOES_NOT_EXIST")
        return replace(found, seen_at=datetime.now(UTC))

    def assignment_pages(self, pool_id: str, *, stream: str = "", since: datetime | None = None) -> Iterator[list[RemoteAssignment]]:
        self._enter("assignment_pages", pool_id, stream, since)
        found = [self._assignment(a.id) for a in self.platform.assignments.values() if a.pool_id == pool_id]
        if stream:
            found = [a for a in found if getattr(a, stream) is not None and (since is None or getattr(a, stream) >= since)]
            found.sort(key=lambda a: (getattr(a, stream), a.id))
        for start in range(0, len(found), self.platform.page):
            yield found[start:start + self.platform.page]

    # --- news told without being asked for ------------------------------------------------------------------------------------

    def subscribe(self, pool_id: str, *, url: str, secret: str) -> None:
        self._enter("subscribe", pool_id, url)
        self._pool(pool_id)
        self.platform.subscriptions[pool_id, url] = secret
        self._leave("subscribe", pool_id, url)

    def unsubscribe(self, pool_id: str, *, url: str) -> None:
        self._enter("unsubscribe", pool_id, url)
        self._pool(pool_id)
        if self.platform.subscriptions.pop((pool_id, url), None) is not None:
            self._leave("unsubscribe", pool_id, url)
