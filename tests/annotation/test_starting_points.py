"""Who sees what was imported into a task: pre-annotations are where a job starts, the ground truth is read beside it."""
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotation.errors import InvalidAnnotations, Refused
from annotation.models import EditorSession, FrameAnnotation, ImportedFrame, Job, Snapshot, Task
from annotation.services import annotations, editor, imports, jobs, projects, shapes
from annotation.services.attempts import Move, settle_attempts
from tests.annotation.conftest import Fill

pytestmark = pytest.mark.django_db
TRUTH, START = ImportedFrame.Kind.GROUND_TRUTH, ImportedFrame.Kind.PREANNOTATION


def test_a_job_reads_what_was_imported_for_its_frames_only(fill: Fill) -> None:
    task = fill(count=4, segment_size=2)
    first, second = task.jobs.all()
    shape = {"id": 1, "type": "rectangle", "label_id": task.project.labels.first().pk, "points": [1.0, 1.0, 9.0, 9.0]}
    for frame, drawn in ((0, [shape]), (2, []), (3, [shape])):
        ImportedFrame.objects.create(task=task, kind=TRUTH, frame=frame, shapes=drawn)
    ImportedFrame.objects.create(task=task, kind=START, frame=1, tags=[{"id": 1, "label_id": 5}])
    assert imports.imported_frames_of(job=first, kind=TRUTH) == {"0": {"shapes": [shape], "tags": []}}
    assert imports.imported_frames_of(job=second, kind=TRUTH) == {
        "2": {"shapes": [], "tags": [], "nothing_here": True}, "3": {"shapes": [shape], "tags": []}}
    assert imports.imported_frames_of(job=first, kind=START) == {"1": {"shapes": [], "tags": [{"id": 1, "label_id": 5}]}}


@pytest.fixture
def shown(fill: Fill) -> Task:
    """Two jobs of two frames; a box on frame 0 and a tag on frame 3 to start with."""
    task = fill(count=4, segment_size=2)
    labels = {label.name: label.pk for label in task.project.labels.all()}
    box = {"id": 1, "type": "rectangle", "label_id": labels["car"], "points": [1.0, 1.0, 9.0, 9.0], "rotation": 0.0, "occluded": False,
           "z_order": 0, "group": 0, "source": "file", "attributes": []}
    tag = {"id": 1, "label_id": labels["night"], "group": 0, "source": "file", "attributes": []}
    for frame, drawn, tags in ((0, [box, {**box, "id": 2}], []), (1, [], []), (3, [], [tag])):
        ImportedFrame.objects.create(task=task, kind=START, frame=frame, shapes=drawn, tags=tags)
    Task.objects.filter(pk=task.pk).update(show_preannotations=True)
    return task


def taken(job: Job, attempt: str = "A") -> dict[str, Any]:
    jobs.begin_attempt(job=job, attempt=attempt, worker="W")
    return shapes.frames_of(job=job)


def test_a_fresh_attempt_starts_with_them_once_and_a_repeat_changes_nothing(shown: Task) -> None:
    job = shown.jobs.first()
    frames = taken(job)
    assert set(frames) == {"0"} and frames["0"]["starting_point"] is True
    assert [shape["id"] for shape in frames["0"]["shapes"]] == [1, 2] and job.last_object_id == 2
    revision = job.revision
    assert taken(job) == frames and job.revision == revision
    session = EditorSession(mode="toloker", attempt="A")
    shapes.save_frames(job=job, revision=revision, frames={"0": {"shapes": [], "tags": []}}, session=session)
    assert taken(job) == {}, "what the Toloker removed stays removed"


def test_a_reissued_job_starts_with_them_again_and_a_replaced_attempt_gets_its_own(shown: Task) -> None:
    job = shown.jobs.last()
    tag = taken(job)["3"]["tags"][0]
    shapes.save_frames(job=job, revision=job.revision, frames={"3": {"shapes": [], "tags": [{**tag, "id": None}]}},
                       session=EditorSession(mode="toloker", attempt="A"))
    assert taken(job, "B")["3"]["starting_point"] is True
    jobs.release_job(job=job, attempt="B")
    assert shapes.frames_of(job=job) == {}, "nobody's job holds nothing"
    assert taken(job, "C")["3"]["starting_point"] is True
    assert Snapshot.objects.get(attempt="B").data["frames"]["3"]["starting_point"] is True, "it tells that nobody checked"
    assert "starting_point" not in taken(job, "A")["3"]


