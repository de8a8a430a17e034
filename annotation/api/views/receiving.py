"""Reading the body of POST /api/tasks/{id}/data/: CVAT's data parameters, as JSON or as a form."""
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request

from annotation.ingest.options import Options, clean_options
from annotation.models import CloudStorage, SortingMethod, Task, Upload
from annotation.services import tasks
from annotation.services.storages import storages_for

# Where a form gives a list, as name=…&name=… or name[0]=…&name[1]=…
_LISTS = ("remote_files", "server_files", "server_files_exclude", "upload_file_order")
_CHOICES = ("start_frame", "stop_frame", "frame_filter", "job_file_mapping", "upload_file_order", "filename_pattern", "validation_params")
_PLAIN = ("column", "sorting_method", "skip_bad", "image_quality", "cloud_storage_id")


class DataParameters(serializers.Serializer):
    """What is left of the body besides files and `annotation.ingest.options`; unknown parameters of CVAT's are accepted and not used."""

    remote_files = serializers.ListField(child=serializers.CharField(max_length=2048), default=list)
    server_files = serializers.ListField(child=serializers.CharField(max_length=2048), default=list)
    server_files_exclude = serializers.ListField(child=serializers.CharField(max_length=2048), default=list)
    cloud_storage_id = serializers.IntegerField(default=None, allow_null=True)
    column = serializers.CharField(default="", allow_blank=True)
    sorting_method = serializers.ChoiceField(SortingMethod.choices, required=False)
    image_quality = serializers.IntegerField(min_value=0, max_value=100, required=False)
    skip_bad = serializers.BooleanField(default=False)


def read_parameters(request: Request) -> tuple[dict[str, Any], Options]:
    """Cleaned fields of DataParameters with `cloud_storage` in place of its id, and the choice of frames. ValidationError."""
    body: Any = request.data
    if not hasattr(body, "items"):
        raise ValidationError("Give an object.")
    raw = {name: body[name] for name in (*_PLAIN, *_CHOICES) if name in body}
    raw |= {name: listed for name in _LISTS if (listed := _listed(body, name)) is not None}
    options = clean_options({name: raw.pop(name) for name in _CHOICES if name in raw})
    parameters = DataParameters(data=raw)
    parameters.is_valid(raise_exception=True)
    data = dict(parameters.validated_data)
    data["cloud_storage"] = _storage(request, data.pop("cloud_storage_id"))
    if options.upload_file_order and data.get("sorting_method") != SortingMethod.PREDEFINED:
        raise ValidationError({"upload_file_order": ["The order counts with the sorting method predefined only."]})
    return data, options


def start(request: Request, task: Task, data: dict[str, Any], options: Options) -> Any:
    """Begin to fill the task; nothing is changed when that is refused."""
    with transaction.atomic():
        if "sorting_method" in data and data["sorting_method"] != task.sorting_method:
            tasks.update_task(actor=request.user, task=task, sorting_method=data["sorting_method"])
        return tasks.start_ingest(
            actor=request.user, task=task, urls=data["remote_files"], table=request.FILES.get("table"), column=data["column"],
            skip_bad=data["skip_bad"], server_files=data["server_files"], server_files_exclude=data["server_files_exclude"],
            cloud_storage=data["cloud_storage"], options=options)


def receive_files(request: Request, task: Task) -> list[Upload]:
    """client_files[0], client_files[1], … in the order of their numbers; all or none."""
    names = sorted((name for name in request.FILES if name.startswith("client_files")), key=_index)
    files = [(file.name or "", file) for name in names for file in request.FILES.getlist(name)]
    return tasks.add_uploads(actor=request.user, task=task, files=files, position=task.uploads.count()) if files else []


def forget_files(received: list[Upload]) -> None:
    """Of a request that was refused."""
    for upload in received:
        upload.file.delete(save=False)
        upload.delete()


def _storage(request: Request, key: int | None) -> CloudStorage | None:
    if key is None:
        return None
    storage = storages_for(request.user).filter(pk=key).first()
    if storage is None:
        raise ValidationError({"cloud_storage_id": ["You have no such cloud storage. Register it first."]})
    return storage


def _listed(body: Any, name: str) -> Any:
    if name in body:
        return body.getlist(name) if hasattr(body, "getlist") else body[name]
    indexed = sorted((other for other in body if other.startswith(f"{name}[")), key=_index)
    return [body[other] for other in indexed] or None


def _index(name: str) -> tuple[int, str]:
    digits = "".join(character for character in name if character.isascii() and character.isdigit())
    return int(digits or 0), name
