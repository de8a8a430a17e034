"""What an export covers, read row by row: memory stays that of a few frames whatever the size of the project."""
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection
from django.db.models import Count, F, Q, TextField
from django.db.models.functions import Cast

from annotation.models import (
    Frame,
    FrameAnnotation,
    Job,
    JobStage,
    JobState,
    JobType,
    Label,
    Project,
    Snapshot,
    Task,
    ValidationMode,
)
from annotation.services.corrections import in_force

FRAMES_AT_ONCE = 2000
# A frame may hold 20,000 shapes: few rows at once.
ANNOTATIONS_AT_ONCE = 20


@dataclass(frozen=True)
class ImageRow:
    """One frame of the export; `image_id` counts from 1; `path` is unique within the export and safe inside a zip.

    A frame that several people did each for themselves is there once for each of them whose work is apart: `replica` is their job, 0
    otherwise. `folder`: what `path` begins with before the frame's name.
    """

    image_id: int
    task_id: int
    number: int
    path: str
    width: int
    height: int
    orientation: int
    original: str
    # Of its task: "Train" and the like.
    subset: str = ""
    source_url: str = ""
    replica: int = 0
    folder: str = ""


@dataclass(frozen=True)
class AnnotatedImage:
    """A frame with what all its jobs have on it, equal objects of overlapping jobs once. Objects carry `job_id`."""

    image: ImageRow
    shapes: list[dict[str, Any]]
    tags: list[dict[str, Any]]


