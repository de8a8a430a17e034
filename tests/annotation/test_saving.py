# ruff: noqa: E501 tables of cases are read by column
"""The editor's HTTP API and the rules of shapes, as docs/editor-protocol.md states them."""
import hashlib
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from annotation.errors import InvalidAnnotations, ReadOnly, RevisionConflict
from annotation.models import EditorSession, Job, Snapshot
from annotation.services import editor, jobs, shapes
from annotation.shapes import digest_of
from tests.annotation.conftest import Fill

pytestmark = pytest.mark.django_db


class Desk:
    """A client with the token of one session."""

    def __init__(self, job: Job, mode: str = "toloker", attempt: str = "A1", **arguments: Any) -> None:
        if mode == "toloker":
            jobs.begin_attempt(job=job, attempt=attempt, worker="W1")
        arguments.setdefault("expires_at", timezone.now() + timedelta(hours=1))
        self.session, self.token = editor.open_session(
            job=job, mode=mode, attempt=attempt if mode == "toloker" else "", worker="W1",
            context={"title": "Streets", "price": "0.05", "currency": "USD", "job_key": "k.e.y"}, **arguments)
        self.client = Client(headers={"Authorization": f"Editor {self.token}"})
        self.labels = {label.name: label for label in job.task.project.labels.all()}

    def get(self, path: str, **arguments: Any) -> Any:
        return self.client.get(f"/api/editor/{path}", **arguments)

    def save(self, revision: int, frames: Any) -> Any:
        return self.client.patch("/api/editor/annotations", {"revision": revision, "frames": frames}, content_type="application/json")

    def submit(self, revision: int) -> Any:
        return self.client.post("/api/editor/submit", {"revision": revision}, content_type="application/json")

    def box(self, points: Any = (10, 10, 50, 40), **fields: Any) -> dict[str, Any]:
        return {"type": "rectangle", "label_id": self.labels["car"].pk, "points": list(points), **fields}


@pytest.fixture
def job(fill: Fill) -> Job:
    # Frames are 100 x 80 pixels.
    return fill(count=5, segment_size=3).jobs.first()


@pytest.fixture
def desk(job: Job) -> Desk:
    return Desk(job, deadline=timezone.now() + timedelta(minutes=10))


def test_the_editor_learns_everything_it_needs(desk: Desk, job: Job) -> None:
    body = desk.get("job").json()
    assert body["job"] == {"id": job.pk, "task_name": "Monday", "start_frame": 0, "stop_frame": 2, "read_only": False, "read_only_reason": "",
                           "stage": "annotation", "state": "in progress"}
    assert body["frames"][1] == {"number": 1, "name": "1.jpg", "width": 100, "height": 80}
    assert [label["name"] for label in body["labels"]] == ["car", "person", "night"]
    assert body["labels"][0]["attributes"][0]["values"] == ["false", "true"]
    assert "<h1>Boxes</h1>" in body["guide_html"]
    assert body["annotations"]["frames"] == {}
    context = body["context"]
    assert 590 <= context.pop("seconds_left") <= 600
    assert context == {"title": "Streets", "price": "0.05", "currency": "USD", "mode": "toloker", "can_submit": True, "can_skip": True}


@pytest.mark.parametrize("end", ["revoked", "expired", "deadline", "unknown", "none", "bearer", "other scheme"])
def test_without_a_live_session_everything_is_401(job: Job, end: str) -> None:
    desk = Desk(job)
    moment = timezone.now() - timedelta(seconds=1)
    if end == "revoked":
        assert editor.revoke_sessions(job=job, attempt="A1") == 1
        assert editor.revoke_sessions(job=job, attempt="A1") == 0
    elif end == "expired":
        EditorSession.objects.update(expires_at=moment)
    elif end == "deadline":
        EditorSession.objects.update(deadline=moment)
    else:
        header = {"unknown": "Editor xxx", "none": "", "bearer": f"Bearer {desk.token}", "other scheme": "Editor"}[end]
        desk.client = Client(headers={"Authorization": header} if header else {})
    for answer in (desk.get("job"), desk.get("frames/0"), desk.get("annotations"), desk.save(0, {}), desk.submit(0)):
        assert answer.status_code == 401
        assert answer.json()["code"] == "session_ended"
        assert answer.json()["detail"]


