"""What one Toloker did for a requester: only in the pools that the asking user sees."""
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from crowdsourcing.models import Assignment, Verdict

# Of each pool its names and the median of seconds a frame over all work that came in, this Toloker's too.
_POOLS = """SELECT pool.id, task.id, task.name, project.name, count(measure.assignment_id),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY measure.seconds / greatest(measure.frames, 1))
    FROM crowdsourcing_pool pool JOIN annotation_task task ON task.id = pool.task_id
    JOIN annotation_project project ON project.id = task.project_id
    LEFT JOIN crowdsourcing_assignment assignment ON assignment.pool_id = pool.id
    LEFT JOIN crowdsourcing_workmeasure measure ON measure.assignment_id = assignment.id
    WHERE pool.id = ANY(%s) GROUP BY pool.id, task.id, task.name, project.name"""
# Fewer measured jobs say nothing of what is usual.
LEAST_PEERS = 5


class PoolFacts(NamedTuple):
    """`usual`: median seconds a frame of everybody's work, None where too little was measured."""

    pool: int
    task: int
    name: str
    project: str
    usual: float | None


def pools_named(pools: list[int]) -> dict[int, PoolFacts]:
    """One query."""
    if not pools:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_POOLS, [pools])
        return {pool: PoolFacts(pool, task, name, project, float(median) if number >= LEAST_PEERS else None)
                for pool, task, name, project, number, median in cursor.fetchall()}


def with_facts(rows: QuerySet[Assignment]) -> QuerySet[Any]:
    """Newest first, each with its job, pool, measure, score by the ground truth, and the newest verdict's explanation as `why`."""
    newest = Verdict.objects.filter(assignment=OuterRef("pk")).order_by("-pk").values("explanation")[:1]
    return rows.select_related("pool__task__project", "task_suite", "measure", "truth_score").defer("solution").annotate(
        why=Subquery(newest)).order_by("-created", "-pk")
