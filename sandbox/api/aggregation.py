"""/v1/aggregated-solutions."""
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from sandbox.api import operations
from sandbox.api.door import my_id, my_pool, my_task
from sandbox.api.listing import Listing, each
from sandbox.api.references import check_skill
from sandbox.engine import aggregation as engine, voting
from sandbox.errors import ApiError, ValidationError
from sandbox.forms.aggregation import aggregation_form, check_fields
from sandbox.http import Call, Reply
from sandbox.models import AggregatedSolution, Operation, Pool

# Rows are written in order of task, so the order of ids, the default, is the order of tasks.
LISTING = Listing(texts=("task_id",), sortable=("id",), most=100_000)
KIND = "SOLUTION.AGGREGATE"


@dataclass(frozen=True)
class _Asked:
    """A checked request."""

    kind: str
    pool: Pool
    names: Sequence[str]
    skill_id: int | None
    task_id: str | None

    def run(self, task_ids: Sequence[str] | None = None) -> list[engine.Aggregate]:
        if self.kind == "DAWID_SKENE":
            return engine.by_model(self.pool, self.names)
        return engine.by_trust(self.pool, self.names, self.skill_id, task_ids)


def _asked(call: Call) -> _Asked:
    """400 with paths, 403, 404; 409 if nothing in this pool can be aggregated this way."""
    check = aggregation_form(call.body)
    pool = my_pool(call, check.data["pool_id"])
    spec = pool.spec.task_spec["output_spec"]
    check_fields(check, spec)
    skill_id = check_skill(call, check, "answer_weight_skill_id")
    check.finish()
    names = [part["name"] for part in check.array("fields")] or [name for name, entry in spec.items() if voting.options(entry)]
    if not names:
        raise ApiError("ASSIGNMENTS_AGGREGATION_DENIED", "No output field of this project can be aggregated")
    if check.data["type"] == "WEIGHTED_DYNAMIC_OVERLAP" and not pool.form.get("mixer_config"):
        raise ApiError("ONLY_FOR_POOL_WITH_MIXER", "Aggregation by skill needs a pool with smart mixing")
    return _Asked(check.data["type"], pool, names, skill_id, check.data.get("task_id"))


@transaction.atomic
def by_pool(call: Call) -> Reply:
    """201 with a finished operation."""
    assert call.requester is not None
    asked = _asked(call)
    found = asked.run()
    operation = operations.finished(call.requester, KIND, call.now, _parameters(call, asked), details={})
    AggregatedSolution.objects.bulk_create(
        (AggregatedSolution(operation=operation, pool=asked.pool, task_id=one.task_id, confidence=one.confidence,
                            output_values=one.output_values) for one in found), batch_size=2_000)
    return Reply(operations.show(operation), 201)


def _parameters(call: Call, asked: _Asked) -> dict[str, Any]:
    pool = asked.pool
    parameters: dict[str, Any] = {
        "pool_id": str(pool.id), "algorithm": asked.kind, "pool_name": pool.form.get("private_name"), "project_id": str(pool.project_id),
        "requester_id": my_id(call)}
    if asked.kind == "DAWID_SKENE":
        return {**parameters, "input_fields": list(pool.spec.task_spec["input_spec"]), "aggregated_output_fields": list(asked.names),
                "missing_output_fields": [name for name in pool.spec.task_spec["output_spec"] if name not in asked.names]}
    skill = {} if asked.skill_id is None else {"answer_weight_skill_id": str(asked.skill_id)}
    return {**parameters, "aggregated_fields": [{"name": name} for name in asked.names], **skill}


def by_task(call: Call) -> Reply:
    """201 with the answer. 409 ASSIGNMENTS_AGGREGATION_DENIED if nobody's answer to it was accepted."""
    asked = _asked(call)
    if asked.task_id is None:
        raise ValidationError({"task_id": {"code": "VALUE_REQUIRED", "message": "Value must be present and not equal to null"}})
    task = my_task(call, asked.task_id)
    if task.pool_id != asked.pool.id:
        raise ValidationError({"task_id": {"code": "VALUE_NOT_ALLOWED", "message": "The task is not in this pool"}})
    found = [one for one in asked.run([task.id]) if one.task_id == task.id]
    if not found:
        raise ApiError("ASSIGNMENTS_AGGREGATION_DENIED", "The task has no accepted answer")
    return Reply({"pool_id": str(asked.pool.id), "task_id": task.id, "confidence": found[0].confidence,
                  "output_values": found[0].output_values}, 201)


def show(row: AggregatedSolution) -> dict[str, Any]:
    return {"pool_id": str(row.pool_id), "task_id": row.task_id, "confidence": row.confidence, "output_values": row.output_values}


def listing(call: Call, key: str) -> Any:
    """What an aggregation found. 404, 403; 409 for an operation of another kind."""
    try:
        operation = Operation.objects.filter(pk=uuid.UUID(key)).first()
    except ValueError:
        operation = None
    if operation is None:
        raise ApiError("DOES_NOT_EXIST")
    if operation.requester_id != my_id(call):
        raise ApiError("ACCESS_DENIED")
    if operation.type != KIND:
        raise ApiError("CONFLICT_STATE", "The operation is not an aggregation")
    return LISTING.page(call, AggregatedSolution.objects.filter(operation=operation), each(show))
