"""Resumable uploads (tus 1.0.0) as CVAT's programs speak it: create at …/data/, …/annotations/,
…/dataset/ or …/backup/, then PATCH and HEAD below it."""
import base64
import binascii
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import CONFLICT_ERRORS, NOT_FOUND
from annotation.api.errors import TooLarge
from annotation.models import Job, PartialUpload, Project, Task
from annotation.services import partial_uploads

_RESUMABLE = {"Tus-Resumable": "1.0.0"}


Target = Task | Job | Project
_COLLECTIONS: dict[type[Target], str] = {Task: "tasks", Job: "jobs", Project: "projects"}


def _columns(target: Target | None) -> dict[str, Any]:
    """Which columns of PartialUpload name the target."""
    return {column: target if isinstance(target, model) else None for model, column in ((Task, "task"), (Job, "job"), (Project, "project"))}


def create_resumable(request: Request, target: Target | None, purpose: str, door: str = "") -> Response:
    """201 with Location and Upload-Filename, which the Upload-Finish repeats. `door`: where pieces go, if not below the target."""
    upload = partial_uploads.begin(actor=request.user, purpose=purpose, name=_file_name(request),
                                   length=_number(request, "Upload-Length"), **_columns(target))
    door = door or (f"{_COLLECTIONS[type(target)]}/{target.pk}/{purpose}" if target is not None else "")
    location = _address(request, f"/api/{door}/{upload.pk}")
    headers = {**_RESUMABLE, "Location": location, "Upload-Filename": f"{upload.pk.hex}-{_plain(upload.name)}", "Upload-Offset": "0"}
    return Response({}, status=201, headers=headers)


def upload_named(request: Request, target: Target | None, purpose: str, stored_name: str) -> PartialUpload:
    """The upload that `Upload-Filename` named. ValidationError with "filename"."""
    key = stored_name.partition("-")[0]
    try:
        return PartialUpload.objects.get(pk=key, owner=request.user.pk, purpose=purpose, **_columns(target))
    except (PartialUpload.DoesNotExist, ValidationError):
        raise ValidationError({"filename": ["No upload has this name: repeat what Upload-Filename said."]}) from None


class ResumableMixin:
    """…/data/{upload}, …/annotations/{upload} and …/dataset/{upload} of tasks, jobs and projects."""

    def _upload_target(self) -> Target | None:
        """What the pieces are for."""
        target: Target = self.get_object()  # type: ignore[attr-defined]
        return target

    def _upload(self, key: Any) -> PartialUpload:
        owner = self.request.user.pk  # type: ignore[attr-defined]
        upload = PartialUpload.objects.filter(pk=key, owner=owner, **_columns(self._upload_target())).first()
        if upload is None:
            raise Http404("There is no such upload: it is over, or was left alone for two days.")
        return upload

    @extend_schema(request={"application/offset+octet-stream": bytes}, responses={204: None, **CONFLICT_ERRORS})
    def append_piece(self, request: Request, key: Any, pk: int = 0) -> HttpResponse:
        """The next piece, at most 32 MB; 409 with Upload-Offset for one of another place."""
        upload = self._upload(key)
        offset = _number(request, "Upload-Offset")
        piece = request._request.read(partial_uploads.PIECE_BYTES + 1)
        if len(piece) > partial_uploads.PIECE_BYTES:
            raise TooLarge(f"A piece has at most {partial_uploads.PIECE_BYTES // 2**20} MB.")
        try:
            following = partial_uploads.append(upload=upload, offset=offset, piece=piece)
        except partial_uploads.WrongOffset as wrong:
            return Response({"code": wrong.code, "detail": wrong.sentence}, status=409,
                            headers={**_RESUMABLE, "Upload-Offset": str(wrong.offset)})
        return HttpResponse(status=204, headers={**_RESUMABLE, "Upload-Offset": str(following)})

    @extend_schema(responses={200: None, **NOT_FOUND})
    def tell_offset(self, request: Request, key: Any, pk: int = 0) -> HttpResponse:
        """Upload-Offset: how many bytes came."""
        upload = self._upload(key)
        return HttpResponse(headers={**_RESUMABLE, "Upload-Offset": str(upload.offset), "Upload-Length": str(upload.length),
                                     "Cache-Control": "no-store"})


def _address(request: Request, path: str) -> str:
    """Absolute. Behind a front server that says nothing of itself: where the program says it is, if that is one of our own places."""
    origin = request.headers.get("Origin", "")
    if "X-Forwarded-Host" not in request.headers and origin in settings.CSRF_TRUSTED_ORIGINS:
        return f"{origin}{path}"
    return str(request.build_absolute_uri(path))


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise ValidationError({header: ["Give the number of bytes."]})
    return int(text)


def _file_name(request: Request) -> str:
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "filename":
            try:
                return base64.b64decode(value, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                raise ValidationError({"Upload-Metadata": ["The filename is not base64 of UTF-8."]}) from None
    return ""


def _plain(name: str) -> str:
    """Letters that a header can carry."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in name)[-100:]
