"""A job's or a task's annotations as one flat list, CVAT's way: {"version", "tags", "shapes", "tracks"}; objects carry their frame.

Every change reads the job under lock and saves through `services.shapes.store_frames`. The last writer wins, as CVAT's programs expect,
unless it names the `version` it started from: then RevisionConflict when somebody saved since. A task's version is the sum of its jobs'.
"""
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from annotation.errors import InvalidAnnotations, Refused, RevisionConflict
from annotation.locks import lock_labels
from annotation.models import Job, Task
from annotation.services.guards import require_annotate, require_edit
from annotation.services.shapes import FrameContent, frames_of, store_frames

Data = dict[str, Any]
_KINDS = ("shapes", "tags")
ACTIONS = ("create", "update", "delete")
# Fields of CVAT's objects that say something we derive or do not have.
_FOREIGN = ("frame", "outside", "elements", "score")
# What others may have changed in a job's row since it was read.
_MOVING = ("stage", "state", "attempt", "worker", "assignee_id", "revision", "last_object_id")
# In this order.
_LOCKED = """SELECT id, stage, state, attempt, worker, assignee_id, revision, last_object_id FROM annotation_job
    WHERE id = ANY(%s) ORDER BY id FOR UPDATE"""


def job_data(*, job: Job) -> Data:
    """Everything on the job."""
    return _flat(_objects(frames_of(job=job)), job.revision)


def task_data(*, task: Task) -> Data:
    """Everything on the task's jobs, job after job; what is on the ground truth job is read there only."""
    merged = _flat({}, 0)
    for job in task.annotation_jobs.order_by("start_frame", "pk"):
        data = job_data(job=job)
        merged["version"] += job.revision
        for kind in _KINDS:
            merged[kind] += data[kind]
    return merged


@transaction.atomic
def replace_data(*, actor: Any, job: Job, data: Data) -> Data:
    """Put `data` in place of everything on the job."""
    require_annotate(actor, job)
    _hold(job.task.project_id, [job], data)
    return _change(job, lambda frames: _by_frame(_checked(data)))


@transaction.atomic
def change_data(*, actor: Any, job: Job, action: str, data: Data) -> Data:
    """Add ("create"), replace by id ("update") or remove by id ("delete") objects; the objects that were named, as stored."""
    require_annotate(actor, job)
    checked = _checked(data, named=action != "create")
    _hold(job.task.project_id, [job], data)
    return _act(job, action, checked)


@transaction.atomic
def replace_task_data(*, actor: Any, task: Task, data: Data) -> Data:
    """The same for all jobs of a task; an object on a frame that two jobs share goes to the first."""
    require_edit(actor, task.project)
    parts = _split(task, _checked(data))
    _hold(task.project_id, [job for job, _ in parts], data)
    for job, part in parts:
        _change(job, lambda frames, part=part: _by_frame(part))  # type: ignore[misc]
    return task_data(task=task)


@transaction.atomic
def change_task_data(*, actor: Any, task: Task, action: str, data: Data) -> Data:
    """`change_data` over the jobs of a task."""
    require_edit(actor, task.project)
    parts = _split(task, _checked(data, named=action != "create"))
    _hold(task.project_id, [job for job, _ in parts], data)
    answer = _flat({}, 0)
    for job, part in parts:
        if any(part[kind] for kind in _KINDS):
            changed = _act(job, action, part)
            for kind in _KINDS:
                answer[kind] += changed[kind]
        answer["version"] += job.revision
    return answer


def _hold(project_id: int, jobs: list[Job], data: Any) -> None:
    """Lock the labels and the jobs in that order, as everybody does; RevisionConflict when `data` was made of another version."""
    version = (data.get("version") if isinstance(data, dict) else None) or 0
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        raise InvalidAnnotations({"version": "is the version that was read, a whole number; 0 or nothing: whatever is there."})
    lock_labels(project_id, exclusive=False)
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, [[job.pk for job in jobs]])
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    for job in jobs:
        if job.pk not in rows:
            raise Refused("Somebody deleted this job just now.", "gone")
        for name, value in zip(_MOVING, rows[job.pk], strict=True):
            setattr(job, name, value)
    if version and version != (there := sum(job.revision for job in jobs)):
        raise RevisionConflict(there)


def _checked(data: Any, *, named: bool = False) -> Data:
    """The lists of `data`, every object with a frame; with `named` also with the id of something that is there."""
    if not isinstance(data, dict):
        raise InvalidAnnotations({"annotations": "give an object with shapes and tags."})
    if data.get("tracks"):
        raise InvalidAnnotations({"tracks": "tracks belong to video; this server annotates images: send shapes."})
    for kind in _KINDS:
        things = data.get(kind) or []
        if not isinstance(things, list):
            raise InvalidAnnotations({kind: "give a list."})
        for number, thing in enumerate(things):
            frame = thing.get("frame") if isinstance(thing, dict) else None
            if isinstance(frame, bool) or not isinstance(frame, int) or frame < 0:
                raise InvalidAnnotations({f"{kind}.{number}.frame": "give the frame's number."})
            if named and (isinstance(thing.get("id"), bool) or not isinstance(thing.get("id"), int)):
                raise InvalidAnnotations({f"{kind}.{number}.id": "give the id of the object, a whole number."})
    return {kind: data.get(kind) or [] for kind in _KINDS}


