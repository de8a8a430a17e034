"""Shapes and tags on the frames of a job."""
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone

from annotation.access import read_only_reason
from annotation.errors import InvalidAnnotations, ReadOnly, RevisionConflict
from annotation.locks import lock_labels
from annotation.models import EditorSession, FrameAnnotation, Job, JobState
from annotation.shapes import FrameSize, Vocabulary, clean_frame
from annotation.webhooks.announcing import changing

# {"shapes": [...], "tags": [...]}, of a frame that needs neither "nothing_here": True, and of one that is as an import left it
# "starting_point": True.
FrameContent = dict[str, Any]


def frames_of(*, job: Job) -> dict[str, FrameContent]:
    """"<frame number>" -> content; only frames with something on them, or marked as needing nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT frame, shapes::text, tags::text, nothing_here, starting_point FROM annotation_frameannotation "
                       "WHERE job_id = %s ORDER BY frame", [job.pk])
        rows = [(frame, orjson.loads(shapes), orjson.loads(tags), *marks) for frame, shapes, tags, *marks in cursor.fetchall()]
    return {str(frame): content_of(*stored) for frame, *stored in rows if any(stored)}


def content_of(shapes: list[dict[str, Any]], tags: list[dict[str, Any]], nothing_here: bool, starting_point: bool = False) -> FrameContent:
    """Marks are named only where they are set: records from before they were known keep their digests."""
    marks = {"nothing_here": nothing_here, "starting_point": starting_point}
    return {"shapes": shapes, "tags": tags, **{name: True for name, marked in marks.items() if marked}}


def validate_frames(*, job: Job, frames: Any) -> dict[int, FrameContent]:
    """The frames in stored form. InvalidAnnotations with a path for every problem; nothing is written."""
    errors: dict[str, str] = {}
    if not isinstance(frames, dict):
        raise InvalidAnnotations({"frames": "give an object of frame numbers."})
    numbers = {number for key in frames if (number := _number(key)) is not None and job.holds(number)}
    sizes = _sizes(job.task_id, list(numbers))
    vocabulary = Vocabulary.of_project(job.task.project_id)
    cleaned: dict[int, FrameContent] = {}
    for key, content in frames.items():
        number = _number(key)
        if number is None or number not in sizes:
            errors[f"frames.{key}"] = f"this job has the frames {job.frames_in_words}."
        else:
            cleaned[number] = clean_frame(content, f"frames.{number}", sizes[number], vocabulary, errors)
    if errors:
        raise InvalidAnnotations(errors)
    return cleaned


def _sizes(task_id: int, numbers: list[int]) -> dict[int, FrameSize]:
    """In SQL, as what else every save asks: making a statement of the ORM costs more than asking."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, width, height FROM annotation_frame WHERE task_id = %s AND number = ANY(%s)", [task_id, numbers])
        return {number: FrameSize(width, height) for number, width, height in cursor.fetchall()}


@transaction.atomic
def save_frames(*, job: Job, revision: int, frames: Any, session: EditorSession | None = None) -> int:
    """Replace what is on the named frames and return the new revision. All or nothing.

    Writes as the editor session does, or as one of our own users without one. Raises InvalidAnnotations, ReadOnly,
    RevisionConflict when the job is not at `revision`. Objects without id get one; a `client_id` that is on the frame keeps its id.
    """
    lock_labels(job.task.project_id, exclusive=False)
    cleaned = validate_frames(job=job, frames=frames)
    locked = Job.objects.select_for_update().get(pk=job.pk)
    reason = read_only_reason(locked, session.mode, session.attempt) if session else read_only_reason(
        locked, EditorSession.Mode.REQUESTER)
    if reason:
        raise ReadOnly(reason)
    if locked.revision != revision:
        raise RevisionConflict(locked.revision)
    write_frames(locked, cleaned)
    _move_on(locked, session)
    job.revision, job.last_object_id, job.state = locked.revision, locked.last_object_id, locked.state
    return locked.revision


def store_frames(*, locked: Job, frames: dict[str, FrameContent], present: dict[int, FrameContent]) -> dict[int, FrameContent]:
    """`save_frames` of our own users for whoever holds the locks of the labels and of the job already, and read what is there: `present`.

    The frames as they are stored, with ids. InvalidAnnotations, ReadOnly.
    """
    cleaned = validate_frames(job=locked, frames=frames)
    if reason := read_only_reason(locked, EditorSession.Mode.REQUESTER):
        raise ReadOnly(reason)
    write_frames(locked, cleaned, {number: content for number, content in present.items() if number in cleaned})
    _move_on(locked, None)
    return cleaned


