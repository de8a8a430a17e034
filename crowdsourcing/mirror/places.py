"""Which job an attempt's work lies on: the suite's own, or, where several people do it, a replica of it each."""
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from annotation.models import Job
from annotation.services.replicas import add_replica
from crowdsourcing.models import Assignment, Pool, TaskSuite
from crowdsourcing.statuses import AssignmentStatus

# Whoever is at a place keeps it: nobody else is put there.
_KEPT = frozenset({AssignmentStatus.ACTIVE, AssignmentStatus.SUBMITTED, AssignmentStatus.ACCEPTED})


def give_places(pool: Pool, rows: Sequence[Any]) -> None:
    """Set `job_id` of new attempts (mirror.assignments.Fresh). The pool is locked, so two never get one place.

    A place that nobody had comes first, then one that was given up, then that of a rejected attempt; where none is free there is one
    more: what the platform gave out is a fact.
    """
    suites = dict(TaskSuite.objects.filter(pk__in={row.suite_id for row in rows}).values_list("pk", "job_id"))
    if pool.overlap == 1:
        for row in rows:
            row.job_id = suites[row.suite_id]
        return
    places = _places(suites)
    for row in sorted(rows, key=lambda row: (row.item.created, row.item.id)):
        here = places[row.suite_id]
        best = min(here, key=lambda job_id: (_rank(here[job_id]), job_id), default=0)
        # While not all places are made, a rejected attempt keeps its own: it may still be accepted after all.
        worst = _GIVEN_UP if len(here) < pool.overlap else _REJECTED
        row.job_id = best if best and _rank(here[best]) <= worst else add_replica(job=Job(pk=suites[row.suite_id])).pk
        here.setdefault(row.job_id, []).append(row.status)


# What became of a place, the best to take first.
_FREE, _GIVEN_UP, _REJECTED, _HELD = range(4)


def _rank(statuses: Sequence[str]) -> int:
    if any(status in _KEPT for status in statuses):
        return _HELD
    if AssignmentStatus.REJECTED in statuses:
        return _REJECTED
    return _GIVEN_UP if statuses else _FREE


def _places(suites: dict[int, int]) -> dict[int, dict[int, list[str]]]:
    """Suite -> its replicas -> what became of each one's attempts."""
    of_job = {job_id: suite_id for suite_id, job_id in suites.items()}
    found: dict[int, dict[int, list[str]]] = defaultdict(dict)
    for replica in Job.objects.filter(parent_job__in=of_job).order_by("pk").only("parent_job"):
        found[of_job[replica.parent_job_id or 0]][replica.pk] = []
    for suite_id, job_id, status in Assignment.objects.filter(task_suite__in=suites).order_by("created", "remote_id").values_list(
            "task_suite", "job", "status"):
        found[suite_id].setdefault(job_id, []).append(status)
    return found
