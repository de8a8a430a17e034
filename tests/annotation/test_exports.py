"""Exports, read back by plain JSON and XML parsers."""
import io
import json
import zipfile
from typing import Any
from xml.etree import ElementTree

import pytest

from annotation import runner
from annotation.models import Job, Project, Request, Task
from annotation.services import annotations, exports, jobs
from annotation.shapes.outlines import mask_to_coco
from tests.annotation.conftest import Fill
from tests.annotation.pictures import picture

pytestmark = pytest.mark.django_db


def exported(actor: Any, target: Project | Task, format: str, **arguments: Any) -> tuple[zipfile.ZipFile, Request]:
    request = exports.start_export(actor=actor, project_or_task=target, format=format, **arguments)
    runner.run(str(request.pk))
    request.refresh_from_db()
    assert request.status == "finished", request.message
    return zipfile.ZipFile(io.BytesIO(request.result.read())), request


def coco(archive: zipfile.ZipFile) -> dict[str, Any]:
    return json.loads(archive.read("annotations/instances_default.json"))


def cvat(archive: zipfile.ZipFile) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read("annotations.xml"))


def everything(alice: Any, job: Job) -> dict[str, Any]:
    """One of each kind on the job's frames."""
    labels = {label.name: label for label in job.task.project.labels.all()}
    specs = {attribute.name: attribute.pk for attribute in labels["car"].attributes.all()}
    car = labels["car"].pk
    given = [
        {"type": "rectangle", "frame": 0, "points": [10, 20, 30, 60], "occluded": True, "z_order": 3, "group": 2, "attributes": [
            {"spec_id": specs["parked"], "value": "true"}, {"spec_id": specs["doors"], "value": "3"},
            {"spec_id": specs["plate"], "value": "<&\">\u0001 é"}]},
        {"type": "rectangle", "frame": 0, "points": [10, 20, 30, 40], "rotation": 90},
        {"type": "polygon", "frame": 1, "points": [0, 0, 10, 0, 10, 10.5, 0, 10.5]},
        {"type": "polyline", "frame": 1, "points": [1, 1, 5, 5]}, {"type": "points", "frame": 1, "points": [5, 6, 7, 8]},
        {"type": "ellipse", "frame": 2, "points": [50, 40, 70, 30]}, {"type": "mask", "frame": 2, "points": [1, 2, 1, 10, 10, 11, 11]}]
    return annotations.replace_data(actor=alice, job=job, data={
        "shapes": [{**shape, "label_id": car} for shape in given], "tags": [{"frame": 1, "label_id": labels["night"].pk}]})


def test_coco_holds_boxes_polygons_masks_and_answers(alice: Any, fill: Fill) -> None:
    task = fill()
    everything(alice, task.jobs.get())
    archive, request = exported(alice, task, "COCO 1.0", save_images=True)
    data = coco(archive)
    assert [(image["id"], image["file_name"], image["width"], image["height"]) for image in data["images"]] == [
        (1, "0.jpg", 100, 80), (2, "1.jpg", 100, 80), (3, "2.jpg", 100, 80)]
    assert [(category["id"], category["name"]) for category in data["categories"]] == [(1, "car"), (2, "person"), (3, "night")]
    box, turned, polygon, points, ellipse, mask = data["annotations"]
    assert [annotation["id"] for annotation in data["annotations"]] == [1, 2, 3, 4, 5, 6]
    assert (box["bbox"], box["area"], box["image_id"], box["category_id"], box["iscrowd"]) == ([10, 20, 20, 40], 800, 1, 1, 0)
    assert box["segmentation"] == [[10, 20, 30, 20, 30, 60, 10, 60]]
    assert box["attributes"] == {"occluded": True, "parked": True, "doors": 3, "plate": "<&\">\u0001 é"}
    assert (turned["bbox"], turned["area"]) == ([10, 20, 20, 20], 400)
    assert (polygon["bbox"], polygon["area"], polygon["segmentation"]) == ([0, 0, 10, 10.5], 105, [[0, 0, 10, 0, 10, 10.5, 0, 10.5]])
    assert (points["keypoints"], points["num_keypoints"]) == ([5, 6, 2, 7, 8, 2], 2)
    assert ellipse["area"] == pytest.approx(3.14159 * 20 * 10, rel=0.01)
    assert ellipse["bbox"] == pytest.approx([30, 30, 40, 20], abs=0.1)
    assert (mask["bbox"], mask["area"], sum(mask["segmentation"]["counts"])) == ([10, 10, 2, 2], 2, 8000)
    assert archive.read("images/0.jpg") == picture(100, 80)
    report = json.loads(archive.read("report.json"))
    assert report["notes"] == request.warnings
    for word in ("polyline", "tag", "turned", "keypoints", "z-order", "group", "ellipse"):
        assert any(word in sentence for sentence in request.warnings), word


