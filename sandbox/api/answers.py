"""/new/requester/pools/{id}/assignments.tsv: a pool's answers as a table, one row for each task of each assignment."""
import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import StreamingHttpResponse

from sandbox import times
from sandbox.api.door import my_pool
from sandbox.errors import ValidationError
from sandbox.http import Call
from sandbox.models import Assignment, Pool, Task, UserRestriction
from sandbox.models.fields import plain

# The table's own word for each status, and ours.
STATUSES = {"APPROVED": "ACCEPTED", **{word: word for word in ("ACTIVE", "SUBMITTED", "REJECTED", "SKIPPED", "EXPIRED")}}
_WORDS = {status: word for word, status in STATUSES.items()}
_CHUNK = 500
_NEEDS_QUOTES = re.compile(r"[\t\r\n\"]")


def _time(name: str) -> Callable[[Assignment, str, Pool], str | None]:
    return lambda row, task_id, pool: times.show(getattr(row, name))


FIELDS: dict[str, Callable[[Assignment, str, Pool], Any]] = {
    "ASSIGNMENT:link": lambda row, task_id, pool: (
        f"{settings.SANDBOX_PUBLIC_URL}/requester/project/{pool.project_id}/pool/{pool.id}#{row.id}"),
    "ASSIGNMENT:assignment_id": lambda row, task_id, pool: row.id,
    "ASSIGNMENT:task_id": lambda row, task_id, pool: task_id,
    "ASSIGNMENT:task_suite_id": lambda row, task_id, pool: row.suite_id,
    "ASSIGNMENT:worker_id": lambda row, task_id, pool: row.toloker_id,
    "ASSIGNMENT:status": lambda row, task_id, pool: _WORDS[row.status],
    "ASSIGNMENT:started": _time("created"),
    **{f"ASSIGNMENT:{name}": _time(name) for name in ("submitted", "accepted", "rejected", "skipped", "expired")},
    "ASSIGNMENT:reward": lambda row, task_id, pool: row.reward.normalize(),
}
DEFAULT_FIELDS = ("ASSIGNMENT:link", "ASSIGNMENT:assignment_id", "ASSIGNMENT:worker_id", "ASSIGNMENT:status", "ASSIGNMENT:started")


def table(call: Call, key: str) -> StreamingHttpResponse:
    """Streamed, so a pool of any size takes little memory. Query: `status`, `field` (commas), `startTimeFrom`, `startTimeTo`,
    `excludeBanned`, `addRowDelimiter` (an empty line between assignments). 400 with the parameter's name as path."""
    pool = my_pool(call, key)
    fields = _words(call, "field", FIELDS, DEFAULT_FIELDS)
    rows = _asked_for(call, pool)
    delimiter = call.flag("addRowDelimiter")
    response = StreamingHttpResponse(_lines(rows, pool, fields, delimiter), content_type="text/tab-separated-values; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="assignments_from_pool_{pool.id}.tsv"'
    return response


def _asked_for(call: Call, pool: Pool) -> QuerySet[Assignment]:
    words = _words(call, "status", STATUSES, ("APPROVED",))
    rows = Assignment.objects.filter(pool=pool, status__in=[STATUSES[word] for word in words])
    # A page that was not submitted is dated by its start.
    rows = rows.annotate(moment=Coalesce("submitted", "created"))
    for name, lookup in (("startTimeFrom", "moment__gte"), ("startTimeTo", "moment__lte")):
        text = call.request.GET.get(name)
        if text is not None:
            at = times.read(text)
            if at is None:
                raise _wrong(name, "INVALID_DATE_TIME_SYNTAX", "A date and time like 2030-01-31T00:00:00 is expected")
            rows = rows.filter(**{lookup: at})
    return rows.exclude(toloker__in=_banned(call, pool)) if call.flag("excludeBanned") else rows


def _banned(call: Call, pool: Pool) -> QuerySet[UserRestriction, Any]:
    """Tolokers whom this requester does not let into the pool now."""
    here = Q(scope="ALL_PROJECTS") | Q(scope="PROJECT", project=pool.project_id) | Q(scope="POOL", pool=pool.id)
    in_force = Q(will_expire=None) | Q(will_expire__gt=call.now)
    return UserRestriction.objects.filter(here, in_force, requester=call.requester).values("toloker_id")


def _words(call: Call, name: str, among: dict[str, Any], default: tuple[str, ...]) -> tuple[str, ...]:
    text = call.request.GET.get(name)
    if text is None:
        return default
    words = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    unknown = [word for word in words if word not in among]
    if unknown or not words:
        raise _wrong(name, "UNKNOWN_ENUM_VALUE", f"Some of {', '.join(among)} are expected")
    return words


def _wrong(name: str, code: str, message: str) -> ValidationError:
    return ValidationError({name: {"code": code, "message": message}})


def _lines(rows: QuerySet[Assignment], pool: Pool, fields: tuple[str, ...], delimiter: bool) -> Iterator[bytes]:
    inputs, outputs = (list(pool.spec.task_spec[part]) for part in ("input_spec", "output_spec"))
    names = [*(f"INPUT:{name}" for name in inputs), *(f"OUTPUT:{name}" for name in outputs), *(f"GOLDEN:{name}" for name in outputs),
             "HINT:text", *fields]
    lines, last = [_line(names)], ""
    while chunk := list(rows.filter(id__gt=last).order_by("id")[:_CHUNK]):
        forms = dict(Task.objects.filter(pk__in={key for row in chunk for key in row.task_ids}).values_list("id", "form"))
        for row in chunk:
            if delimiter and last:
                lines.append("\n")
            last = row.id
            for index, task_id in enumerate(row.task_ids):
                answer = row.solutions[index]["output_values"] if row.solutions else {}
                cells = _cells(forms[task_id], answer, inputs, outputs)
                lines.append(_line([*cells, *(_cell(FIELDS[name](row, task_id, pool)) for name in fields)]))
        yield "".join(lines).encode()
        lines = []
    yield "".join(lines).encode()


def _cells(form: dict[str, Any], answer: dict[str, Any], inputs: list[str], outputs: list[str]) -> list[str]:
    known = form.get("known_solutions") or [{"output_values": {}}]
    best = max(known, key=lambda solution: solution.get("correctness_weight") or 1)["output_values"]
    return [*(_cell(form["input_values"].get(name)) for name in inputs), *(_cell(answer.get(name)) for name in outputs),
            *(_cell(best.get(name)) for name in outputs), _cell(form.get("message_on_unknown_solution"))]


def _cell(value: Any) -> str:
    """Text as it is, nothing for null, everything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value, default=plain).decode()


def _line(cells: list[str]) -> str:
    """Quoted where a reader would stumble; not by the csv module, whose writer lets a lone carriage return through."""
    return "\t".join('"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell for cell in cells) + "\n"
