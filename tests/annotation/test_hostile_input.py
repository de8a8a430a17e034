# ruff: noqa: E501 tables of cases are read by column
"""Input that is meant to break something: a sentence for the sender, nothing half-written, memory stays what it was."""
import io
import os
import resource
import zipfile
from typing import Any

import orjson
import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from annotation.formats.coco import MEMBER
from annotation.ingest.names import UniqueNames
from annotation.ingest.tables import urls_of_table
from annotation.models import Job, Project, Request, Task, Upload
from annotation.services import exports, projects, shapes, tasks
from tests.annotation.conftest import Fill
from tests.annotation.filling import ingest
from tests.annotation.pictures import picture, zipped

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def client(alice: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    return client


@pytest.fixture
def task(alice: Any, project: Project) -> Task:
    return tasks.create_task(actor=alice, project=project, name="Monday")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_archives_whose_unpacking_python_cannot_bound_are_refused(alice: Any, task: Task, method: int) -> None:
    # 1 KB of bzip2 unpacks to gigabytes in one call, whatever size the archive's directory claims.
    request = ingest(alice, task, {"a.zip": zipped({"1.jpg": picture()}, method=method)})
    assert request.status == "failed"
    assert request.errors == ["a.zip/1.jpg is packed by a method that cannot be unpacked here: use ordinary zip compression."]


def test_an_archive_with_an_endless_directory_is_refused_before_it_is_read(
        alice: Any, task: Task, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.INGEST_MAX_FILES = 2
    content = zipped({f"{number:0200}.jpg": b"" for number in range(100)})
    read: list[Any] = []
    monkeypatch.setattr(zipfile.ZipFile, "_RealGetContents", lambda archive: read.append(archive))
    request = ingest(alice, task, {"a.zip": content})
    assert request.errors == ["a.zip has more entries than the 2 images a task takes."]
    assert read == []


def test_many_small_files_in_one_request_do_not_use_up_open_files(client: Client, task: Task, settings: Any) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    opened = len(os.listdir("/proc/self/fd"))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    content = picture()
    files = {f"client_files[{number}]": SimpleUploadedFile(f"{number}.jpg", content) for number in range(200)}
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened + 40, hard))
    try:
        answer = client.post(f"/api/tasks/{task.pk}/data/", files)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert answer.status_code == 202, answer.content[:500]
    assert Upload.objects.filter(task=task).count() == 200
    assert Upload.objects.filter(task=task).first().file.read() == content


@pytest.mark.parametrize("known", [[], {}, [1], True, 1.5])
@pytest.mark.parametrize("action", ["update", "delete"])
def test_an_object_id_that_is_no_number_is_a_sentence(client: Client, fill: Fill, action: str, known: Any) -> None:
    job = fill().jobs.get()
    answer = client.patch(f"/api/jobs/{job.pk}/annotations/?action={action}", {"shapes": [{"frame": 0, "id": known}]}, content_type=JSON)
    assert answer.status_code == 400, answer.content
    assert "shapes.0.id" in answer.json()["errors"]


@pytest.mark.parametrize("known", [[], {}, True, "x"])
def test_a_label_id_that_is_no_number_is_a_sentence(client: Client, project: Project, known: Any) -> None:
    answer = client.patch(f"/api/projects/{project.pk}", {"labels": [{"id": known, "name": "x"}]}, content_type=JSON)
    assert answer.status_code == 400, answer.content
    assert "labels" in answer.json()
    assert project.labels.count() == 3


def test_a_project_change_with_one_bad_part_changes_nothing(client: Client, project: Project) -> None:
    answer = client.patch(f"/api/projects/{project.pk}", {"name": "New", "labels": [{"name": ""}]}, content_type=JSON)
    assert answer.status_code == 400
    project.refresh_from_db()
    assert project.name == "Streets"


@pytest.mark.parametrize("labels", [
    '[{"name": "a\\ud800"}]', '[{"name": "a", "attributes": [{"name": "q", "input_type": "text", "default_value": "\\u0000"}]}]',
    '[{"name": "a", "attributes": [{"name": "q", "input_type": "select", "values": ["x\\u0000"]}]}]',
    '[{"name": "a", "attributes": [{"name": "q", "input_type": "select", "values": ["\\udfff"]}]}]',
    '[{"name": "a", "attributes": [{"name": "\\udfff", "input_type": "text"}]}]',
    f'[{{"name": "a", "id": {"1" * 5000}}}]', '[{"name": "a", "id": NaN}]'])
