"""/control/v1."""
import ipaddress
import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DataError, connection, transaction
from django.http import HttpRequest

from sandbox import clock, ids, times
from sandbox.engine import people
from sandbox.errors import ApiError, ValidationError
from sandbox.faults import EFFECTS
from sandbox.forms.checker import Checker
from sandbox.forms.people import people_form
from sandbox.http import Call, Reply, door
from sandbox.models import AssignmentChange, Fault, RequestRecord, Robot, Task

MAX_ADVANCE_SECONDS = 10 * 366 * 86_400
MAX_ROBOTS = 200
MAX_SEED = 10**12
MAX_LOGGED = 10_000
MAX_TASKS_KNOWN = 1_000
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


def _identify(request: HttpRequest) -> Call:
    """No credentials: the switch, and a caller on this machine that no proxy speaks for.

    Browsers are kept out (Origin, and the tasks' own host): a page somebody opens here must not move the clock.
    """
    if not settings.SANDBOX_CONTROL:
        raise ApiError("DOES_NOT_EXIST", "The control API is off")
    if not ipaddress.ip_address(request.META["REMOTE_ADDR"]).is_loopback or any(name in request.META for name in _FORWARDED):
        raise ApiError("ACCESS_DENIED", "The control API answers on this machine only")
    if "HTTP_ORIGIN" in request.META or request.get_host() == urlsplit(settings.SANDBOX_FRAME_ORIGIN).netloc:
        raise ApiError("ACCESS_DENIED", "The control API does not answer to pages")
    return Call(request)


endpoint = door(_identify)


def create_requester(call: Call) -> Reply:
    check = Checker(call.body)
    name = check.text("name", required=True, longest=250)
    balance = money_of(check, "balance")
    check.finish()
    requester, token = people.create_requester(str(name), balance or Decimal(0), call.now)
    return Reply({"id": requester.id, "token": token}, 201)


def money_of(check: Checker, name: str) -> Decimal | None:
    """A sum as text or number, at most six digits after the point, below a thousand million."""
    value = check.data.get(name)
    if value is None:
        return None
    try:
        amount = Decimal(str(value))
    except ArithmeticError:
        return check.fail(name, "FLOAT_EXPECTED", "A sum like \"100.00\" is expected")
    if not amount.is_finite() or not 0 <= amount < 10**9 or amount != round(amount, 6):
        return check.fail(name, "VALUE_OUT_OF_BOUNDS", "A sum from 0 to below 1000000000, at most six digits after the point")
    return amount


def show_clock(call: Call) -> Any:
    return _clock(call)


def _clock(call: Call) -> dict[str, Any]:
    """`speed` is how many of the sandbox's seconds pass in one of the machine's."""
    return {"now": times.show(call.now), "speed": call.request.course.speed}  # type: ignore[attr-defined]


def advance_clock(call: Call) -> Any:
    check = Checker(call.body)
    seconds = check.number("seconds", 0, MAX_ADVANCE_SECONDS, required=True)
    check.finish()
    call.request.now, call.request.course = clock.advance(float(seconds or 0))  # type: ignore[attr-defined]
    return _clock(call)


def set_clock_speed(call: Call) -> Any:
    check = Checker(call.body)
    speed = check.number("speed", clock.SLOWEST, clock.FASTEST, required=True)
    check.finish()
    call.request.now, call.request.course = clock.set_speed(float(speed or 1))  # type: ignore[attr-defined]
    return _clock(call)


def create_fault(call: Call) -> Reply:
    check = Checker(call.body)
    method, path = check.text("method", longest=8) or "*", check.text("path", required=True)
    effect = check.choice("effect", EFFECTS, required=True)
    status, uses = check.integer("status", 400, 599), check.integer("times", 1, 1_000_000)
    code, seconds = check.text("code", longest=64), check.number("seconds", 0, 300)
    _check_pattern(check, "path", path)
    check.finish()
    fault = Fault.objects.create(method=method.upper(), path=str(path), effect=str(effect), status=status or 503, code=code or "",
                                 seconds=float(seconds or 0), times=uses or 1)
    return Reply({"id": str(fault.id)}, 201)


def _check_pattern(check: Checker, name: str, pattern: str | None) -> None:
    """The database matches it, so the database says whether it is a pattern."""
    if pattern is None or check.errors:
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT '' ~ %s", [pattern])
    except DataError:
        check.fail(name, "INVALID_REGEX_SYNTAX", "A regular expression is expected")


