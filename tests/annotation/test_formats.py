"""Every format out and in again: what it can hold comes back, what it cannot is in the report."""
import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.base import ContentFile

from annotation import runner
from annotation.formats import EXPORT_FORMATS, IMPORT_FORMATS, bridge
from annotation.models import ImportedFrame, Job, Request, Task
from annotation.services import annotations, imports
from tests.annotation.conftest import Fill
from tests.annotation.pictures import picture
from tests.annotation.test_exports import everything, exported

pytestmark = pytest.mark.django_db
READ_BACK = {"CVAT for images 1.1": "CVAT 1.1"}
BRIDGED = pytest.mark.skipif(not bridge.is_installed(), reason="Datumaro is not installed: bin/formats installs it (560 MB)")
# Format -> types of `everything` that come back as themselves, as others, whether tags do.
HOLDS: dict[str, tuple[dict[str, str], bool]] = {
    # The one polygon of `everything` is a box: COCO does not tell them apart.
    "COCO 1.0": ({"rectangle": "rectangle", "polygon": "rectangle", "points": "points", "ellipse": "polygon", "mask": "mask"}, False),
    "CVAT for images 1.1": ({kind: kind for kind in ("rectangle", "polygon", "polyline", "points", "ellipse", "mask")}, True),
    "Datumaro 1.0": ({kind: kind for kind in ("rectangle", "polygon", "polyline", "points", "ellipse", "mask")}, True),
    "PASCAL VOC 1.1": (dict.fromkeys(("rectangle", "polygon", "ellipse", "mask"), "rectangle"), True),
    "YOLO 1.1": (dict.fromkeys(("rectangle", "polygon", "ellipse", "mask"), "rectangle"), False),
    "Ultralytics YOLO Detection 1.0": (dict.fromkeys(("rectangle", "polygon", "ellipse", "mask"), "rectangle"), False),
    "Ultralytics YOLO Segmentation 1.0": (dict.fromkeys(("rectangle", "polygon", "ellipse"), "polygon"), False),
    "Ultralytics YOLO Oriented Bounding Boxes 1.0": (dict.fromkeys(("rectangle", "polygon", "ellipse", "mask"), "rectangle"), False),
    "Toloka assignments 1.0": ({"rectangle": "rectangle", "polygon": "polygon", "points": "points", "ellipse": "polygon"}, False),
    "Toloka image annotation 1.0": ({"rectangle": "rectangle", "polygon": "polygon", "points": "points", "ellipse": "polygon"}, False),
    "ImageNet 1.0": ({}, True),
}


def imported(actor: Any, task: Task, data: bytes, name: str = "made.zip", format: str = "", **arguments: Any) -> Request:
    request = imports.start_import(actor=actor, task=task, kind=arguments.pop("kind", imports.ON_JOBS),
                                   file=ContentFile(data, name=name), format=format, **arguments)
    runner.run(str(request.pk))
    request.refresh_from_db()
    return request


def content(job: Job) -> dict[str, Any]:
    return annotations.job_data(job=job)


def test_every_format_that_is_written_here_is_in_the_table() -> None:
    assert set(HOLDS) == {name for name, known in EXPORT_FORMATS.items() if not known.bridged}
    assert {READ_BACK.get(name, name) for name in EXPORT_FORMATS} == set(IMPORT_FORMATS)


