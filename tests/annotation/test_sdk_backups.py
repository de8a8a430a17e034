"""CVAT's own programs, unmodified: backups of tasks and projects, and making them again."""
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cvat_sdk import models
from cvat_sdk.core.exceptions import BackgroundRequestException
from cvat_sdk.core.proxies.annotations import AnnotationUpdateAction
from django.core.files.base import ContentFile

from annotation.models import Asset, Frame, FrameAnnotation, ImportedFrame, Issue, Job, Label, PartialUpload, Project, Request, Task
from annotation.services import guides, issues, jobs, projects
from annotation.services.shapes import frames_of, save_frames
from tests.annotation.conftest import Fill
from tests.annotation.filling import stored_files
from tests.annotation.pictures import picture
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(alice: Any, project: Any, fill: Fill) -> Any:
    """A task with something of everything."""
    asset = guides.add_asset(actor=alice, project=project, file=ContentFile(picture(20, 20, form="PNG"), name="a car.png"))
    projects.update_project(actor=alice, project=project, guide=f"# Boxes\n\n![a](/api/assets/{asset.pk})")
    task = fill(files={"b.jpg": picture(100, 80, orientation=6), "a.png": picture(60, 50, form="PNG"), "c.jpg": picture(100, 80)},
                segment_size=2, frame_overlap=1)
    Task.objects.filter(pk=task.pk).update(subset="Train", show_preannotations=True)
    car, person, night = project.labels.all()
    parked = car.attributes.get(name="parked")
    first, second = task.jobs.all()
    box = {"type": "rectangle", "label_id": car.pk, "points": [5, 6, 30, 40], "rotation": 10, "occluded": True, "z_order": 2, "group": 3,
           "source": "auto", "attributes": [{"spec_id": parked.pk, "value": "true"}]}
    save_frames(job=first, revision=0, frames={
        "0": {"shapes": [box, {**box, "rotation": 0}], "tags": [{"label_id": night.pk}]},
        "1": {"shapes": [], "tags": [], "nothing_here": True}})
    save_frames(job=first, revision=1, frames={"0": {"shapes": [{**box, "id": 2, "rotation": 0}], "tags": [{"label_id": night.pk}]}})
    save_frames(job=second, revision=0, frames={"2": {"shapes": [
        {"type": "mask", "label_id": car.pk, "points": [0, 4, 1, 1, 2, 2], "attributes": []}], "tags": []}})
    jobs.update_job(actor=alice, job=second, stage="acceptance", state="completed")
    issue = issues.create_issue(actor=alice, job=first, frame=0, position=[3, 4], message="Tighter", shape_id=2)
    issues.add_comment(actor=alice, issue=issue, message="Still")
    issues.resolve_issue(actor=alice, issue=issue)
    ImportedFrame.objects.create(task=task, kind=ImportedFrame.Kind.GROUND_TRUTH, frame=1, tags=[], shapes=[
        {"id": 1, "type": "rectangle", "label_id": person.pk, "points": [1.0, 2.0, 30.0, 40.0], "rotation": 0.0, "occluded": False,
         "z_order": 0, "group": 0, "source": "file", "attributes": []}])
    return task


