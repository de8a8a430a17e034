"""What happens to an assignment after it was issued: submitted, skipped, expired, accepted, rejected."""
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from sandbox import specs
from sandbox.engine import attachments, due, events, money, pools, suites, trainings
from sandbox.errors import ApiError, ValidationError, inappropriate
from sandbox.models import Assignment, AssignmentChange, Pool, Task, Toloker

# A page says 21 days in the form's default; without the field nobody would ever be paid.
DEFAULT_REVIEW_DAYS = 21
MAX_OUTPUT_BYTES = 4_194_304


def _locked(assignment_id: str) -> tuple[Assignment, Pool]:
    ids = Assignment.objects.filter(pk=assignment_id).values_list("toloker_id", "pool_id").first()
    if ids is None:
        raise ApiError("DOES_NOT_EXIST")
    Toloker.objects.select_for_update(no_key=True).only("id").get(pk=ids[0])
    pool = pools.locked(ids[1])
    return Assignment.objects.select_for_update().get(pk=assignment_id), pool


def _move(assignment: Assignment, status: str, at: datetime, *fields: str, by: str) -> None:
    """The one place where a status changes. Under the control API each change is also written down, so that a test can count."""
    if settings.SANDBOX_CONTROL:
        AssignmentChange.objects.create(
            assignment=assignment, pool_id=assignment.pool_id, at=at, before=assignment.status, after=status, by=by)
    assignment.status = status
    setattr(assignment, status.lower(), at)
    assignment.save(update_fields=["status", status.lower(), *fields])


def submit(assignment_id: str, solutions: Any, at: datetime) -> Assignment:
    """ACTIVE -> SUBMITTED, or ACCEPTED at once where the pool accepts by itself.

    `solutions` is a list of `{"output_values": {...}}`, one per task. 400 where the output spec is broken, and at the first wrong
    answers to training tasks, which stay noted; 409 if not ACTIVE.
    """
    with transaction.atomic():
        assignment, pool = _locked(assignment_id)
        if assignment.status != "ACTIVE":
            raise inappropriate("ACTIVE")
        checked = _checked_solutions(solutions, len(assignment.task_ids), pool.spec.task_spec["output_spec"])
        hints = trainings.first_refusal(assignment, pool, checked)
        if not hints:
            _hand_in(assignment, pool, checked, at)
    if hints:
        raise ValidationError(hints)
    return assignment


def _hand_in(assignment: Assignment, pool: Pool, solutions: list[dict[str, Any]], at: datetime) -> None:
    assignment.solutions = solutions
    attachments.claim(assignment, assignment.solutions, pool.spec.task_spec["output_spec"])
    requester_id = pool.project.requester_id
    due.cancel("ASSIGNMENT_EXPIRE", assignment.id)
    _move(assignment, "SUBMITTED", at, "solutions", by="TOLOKER")
    money.hold(assignment, requester_id, at)
    events.tell("ASSIGNMENT_SUBMITTED", pool, at, assignment)
    if pool.form.get("auto_accept_solutions", True) or pool.type == "TRAINING":
        _move(assignment, "ACCEPTED", at, by="POOL")
        money.pay(assignment, requester_id, at)
        events.tell("ASSIGNMENT_APPROVED", pool, at, assignment, by="POOL", after_reject=False)
    else:
        days = pool.form.get("auto_accept_period_day") or DEFAULT_REVIEW_DAYS
        due.schedule("ASSIGNMENT_ACCEPT", assignment.id, at + timedelta(days=days))
    pools.watch_completion(pool, at)


def _checked_solutions(solutions: Any, count: int, output_spec: dict[str, Any]) -> list[dict[str, Any]]:
    if not isinstance(solutions, list) or len(solutions) != count:
        raise ValidationError({"solutions": {"code": "ARRAY_SIZE_OUT_OF_BOUNDS",
                                             "message": f"One solution for each of the {count} tasks is expected"}})
    errors: dict[str, Any] = {}
    clean = []
    for index, solution in enumerate(solutions):
        values = solution.get("output_values") if isinstance(solution, dict) else None
        specs.check_values(output_spec, values, f"solutions.{index}.output_values", errors)
        clean.append({"output_values": values})
    if not errors and specs.size_of(clean) > MAX_OUTPUT_BYTES:
        errors["solutions"] = {"code": "OBJECT_SIZE_BYTES_GREATER_THAN_MAX", "message": f"At most {MAX_OUTPUT_BYTES} bytes"}
    if errors:
        raise ValidationError(errors)
    return clean


