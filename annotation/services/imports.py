"""Shapes that came in files: pre-annotations, a start for whoever annotates, and the ground truth."""
from annotation.locks import lock_labels
from annotation.models import ImportedFrame, Job, Task
from annotation.services.shapes import FrameContent, content_of, write_frames


def imported_frames_of(*, job: Job, kind: str) -> dict[str, FrameContent]:
    """What an import of this kind (ImportedFrame.Kind) says about the job's frames, in the form of `services.shapes.frames_of`.

    Frames that were not in the import are missing; one that was there without shapes and tags is "nothing_here". Ids count from 1 within
    a frame. One query.
    """
    rows = ImportedFrame.objects.filter(task=job.task_id, kind=kind, frame__range=(job.start_frame, job.stop_frame))
    return {str(frame): content_of(shapes, tags, not shapes and not tags)
            for frame, shapes, tags in rows.order_by("frame").values_list("frame", "shapes", "tags")}


def lock_starting_point(*, job: Job) -> bool:
    """Whether a fresh go at the job starts with the task's pre-annotations. If so, labels stand still until the transaction ends.

    Call before the job is locked, in the order of `save_frames`.
    """
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
