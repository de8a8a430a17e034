"""Smart mixing: which tasks make up the next page for one Toloker."""
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from sandbox.engine import sequence
from sandbox.engine.pools import OPEN_SLOT
from sandbox.models import AssignmentTask, Pool, Task

# Random order is drawn from the oldest open tasks: shuffling a whole large pool for each page would cost too much.
_WINDOW = 500
_COUNTS = (("REAL", "real_tasks_count"), ("GOLDEN", "golden_tasks_count"), ("TRAINING", "training_tasks_count"))


@dataclass(frozen=True)
class Wanted:
    """How many tasks of one kind a page holds, and the fewest that will do."""

    kind: str
    count: int
    least: int


def plan(mixer: dict[str, Any], drawn: Mapping[str, int]) -> list[Wanted]:
    """The page that mixer_config asks for; a missing `min_...` means the full count.

    `drawn`: how many tasks a distribution function puts on this page, by kind. They are part of `real_tasks_count`, the page's size,
    and all of them have to be there.
    """
    wanted = []
    for kind, name in _COUNTS:
        if mixer.get(f"{kind.lower()}_task_distribution_function"):
            wanted.append(Wanted(kind, drawn.get(kind, 0), drawn.get(kind, 0)))
            continue
        count = int(mixer.get(name) or 0) - (sum(drawn.values()) if kind == "REAL" else 0)
        least = mixer.get(f"min_{name}")
        wanted.append(Wanted(kind, count, count if least is None else min(int(least), count)))
    return wanted


def pick(pool: Pool, toloker_id: str, at: datetime) -> list[Task]:
    """Locked tasks for one page, in the order to show; empty if there is nothing for this Toloker. In a transaction of the caller's.

    Rows that another taker holds are passed over; only if that leaves too little is the choice made again, waiting.
    """
    point = transaction.savepoint()
    page = _choose(pool, toloker_id, at, wait=False)
    if page is None:
        # Letting go of everything first: whoever waits must hold nothing.
        transaction.savepoint_rollback(point)
        page = _choose(pool, toloker_id, at, wait=True)
    if page and mixer_of(pool).get("shuffle_tasks_in_task_suite", True):
        random.shuffle(page)
    if page:
        sequence.mark(pool, toloker_id, page, at)
    return page or []


def could_pick(pool: Pool, toloker_id: str, at: datetime) -> bool:
    """Whether `pick` would find a page now; nothing is locked."""
    return _choose(pool, toloker_id, at, wait=None) is not None


def mixes(pool: Pool) -> bool:
    """Whether the server makes the pool's pages; else the requester does. Fixed once the pool has tasks."""
    return pool.type == "TRAINING" or bool(pool.form.get("mixer_config"))


def mixer_of(pool: Pool) -> dict[str, Any]:
    """The pool's mixer_config; a training has its own words for the same."""
    if pool.type != "TRAINING":
        return pool.form.get("mixer_config") or {"real_tasks_count": 1}
    return {"training_tasks_count": pool.form["training_tasks_in_task_suite_count"],
            "mix_tasks_in_creation_order": pool.form.get("mix_tasks_in_creation_order", True),
            "shuffle_tasks_in_task_suite": pool.form.get("shuffle_tasks_in_task_suite", True)}


def _choose(pool: Pool, toloker_id: str, at: datetime, wait: bool | None) -> list[Task] | None:
    mixer = mixer_of(pool)
    places = sequence.special_places(pool, mixer, toloker_id, at)
    page: list[Task] = []
    for wanted in plan(mixer, Counter(places.values())):
        if wanted.count == 0:
            continue
        found = _tasks(pool, toloker_id, wanted, at, wait)
        if wait is False and len(found) < wanted.count:
            # Others may hold the rest; a page is short only where there is no more.
            return None
        if len(found) < wanted.least and not (found and _may_be_short(pool, wanted, at, wait)):
            return None
        page += found
    return sequence.arranged(page, places) or None


