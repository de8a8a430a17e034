"""Which version an export holds, and what it says about who made it."""
import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotation import extensions
from annotation.models import FrameAnnotation, GuideVersion, Job
from annotation.services import annotations, exports
from annotation.services.corrections import begin_correction, keep_correction
from annotation.services.jobs import begin_attempt, mark_submitted
from tests.annotation.conftest import Fill
from tests.annotation.test_exports import box, coco, exported

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """A room above that knows a Toloker; which jobs it was asked for."""
    asked: list[list[int]] = []

    def of_jobs(wanted: Any) -> dict[int, dict[str, str]]:
        asked.append(list(wanted))
        return {pk: {"toloker": "abc", "price": "=1+1"} for pk in wanted}

    monkeypatch.setattr(extensions, "_provenance", [(("toloker", "price"), of_jobs)])
    return asked


def table(archive: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read("provenance.csv").decode())))


def submitted(alice: Any, job: Job, boxes: int = 2) -> None:
    """An attempt with boxes on the job's first frame, submitted."""
    begin_attempt(job=job, attempt="A1", worker="W")
    shapes = [{**box(job, job.start_frame, 1 + 10 * number), "id": number + 1, "type": "rectangle", "rotation": 0.0, "occluded": False,
               "z_order": 0, "group": 0, "source": "manual", "attributes": []} for number in range(boxes)]
    for shape in shapes:
        shape.pop("frame")
    FrameAnnotation.objects.update_or_create(job=job, frame=job.start_frame, defaults={"shapes": shapes, "tags": []})
    job.refresh_from_db()
    from annotation.services.shapes import frames_of
    from annotation.services.snapshots import take_snapshot

    take_snapshot(job, "submitted", frames_of(job=job), attempt="A1", worker="W")
    mark_submitted(job=job)
    job.refresh_from_db()


def corrected(alice: Any, job: Job) -> None:
    """Alice moves the first box."""
    correction = begin_correction(actor=alice, job=job, attempt="A1")
    content = FrameAnnotation.objects.get(job=job)
    shapes = [{**content.shapes[0], "points": [2.0, 2.0, 50.0, 50.0]}, *content.shapes[1:]]
    correction.frames.create(frame=job.start_frame, content={"shapes": shapes, "tags": []})
    assert keep_correction(actor=alice, job=job, attempt="A1") is not None


def test_as_now_holds_corrections_and_as_submitted_does_not(alice: Any, fill: Fill) -> None:
    task = fill(count=3, segment_size=1)
    first, second, _ = task.jobs.all()
    submitted(alice, first)
    corrected(alice, first)
    annotations.replace_data(actor=alice, job=second, data={"shapes": [box(second, 1)]})
    archive, _ = exported(alice, task, "COCO 1.0", only_accepted=False)
    assert [(entry["image_id"], entry["bbox"]) for entry in coco(archive)["annotations"]] == [
        (1, [2, 2, 48, 48]), (1, [11, 1, 5, 8]), (2, [1, 1, 5, 8])]
    archive, request = exported(alice, task, "COCO 1.0", only_accepted=False, version="submitted")
    data = coco(archive)
    assert [image["file_name"] for image in data["images"]] == ["0.jpg"]
    assert [entry["bbox"] for entry in data["annotations"]] == [[1, 1, 5, 8], [11, 1, 5, 8]]
    assert "2 jobs are left out: nobody submitted them." in request.warnings
    assert json.loads(archive.read("report.json"))["jobs_corrected_by_reviewers"] == 0


def test_frames_that_nobody_checked_can_be_left_out(alice: Any, fill: Fill) -> None:
    task = fill(count=3, segment_size=2, frame_overlap=1)
    first, second = task.jobs.all()
    for job, frame, unchecked in ((first, 0, True), (first, 1, True), (second, 1, False), (second, 2, False)):
        shape = {**box(job, frame), "rotation": 0.0, "occluded": False, "z_order": 0, "group": 0, "source": "file", "attributes": []}
        shape.pop("frame")
        FrameAnnotation.objects.create(job=job, frame=frame, shapes=[shape], starting_point=unchecked)
    assert len(coco(exported(alice, task, "COCO 1.0")[0])["images"]) == 3
    archive, request = exported(alice, task, "YOLO 1.1", skip_unchecked=True, save_images=True)
    assert [name for name in archive.namelist() if name.endswith(".jpg")] == ["obj_train_data/1.jpg", "obj_train_data/2.jpg"]
    assert "1 frame is left out: nobody changed or confirmed the starting point on it." in request.warnings
    assert len(coco(exported(alice, task, "COCO 1.0", skip_unchecked=True)[0])["images"]) == 2


