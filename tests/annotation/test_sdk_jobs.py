"""CVAT's own client, unmodified: datasets and annotations of single jobs, names of formats, background requests."""
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cvat_sdk import models
from cvat_sdk.api_client import exceptions

from annotation.formats import EXPORT_FORMATS, IMPORT_FORMATS
from annotation.models import Job, PartialUpload, Request
from annotation.services import exports
from tests.annotation.conftest import Fill
from tests.annotation.filling import stored_files
from tests.annotation.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(sdk: Any, fill: Fill) -> Any:
    """Three pictures in two jobs."""
    return sdk.tasks.retrieve(fill(count=3, segment_size=2).pk)


def box(task: Any, frame: int, x: float = 10.0) -> models.LabeledShapeRequest:
    label = next(label for label in task.get_labels() if label.name == "person")
    return models.LabeledShapeRequest(type="rectangle", frame=frame, label_id=label.id, points=[x, 10.0, x + 50, 50.0], attributes=[])


def test_a_job_goes_out_and_comes_in_alone(task: Any, tmp_path: Path) -> None:
    first, second = task.get_jobs()
    task.set_annotations(models.LabeledDataRequest(shapes=[box(task, 0), box(task, 2)]))
    second.export_dataset("COCO 1.0", tmp_path / "job.zip", include_images=True)
    with zipfile.ZipFile(tmp_path / "job.zip") as archive:
        found = json.loads(archive.read("annotations/instances_default.json"))
        assert [image["file_name"] for image in found["images"]] == ["2.jpg"] and len(found["annotations"]) == 1
        assert "images/2.jpg" in archive.namelist() and "images/0.jpg" not in archive.namelist()
    task.export_dataset("CVAT for images 1.1", tmp_path / "task.zip", include_images=False)
    task.set_annotations(models.LabeledDataRequest(shapes=[box(task, 0, 20.0), box(task, 1, 20.0), box(task, 2, 20.0)]))
    # The file is the whole task's: the other job keeps what it has.
    second.import_annotations("CVAT 1.1", tmp_path / "task.zip")
    assert [(shape.frame, shape.points[0]) for shape in task.get_annotations().shapes] == [(0, 20.0), (1, 20.0), (2, 10.0)]
    first.import_annotations("CVAT 1.1", tmp_path / "task.zip", import_mode="append")
    assert [(shape.frame, shape.points[0]) for shape in first.get_annotations().shapes] == [(0, 20.0), (0, 10.0), (1, 20.0)]
    assert not PartialUpload.objects.exists() and not [path for path in stored_files() if "/imports/" in path]
    request = Request.objects.filter(job=second.id, action="import").get()
    assert "images of the task's other jobs were passed over" in request.warnings[0]


def test_the_clients_own_name_for_cvats_xml(sdk: Any, task: Any, project: Any, tmp_path: Path) -> None:
    task.set_annotations(models.LabeledDataRequest(shapes=[box(task, 1)]))
    task.export_dataset("CVAT XML 1.1", tmp_path / "made.zip", include_images=False)
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(picture(100, 80))
    again = sdk.tasks.create_from_data({"name": "Again", "project_id": project.pk}, [tmp_path / f"{number}.jpg" for number in range(3)],
                                       annotation_path=str(tmp_path / "made.zip"))
    assert [shape.frame for shape in again.get_annotations().shapes] == [1]
    formats, _ = sdk.api_client.server_api.retrieve_annotation_formats()
    assert {one.name for one in formats.exporters} == set(EXPORT_FORMATS) and {one.name for one in formats.importers} == set(IMPORT_FORMATS)
    with pytest.raises(exceptions.ApiException):
        task.export_dataset("Nobody's 1.0", tmp_path / "x.zip")


def test_requests_by_what_they_are_about(sdk: Any, task: Any, tmp_path: Path, alice: Any, monkeypatch: Any) -> None:
    job = task.get_jobs()[0]
    job.export_dataset("COCO 1.0", tmp_path / "a.zip", include_images=False)
    task.export_dataset("COCO 1.0", tmp_path / "b.zip", include_images=True)
    task.download_backup(tmp_path / "c.zip")

    def listed(**filters: Any) -> list[str]:
        found, _ = sdk.api_client.requests_api.list(**filters)
        return sorted(f"{one.operation.type} {one.operation.target}" for one in found.results)

    everything = ["create:task task", "export:annotations job", "export:backup task", "export:dataset task"]
    assert listed() == listed(task_id=task.id) == listed(project_id=task.project_id) == listed(status="finished") == everything
    assert listed(job_id=job.id) == listed(target="job") == ["export:annotations job"]
    assert listed(subresource="backup") == ["export:backup task"]
    assert listed(subresource="dataset", format="COCO 1.0") == ["export:dataset task"]
    assert listed(action="create") == ["create:task task"] and listed(status="failed") == []
    found, _ = sdk.api_client.requests_api.list(job_id=job.id)
    assert (found.results[0].operation.job_id, found.results[0].operation.task_id) == (job.id, task.id)
    # A queued one is stopped; one that is over is not.
    monkeypatch.setattr("annotation.services.requests.wake", lambda request_id: None)
    waiting = exports.start_export(actor=alice, project_or_task=Job.objects.get(pk=job.id), format="COCO 1.0")
    sdk.api_client.requests_api.create_cancel(str(waiting.pk))
    cancelled, _ = sdk.api_client.requests_api.retrieve(str(waiting.pk))
    assert (cancelled.status.value, cancelled.message) == ("failed", "Cancelled by alice.")
    with pytest.raises(exceptions.ApiException) as refused:
        sdk.api_client.requests_api.create_cancel(str(waiting.pk))
    assert refused.value.status == 409
