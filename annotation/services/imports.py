"""Shapes that came in files: pre-annotations, a start for whoever annotates, and the ground truth."""
import uuid
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q

from annotation.errors import Refused
from annotation.formats import IMPORT_FORMATS
from annotation.formats.registry import why_not
from annotation.ingest.names import base_name
from annotation.locks import lock_labels
from annotation.models import ImportedFrame, Job, Request, Task
from annotation.services.files import import_path
from annotation.services.guards import require_edit
from annotation.services.requests import ACTIVE, create_request
from annotation.services.shapes import FrameContent, content_of, write_frames
from annotation.services.truth import pictures_of

# What REST and addresses call the kinds.
# Straight onto the jobs, as CVAT's programs import.
ON_JOBS = "annotations"
KINDS = {"preannotation": ImportedFrame.Kind.PREANNOTATION, "ground_truth": ImportedFrame.Kind.GROUND_TRUTH}


class Imported(NamedTuple):
    """What is there of one kind; `request` is the import it came from, None when nothing is there; `latest` the last that was begun."""

    frames: int
    shapes: int
    tags: int
    request: Request | None
    latest: Request | None


def start_import(*, actor: Any, task: Task, kind: str, file: File, format: str = "", leave_out: bool = False,
                 mode: str = "replace", job: Job | None = None) -> Request:
    """Read `file` in the background and put it in the place of what is there of this kind (ImportedFrame.Kind or ON_JOBS).

    `format` is a key of IMPORT_FORMATS; "": the content decides. What does not fit fails the request and nothing changes; with `leave_out`
    the rest is stored. `mode` "append" adds to what is on the jobs; `job`: on this one of the task only.
    ValidationError with "kind", "format", "file"; Refused(code="no_frames" or "busy").
    """
    require_edit(actor, task.project)
    name = _checked(kind, file, format)
    request_id = uuid.uuid4()
    path = default_storage.save(import_path(task.pk, request_id), file)
    try:
        with transaction.atomic():
            locked = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
            if not locked.size:
                raise Refused("This task has no images yet: add them first, shapes are matched to them by name.", "no_frames")
            _refuse_busy(locked, kind, job)
            params = {"kind": kind, "format": format, "leave_out": bool(leave_out), "mode": mode, "filename": name,
                      "file": path}
            return create_request(owner=actor, action=Request.Action.IMPORT, params=params, task=locked, job=job, request_id=request_id)
    except BaseException:
        default_storage.delete(path)
        raise


@transaction.atomic
def remove_imported(*, actor: Any, task: Task, kind: str) -> int:
    """Forget what was imported of this kind; on how many frames it was. What jobs started with stays on them. Refused(code="busy")."""
    require_edit(actor, task.project)
    locked = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
    _refuse_busy(locked, kind)
    return ImportedFrame.objects.filter(task=locked, kind=kind).delete()[0]


def imported_of(*, task: Task) -> dict[str, Imported]:
    """Both kinds; three queries."""
    # Before the counts: read after them, an import that ends in between would show as finished beside the old ones.
    finished, latest = _newest(task)
    known = Request.objects.select_related("owner", "task").in_bulk([*finished.values(), *latest.values()])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, count(*), sum(jsonb_array_length(shapes)), sum(jsonb_array_length(tags)) FROM annotation_importedframe "
            "WHERE task_id = %s GROUP BY kind", [task.pk])
        counts = {kind: (int(frames), int(shapes), int(tags)) for kind, frames, shapes, tags in cursor.fetchall()}
    found = {}
    for kind in ImportedFrame.Kind.values:
        frames, shapes, tags = counts.get(kind, (0, 0, 0))
        origin = known.get(finished[kind]) if kind in counts and kind in finished else None
        found[kind] = Imported(frames, shapes, tags, origin, known.get(latest[kind]) if kind in latest else None)
    return found


