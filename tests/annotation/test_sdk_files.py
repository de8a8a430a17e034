"""CVAT's own programs, unmodified: files that come in pieces, imports, the command line."""
import json
import random
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cvat_sdk import models
from cvat_sdk.core.exceptions import BackgroundRequestException
from cvat_sdk.core.uploading import DataUploader
from django.test import Client as Browser
from django.utils import timezone
from PIL import Image

from annotation import tidying
from annotation.models import PartialUpload
from tests.annotation.conftest import Fill
from tests.annotation.filling import stored_files
from tests.annotation.pictures import picture
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(sdk: Any, fill: Fill) -> Any:
    """The project's task of three pictures in two jobs, as the client sees it."""
    return sdk.tasks.retrieve(fill(count=3, segment_size=2).pk)


def box(label: Any, frame: int) -> models.LabeledShapeRequest:
    return models.LabeledShapeRequest(type="rectangle", frame=frame, label_id=label.id, points=[10.0, 10.0, 60.0, 50.0], attributes=[])


def frames_with_boxes(task: Any) -> list[int]:
    return [one.frame for one in task.get_annotations().shapes]


@pytest.mark.parametrize(("exported", "imported"), [("CVAT for images 1.1", "CVAT 1.1"), ("COCO 1.0", "COCO 1.0"), ("YOLO 1.1", "YOLO 1.1"),
                                                    ("PASCAL VOC 1.1", "PASCAL VOC 1.1")])
def test_what_was_exported_is_imported_again(task: Any, tmp_path: Path, exported: str, imported: str) -> None:
    label = next(label for label in task.get_labels() if label.name == "person")
    task.set_annotations(models.LabeledDataRequest(shapes=[box(label, 0), box(label, 2)]))
    task.export_dataset(exported, tmp_path / "made.zip", include_images=False)
    task.set_annotations(models.LabeledDataRequest(shapes=[box(label, 1)]))

    task.import_annotations(imported, tmp_path / "made.zip")
    assert frames_with_boxes(task) == [0, 2]
    assert task.get_annotations().shapes[0].points == [10.0, 10.0, 60.0, 50.0]
    task.import_annotations(imported, tmp_path / "made.zip", import_mode="append")
    assert frames_with_boxes(task) == [0, 0, 2, 2]
    assert not PartialUpload.objects.exists()
    assert not [path for path in stored_files() if "/partial/" in path or "/imports/" in path]


def test_an_import_that_does_not_fit_says_why_and_changes_nothing(task: Any, tmp_path: Path, monkeypatch: Any) -> None:
    label = next(label for label in task.get_labels() if label.name == "person")
    task.set_annotations(models.LabeledDataRequest(shapes=[box(label, 1)]))
    (tmp_path / "bad.xml").write_text("<annotations><image")
    with pytest.raises(BackgroundRequestException, match=r"bad\.xml"):
        task.import_annotations("CVAT 1.1", tmp_path / "bad.xml")
    task.export_dataset("COCO 1.0", tmp_path / "made.zip", include_images=False)
    monkeypatch.setattr("annotation.services.shapes.read_only_reason", lambda *arguments: "A worker has this job.")
    with pytest.raises(BackgroundRequestException, match="A worker has this job"):
        task.import_annotations("COCO 1.0", tmp_path / "made.zip")
    assert frames_with_boxes(task) == [1]


def test_large_files_come_in_pieces_and_go_on_after_a_broken_line(sdk: Any, fill: Fill, project: Any, tmp_path: Path,
                                                                  monkeypatch: Any) -> None:
    from annotation.services import partial_uploads

    noise = Image.frombytes("RGB", (300, 200), random.Random(1).randbytes(300 * 200 * 3))
    noise.save(tmp_path / "noise.png")
    (tmp_path / "small.jpg").write_bytes(picture(64, 48))
    monkeypatch.setattr("cvat_sdk.core.uploading.TUS_CHUNK_SIZE", 50_000)
    monkeypatch.setattr(DataUploader.__init__, "__kwdefaults__", {"max_request_size": 100_000})
    real, calls = partial_uploads.append, []

    def broken_once(**names: Any) -> int:
        calls.append(names["offset"])
        following = real(**names)
        if len(calls) == 2:
            # The piece is stored, the answer is lost: the client asks by HEAD where it stands.
            raise RuntimeError("the line broke")
        return following

    monkeypatch.setattr(partial_uploads, "append", broken_once)
    task = sdk.tasks.create_from_data({"name": "Large", "project_id": project.pk}, [tmp_path / "noise.png", tmp_path / "small.jpg"])
    assert task.size == 2
    assert calls == sorted(set(calls)) and len(calls) > 3
    assert task.get_frame(0, quality="original").read() == (tmp_path / "noise.png").read_bytes()
    assert not PartialUpload.objects.exists()


