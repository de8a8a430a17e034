"""Numbers about one pool, each counted by the database when it is asked for."""
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import Least

from sandbox.engine import filters
from sandbox.models import Assignment, AssignmentTask, Pool, Task, TaskSuite, Toloker, UserSkill

SUBMITTED = ("SUBMITTED", "ACCEPTED", "REJECTED")
LONGEST_INTERVAL_HOURS = 24 * 366


def _of(pool: Pool, *statuses: str) -> QuerySet[Assignment]:
    rows = Assignment.objects.filter(pool=pool)
    return rows.filter(status__in=statuses) if statuses else rows


def _slots(pool: Pool) -> QuerySet[Any]:
    """What counts overlap in this pool: its general tasks where pages are mixed, else the requester's pages."""
    if pool.form.get("mixer_config"):
        return Task.objects.filter(pool=pool, kind="REAL")
    return TaskSuite.objects.filter(pool=pool, mixed=False)


def _at_work(pool: Pool) -> int:
    """Answers that were issued to somebody and have not come."""
    if pool.form.get("mixer_config"):
        return AssignmentTask.objects.filter(assignment__pool=pool, assignment__status="ACTIVE", task__kind="REAL",
                                             task__infinite_overlap=False).count()
    return _of(pool, "ACTIVE").filter(suite__infinite_overlap=False).count()


def completion_percentage(pool: Pool) -> dict[str, Any]:
    """Answers that came, of those that the overlaps ask for; rounded down, so 100 means all. Infinite overlaps ask for none."""
    sums = _slots(pool).filter(infinite_overlap=False).aggregate(wanted=Sum("overlap"), issued=Sum(Least("consumed", "overlap")))
    wanted = sums["wanted"] or 0
    came = max(0, (sums["issued"] or 0) - _at_work(pool))
    return _value(came * 100 // wanted if wanted else 0)


def estimated_assignments_count(pool: Pool) -> dict[str, Any]:
    """How many pages all overlaps make. A mixed page counts with its full number of general tasks."""
    if _slots(pool).filter(infinite_overlap=True).exists():
        return _value(0, infinite=True)
    wanted = _slots(pool).aggregate(wanted=Sum("overlap"))["wanted"] or 0
    page = (pool.form.get("mixer_config") or {}).get("real_tasks_count") or 1
    return _value(-(-wanted // int(page)), approximate=True)


def _value(value: int, *, infinite: bool = False, approximate: bool = False) -> dict[str, Any]:
    """The long form, which toloka-kit reads for these two names; the others are plain numbers."""
    return {"type": "NORMAL", "value": value, "infinite": infinite, "approximate": approximate}


def _milliseconds(pool: Pool) -> int:
    worked = ExpressionWrapper(F("submitted") - F("created"), output_field=DurationField())
    mean: timedelta | None = _of(pool, *SUBMITTED).aggregate(mean=Avg(worked))["mean"]
    return 0 if mean is None else round(mean / timedelta(milliseconds=1))


def _active_workers(pool: Pool, at: datetime, hours: int) -> int:
    """Tolokers who took or submitted something, anywhere, within the last hours, and whom the pool's filter lets in."""
    since = at - timedelta(hours=hours)
    active = set(Assignment.objects.filter(Q(created__gte=since) | Q(submitted__gte=since)).values_list("toloker_id", flat=True))
    if not pool.form.get("filter"):
        return len(active)
    skills: dict[str, dict[str, float]] = {key: {} for key in active}
    for toloker_id, skill_id, value in UserSkill.objects.filter(toloker__in=active).values_list("toloker_id", "skill_id", "exact_value"):
        skills[toloker_id][str(skill_id)] = float(value)
    people = Toloker.objects.filter(pk__in=active).values_list("id", "profile", "computed")
    return sum(filters.matches(pool.form["filter"], filters.Facts(profile, computed, skills[key])) for key, profile, computed in people)


# Name -> (pool, sandbox's time, interval_hours) -> result.
RESULTS: dict[str, Callable[[Pool, datetime, int], Any]] = {
    "real_tasks_count": lambda pool, at, hours: Task.objects.filter(pool=pool, kind="REAL").count(),
    "submitted_assignments_count": lambda pool, at, hours: _of(pool, *SUBMITTED).count(),
    "skipped_assignments_count": lambda pool, at, hours: _of(pool, "SKIPPED").count(),
    "rejected_assignments_count": lambda pool, at, hours: _of(pool, "REJECTED").count(),
    "approved_assignments_count": lambda pool, at, hours: _of(pool, "ACCEPTED").count(),
    "completion_percentage": lambda pool, at, hours: completion_percentage(pool),
    "avg_submit_assignment_millis": lambda pool, at, hours: _milliseconds(pool),
    "spent_budget": lambda pool, at, hours: _of(pool, "ACCEPTED").aggregate(sum=Sum("reward"))["sum"] or Decimal(0),
    "unique_workers_count": lambda pool, at, hours: _of(pool).values("toloker").distinct().count(),
    "unique_submitters_count": lambda pool, at, hours: _of(pool, *SUBMITTED).values("toloker").distinct().count(),
    "active_workers_by_filter_count": _active_workers,
    "estimated_assignments_count": lambda pool, at, hours: estimated_assignments_count(pool),
}
