"""Suspicion of what waits in a pool, measured, judged and written down.

An attempt is counted once, when it is seen as submitted (and again should its work arrive late). Judging is cheap next to that, so all that
waits in a pool is judged again with every look that brought news, and once an hour for what other pools tell about its Tolokers: the order
of the queue follows the medians. Only what changed is written.
"""
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from annotation.models import Frame
from crowdsourcing.mirror.locks import lock_pool
from crowdsourcing.mirror.rows import update_rows
from crowdsourcing.models import Assignment, Pool, WorkMeasure
from crowdsourcing.quality.measures import Measure, measure
from crowdsourcing.quality.suspicion import ELSEWHERE, Peers, Record, Suspicion, judge
from crowdsourcing.quality.truth import score_pool
from crowdsourcing.statuses import AssignmentStatus

# Measured in one round: what dies on the way has kept the rounds before.
ROUND = 500
_CAME_IN = (AssignmentStatus.SUBMITTED, AssignmentStatus.ACCEPTED, AssignmentStatus.REJECTED)
_FIELDS = tuple(Measure.__dataclass_fields__)


def judge_pool(pool: Pool) -> int:
    """Measure what is new, judge all that waits; how many opinions changed."""
    score_pool(pool)
    while _measure_new(pool) == ROUND:
        continue
    measured = WorkMeasure.objects.filter(assignment__pool=pool, with_work=True)
    peers = Peers.of(Measure(*row) for row in measured.values_list(*_FIELDS))
    waiting = list(Assignment.objects.filter(pool=pool, status=AssignmentStatus.SUBMITTED, measure__isnull=False).order_by("pk").values(
        "pk", "toloker_id", "job_id", "suspicion", "suspicion_signals", "suspicion_at",
        "truth_score__score", "truth_score__frames",
        *(f"measure__{name}" for name in _FIELDS)))
    return _write(pool, list(_opinions(waiting, peers, pool.task.project_id)))


def pools_unread() -> QuerySet[Pool]:
    """Pools with submitted work that nobody has judged for suspicion."""
    return Pool.objects.filter(pk__in=Assignment.objects.filter(
        status=AssignmentStatus.SUBMITTED, suspicion_at=None, submitted__isnull=False).order_by().values("pool"))


def pools_waiting() -> QuerySet[Pool]:
    """Pools with submitted work."""
    return Pool.objects.filter(pk__in=Assignment.objects.filter(status=AssignmentStatus.SUBMITTED).order_by().values("pool"))


# --- measuring ------------------------------------------------------------------------------------------------------
def _measure_new(pool: Pool) -> int:
    """At most one round; how many."""
    rows = (Assignment.objects.filter(pool=pool, status__in=_CAME_IN, submitted__isnull=False)
            .filter(Q(measure=None) | Q(measure__with_work=False, snapshot__isnull=False))
            .select_related("snapshot", "task_suite", "job").order_by("-submitted", "-pk"))
    ids = list(rows.values_list("pk", flat=True)[:ROUND])
    if not ids:
        return 0
    sizes = {number: (width, height) for number, width, height in Frame.objects.filter(task=pool.task_id).order_by().values_list(
        "number", "width", "height")}
    # A snapshot may be large: one at a time in memory.
    made = [WorkMeasure(assignment=row, **asdict(_measured(row, sizes))) for row in rows.filter(pk__in=ids).iterator(chunk_size=20)]
    WorkMeasure.objects.bulk_create(
        made, update_conflicts=True, unique_fields=["assignment"], update_fields=list(_FIELDS), batch_size=200)
    return len(made)


def _measured(row: Assignment, sizes: dict[int, tuple[int, int]]) -> Measure:
    job = row.job
    assert row.submitted is not None
    frames = row.snapshot.data.get("frames", {}) if row.snapshot is not None else None
    return measure(frames, range(job.start_frame, job.stop_frame + 1), sizes, max(0.0, (row.submitted - row.created).total_seconds()))


# --- judging --------------------------------------------------------------------------------------------------------
def _measure_of(row: dict[str, Any]) -> Measure:
    return Measure(*(row[f"measure__{name}"] for name in _FIELDS))


def _opinions(waiting: list[dict[str, Any]], peers: Peers, project_id: int) -> Iterator[tuple[dict[str, Any], Suspicion]]:
    tolokers = {row["toloker_id"] for row in waiting}
    records = _records(tolokers)
    alike = {name: _alike(tolokers, name, {row[f"measure__{name}"] for row in waiting} - {""}) for name in ("places", "sizes")}
    for row in waiting:
        accepted, rejected = records.get(row["toloker_id"], (0, 0))
        same = {name: [job if project == project_id else ELSEWHERE
                       for job, project in alike[name][row["toloker_id"], row[f"measure__{name}"]] if job != row["job_id"]]
                for name in alike}
        record = Record(accepted, rejected, sorted(same["places"]), sorted(same["sizes"]), row["truth_score__score"],
                        len(row["truth_score__frames"] or ()))
        yield row, judge(_measure_of(row), peers, record)


def _records(tolokers: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Toloker -> how many of their attempts were accepted and rejected, in all pools of the account."""
    judged = Assignment.objects.filter(
        toloker__id__any_of=list(tolokers), status__in=[AssignmentStatus.ACCEPTED, AssignmentStatus.REJECTED]).order_by()
    rows = judged.values("toloker_id").annotate(
        accepted=Count("pk", filter=Q(status=AssignmentStatus.ACCEPTED)), rejected=Count("pk", filter=Q(status=AssignmentStatus.REJECTED)))
    return {row["toloker_id"]: (row["accepted"], row["rejected"]) for row in rows}


def _alike(tolokers: Iterable[int], name: str, digests: Iterable[str]) -> defaultdict[tuple[int, str], set[tuple[int, int]]]:
    """(Toloker, digest) -> the jobs in which that Toloker's shapes had it, each with its project."""
    found: defaultdict[tuple[int, str], set[tuple[int, int]]] = defaultdict(set)
    rows = WorkMeasure.objects.filter(**{f"{name}__any_of": list(digests)}, assignment__toloker__id__any_of=list(tolokers)).values_list(
        "assignment__toloker_id", name, "assignment__job_id", "assignment__job__task__project_id")
    for toloker, digest, job, project in rows:
        found[toloker, digest].add((job, project))
    return found


def _write(pool: Pool, opinions: list[tuple[dict[str, Any], Suspicion]]) -> int:
    now = timezone.now()
    changed = []
    for row, opinion in opinions:
        signals = [asdict(signal) for signal in opinion.signals]
        if row["suspicion_at"] is None or (row["suspicion"], row["suspicion_signals"]) != (opinion.score, signals):
            changed.append((row["pk"], opinion.score, signals, now))
    if changed:
        with transaction.atomic():
            # The mirror writes the same rows, many at a time: one after the other.
            lock_pool(pool)
            update_rows(Assignment, ["suspicion", "suspicion_signals", "suspicion_at"], changed)
    return len(changed)