@transaction.atomic
def skip(assignment_id: str, at: datetime) -> Assignment:
    """ACTIVE -> SKIPPED: final for this Toloker, the tasks go back to the others."""
    assignment, pool = _locked(assignment_id)
    if assignment.status != "ACTIVE":
        raise inappropriate("ACTIVE")
    _give_back(assignment, pool, "SKIPPED", at, by="TOLOKER")
    return assignment


def _give_back(assignment: Assignment, pool: Pool, status: str, at: datetime, by: str) -> None:
    due.cancel("ASSIGNMENT_EXPIRE", assignment.id)
    _move(assignment, status, at, by=by)
    suites.give_back(assignment.suite_id)
    tasks = Task.objects.filter(pk__in=assignment.task_ids)
    # In order of id, as the takers lock them.
    list(tasks.order_by("id").select_for_update().values_list("id"))
    suites.count(tasks, -1)
    events.tell(f"ASSIGNMENT_{status}", pool, at, assignment)
    pools.watch_completion(pool, at)


@due.on("ASSIGNMENT_EXPIRE")
def _expire(target: str, at: datetime) -> None:
    assignment, pool = _locked(target)
    if assignment.status == "ACTIVE":
        _give_back(assignment, pool, "EXPIRED", at, by="DEADLINE")


@transaction.atomic
def accept(assignment_id: str, comment: str | None, at: datetime, by: str = "REQUESTER") -> Assignment:
    """SUBMITTED -> ACCEPTED, and REJECTED -> ACCEPTED for nine days. 409 INAPPROPRIATE_STATUS, NOT_ENOUGH_BALANCE.

    `by`: REQUESTER, RULE, or PERIOD (the review period was over).
    """
    assignment, pool = _reviewable(assignment_id)
    requester_id, event = pool.project.requester_id, "ACCEPT"
    if assignment.status == "REJECTED":
        if assignment.rejected is not None and at - assignment.rejected > pools.rejection_period():
            raise ApiError("CONFLICT_STATE", "The rejection is too old to be taken back")
        money.hold_again(assignment, requester_id, at)
        event = "ACCEPT_AFTER_REJECT"
    due.cancel("ASSIGNMENT_ACCEPT", assignment.id)
    assignment.public_comment = comment if comment is not None else assignment.public_comment
    _move(assignment, "ACCEPTED", at, "public_comment", by=by)
    money.pay(assignment, requester_id, at)
    events.tell("ASSIGNMENT_APPROVED", pool, at, assignment, by=by, after_reject=event != "ACCEPT")
    return assignment


@transaction.atomic
def reject(assignment_id: str, comment: str | None, at: datetime, by: str = "REQUESTER") -> Assignment:
    """SUBMITTED -> REJECTED. Overlap is not given back: a quality rule or the requester does that.

    `by`: REQUESTER or RULE.
    """
    assignment, pool = _reviewable(assignment_id)
    if assignment.status != "SUBMITTED":
        raise inappropriate("SUBMITTED")
    due.cancel("ASSIGNMENT_ACCEPT", assignment.id)
    assignment.public_comment = comment
    _move(assignment, "REJECTED", at, "public_comment", by=by)
    money.release(assignment, pool.project.requester_id, at)
    events.tell("ASSIGNMENT_REJECTED", pool, at, assignment)
    return assignment


def _reviewable(assignment_id: str) -> tuple[Assignment, Pool]:
    assignment, pool = _locked(assignment_id)
    if assignment.status not in ("SUBMITTED", "REJECTED"):
        raise inappropriate("SUBMITTED", "REJECTED")
    if pool.status == "ARCHIVED":
        raise ApiError("POOL_INAPPROPRIATE_STATUS", "Nothing is reviewed in an archived pool")
    return assignment, pool


@due.on("ASSIGNMENT_ACCEPT")
def _review_period_over(target: str, at: datetime) -> None:
    if Assignment.objects.filter(pk=target, status="SUBMITTED").exists():
        accept(target, None, at, by="PERIOD")
