"""Requester, projects, pools, trainings."""
from collections.abc import Callable
from typing import Any

from sandbox import specs
from sandbox.api import pools, projects, trainings
from sandbox.forms.pools import pool_form
from sandbox.forms.projects import project_form
from sandbox.forms.trainings import training_form
from sandbox.openapi.forms import schema_of
from sandbox.openapi.shapes import (
    AMOUNT,
    BOOLEAN,
    HEX_ID,
    INTEGER,
    LANGUAGES,
    NUMBER_ID,
    OBJECT,
    OWNER,
    TEXT,
    TIME,
    Described,
    Schema,
    array,
    as_stored,
    listed,
    ref,
    thing,
    word,
)

_STATUSES = ("OPEN", "CLOSED", "ARCHIVED", "LOCKED")
_OPENING = ("EMPTY_POOL", "NOT_ENOUGH_BALANCE", "INAPPROPRIATE_STATUS", "PROJECT_INAPPROPRIATE_STATUS", "CONFLICT_STATE",
            "TRAINING_IS_ARCHIVED")
_ARCHIVING = ("INAPPROPRIATE_STATUS", "THERE_IS_ACTIVE_ASSIGNMENT", "SUBMITTED_ASSIGNMENTS_CONFLICT", "THERE_IS_REJECTED_ASSIGNMENT",
              "TRAINING_ARCHIVE_CONFLICT")


def components() -> dict[str, Schema]:
    entry = thing({"type": word(*specs.ALL_TYPES)}, required=BOOLEAN, hidden=BOOLEAN, allowed_values=array({}), min_length=INTEGER,
                  max_length=INTEGER, pattern={"type": "string", "format": "regex"}, min_value={"type": "number"},
                  max_value={"type": "number"}, min_size=INTEGER, max_size=INTEGER)
    condition = thing({"category": word("profile", "computed", "skill"), "key": TEXT, "operator": TEXT},
                      value={"type": ["string", "number", "boolean", "null"]})
    project_body = schema_of(project_form, task_spec__input_spec={**ref("FieldSpecs"), "required": True},
                             task_spec__output_spec={**ref("FieldSpecs"), "required": True})
    pool_body = schema_of(pool_form, filter=ref("Filter"))
    training_body = schema_of(training_form)
    made = {"id": NUMBER_ID, "owner": OWNER, "status": word(*_STATUSES), "created": TIME}
    moments = {"last_close_reason": TEXT, "last_started": TIME, "last_stopped": TIME}
    return {
        "FieldSpecs": {"type": "object", "additionalProperties": entry},
        "Filter": {"anyOf": [thing({"and": array(ref("Filter"))}), thing({"or": array(ref("Filter"), minItems=1)}), condition]},
        "ProjectForm": project_body,
        "Project": as_stored(project_body, {"id": NUMBER_ID, "owner": OWNER, "status": word("ACTIVE", "ARCHIVED", "LOCKED"),
                                            "created": TIME}),
        "PoolForm": pool_body, "Pool": as_stored(pool_body, {**made, "type": word("REGULAR")}, **moments),
        "TrainingForm": training_body, "Training": as_stored(training_body, made, **moments),
    }


def described() -> dict[Callable[..., Any], Described]:
    operation = {202: ref("Operation")}
    unless_done = {**operation, 204: None}
    return {
        projects.requester: Described("Who am I", {200: thing({"id": HEX_ID, "balance": AMOUNT, "public_name": LANGUAGES},
                                                              company=OBJECT)}),
        projects.listing: listed("My projects", projects.LISTING, ref("Project"), owner=TEXT),
        projects.create: Described("Make a project", {201: ref("Project")}, ref("ProjectForm")),
        projects.one: Described("A project", {200: ref("Project")}),
        projects.replace: Described("Replace a project", {200: ref("Project")}, ref("ProjectForm"), conflicts=("INAPPROPRIATE_STATUS",)),
        projects.archive: Described("Archive a project", operation, conflicts=("UNARCHIVED_POOLS_CONFLICT",)),
        projects.check: Described("Would this be a breaking change?", {200: thing({
            "differenceLevel": word("EQUAL", "NON_BREAKING_CHANGE", "BREAKING_CHANGE")})}, ref("ProjectForm")),
        pools.listing: listed("My pools", pools.LISTING, ref("Pool"), project_id=TEXT),
        pools.create: Described("Make a pool", {201: ref("Pool")}, ref("PoolForm"),
                                conflicts=("PROJECT_INAPPROPRIATE_STATUS", "TRAINING_IS_ARCHIVED")),
        pools.one: Described("A pool", {200: ref("Pool")}),
        pools.replace: Described("Replace a closed pool", {200: ref("Pool")}, ref("PoolForm"),
                                 conflicts=("INAPPROPRIATE_STATUS", "TRAINING_IS_ARCHIVED")),
        pools.change: Described("Change a pool's priority", {200: ref("Pool")}, thing({
            "priority": {"type": "integer", "minimum": 0, "maximum": 100}}), conflicts=("INAPPROPRIATE_STATUS",)),
        pools.open_it: Described("Open a pool", unless_done, conflicts=_OPENING),
        pools.close: Described("Close a pool", unless_done, conflicts=("INAPPROPRIATE_STATUS",)),
        pools.close_for_update: Described("Close a pool for a quarter of an hour", unless_done, conflicts=("INAPPROPRIATE_STATUS",)),
        pools.archive: Described("Archive a pool", unless_done, conflicts=_ARCHIVING),
        pools.clone: Described("Copy a pool, without its tasks", operation, conflicts=("PROJECT_INAPPROPRIATE_STATUS",)),
        trainings.listing: listed("My trainings", trainings.LISTING, ref("Training"), project_id=TEXT),
        trainings.create: Described("Make a training", {201: ref("Training")}, ref("TrainingForm"),
                                    conflicts=("PROJECT_INAPPROPRIATE_STATUS",)),
        trainings.one: Described("A training", {200: ref("Training")}),
        trainings.replace: Described("Replace a closed training", {200: ref("Training")}, ref("TrainingForm"),
                                     conflicts=("INAPPROPRIATE_STATUS",)),
        trainings.open_it: Described("Open a training", unless_done, conflicts=_OPENING),
        trainings.close: Described("Close a training", unless_done, conflicts=("INAPPROPRIATE_STATUS",)),
        trainings.close_for_update: Described("Close a training for a quarter of an hour", unless_done,
                                              conflicts=("INAPPROPRIATE_STATUS",)),
        trainings.archive: Described("Archive a training", unless_done, conflicts=_ARCHIVING),
        trainings.clone: Described("Copy a training, without its tasks", operation, conflicts=("PROJECT_INAPPROPRIATE_STATUS",)),
    }