def _newest(task: Task) -> tuple[dict[str, uuid.UUID], dict[str, uuid.UUID]]:
    """Kind -> the import that ended well last, kind -> the import that began last."""
    rows = Request.objects.filter(task=task, action=Request.Action.IMPORT).order_by("created_date").values_list(
        "pk", "params__kind", "status")
    return {kind: pk for pk, kind, status in rows if status == Request.Status.FINISHED}, {kind: pk for pk, kind, _ in rows}


def _checked(kind: str, file: File, format: str) -> str:
    """The file's name."""
    if kind not in (*ImportedFrame.Kind.values, ON_JOBS):
        raise ValidationError({"kind": [f"“{kind}” is not one of {', '.join(KINDS)}."]})
    if format and format not in IMPORT_FORMATS:
        raise ValidationError({"format": [f"“{format}” is not one of {', '.join(IMPORT_FORMATS)}."]})
    if format and (problem := why_not(format, IMPORT_FORMATS[format])):
        raise ValidationError({"format": [problem]})
    name = base_name(file.name or "") or "annotations"
    if not file.size:
        raise ValidationError({"file": [f"{name} is empty."]})
    if file.size > settings.IMPORT_MAX_BYTES:
        raise ValidationError({"file": [f"{name} has {file.size:,} bytes; at most {settings.IMPORT_MAX_BYTES:,} are allowed. "
                                        "Leave the images out of the archive, or import it in parts."]})
    return name


def _refuse_busy(task: Task, kind: str, job: Job | None = None) -> None:
    active = Request.objects.filter(task=task, action=Request.Action.IMPORT, status__in=ACTIVE, params__kind=kind)
    # Two jobs do not meet.
    if (active if job is None else active.filter(Q(job=None) | Q(job=job))).exists():
        raise Refused("Another import of this kind is under way. Wait until it is done.", "busy")


def imported_frames_of(*, job: Job, kind: str) -> dict[str, FrameContent]:
    """What an import of this kind (ImportedFrame.Kind) says about the job's frames, in the form of `services.shapes.frames_of`.

    Frames that were not in the import are missing; one that was there without shapes and tags is "nothing_here". Ids count from 1 within
    a frame. A honeypot has what the frame has whose picture it is, or it would stand out. Two queries, three with honeypots.
    """
    pictures = pictures_of(job)
    rows = ImportedFrame.objects.filter(task=job.task_id, kind=kind, frame__in=set(pictures.values()))
    known = {frame: (shapes, tags) for frame, shapes, tags in rows.values_list("frame", "shapes", "tags")}
    return {str(number): content_of(shapes, tags, not shapes and not tags)
            for number, picture in pictures.items() if picture in known for shapes, tags in [known[picture]]}


def lock_starting_point(*, job: Job) -> bool:
    """Whether a fresh go at the job starts with the task's pre-annotations. If so, labels stand still until the transaction ends.

    Call before the job is locked, in the order of `save_frames`.
    """
    if job.is_ground_truth:
        # What is right is not to lean on what a model guessed.
        return False
    project_id = Task.objects.filter(pk=job.task_id, show_preannotations=True).values_list("project_id", flat=True).first()
    if project_id is not None:
        lock_labels(project_id, exclusive=False)
    return project_id is not None


def put_starting_point(*, job: Job) -> bool:
    """Put the pre-annotations of its frames on a locked job that holds nothing, marked as nobody's yet; whether there were any.

    Moves `last_object_id`; the caller saves that and the revision.
    """
    found = imported_frames_of(job=job, kind=ImportedFrame.Kind.PREANNOTATION)
    frames = {int(number): {"shapes": _new(content["shapes"]), "tags": _new(content["tags"]), "starting_point": True}
              for number, content in found.items() if content["shapes"] or content["tags"]}
    write_frames(job, frames)
    return bool(frames)


def _new(things: list[FrameContent]) -> list[FrameContent]:
    """Ids are the job's own."""
    return [{**thing, "id": None} for thing in things]
