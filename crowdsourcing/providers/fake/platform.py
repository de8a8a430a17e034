"""The far side: objects, workers, faults and a count of what was called."""
import itertools
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from crowdsourcing.providers.asking import RemotePage
from crowdsourcing.providers.base import RemoteAssignment, RemoteSkill
from crowdsourcing.providers.errors import ProviderError
from crowdsourcing.providers.people import RemoteBan


@dataclass
class FakeTask:
    id: str
    pool_id: str
    job_key: str
    overlap: int = 1
    # Of a job that the platform shows by itself: (frame, address).
    images: tuple[tuple[int, str], ...] = ()


@dataclass
class FakePlatform:
    """Objects by id, and what was called. `offset` moves its clock."""

    key: str = "good-key"
    balance: Decimal = Decimal("100")
    offset: timedelta = timedelta(0)
    page: int = 2
    projects: dict[str, dict[str, Any]] = field(default_factory=dict)
    pools: dict[str, dict[str, Any]] = field(default_factory=dict)
    tasks: dict[str, FakeTask] = field(default_factory=dict)
    assignments: dict[str, RemoteAssignment] = field(default_factory=dict)
    # Pages that were answered in verification pools, by pool.
    answered: dict[str, list[RemotePage]] = field(default_factory=dict)
    operations: set[UUID] = field(default_factory=set)
    skills: dict[str, RemoteSkill] = field(default_factory=dict)
    # Skill id -> worker -> value.
    user_skills: dict[str, dict[str, float]] = field(default_factory=dict)
    # (skill id, worker) -> when `give_skill` changed it.
    skill_times: dict[tuple[str, str], datetime] = field(default_factory=dict)
    bans: dict[str, RemoteBan] = field(default_factory=dict)
    # (pool id, url) -> secret.
    subscriptions: dict[tuple[str, str], str] = field(default_factory=dict)
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def advance(self, **delta: float) -> None:
        self.offset += timedelta(**delta)

    def fail(self, method: str, error: ProviderError, *, times: int = 1, after: bool = False) -> None:
        self.faults.append({"method": method, "error": error, "times": times, "after": after})

    def count(self, method: str) -> int:
        return sum(1 for call in self.calls if call[0] == method)

    def done(self, method: str) -> int:
        """How often the work of `method` was really carried out (a repeat that found it done does not count)."""
        return sum(1 for call in self.calls if call[0] == f"did {method}")

    def give_skill(self, skill_id: str, user_id: str, value: float) -> None:
        self.user_skills.setdefault(skill_id, {})[user_id] = float(value)
        self.skill_times[skill_id, user_id] = self.now()

    def changed_at(self, skill_id: str, user_id: str) -> datetime:
        """When the value changed last; values that a test put in by hand are as old as can be."""
        return self.skill_times.get((skill_id, user_id), datetime(2020, 1, 1, tzinfo=UTC))

    def ban(self, user_id: str, *, project_id: str = "", comment: str = "", until: datetime | None = None) -> str:
        """The id of a ban from a project, or from everything of the requester."""
        ban_id = str(next(self.numbers))
        self.bans[ban_id] = RemoteBan(ban_id, user_id, "PROJECT" if project_id else "ALL_PROJECTS", project_id, "", comment, self.now(),
                                      until, self.now())
        return ban_id

    def answer(self, pool_id: str, user_id: str, answers: dict[str, str]) -> RemotePage:
        """One page of a verification pool answered: question's key -> answer. The pool closes when nothing is left to answer."""
        if self.pools[pool_id]["status"] != "OPEN":
            raise AssertionError("The pool is not open.")
        ids = {task.job_key: task.id for task in self.tasks.values() if task.pool_id == pool_id}
        page = RemotePage(f"p{next(self.numbers):06d}", user_id, "ACCEPTED", self.now(), {ids[key]: said for key, said in answers.items()},
                          self.pools[pool_id]["spec"].reward_per_assignment)
        self.answered.setdefault(pool_id, []).append(page)
        given = Counter(key for one in self.answered[pool_id] for key in one.answers)
        if all(given[task.id] >= task.overlap for task in self.tasks.values() if task.pool_id == pool_id):
            self.pools[pool_id] |= {"status": "CLOSED", "last_close_reason": "COMPLETED"}
        return page

    # --- what workers do -----------------------------------------------------------------------------------------------------

    def take(self, pool_id: str, user_id: str = "worker-1", job_key: str = "") -> str:
        """The id of a new ACTIVE assignment of a task with overlap left that this worker never had."""
        if self.pools[pool_id]["status"] != "OPEN":
            raise AssertionError("The pool is not open.")
        for task in self.tasks.values():
            mine = [a for a in self.assignments.values() if a.task_id == task.id]
            used = sum(1 for a in mine if a.status in ("ACTIVE", "SUBMITTED", "ACCEPTED", "REJECTED"))
            if (task.pool_id == pool_id and used < task.overlap and user_id not in {a.user_id for a in mine}
                    and job_key in ("", task.job_key)):
                return self._give(task, user_id)
        raise AssertionError("No task is left for this worker.")

    def _give(self, task: FakeTask, user_id: str) -> str:
        now = self.now()
        assignment_id = f"a{next(self.numbers):06d}"
        reward = self.pools[task.pool_id]["spec"].reward_per_assignment
        self.assignments[assignment_id] = RemoteAssignment(
            id=assignment_id, pool_id=task.pool_id, task_id=task.id, job_key=task.job_key, user_id=user_id, status="ACTIVE",
            reward=reward, created=now, seen_at=now)
        return assignment_id

    def change(self, assignment_id: str, status: str, **fields: Any) -> RemoteAssignment:
        stamp = {status.lower(): self.now()} if status != "ACTIVE" else {}
        self.assignments[assignment_id] = replace(self.assignments[assignment_id], status=status, **{**stamp, **fields})
        return self.assignments[assignment_id]

    def submit(self, assignment_id: str, solution: dict[str, Any] | None = None) -> RemoteAssignment:
        found = self.change(assignment_id, "SUBMITTED", solution=solution or {})
        if self.pools[found.pool_id]["spec"].auto_accept_solutions:
            found = self.change(assignment_id, "ACCEPTED", accepted=found.submitted)
        return found