def _move_on(locked: Job, session: EditorSession | None) -> None:
    """What a save changes in the job's own row."""
    locked.revision += 1
    locked.updated_date = timezone.now()
    starts = locked.state == JobState.NEW
    # Only the first save of a job is news; the others cost nothing more.
    with changing("job", [locked.pk], actor=session.user if session else None) if starts else nullcontext(), connection.cursor() as cursor:
        if starts:
            locked.state = JobState.IN_PROGRESS
        cursor.execute("UPDATE annotation_job SET revision = %s, last_object_id = %s, updated_date = %s, state = %s WHERE id = %s",
                       [locked.revision, locked.last_object_id, locked.updated_date, locked.state, locked.pk])


# The marks are columns; rows that are there keep their keys.
_UPSERT = """
    INSERT INTO annotation_frameannotation (job_id, frame, shapes, tags, nothing_here, starting_point, updated_date)
    SELECT %s, given.frame, given.shapes::jsonb, given.tags::jsonb, given.nothing_here, given.starting_point, %s
    FROM unnest(%s::integer[], %s::text[], %s::text[], %s::boolean[], %s::boolean[])
        AS given(frame, shapes, tags, nothing_here, starting_point)
    ON CONFLICT (job_id, frame) DO UPDATE SET shapes = EXCLUDED.shapes, tags = EXCLUDED.tags, nothing_here = EXCLUDED.nothing_here,
        starting_point = EXCLUDED.starting_point, updated_date = EXCLUDED.updated_date"""


def write_frames(job: Job, frames: dict[int, FrameContent], present: dict[int, FrameContent] | None = None) -> None:
    """Store validated frames of a locked job; gives ids and moves `job.last_object_id`, which the caller saves."""
    present = present_on(job, frames) if present is None else present
    give_ids(job, frames, present.items(), lambda: ids_elsewhere(job, set(frames)))
    filled = {number: content for number, content in frames.items() if any(content.values())}
    emptied = [number for number, content in frames.items() if not any(content.values()) and number in present]
    if emptied:
        FrameAnnotation.objects.filter(job=job, frame__in=emptied).delete()
    if filled:
        contents = list(filled.values())
        texts = ([orjson.dumps(one[kind]).decode() for one in contents] for kind in ("shapes", "tags"))
        marks = ([one.get(mark, False) for one in contents] for mark in ("nothing_here", "starting_point"))
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT, [job.pk, timezone.now(), list(filled), *texts, *marks])


def present_on(job: Job, frames: Iterable[int]) -> dict[int, FrameContent]:
    """Shapes and tags that are on these frames now."""
    rows = FrameAnnotation.objects.filter(job=job, frame__in=list(frames)).values_list("frame", "shapes", "tags")
    return {frame: {"shapes": shapes, "tags": tags} for frame, shapes, tags in rows}


def give_ids(job: Job, frames: dict[int, FrameContent], present: Iterable[tuple[int, FrameContent]],
             elsewhere_of: Callable[[], set[int]]) -> None:
    """Every object gets an id that is its own within the job; ids that somebody else has, or that never were, are replaced.

    `present`: what these frames hold already, a frame more than once where it has several versions; `elsewhere_of` gives the ids of other
    frames, asked only if needed. Moves `job.last_object_id`, which the caller saves.
    """
    known = [(number, thing) for number, content in present for thing in (*content["shapes"], *content["tags"])]
    by_client = {(number, thing["client_id"]): thing["id"] for number, thing in known if "client_id" in thing}
    for number, thing in _things(frames):
        if thing["id"] is None and "client_id" in thing:
            thing["id"] = by_client.get((number, thing["client_id"]))
    here = {thing["id"] for _, thing in known}
    unsure = {thing["id"] for _, thing in _things(frames)} - here - {None}
    elsewhere = elsewhere_of() if unsure else set()
    used: set[int] = set()
    for _, thing in _things(frames):
        given = thing["id"]
        if given is None or given > job.last_object_id or given in elsewhere or given in used:
            job.last_object_id += 1
            thing["id"] = job.last_object_id
        used.add(thing["id"])


def ids_elsewhere(job: Job, frames: set[int]) -> set[int]:
    """Of what is on the job's other frames."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (jsonb_path_query(shapes || tags, '$[*].id'))::bigint FROM annotation_frameannotation "
            "WHERE job_id = %s AND NOT frame = ANY(%s)", [job.pk, list(frames)])
        return {row[0] for row in cursor.fetchall()}


def _things(frames: dict[int, FrameContent]) -> list[tuple[int, dict[str, Any]]]:
    return [(number, thing) for number, content in frames.items() for thing in (*content["shapes"], *content["tags"])]


def _number(key: Any) -> int | None:
    text = str(key)
    # Only the canonical spelling, so that "1" and "01" cannot both name a frame.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 and str(int(text)) == text else None
