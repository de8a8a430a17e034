"""/staging/analytics-2: numbers about pools."""
from typing import Any

from sandbox import times
from sandbox.api import operations
from sandbox.api.door import my_pool
from sandbox.engine import analytics as engine
from sandbox.errors import ApiError, ValidationError
from sandbox.forms.checker import Checker
from sandbox.http import Call, Reply
from sandbox.models import Pool

MOST_REQUESTS = 10
SUBJECTS = ("POOL",)
NAMES = tuple(engine.RESULTS)
WITH_HOURS = "active_workers_by_filter_count"


def ask(call: Call) -> Reply:
    """An array of 1 to 10 `{name, subject, subject_id}`. 202 with a finished operation whose details.value has a result for each."""
    assert call.requester is not None
    items = call.body
    if not isinstance(items, list):
        raise ValidationError({"": {"code": "ARRAY_EXPECTED", "message": "An array of requests is expected"}})
    if not 1 <= len(items) <= MOST_REQUESTS:
        raise ValidationError({"": {"code": "ARRAY_SIZE_OUT_OF_BOUNDS", "message": f"1 to {MOST_REQUESTS} requests are expected",
                                    "params": {"min": 1, "max": MOST_REQUESTS}}})
    errors: dict[str, Any] = {}
    pools = [_pool(call, Checker(item, str(index), errors)) for index, item in enumerate(items)]
    if errors:
        raise ValidationError(errors)
    finished = times.show(call.now)
    value = [{"request": item, "finished": finished, "result": _result(call, item, pool)}
             for item, pool in zip(items, pools, strict=True) if pool is not None]
    done = operations.finished(call.requester, "ANALYTICS", call.now, {"value": items}, details={"value": value})
    return Reply(operations.show(done), 202)


def _result(call: Call, item: dict[str, Any], pool: Pool) -> Any:
    return engine.RESULTS[item["name"]](pool, call.now, int(item.get("interval_hours") or 0))


def _pool(call: Call, check: Checker) -> Pool | None:
    """The pool that one request is about; None after noting what is wrong."""
    name = check.choice("name", NAMES, required=True)
    check.choice("subject", SUBJECTS)
    check.integer("interval_hours", 1, engine.LONGEST_INTERVAL_HOURS, required=name == WITH_HOURS)
    subject_id = check.text("subject_id", required=True)
    if subject_id is None:
        return None
    try:
        return my_pool(call, subject_id)
    except ApiError as error:
        code = "ENTITY_ACCESS_DENIED" if error.code == "ACCESS_DENIED" else "ENTITY_DOES_NOT_EXIST"
        check.fail("subject_id", code, "There is no such pool of yours")
        return None
