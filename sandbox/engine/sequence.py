"""Where a Toloker stands in the row of tasks that he does, and so which of the next ones are control, training, or for review."""
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Greatest

from sandbox.engine import intervals
from sandbox.models import AssignmentTask, Pool, Task

_SPECIAL = (("GOLDEN", "golden_task_distribution_function"), ("TRAINING", "training_task_distribution_function"))


def done(pool: Pool, toloker_id: str, function: dict[str, Any], at: datetime, kind: str | None = None) -> int:
    """How many tasks (of this kind) he has done or holds, in the function's scope (the pool, if it names none) and window."""
    links = AssignmentTask.objects.filter(toloker_id=toloker_id, assignment__status__in=("ACTIVE", "SUBMITTED", "ACCEPTED", "REJECTED"))
    if function.get("scope") == "PROJECT":
        links = links.filter(assignment__pool__project_id=pool.project_id)
    else:
        links = links.filter(assignment__pool_id=pool.id)
    if function.get("window_days"):
        since = at - timedelta(days=function["window_days"])
        links = links.filter(Q(assignment__status="ACTIVE") | Q(assignment__submitted__gte=since))
    return links.filter(task__kind=kind).count() if kind else links.count()


def special_places(pool: Pool, mixer: dict[str, Any], toloker_id: str, at: datetime) -> dict[int, str]:
    """Places on the next page (from 0) that belong to control and training tasks. Of two functions that want one, control has it."""
    size = int(mixer.get("real_tasks_count") or 0)
    places: dict[int, str] = {}
    for kind, name in _SPECIAL:
        function = mixer.get(name)
        if function:
            first = done(pool, toloker_id, function, at) + 1
            for number in intervals.chosen(function, range(first, first + size)):
                places.setdefault(number - first, kind)
    return places


def arranged(page: list[Task], places: dict[int, str]) -> list[Task]:
    """The page with control and training tasks in their places."""
    waiting: dict[str, list[Task]] = {}
    for task in page:
        waiting.setdefault(task.kind if task.kind in places.values() else "", []).append(task)
    row: list[Task] = []
    while any(waiting.values()):
        mine = waiting.get(places.get(len(row), ""))
        row.append((mine or next(rest for rest in waiting.values() if rest)).pop(0))
    return row


@dataclass(frozen=True)
class Review:
    """Selective review: which of the next general tasks (from 0) are to have the overlap `target`."""

    places: frozenset[int] = frozenset()
    target: int = 0

    @property
    def waiting(self) -> Q:
        """Tasks that were chosen before, and still lack answers, are given first."""
        return Q(overlap=self.target, consumed__gt=0, infinite_overlap=False)


def review_of(pool: Pool, toloker_id: str, count: int, at: datetime) -> Review:
    """What `checkpoints_config.real_settings` says of this Toloker's next `count` general tasks."""
    checkpoints = (pool.form.get("quality_control") or {}).get("checkpoints_config") or {}
    settings = checkpoints.get("real_settings") or {}
    function = settings.get("task_distribution_function")
    if not function or not count:
        return Review()
    first = done(pool, toloker_id, function, at, "REAL") + 1
    places = {number - first for number in intervals.chosen(function, range(first, first + count))}
    return Review(frozenset(places), int(settings["target_overlap"]))


def mark(pool: Pool, toloker_id: str, page: list[Task], at: datetime) -> None:
    """Give the chosen tasks of a page, locked and about to be issued, the overlap for review, if none waiting for it was at hand."""
    general = [task for task in page if task.kind == "REAL"]
    review = review_of(pool, toloker_id, len(general), at)
    if not review.places:
        return
    at_place = [(place not in review.places, task) for place, task in enumerate(general)]
    fresh = [(later, task.id) for later, task in at_place
             if not task.infinite_overlap and not (task.overlap == review.target and task.consumed > 0)]
    missing = len(review.places) - (len(general) - len(fresh))
    keys = [key for _, key in sorted(fresh, key=lambda one: one[0])[:max(missing, 0)]]
    Task.objects.filter(pk__in=keys).update(overlap=Greatest(review.target, F("consumed") + 1))
