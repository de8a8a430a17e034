"""Importing shapes: everything or nothing, in one moment, whatever the file holds and whoever kills the worker."""
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from annotation import runner, tidying
from annotation.errors import Forbidden, Refused
from annotation.formats import importing
from annotation.models import ImportedFrame, Project, Request, Task
from annotation.services import annotations, exports, imports, projects, tasks
from tests.annotation.conftest import Fill
from tests.annotation.filling import stored_files
from tests.annotation.pictures import picture
from tests.annotation.test_exports import everything, exported
from tests.annotation.test_readers import coco as coco_of, zipped

pytestmark = pytest.mark.django_db
TRUTH, START = ImportedFrame.Kind.GROUND_TRUTH, ImportedFrame.Kind.PREANNOTATION
BOX = {"bbox": [10, 10, 20, 20]}


def coco(*entries: Any, name: str = "0.jpg", **sections: Any) -> bytes:
    """One image of 100 x 80 pixels."""
    return coco_of(*entries, **{"images": [{"id": 1, "file_name": name, "width": 100, "height": 80}], **sections})


def started(actor: Any, task: Task, data: bytes, *, kind: str = TRUTH, name: str = "f.json", **arguments: Any) -> Request:
    return imports.start_import(actor=actor, task=task, kind=kind, file=ContentFile(data, name=name), **arguments)


def imported(actor: Any, task: Task, data: bytes, **arguments: Any) -> Request:
    request = started(actor, task, data, **arguments)
    runner.run(str(request.pk))
    request.refresh_from_db()
    assert [path for path in stored_files() if "imports" in path] == [], "the file goes when the request is settled"
    return request


def stored(task: Task, kind: str = TRUTH) -> dict[int, tuple[list[Any], list[Any]]]:
    return {row.frame: (row.shapes, row.tags) for row in ImportedFrame.objects.filter(task=task, kind=kind)}


def essence(things: list[dict[str, Any]], *without: str) -> list[dict[str, Any]]:
    """Without what belongs to a job or to CVAT's flat lists."""
    return [{name: [pytest.approx(value, abs=1e-4) for value in thing[name]] if name == "points" else thing[name]
             for name in thing if name not in ("id", "frame", "outside", "elements", *without)} for thing in things]


@pytest.fixture
def task(fill: Fill) -> Task:
    return fill(count=3)


def test_what_was_exported_as_cvat_comes_back_as_it_was(alice: Any, task: Task) -> None:
    data = everything(alice, task.jobs.get())
    archive, _ = exported(alice, task, "CVAT for images 1.1", save_images=True)
    request = imported(alice, task, archive.fp.getvalue(), name="task.zip")  # type: ignore[union-attr]
    assert (request.status, request.message) == ("finished", "7 shapes and 1 tag on 3 frames."), request.errors
    assert request.warnings == []
    for shape in data["shapes"]:
        for answer in shape["attributes"]:
            answer["value"] = answer["value"].replace("\x01", "\ufffd")  # no place in XML
    for frame, (shapes, tags) in stored(task).items():
        assert shapes and [thing["id"] for thing in (*shapes, *tags)] == list(range(1, len(shapes) + len(tags) + 1))
        assert essence(shapes) == essence([shape for shape in data["shapes"] if shape["frame"] == frame])
        assert essence(tags) == essence([tag for tag in data["tags"] if tag["frame"] == frame])


def test_what_was_exported_as_coco_comes_back_as_far_as_coco_holds_it(alice: Any, task: Task) -> None:
    data = everything(alice, task.jobs.get())
    archive, _ = exported(alice, task, "COCO 1.0")
    request = imported(alice, task, archive.read("annotations/instances_default.json"))
    assert request.status == "finished", request.errors
    box, turned, _polygon, _line, points, ellipse, mask = data["shapes"]
    first, second, third = (shapes for shapes, _ in stored(task).values())
    lost = ("z_order", "group", "source")
    assert essence(first[:1], *lost) == essence([box], *lost)
    assert (first[1]["type"], len(first[1]["points"])) == ("rectangle", 4), "a quarter turn is an upright box again"
    assert turned["rotation"] == 90 and first[1]["points"] == [10, 20, 30, 40]
    # COCO cannot tell a rectangle from a polygon that is its own box.
    assert (second[0]["type"], second[0]["points"]) == ("rectangle", [0, 0, 10, 10.5])
    assert essence(second[1:], *lost) == essence([points], *lost)
    assert third[0]["type"] == "polygon" and len(third[0]["points"]) == 128 and ellipse["type"] == "ellipse"
    assert essence(third[1:], *lost) == essence([mask], *lost)


