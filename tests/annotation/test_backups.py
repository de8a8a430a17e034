"""Backups that are traps, cut off, cancelled or taken over: nothing is left behind, and it is said why."""
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client as Browser

from annotation import runner, tidying
from annotation.errors import Refused
from annotation.models import Asset, PartialUpload, Project, Request, Task
from annotation.services import backups, partial_uploads, requests, tasks
from annotation.services.replicas import add_replica
from tests.annotation.conftest import Fill
from tests.annotation.filling import stored_files
from tests.annotation.pictures import picture, zipped

pytestmark = pytest.mark.django_db
PNG = picture(40, 30, form="PNG")
TASK = {"name": "Old", "version": "1.0", "labels": [{"name": "car", "attributes": [
    {"name": "parked", "input_type": "checkbox", "mutable": False, "values": [], "default_value": "false"}]}],
    "jobs": [{"start_frame": 0, "stop_frame": 1, "status": "validation"}], "data": {"sorting_method": "lexicographical"}}
BOX = {"type": "rectangle", "frame": 1, "label": "car", "points": [1, 2, 20, 20], "attributes": [{"name": "parked", "value": "true"}],
       "occluded": False, "z_order": 0, "rotation": 0, "group": 0, "source": "manual", "outside": False, "elements": []}


def archive(task: Any = None, annotations: Any = None, **members: bytes | None) -> bytes:
    """A backup as CVAT writes it; `members` replace files (`data__a_png` is data/a.png), None leaves one out."""
    manifest = b'{"version":"1.1"}\n{"type":"images"}\n' + b"".join(
        json.dumps({"name": name, "extension": ".png", "width": 40, "height": 30}).encode() + b"\n" for name in "ba")
    files: dict[str, bytes | None] = {
        "task.json": json.dumps({**TASK, **(task or {})}).encode(), "data/manifest.jsonl": manifest, "data/a.png": PNG, "data/b.png": PNG,
        "annotations.json": json.dumps([{"version": 0, "tags": [], "shapes": [BOX], "tracks": []}] if annotations is None
                                       else annotations).encode()}
    for key, content in members.items():
        files[key.replace("__", "/").replace("_", ".")] = content
    return zipped({name: content for name, content in files.items() if content is not None}, method=zipfile.ZIP_DEFLATED)


Restore = Callable[..., Request]


@pytest.fixture
def restore(alice: Any, django_capture_on_commit_callbacks: Any) -> Restore:
    def restored(content: bytes, kind: str = "task", run: bool = True) -> Request:
        upload = partial_uploads.receive(actor=alice, purpose=PartialUpload.Purpose.BACKUP, file=ContentFile(content, name="b.zip"))
        request = backups.start_restore(actor=alice, upload=upload, kind=kind)
        if run:
            with django_capture_on_commit_callbacks(execute=True):
                runner.run(str(request.pk))
        request.refresh_from_db()
        return request

    return restored


def left() -> tuple[int, int, int, list[str]]:
    return Project.objects.count(), Task.objects.count(), PartialUpload.objects.count(), \
        [path for folder in ("tasks", "guides", "partial") for path in stored_files(folder)]


def test_cvats_own_backup_of_images(restore: Restore) -> None:
    request = restore(archive())
    assert (request.status, request.message) == ("finished", "1 task with 2 images restored.")
    task = Task.objects.get(pk=request.task_id)
    job = task.jobs.get()
    assert [frame.name for frame in task.frames.all()] == ["b.png", "a.png"]
    assert (task.name, task.project.name, task.sorting_method) == ("Old", "Old", "lexicographical")
    assert (job.stage, job.state) == ("validation", "new")
    shape, = job.frame_annotations.get(frame=1).shapes
    assert (shape["points"], shape["attributes"][0]["value"], shape["id"], job.last_object_id) == ([1.0, 2.0, 20.0, 20.0], "true", 1, 1)


