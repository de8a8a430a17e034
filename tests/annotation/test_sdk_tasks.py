"""CVAT's own client, unmodified: tasks, their images, jobs, what is drawn, what is said about it."""
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cvat_sdk import models
from cvat_sdk.api_client import exceptions
from cvat_sdk.core.proxies.annotations import AnnotationUpdateAction
from cvat_sdk.core.proxies.tasks import ResourceType
from PIL import Image

from annotation.models import Project
from tests.annotation.pictures import picture

pytestmark = pytest.mark.django_db
LABELS = [{"name": "car", "attributes": [
    {"name": "parked", "mutable": False, "input_type": "checkbox", "values": ["false", "true"], "default_value": "false"}]},
    {"name": "night", "type": "tag", "attributes": []}]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Three pictures of different sizes and kinds."""
    made = []
    for number, form in enumerate(("PNG", "JPEG", "PNG")):
        path = tmp_path / f"{number}.{form.lower()}"
        path.write_bytes(picture(120 + 10 * number, 90, form=form))
        made.append(path)
    return made


@pytest.fixture
def task(sdk: Any, files: list[Path]) -> Any:
    """Three local files, two jobs."""
    return sdk.tasks.create_from_data({"name": "Monday", "labels": LABELS, "segment_size": 2}, files)


def test_a_task_of_local_files(sdk: Any, task: Any, files: list[Path], tmp_path: Path) -> None:
    assert (task.size, task.mode, task.segment_size, task.jobs.count) == (3, "annotation", 2, 2)
    assert Project.objects.get(pk=task.project_id).name == "Monday"
    assert [label.name for label in task.get_labels()] == ["car", "night"]

    meta = task.get_meta()
    assert [(frame.name, frame.width, frame.height) for frame in meta.frames] == [
        ("0.png", 120, 90), ("1.jpeg", 130, 90), ("2.png", 140, 90)]
    for number, path in enumerate(files):
        assert task.get_frame(number, quality="original").read() == path.read_bytes()
        chunk = io.BytesIO()
        task.download_chunk(number, chunk, quality="original")
        with zipfile.ZipFile(chunk) as archive:
            [member] = archive.namelist()
            assert archive.read(member) == path.read_bytes()
        compressed = Image.open(task.get_frame(number, quality="compressed"))
        assert compressed.convert("RGB").tobytes() == Image.open(path).convert("RGB").tobytes()
    assert Image.open(task.get_preview()).format == "JPEG"
    task.download_frames([0, 2], outdir=tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["frame_000000.png", "frame_000002.png"]

    first, second = sorted(task.get_jobs(), key=lambda job: job.start_frame)
    assert [(job.start_frame, job.stop_frame, job.task_id) for job in (first, second)] == [(0, 1, task.id), (2, 2, task.id)]
    assert second.get_frame(2, quality="original").read() == files[2].read_bytes()
    assert [frame.name for frame in second.get_meta().frames] == ["2.png"]
    with pytest.raises(exceptions.NotFoundException):
        second.get_frame(0, quality="original")
    response = sdk.api_client.jobs_api.retrieve_data(second.id, type="chunk", index=0, quality="original", _parse_response=False)[1]
    with zipfile.ZipFile(io.BytesIO(response.data)) as archive:
        assert archive.namelist() == ["000002.png"]


def test_the_life_of_a_task(sdk: Any, task: Any) -> None:
    assert [one.id for one in sdk.tasks.list(name="Monday")] == [task.id]
    assert [one.id for one in sdk.projects.retrieve(task.project_id).get_tasks()] == [task.id]
    task.update({"name": "Tuesday"})
    assert sdk.tasks.retrieve(task.id).name == "Tuesday"
    with pytest.raises(exceptions.ApiException) as refused:
        sdk.tasks.create({"name": "no labels"})
    assert refused.value.status == 400
    with pytest.raises(exceptions.ApiException) as both:
        sdk.tasks.create({"name": "both", "project_id": task.project_id, "labels": LABELS})
    assert both.value.status == 400
    assert not Project.objects.filter(name__in=["no labels", "both"]).exists()
    task.remove()
    with pytest.raises(exceptions.NotFoundException):
        task.fetch()


def test_a_task_of_addresses(sdk: Any, monkeypatch: pytest.MonkeyPatch, sdk_server: str) -> None:
    from annotation.ingest import fetch
    from annotation.ingest.received import receive

    content = picture(64, 48)
    monkeypatch.setattr(fetch.Fetcher, "fetch", lambda self, url: receive([content]))
    task = sdk.tasks.create_from_data(models.TaskWriteRequest(name="Web", labels=[models.PatchedLabelRequest(name="car")]),
                                      ["https://example.org/a.jpg", "https://example.org/b.jpg"], resource_type=ResourceType.REMOTE)
    assert task.size == 2
    assert task.get_frame(1, quality="original").read() == content


def test_what_cannot_be_used_is_said_by_the_request(sdk: Any, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"not a picture")
    with pytest.raises(Exception, match="cannot be used"):
        sdk.tasks.create_from_data({"name": "Bad", "labels": LABELS}, [bad])
    [empty] = sdk.tasks.list(name="Bad")
    assert empty.size == 0


def shape(label: Any, frame: int, **fields: Any) -> models.LabeledShapeRequest:
    return models.LabeledShapeRequest(**{"type": "rectangle", "frame": frame, "label_id": label.id, "points": [10.0, 10.0, 60.0, 50.0],
                                         "attributes": [], **fields})


def test_annotations_of_a_job_and_of_its_task(task: Any) -> None:
    car, night = task.get_labels()
    parked = car.attributes[0].id
    job, other = sorted(task.get_jobs(), key=lambda job: job.start_frame)
    job.set_annotations(models.LabeledDataRequest(
        tags=[models.LabeledImageRequest(frame=0, label_id=night.id)],
        shapes=[shape(car, 0, rotation=30.0, occluded=True, attributes=[models.AttributeValRequest(spec_id=parked, value="true")]),
                shape(car, 1, type="polygon", points=[1.0, 1.0, 50.0, 2.0, 20.0, 40.5]),
                shape(car, 1, type="polyline", points=[1.0, 1.0, 50.0, 2.0]),
                shape(car, 1, type="points", points=[5.0, 6.0]),
                shape(car, 1, type="ellipse", points=[50.0, 40.0, 70.0, 30.0]),
                shape(car, 1, type="mask", points=[0.0, 4.0, 10.0, 10.0, 11.0, 11.0])]))
    stored = job.get_annotations()
    assert [str(one.type) for one in stored.shapes] == ["rectangle", "polygon", "polyline", "points", "ellipse", "mask"]
    box = stored.shapes[0]
    assert (box.points, box.rotation, box.occluded, box.attributes[0].value) == ([10.0, 10.0, 60.0, 50.0], 30.0, True, "true")
    assert [(tag.frame, tag.label_id) for tag in stored.tags] == [(0, night.id)]

    job.update_annotations(models.PatchedLabeledDataRequest(shapes=[shape(car, 0, points=[1.0, 2.0, 30.0, 40.0])]),
                           action=AnnotationUpdateAction.CREATE)
    assert len(job.get_annotations().shapes) == 7
    job.update_annotations(models.PatchedLabeledDataRequest(shapes=[shape(car, 0, id=box.id, points=[2.0, 2.0, 30.0, 40.0])]))
    assert [2.0, 2.0, 30.0, 40.0] in [one.points for one in job.get_annotations().shapes]
    job.remove_annotations(ids=[stored.shapes[1].id, stored.tags[0].id])
    left = job.get_annotations()
    assert (len(left.shapes), left.tags) == (6, [])

    task.update_annotations(models.PatchedLabeledDataRequest(shapes=[shape(car, 2)]), action=AnnotationUpdateAction.CREATE)
    assert [one.frame for one in other.get_annotations().shapes] == [2]
    assert len(task.get_annotations().shapes) == 7
    task.set_annotations(models.LabeledDataRequest(shapes=[shape(car, 2)]))
    assert (len(job.get_annotations().shapes), len(other.get_annotations().shapes)) == (0, 1)
    task.remove_annotations()
    assert task.get_annotations().shapes == []
    with pytest.raises(exceptions.ApiException) as refused:
        job.set_annotations(models.LabeledDataRequest(shapes=[shape(car, 2)]))
    assert refused.value.status == 400


def test_stages_states_and_what_reviewers_say(sdk: Any, task: Any, alice: Any) -> None:
    job = sdk.jobs.list(task_id=task.id)[0]
    job.update({"assignee": alice.id, "state": "in progress"})
    assert (job.assignee.username, job.state) == ("alice", "in progress")
    job.update(models.PatchedJobWriteRequest(stage="validation"))
    assert (job.stage, job.state) == ("validation", "new")
    assert [one.id for one in sdk.jobs.list(stage="validation", state="new")] == [job.id]

    issue = sdk.issues.create(models.IssueWriteRequest(job=job.id, frame=job.start_frame, position=[10.0, 20.0], message="Too wide"))
    assert [one.id for one in job.get_issues()] == [issue.id]
    assert [comment.message for comment in issue.get_comments()] == ["Too wide"]
    comment = sdk.comments.create(models.CommentWriteRequest(issue=issue.id, message="And too high"))
    comment.update({"message": "And too tall"})
    assert [one.message for one in issue.get_comments()] == ["Too wide", "And too tall"]
    comment.remove()
    issue.update({"resolved": True})
    assert sdk.issues.retrieve(issue.id).resolved is True
    issue.remove()
    assert job.get_issues() == []


@pytest.mark.parametrize("format", ["CVAT for images 1.1", "COCO 1.0"])
def test_exports_of_a_task_and_of_its_project(sdk: Any, task: Any, tmp_path: Path, format: str) -> None:
    car, _ = task.get_labels()
    task.set_annotations(models.LabeledDataRequest(shapes=[shape(car, 0), shape(car, 2)]))
    task.export_dataset(format, tmp_path / "task.zip", include_images=True)
    with zipfile.ZipFile(tmp_path / "task.zip") as archive:
        names = archive.namelist()
        assert sum(name.endswith((".png", ".jpeg")) for name in names) == 3
        assert any(name.endswith("annotations.xml" if "CVAT" in format else ".json") for name in names)
    sdk.projects.retrieve(task.project_id).export_dataset(format, tmp_path, include_images=False)
    assert len(list(tmp_path.glob("project_*.zip"))) == 1
    with pytest.raises(exceptions.ApiException) as refused:
        task.export_dataset("YOLO 9.9", tmp_path / "no.zip")
    assert refused.value.status == 400
