"""What a platform must be able to do, in our words. No tables, no settings, no clock of ours.

Every method may raise a ProviderError, and may be repeated after one: a repeat finds what the first try did.
"In that state already" is success. `seen_at` is when the news was true: for a reading, our clock when it was asked for; for a change,
when its answer arrived.
"""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from crowdsourcing.providers.asking import Asking
from crowdsourcing.providers.drawing import Drawing
from crowdsourcing.providers.people import People


@dataclass(frozen=True, slots=True)
class RequesterInfo:
    """Who the key belongs to. `balance` in USD, None where the platform does not tell."""

    id: str
    name: str
    balance: Decimal | None


@dataclass(frozen=True, slots=True)
class ProjectSpec:
    """A project as wanted. `mark` finds it again; `instructions_html` is sanitised; `editor_base` is where jobs are annotated
    (with a slash at the end)."""

    mark: str
    name: str
    description: str
    instructions_html: str
    editor_base: str


@dataclass(frozen=True, slots=True)
class RemoteProject:
    id: str
    status: str
    mark: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class PoolSpec:
    """A pool as wanted. Money in USD; `filter` in the platform-neutral grammar of crowdsourcing.audience ({}: everyone);
    `reissue_at_once`: a rejected task goes to another worker by the platform's own rule, never by two of them;
    `quality_rules`: our rules in the grammar of crowdsourcing.rules; `dropped_rules`: rules that were ours and are to go. Rules that
    somebody made in the platform's own pages stay."""

    mark: str
    project_id: str
    name: str
    public_description: str
    may_contain_adult_content: bool
    reward_per_assignment: Decimal
    assignment_max_duration_seconds: int
    auto_accept_solutions: bool
    auto_accept_period_day: int
    auto_close_after_complete_delay_seconds: int
    will_expire: datetime
    filter: dict[str, Any] = field(default_factory=dict)
    reissue_at_once: bool = False
    quality_rules: list[dict[str, Any]] = field(default_factory=list)
    dropped_rules: list[dict[str, Any]] = field(default_factory=list)
    # How many workers may take each job at first.
    overlap: int = 1
    # Its pages are put together by us (providers.drawing); else each page is one task.
    together: bool = False


@dataclass(frozen=True, slots=True)
class RemotePool:
    id: str
    project_id: str
    status: str
    last_close_reason: str
    mark: str
    seen_at: datetime
    # Whether solutions are accepted by themselves, as the platform has it now; None where it does not tell.
    auto_accept: bool | None = None


@dataclass(frozen=True, slots=True)
class RemoteTask:
    """The platform's task: one item, here one job. `overlap` is how many workers may take it in all."""

    id: str
    pool_id: str
    job_key: str
    overlap: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class RemoteAssignment:
    """One worker's attempt. Times are the platform's, UTC; `solution` is the output of its one task (providers.drawing: of all)."""

    id: str
    pool_id: str
    task_id: str
    job_key: str
    user_id: str
    status: str
    reward: Decimal
    created: datetime
    seen_at: datetime
    submitted: datetime | None = None
    accepted: datetime | None = None
    rejected: datetime | None = None
    skipped: datetime | None = None
    expired: datetime | None = None
    public_comment: str = ""
    # The page it is on. Where we put pages together this is what our table knows the job by.
    suite_id: str = ""
    solution: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SkillSpec:
    """A skill as wanted. Its name finds it again. `public_requester_description`: language code (EN, ES, ...) -> text."""

    name: str
    hidden: bool = True
    public_requester_description: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RemoteSkill:
    id: str
    name: str
    hidden: bool
    public_requester_description: dict[str, str]
    seen_at: datetime


# Time fields by which assignments can be streamed.
STREAMS = ("created", "submitted", "accepted", "rejected", "skipped", "expired")


class Provider(Asking, Drawing, People, Protocol):
    """One connection to one account. Made for one task and thrown away: not for several threads or across a fork."""

    # Platform clock minus ours, whole seconds, from the last answer; None before the first one.
    clock_offset: int | None

    def close(self) -> None:
        """Give the connection back. Nothing may be called after it."""

    def requester(self) -> RequesterInfo:
        """Check the key."""

    def ensure_project(self, spec: ProjectSpec) -> RemoteProject:
        """The project that carries `spec.mark`; made if there is none. Never two."""

    def update_project(self, project_id: str, spec: ProjectSpec) -> RemoteProject: ...

    def project(self, project_id: str) -> RemoteProject: ...

    def archive_project(self, project_id: str) -> RemoteProject: ...

    def ensure_pool(self, spec: PoolSpec) -> RemotePool:
        """The pool of the project that carries `spec.mark`; made closed if there is none. Never two."""

    def differs(self, pool_id: str, spec: PoolSpec) -> bool:
        """Whether the platform's pool is not what is wanted."""

    def update_pool(self, pool_id: str, spec: PoolSpec) -> RemotePool:
        """Refused while it is open."""

    def quality_rules(self, pool_id: str) -> list[dict[str, Any]]:
        """All rules that the platform's pool has, ours and others', in the platform's words."""

    def pool(self, pool_id: str) -> RemotePool: ...

    def pools(self, project_id: str) -> list[RemotePool]: ...

    def open_pool(self, pool_id: str) -> RemotePool: ...

    def close_pool(self, pool_id: str) -> RemotePool: ...

    def archive_pool(self, pool_id: str) -> RemotePool: ...

    def ensure_tasks(self, pool_id: str, job_keys: Sequence[str], operation_id: UUID, *, overlap: int = 1) -> list[RemoteTask]:
        """One task a job key, overlap 1; those that are there are left alone. Same keys and order with the same `operation_id`.

        Answers all of the pool's tasks for these keys. Refused(code="OPERATION_FAILED") when the platform gave up on this
        operation for good: nothing of it was created and its id is worthless.
        """

    def tasks(self, pool_id: str, *, overlap_from: int = 0) -> list[RemoteTask]:
        """The pool's tasks, optionally only those with at least so much overlap."""

    def reissue(self, task_id: str, *, overlap: int) -> RemoteTask:
        """Set the overlap (absolute) and open the pool if it is closed."""

    def withdraw(self, task_id: str, *, overlap: int) -> RemoteTask:
        """Lower the overlap, never below what is given out."""

    def accept(self, assignment_id: str, comment: str) -> RemoteAssignment: ...

    def reject(self, assignment_id: str, comment: str) -> RemoteAssignment: ...

    def assignment(self, assignment_id: str) -> RemoteAssignment: ...

    def assignment_pages(self, pool_id: str, *, stream: str = "", since: datetime | None = None) -> Iterator[list[RemoteAssignment]]:
        """All assignments of the pool, or those whose `stream` time (one of STREAMS) is at or after `since`, oldest first."""

    def skills(self) -> list[RemoteSkill]:
        """The account's own skills, oldest first; those that only trainings set are left out."""

    def ensure_skill(self, spec: SkillSpec) -> RemoteSkill:
        """The account's oldest skill of exactly this name, left as it is; made if there is none. Never two."""

    def user_skills(self, skill_id: str) -> dict[str, float]:
        """Worker's id -> value, 0 to 100, of everybody who has the skill. NotFound when there is no such skill."""

    def subscribe(self, pool_id: str, *, url: str, secret: str) -> None:
        """Have `url` told of everything that happens in the pool, in calls signed with `secret`. Again: the new secret counts.

        News told so may come late, twice, out of order, or never.
        """

    def unsubscribe(self, pool_id: str, *, url: str) -> None:
        """Nothing of the pool is told to `url` any more."""
