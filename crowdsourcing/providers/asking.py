"""Asking a second crowd about work that is done: what is wanted, and what comes back. Words of ours, as in base."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

GOOD, BAD = "OK", "BAD"


@dataclass(frozen=True, slots=True)
class AskingProjectSpec:
    """A project in which people answer one question about an image with shapes on it, by GOOD or BAD. `mark` finds it again;
    `labels`: (value, what people read) of the shapes' labels, empty where there is nothing to tell apart."""

    mark: str
    name: str
    description: str
    instructions_html: str
    question: str
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AskingPoolSpec:
    """A pool of such questions. Money in USD a page; answers are paid as they come. `quality_rules`: the platform's own JSON.

    With `dynamic_overlap` the platform asks one more person about a question, up to `max_overlap`, until its answers, weighed by the
    skill `weight_skill_id`, are `min_confidence` sure (0..1).

    Whoever has less than a page of `tasks_per_page` left gets what there is, if it is `min_tasks_per_page` at least (None: a full page).
    The pool's last questions, fewer than that, are given out `last_page_delay_seconds` after the last one came.
    """

    mark: str
    project_id: str
    name: str
    may_contain_adult_content: bool
    reward_per_assignment: Decimal
    assignment_max_duration_seconds: int
    will_expire: datetime
    filter: dict[str, Any]
    tasks_per_page: int
    overlap: int
    max_overlap: int
    min_confidence: float
    dynamic_overlap: bool
    weight_skill_id: str
    quality_rules: list[dict[str, Any]] = field(default_factory=list)
    min_tasks_per_page: int | None = None
    last_page_delay_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """One image with the shapes somebody drew on it, as the platform's component has them (fractions of the image). `key` finds the
    question again: it names whose work it is about."""

    key: str
    image: str
    regions: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RemoteQuestion:
    """`overlap` is how many people are to answer in all."""

    id: str
    key: str
    overlap: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class RemotePage:
    """What one person answered on one page: question's id -> GOOD or BAD. Times are the platform's, UTC; `reward` is what the page cost
    when it was taken, USD without the fee."""

    id: str
    user_id: str
    status: str
    submitted: datetime
    answers: dict[str, str]
    reward: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RemoteAnswer:
    """What the platform makes of a question's answers; `confidence` 0..1."""

    question_id: str
    answer: str
    confidence: float


class Asking(Protocol):
    """Part of base.Provider. What holds for its methods holds for these: a repeat finds what the first try did."""

    def ensure_asking_project(self, spec: AskingProjectSpec) -> Any:
        """A RemoteProject: the project that carries `spec.mark`; made if there is none. Never two."""

    def update_asking_project(self, project_id: str, spec: AskingProjectSpec) -> Any:
        """A RemoteProject."""

    def ensure_asking_pool(self, spec: AskingPoolSpec) -> Any:
        """A RemotePool: the pool of the project that carries `spec.mark`; made closed if there is none. Never two."""

    def update_asking_pool(self, pool_id: str, spec: AskingPoolSpec) -> Any:
        """A RemotePool. Refused while it is open."""

    def give_skill(self, skill_id: str, user_id: str, value: int) -> None:
        """Set somebody's skill, 0 to 100. NotFound where the platform does not know the skill or the person."""

    def ensure_questions(self, pool_id: str, questions: Sequence[Question], *, overlap: int, operation_id: UUID) -> list[RemoteQuestion]:
        """Each question once; those that are there are left alone. The same questions and order with the same `operation_id`.

        Answers the pool's questions of these keys. Refused(code="OPERATION_FAILED") when the platform gave up on this operation for
        good: nothing of it was created and its id is worthless.
        """

    def questions(self, pool_id: str) -> list[RemoteQuestion]:
        """All of the pool."""

    def answer_pages(self, pool_id: str, *, since: datetime | None = None) -> Iterator[list[RemotePage]]:
        """Submitted pages, those of them submitted at or after `since`, oldest first. Pages that were rejected are among them."""

    def aggregated(self, pool_id: str, *, skill_id: str) -> list[RemoteAnswer]:
        """The platform's own aggregation of everything answered in the pool, each person weighed by the skill."""