BAD = {
    "no zip": (lambda: b"hello", "damaged"), "cut off": (lambda: archive()[:-60], "damaged"),
    "no task": (lambda: archive(task_json=None), "no task.json"),
    "no annotations": (lambda: archive(annotations_json=None), "no annotations"),
    "no picture": (lambda: archive(data__a_png=None), "no data/a.png"),
    "a picture that is none": (lambda: archive(data__a_png=b"x"), "a.png is not"),
    "half a picture": (lambda: archive(data__a_png=PNG[:90]), "a.png is damaged"),
    "another picture": (lambda: archive(data__manifest_jsonl=b'{"name":"a","extension":".png","sha256":"00"}\n',
                                        task={"jobs": [{"start_frame": 0, "stop_frame": 0}]}, annotations=[{}]), "not the image it was"),
    "out of the archive": (lambda: archive(
        data__manifest_jsonl=b'{"name":"../../etc/passwd","extension":""}\n'), "no data/../../etc/passwd"),
    "a video": (lambda: archive(data__manifest_jsonl=b'{"type":"video"}\n'), "video"),
    "frames without a job": (lambda: archive({"jobs": [{"start_frame": 0, "stop_frame": 0}]}), "no job for image 1"),
    "jobs without frames": (lambda: archive({"jobs": [{"start_frame": 0, "stop_frame": 5}]}), "job of other images"),
    "labels twice": (lambda: archive({"labels": [{"name": "a"}, {"name": "a"}]}), "cannot be used"),
    "no name": (lambda: archive({"name": ""}), "Give a name"), "another label": (lambda: archive(
        annotations=[{"shapes": [{**BOX, "label": "tram"}]}]), "label that it does not name"),
    "another frame": (lambda: archive(annotations=[{"shapes": [{**BOX, "frame": 2}]}]), "frame 2"),
    "outside": (lambda: archive(annotations=[{"shapes": [{**BOX, "points": [1, 2]}]}]), "cannot be stored"),
    "an answer that is none": (lambda: archive(annotations=[{"shapes": [{**BOX, "attributes": [{"name": "x", "value": "y"}]}]}]),
                               "cannot be stored"),
    "more jobs": (lambda: archive(annotations=[{}, {}]), "more jobs"), "fewer jobs": (lambda: archive(annotations=[]), "of all its jobs"),
    "tracks": (lambda: archive(annotations=[{"tracks": [{}]}]), "tracks"), "no list": (lambda: archive(annotations={}), "not a list"),
    "deep": (lambda: archive(annotations_json=b"[" * 100_000), "list"), "not JSON": (lambda: archive(task_json=b"{"), "damaged task.json"),
    "an issue of nowhere": (lambda: archive(issues_json=b'[{"job":7,"frame":0}]'), "issue"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_what_cannot_be_restored_leaves_nothing(restore: Restore, case: str) -> None:
    make, word = BAD[case]
    request = restore(make())
    assert request.status == "failed" and word in request.message, request.message
    assert request.message.startswith("b.zip ")
    assert left() == (0, 0, 0, [])


def test_limits_hold(restore: Restore, settings: Any) -> None:
    settings.BACKUP_MAX_SHAPES = 1
    assert "more than 1 shapes" in restore(archive(annotations=[{"shapes": [BOX, BOX]}])).message
    settings.BACKUP_MAX_FRAMES = 1
    assert "1 images" in restore(archive()).message
    settings.BACKUP_MAX_FRAMES, settings.BACKUP_MAX_BYTES = 10, 2000
    bomb = archive(data__x=b"\0" * 5000)
    assert "unpacks to" in restore(bomb).message and len(bomb) < 2000
    assert left() == (0, 0, 0, [])


def test_a_backup_is_restored_in_an_organization(client: Browser, alice: Any, bob: Any) -> None:
    from annotation.services import organizations

    team = organizations.create_organization(actor=alice, slug="team")
    client.force_login(alice)
    sent = client.post("/api/tasks/backup/?org=team", {"task_file": ContentFile(archive(), name="b.zip")})
    runner.run(sent.json()["rq_id"])
    assert Project.objects.get().organization == team
    client.force_login(bob)
    refused = client.post("/api/tasks/backup/?org=team", {"task_file": ContentFile(archive(), name="b.zip")})
    assert refused.status_code in (403, 404) and Request.objects.count() == 1
    assert PartialUpload.objects.filter(owner=bob).count() == 0


def test_a_backup_of_the_other_kind_is_named(restore: Restore) -> None:
    assert "backup of a task" in restore(archive(), "project").message


def test_a_run_that_died_is_begun_again_and_its_files_go(restore: Restore, monkeypatch: Any) -> None:
    waiting = restore(archive(), run=False)
    monkeypatch.setattr("annotation.backups.restoring._Restoring._write", lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt))
    monkeypatch.setattr("annotation.backups.restoring.remove_tree", lambda path: None)
    with pytest.raises(KeyboardInterrupt):
        runner.run(str(waiting.pk))
    monkeypatch.undo()
    assert len(stored_files("tasks")) == 4
    # Tidying knows that somebody will come back for them.
    tidying.tidy()
    assert len(stored_files("tasks")) == 4
    Request.objects.filter(pk=waiting.pk).update(heartbeat="2020-01-01T00:00:00Z")
    runner.run(str(waiting.pk))
    waiting.refresh_from_db()
    assert (waiting.status, waiting.run) == ("finished", 2)
    assert len(stored_files("tasks")) == 4 and Task.objects.count() == 1


@pytest.mark.parametrize("running", [False, True], ids=["queued", "running"])
def test_a_cancelled_restore_leaves_nothing(restore: Restore, alice: Any, running: bool, monkeypatch: Any,
                                            django_capture_on_commit_callbacks: Any) -> None:
    request = restore(archive(), run=False)
    if running:
        real = runner.Run.progress

        def cancelled(run: runner.Run, fraction: float, message: str = "") -> None:
            if "images" in message:
                Request.objects.get(pk=run.request.pk).status == "started" and requests.cancel_request(actor=alice, request=run.request)
            run._told = 0.0
            real(run, fraction, message)

        monkeypatch.setattr(runner.Run, "progress", cancelled)
    with django_capture_on_commit_callbacks(execute=True):
        if not running:
            requests.cancel_request(actor=alice, request=request)
        runner.run(str(request.pk))
    request.refresh_from_db()
    assert (request.status, request.message) == ("failed", "Cancelled by alice.")
    assert left() == (0, 0, 0, [])
    with pytest.raises(Refused, match="over already"):
        requests.cancel_request(actor=alice, request=request)


def test_the_same_backup_once(alice: Any, fill: Fill, project: Any) -> None:
    task = fill(count=1)
    first = backups.start_backup(actor=alice, project_or_task=task)
    with pytest.raises(Refused, match="already being made"):
        backups.start_backup(actor=alice, project_or_task=task)
    runner.run(str(first.pk))
    first.refresh_from_db()
    assert first.status == "finished" and stored_files("exports") != []
    empty = tasks.create_task(actor=alice, project=project, name="Empty")
    with pytest.raises(Refused, match="no images"):
        backups.start_backup(actor=alice, project_or_task=empty)


def test_places_at_jobs_that_several_do_are_left_out(alice: Any, fill: Fill) -> None:
    task = fill(count=2)
    add_replica(job=task.jobs.get())
    made = backups.start_backup(actor=alice, project_or_task=task)
    runner.run(str(made.pk))
    made.refresh_from_db()
    with made.result.open() as stored, zipfile.ZipFile(stored) as kept:
        assert [job["type"] for job in json.loads(kept.read("task.json"))["jobs"]] == ["annotation"]


def test_over_http_in_one_request_and_by_halves(client: Browser, alice: Any, bob: Any) -> None:
    client.force_login(alice)
    file = io.BytesIO(archive())
    file.name = "b.zip"
    done = client.post("/api/tasks/backup/", {"task_file": file})
    assert done.status_code == 202
    runner.run(done.json()["rq_id"])
    answer = client.get(f"/api/requests/{done.json()['rq_id']}").json()
    assert answer["status"] == "finished" and client.get(f"/api/tasks/{answer['result_id']}").json()["name"] == "Old"
    assert answer["operation"]["type"] == "import:backup"
    begun = client.post("/api/projects/backup/", headers={"Upload-Length": "10", "Upload-Metadata": "filename Yi56aXA="})
    assert begun.status_code == 201 and "/api/projects/backup/" in begun.headers["Location"]
    finish = f"/api/projects/backup/?filename={begun.headers['Upload-Filename']}"
    half = client.post(finish, headers={"Upload-Finish": ""})
    assert (half.status_code, half.json()["code"]) == (409, "half_upload")
    assert client.post("/api/projects/backup/").status_code == 400
    client.force_login(bob)
    assert client.head(begun.headers["Location"]).status_code == 404
    assert client.post(finish, headers={"Upload-Finish": ""}).status_code == 400
    assert Asset.objects.count() == 0