def named(task: Task, things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without ids of the database."""
    labels = {label.pk: label for label in Label.objects.filter(project=task.project_id).prefetch_related("attributes")}
    return [{**thing, "label_id": labels[thing["label_id"]].name, "attributes": [
        (next(one.name for one in labels[thing["label_id"]].attributes.all() if one.pk == answer["spec_id"]), answer["value"])
        for answer in thing["attributes"]]} for thing in things]


def content_of(task: Task) -> dict[str, Any]:
    """Everything a backup must not lose."""
    task = Task.objects.get(pk=task.pk)
    return {
        "task": [task.name, task.size, task.subset, task.segment_size, task.frame_overlap, task.sorting_method, task.show_preannotations],
        "labels": [(label.name, label.color, label.type, list(label.attributes.values_list(
            "name", "input_type", "mutable", "values", "default_value"))) for label in task.project.labels.all()],
        "frames": [(frame.name, frame.width, frame.height, frame.orientation, frame.sha256, frame.media_type, bool(frame.work_copy),
                    frame.original.open("rb").read()) for frame in Frame.objects.filter(task=task)],
        "validation": [task.validation_mode, task.validation_frames_per_job, task.disabled_frames,
                       list(Frame.objects.filter(task=task).values_list("honeypot_of", flat=True))],
        "jobs": [(job.start_frame, job.stop_frame, job.type, job.included_frames, job.stage, job.state, job.last_object_id, {
            number: {**content, "shapes": named(task, content["shapes"]), "tags": named(task, content["tags"])}
            for number, content in frames_of(job=job).items()}) for job in task.jobs.all()],
        "imported": [(row.kind, row.frame, named(task, row.shapes), row.tags) for row in task.imported_frames.all()],
        "issues": [(issue.frame, issue.position, issue.shape_id, issue.resolved_date, issue.created_date, issue.owner_id, [
            (comment.message, comment.owner_id, comment.created_date) for comment in issue.comments.all()])
            for issue in Issue.objects.filter(job__task=task)],
    }


def test_a_task_comes_back_as_it_was(sdk: Any, rich: Any, tmp_path: Path) -> None:
    file = sdk.tasks.retrieve(rich.pk).download_backup(tmp_path)
    assert file.name.startswith(f"task_{rich.pk}_backup_") and file.suffix == ".zip"
    with zipfile.ZipFile(file) as archive:
        assert {"task.json", "annotations.json", "data/manifest.jsonl", "data/a.png", "annotation_guide.md"} <= set(archive.namelist())
        description = json.loads(archive.read("task.json"))
        assert [(job["start_frame"], job["stop_frame"], job["status"]) for job in description["jobs"]] == [
            (0, 1, "annotation"), (1, 2, "completed")]
        assert json.loads(archive.read("annotations.json"))[0]["shapes"][0]["label"] == "car"
    made = sdk.tasks.create_from_backup(file)
    assert made.id != rich.pk and made.project_id != rich.project_id
    restored = Task.objects.get(pk=made.id)
    assert content_of(restored) == content_of(rich)
    # The guide's picture is another one with the same content.
    asset = Asset.objects.get(project=restored.project)
    assert f"/api/assets/{asset.pk}" in restored.project.guide and asset.filename == "a car.png"
    assert asset.file.open("rb").read() == picture(20, 20, form="PNG")
    assert not PartialUpload.objects.exists() and stored_files("partial") == []
    assert made.get_frame(0, quality="original").read() == picture(60, 50, form="PNG")
    # What is drawn next collides with nothing.
    job = made.get_jobs()[0]
    label = next(label for label in made.get_labels() if label.name == "person")
    job.update_annotations(models.PatchedLabeledDataRequest(shapes=[models.LabeledShapeRequest(
        type="rectangle", frame=0, label_id=label.id, points=[1.0, 2.0, 9.0, 9.0], attributes=[])]), action=AnnotationUpdateAction.CREATE)
    ids = [shape.id for shape in job.get_annotations().shapes]
    assert len(set(ids)) == len(ids) == 2


def test_a_project_comes_back_with_its_tasks(sdk: Any, rich: Any, fill: Fill, tmp_path: Path) -> None:
    other = fill(count=2, name="Tuesday")
    sdk.projects.retrieve(rich.project_id).download_backup(tmp_path / "p.zip")
    made = sdk.projects.create_from_backup(tmp_path / "p.zip")
    restored = list(Task.objects.filter(project=made.id).order_by("pk"))
    assert made.name == "Streets"
    assert [content_of(task) for task in restored] == [content_of(rich), content_of(other)]
    requests = Request.objects.filter(params__subject="backup").order_by("created_date")
    listed = {str(one.pk): sdk.api_client.requests_api.retrieve(str(one.pk))[0] for one in requests}
    assert [(one.operation.type, one.operation.target, one.result_id) for one in listed.values()] == [
        ("export:backup", "project", None), ("import:backup", "project", made.id)]
    with pytest.raises(BackgroundRequestException, match="is the backup of a project"):
        sdk.tasks.create_from_backup(tmp_path / "p.zip")


def test_the_command_line(sdk_server: str, rich: Any, tmp_path: Path) -> None:
    host, _, port = sdk_server.rpartition(":")
    base = [sys.executable, "-m", "cvat_cli", "--auth", f"alice:{PASSWORD}", "--server-host", host, "--server-port", port, "task"]

    def cli(*arguments: str) -> str:
        done = subprocess.run([*base, *arguments], capture_output=True, text=True, timeout=120, env={**os.environ, "HOME": str(tmp_path)})
        assert done.returncode == 0, done.stderr
        return done.stdout

    cli("backup", str(rich.pk), str(tmp_path / "t.zip"))
    before = set(Task.objects.values_list("pk", flat=True))
    cli("create-from-backup", str(tmp_path / "t.zip"))
    made = Task.objects.exclude(pk__in=before).get()
    assert content_of(made) == content_of(rich)


def test_who_asks_for_a_backup(sdk: Any, rich: Any, fill: Fill, bob: Any, client: Any) -> None:
    client.force_login(bob)
    assert client.post(f"/api/tasks/{rich.pk}/backup/export").status_code == 404
    assert Project.objects.count() == 1 and Job.objects.count() == 2 and FrameAnnotation.objects.count() == 3