def delete_faults(call: Call) -> None:
    Fault.objects.all().delete()


def requests(call: Call) -> Any:
    """The requester API's calls in order; `path` is a regular expression, `since` a time, both optional."""
    rows = RequestRecord.objects.order_by("id")
    query = call.request.GET
    if query.get("path"):
        try:
            re.compile(query["path"])
        except re.error:
            raise _unreadable("path", "INVALID_REGEX_SYNTAX") from None
        rows = rows.filter(path__regex=query["path"])
    if query.get("since"):
        since = times.read(query["since"])
        if since is None:
            raise _unreadable("since", "INVALID_DATE_TIME_SYNTAX")
        rows = rows.filter(at__gte=since)
    return {"items": [{"at": times.show(row.at), "method": row.method, "path": row.path, "query": row.query, "status": row.status,
                       "requester_id": row.requester_id} for row in rows[:MAX_LOGGED]]}


def assignment_changes(call: Call) -> Any:
    """What happened to assignments, in order, at most 10,000 from after `id_gt`; `pool_id` or `assignment_id` narrow it.

    Unlike the calls, which are written down beside what they do, a change is here if and only if it was made.
    """
    rows, query = AssignmentChange.objects.order_by("id"), call.request.GET
    for name, column in (("pool_id", "pool"), ("id_gt", "id__gt")):
        if query.get(name):
            # At most 18 digits: more are no number of the database's.
            if not re.fullmatch("[0-9]{1,18}", query[name]):
                raise _unreadable(name, "INVALID_VALUE")
            rows = rows.filter(**{column: int(query[name])})
    if query.get("assignment_id"):
        rows = rows.filter(assignment=query["assignment_id"])
    return {"items": [{"id": str(row.pk), "at": times.show(row.at), "assignment_id": row.assignment_id, "pool_id": str(row.pool_id),
                       "before": row.before, "after": row.after, "by": row.by} for row in rows[:MAX_LOGGED]]}


def _unreadable(name: str, code: str) -> ValidationError:
    return ValidationError({name: {"code": code, "message": "This value is not understood here"}})


def create_robots(call: Call) -> Reply:
    """Rows that the robots' process works through; see sandbox.robots. A list describes several kinds at once, all or none."""
    bodies = call.body if isinstance(call.body, list) else [call.body]
    if len(bodies) > MAX_ROBOTS:
        raise _unreadable("robots", "ARRAY_SIZE_GREATER_THAN_MAX")
    robots = [Robot(id=ids.new_user_id(), created=call.now, config=config) for body in bodies for config in _robots(body)]
    Robot.objects.bulk_create(robots)
    return Reply({"ids": [robot.id for robot in robots]}, 201)


def _robots(body: Any) -> list[dict[str, Any]]:
    """The configurations of robots that are alike but for their seed and number."""
    check = Checker(body)
    name = check.text("name", longest=200)
    count = check.integer("count", 1, MAX_ROBOTS) or 1
    config: dict[str, Any] = {part: float(value) if (value := check.number(part, 0, 1)) is not None else default
                              for part, default in (("accuracy", 1.0), ("spam", 0.0), ("skip", 0.0))}
    config["seconds"] = _range(check, "seconds")
    config["pools"] = check.ids("pools")
    config["profile"], config["computed"] = people_form(check)
    truth = check.part("truth")
    config["truth"] = truth.data if truth else {}
    config["name"] = name
    seed = check.integer("seed", -MAX_SEED, MAX_SEED)
    check.finish()
    return [{**config, "seed": (seed or 0) * 1_000 + index, "number": index + 1} for index in range(count)]


def _range(check: Checker, name: str) -> list[float]:
    values = check.array(name) or [0, 0]
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 86_400 for value in values)
    if len(values) != 2 or not numbers or values[0] > values[1]:
        check.fail(name, "INVALID_VALUE", "[least, most] seconds are expected")
    return values


def known_solutions(call: Call) -> Any:
    """`task_id=a,b`: the known solutions of those of these tasks that have some. For robots: people know such things by themselves."""
    wanted = call.request.GET.get("task_id", "").split(",")[:MAX_TASKS_KNOWN]
    rows = Task.objects.filter(pk__in=wanted, kind__in=("GOLDEN", "TRAINING")).order_by("id")
    return {"items": [{"task_id": row.id, "known_solutions": row.form.get("known_solutions") or []} for row in rows]}


def delete_robots(call: Call) -> None:
    Robot.objects.all().delete()
