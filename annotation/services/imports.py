"""Shapes that came in files: pre-annotations, a start for whoever annotates, and the ground truth."""
from annotation.models import ImportedFrame, Job
from annotation.services.shapes import FrameContent, content_of


def imported_frames_of(*, job: Job, kind: str) -> dict[str, FrameContent]:
    """What an import of this kind (ImportedFrame.Kind) says about the job's frames, in the form of `services.shapes.frames_of`.

    Frames that were not in the import are missing; one that was there without shapes and tags is "nothing_here". Ids count from 1 within
    a frame. One query.
    """
    rows = ImportedFrame.objects.filter(task=job.task_id, kind=kind, frame__range=(job.start_frame, job.stop_frame))
    return {str(frame): content_of(shapes, tags, not shapes and not tags)
            for frame, shapes, tags in rows.order_by("frame").values_list("frame", "shapes", "tags")}
