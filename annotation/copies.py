"""Small copies of frames: the thumbnail, and the upright copy where browsers cannot show the original.

Few images get them while their task is filled. The rest follow in the background, and whoever looks first does not wait for that.
"""
import logging
import time

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from annotation.ingest.pictures import BadImage, Picture, examine
from annotation.ingest.received import chunks_of, receive
from annotation.models import Frame, Request
from annotation.models.tasks import frame_path

log = logging.getLogger(__name__)
BATCH = 20
# One ring of the bell works this long, then rings again: other work gets its turn.
SLICE_SECONDS = 30
# Longer than one picture can take. Who died leaves the task free after that.
CLAIM_SECONDS = 300
RINGS = 20


def save_copies(task_id: int, folder: str, number: int, picture: Picture) -> tuple[str, str]:
    """Store what was made; (thumbnail, work copy or "")."""
    thumbnail = default_storage.save(frame_path(f"{folder}/thumbnail", task_id, number, ".jpg"), ContentFile(picture.thumbnail))
    if not picture.work_copy:
        return thumbnail, ""
    path = frame_path(f"{folder}/work", task_id, number, picture.work_copy_suffix)
    return thumbnail, default_storage.save(path, ContentFile(picture.work_copy))


def make(frame: Frame) -> None:
    """Make what the frame lacks and put it on the row and on `frame`; `damage` says why that cannot be done. FileNotFoundError."""
    if frame.thumbnail or frame.damage:
        return
    try:
        with default_storage.open(str(frame.original.name), "rb") as file, receive(chunks_of(file)).file as content:
            picture = examine(content)
    except BadImage as problem:
        frame.damage = str(problem)[:255]
        if Frame.objects.filter(pk=frame.pk, thumbnail="", damage="").update(damage=frame.damage):
            _warn(frame)
        return
    thumbnail, work_copy = save_copies(frame.task_id, "copies", frame.number, picture)
    if Frame.objects.filter(pk=frame.pk, thumbnail="").update(thumbnail=thumbnail, work_copy=work_copy):
        frame.thumbnail.name, frame.work_copy.name = thumbnail, work_copy
        return
    # Somebody else was faster, or the task is gone.
    for name in filter(None, (thumbnail, work_copy)):
        default_storage.delete(name)
    frame.refresh_from_db(fields=["thumbnail", "work_copy"])


@transaction.atomic
def _warn(frame: Frame) -> None:
    """On the request that brought the image: its sentence is shown with the task."""
    request = Request.objects.select_for_update().filter(
        task=frame.task_id, action=Request.Action.CREATE, status=Request.Status.FINISHED).order_by("-created_date").first()
    if request is not None and len(request.warnings) < 1000:
        request.warnings = [*request.warnings, f"Frame {frame.number} ({frame.name}) {frame.damage}"]
        request.save(update_fields=["warnings"])


def ring(task_id: int) -> None:
    """Have the task's copies made in the background."""
    from annotation.tasks import make_copies  # tasks import this module

    make_copies.apply_async(args=[task_id], retry=False)


def work(task_id: int) -> bool:
    """Make copies of one task for a while; whether some are left. Two never work on the same task."""
    claim = f"copies-of-task-{task_id}"
    if not cache.add(claim, True, CLAIM_SECONDS):
        return False
    try:
        return _work(task_id, claim)
    finally:
        cache.delete(claim)


def _work(task_id: int, claim: str) -> bool:
    end = time.monotonic() + SLICE_SECONDS
    after = -1
    while time.monotonic() < end:
        waiting = list(Frame.objects.filter(task=task_id, thumbnail="", damage="", number__gt=after).order_by("number")[:BATCH])
        if not waiting:
            return False
        for frame in waiting:
            after = frame.number
            try:
                make(frame)
            except FileNotFoundError:
                log.error("The original of frame %s is missing.", frame.pk)
                Frame.objects.filter(pk=frame.pk).update(damage="is missing on the server.")
            cache.touch(claim, CLAIM_SECONDS)
    return True


def sweep() -> int:
    """Ring for tasks whose copies nobody makes; for how many."""
    waiting = list(Frame.objects.filter(thumbnail="", damage="").order_by().values_list("task", flat=True).distinct()[:RINGS])
    for task_id in waiting:
        ring(task_id)
    return len(waiting)
