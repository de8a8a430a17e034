"""Frames of judged work with the shapes that were drawn there: a page of them, however large the jobs are."""
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, Case, F, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from annotation.models import Correction, Frame, ValidationMode
from crowdsourcing.models import Assignment, Pool
from crowdsourcing.statuses import AssignmentStatus

# Of each snapshot one frame: a snapshot may hold thousands of shapes.
_CONTENT = """SELECT wanted.place, snapshot.data -> 'frames' -> wanted.number::text
    FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS wanted (place, snapshot, number)
    JOIN annotation_snapshot snapshot ON snapshot.id = wanted.snapshot"""


# What is merged lies on the job itself.
_MERGED = """SELECT wanted.place, jsonb_build_object('shapes', kept.shapes, 'tags', kept.tags, 'nothing_here', kept.nothing_here)
    FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS wanted (place, job, number)
    JOIN annotation_frameannotation kept ON kept.job_id = wanted.job AND kept.frame = wanted.number"""


@dataclass(frozen=True)
class Result:
    """One frame of one attempt, or of a job with the merged work of `people`. `content` as in a snapshot; `corrected`: it is the reviewer's
    version that counts."""

    assignment: int
    job: int
    toloker: int
    user_id: str
    status: str
    corrected: bool
    frame: Frame
    content: dict[str, Any]
    people: int = 0


class Results:
    """A sequence of (assignment's row, frame number) for a paginator: newest work first. One query for all, three for a page.

    Honeypots measure the work and are no part of what is delivered: they are left out and counted in `others`, or, if they are asked for,
    everything else is.
    """

    def __init__(self, pool: Pool, status: AssignmentStatus, toloker: int | None = None, *, honeypots: bool = False) -> None:
        self.pool = pool
        self._spread(_work(pool, status, toloker).values(
            "mixed", "pk", "kept", "snapshot_id", "job_id", "job__start_frame", "job__stop_frame",
            "toloker_id", "toloker__user_id", "status"), honeypots)

    def _spread(self, rows: Iterable[dict[str, Any]], honeypots: bool) -> None:
        places = [(row, number) for row in rows for number in range(row["job__start_frame"], row["job__stop_frame"] + 1)]
        self.places = [(row, number) for row, number in places if (number in row["mixed"]) == honeypots]
        self.others = len(places) - len(self.places)

    def __len__(self) -> int:
        return len(self.places)

    def _frames(self, wanted: list[tuple[dict[str, Any], int]]) -> dict[int, Frame]:
        return {frame.number: frame for frame in Frame.objects.filter(
            task=self.pool.task_id, number__in={number for _, number in wanted})}

    def __getitem__(self, places: slice) -> list[Result]:
        wanted = self.places[places]
        frames, contents = self._frames(wanted), _contents(_CONTENT, wanted, "kept")
        return [Result(row["pk"], row["job_id"], row["toloker_id"], row["toloker__user_id"], row["status"],
                       row["kept"] != row["snapshot_id"], frames[number], contents.get(place) or {})
                for place, (row, number) in enumerate(wanted) if number in frames]


class MergedResults(Results):
    """The same of jobs that several did: what their work was merged to, newest first."""

    def __init__(self, pool: Pool, *, honeypots: bool = False) -> None:
        self.pool = pool
        rows: Any = pool.task_suites.filter(consensus__merged_at__isnull=False).order_by("-consensus__merged_at", "-pk")
        self._spread(rows.annotate(mixed=_mixed(pool)).values(
            "mixed", "job_id", "job__start_frame", "job__stop_frame", "consensus__merged_people"), honeypots)

    def __getitem__(self, places: slice) -> list[Result]:
        wanted = self.places[places]
        frames, contents = self._frames(wanted), _contents(_MERGED, wanted, "job_id")
        return [Result(0, row["job_id"], 0, "", AssignmentStatus.ACCEPTED, False, frames[number], contents.get(place) or {},
                       row["consensus__merged_people"]) for place, (row, number) in enumerate(wanted) if number in frames]


def _mixed(pool: Pool) -> Any:
    """Numbers of the job's frames that are honeypots; of a row with `job`."""
    if pool.task.validation_mode != ValidationMode.GT_POOL:
        return Value([], ArrayField(IntegerField()))
    return ArraySubquery(Frame.objects.filter(
        task=pool.task_id, honeypot_of__isnull=False, number__gte=OuterRef("job__start_frame"),
        number__lte=OuterRef("job__stop_frame")).order_by().values("number"))


def _work(pool: Pool, status: AssignmentStatus, toloker: int | None) -> QuerySet[Any]:
    """`kept`: the snapshot that counts. A reviewer's version goes with the attempt it was made of, unless that was rejected."""
    correction = Correction.objects.filter(
        job=OuterRef("job"), attempt=OuterRef("remote_id"), snapshot__isnull=False).values("snapshot")[:1]
    rows = Assignment.objects.filter(pool=pool, status=status, snapshot__isnull=False)
    if toloker is not None:
        rows = rows.filter(toloker=toloker)
    return rows.annotate(mixed=_mixed(pool), kept=Case(
        When(status=AssignmentStatus.REJECTED, then=F("snapshot_id")), default=Coalesce(Subquery(correction), F("snapshot_id")),
        output_field=BigIntegerField())).order_by("-submitted", "-pk")


def _contents(statement: str, wanted: list[tuple[dict[str, Any], int]], key: str) -> dict[int, dict[str, Any]]:
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(range(len(wanted))), [row[key] for row, _ in wanted], [number for _, number in wanted]])
        return {place: _read(content) for place, content in cursor.fetchall()}


def _read(content: Any) -> dict[str, Any]:
    """The driver gives JSON as text to those who do not ask through a model."""
    return orjson.loads(content) if isinstance(content, str | bytes) else content or {}
