"""Tasks, task suites, assignments, attachments, the table of answers, analytics, aggregated solutions, operations."""
from collections.abc import Callable
from typing import Any

from sandbox.api import (
    aggregation,
    analytics,
    answers,
    assignments,
    attachments,
    operations,
    suite_batches,
    suites,
    task_batches,
    tasks,
)
from sandbox.api.pool_batches import NO_SPEC
from sandbox.forms.aggregation import aggregation_form
from sandbox.forms.checker import Checker
from sandbox.forms.overlap import overlap_change, overlap_or_least
from sandbox.forms.suites import issuing_order, suite_form
from sandbox.forms.tasks import task_form
from sandbox.openapi.forms import schema_of
from sandbox.openapi.shapes import (
    ANYTHING,
    BOOLEAN,
    HEX_ID,
    INTEGER,
    ITEM_ID,
    NUMBER_ID,
    OBJECT,
    OWNER,
    SOLUTION,
    TEXT,
    TIME,
    TIME_GIVEN,
    UUID,
    VALUES,
    WORD,
    Described,
    Schema,
    array,
    as_stored,
    listed,
    ref,
    thing,
    word,
    words,
)

_STATUSES = ("ACTIVE", "SUBMITTED", "ACCEPTED", "REJECTED", "SKIPPED", "EXPIRED")
BATCH = {"async_mode": BOOLEAN, "skip_invalid_items": BOOLEAN, "operation_id": UUID}
_POOL_BATCH = {**BATCH, "allow_defaults": BOOLEAN, "open_pool": BOOLEAN}
_OPENING = ("EMPTY_POOL", "NOT_ENOUGH_BALANCE", "INAPPROPRIATE_STATUS", "PROJECT_INAPPROPRIATE_STATUS", "CONFLICT_STATE",
            "TRAINING_IS_ARCHIVED")
_FILLING = (*_OPENING, "OPERATION_ALREADY_EXISTS", "MIXER_CONFIG_REQUIRED", "POOL_TASK_TYPE_CONFLICT", "POOL_TASKS_COUNT_EXCEEDED",
            "POOL_TASK_SUITES_COUNT_EXCEEDED")
_OVERLAP_CHANGE = (*_OPENING, "POOL_TASK_TYPE_CONFLICT")


def one_or_many(form: Schema) -> Schema:
    return {"anyOf": [form, array(form)]}


def made(item: Schema) -> dict[int, Schema | None]:
    """Answers of a batch: the object, all of them by position, or an operation."""
    many = thing({"items": {"type": "object", "additionalProperties": item}, "validation_errors": OBJECT})
    return {201: {"anyOf": [item, many]}, 202: ref("Operation")}


def components() -> dict[str, Schema]:
    values = {"input_values": {**VALUES, "required": True}, "known_solutions__output_values": {**VALUES, "required": True},
              "baseline_solutions__output_values": {**VALUES, "required": True}}
    task = schema_of(lambda body: task_form(body, NO_SPEC), **values)
    suite = schema_of(lambda body: suite_form(body, NO_SPEC, True), **{f"tasks__{name}": schema for name, schema in values.items()})
    suite["required"] = [name for name in suite["required"] if name not in ("longitude", "latitude")]
    counted = {"infinite_overlap": BOOLEAN, "created": TIME, "reserved_for": array(TEXT), "unavailable_for": array(TEXT)}
    more = {"overlap": INTEGER, "remaining_overlap": INTEGER}
    moments = {name: TIME for name in assignments.TIMES if name != "created"}
    return {
        "TaskForm": task, "Task": as_stored(task, {"id": ITEM_ID, **counted, "pool_id": NUMBER_ID, "input_values": VALUES}, **more),
        "TaskSuiteForm": suite,
        "TaskSuite": as_stored(suite, {"id": ITEM_ID, **counted, "pool_id": NUMBER_ID, "mixed": BOOLEAN, "automerged": BOOLEAN,
                                       "tasks": array(thing({"id": ITEM_ID, "input_values": VALUES}))}, **more),
        "Assignment": thing({
            "id": ITEM_ID, "task_suite_id": ITEM_ID, "pool_id": NUMBER_ID, "user_id": HEX_ID, "status": word(*_STATUSES),
            "reward": {"type": "number"}, "tasks": array(ref("Task")), "mixed": BOOLEAN, "automerged": BOOLEAN, "created": TIME,
            "owner": OWNER}, solutions=array(SOLUTION), first_declined_solution_attempt=array(ANYTHING), public_comment=TEXT,
            bonus_ids=array(NUMBER_ID), **moments),
        "Attachment": thing({
            "id": UUID, "attachment_type": word(*attachments.TYPES), "name": TEXT, "media_type": TEXT, "created": TIME, "owner": OWNER,
            "details": thing({"user_id": HEX_ID, "assignment_id": ITEM_ID, "pool_id": NUMBER_ID})}),
        "Operation": thing({
            "id": UUID, "type": word(*operations.TYPES), "status": word("PENDING", "RUNNING", "SUCCESS", "FAIL"), "submitted": TIME,
            "progress": {"type": "integer", "minimum": 0, "maximum": 100}, "parameters": OBJECT}, started=TIME, finished=TIME,
            details=OBJECT),
        "AggregatedSolution": thing({"pool_id": NUMBER_ID, "task_id": ITEM_ID, "output_values": VALUES,
                                     "confidence": {"type": "number", "minimum": 0, "maximum": 1}}),
    }


def _task_change(body: Any) -> None:
    check = Checker(body)
    overlap_change(check, 0, False)
    check.text("message_on_unknown_solution")