def test_a_projects_export_goes_into_each_of_its_tasks(alice: Any, project: Project, fill: Fill) -> None:
    first, second = fill(count=2, name="one"), fill({"0.jpg": picture(), "other.jpg": picture()}, name="two")
    label = project.labels.first().pk
    for task, x in ((first, 1), (second, 2)):
        annotations.replace_data(actor=alice, job=task.jobs.get(), data={"shapes": [
            {"type": "rectangle", "frame": 0, "label_id": label, "points": [x, 1, 9, 9]}]})
    for format_ in ("COCO 1.0", "CVAT for images 1.1"):
        data = exported(alice, project, format_)[0].fp.getvalue()  # type: ignore[union-attr]
        for task, x in ((first, 1.0), (second, 2.0)):
            request = imported(alice, task, data, name="p.zip")
            assert request.status == "finished", request.errors
            assert request.warnings == ["2 images of other tasks of this project were passed over."]
            assert {frame: [shape["points"] for shape in shapes] for frame, (shapes, _) in stored(task).items()} == {
                0: [[x, 1, 9, 9]], 1: []}


@pytest.mark.parametrize(("data", "words"), [
    (coco(BOX, categories=[{"id": 3, "name": "dog"}]), "0.jpg, annotation 7: the project has no label “dog”."),
    (coco(BOX, categories=[{"id": 3, "name": "night"}]), "0.jpg, annotation 7: the label “night” is for tag only."),
    (coco(BOX, name="x.jpg"), "“x.jpg”: no frame of this task has this name."),
    (coco({"bbox": [90, 10, 20, 20]}), "0.jpg, annotation 7: x = 110 lies outside the image (100 x 80 pixels)."),
    (coco({"bbox": [1e308, 10, 1e308, 20]}), "annotation 7: every entry is a finite number."),
    (coco({"segmentation": [[1, 1, 5, 5]]}), "a polygon needs x y pairs, at least 3; these are 4 numbers."),
    (coco({"segmentation": {"counts": [0, 4], "size": [2, 2]}}), "run lengths are of a picture of 2 x 2 pixels, the frame has 100 x 80."),
    (coco({**BOX, "attributes": {"wheels": 4}}), "the label “car” has no attribute “wheels”."),
    (coco({**BOX, "attributes": {"doors": 9}}), "doors: “9” is not a number from 1 to 5."),
    (coco({**BOX, "attributes": {"plate": "a\x00"}}), "plate: the answer has characters that cannot be stored."),
    (coco({**BOX, "attributes": {"rotation": "much"}}), "rotation is degrees from 0 to 360."),
    (coco(BOX, images=[{"id": 1, "file_name": "0.jpg", "width": 80, "height": 100}]), "says 80 x 100 pixels, the frame has 100 x 80"),
    (coco(BOX, images=[{"id": 1, "file_name": "a/0.jpg"}, {"id": 2, "file_name": "b/0.jpg"}]), "another image of the file is this frame"),
    (coco({**BOX, "image_id": 5}), "annotation 7: its image_id is not in the list of images.")])
def test_what_does_not_fit_is_told_and_changes_nothing(alice: Any, task: Task, data: bytes, words: str) -> None:
    assert imported(alice, task, coco(BOX)).status == "finished"
    before = stored(task)
    request = imported(alice, task, data)
    assert request.status == "failed" and "nothing was imported and what was there stays" in request.message
    assert len(request.errors) == 1 and words in request.errors[0], request.errors
    assert stored(task) == before and before[0][0][0]["source"] == "file"


