"""A frame that needs no shape: somebody looked and says so. From the editor's API to snapshots, exports, CVAT's API and the job page."""
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotation.models import EditorSession, FrameAnnotation, Job, Snapshot
from annotation.services import annotations, jobs, shapes
from annotation.shapes import digest_of
from tests.annotation.conftest import Fill
from tests.annotation.test_exports import coco, cvat, exported
from tests.annotation.test_saving import Desk

pytestmark = pytest.mark.django_db
NOTHING = {"shapes": [], "tags": [], "nothing_here": True}


@pytest.fixture
def job(fill: Fill) -> Job:
    return fill(count=3).jobs.get()


@pytest.fixture
def desk(job: Job) -> Desk:
    return Desk(job, deadline=timezone.now() + timedelta(minutes=10))


@pytest.fixture
def revision(desk: Desk) -> int:
    return desk.get("annotations").json()["revision"]


def test_a_marked_frame_comes_back_and_other_frames_do_not_name_the_mark(desk: Desk, revision: int) -> None:
    assert desk.save(revision, {"0": NOTHING, "1": {"shapes": [desk.box()], "tags": [], "nothing_here": False}}).status_code == 200
    for frames in (desk.get("annotations").json()["frames"], desk.get("job").json()["annotations"]["frames"]):
        assert frames["0"] == NOTHING
        assert set(frames["1"]) == {"shapes", "tags"}
        assert "2" not in frames


def test_the_mark_goes_when_something_is_drawn_and_when_it_is_taken_back(desk: Desk, revision: int) -> None:
    desk.save(revision, {"0": NOTHING, "1": NOTHING})
    desk.save(revision + 1, {"0": {"shapes": [desk.box()], "tags": []}, "1": {"shapes": [], "tags": []}})
    frames = desk.get("annotations").json()["frames"]
    assert set(frames) == {"0"} and "nothing_here" not in frames["0"]
    assert not FrameAnnotation.objects.filter(nothing_here=True).exists()


@pytest.mark.parametrize("value, with_shape, sentence", [
    ("yes", False, "is true or false."), (1, False, "is true or false."), (None, False, "is true or false."),
    (True, True, "only a frame without shapes and tags can have nothing on it.")])
def test_a_mark_that_cannot_be_is_refused_with_its_path(desk: Desk, revision: int, value: Any, with_shape: bool, sentence: str) -> None:
    content = {"shapes": [desk.box()] if with_shape else [], "tags": [], "nothing_here": value}
    answer = desk.save(revision, {"0": NOTHING, "1": content})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"frames.1.nothing_here": sentence}
    assert not FrameAnnotation.objects.exists(), "nothing of the request is stored"


def test_a_tag_and_the_mark_exclude_each_other(desk: Desk, revision: int) -> None:
    answer = desk.save(revision, {"1": {**NOTHING, "tags": [{"label_id": desk.labels["night"].pk}]}})
    assert list(answer.json()["errors"]) == ["frames.1.nothing_here"]


def test_the_mark_is_in_the_snapshot_and_snapshots_without_it_keep_their_digest(desk: Desk, job: Job, revision: int) -> None:
    desk.save(revision, {"0": NOTHING, "1": {"shapes": [desk.box()], "tags": []}})
    answer = desk.submit(revision + 1).json()
    snapshot = Snapshot.objects.get(job=job, reason="submitted")
    assert snapshot.data["frames"]["0"] == NOTHING
    assert set(snapshot.data["frames"]["1"]) == {"shapes", "tags"}, "as before the mark was known"
    assert answer["digest"] == digest_of(snapshot.data) and snapshot.shape_count == 1


def test_an_attempt_that_comes_back_gets_its_marks_again(job: Job) -> None:
    jobs.begin_attempt(job=job, attempt="A", worker="W")
    shapes.save_frames(job=job, revision=job.revision, frames={"2": NOTHING}, session=EditorSession(mode="toloker", attempt="A"))
    jobs.begin_attempt(job=job, attempt="B", worker="W2")
    assert shapes.frames_of(job=job) == {} and Snapshot.objects.get().data == {"frames": {"2": NOTHING}}
    jobs.begin_attempt(job=job, attempt="A", worker="W")
    assert shapes.frames_of(job=job) == {"2": NOTHING}


def test_exports_list_a_marked_image_without_objects(alice: Any, job: Job) -> None:
    shapes.save_frames(job=job, revision=0, frames={"1": NOTHING})
    data = coco(exported(alice, job.task, "COCO 1.0")[0])
    assert len(data["images"]) == 3 and data["annotations"] == []
    images = cvat(exported(alice, job.task, "CVAT for images 1.1")[0]).findall("image")
    assert [len(image) for image in images] == [0, 0, 0]


def test_cvats_programs_keep_marks_on_frames_that_they_leave_alone(alice: Any, job: Job) -> None:
    shapes.save_frames(job=job, revision=0, frames={"0": NOTHING, "1": NOTHING})
    box = {"type": "rectangle", "frame": 1, "label_id": job.task.project.labels.get(name="car").pk, "points": [1, 1, 9, 9]}
    stored = annotations.change_data(actor=alice, job=job, action="create", data={"shapes": [box]})
    assert [shape["frame"] for shape in stored["shapes"]] == [1]
    frames = shapes.frames_of(job=job)
    assert frames["0"] == NOTHING and "nothing_here" not in frames["1"]
    annotations.replace_data(actor=alice, job=job, data={"shapes": [], "tags": []})
    assert shapes.frames_of(job=job) == {"0": NOTHING}


def test_the_job_page_tells_nothing_here_from_not_looked_at(client: Client, alice: Any, job: Job) -> None:
    shapes.save_frames(job=job, revision=0, frames={"0": NOTHING})
    client.force_login(alice)
    looked_at, not_yet = (client.get(f"/jobs/{job.pk}?frame={number}").content.decode() for number in (0, 1))
    assert "<strong>Nothing here</strong>: the annotator looked" in looked_at and "1 of 3 frames are done." in looked_at
    assert "Nothing here" not in not_yet and "nobody said that it needs nothing" in not_yet
    jobs.begin_attempt(job=job, attempt="A", worker="W")
    snapshot = Snapshot.objects.get()
    assert "the annotator looked" in client.get(f"/jobs/{job.pk}?frame=0&snapshot={snapshot.pk}").content.decode()