def _split(task: Task, data: Data) -> list[tuple[Job, Data]]:
    jobs = list(task.annotation_jobs.order_by("start_frame", "pk"))
    parts: dict[int, Data] = {job.pk: {kind: [] for kind in _KINDS} for job in jobs}
    for kind in _KINDS:
        for number, thing in enumerate(data[kind]):
            job = next((job for job in jobs if job.start_frame <= thing["frame"] <= job.stop_frame), None)
            if job is None:
                raise InvalidAnnotations({f"{kind}.{number}.frame": f"this task has the frames 0 to {max(task.size - 1, 0)}."})
            parts[job.pk][kind].append(thing)
    return [(job, parts[job.pk]) for job in jobs]


def _act(job: Job, action: str, data: Data) -> Data:
    if action == "create":
        last = job.last_object_id
        new = {kind: [{**thing, "id": None} for thing in data[kind]] for kind in _KINDS}
        stored = _change(job, lambda frames: _merged(frames, _by_frame(new)))
        return {**stored, **{kind: [thing for thing in stored[kind] if thing["id"] > last] for kind in _KINDS}}
    ids = {kind: {thing.get("id") for thing in data[kind]} for kind in _KINDS}
    if action == "delete":
        _change(job, lambda frames: _without(frames, ids))
        return {**_flat({}, job.revision), **data}
    stored = _change(job, lambda frames: _merged(_without(_known(frames, ids), ids), _by_frame(data)))
    return {**stored, **{kind: [thing for thing in stored[kind] if thing["id"] in ids[kind]] for kind in _KINDS}}


def _change(job: Job, change: Callable[[dict[int, FrameContent]], dict[int, FrameContent]]) -> Data:
    """`job` is held (`_hold`)."""
    before = _objects(frames_of(job=job))
    after = change(before)
    # Only what differs is written; frames that lost everything are named with empty lists.
    changed = {number: after.get(number, {"shapes": [], "tags": []}) for number in {*before, *after}
               if before.get(number) != after.get(number)}
    if changed:
        before |= store_frames(locked=job, frames={str(number): content for number, content in changed.items()}, present=before)
    return _flat(before, job.revision)


def _objects(frames: dict[str, FrameContent]) -> dict[int, FrameContent]:
    """Frames with shapes or tags, without marks: CVAT's lists have no word for them, and they stay as long as their frame does."""
    return {int(number): {kind: content[kind] for kind in _KINDS} for number, content in frames.items()
            if content["shapes"] or content["tags"]}


def _by_frame(data: Data) -> dict[int, FrameContent]:
    frames: dict[int, FrameContent] = {}
    for kind in _KINDS:
        for thing in data[kind]:
            frames.setdefault(thing["frame"], {"shapes": [], "tags": []})[kind].append(
                {name: value for name, value in thing.items() if name not in _FOREIGN})
    return frames


def _merged(first: dict[int, FrameContent], second: dict[int, FrameContent]) -> dict[int, FrameContent]:
    empty: FrameContent = {"shapes": [], "tags": []}
    return {number: {kind: [*first.get(number, empty)[kind], *second.get(number, empty)[kind]] for kind in _KINDS}
            for number in {*first, *second}}


def _without(frames: dict[int, FrameContent], ids: dict[str, set[Any]]) -> dict[int, FrameContent]:
    return {number: {kind: [thing for thing in content[kind] if thing["id"] not in ids[kind]] for kind in _KINDS}
            for number, content in frames.items()}


def _known(frames: dict[int, FrameContent], ids: dict[str, set[Any]]) -> dict[int, FrameContent]:
    for kind in _KINDS:
        present = {thing["id"] for content in frames.values() for thing in content[kind]}
        if unknown := ids[kind] - present:
            raise InvalidAnnotations({kind: f"there is no object with the id {sorted(map(str, unknown))[0]} on this job."})
    return frames


def _flat(frames: dict[int, FrameContent], revision: int) -> Data:
    """The objects themselves, which become CVAT's: `frames` is used up."""
    data: Data = {"version": revision, "tags": [], "shapes": [], "tracks": []}
    for number, content in sorted(frames.items()):
        for shape in content["shapes"]:
            shape["frame"], shape["outside"], shape["elements"] = number, False, []
        for tag in content["tags"]:
            tag["frame"] = number
        data["shapes"] += content["shapes"]
        data["tags"] += content["tags"]
    return data
