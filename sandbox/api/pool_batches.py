"""Batches of what goes into pools: tasks and task suites."""
from typing import Any, TypeVar

from django.db.models import Model

from sandbox import specs
from sandbox.api.batches import Batch
from sandbox.api.door import my_pool
from sandbox.engine import overlap as overlap_engine, pools as pool_engine
from sandbox.errors import ApiError
from sandbox.http import Call
from sandbox.models import Pool

MAX_INPUT_BYTES = 1_048_576
MAX_OUTPUT_BYTES = 4_194_304
NO_SPEC: dict[str, Any] = {"input_spec": {}, "output_spec": {}}
T = TypeVar("T", bound=Model)


class PoolBatch(Batch[T]):
    """`pools` maps each `pool_id` that the items name to the pool, locked, or to why it cannot be used."""

    def __init__(self, call: Call, items: list[Any]) -> None:
        super().__init__(call, items)
        self.pools: dict[str, Pool | ApiError] = {}

    def check_kind(self, pool: Pool) -> None:
        """409 if such things cannot be put into this pool."""

    def parts(self, item: dict[str, Any]) -> list[Any]:
        """What of an item has `input_values` and solutions: itself, or its tasks."""
        return [item]

    def check_size(self) -> None:
        parts = [part for item in self.items if isinstance(item, dict) for part in self.parts(item) if isinstance(part, dict)]
        _check_bytes("input_values", MAX_INPUT_BYTES, [part["input_values"] for part in parts if "input_values" in part])
        _check_bytes("output_values", MAX_OUTPUT_BYTES, [values for part in parts for values in _solutions_of(part)])

    def lock_pools(self) -> None:
        """Fill `pools`, in order of id. Until the end no one else adds to them, so ids drawn from now on ascend for whoever pages."""
        named = {item["pool_id"] for item in self.items if isinstance(item, dict) and isinstance(item.get("pool_id"), str)}
        for name in sorted(named):
            try:
                pool = pool_engine.locked(my_pool(self.call, name).id)
            except ApiError as error:
                self.pools[name] = error
                continue
            overlap_engine.writable(pool)
            self.check_kind(pool)
            self.pools[name] = pool

    def pool_of(self, item: Any) -> tuple[Pool | None, dict[str, Any]]:
        """(the item's pool or None, errors)."""
        name = item.get("pool_id") if isinstance(item, dict) else None
        pool = self.pools.get(name) if isinstance(name, str) else None
        if isinstance(pool, ApiError):
            code = "ENTITY_ACCESS_DENIED" if pool.code == "ACCESS_DENIED" else "ENTITY_DOES_NOT_EXIST"
            return None, {"pool_id": {"code": code, "message": "There is no such pool of yours"}}
        return pool, {}

    def overlap_of(self, form: dict[str, Any], pool: Pool, *defaults: str) -> tuple[int | None, bool]:
        """(overlap, whether it is infinite): the item's own, else the first of these defaults of the pool if the request allows it."""
        if form.get("infinite_overlap"):
            return None, True
        if form.get("overlap") is not None or not self.call.flag("allow_defaults"):
            return form.get("overlap"), False
        given = pool.form.get("defaults") or {}
        return next((given[name] for name in defaults if given.get(name) is not None), None), False

    def filled(self, pool_ids: set[int]) -> None:
        """Something was put into these pools; with `open_pool` they open."""
        for pool in self.pools.values():
            if isinstance(pool, Pool) and pool.id in pool_ids:
                overlap_engine.touched(pool, self.call.now)
                if self.call.flag("open_pool") and pool_engine.open_pool(pool.id, self.call.now):
                    self.beside.append({"type": "POOL_OPEN", "success": True, "input": {"pool_id": str(pool.id)}, "output": {}})


def _solutions_of(part: dict[str, Any]) -> list[Any]:
    """The output values that come with a task; what is no solution is found by the form's check."""
    found = [solution for name in ("known_solutions", "baseline_solutions") if isinstance(part.get(name), list) for solution in part[name]]
    return [solution["output_values"] for solution in found if isinstance(solution, dict) and "output_values" in solution]


def _check_bytes(name: str, most: int, values: list[Any]) -> None:
    size = sum(specs.size_of(value) for value in values)
    if size > most:
        raise ApiError("CONTENT_TOO_LARGE", f"{name} of one request have at most {most} bytes, these have {size}")