class Scope:
    """`target` is a project or a task. `only_accepted`: jobs at acceptance / completed only; None: decided for each task by
    whether anybody from outside ever worked on it. `submitted`: what people submitted, without reviewers' corrections; jobs nobody
    submitted are not covered, and of a job that several people do each one's work stands apart (ImageRow.replica), accepted or not on its
    own. `skip_unchecked`: without frames on which nobody changed or confirmed the starting point. `job`: this one of
    the task only, accepted or not unless `only_accepted`."""

    def __init__(self, target: Project | Task, only_accepted: bool | None, *, submitted: bool = False,
                 skip_unchecked: bool = False, job: Job | None = None) -> None:
        self.target = target
        self.project = target.project if isinstance(target, Task) else target
        self.tasks = [target] if isinstance(target, Task) else list(Task.objects.filter(project=target, size__gt=0).order_by("pk"))
        self.labels = list(Label.objects.filter(project=self.project).prefetch_related("attributes"))
        self._known = {label.pk for label in self.labels}
        self._subsets = {task.pk: task.subset for task in self.tasks}
        # Chosen once: jobs that are accepted or reopened while the file is written do not make its parts disagree.
        self.is_submitted = submitted
        chosen = self._covered(only_accepted) & self._work if job is None else self._covered(bool(only_accepted)) & self._one(job)
        covered = dict(Job.objects.filter(chosen).order_by("task_id", "start_frame", "pk").values_list("pk", "parent_job"))
        self._snapshots = self._submissions(list(covered)) if submitted else None
        self.job_ids = [pk for pk in covered if self._snapshots is None or pk in self._snapshots]
        self._replicas = {pk for pk in self.job_ids if covered[pk] is not None and (job is None or pk != job.pk)}
        self.unsubmitted_jobs = len({covered[pk] or pk for pk in covered} - {covered[pk] or pk for pk in self.job_ids})
        self._jobs = Q(pk__in=self.job_ids)
        # Whose shapes a reviewer corrected: the file holds the corrected version.
        self.corrected_jobs = 0 if submitted else in_force(jobs=Job.objects.filter(self._jobs)).count()
        self._starts: dict[int, list[tuple[int, int]]] = {}
        self._apart: dict[int, list[tuple[int, int, int]]] = {}
        self._ranges = self._frame_ranges()
        self._honeypots = self._honeypot_frames()
        self._unchecked = self._unchecked_frames() if skip_unchecked else set()
        self.skipped_frames = len(self._unchecked)
        self._ambiguous = set(
            Frame.objects.filter(task__in=self.tasks, honeypot_of=None).values("name").annotate(times=Count("pk")).filter(times__gt=1)
            .order_by().values_list("name", flat=True)) if len(self.tasks) > 1 else set()
        self.frame_count = self._size(self._ranges) + self._size(self._apart) - self.skipped_frames

    @property
    def stands_apart(self) -> bool:
        """Whether a frame may be in the file several times, once for each who did it."""
        return bool(self._replicas)

    def _covered(self, only_accepted: bool | None) -> Q:
        """A filter on jobs."""
        ids = [task.pk for task in self.tasks]
        if only_accepted is None:
            crowd = set(Job.objects.filter(task__in=ids).exclude(attempt="").order_by().values_list("task_id", flat=True).distinct())
            crowd |= set(Snapshot.objects.filter(job__task__in=ids).exclude(attempt="").order_by().values_list("job__task_id", flat=True)
                         .distinct())
        else:
            crowd = set(ids) if only_accepted else set()
        accepted = Q(task__in=crowd, stage=JobStage.ACCEPTANCE, state=JobState.COMPLETED)
        return accepted | Q(task__in=set(ids) - crowd)

    @property
    def _work(self) -> Q:
        """Jobs that people annotate. With honeypots the ground truth's frames are in no other job: once finished, it is the work."""
        truth = Q(type=JobType.GROUND_TRUTH, task__validation_mode=ValidationMode.GT_POOL, state=JobState.COMPLETED)
        work = (JobType.ANNOTATION, JobType.CONSENSUS_REPLICA) if self.is_submitted else (JobType.ANNOTATION,)
        return Q(type__in=work) | truth

    def _one(self, job: Job) -> Q:
        """One job that is asked for, with everybody's work on it where what was submitted is."""
        return Q(pk=job.pk) | Q(parent_job=job.pk) if self.is_submitted else Q(pk=job.pk)

    def _submissions(self, jobs: list[int]) -> dict[int, int]:
        """Job -> the last submission of whoever holds it; none after a reissue nobody submitted yet."""
        rows = Snapshot.objects.filter(job__in=jobs, reason=Snapshot.Reason.SUBMITTED, attempt=F("job__attempt")).order_by("pk")
        return dict(rows.values_list("job_id", "pk"))

    def _unchecked_frames(self) -> set[tuple[int, int, int]]:
        """(task, number, replica or 0) of frames that hold a starting point on every job that has anything there; no honeypots."""
        if self._snapshots is None:
            rows = FrameAnnotation.objects.filter(job__in=self.job_ids).order_by().values_list("job__task_id", "frame").annotate(
                checked=Count("pk", filter=Q(starting_point=False))).filter(checked=0)
            found = {(task_id, frame, 0) for task_id, frame, _ in rows.iterator(chunk_size=FRAMES_AT_ONCE)}
        else:
            with connection.cursor() as cursor:
                cursor.execute(_UNCHECKED_SUBMITTED, [list(self._replicas), list(self._snapshots.values())])
                found = set(cursor.fetchall())
        return {one for one in found if one[:2] not in self._honeypots}

    def _frame_ranges(self) -> dict[int, list[tuple[int, int]]]:
        """Task id -> frames of its covered jobs as disjoint ranges, in order; those of work that stands apart are noted for themselves."""
        ranges: dict[int, list[tuple[int, int]]] = {}
        jobs = Job.objects.filter(self._jobs).order_by("task_id", "start_frame", "pk")
        rows = jobs.values_list("task_id", "start_frame", "stop_frame", "included_frames", "pk")
        pieces = ((task_id, piece, pk) for task_id, start, stop, some, pk in rows.iterator(chunk_size=FRAMES_AT_ONCE)
                  for piece in ([(start, stop)] if some is None else [(number, number) for number in some]))
        # A ground truth job begins where its task does, but its frames may lie anywhere.
        for task_id, (start, stop), pk in sorted(pieces):
            if pk in self._replicas:
                self._apart.setdefault(task_id, []).append((start, stop, pk))
                continue
            self._starts.setdefault(task_id, []).append((start, pk))
            merged = ranges.setdefault(task_id, [])
            if merged and start <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
            else:
                merged.append((start, stop))
        return ranges

    def _honeypot_frames(self) -> set[tuple[int, int]]:
        """(task, number): pictures that are in the task a second time."""
        return set(Frame.objects.filter(task__in=self.tasks, honeypot_of__isnull=False).order_by().values_list("task_id", "number"))

    def _size(self, ranges: Mapping[int, Sequence[tuple[int, ...]]]) -> int:
        return sum(stop - start + 1 - self._honeypots_within(task_id, start, stop)
                   for task_id, spans in ranges.items() for start, stop, *_ in spans)

    def _honeypots_within(self, task_id: int, start: int, stop: int) -> int:
        return sum((task_id, number) in self._honeypots for number in range(start, stop + 1)) if self._honeypots else 0

    def _copies(self, task_id: int, number: int) -> Iterator[int]:
        """0 where the frame is covered, and each replica whose work on it stands apart, by id."""
        if (task_id, number) in self._honeypots:
            return
        ranges = self._ranges.get(task_id, [])
        position = bisect_right(ranges, (number, float("inf"))) - 1
        found = [0] if position >= 0 and number <= ranges[position][1] else []
        apart = self._apart.get(task_id, [])
        for _, stop, pk in reversed(apart[:bisect_right(apart, (number, float("inf")))]):
            if stop < number:
                break
            found.append(pk)
        yield from (one for one in sorted(found) if (task_id, number, one) not in self._unchecked)

    def job_of(self, image: ImageRow) -> int:
        """The replica whose work it is, else the last job that begins at or before it: of several that share it, the later one."""
        if image.replica:
            return image.replica
        starts = self._starts[image.task_id]
        return starts[bisect_right(starts, (image.number, float("inf"))) - 1][1]

    def images(self) -> Iterator[ImageRow]:
        """Every covered frame once, by task and number; no honeypots. Where work stands apart once for each replica."""
        rows = Frame.objects.filter(task__in=self.tasks).order_by("task_id", "number").values_list(
            "task_id", "number", "name", "width", "height", "orientation", "original", "source_url")
        image_id = 0
        for task_id, number, name, width, height, orientation, original, url in rows.iterator(chunk_size=FRAMES_AT_ONCE):
            for replica in self._copies(task_id, number):
                image_id += 1
                folder = f"job_{replica}/" if replica else f"task_{task_id}/" if name in self._ambiguous else ""
                yield ImageRow(image_id, task_id, number, folder + name, width, height, orientation, original, self._subsets[task_id], url,
                               replica, folder)

    def annotated(self) -> Iterator[AnnotatedImage]:
        """Every covered frame once with its objects (also those with none); as `images`."""
        contents = self._contents()
        coming = next(contents, None)
        place: tuple[int, int] | None = None
        here: dict[int, list[tuple[str, str, int]]] = {}
        for image in self.images():
            if place != (image.task_id, image.number):
                place, here = (image.task_id, image.number), {}
                while coming is not None and coming[:2] <= place:
                    if coming[:2] == place:
                        here.setdefault(coming[4] if coming[4] in self._replicas else 0, []).append(coming[2:])
                    coming = next(contents, None)
            found = here.get(image.replica, [])
            shapes = [shape for texts in found for shape in self._of_known_labels(texts[0], texts[2])]
            tags = [tag for texts in found for tag in self._of_known_labels(texts[1], texts[2])]
            yield AnnotatedImage(image, _once(shapes), _once(tags)) if len(found) > 1 else AnnotatedImage(image, shapes, tags)

    def _of_known_labels(self, text: str, job_id: int) -> list[dict[str, Any]]:
        """Without objects whose label was made after the export began: the file's head does not name it."""
        things = [thing for thing in orjson.loads(text) if thing["label_id"] in self._known]
        for thing in things:
            thing["job_id"] = job_id
        return things

    def _contents(self) -> Iterator[tuple[int, int, str, str, int]]:
        """(task, frame, shapes, tags, job), by task, frame and job; what lies on them is JSON text."""
        if self._snapshots is not None:
            yield from self._submitted_contents()
            return
        covered = Job.objects.filter(self._jobs).order_by().values("pk")
        # As text and through orjson: three times the rate of the driver's json.
        rows = FrameAnnotation.objects.filter(job__in=covered).order_by("job__task_id", "frame", "job_id").annotate(
            shapes_text=Cast("shapes", TextField()), tags_text=Cast("tags", TextField()))
        yield from rows.values_list("job__task_id", "frame", "shapes_text", "tags_text", "job_id").iterator(chunk_size=ANNOTATIONS_AT_ONCE)

    def _submitted_contents(self) -> Iterator[tuple[int, int, str, str, int]]:
        assert self._snapshots is not None
        with connection.chunked_cursor() as cursor:
            cursor.execute(_SUBMITTED, [list(self._snapshots.values())])
            while rows := cursor.fetchmany(ANNOTATIONS_AT_ONCE):
                yield from rows


