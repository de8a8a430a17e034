"""The guide through time, and the pictures in it."""
import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image

from annotation.errors import Refused
from annotation.guides import assets_in
from annotation.ingest.names import base_name
from annotation.models import Asset, GuideVersion, Project
from annotation.services.guards import require_edit

FOLDER = "guides"
# Pillow's format -> media type. What every browser shows, and nothing that can hold a script.
FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
MAX_PIXELS = 50_000_000


def record_version(*, actor: Any, project: Project) -> GuideVersion | None:
    """Keep the project's guide as a version if it differs from the last. Call in the transaction that changed it and so locked its row."""
    last = GuideVersion.objects.filter(project=project).order_by("-number").first()
    if project.guide == (last.markdown if last is not None else ""):
        return None
    number = last.number + 1 if last is not None else 1
    return GuideVersion.objects.create(project=project, number=number, markdown=project.guide, author=actor)


def add_asset(*, actor: Any, project: Project, file: File) -> Asset:
    """Keep a picture for the guide. ValidationError with "file"; Refused(code="too_many")."""
    require_edit(actor, project)
    name = base_name(file.name or "") or "picture"
    media_type = _media_type(name, file)
    asset = Asset(project=project, owner=actor, filename=name, media_type=media_type, byte_size=file.size)
    file.seek(0)
    asset.file.name = default_storage.save(f"{FOLDER}/{asset.pk}", file)
    try:
        with transaction.atomic():
            Project.objects.select_for_update(no_key=True).get(pk=project.pk)
            if project.assets.count() >= settings.ASSET_MAX_COUNT:
                raise Refused(f"The guide has {settings.ASSET_MAX_COUNT} pictures already. Delete one first.", "too_many")
            asset.save(force_insert=True)
    except BaseException:
        default_storage.delete(str(asset.file.name))
        raise
    return asset


def delete_asset(*, actor: Any, asset: Asset) -> None:
    """Remove a picture. Refused(code="in_use") while the guide shows it."""
    require_edit(actor, asset.project)
    if asset.pk in assets_in(asset.project.guide):
        raise Refused("The guide shows this picture. Take it out of the text first.", "in_use")
    stored = str(asset.file.name)
    asset.delete()
    transaction.on_commit(lambda: default_storage.delete(stored), robust=True)


@transaction.atomic
def restore_version(*, actor: Any, project: Project, number: int) -> Project:
    """Make an older version the guide; it becomes the newest version. ValidationError with "number"."""
    from annotation.services.projects import update_project  # which keeps versions by this module

    version = GuideVersion.objects.filter(project=project, number=number).first()
    if version is None:
        raise ValidationError({"number": ["The guide has no such version."]})
    return update_project(actor=actor, project=project, guide=version.markdown)


def _media_type(name: str, file: File) -> str:
    """By content."""
    if not file.size:
        raise ValidationError({"file": [f"{name} is empty."]})
    if file.size > settings.ASSET_MAX_BYTES:
        raise ValidationError({"file": [f"{name} has {file.size:,} bytes; at most {settings.ASSET_MAX_BYTES:,} are allowed."]})
    refusal = ValidationError({"file": [f"{name} is not a whole PNG, JPEG, GIF or WebP picture."]})
    try:
        file.seek(0)
        with Image.open(file, formats=list(FORMATS)) as image:
            kind = str(image.format)
            if image.width * image.height > MAX_PIXELS:
                raise ValidationError({"file": [f"{name} has {image.width} x {image.height} pixels; at most {MAX_PIXELS:,} are allowed."]})
            image.load()
    except ValidationError:
        raise
    except Exception as error:  # decoders raise whatever their file format lets go wrong
        raise refusal from error
    if kind not in FORMATS:
        raise refusal
    return FORMATS[kind]


def copy_asset(*, actor: Any, name: str, file: File) -> Asset:
    """An asset out of a backup: its file is stored, its row and its project are the caller's. ValidationError with "file"."""
    media_type = _media_type(base_name(name) or "picture", file)
    asset = Asset(id=uuid.uuid4(), owner=actor, filename=base_name(name) or "picture", media_type=media_type,
                  byte_size=file.size)
    file.seek(0)
    asset.file.name = default_storage.save(f"{FOLDER}/{asset.pk}", file)
    return asset
