"""Images of tasks and jobs: sending them in, looking at them."""
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import CONFLICT_ERRORS, NOT_FOUND
from annotation.api.serializers.tasks import DataMetaSerializer, DataSerializer, RqIdSerializer
from annotation.api.views.resumable import ResumableMixin, create_resumable
from annotation.frames import chunk_response, frame_response
from annotation.models import Frame, Job, PartialUpload, SortingMethod, Task, Upload
from annotation.services import partial_uploads, tasks

LOOK = [OpenApiParameter("type", enum=["frame", "chunk"], default="frame"), OpenApiParameter("number", OpenApiTypes.INT),
        OpenApiParameter("index", OpenApiTypes.INT, description="of a job's chunk, instead of its number: 0 is the job's first"),
        OpenApiParameter("quality", enum=["original", "compressed", "work", "thumbnail"], default="original")]


class DataParameters(serializers.Serializer):
    """What is left of the body besides files; unknown parameters of CVAT's are accepted and not used."""

    remote_files = serializers.ListField(child=serializers.CharField(max_length=2048), required=False)
    column = serializers.CharField(default="", allow_blank=True)
    sorting_method = serializers.ChoiceField(SortingMethod.choices, required=False)
    skip_bad = serializers.BooleanField(default=False)


def look(request: Request, frames: QuerySet[Frame], first: int = 0) -> HttpResponseBase:
    """?type=frame|chunk&number=N&quality=… among `frames`; a chunk is a zip of one frame, `index` counts from `first`."""
    kind = request.query_params.get("type", "frame")
    if kind not in ("frame", "chunk"):
        raise ValidationError({"type": ["Only frame and chunk are served."]})
    by_index = kind == "chunk" and "index" in request.query_params
    number = request.query_params.get("index" if by_index else "number", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise ValidationError({"number": ["Give the frame's number."]})
    frame = frames.filter(number=int(number) + (first if by_index else 0)).first()
    if frame is None:
        raise Http404("There is no such frame.")
    respond = frame_response if kind == "frame" else chunk_response
    return respond(request._request, frame, request.query_params.get("quality", "original"))


def preview(request: Request, frames: QuerySet[Frame]) -> HttpResponseBase:
    """The thumbnail of the first of `frames`."""
    frame = frames.order_by("number").first()
    if frame is None:
        raise Http404("There is no image yet.")
    return frame_response(request._request, frame, "thumbnail")


def frames_of_job(job: Job) -> QuerySet[Frame]:
    """Start to stop, inclusive."""
    return Frame.objects.filter(task=job.task_id, number__gte=job.start_frame, number__lte=job.stop_frame)


def meta(task: Task, frames: QuerySet[Frame], start: int, stop: int) -> dict[str, Any]:
    """CVAT's description of the data."""
    rows = [{"name": name, "width": width, "height": height, "has_related_context": False, "related_files": 0}
            for name, width, height in frames.order_by("number").values_list("name", "width", "height")]
    return {"size": len(rows), "chunk_size": 1, "image_quality": 100, "start_frame": start, "stop_frame": max(stop, 0), "frame_filter": "",
            "frames": rows, "deleted_frames": [], "included_frames": None, "chunks_updated_date": task.created_date.isoformat(),
            "storage": "local", "cloud_storage_id": None}


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
        received = _receive(request, task)
        if "Upload-Multiple" in request.headers:
            return Response({}, status=200)
        try:
            received += partial_uploads.take_data(actor=request.user, task=task, position=task.uploads.count())
            background = _start(request, task)
        except Exception:
            # What came with a request that is refused does not wait for the next one.
            _forget(received)
            raise
        return Response({"rq_id": str(background.pk)}, status=202)

    @extend_schema(parameters=LOOK, responses={(200, "image/*"): OpenApiTypes.BINARY, **NOT_FOUND})
    def look_at_data(self, request: Request, pk: int) -> HttpResponseBase:
        """One frame, or a chunk, which holds one."""
        return look(request, Frame.objects.filter(task=self.get_object()))  # type: ignore[attr-defined]

    @extend_schema(responses={200: DataMetaSerializer, **NOT_FOUND})
    def data_meta(self, request: Request, pk: int) -> Response:
        """Names and sizes of the frames."""
        task: Task = self.get_object()  # type: ignore[attr-defined]
        return Response(meta(task, Frame.objects.filter(task=task), 0, task.size - 1))

    @extend_schema(responses={(200, "image/*"): OpenApiTypes.BINARY, **NOT_FOUND})
    def preview(self, request: Request, pk: int) -> HttpResponseBase:
        """The first frame's thumbnail."""
        return preview(request, Frame.objects.filter(task=self.get_object()))  # type: ignore[attr-defined]


def _receive(request: Request, task: Task) -> list[Upload]:
    """client_files[0], client_files[1], … in the order of their numbers; all or none."""
    names = [name for name in request.FILES if name.startswith("client_files")]
    received: list[Upload] = []
    position = task.uploads.count()
    try:
        for name in sorted(names, key=_index):
            for file in request.FILES.getlist(name):
                received.append(tasks.add_upload(actor=request.user, task=task, name=file.name, file=file, position=position))
                position += 1
    except Exception:
        _forget(received)
        raise
    return received


def _index(name: str) -> tuple[int, str]:
    digits = "".join(character for character in name if character.isascii() and character.isdigit())
    return int(digits or 0), name


def _forget(received: list[Upload]) -> None:
    for upload in received:
        upload.file.delete(save=False)
        upload.delete()


def _start(request: Request, task: Task) -> Any:
    body: Any = request.data
    if not hasattr(body, "items"):
        raise ValidationError("Give an object.")
    raw = {name: body[name] for name in ("column", "sorting_method", "skip_bad") if name in body}
    if "remote_files" in body:
        raw["remote_files"] = body.getlist("remote_files") if hasattr(body, "getlist") else body["remote_files"]
    elif indexed := sorted((name for name in body if name.startswith("remote_files[")), key=_index):
        raw["remote_files"] = [body[name] for name in indexed]
    parameters = DataParameters(data=raw)
    parameters.is_valid(raise_exception=True)
    data = parameters.validated_data
    if "sorting_method" in data and data["sorting_method"] != task.sorting_method:
        tasks.update_task(actor=request.user, task=task, sorting_method=data["sorting_method"])
    return tasks.start_ingest(actor=request.user, task=task, urls=data.get("remote_files", []), table=request.FILES.get("table"),
                              column=data["column"], skip_bad=data["skip_bad"])