# Of snapshots; the last parameter is their ids.
_SUBMITTED = """SELECT job.task_id, frames.key::integer AS frame, frames.value->>'shapes', frames.value->>'tags', job.id
    FROM annotation_snapshot snapshot JOIN annotation_job job ON job.id = snapshot.job_id,
    LATERAL jsonb_each(snapshot.data->'frames') frames WHERE snapshot.id = ANY(%s) ORDER BY job.task_id, frame, job.id"""
_UNCHECKED_SUBMITTED = """SELECT job.task_id, frames.key::integer AS frame, CASE WHEN job.id = ANY(%s) THEN job.id ELSE 0 END AS replica
    FROM annotation_snapshot snapshot JOIN annotation_job job ON job.id = snapshot.job_id,
    LATERAL jsonb_each(snapshot.data->'frames') frames WHERE snapshot.id = ANY(%s) GROUP BY job.task_id, frame, replica
    HAVING bool_and(coalesce((frames.value->>'starting_point')::boolean, false))"""


def _once(things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without repeats; ids are a job's own and do not count."""
    seen: set[bytes] = set()
    kept = []
    for thing in things:
        key = orjson.dumps({name: value for name, value in thing.items() if name not in ("id", "client_id", "source", "job_id")},
                           option=orjson.OPT_SORT_KEYS)
        if key not in seen:
            seen.add(key)
            kept.append(thing)
    return kept
