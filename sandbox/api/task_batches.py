"""POST /v1/tasks."""
from typing import Any

from sandbox import ids
from sandbox.api import batches, tasks as api
from sandbox.api.batches import Errors
from sandbox.api.pool_batches import NO_SPEC, PoolBatch
from sandbox.engine import mixing, overlap as overlap_engine
from sandbox.errors import ApiError
from sandbox.forms.tasks import check_known_in, kind_of, task_form
from sandbox.http import Call, Reply
from sandbox.models import Pool, Task
from sandbox.models.copying import copy_in

_COLUMNS = ("overlap", "infinite_overlap", "reserved_for", "unavailable_for")


class TaskBatch(PoolBatch[Task]):
    """Single tasks, of which the server makes pages."""

    operation, made_as, refused_as, id_name = "TASK.BATCH_CREATE", "TASK_CREATE", "TASK_VALIDATE", "task_id"

    def check_kind(self, pool: Pool) -> None:
        if not mixing.mixes(pool):
            raise ApiError("MIXER_CONFIG_REQUIRED")

    def read(self) -> tuple[dict[int, Task], Errors]:
        self.lock_pools()
        tasks: dict[int, Task] = {}
        errors: Errors = {}
        for index, item in enumerate(self.items):
            pool, wrong = self.pool_of(item)
            if not wrong:
                form, wrong = task_form(item, pool.spec.task_spec if pool else NO_SPEC)
                if pool is not None and not wrong:
                    task, wrong = self._task(pool, form)
                    tasks[index] = task
            if wrong:
                errors[index] = wrong
                tasks.pop(index, None)
        return tasks, errors

    def _task(self, pool: Pool, form: dict[str, Any]) -> tuple[Task, dict[str, Any]]:
        """An unsaved row and what is wrong with it in this pool."""
        wrong: dict[str, Any] = {}
        check_known_in(pool.type, form.get("known_solutions"), wrong)
        if pool.type == "TRAINING" and form.get("overlap") is None:
            # In a training everybody gets everything.
            overlap, infinite = None, True
        else:
            overlap, infinite = self.overlap_of(form, pool, "default_overlap_for_new_tasks", "default_overlap_for_new_task_suites")
        if overlap is None and not infinite:
            wrong.setdefault("overlap", {"code": "VALUE_REQUIRED", "message": "Give an overlap, or allow_defaults"})
        kept = {name: value for name, value in form.items() if name not in _COLUMNS}
        task = Task(id=ids.new_pool_item_id(pool.id, self.call.now), pool=pool, kind=kind_of(form, pool.type), form=kept,
                    created=self.call.now, reserved_for=form.get("reserved_for") or [], unavailable_for=form.get("unavailable_for") or [])
        overlap_engine.set_on(task, overlap, infinite)
        return task, wrong

    def store(self, rows: dict[int, Task]) -> None:
        copy_in(list(rows.values()))
        self.filled({task.pool_id for task in rows.values()})

    def show(self, row: Task) -> dict[str, Any]:
        return api.show(row)


def create(call: Call) -> Reply:
    """One task or many, at once or as an operation."""
    return batches.create(call, TaskBatch)