def test_the_rest_is_stored_when_misfits_may_be_left_out(alice: Any, task: Task) -> None:
    data = coco(BOX, {**BOX, "category_id": 4}, {"bbox": [500, 0, 5, 5]}, {**BOX, "attributes": {"doors": 9, "make": "VW"}},
                {**BOX, "image_id": 2}, categories=[{"id": 3, "name": "car"}, {"id": 4, "name": "dog"}],
                images=[{"id": 1, "file_name": "photos/0.jpg"}, {"id": 2, "file_name": "x.jpg"}])
    request = imported(alice, task, data, kind=START, leave_out=True)
    assert (request.status, request.message) == ("finished", "2 shapes and 0 tags on 1 frame. 4 things did not fit and are left out.")
    assert [sentence.split(": ")[0] for sentence in request.warnings] == [*["0.jpg, annotation 7"] * 3, "“x.jpg”"]
    shapes, _ = stored(task, START)[0]
    assert [shape["attributes"] for shape in shapes] == [[], [{"spec_id": shapes[1]["attributes"][0]["spec_id"], "value": "VW"}]]
    nothing = imported(alice, task, coco({"bbox": [500, 0, 5, 5]}), kind=START, leave_out=True)
    assert nothing.status == "failed" and "Nothing in the file fits" in nothing.message
    nowhere = imported(alice, task, coco(BOX, name="x.jpg"), kind=START, leave_out=True)
    assert nowhere.status == "failed" and "No image of the file is a frame" in nowhere.message
    assert len(stored(task, START)) == 1


def test_a_file_that_cannot_be_read_fails_with_its_name(alice: Any, task: Task) -> None:
    request = imported(alice, task, b"\x89PNG", name="\u202ebad.json")
    assert request.status == "failed" and request.message.startswith("bad.json is neither COCO"), request.message
    assert "holds COCO 1.0, not CVAT 1.1" in imported(alice, task, coco(BOX), format="CVAT 1.1").message


def test_limits_are_sentences(alice: Any, task: Task, settings: Any) -> None:
    settings.IMPORT_MAX_SHAPES = 2
    assert "has more than 2 shapes and tags" in imported(alice, task, coco(BOX, BOX, BOX)).message
    settings.IMPORT_MAX_MASK_PIXELS = 10
    mask = {"segmentation": {"counts": [0, 8000], "size": [80, 100]}}
    assert "masks that are too large together" in imported(alice, task, coco(mask)).message
    bomb = zipped(("a.json", b" " * 3000))
    settings.IMPORT_MAX_BYTES = 2000
    assert "f.zip has 3,000 bytes of annotations; at most 2,000" in imported(alice, task, bomb, name="f.zip").message
    with pytest.raises(ValidationError, match="at most 2,000 are allowed"):
        started(alice, task, b" " * 3000)
    assert stored(task) == {}


class Died(BaseException):
    """Stands for SIGKILL: nothing of ours may catch it and tidy up."""