def _may_be_short(pool: Pool, wanted: Wanted, at: datetime, wait: bool | None) -> bool:
    if pool.type == "TRAINING":
        # What is left of it for this Toloker; a look that does not wait may have passed over some.
        return wait is not False
    return wanted.kind == "REAL" and _is_last_page(pool, wanted, at)


def _tasks(pool: Pool, toloker_id: str, wanted: Wanted, at: datetime, wait: bool | None) -> list[Task]:
    in_order = bool(mixer_of(pool).get("mix_tasks_in_creation_order"))
    open_tasks = _open_for(pool, toloker_id, wanted.kind)
    review = sequence.review_of(pool, toloker_id, wanted.count, at) if wanted.kind == "REAL" else sequence.Review()
    if not review.places:
        return _take(open_tasks, wanted.count, in_order, wait)
    found = _take(open_tasks.filter(review.waiting), len(review.places), in_order, wait)
    others = open_tasks.exclude(pk__in=[task.id for task in found])
    return found + (_take(others, wanted.count - len(found), in_order, wait) if len(found) < wanted.count else [])


def _open_for(pool: Pool, toloker_id: str, kind: str) -> QuerySet[Task]:
    """Tasks of this kind that this Toloker could be given, the oldest first."""
    seen = AssignmentTask.objects.filter(task_id=OuterRef("pk"), toloker_id=toloker_id)
    return (Task.objects.filter(OPEN_SLOT, pool=pool, kind=kind)
            .filter(Q(reserved_for=[]) | Q(reserved_for__contains=[toloker_id]))
            .exclude(unavailable_for__contains=[toloker_id])
            .filter(~Exists(seen)).order_by("created", "id"))


def _take(open_tasks: QuerySet[Task], count: int, in_order: bool, wait: bool | None) -> list[Task]:
    """At most `count` of them. `wait`: locked, and waited for (True) or passed over (False) if others hold them; None: not locked."""
    if wait is None:
        return list(open_tasks[:count])
    if not in_order and not wait:
        return _lock_some(open_tasks, _drawn(open_tasks, count), count)
    return list(open_tasks.select_for_update(of=("self",), skip_locked=not wait)[:count])


def _drawn(open_tasks: QuerySet[Task], count: int) -> list[str]:
    """Ids by chance from the oldest open tasks, several times as many as are needed: some may be taken by others."""
    window, parameters = open_tasks.values("id")[:max(_WINDOW, count)].query.sql_with_params()
    with connection.cursor() as cursor:
        # The text comes from Django's compiler; values are parameters.
        cursor.execute(f"SELECT id FROM ({window}) AS oldest ORDER BY random() LIMIT %s", [*parameters, max(count * 8, 32)])  # noqa: S608
        return [row[0] for row in cursor.fetchall()]


def _lock_some(open_tasks: QuerySet[Task], candidates: list[str], count: int) -> list[Task]:
    """Lock `count` of the candidates in their order, passing over those that are taken."""
    page: list[Task] = []
    step = max(count * 2, 8)
    for start in range(0, len(candidates), step):
        if len(page) >= count:
            break
        batch = open_tasks.filter(pk__in=candidates[start:start + step])
        page += batch.select_for_update(of=("self",), skip_locked=True)[:count - len(page)]
    return page


def _is_last_page(pool: Pool, wanted: Wanted, at: datetime) -> bool:
    """An incomplete page may go out when the pool has no more than this to give, and has been left alone for the delay."""
    mixer = mixer_of(pool)
    if not mixer.get("force_last_assignment", True):
        return False
    if Task.objects.filter(OPEN_SLOT, pool=pool, kind="REAL")[:wanted.least].count() >= wanted.least:
        return False
    delay = timedelta(seconds=mixer.get("force_last_assignment_delay_seconds") or 0)
    return pool.tasks_changed is None or pool.tasks_changed + delay <= at