def test_pieces_for_another_place_and_half_files_are_refused(client: Browser, alice: Any, bob: Any, project: Any,
                                                              django_capture_on_commit_callbacks: Any) -> None:
    from annotation.services import tasks

    client.force_login(alice)
    task = tasks.create_task(actor=alice, project=project, name="Half")
    base = f"/api/tasks/{task.pk}/data/"
    begun = client.post(base, headers={"Upload-Length": "100", "Upload-Metadata": "filename eC5wbmc=", "Tus-Resumable": "1.0.0"},
                        content_type="application/json")
    assert begun.status_code == 201 and begun.headers["Location"].startswith("http://testserver/api/tasks/")

    def piece(offset: object, size: int) -> Any:
        return client.patch(begun.headers["Location"], b"x" * size, content_type="application/offset+octet-stream",
                            headers={"Upload-Offset": str(offset)})

    assert (piece(0, 60).status_code, piece(60, 41).status_code, piece("-1", 1).status_code) == (204, 400, 400)
    wrong = piece(0, 10)
    assert (wrong.status_code, wrong.headers["Upload-Offset"]) == (409, "60")
    asked = client.head(begun.headers["Location"])
    assert (asked.status_code, asked.headers["Upload-Offset"], asked.headers["Upload-Length"]) == (200, "60", "100")
    finish = client.post(base, {"image_quality": 70}, content_type="application/json", headers={"Upload-Finish": ""})
    assert (finish.status_code, finish.json()["code"]) == (409, "half_upload")
    assert (piece(60, 40).status_code, client.head(begun.headers["Location"]).headers["Upload-Offset"]) == (204, "100")
    for length in ("0", str(10**14), "many", "9" * 40):
        assert client.post(base, headers={"Upload-Length": length, "Upload-Metadata": "filename eC5wbmc="}).status_code == 400
    assert client.post(base, headers={"Upload-Length": "5", "Upload-Metadata": "filename ?"}).status_code == 400
    other = Browser()
    other.force_login(bob)
    assert other.head(begun.headers["Location"]).status_code == 404
    assert any("/partial/" in path for path in stored_files())
    PartialUpload.objects.update(created_date=timezone.now() - timedelta(days=tidying.UPLOAD_DAYS, seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        tidying.tidy()
    assert (client.head(begun.headers["Location"]).status_code, [path for path in stored_files() if "/partial/" in path]) == (404, [])
    missing = client.post(f"/api/tasks/{task.pk}/annotations/?format=COCO 1.0&filename=x.json", headers={"Upload-Finish": ""})
    assert (missing.status_code, list(missing.json())) == (400, ["filename"])


def test_the_command_line(sdk_server: str, alice: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("PASS", PASSWORD)
    monkeypatch.setenv("HOME", str(tmp_path))
    host, _, port = sdk_server.rpartition(":")
    (tmp_path / "a.png").write_bytes(picture(64, 48, form="PNG"))

    def cli(*arguments: str) -> str:
        command = [sys.executable, "-m", "cvat_cli", "--auth", "alice", "--server-host", host, "--server-port", port, "task", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    labels = json.dumps([{"name": "car", "attributes": []}])
    number = cli("create", "By hand", "--labels", labels, "local", str(tmp_path / "a.png")).split()[-1]
    assert [task["name"] for task in json.loads(cli("ls", "--json"))] == ["By hand"]
    cli("frames", "--outdir", str(tmp_path / "frames"), number, "0")
    assert [path.name for path in (tmp_path / "frames").iterdir()] == [f"task_{number}_frame_000000.png"]
    cli("export-dataset", number, str(tmp_path / "out.zip"), "--with-images", "yes")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert {"annotations.xml", "images/a.png"} <= set(archive.namelist())
    cli("import-dataset", number, str(tmp_path / "out.zip"), "--format", "CVAT 1.1")
    cli("export-dataset", number, str(tmp_path / "yolo.zip"), "--format", "YOLO 1.1", "--with-images", "yes")
    with zipfile.ZipFile(tmp_path / "yolo.zip") as archive:
        assert {"obj.names", "train.txt", "obj_train_data/a.png", "obj_train_data/a.txt"} <= set(archive.namelist())
    cli("import-dataset", number, str(tmp_path / "yolo.zip"), "--format", "YOLO 1.1")
    cli("delete", number)
    assert cli("ls") == ""
