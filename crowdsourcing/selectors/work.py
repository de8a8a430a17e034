"""All work of a pool or of one Toloker as plain rows, in one query: what the pages of quality count."""
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import orjson
from django.core.cache import cache
from django.db.models import Case, Count, F, Max, QuerySet, TextField, When
from django.db.models.functions import Cast

from crowdsourcing.models import Assignment, Pool, Verdict, Vote
from crowdsourcing.statuses import AssignmentStatus

# Votes never change; their number and the newest one say which they are.
_KEPT_SECONDS = 24 * 3600
# There are three votes a frame: of a large pool they are not in memory all at once.
_CHUNK = 10_000


class Work(NamedTuple):
    """One attempt. `seconds`, `frames`, `marks` as in models.WorkMeasure, None before it was measured; `score` 0..1 by the ground truth.
    `raised`: the signals as JSON text, read when they are asked for."""

    assignment: int
    pool: int
    toloker: int
    user_id: str
    status: str
    reward: Decimal
    submitted: datetime | None
    accepted: datetime | None
    rejected: datetime | None
    suspicion: float | None
    raised: str
    seconds: float | None
    frames: int | None
    marks: int | None
    score: float | None

    @property
    def came_in(self) -> bool:
        return self.status in (AssignmentStatus.SUBMITTED, AssignmentStatus.ACCEPTED, AssignmentStatus.REJECTED)

    @property
    def signals(self) -> Sequence[dict[str, Any]]:
        # Most have none, and to read 100,000 of these takes as long as to fetch all the rest.
        return () if self.raised == "[]" else orjson.loads(self.raised)

    @property
    def overturned(self) -> bool:
        """Rejected first, accepted in the end."""
        return self.status == AssignmentStatus.ACCEPTED and self.rejected is not None


class VoteRow(NamedTuple):
    """One verifier's answer to one question, with the answer that was settled ("" while it is not) and how sure it is, and the page
    that it came on with its price in USD (None where we do not know it)."""

    question: int
    toloker: int
    user_id: str
    answer: str
    settled: str
    confidence: float | None
    page: str
    reward: Decimal | None


_BEFORE = ("pk", "pool_id", "toloker_id", "toloker__user_id", "status", "reward", "submitted", "accepted", "rejected")
_BEHIND = ("measure__seconds", "measure__frames", "measure__marks", "truth_score__score")


def work_of(rows: QuerySet[Assignment]) -> list[Work]:
    """One query, in no order. Suspicion is None where nobody has judged it."""
    judged = Case(When(suspicion_at__isnull=False, then=F("suspicion")))
    return list(map(Work._make, rows.order_by().values_list(
        *_BEFORE, judged, Cast("suspicion_signals", TextField()), *_BEHIND)))


def work_in(pool: Pool) -> list[Work]:
    return work_of(Assignment.objects.filter(pool=pool))


def votes_in(rows: QuerySet[Vote]) -> list[VoteRow]:
    """One query."""
    return list(_each_of(rows))


def _each_of(rows: QuerySet[Vote]) -> Iterator[VoteRow]:
    """One query, a chunk in memory."""
    return map(VoteRow._make, rows.order_by().values_list(
        "task_id", "toloker_id", "toloker__user_id", "answer", "task__answer", "task__confidence", "remote_assignment_id",
        "reward").iterator(chunk_size=_CHUNK))


def votes_of(pool: Pool) -> QuerySet[Vote]:
    return Vote.objects.filter(task__verification__pool=pool)


def kept_of_votes(pool: Pool, made: Any) -> Any:
    """What `made(rows)` says of the pool's votes, which it walks once, kept for a day while no vote came and no question
    was settled. One or two queries."""
    rows = votes_of(pool)
    state = rows.order_by().aggregate(number=Count("pk"), newest=Max("pk"), settled=Max("task__decided_at"))
    if not state["number"]:
        return made([])
    key = f"votes-2-{pool.pk}-{state['number']}-{state['newest']}-{state['settled'] and state['settled'].timestamp()}"
    found = cache.get(key)
    if found is None:
        found = made(_each_of(rows))
        cache.set(key, found, _KEPT_SECONDS)
    return found


def verdict_counts(pool: Pool) -> dict[tuple[str, str], int]:
    """(source, outcome) -> verdicts. One query."""
    rows = Verdict.objects.filter(assignment__pool=pool).order_by().values_list("source", "outcome").annotate(number=Count("pk"))
    return {(source, outcome): number for source, outcome, number in rows}