def test_labels_that_no_database_can_hold_are_a_sentence_on_the_form(client: Client, labels: str) -> None:
    answer = client.post("/projects/create", {"name": "Streets", "labels": labels})
    assert answer.status_code == 422, answer.status_code
    assert Project.objects.count() == 0


def test_an_answer_to_a_number_with_a_tiny_step_is_a_sentence(alice: Any, fill: Fill) -> None:
    project = projects.create_project(actor=alice, name="Fine", labels=[
        {"name": "a", "attributes": [{"name": "q", "input_type": "number", "values": ["0", "10", "1e-40"]}]}])
    job = fill(project=project).jobs.get()
    label = project.labels.get()
    answered = [{"spec_id": label.attributes.get().pk, "value": "5.000000000000000000000000000000000000000000000000000000001"}]
    with pytest.raises(Exception, match="q: ") as caught:
        shapes.save_frames(job=job, revision=0, frames={"0": {"tags": [{"label_id": label.pk, "attributes": answered}]}})
    assert type(caught.value).__name__ == "InvalidAnnotations"


@pytest.mark.parametrize(("value", "written"), [("5", 5), ("1e25", 1e25), ("12345678901234567890123", 12345678901234567890123.0)])
def test_numbers_beyond_json_integers_are_exported(alice: Any, fill: Fill, value: str, written: float) -> None:
    project = projects.create_project(actor=alice, name="Large", labels=[
        {"name": "a", "attributes": [{"name": "q", "input_type": "number", "values": ["0", "1e30", "1"]}]}])
    task = fill(project=project)
    label = project.labels.get()
    box = {"type": "rectangle", "label_id": label.pk, "points": [1, 1, 20, 20], "attributes": [{"spec_id": label.attributes.get().pk, "value": value}]}
    shapes.save_frames(job=task.jobs.get(), revision=0, frames={"0": {"shapes": [box]}})
    coco = exported(alice, task)
    assert coco["annotations"][0]["attributes"]["q"] == written


def exported(actor: Any, task: Task) -> Any:
    from annotation import runner

    request = exports.start_export(actor=actor, project_or_task=task, format="COCO 1.0")
    runner.run(str(request.pk))
    request.refresh_from_db()
    assert request.status == Request.Status.FINISHED, request.message
    return orjson.loads(zipfile.ZipFile(io.BytesIO(request.result.read())).read(MEMBER))


def test_a_label_that_is_added_while_an_export_runs_does_not_break_it(alice: Any, fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    from annotation.formats import scope

    task = fill()
    job = task.jobs.get()
    images = scope.Scope.images

    def meanwhile(self: Any) -> Any:
        monkeypatch.setattr(scope.Scope, "images", images)
        projects.set_labels(actor=alice, project=task.project, labels=[
            *[{"id": label.pk, "name": label.name} for label in task.project.labels.all()], {"name": "new"}])
        new = task.project.labels.get(name="new")
        old = task.project.labels.get(name="car")
        boxes = [{"type": "rectangle", "label_id": label.pk, "points": [1, 1, 20, 20]} for label in (old, new)]
        shapes.save_frames(job=Job.objects.get(pk=job.pk), revision=0, frames={"0": {"shapes": boxes}})
        return images(self)

    monkeypatch.setattr(scope.Scope, "images", meanwhile)
    coco = exported(alice, task)
    categories = {category["id"] for category in coco["categories"]}
    assert [annotation["category_id"] in categories for annotation in coco["annotations"]] == [True]


def test_a_table_without_column_names_loses_no_first_line(settings: Any) -> None:
    table = ContentFile(b"https://example.org/1.jpg\nhttps://example.org/2.jpg\n")
    with pytest.raises(ValidationError) as caught:
        urls_of_table(table)
    assert "column names" in caught.value.message_dict["table"][0]


def test_ten_thousand_equal_names_are_told_apart_quickly_and_stay_storable() -> None:
    import time

    give = UniqueNames().give
    begun = time.process_time()
    names = [give("image.jpg") for _ in range(10_000)]
    assert time.process_time() - begun < 2
    assert len(set(names)) == 10_000
    assert names[:3] == ["image.jpg", "image-2.jpg", "image-3.jpg"]
    long = {give("a" * 508 + ".jpg") for _ in range(20)}
    assert len(long) == 20
    assert max(map(len, long)) <= 512
