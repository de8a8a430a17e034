"""Images of tasks and jobs: sending them in, looking at them."""
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import reach, selectors
from annotation.api.base import CONFLICT_ERRORS, ERROR, NOT_FOUND, WRITE_ERRORS
from annotation.api.serializers.tasks import DataMetaSerializer, DataSerializer, DataStatusSerializer, RqIdSerializer
from annotation.api.views import receiving
from annotation.api.views.resumable import ResumableMixin, create_resumable
from annotation.frames import chunk_response, frame_response
from annotation.models import Frame, Job, PartialUpload, Request as Background, Task
from annotation.services import partial_uploads

LOOK = [OpenApiParameter("type", enum=["frame", "chunk"], default="frame"), OpenApiParameter("number", OpenApiTypes.INT),
        OpenApiParameter("index", OpenApiTypes.INT, description="of a job's chunk, instead of its number: 0 is the job's first"),
        OpenApiParameter("quality", enum=["original", "compressed", "work", "thumbnail"], default="original")]


def look(request: Request, frames: QuerySet[Frame], job: Job | None = None) -> HttpResponseBase:
    """?type=frame|chunk&number=N&quality=… among `frames`; a chunk is a zip of one frame, `index` counts from the job's first."""
    kind = request.query_params.get("type", "frame")
    if kind not in ("frame", "chunk"):
        raise ValidationError({"type": ["Only frame and chunk are served."]})
    by_index = kind == "chunk" and "index" in request.query_params
    number = request.query_params.get("index" if by_index else "number", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise ValidationError({"number": ["Give the frame's number."]})
    wanted = _at(job, int(number)) if by_index and job else int(number)
    frame = reach.frame_of(job, wanted) if job is not None else frames.filter(number=wanted).first()
    if frame is None:
        raise Http404("There is no such frame.")
    respond = frame_response if kind == "frame" else chunk_response
    return respond(request._request, frame, request.query_params.get("quality", "original"))


def _at(job: Job, index: int) -> int:
    """The number of the job's frame at this place; -1, which no frame has, behind its last."""
    return job.numbers[index] if index < job.frame_count else -1


def preview(request: Request, frames: QuerySet[Frame]) -> HttpResponseBase:
    """The thumbnail of the first of `frames`."""
    frame = frames.order_by("number").first()
    if frame is None:
        raise Http404("There is no image yet.")
    return frame_response(request._request, frame, "thumbnail")


def frames_of_job(job: Job) -> QuerySet[Frame]:
    """Those of the job."""
    return Frame.objects.filter(job.frames_within(), task=job.task_id)


# In SQL: every editor that opens a job asks for it.
_NAMED = """SELECT name, width, height FROM annotation_frame WHERE task_id = %s AND number BETWEEN %s AND %s
    AND (%s::integer[] IS NULL OR number = ANY(%s::integer[])) ORDER BY number"""


def meta(task: Task, start: int, stop: int, included: list[int] | None = None) -> dict[str, Any]:
    """CVAT's description of the data; `start`, `stop` are numbers of the task's frames, what is told counts files or the video's frames.
    `included`: of these only."""
    first, step = task.origin.get("start_frame", 0), task.origin.get("step", 1)
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, [task.pk, start, stop, included, included])
        rows = [{"name": name, "width": width, "height": height, "has_related_context": False, "related_files": 0}
                for name, width, height in cursor.fetchall()]
    return {"size": len(rows), "chunk_size": 1, "image_quality": 100, "start_frame": first + step * start,
            "stop_frame": first + step * max(stop, 0), "frame_filter": f"step={step}" if step != 1 else "",
            "frames": rows, "deleted_frames": [], "included_frames": None, "chunks_updated_date": task.created_date.isoformat(),
            "storage": task.origin.get("storage", "local"), "cloud_storage_id": task.origin.get("cloud_storage_id")}


def job_meta(job: Job) -> dict[str, Any]:
    """The same of a job. One that has some frames of its span only tells which, and holds places for the others, as CVAT's does."""
    described = meta(job.task, job.start_frame, job.stop_frame, job.included_frames)
    if job.included_frames is None:
        return described
    own = dict(zip(job.numbers, described["frames"], strict=True))
    sizes = Frame.objects.filter(task=job.task_id).order_by("number").values_list("number", "width", "height")
    described["frames"] = [own.get(number) or {"name": "placeholder.jpg", "width": width, "height": height, "has_related_context": False,
                                               "related_files": 0} for number, width, height in sizes]
    return {**described, "included_frames": list(job.included_frames)}


