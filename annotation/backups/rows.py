"""Rows of a restored task."""
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from annotation.backups.opening import BadBackup, PlannedTask
from annotation.backups.reading import Ids, Judge, Laid, frames_by_job
from annotation.formats.json_items import entries_of
from annotation.formats.spool import Spool
from annotation.models import Comment, Frame, FrameAnnotation, ImportedFrame, Issue, Job, JobType, Project, Task
from annotation.rows import insert
from annotation.services.issues import MAX_COMMENTS, MAX_ISSUES, MAX_MESSAGE, clean_message, clean_position
from annotation.shapes import FrameSize, Vocabulary

ROWS = 1000
FRAMES_AT_ONCE = 50
_SAID = 64


class TaskRows:
    """Of one task; call inside the transaction that makes everything."""

    def __init__(self, project: Project, owner: Any, task_id: int, planned: PlannedTask, vocabulary: Vocabulary) -> None:
        self._planned = planned
        self._judge = Judge(vocabulary)
        self.task = Task(pk=task_id, project=project, owner=owner, name=planned.name, size=len(planned.frames), **planned.fields)
        self.frames: list[Frame] = []
        # In the order of the description; None where a job was left out.
        self.jobs: list[Job | None] = []

    def write(self, frames: list[Frame], laid: Laid, imported: dict[str, Spool]) -> None:
        """BadBackup for what cannot be stored."""
        self.frames = frames
        self.task.save(force_insert=True)
        insert(frames)
        self.jobs = [None if job is None else Job(
            task=self.task, start_frame=job.start, stop_frame=job.stop, stage=job.stage, state=job.state,
            type=JobType.ANNOTATION if job.frames is None else JobType.GROUND_TRUTH, included_frames=job.frames,
            last_object_id=job.last_object_id) for job in self._planned.jobs]
        Job.objects.bulk_create([job for job in self.jobs if job is not None], batch_size=ROWS)
        coming = self._annotations(laid)
        while batch := list(islice(coming, FRAMES_AT_ONCE)):
            FrameAnnotation.objects.bulk_create(batch)
        changed = [job for job in self.jobs if job is not None and job.revision]
        Job.objects.bulk_update(changed, ["last_object_id", "revision"], batch_size=ROWS)
        for kind, spool in imported.items():
            rows = self._imported(kind, spool)
            while several := list(islice(rows, FRAMES_AT_ONCE)):
                ImportedFrame.objects.bulk_create(several)

    def _annotations(self, laid: Laid) -> Iterator[FrameAnnotation]:
        ids = [Ids(job.last_object_id if job is not None else 0) for job in self.jobs]
        for place, number, content, mark in frames_by_job(laid):
            job = self.jobs[place]
            if job is None:
                continue
            stored = self._judge.frame(_given(content), self._size(number), f"frame {number}", mark)
            ids[place].give(stored)
            job.last_object_id, job.revision = ids[place].last, 1
            if any(stored.values()):
                yield FrameAnnotation(job=job, frame=number, **stored)

    def _imported(self, kind: str, spool: Spool) -> Iterator[ImportedFrame]:
        for number, content in spool.frames():
            stored = self._judge.frame(_given(content), self._size(number), f"{kind} of frame {number}")
            for position, thing in enumerate((*stored["shapes"], *stored["tags"]), start=1):
                thing["id"] = thing["id"] or position
            yield ImportedFrame(task=self.task, kind=kind, frame=number, **stored)

    def _size(self, number: int) -> FrameSize:
        frame = self.frames[number]
        return FrameSize(frame.width, frame.height)


def _given(content: dict[str, Any]) -> dict[str, Any]:
    """The spool numbers what lies in it; things keep the ids that they came with."""
    return {kind: [{"thing": {**one["thing"], "id": one["given"]} if isinstance(one["thing"], dict) else one["thing"]}
                   for one in content[kind]] for kind in ("shapes", "tags")}


def write_issues(file: IO[bytes], rows: TaskRows, actor: Any) -> None:
    """issues.json. Only who restores it speaks in their own name: others' words begin with theirs. BadBackup, Unreadable."""
    counted: dict[Any, int] = {}
    for entry in entries_of(file):
        place, number = (entry.get("job"), entry.get("frame")) if isinstance(entry, dict) else (None, None)
        job = rows.jobs[place] if type(place) is int and 0 <= place < len(rows.jobs) else None
        if job is None or type(number) is not int or not job.holds(number):
            raise BadBackup("has an issue of a job or frame that is not there.")
        comments = entry.get("comments")
        if not isinstance(comments, list) or not 0 < len(comments) <= MAX_COMMENTS:
            raise BadBackup("has an issue without words, or with too many.")
        counted[place] = counted.get(place, 0) + 1
        if counted[place] > MAX_ISSUES:
            raise BadBackup(f"has more than {MAX_ISSUES:,} issues of one job.")
        _issue(entry, job, rows.frames[number], comments, actor)


def _issue(entry: dict[str, Any], job: Job, frame: Frame, comments: list[Any], actor: Any) -> None:
    name = actor.get_username()
    shape_id = entry.get("shape_id")
    resolved = _moment(entry.get("resolved_date")) if entry.get("resolved_date") else None
    try:
        issue = Issue.objects.create(
            job=job, frame=frame.number, position=clean_position(entry.get("position"), frame),
            shape_id=shape_id if type(shape_id) is int and 0 < shape_id < 2**53 else None, resolved_date=resolved,
            owner=actor if entry.get("owner") == name else None,
            resolved_by=actor if resolved and entry.get("resolved_by") == name else None)
        Issue.objects.filter(pk=issue.pk).update(created_date=_moment(entry.get("created_date")))
        for one in comments:
            _comment(issue, one if isinstance(one, dict) else {}, actor)
    except ValidationError as error:
        raise BadBackup(f"has an issue that cannot be stored: {' '.join(error.messages)}") from error


def _comment(issue: Issue, one: dict[str, Any], actor: Any) -> None:
    text, author = clean_message(one.get("message")), one.get("owner")
    own = author == actor.get_username()
    if not own and isinstance(author, str) and author:
        text = clean_message(f"{author[:_SAID]}: {text}"[:MAX_MESSAGE])
    comment = Comment.objects.create(issue=issue, owner=actor if own else None, message=text)
    Comment.objects.filter(pk=comment.pk).update(created_date=_moment(one.get("created_date")))


def _moment(raw: Any) -> datetime:
    """Now, where the backup does not say."""
    try:
        found = parse_datetime(raw) if isinstance(raw, str) else None
    except ValueError:
        found = None
    return found if found is not None and found.tzinfo is not None else timezone.now()
