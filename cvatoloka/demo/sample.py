"""The sample project: labels, a guide and one task with real photographs, so that there is something to set a crowd to."""
from pathlib import Path
from typing import Any

from cvatoloka.demo.photographs import truth

PROJECT_NAME = "Everyday objects"
TASK_NAME = "Seven photographs"
SEGMENT_SIZE = 1
GUIDE = """\
# Draw a box around every object

1. Choose a label on the left.
2. Draw a rectangle around **each** object of that kind: as tight as you can, with every part of the object inside.
3. Go on with the next photograph (key `F`).

| label | what counts |
|---|---|
| person | the whole person, as far as it is in the picture |
| face | from chin to brow, ear to ear |
| wheel | with its tyre |
| coin | each coin by itself, also worn ones |

Objects that are partly hidden get a box around the part you *see*.
"""


def ensure_sample(owner: Any, photographs: list[Path]) -> int:
    """Id of the owner's sample project; it is made once, and not again after the owner deleted it on purpose in a later start."""
    from django.core.files import File

    from annotation.models import Project
    from annotation.services.projects import create_project
    from annotation.services.tasks import add_upload, create_task, start_ingest

    existing = Project.objects.filter(owner=owner, name=PROJECT_NAME).first()
    if existing is not None:
        return int(existing.pk)
    project = create_project(actor=owner, name=PROJECT_NAME, labels=truth()["labels"], guide=GUIDE)
    task = create_task(actor=owner, project=project, name=TASK_NAME, segment_size=SEGMENT_SIZE)
    for position, path in enumerate(photographs):
        with path.open("rb") as handle:
            add_upload(actor=owner, task=task, name=path.name, file=File(handle), position=position)
    start_ingest(actor=owner, task=task)
    return int(project.pk)