@pytest.mark.parametrize(("box", "rows"), [
    ((0, 0, 3, 2), ["1000", "1100", "0011"]), ((2, 1, 3, 2), ["11", "11"]), ((3, 0, 3, 2), ["1", "0", "1"]), ((0, 2, 3, 2), ["0110"]),
    ((1, 1, 2, 1), ["01"])])
def test_masks_become_coco_run_lengths(box: tuple[int, int, int, int], rows: list[str]) -> None:
    flat = "".join(rows)
    runs, bit, run = [], "0", 0
    for cell in flat:
        if cell != bit:
            runs.append(run)
            bit, run = cell, 0
        run += 1
    counts, bounds, area = mask_to_coco([float(n) for n in [*runs, run, *box]], 4, 3)
    pixels = "".join(str(number % 2) * count for number, count in enumerate(counts["counts"]))
    left, top = box[:2]
    expected = "".join("1" if top <= y < top + len(rows) and left <= x < left + len(rows[0]) and rows[y - top][x - left] == "1" else "0"
                       for x in range(4) for y in range(3))
    assert pixels == expected
    assert area == flat.count("1")
    assert bounds[:2] == [left, top]


def test_cvat_xml_holds_everything(alice: Any, fill: Fill) -> None:
    task = fill()
    everything(alice, task.jobs.get())
    archive, request = exported(alice, task, "CVAT for images 1.1")
    root = cvat(archive)
    assert root.findtext("version") == "1.1"
    assert root.findtext("meta/task/name") == "Monday"
    assert [label.findtext("name") for label in root.findall("meta/task/labels/label")] == ["car", "person", "night"]
    assert root.findtext("meta/task/labels/label/attributes/attribute[2]/values") == "1\n5\n1"
    images = root.findall("image")
    assert [(image.get("id"), image.get("name"), image.get("width")) for image in images] == [
        ("0", "0.jpg", "100"), ("1", "1.jpg", "100"), ("2", "2.jpg", "100")]
    box, turned = images[0].findall("box")
    assert [box.get(key) for key in ("label", "xtl", "ytl", "xbr", "ybr", "occluded", "z_order", "group_id", "rotation", "source")] == [
        "car", "10.0", "20.0", "30.0", "60.0", "1", "3", "2", None, "manual"]
    assert {attribute.get("name"): attribute.text for attribute in box} == {"parked": "true", "doors": "3", "plate": "<&\">\ufffd é"}
    assert turned.get("rotation") == "90.0"
    assert images[1].find("polygon").get("points") == "0.0,0.0;10.0,0.0;10.0,10.5;0.0,10.5"
    assert images[1].find("polyline") is not None and images[1].find("points").get("points") == "5.0,6.0;7.0,8.0"
    assert images[1].find("tag").get("label") == "night"
    ellipse, mask = images[2].find("ellipse"), images[2].find("mask")
    assert [ellipse.get(key) for key in ("cx", "cy", "rx", "ry")] == ["50.0", "40.0", "20.0", "10.0"]
    assert [mask.get(key) for key in ("rle", "left", "top", "width", "height")] == ["1, 2, 1", "10", "10", "2", "2"]
    assert archive.namelist() == ["annotations.xml", "report.json"]
    assert request.warnings == []


