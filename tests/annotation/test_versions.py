"""Saving over the API beside others: versions, unknown things, turned boxes; how far a task's filling is."""
from typing import Any

import pytest
from django.test import Client

from annotation.models import Job, Request
from annotation.services import tasks
from annotation.shapes.geometry import clean_points

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def client(alice: Any) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def box(job: Job, frame: int = 0, **fields: Any) -> dict[str, Any]:
    label = job.task.project.labels.first()
    return {"type": "rectangle", "frame": frame, "label_id": label.pk, "points": [1.0, 2.0, 30.0, 40.0], "attributes": [], **fields}


@pytest.mark.parametrize("noun", ["jobs", "tasks"])
def test_a_stale_version_is_409_and_changes_nothing(client: Client, fill: Any, noun: str) -> None:
    job = fill(count=4, segment_size=2).jobs.first()
    path = f"/api/{noun}/{job.pk if noun == 'jobs' else job.task_id}/annotations/"
    read = client.get(path).json()["version"]
    first = client.put(path, {"version": read, "shapes": [box(job)]}, content_type=JSON).json()
    assert first["version"] == client.get(path).json()["version"] == read + 1
    if noun == "tasks":
        other = job.task.jobs.last()
        client.put(f"/api/jobs/{other.pk}/annotations/", {"shapes": [box(job, 2)]}, content_type=JSON)
        first["version"] += 1
    stale = first["version"] - 1 or first["version"] + 7
    for method, query in (("put", ""), ("patch", "?action=create"), ("patch", "?action=update"), ("patch", "?action=delete")):
        thing = {**first["shapes"][0], "points": [5, 5, 9, 9]}
        refused = getattr(client, method)(f"{path}{query}", {"version": stale, "shapes": [thing]}, content_type=JSON)
        assert refused.status_code == 409 and refused.json()["code"] == "revision_conflict", (method, query, refused.content)
        assert "Load it again" in refused.json()["detail"] and refused.json()["revision"] == first["version"]
    assert client.get(path).json()["shapes"][0]["points"] == [1.0, 2.0, 30.0, 40.0]
    moved = client.patch(f"{path}?action=update", {"version": first["version"], "shapes": [{**first["shapes"][0], "points": [5, 5, 9, 9]}]},
                         content_type=JSON)
    assert moved.status_code == 200 and client.get(path).json()["version"] == first["version"] + 1
    for unchecked in ({"version": 0}, {}, {"version": None}):
        assert client.put(path, {**unchecked, "shapes": []}, content_type=JSON).status_code == 200
    for wrong in (-1, "1", 1.5, True, [1]):
        refused = client.put(path, {"version": wrong, "shapes": []}, content_type=JSON)
        assert refused.status_code == 400 and "version" in refused.json()["errors"], wrong


def test_unknown_things_are_404_in_addresses_and_400_in_bodies(client: Client, bob: Any, fill: Any) -> None:
    task = fill()
    nobody = 10**9
    for method in ("get", "put", "patch", "delete", "post"):
        for noun in ("jobs", "tasks"):
            path = f"/api/{noun}/{nobody}/annotations/?action=create&format=COCO 1.0"
            status = getattr(client, method)(path, {}, content_type=JSON).status_code
            assert status == 404, (method, noun)
    assert client.post(f"/api/tasks/{nobody}/data/", {"remote_files": []}, content_type=JSON).status_code == 404
    bodies: dict[str, dict[str, Any]] = {
        "tasks": {"name": "x", "project_id": nobody}, "issues": {"job": nobody, "frame": 0, "position": [1, 1], "message": "x"},
        "comments": {"issue": nobody, "message": "x"}}
    other = Client()
    other.force_login(bob)
    mine = {"project_id": task.project_id, "job": task.jobs.get().pk}
    for path, body in bodies.items():
        field = next(name for name in ("project_id", "job", "issue") if name in body)
        unknown = client.post(f"/api/{path}", body, content_type=JSON)
        assert unknown.status_code == 400 and field in unknown.json(), path
        if field in mine:
            # What is somebody else's is as unknown.
            assert other.post(f"/api/{path}", {**body, field: mine[field]}, content_type=JSON).json() == unknown.json()


@pytest.mark.parametrize(("shape", "points", "rotation", "fits"), [
    ("rectangle", [10, 10, 90, 70], 90, True), ("rectangle", [0, 30, 100, 50], 90, False), ("rectangle", [0, 0, 20, 20], 45, False),
    ("rectangle", [5, 5, 25, 25], 45, True), ("rectangle", [80, 60, 100, 80], 45, False), ("rectangle", [0, 0, 100, 80], 180, True),
    ("rectangle", [0, 0, 100, 80], 3, False), ("rectangle", [-4, 35, 66, 45], 90, True), ("rectangle", [0.5, 0.5, 20, 20], 2.0, True),
    ("ellipse", [50, 40, 90, 20], 90, True), ("ellipse", [50, 40, 95, 20], 90, False), ("ellipse", [20, 20, 40, 0], 45, True),
    ("ellipse", [20, 20, 60, 19], 45, False), ("ellipse", [50, 40, 100, 0], 0, True)])
def test_a_turned_box_lies_in_the_image_as_it_is_seen(shape: str, points: list[float], rotation: float, fits: bool) -> None:
    found = clean_points(shape, points, rotation, 100, 80)
    assert isinstance(found, list) == fits, found
    if not fits:
        assert "outside the image (100 x 80 pixels)" in str(found)


def test_a_program_cannot_save_what_the_editor_would_not_draw(client: Client, fill: Any) -> None:
    job = fill().jobs.get()
    path = f"/api/jobs/{job.pk}/annotations/"
    refused = client.put(path, {"shapes": [box(job, points=[0, 30, 100, 50], rotation=90)]}, content_type=JSON)
    assert refused.status_code == 400 and "reaches outside the image" in refused.json()["detail"]
    assert client.put(path, {"shapes": [box(job, points=[10, 30, 90, 50], rotation=90)]}, content_type=JSON).status_code == 200


def test_older_programs_learn_how_far_the_filling_is(client: Client, alice: Any, bob: Any, fill: Any, project: Any) -> None:
    full, empty = fill(), tasks.create_task(actor=alice, project=project, name="Empty")
    found = client.get(f"/api/tasks/{full.pk}/status").json()
    assert (found["state"], found["progress"]) == ("Finished", 1.0)
    assert client.get(f"/api/tasks/{empty.pk}/status").json() == {"state": "Queued", "message": "", "progress": 0.0}
    Request.objects.create(owner=alice, task=empty, action="create", status="failed", message="No images.", progress=0.5)
    assert client.get(f"/api/tasks/{empty.pk}/status").json() == {"state": "Failed", "message": "No images.", "progress": 0.5}
    client.force_login(bob)
    assert client.get(f"/api/tasks/{full.pk}/status").status_code == 404