def test_news_of_a_crowd_start_jobs_too_but_work_done_elsewhere_does_not(shown: Task) -> None:
    first, second = shown.jobs.all()
    settle_attempts(moves=[Move(first.pk, "A", "W", "begin"), Move(second.pk, "B", "W", "submitted")])
    assert set(shapes.frames_of(job=first)) == {"0"} and shapes.frames_of(job=second) == {}
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.attempt, first.state, second.attempt, second.stage) == ("A", "in progress", "B", "validation")
    settle_attempts(moves=[Move(first.pk, "A", "W", "begin")])
    assert taken(first)["0"]["starting_point"] is True


def test_nothing_is_put_there_unless_the_requester_says_so(shown: Task) -> None:
    Task.objects.update(show_preannotations=False)
    settle_attempts(moves=[Move(shown.jobs.first().pk, "A", "W", "begin")])
    assert taken(shown.jobs.last()) == {} and not FrameAnnotation.objects.exists()
    ImportedFrame.objects.update(kind=TRUTH)
    Task.objects.update(show_preannotations=True)
    assert taken(shown.jobs.first(), "B") == {}, "the ground truth is never shown"


def opened(job: Job, user: Any) -> dict[str, Any]:
    editor.open_session(job=job, mode="requester", user=user, expires_at=timezone.now() + timedelta(hours=1))
    return shapes.frames_of(job=job)


def test_a_requester_starts_a_new_job_with_them_but_never_over_work(alice: Any, shown: Task) -> None:
    first, second = shown.jobs.all()
    assert set(opened(first, alice)) == {"0"} and (first.state, first.revision) == ("new", 1)
    assert opened(first, alice)["0"]["starting_point"] is True and first.revision == 1
    shapes.save_frames(job=first, revision=1, frames={"0": {"shapes": [], "tags": []}})
    assert opened(first, alice) == {}
    shapes.save_frames(job=second, revision=0, frames={"2": {"shapes": [], "tags": [], "nothing_here": True}})
    assert set(opened(second, alice)) == {"2"}
    assert set(taken(first)) == {"0"}, "an attempt of the crowd's is fresh"


def test_marks_of_starting_points_are_kept_until_their_frame_changes(alice: Any, shown: Task) -> None:
    job = shown.jobs.first()
    frames = opened(job, alice)
    added = {"type": "rectangle", "frame": 1, "label_id": frames["0"]["shapes"][0]["label_id"], "points": [1, 1, 9, 9]}
    annotations.change_data(actor=alice, job=job, action="create", data={"shapes": [added]})
    assert shapes.frames_of(job=job)["0"]["starting_point"] is True, "CVAT's programs leave the frame alone"
    shapes.save_frames(job=job, revision=job.revision, frames={"0": {**frames["0"], "starting_point": False}})
    assert "starting_point" not in shapes.frames_of(job=job)["0"]


@pytest.mark.parametrize(("content", "sentence"), [
    ({"shapes": [], "tags": [], "starting_point": True}, "only a frame with shapes or tags can be a starting point."),
    ({"shapes": [], "tags": [], "starting_point": "yes"}, "is true or false.")])
def test_a_mark_that_cannot_be_is_refused(shown: Task, content: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidAnnotations) as refused:
        shapes.save_frames(job=shown.jobs.first(), revision=0, frames={"1": content})
    assert refused.value.errors == {"frames.1.starting_point": sentence}


def test_the_job_page_says_that_nobody_checked(client: Client, alice: Any, shown: Task) -> None:
    job = shown.jobs.first()
    opened(job, alice)
    client.force_login(alice)
    assert "nobody changed or confirmed it" in client.get(f"/jobs/{job.pk}?frame=0").content.decode()
    shapes.save_frames(job=job, revision=1, frames={"1": {"shapes": [], "tags": [], "nothing_here": True}})
    page = client.get(f"/jobs/{job.pk}?frame=1").content.decode()
    assert "1 of 2 frames are done" in page and "nobody changed" not in page
    taken(job)
    snapshot = Snapshot.objects.get()
    assert "nobody changed or confirmed it" in client.get(f"/jobs/{job.pk}?frame=0&snapshot={snapshot.pk}").content.decode()


def test_labels_of_imported_shapes_stay(alice: Any, shown: Task) -> None:
    with pytest.raises(Refused, match="Shapes use the labels “car”, “night”"):
        projects.set_labels(actor=alice, project=shown.project, labels=[{"name": "person"}])