def test_an_editor_token_opens_nothing_else(desk: Desk) -> None:
    assert desk.client.get("/api/projects").status_code == 401
    assert desk.client.get("/api/users/self").status_code == 401


def test_a_frame_is_served_with_its_own_type_and_cached(desk: Desk) -> None:
    answer = desk.get("frames/1")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"].startswith("private")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content)[:3] == b"\xff\xd8\xff"
    assert desk.get("frames/1", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert desk.get("frames/1?quality=thumbnail")["ETag"] != answer["ETag"]


def test_frames_outside_the_job_are_404(desk: Desk) -> None:
    for path in ("frames/3", "frames/99", "frames/0?quality=secret"):
        assert desk.get(path).status_code == 404


def test_what_is_saved_comes_back_with_ids(desk: Desk) -> None:
    spec = desk.labels["car"].attributes.get(name="parked").pk
    revision = desk.get("annotations").json()["revision"]
    box = desk.box(rotation=-90, occluded=True, z_order=2, group=1, client_id="c1", attributes=[{"spec_id": spec, "value": "true"}])
    answer = desk.save(revision, {"0": {"shapes": [box], "tags": [{"label_id": desk.labels["night"].pk}]}})
    assert answer.json() == {"revision": revision + 1}
    stored = desk.get("annotations").json()
    shape, = stored["frames"]["0"]["shapes"]
    assert shape == {**box, "id": 1, "rotation": 270.0, "source": "manual"}
    assert stored["frames"]["0"]["tags"][0]["id"] == 2


def test_ids_stay_with_their_shapes(desk: Desk) -> None:
    revision = desk.get("annotations").json()["revision"]
    desk.save(revision, {"0": {"shapes": [desk.box(client_id="a"), desk.box(client_id="b")], "tags": []}})
    # The client does not know the ids yet and names its own; it deletes the first and adds one.
    desk.save(revision + 1, {"0": {"shapes": [desk.box(client_id="b"), desk.box(client_id="c")], "tags": []}})
    ids = {shape["client_id"]: shape["id"] for shape in desk.get("annotations").json()["frames"]["0"]["shapes"]}
    assert ids == {"b": 2, "c": 3}
    # An id that never was, and one that lives on another frame, are not taken over.
    desk.save(revision + 2, {"1": {"shapes": [desk.box(id=999), desk.box(id=2), desk.box(id=1)], "tags": []}})
    assert [shape["id"] for shape in desk.get("annotations").json()["frames"]["1"]["shapes"]] == [4, 5, 1]


def test_a_frame_that_is_emptied_disappears(desk: Desk) -> None:
    revision = desk.get("annotations").json()["revision"]
    desk.save(revision, {"0": {"shapes": [desk.box()], "tags": []}, "1": {"shapes": [desk.box()], "tags": []}})
    desk.save(revision + 1, {"0": {"shapes": [], "tags": []}})
    assert list(desk.get("annotations").json()["frames"]) == ["1"]


def test_a_save_on_an_old_revision_is_a_conflict(desk: Desk) -> None:
    revision = desk.get("annotations").json()["revision"]
    assert desk.save(revision, {"0": {"shapes": [desk.box()], "tags": []}}).status_code == 200
    answer = desk.save(revision, {"0": {"shapes": [], "tags": []}})
    assert answer.status_code == 409
    assert answer.json()["code"] == "revision_conflict"
    assert answer.json()["revision"] == revision + 1
    assert desk.get("annotations").json()["frames"]["0"]["shapes"]


WRONG = {
    "nan is not json": ('{"revision": 1, "frames": {"0": {"shapes": [{"points": [NaN]}]}}}', None),
    "no json": ("{", None),
    "no revision": ({"frames": {}}, "revision"),
    "true as revision": ({"revision": True, "frames": {}}, "revision"),
    "frames a list": ({"revision": 1, "frames": []}, "frames"),
    "frame of another job": ({"revision": 1, "frames": {"4": {}}}, "frames.4"),
    "frame spelled oddly": ({"revision": 1, "frames": {"00": {}}}, "frames.00"),
    "negative frame": ({"revision": 1, "frames": {"-1": {}}}, "frames.-1"),
    "frame no object": ({"revision": 1, "frames": {"0": 5}}, "frames.0"),
    "shapes no list": ({"revision": 1, "frames": {"0": {"shapes": 5}}}, "frames.0.shapes"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_malformed_request_is_400(desk: Desk, kind: str) -> None:
    body, path = WRONG[kind]
    answer = desk.client.patch("/api/editor/annotations", body, content_type="application/json")
    assert answer.status_code == 400
    if path:
        assert answer.json()["code"] == "invalid"
        assert path in answer.json()["errors"]


@pytest.mark.parametrize(("fields", "path"), [
    ({"points": [10, 10, 150, 40]}, "points"), ({"points": [-5, 10, 50, 40]}, "points"), ({"points": [10, 10, 10, 40]}, "points"),
    ({"points": [10, 10, 50]}, "points"), ({"points": "abc"}, "points"), ({"points": [True, 1, 2, 3]}, "points"),
    ({"points": [10**400, 1, 2, 3]}, "points"), ({"points": None}, "points"), ({"points": ["1", 2, 3, 4]}, "points"),
    ({"type": "polygon", "points": [1, 1, 2, 2]}, "points"), ({"type": "polygon", "points": [1, 1, 2, 2, 3]}, "points"),
    ({"type": "polyline", "points": [1, 1]}, "points"), ({"type": "points", "points": []}, "points"),
    ({"type": "ellipse", "points": [50, 40, 40, 30]}, "points"), ({"type": "cuboid"}, "type"), ({"type": None}, "type"),
    ({"type": "mask", "points": [0, 5, 1, 1, 2, 2]}, "points"), ({"type": "mask", "points": [0, 4, 99, 79, 100, 80]}, "points"),
    ({"type": "mask", "points": [4, 1, 1, 2, 2]}, "points"), ({"type": "mask", "points": [0.5, 3.5, 1, 1, 2, 2]}, "points"),
    ({"label_id": 0}, "label_id"), ({"label_id": "1"}, "label_id"), ({"label_id": None}, "label_id"), ({"label_id": True}, "label_id"),
    ({"rotation": 400}, "rotation"), ({"rotation": "1"}, "rotation"), ({"type": "polygon", "points": [1, 1, 2, 2, 3, 1], "rotation": 9}, "rotation"),
    ({"occluded": 1}, "occluded"), ({"z_order": 0.5}, "z_order"), ({"group": -1}, "group"), ({"source": "me"}, "source"),
    ({"id": "x"}, "id"), ({"client_id": ""}, "client_id"), ({"client_id": "x" * 65}, "client_id"),
    ({"attributes": [{"spec_id": 0, "value": "x"}]}, "attributes.0"), ({"attributes": ["x"]}, "attributes.0"), ({"attributes": {"a": 1}}, "attributes"),
])
def test_a_wrong_shape_is_named_and_nothing_is_stored(desk: Desk, fields: dict[str, Any], path: str) -> None:
    revision = desk.get("annotations").json()["revision"]
    try:
        answer = desk.save(revision, {"0": {"shapes": [desk.box(), {**desk.box(), **fields}], "tags": []}, "1": {"shapes": [desk.box()]}})
    except OverflowError:
        pytest.skip("the test's own JSON writer cannot write this")
    assert answer.status_code == 400
    if answer.json().get("code") == "invalid":
        assert f"frames.0.shapes.1.{path}" in answer.json()["errors"]
    assert desk.get("annotations").json() == {"revision": revision, "frames": {}}


def test_labels_say_which_shapes_may_carry_them(desk: Desk, job: Job) -> None:
    revision = job.revision
    for name, kind in (("person", "polygon"), ("night", "rectangle")):
        shape = {"type": kind, "label_id": desk.labels[name].pk, "points": [1, 1, 9, 1, 9, 9] if kind == "polygon" else [1, 1, 9, 9]}
        assert desk.save(revision, {"0": {"shapes": [shape]}}).status_code == 400
    assert desk.save(revision, {"0": {"tags": [{"label_id": desk.labels["person"].pk}]}}).status_code == 400
    assert desk.save(revision, {"0": {"tags": [{"label_id": desk.labels["car"].pk}]}}).status_code == 200


@pytest.mark.parametrize(("name", "value", "allowed"), [
    ("parked", "true", True), ("parked", "yes", False), ("doors", "3", True), ("doors", "6", False), ("doors", "2.5", False), ("doors", "x", False),
    ("make", "VW", True), ("make", "Ford", False), ("make", "__undefined__", True), ("plate", "anything", True), ("plate", "x" * 5000, False),
    ("plate", 5, False), ("plate", None, False), ("plate", "a\x00b", False)])
def test_attribute_values_are_checked(desk: Desk, job: Job, name: str, value: Any, allowed: bool) -> None:
    spec = desk.labels["car"].attributes.get(name=name).pk
    answer = desk.save(job.revision, {"0": {"shapes": [desk.box(attributes=[{"spec_id": spec, "value": value}])]}})
    assert answer.status_code == (200 if allowed else 400), answer.json()


def test_points_a_hair_outside_are_moved_onto_the_edge(desk: Desk, job: Job) -> None:
    desk.save(job.revision, {"0": {"shapes": [desk.box((-0.5, -0.9, 100.7, 80.2))]}})
    assert desk.get("annotations").json()["frames"]["0"]["shapes"][0]["points"] == [0.0, 0.0, 100.0, 80.0]


def test_every_kind_of_shape_is_stored(desk: Desk, job: Job) -> None:
    car = desk.labels["car"].pk
    given = [{"type": "rectangle", "points": [1, 2, 30, 40]}, {"type": "polygon", "points": [1, 1, 50, 1, 50.25, 60]},
             {"type": "polyline", "points": [1, 1, 50, 1]}, {"type": "points", "points": [5, 5]}, {"type": "ellipse", "points": [50, 40, 70, 30]},
             {"type": "mask", "points": [1, 2, 1, 10, 10, 11, 11]}]
    answer = desk.save(job.revision, {"2": {"shapes": [{**shape, "label_id": car} for shape in given]}})
    assert answer.status_code == 200, answer.json()
    stored = desk.get("annotations").json()["frames"]["2"]["shapes"]
    assert [(shape["type"], shape["points"]) for shape in stored] == [(shape["type"], shape["points"]) for shape in given]


def test_too_much_is_refused(desk: Desk, job: Job) -> None:
    answer = desk.save(job.revision, {"0": {"shapes": [1] * 20_001}})
    assert "20000" in answer.json()["errors"]["frames.0.shapes"]
    answer = desk.client.patch("/api/editor/annotations", b" " * (32 * 2**20 + 1), content_type="application/json")
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_submit_keeps_a_snapshot_whose_digest_anybody_can_check(desk: Desk, job: Job) -> None:
    revision = job.revision
    desk.save(revision, {"0": {"shapes": [desk.box((0.1, 1e-7, 33.333333333333336, 40.0))], "tags": []}})
    assert desk.submit(revision).status_code == 409
    answer = desk.submit(revision + 1)
    assert answer.status_code == 200
    body = answer.json()
    snapshot = Snapshot.objects.get()
    assert body == {"job_key": "k.e.y", "revision": revision + 1, "digest": snapshot.digest}
    assert (snapshot.reason, snapshot.attempt, snapshot.worker, snapshot.shape_count) == ("submitted", "A1", "W1", 1)
    assert snapshot.digest == digest_of(snapshot.data)
    assert snapshot.digest == hashlib.sha256(
        json.dumps(snapshot.data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).replace("1e-07", "1e-7").encode()).hexdigest()
    job.refresh_from_db()
    assert (job.stage, job.state) == ("validation", "completed")


def test_submit_may_be_repeated_and_then_nothing_can_be_changed(desk: Desk, job: Job) -> None:
    first = desk.submit(job.revision)
    assert desk.submit(job.revision).json() == first.json()
    assert desk.submit(job.revision + 1).json()["code"] == "revision_conflict"
    assert Snapshot.objects.count() == 1
    answer = desk.save(job.revision, {"0": {"shapes": [desk.box()]}})
    assert (answer.status_code, answer.json()["code"]) == (409, "read_only")
    assert desk.get("job").json()["job"]["read_only"] is True
    assert desk.get("job").json()["context"]["can_submit"] is False


def test_a_job_that_was_taken_away_is_read_only_for_the_first_worker(desk: Desk, job: Job) -> None:
    desk.save(job.revision, {"0": {"shapes": [desk.box()]}})
    Job.objects.update(attempt="A2")
    for answer in (desk.save(job.revision + 1, {}), desk.submit(job.revision + 1)):
        assert (answer.status_code, answer.json()["code"]) == (409, "read_only")


def test_a_review_session_only_looks(job: Job) -> None:
    desk = Desk(job, mode="review")
    assert desk.get("job").json()["job"]["read_only"] is True
    assert desk.save(job.revision, {}).json()["code"] == "read_only"
    assert desk.submit(job.revision).json()["code"] == "read_only"
    assert desk.get("job").json()["context"]["seconds_left"] is None


def test_a_requester_annotates_and_finishes_an_own_job(alice: Any, job: Job) -> None:
    desk = Desk(job, mode="requester", user=alice)
    desk.save(job.revision, {"0": {"shapes": [desk.box()]}})
    job.refresh_from_db()
    assert job.state == "in progress"
    assert desk.submit(job.revision).status_code == 200
    job.refresh_from_db()
    assert (job.stage, job.state) == ("annotation", "completed")
    assert desk.save(job.revision, {"0": {"shapes": []}}).json()["code"] == "read_only"
    jobs.reopen_job(actor=alice, job=job)
    assert desk.save(job.revision, {"0": {"shapes": []}}).status_code == 200
    assert desk.submit(job.revision + 1).status_code == 200
    assert Snapshot.objects.count() == 2


def test_a_requester_corrects_accepted_work_without_touching_its_record(alice: Any, desk: Desk, job: Job) -> None:
    desk.save(job.revision, {"0": {"shapes": [desk.box()]}})
    desk.submit(job.revision + 1)
    own = Desk(job, mode="requester", user=alice)
    job.refresh_from_db()
    assert own.save(job.revision, {"0": {"shapes": []}}).json()["code"] == "read_only"
    jobs.mark_accepted(job=job)
    assert own.save(job.revision, {"0": {"shapes": []}}).status_code == 200
    assert own.submit(job.revision + 1).status_code == 200
    record = jobs.submitted_snapshot(job=job, attempt="A1")
    assert record is not None and record.shape_count == 1
    job.refresh_from_db()
    assert (job.stage, job.state) == ("acceptance", "completed")


def test_a_closed_account_cannot_edit(alice: Any, job: Job) -> None:
    desk = Desk(job, mode="requester", user=alice)
    alice.is_active = False
    alice.save()
    assert desk.get("job").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_of_two_savers_at_once_one_gets_a_conflict(fill: Fill) -> None:
    job = fill(count=2).jobs.get()
    box = {"type": "rectangle", "label_id": job.task.project.labels.first().pk, "points": [1, 1, 9, 9]}
    outcomes: list[str] = []
    barrier = threading.Barrier(4)

    def save() -> None:
        barrier.wait()
        try:
            shapes.save_frames(job=Job.objects.get(pk=job.pk), revision=0, frames={"0": {"shapes": [box]}})
            outcomes.append("saved")
        except RevisionConflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=save) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["conflict"] * 3 + ["saved"]


def test_validation_can_be_asked_for_without_saving(job: Job) -> None:
    with pytest.raises(InvalidAnnotations):
        shapes.validate_frames(job=job, frames={"0": {"shapes": [{}]}})
    assert shapes.validate_frames(job=job, frames={"0": {}}) == {0: {"shapes": [], "tags": []}}


def test_services_refuse_what_the_api_refuses(job: Job) -> None:
    jobs.begin_attempt(job=job, attempt="A1", worker="W1")
    with pytest.raises(ReadOnly):
        shapes.save_frames(job=job, revision=job.revision, frames={})
