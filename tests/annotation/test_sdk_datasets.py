"""CVAT's own client, unmodified: datasets of projects, with images, out and in."""
import json
from pathlib import Path
from typing import Any

import pytest
from cvat_sdk import models
from cvat_sdk.api_client import exceptions
from cvat_sdk.core.exceptions import BackgroundRequestException

from annotation.models import Frame, PartialUpload, Task
from tests.annotation.conftest import Fill
from tests.annotation.filling import stored_files
from tests.annotation.pictures import picture, zipped

pytestmark = pytest.mark.django_db
COCO = {"images": [{"id": 1, "file_name": "a.png", "width": 40, "height": 30}, {"id": 2, "file_name": "b.png", "width": 40, "height": 30}],
        "categories": [{"id": 1, "name": "person"}],
        "annotations": [{"id": 1, "image_id": 2, "category_id": 1, "bbox": [1, 2, 10, 12], "area": 120, "segmentation": [], "iscrowd": 0}]}


@pytest.fixture
def streets(sdk: Any, fill: Fill, project: Any) -> Any:
    """The project with a task of two pictures and a box on each."""
    task = sdk.tasks.retrieve(fill(count=2).pk)
    label = next(label for label in task.get_labels() if label.name == "person")
    task.set_annotations(models.LabeledDataRequest(shapes=[models.LabeledShapeRequest(
        type="rectangle", frame=frame, label_id=label.id, points=[10.0, 10.0, 60.0, 50.0], attributes=[]) for frame in (0, 1)]))
    return sdk.projects.retrieve(project.pk)


@pytest.mark.parametrize(("exported", "imported"), [("CVAT for images 1.1", "CVAT 1.1"), ("COCO 1.0", "COCO 1.0")])
def test_a_projects_dataset_becomes_a_task_of_another(sdk: Any, streets: Any, tmp_path: Path, exported: str, imported: str) -> None:
    streets.export_dataset(exported, tmp_path / "streets.zip", include_images=True)
    other = sdk.projects.create_from_dataset({"name": "Other", "labels": [{"name": "person", "attributes": []}]},
                                             dataset_path=str(tmp_path / "streets.zip"), dataset_format=imported)
    task, = other.get_tasks()
    assert (task.name, task.size, task.get_jobs()[0].stop_frame) == ("streets", 2, 1)
    assert [(shape.frame, shape.points) for shape in task.get_annotations().shapes] == [
        (0, [10.0, 10.0, 60.0, 50.0]), (1, [10.0, 10.0, 60.0, 50.0])]
    first = streets.get_tasks()[0]
    assert task.get_frame(1, quality="original").read() == first.get_frame(1, quality="original").read()
    assert not PartialUpload.objects.exists() and stored_files("partial") == []


def dataset(tmp_path: Path, **changes: Any) -> Path:
    members = {"annotations/instances_default.json": json.dumps({**COCO, **changes.pop("coco", {})}).encode(),
               "images/a.png": picture(40, 30, form="PNG"), "images/b.png": picture(40, 30, form="PNG")}
    members |= changes.pop("members", {})
    path = tmp_path / "data.zip"
    path.write_bytes(zipped({name: content for name, content in members.items() if content is not None}))
    return path


BAD = {
    "a label that is not there": ({"coco": {"categories": [{"id": 1, "name": "tram"}]}}, "do not fit|does not fit"),
    "no pictures": ({"members": {"images/a.png": None, "images/b.png": None}}, "no images inside"),
    "a picture that is none": ({"members": {"images/a.png": b"x"}}, "a.png is not"),
    "out of the archive": ({"members": {"../x.png": b"x"}}, "leads out"),
    "no annotations": ({"members": {"annotations/instances_default.json": None}}, "no file with annotations"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_what_does_not_fit_leaves_nothing(sdk: Any, project: Any, tmp_path: Path, case: str) -> None:
    changes, words = BAD[case]
    with pytest.raises(BackgroundRequestException, match=words):
        sdk.projects.retrieve(project.pk).import_dataset("COCO 1.0", dataset(tmp_path, **changes))
    assert (Task.objects.count(), Frame.objects.count(), PartialUpload.objects.count()) == (0, 0, 0)
    assert [path for folder in ("tasks", "partial") for path in stored_files(folder)] == []


def test_formats_and_rights(sdk: Any, client: Any, bob: Any, project: Any, tmp_path: Path) -> None:
    mine = sdk.projects.retrieve(project.pk)
    with pytest.raises(exceptions.ApiException) as refused:
        mine.import_dataset("YOLO 1.1", dataset(tmp_path))
    assert refused.value.status == 400
    client.force_login(bob)
    assert client.post(f"/api/projects/{project.pk}/dataset/?format=COCO 1.0").status_code == 404
    assert not Task.objects.exists()