@pytest.mark.parametrize("format", HOLDS)
def test_what_was_written_comes_back(alice: Any, fill: Fill, format: str) -> None:
    task = fill()
    job = task.jobs.get()
    before = everything(alice, job)
    archive, request = exported(alice, task, format, save_images=True)
    data = archive.fp.getvalue()  # type: ignore[union-attr]
    holds, tags = HOLDS[format]
    annotations.replace_data(actor=alice, job=job, data={"shapes": [], "tags": []})
    chosen = "" if format in ("COCO 1.0", "CVAT for images 1.1", "Datumaro 1.0", "PASCAL VOC 1.1", "YOLO 1.1", "ImageNet 1.0",
                              "Toloka assignments 1.0", "Toloka image annotation 1.0") else format
    back = imported(alice, task, data, format=chosen)
    assert back.status == "finished", (back.message, back.errors)
    after = content(job)
    expected = sorted((shape["frame"], holds[shape["type"]]) for shape in before["shapes"] if shape["type"] in holds
                      for _ in range(len(shape["points"]) // 2 if shape["type"] == "points" and "Toloka" in format else 1))
    found = sorted((shape["frame"], shape["type"]) for shape in after["shapes"])
    if "Toloka" in format:
        # The turned rectangle comes back as the polygon it was written as.
        expected[expected.index((0, "rectangle"))] = (0, "polygon")
    assert found == sorted(expected)
    assert [(tag["frame"], tag["label_id"]) for tag in after["tags"]] == [
        (tag["frame"], tag["label_id"]) for tag in before["tags"]] * tags
    told = " ".join(request.warnings)
    for kind in {"polygon", "polyline", "points", "ellipse", "mask"} - {kind for kind, back in holds.items() if kind == back}:
        assert kind in told, (kind, request.warnings)
    assert tags or "tag" in told or not before["tags"]
    assert json.loads(archive.read("report.json"))["notes"] == request.warnings
    pictures = [name for name in archive.namelist() if name.endswith(".jpg")]
    assert len(pictures) == 3
    assert all(archive.read(name) == picture(100, 80) for name in pictures)


@pytest.mark.parametrize("format", ["CVAT for images 1.1", "Datumaro 1.0"])
def test_formats_that_hold_all_give_all_back(alice: Any, fill: Fill, format: str) -> None:
    task = fill()
    job = task.jobs.get()
    before = everything(alice, job)
    answers = before["shapes"][0]["attributes"]
    archive, request = exported(alice, task, format)
    assert request.warnings == []
    back = imported(alice, task, archive.fp.getvalue())  # type: ignore[union-attr]
    assert back.status == "finished", back.errors

    def plain(things: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{key: value for key, value in thing.items() if key not in ("id", "source", "attributes")} for thing in things]

    after = content(job)
    assert plain(after["shapes"]) == plain(before["shapes"]) and plain(after["tags"]) == plain(before["tags"])
    texts = {answer["spec_id"]: answer["value"] for answer in answers}
    # XML cannot spell the character that the plate has.
    assert {answer["spec_id"]: answer["value"] for answer in after["shapes"][0]["attributes"]} == {
        pk: text.replace("\u0001", "\ufffd") if "CVAT" in format else text for pk, text in texts.items()}


def test_yolo_in_both_layouts_is_what_trainers_read(alice: Any, fill: Fill) -> None:
    task = fill({"one.jpg": picture(100, 80), "one.png": picture(100, 80, form="PNG"), "two.jpg": picture(100, 80)})
    for suffix in ("jpg", "png"):
        task.frames.filter(name=f"one.{suffix}").update(name=f"a/one.{suffix}")
    task.subset = "Validation"
    task.save(update_fields=["subset"])
    car, person, _ = task.project.labels.order_by("pk")
    boxes = [{"type": "rectangle", "frame": frame, "label_id": label.pk, "points": [10, 20, 30, 60]}
             for frame, label in ((0, car), (1, person), (2, person))]
    annotations.replace_data(actor=alice, job=task.jobs.get(), data={"shapes": boxes})
    archive, request = exported(alice, task, "YOLO 1.1", save_images=True)
    assert archive.read("obj.names").decode() == "car\nperson\nnight\n"
    assert b"valid = data/valid.txt" in archive.read("obj.data")
    listed = archive.read("valid.txt").decode().splitlines()
    assert listed == ["data/obj_valid_data/a/one_jpg.jpg", "data/obj_valid_data/a/one_png.png", "data/obj_valid_data/two.jpg"]
    assert archive.read("obj_valid_data/a/one_jpg.txt").decode() == "0 0.2 0.5 0.2 0.5\n"
    assert any("suffix" in sentence for sentence in request.warnings)
    back = imported(alice, task, archive.fp.getvalue())  # type: ignore[union-attr]
    assert back.status == "finished", (back.message, back.errors)
    assert [(shape["frame"], shape["points"]) for shape in content(task.jobs.get())["shapes"]] == [
        (frame, [10, 20, 30, 60]) for frame in range(3)]
    archive, _ = exported(alice, task, "Ultralytics YOLO Detection 1.0", save_images=True)
    assert archive.read("val.txt").decode().splitlines()[2] == "images/val/two.jpg"
    assert archive.read("labels/val/two.txt").decode() == "1 0.2 0.5 0.2 0.5\n"
    assert "val: val.txt" in archive.read("data.yaml").decode() and "  1: 'person'" in archive.read("data.yaml").decode()
    assert imported(alice, task, archive.fp.getvalue()).status == "finished"  # type: ignore[union-attr]
    assert len(content(task.jobs.get())["shapes"]) == 3


def test_each_importer_takes_pre_annotations_and_ground_truth(alice: Any, fill: Fill) -> None:
    task = fill()
    everything(alice, task.jobs.get())
    for format in HOLDS:
        archive, _ = exported(alice, task, format)
        for kind in ImportedFrame.Kind.values:
            back = imported(alice, task, archive.fp.getvalue(), kind=kind, format=READ_BACK.get(format, format))  # type: ignore[union-attr]
            assert back.status == "finished", (format, back.message, back.errors)
            assert ImportedFrame.objects.filter(task=task, kind=kind).exclude(shapes=[], tags=[]).exists(), format


def test_formats_of_datumaro_without_it_say_how_to_install_it(alice: Any, fill: Fill, settings: Any, client: Any) -> None:
    settings.DATUMARO_PYTHON = "/nowhere/bin/python"
    task = fill(count=1)
    client.force_login(alice)
    answer = client.post(f"/api/tasks/{task.pk}/dataset/export?format=LabelMe 3.0")
    assert (answer.status_code, "bin/formats" in answer.json()["format"][0]) == (400, True)
    formats = client.get("/api/server/annotation/formats").json()
    enabled = {entry["name"]: entry["enabled"] for entry in formats["exporters"]}
    assert (enabled["YOLO 1.1"], enabled["LabelMe 3.0"]) == (True, False)
    assert {entry["name"]: entry["enabled"] for entry in formats["importers"]}["Open Images V6 1.0"] is False
    assert "LabelMe" not in client.get(f"/tasks/{task.pk}/export").content.decode().split("<select")[1].split("</select")[0]


@BRIDGED
@pytest.mark.parametrize(("format", "kinds"), [
    ("Segmentation mask 1.1", {"mask"}), ("LabelMe 3.0", {"rectangle", "polygon", "mask"}),
    ("Open Images V6 1.0", {"rectangle", "mask"})])
def test_formats_of_datumaro_go_out_and_in(alice: Any, fill: Fill, format: str, kinds: set[str]) -> None:
    task = fill()
    job = task.jobs.get()
    everything(alice, job)
    archive, request = exported(alice, task, format, save_images=True)
    assert any("polyline" in sentence for sentence in request.warnings)
    assert sum(name.endswith(".jpg") for name in archive.namelist()) == 3
    back = imported(alice, task, archive.fp.getvalue(), format=format, leave_out=True)  # type: ignore[union-attr]
    assert back.status == "finished", (back.message, back.errors)
    assert {shape["type"] for shape in content(job)["shapes"]} == kinds


@BRIDGED
def test_what_datumaro_cannot_read_is_a_sentence(alice: Any, fill: Fill) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("annotations/x.csv", "nonsense")
    back = imported(alice, fill(count=1), made.getvalue(), format="Open Images V6 1.0")
    assert back.status == "failed" and "Datumaro" in back.message