@pytest.mark.parametrize("moment", ["while reading", "among the rows", "at the end"])
def test_a_worker_that_is_killed_leaves_the_old_ones_and_the_next_run_ends_it(
        alice: Any, task: Task, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    imported(alice, task, coco(BOX))
    before = stored(task)
    request = started(alice, task, coco({"bbox": [1, 1, 5, 5]}, BOX))
    target = {"while reading": (importing.Reading, "_object"), "among the rows": (type(ImportedFrame.objects), "bulk_create"),
              "at the end": (runner.Run, "finish")}[moment]

    def dies(*arguments: Any, **names: Any) -> None:
        raise Died

    with monkeypatch.context() as patch, pytest.raises(Died):
        patch.setattr(*target, dies)
        runner.run(str(request.pk))
    assert stored(task) == before
    Request.objects.filter(pk=request.pk).update(heartbeat=timezone.now() - timedelta(seconds=runner.STALE_SECONDS + 1))
    runner.run(str(request.pk))
    request.refresh_from_db()
    assert (request.status, request.run, len(stored(task)[0][0])) == ("finished", 2, 2)


def test_a_run_that_was_taken_over_or_whose_labels_changed_writes_nothing(
        alice: Any, task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importing._replace

    def changed(run: Any, *arguments: Any) -> None:
        labels = [{"name": name} for name in ("car", "person", "night", "new")]
        projects.set_labels(actor=alice, project=task.project, labels=labels)
        real(run, *arguments)

    monkeypatch.setattr(importing, "_replace", changed)
    assert "labels were changed while the file was read" in imported(alice, task, coco(BOX)).message

    def overtaken(run: Any, *arguments: Any) -> None:
        Request.objects.filter(pk=run.request.pk).update(run=run.request.run + 1)
        real(run, *arguments)

    monkeypatch.setattr(importing, "_replace", overtaken)
    request = started(alice, task, coco(BOX))
    runner.run(str(request.pk))
    request.refresh_from_db()
    assert request.status == "started" and stored(task) == {}
    assert default_storage.exists(request.params["file"]), "the other run needs the file"


def test_one_import_of_a_kind_at_a_time_and_nothing_is_left_of_those_refused(alice: Any, rita: Any, task: Task) -> None:
    request = started(alice, task, coco(BOX))
    with pytest.raises(Refused, match="under way"):
        started(alice, task, coco(BOX))
    with pytest.raises(Refused, match="under way"):
        imports.remove_imported(actor=alice, task=task, kind=TRUTH)
    with pytest.raises(Forbidden):
        started(rita, task, coco(BOX))
    empty = tasks.create_task(actor=alice, project=task.project, name="empty")
    with pytest.raises(Refused, match="no images yet"):
        started(alice, empty, coco(BOX))
    for wrong in ({"kind": "mine"}, {"format": "YOLO"}):
        with pytest.raises(ValidationError):
            started(alice, task, coco(BOX), **wrong)
    with pytest.raises(ValidationError):
        started(alice, task, b"")
    assert [path for path in stored_files() if "imports" in path] == [request.params["file"]]
    assert started(alice, task, coco(BOX), kind=START).status == "queued", "the other kind does not wait"


def test_both_kinds_are_counted_replaced_and_removed_apart(alice: Any, task: Task) -> None:
    first = imported(alice, task, coco(BOX, BOX, images=[{"id": n, "file_name": f"{n - 1}.jpg"} for n in (1, 2)]))
    imported(alice, task, coco(BOX), kind=START)
    counts = imports.imported_of(task=task)
    assert counts[TRUTH][:4] == (2, 2, 0, first) and counts[START][:3] == (1, 1, 0)
    failed = imported(alice, task, b"{}")
    assert imports.imported_of(task=task)[TRUTH][:5] == (2, 2, 0, first, failed)
    assert imports.remove_imported(actor=alice, task=task, kind=TRUTH) == 2
    counts = imports.imported_of(task=task)
    assert counts[TRUTH][:4] == (0, 0, 0, None) and counts[START].frames == 1


def test_files_whose_import_never_began_are_tidied_away(alice: Any, task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    path = default_storage.save(f"tasks/{task.pk}/imports/lost", ContentFile(b"x"))
    tidying.tidy()
    assert default_storage.exists(path), "it may be on its way"
    monkeypatch.setattr(tidying, "UPLOAD_DAYS", -1)
    request = started(alice, task, coco(BOX))
    tidying.tidy()
    assert default_storage.exists(path) and default_storage.exists(request.params["file"])
    runner.run(str(request.pk))
    tidying.tidy()
    assert not default_storage.exists(path)


def test_an_export_is_still_an_export(alice: Any, task: Task) -> None:
    request = exports.start_export(actor=alice, project_or_task=task, format="COCO 1.0")
    runner.run(str(request.pk))
    request.refresh_from_db()
    with zipfile.ZipFile(io.BytesIO(request.result.read())) as archive:
        assert json.loads(archive.read("annotations/instances_default.json"))["annotations"] == []