def box(job: Job, frame: int, x: float = 1) -> dict[str, Any]:
    return {"type": "rectangle", "frame": frame, "label_id": job.task.project.labels.first().pk, "points": [x, 1, x + 5, 9]}


def test_shared_frames_are_written_once_and_equal_shapes_too(alice: Any, fill: Fill) -> None:
    task = fill(count=5, segment_size=3, frame_overlap=1)
    first, second = task.jobs.all()
    annotations.replace_data(actor=alice, job=first, data={"shapes": [box(first, 2), box(first, 2, 30)]})
    annotations.replace_data(actor=alice, job=second, data={"shapes": [box(second, 2), box(second, 2, 60), box(second, 4)]})
    data = coco(exported(alice, task, "COCO 1.0")[0])
    assert len(data["images"]) == 5
    assert [(entry["image_id"], entry["bbox"][0]) for entry in data["annotations"]] == [(3, 1), (3, 30), (3, 60), (5, 1)]


def accept(job: Job) -> None:
    jobs.begin_attempt(job=job, attempt=f"A{job.pk}", worker="W")
    jobs.mark_submitted(job=job)
    jobs.mark_accepted(job=job)


def test_of_a_crowds_task_only_accepted_jobs_are_exported(alice: Any, fill: Fill) -> None:
    crowd, own = fill(count=4, segment_size=2, name="crowd"), fill(count=1, name="own")
    first, second = crowd.jobs.all()
    accept(first)
    jobs.begin_attempt(job=second, attempt="B", worker="W")
    jobs.mark_submitted(job=second)
    assert [image["file_name"] for image in coco(exported(alice, crowd, "COCO 1.0")[0])["images"]] == ["0.jpg", "1.jpg"]
    assert len(coco(exported(alice, crowd, "COCO 1.0", only_accepted=False)[0])["images"]) == 4
    assert len(coco(exported(alice, own, "COCO 1.0")[0])["images"]) == 1
    assert len(coco(exported(alice, own, "COCO 1.0", only_accepted=True)[0])["images"]) == 0
    archive, request = exported(alice, own, "CVAT for images 1.1", only_accepted=True)
    assert cvat(archive).findall("image") == []
    assert "no job is accepted yet" in request.warnings[0]


def test_in_a_project_equal_names_of_two_tasks_are_kept_apart(alice: Any, project: Project, fill: Fill) -> None:
    first, second = fill(count=2, name="one"), fill({"0.jpg": picture(), "other.jpg": picture()}, name="two")
    annotations.replace_data(actor=alice, job=second.jobs.get(), data={"shapes": [box(second.jobs.get(), 1)]})
    archive, _ = exported(alice, project, "COCO 1.0", save_images=True)
    data = coco(archive)
    names = [f"task_{first.pk}/0.jpg", "1.jpg", f"task_{second.pk}/0.jpg", "other.jpg"]
    assert [image["file_name"] for image in data["images"]] == names
    assert data["annotations"][0]["image_id"] == 4
    assert set(archive.namelist()) >= {f"images/{name}" for name in names}
    images = cvat(exported(alice, project, "CVAT for images 1.1")[0]).findall("image")
    assert [(image.get("id"), image.get("task_id")) for image in images] == [
        ("0", str(first.pk)), ("1", str(first.pk)), ("2", str(second.pk)), ("3", str(second.pk))]


def test_an_export_of_nothing_is_a_valid_file(alice: Any, project: Project) -> None:
    assert coco(exported(alice, project, "COCO 1.0")[0])["images"] == []
    assert cvat(exported(alice, project, "CVAT for images 1.1")[0]).findall("image") == []
