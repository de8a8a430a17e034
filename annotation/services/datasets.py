"""Archives of images and annotations that become a task of a project."""
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from annotation.errors import Refused
from annotation.formats.registry import DATASET_FORMATS
from annotation.models import PartialUpload, Project, Request
from annotation.services.guards import require_edit
from annotation.services.partial_uploads import require_whole
from annotation.services.requests import ACTIVE, create_request


@transaction.atomic
def start_dataset_import(*, actor: Any, project: Project, upload: PartialUpload, format: str) -> Request:
    """Make a task out of what was sent, in the background. ValidationError with "format"; Refused(code="half_upload" or "busy")."""
    require_edit(actor, project)
    if format not in DATASET_FORMATS:
        raise ValidationError({"format": [f"A project takes datasets as {' or '.join(DATASET_FORMATS)}. For others make a task of the "
                                          "images and import the annotations into it."]})
    locked = PartialUpload.objects.select_for_update().get(pk=upload.pk)
    require_whole(locked)
    if Request.objects.filter(status__in=ACTIVE, params__upload=str(locked.pk)).exists():
        raise Refused("This archive is being imported already. Wait until it is done.", "busy")
    params = {"subject": "dataset", "format": format, "upload": str(locked.pk), "filename": locked.name}
    return create_request(owner=actor, action=Request.Action.IMPORT, params=params, project=project)