def test_each_shape_says_who_made_it_and_who_corrected_it(alice: Any, fill: Fill, told: list[list[int]]) -> None:
    task = fill(count=2, segment_size=1)
    first, second = task.jobs.all()
    project = task.project
    now = timezone.now()
    GuideVersion.objects.filter(project=project).delete()
    for number, age in ((1, 20), (2, 10), (3, -10)):
        GuideVersion.objects.create(project=project, number=number, markdown="x")
        GuideVersion.objects.filter(project=project, number=number).update(created_date=now - timedelta(minutes=age))
    submitted(alice, first)
    corrected(alice, first)
    Job.objects.filter(pk=second.pk).update(assignee=alice)
    annotations.replace_data(actor=alice, job=second, data={"shapes": [box(second, 1)], "tags": [
        {"frame": 1, "label_id": task.project.labels.get(name="night").pk}]})
    archive, _ = exported(alice, task, "COCO 1.0", only_accepted=False, provenance=True)
    rows = table(archive)
    assert [(row["image"], row["kind"], row["corrected_by"], row["annotator"], row["guide_version"]) for row in rows] == [
        ("0.jpg", "shape", "alice", "", "2"), ("0.jpg", "shape", "", "", "2"), ("1.jpg", "shape", "", "alice", "2"),
        ("1.jpg", "tag", "", "alice", "2")]
    # What a spreadsheet would calculate is text.
    assert {(row["toloker"], row["price"]) for row in rows} == {("abc", "'=1+1")}
    attributes = [entry["attributes"] for entry in coco(archive)["annotations"]]
    assert [(entry["provenance_toloker"], entry.get("provenance_corrected_by")) for entry in attributes] == [
        ("abc", "alice"), ("abc", None), ("abc", None)]
    assert [str(entry["provenance_object_id"]) for entry in attributes] == [row["object_id"] for row in rows if row["kind"] == "shape"]
    # Once for each of the passes, however many jobs there are.
    assert all(len(asked) == 2 for asked in told)
    # Without it nothing of that kind is in the file.
    archive, _ = exported(alice, task, "COCO 1.0", only_accepted=False)
    assert "provenance" not in archive.read("annotations/instances_default.json").decode() and "provenance.csv" not in archive.namelist()


def test_an_export_with_provenance_is_imported_without_it(alice: Any, fill: Fill, told: list[list[int]]) -> None:
    from tests.annotation.test_formats import imported

    task = fill(count=1)
    job = task.jobs.get()
    annotations.replace_data(actor=alice, job=job, data={"shapes": [box(job, 0)]})
    archive, _ = exported(alice, task, "COCO 1.0", provenance=True)
    back = imported(alice, task, archive.fp.getvalue())  # type: ignore[union-attr]
    assert (back.status, back.warnings) == ("finished", []), back.errors


def test_only_those_who_edit_the_project_may_export(client: Any, alice: Any, bob: Any, fill: Fill) -> None:
    from annotation.services.members import share_project

    task = fill(count=1)
    share_project(actor=alice, project=task.project, user=bob, role="reviewer")
    client.force_login(bob)
    assert client.post(f"/api/tasks/{task.pk}/dataset/export?format=COCO 1.0&provenance=true").status_code == 403
    client.force_login(alice)
    bad = client.post(f"/api/tasks/{task.pk}/dataset/export?format=COCO 1.0&version=older")
    assert (bad.status_code, list(bad.json())) == (400, ["version"])


def test_the_page_asks_for_it(client: Any, alice: Any, fill: Fill) -> None:
    task = fill(count=1)
    client.force_login(alice)
    page = client.get(f"/tasks/{task.pk}/export").content.decode()
    assert "YOLO 1.1" in page and "Add who made each shape" in page
    answer = client.post(f"/tasks/{task.pk}/export", {"format": "YOLO 1.1", "which": "all", "version": "submitted", "provenance": "on",
                                                      "skip_unchecked": "on"})
    assert answer.status_code == 302
    request = exports.Request.objects.latest("created_date")
    assert {key: request.params[key] for key in ("version", "provenance", "skip_unchecked", "save_images", "only_accepted")} == {
        "version": "submitted", "provenance": True, "skip_unchecked": True, "save_images": False, "only_accepted": False}
