"""POST /v1/task-suites."""
from typing import Any

from sandbox import ids
from sandbox.api import batches, suites as api
from sandbox.api.batches import Errors
from sandbox.api.pool_batches import NO_SPEC, PoolBatch
from sandbox.engine import mixing, overlap as overlap_engine
from sandbox.errors import ApiError
from sandbox.forms.checker import Checker
from sandbox.forms.suites import issuing_order, suite_form
from sandbox.forms.tasks import kind_of
from sandbox.http import Call, Reply
from sandbox.models import Pool, Task, TaskSuite
from sandbox.models.copying import copy_in

_COLUMNS = ("overlap", "infinite_overlap", "reserved_for", "unavailable_for", "issuing_order_override")


class SuiteBatch(PoolBatch[TaskSuite]):
    """Pages of tasks that the requester put together."""

    operation, made_as, refused_as = "TASK_SUITE.BATCH_CREATE", "TASK_SUITE_CREATE", "TASK_SUITE_VALIDATE"
    id_name = "task_suite_id"

    def __init__(self, call: Call, items: list[Any]) -> None:
        super().__init__(call, items)
        self.tasks: dict[str, list[Task]] = {}

    def parts(self, item: dict[str, Any]) -> list[Any]:
        tasks = item.get("tasks")
        return tasks if isinstance(tasks, list) else []

    def check_kind(self, pool: Pool) -> None:
        if mixing.mixes(pool):
            raise ApiError("POOL_TASK_TYPE_CONFLICT", "The pages of this pool are mixed from single tasks")

    def read(self) -> tuple[dict[int, TaskSuite], Errors]:
        self.lock_pools()
        suites: dict[int, TaskSuite] = {}
        errors: Errors = {}
        for index, item in enumerate(self.items):
            pool, wrong = self.pool_of(item)
            if not wrong:
                on_map = None if pool is None else pool.project.form.get("assignments_issuing_type") == "MAP_SELECTOR"
                form, tasks, wrong = suite_form(item, pool.spec.task_spec if pool else NO_SPEC, on_map)
            if not wrong and pool is not None:
                overlap, infinite = self.overlap_of(form, pool, "default_overlap_for_new_task_suites")
                if overlap is None and not infinite:
                    wrong = {"overlap": {"code": "VALUE_REQUIRED", "message": "Give an overlap, or allow_defaults"}}
                else:
                    suites[index] = self._suite(pool, form, tasks, overlap, infinite)
            if wrong:
                errors[index] = wrong
        return suites, errors

    def _suite(self, pool: Pool, form: dict[str, Any], tasks: list[dict[str, Any]], overlap: int | None, infinite: bool) -> TaskSuite:
        now = self.call.now
        suite = TaskSuite(id=ids.new_pool_item_id(pool.id, now), pool=pool, mixed=False, created=now,
                          form={name: value for name, value in form.items() if name not in _COLUMNS},
                          reserved_for=form.get("reserved_for") or [], unavailable_for=form.get("unavailable_for") or [],
                          issuing_order_override=issuing_order(Checker(form)) or 0)
        overlap_engine.set_on(suite, overlap, infinite)
        rows = [Task(id=ids.new_pool_item_id(pool.id, now), pool=pool, suite=suite, kind=kind_of(task), created=now,
                     form={"pool_id": str(pool.id), **task}) for task in tasks]
        for row in rows:
            overlap_engine.set_on(row, overlap, infinite)
        suite.task_ids = [row.id for row in rows]
        self.tasks[suite.id] = rows
        return suite

    def store(self, rows: dict[int, TaskSuite]) -> None:
        copy_in(list(rows.values()))
        copy_in([task for suite in rows.values() for task in self.tasks[suite.id]])
        self.filled({suite.pool_id for suite in rows.values()})

    def show(self, row: TaskSuite) -> dict[str, Any]:
        return api.show(row, self.tasks[row.id])


def create(call: Call) -> Reply:
    """One page or many, at once or as an operation."""
    return batches.create(call, SuiteBatch)