def _suite_change(body: Any) -> None:
    check = Checker(body)
    overlap_change(check, 0, False)
    issuing_order(check)


def _described_tasks() -> dict[Callable[..., Any], Described]:
    solutions = {name: array({"type": "object"}) for name in ("known_solutions", "baseline_solutions")}
    change = schema_of(_task_change, **solutions)
    least = schema_of(lambda body: overlap_or_least(Checker(body), 0))
    return {
        tasks.listing: listed("The tasks of a pool", tasks.LISTING, ref("Task"), pool_id=TEXT, overlap=INTEGER),
        tasks.one: Described("A task", {200: ref("Task")}),
        task_batches.create: Described("Make tasks", made(ref("Task")), one_or_many(ref("TaskForm")), query=_POOL_BATCH,
                                       conflicts=_FILLING, body_required=False),
        tasks.change: Described("Change a task's overlap or solutions", {200: ref("Task")}, change, query={"open_pool": BOOLEAN},
                                conflicts=_OVERLAP_CHANGE, body_required=False),
        tasks.set_overlap_or_min: Described("Set a task's overlap, or the least possible", {200: ref("Task")}, least,
                                            query={"open_pool": BOOLEAN}, conflicts=_OVERLAP_CHANGE),
        suites.listing: listed("The task suites of a pool or of a task", suites.LISTING, ref("TaskSuite"), pool_id=TEXT, task_id=TEXT,
                               overlap=INTEGER),
        suites.one: Described("A task suite", {200: ref("TaskSuite")}),
        suite_batches.create: Described("Make task suites", made(ref("TaskSuite")), one_or_many(ref("TaskSuiteForm")), query=_POOL_BATCH,
                                        conflicts=_FILLING, body_required=False),
        suites.change: Described("Change a suite's overlap or order", {200: ref("TaskSuite")}, schema_of(_suite_change),
                                 query={"open_pool": BOOLEAN}, conflicts=_OVERLAP_CHANGE, body_required=False),
        suites.set_overlap_or_min: Described("Set a suite's overlap, or the least possible", {200: ref("TaskSuite")}, least,
                                             query={"open_pool": BOOLEAN}, conflicts=_OVERLAP_CHANGE),
    }


def described() -> dict[Callable[..., Any], Described]:
    review = thing({"status": word("ACCEPTED", "REJECTED")}, public_comment={
        "type": ["string", "null"], "maxLength": assignments.MAX_COMMENT})
    request = thing({"name": word(*analytics.NAMES), "subject_id": WORD}, subject=word(*analytics.SUBJECTS),
                    interval_hours={"type": "integer", "minimum": 1, "maximum": analytics.engine.LONGEST_INTERVAL_HOURS})
    line = thing({"type": TEXT, "success": BOOLEAN, "input": ANYTHING, "output": ANYTHING})
    aggregate = schema_of(aggregation_form)
    return {
        **_described_tasks(),
        assignments.listing: listed("The assignments of a pool, a suite or a task", assignments.LISTING, ref("Assignment"), pool_id=TEXT,
                                    task_suite_id=TEXT, task_id=TEXT, user_id=TEXT),
        assignments.one: Described("An assignment", {200: ref("Assignment")}),
        assignments.change: Described("Accept or reject", {200: ref("Assignment")}, review, conflicts=(
            "INAPPROPRIATE_STATUS", "POOL_INAPPROPRIATE_STATUS", "NOT_ENOUGH_BALANCE", "CONFLICT_STATE", "POOL_IS_TRAINING")),
        attachments.listing: listed("The files of a pool or an assignment", attachments.LISTING, ref("Attachment"), pool_id=TEXT,
                                    assignment_id=TEXT, name=TEXT, type=word(*attachments.TYPES), user_id=TEXT),
        attachments.one: Described("A file", {200: ref("Attachment")}),
        attachments.download: Described("A file's bytes", {200: {"type": "string", "format": "binary"}}, gives="*/*"),
        answers.table: Described("A pool's answers as a table", {200: TEXT}, gives="text/tab-separated-values", query={
            "status": words(*answers.STATUSES), "field": words(*answers.FIELDS), "startTimeFrom": TIME_GIVEN, "startTimeTo": TIME_GIVEN,
            "excludeBanned": BOOLEAN, "addRowDelimiter": BOOLEAN}),
        analytics.ask: Described("Numbers about pools", {202: ref("Operation")},
                                 array(request, minItems=1, maxItems=analytics.MOST_REQUESTS)),
        aggregation.by_pool: Described("Aggregate the answers of a pool", {201: ref("Operation")}, aggregate, names_others=True, conflicts=(
            "ASSIGNMENTS_AGGREGATION_DENIED", "ONLY_FOR_POOL_WITH_MIXER")),
        aggregation.by_task: Described("Aggregate the answers to a task", {201: ref("AggregatedSolution")}, aggregate, names_others=True,
                                       conflicts=("ASSIGNMENTS_AGGREGATION_DENIED", "ONLY_FOR_POOL_WITH_MIXER")),
        aggregation.listing: Described("What an aggregation found", {200: thing({"items": array(ref("AggregatedSolution")),
                                                                                 "has_more": BOOLEAN})},
                                       listing=aggregation.LISTING, conflicts=("CONFLICT_STATE",)),
        operations.listing: listed("My operations", operations.LISTING, ref("Operation")),
        operations.one: Described("An operation", {200: ref("Operation")}),
        operations.log: Described("What became of each item of a batch", {200: array(line)}, conflicts=("OPERATION_LOGS_ARCHIVED",)),
    }