class DeletedFramesSerializer(serializers.Serializer):
    """Body of PATCH …/data/meta."""

    deleted_frames = serializers.ListField(child=serializers.IntegerField(min_value=0), default=list)


def refuse_deleted(request: Request) -> None:
    """ValidationError for a list that is not empty."""
    body = DeletedFramesSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    if body.validated_data["deleted_frames"]:
        raise ValidationError({"deleted_frames": ["Frames are not taken out of a task here: who annotates says that nothing is on them. "
                                                  "Or make a task without them."]})


class TaskDataMixin(ResumableMixin):
    """/api/tasks/{id}/data/, /data/meta, /preview"""

    @extend_schema(request={"multipart/form-data": DataSerializer, "application/json": DataSerializer},
                   examples=[OpenApiExample("addresses", {"remote_files": ["https://example.org/1.jpg"]}, request_only=True)],
                   responses={202: RqIdSerializer, **CONFLICT_ERRORS})
    def send_data(self, request: Request, pk: int) -> Response:
        """Fill the task. In one request, or CVAT's steps by header: Upload-Start, Upload-Multiple or tus, Upload-Finish."""
        task: Task = self.get_object()  # type: ignore[attr-defined]
        if "Upload-Start" in request.headers:
            return Response({}, status=202)
        if "Upload-Length" in request.headers:
            return create_resumable(request, task, PartialUpload.Purpose.DATA)
        if "Upload-Multiple" in request.headers:
            receiving.receive_files(request, task)
            return Response({}, status=200)
        data, options = receiving.read_parameters(request)
        received = receiving.receive_files(request, task)
        try:
            received += partial_uploads.take_data(actor=request.user, task=task, position=task.uploads.count())
            background = receiving.start(request, task, data, options)
        except Exception:
            # What came with a request that is refused does not wait for the next one.
            receiving.forget_files(received)
            raise
        return Response({"rq_id": str(background.pk)}, status=202)

    @extend_schema(parameters=LOOK, responses={(200, "image/*"): OpenApiTypes.BINARY, 400: ERROR, **NOT_FOUND})
    def look_at_data(self, request: Request, pk: int) -> HttpResponseBase:
        """One frame, or a chunk, which holds one. Frames are asked for often: whose task it is is part of the one query."""
        return look(request, Frame.objects.filter(task__in=selectors.tasks_for(request.user).filter(pk=pk).order_by().values("pk")))

    @extend_schema(responses={200: DataMetaSerializer, **NOT_FOUND})
    def data_meta(self, request: Request, pk: int) -> Response:
        """Names and sizes of the frames."""
        task: Task = self.get_object()  # type: ignore[attr-defined]
        return Response(meta(task, 0, task.size - 1))

    @extend_schema(request=DeletedFramesSerializer, responses={200: DataMetaSerializer, **WRITE_ERRORS})
    def change_data_meta(self, request: Request, pk: int) -> Response:
        """Frames of a task stay: only an empty list of deleted ones is taken."""
        refuse_deleted(request)
        return self.data_meta(request, pk)

    @extend_schema(responses={200: DataStatusSerializer, **NOT_FOUND})
    def data_status(self, request: Request, pk: int) -> Response:
        """How far the filling is; for older programs, newer ones ask /api/requests."""
        task: Task = self.get_object()  # type: ignore[attr-defined]
        newest = task.requests.filter(action=Background.Action.CREATE).order_by("-created_date", "pk").first()
        if newest is None:
            return Response({"state": "Finished" if task.size else "Queued", "message": "", "progress": 1.0 if task.size else 0.0})
        return Response({"state": newest.status.capitalize(), "message": newest.message, "progress": newest.progress})

    @extend_schema(responses={(200, "image/*"): OpenApiTypes.BINARY, **NOT_FOUND})
    def preview(self, request: Request, pk: int) -> HttpResponseBase:
        """The first frame's thumbnail."""
        return preview(request, Frame.objects.filter(task=self.get_object()))  # type: ignore[attr-defined]
