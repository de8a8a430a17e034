"""Dynamic overlap: a task whose answers are not sure enough goes to one more Toloker, up to a limit."""
from datetime import datetime

from sandbox.engine import aggregation, due, events, mixing, overlap, pools
from sandbox.models import Assignment, AssignmentTask, Pool, Task


@events.on("ASSIGNMENT_APPROVED")
def _accepted(event: events.Event) -> None:
    if event.assignment is not None and _is_on(event.pool):
        look(event.pool, event.assignment.task_ids, event.at)


@events.on("ASSIGNMENT_REJECTED")
def _rejected(event: events.Event) -> None:
    # A quality rule may give the task out again because of this very rejection: look after it has.
    if event.assignment is not None and _is_on(event.pool):
        due.schedule("DYNAMIC_OVERLAP", event.assignment.id, event.at)


@due.on("DYNAMIC_OVERLAP")
def _look_later(target: str, at: datetime) -> None:
    assignment = Assignment.objects.get(pk=target)
    pool = pools.locked(assignment.pool_id)
    # It may have been edited since.
    if _is_on(pool):
        look(pool, assignment.task_ids, at)


def _is_on(pool: Pool) -> bool:
    """Pages that the requester made keep their overlap, as Toloka's guide says."""
    return bool(pool.form.get("dynamic_overlap_config")) and mixing.mixes(pool)


def look(pool: Pool, task_ids: list[str], at: datetime) -> None:
    """Of these tasks, those that have all the answers they were to have: one more, or the last word. The pool is locked."""
    config = pool.form["dynamic_overlap_config"]
    tasks = _answered(pool, task_ids)
    # A copy of a pool has its project's newest spec, which may have lost a field.
    names = [field["name"] for field in config.get("fields") or [] if field["name"] in pool.spec.task_spec["output_spec"]]
    skill = config.get("answer_weight_skill_id")
    for found in aggregation.by_trust(pool, names, int(skill) if skill else None, list(tasks)):
        task = tasks[found.task_id]
        # To nine places: 0.9 that was multiplied out of 0.7 and 0.9 is 0.9.
        if round(found.confidence, 9) < config["min_confidence"] and (task.overlap or 0) < config["max_overlap"]:
            overlap.add(pool, [task.id], 1, at)
        else:
            _finish(pool, task, found, at)


def _answered(pool: Pool, task_ids: list[str]) -> dict[str, Task]:
    """General tasks with nothing left to give out and no answer that waits for work or for a verdict."""
    full = Task.objects.filter(pk__in=task_ids, kind="REAL", infinite_overlap=False, remaining=0, dynamic_overlap_done=False)
    waiting = AssignmentTask.objects.filter(task_id__in=task_ids, assignment__status__in=("ACTIVE", "SUBMITTED")).values("task_id")
    return {task.id: task for task in full.exclude(pk__in=waiting).order_by("id").select_for_update(no_key=True)}


def _finish(pool: Pool, task: Task, found: aggregation.Aggregate, at: datetime) -> None:
    Task.objects.filter(pk=task.id).update(dynamic_overlap_done=True)
    accepted = AssignmentTask.objects.filter(task=task, assignment__status="ACCEPTED").order_by("assignment_id")
    events.tell("DYNAMIC_OVERLAP_COMPLETED", pool, at, task_id=task.id, confidence=found.confidence,
                assignment_ids=list(accepted.values_list("assignment_id", flat=True)), output_values=found.output_values)
