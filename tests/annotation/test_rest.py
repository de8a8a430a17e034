# ruff: noqa: E501 tables of cases are read by column
"""The REST API: CVAT's shapes of answers, permissions, limits, lists."""
import io
import zipfile
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from annotation import extensions, runner
from annotation.models import AccessToken, Job, Project, ProjectMember, Request, Task, Upload
from annotation.services import jobs, members, projects, tasks
from tests.annotation.conftest import LABELS, Fill
from tests.annotation.filling import stored_files
from tests.annotation.pictures import picture, zipped
from tests.cast import PASSWORD, door

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def client(alice: Any) -> Client:
    return door(alice)


@pytest.fixture
def reviewer(alice: Any, rita: Any, project: Project) -> Client:
    members.share_project(actor=alice, project=project, user=rita, role=ProjectMember.Role.REVIEWER)
    return door(rita)


def test_about_and_formats_need_no_login(client: Client) -> None:
    anybody = Client()
    assert set(anybody.get("/api/server/about").json()) == {"name", "description", "version", "logo_url", "subtitle"}
    exporters = anybody.get("/api/server/annotation/formats").json()["exporters"]
    assert {"COCO 1.0", "CVAT for images 1.1", "YOLO 1.1", "PASCAL VOC 1.1"} <= {entry["name"] for entry in exporters}
    assert anybody.get("/api/projects").status_code == 401


@pytest.mark.parametrize("by", ["username", "email"])
def test_login_gives_cookies_and_a_key_that_works(alice: Any, by: str) -> None:
    client = Client()
    answer = client.post("/api/auth/login", {by: getattr(alice, by), "password": PASSWORD}, content_type=JSON)
    assert answer.status_code == 200
    assert {"sessionid", "csrftoken"} <= set(answer.cookies)
    bearer = Client(headers={"Authorization": f"Bearer {answer.json()['key']}"})
    me = bearer.get("/api/users/self").json()
    assert (me["username"], me["groups"]) == ("alice", ["user"])
    assert bearer.post("/api/auth/logout").status_code == 200
    assert bearer.get("/api/users/self").status_code == 401


def test_a_wrong_password_is_a_sentence_and_tells_nothing_more(alice: Any) -> None:
    wrong = Client().post("/api/auth/login", {"username": "alice", "password": "x"}, content_type=JSON)
    unknown = Client().post("/api/auth/login", {"email": "nobody@example.org", "password": "x"}, content_type=JSON)
    assert wrong.status_code == unknown.status_code == 400
    assert wrong.json() == unknown.json()
    assert Client().post("/api/auth/login", {"password": "x"}, content_type=JSON).status_code == 400


def test_a_token_is_shown_once_and_can_be_revoked(client: Client) -> None:
    made = client.post("/api/auth/access_tokens", {"name": "script", "read_only": True}, content_type=JSON)
    assert made.status_code == 201
    value = made.json()["value"]
    assert "value" not in client.get(f"/api/auth/access_tokens/{made.json()['id']}").json()
    assert value not in client.get("/api/auth/access_tokens").content.decode()
    assert value not in str(AccessToken.objects.values())
    bearer = Client(headers={"Authorization": f"Bearer {value}"})
    assert bearer.get("/api/auth/access_tokens/self").json()["name"] == "script"
    assert bearer.post("/api/projects", {"name": "x"}, content_type=JSON).status_code == 403
    assert client.delete(f"/api/auth/access_tokens/{made.json()['id']}").status_code == 204
    assert bearer.get("/api/users/self").status_code == 401
    assert client.post("/api/auth/access_tokens", {"name": ""}, content_type=JSON).status_code == 400
    assert client.post("/api/auth/access_tokens", {"name": "x", "expiry_date": "2020-01-01T00:00:00Z"}, content_type=JSON).status_code == 400


def test_somebody_elses_token_is_not_there(client: Client, bob: Any) -> None:
    made = client.post("/api/auth/access_tokens", {"name": "script"}, content_type=JSON).json()
    assert door(bob).delete(f"/api/auth/access_tokens/{made['id']}").status_code == 404


def test_cvat_clients_are_answered_in_their_media_type(client: Client) -> None:
    for accept in ("application/vnd.cvat+json", "application/vnd.cvat+json; version=2.0", "application/json", "*/*"):
        answer = client.get("/api/projects", headers={"Accept": accept})
        assert answer.status_code == 200, accept
        assert set(answer.json()) == {"count", "next", "previous", "results"}


def test_a_project_from_post_to_delete(client: Client) -> None:
    made = client.post("/api/projects", {"name": "Roads", "labels": LABELS, "guide": "# hi"}, content_type=JSON)
    assert made.status_code == 201, made.json()
    body = made.json()
    assert body["tasks"]["count"] == 0 and body["labels"]["url"].startswith("http")
    labels = client.get(f"/api/labels?project_id={body['id']}").json()["results"]
    assert [label["name"] for label in labels] == ["car", "person", "night"]
    assert labels[0]["attributes"][1] | {"id": 0} == {
        "id": 0, "name": "doors", "mutable": False, "input_type": "number", "default_value": "1", "values": ["1", "5", "1"]}
    patch = {"name": "Streets", "labels": [{"id": labels[1]["id"], "name": "human"}, {"id": labels[2]["id"], "deleted": True}, {"name": "tree"}]}
    changed = client.patch(f"/api/projects/{body['id']}", patch, content_type=JSON)
    assert changed.json()["name"] == "Streets"
    after = client.get(f"/api/labels?project_id={body['id']}").json()["results"]
    assert [(label["name"], label["id"]) for label in after][:2] == [("car", labels[0]["id"]), ("human", labels[1]["id"])]
    assert [label["name"] for label in after] == ["car", "human", "tree"]
    assert client.delete(f"/api/projects/{body['id']}").status_code == 204
    assert client.get(f"/api/projects/{body['id']}").status_code == 404


@pytest.mark.parametrize("body", [
    {}, {"name": ""}, {"name": "x" * 257}, {"name": "x", "guide": "x" * 64_001}, {"name": "x", "labels": [{"name": "a"}, {"name": "a"}]},
    {"name": "x", "labels": [{"name": "a", "color": "red"}]}, {"name": "x", "labels": "car"}, {"name": "x\x00"}, [1], "x", None])
def test_a_bad_project_is_400_and_nothing_is_made(client: Client, body: Any) -> None:
    answer = client.post("/api/projects", body, content_type=JSON)
    assert answer.status_code == 400, answer.content
    assert Project.objects.count() == 0


def test_strangers_get_404_everywhere(bob: Any, fill: Fill) -> None:
    task = fill()
    job = task.jobs.get()
    project = task.project_id
    stranger = door(bob)
    request = Request.objects.get()
    for path in (f"projects/{project}", f"projects/{project}/preview", f"tasks/{task.pk}", f"tasks/{task.pk}/data/meta",
                 f"tasks/{task.pk}/data/?type=frame&number=0", f"tasks/{task.pk}/annotations/", f"tasks/{task.pk}/preview", f"jobs/{job.pk}",
                 f"jobs/{job.pk}/data?type=frame&number=0&quality=original", f"jobs/{job.pk}/annotations/", f"jobs/{job.pk}/data/meta",
                 f"requests/{request.pk}", f"requests/{request.pk}/result", f"labels/{task.project.labels.first().pk}"):
        assert stranger.get(f"/api/{path}").status_code == 404, path
    for path in ("projects", "tasks", "jobs", "labels", "requests"):
        assert stranger.get(f"/api/{path}").json()["count"] == 0
    assert stranger.delete(f"/api/projects/{project}").status_code == 404
    assert stranger.patch(f"/api/jobs/{job.pk}", {"state": "completed"}, content_type=JSON).status_code == 404
    assert stranger.post(f"/api/tasks/{task.pk}/dataset/export?format=COCO 1.0").status_code == 404
    assert stranger.post("/api/tasks", {"name": "x", "project_id": project}, content_type=JSON).status_code == 400


def test_a_reviewer_looks_and_changes_nothing(reviewer: Client, fill: Fill) -> None:
    task = fill()
    job = task.jobs.get()
    assert reviewer.get(f"/api/tasks/{task.pk}").status_code == 200
    assert reviewer.get(f"/api/jobs/{job.pk}/annotations/").status_code == 200
    data = {"shapes": [], "tags": []}
    for method, path, body in (("patch", f"projects/{task.project_id}", {"name": "x"}), ("delete", f"projects/{task.project_id}", {}),
                               ("patch", f"tasks/{task.pk}", {"name": "x"}), ("delete", f"tasks/{task.pk}", {}),
                               ("post", "tasks", {"name": "x", "project_id": task.project_id}),
                               ("put", f"jobs/{job.pk}/annotations/", data), ("patch", f"jobs/{job.pk}/annotations/?action=create", data),
                               ("delete", f"jobs/{job.pk}/annotations/", {}), ("put", f"tasks/{task.pk}/annotations/", data),
                               ("patch", f"jobs/{job.pk}", {"state": "completed"}), ("post", f"tasks/{task.pk}/data/", {"remote_files": []}),
                               ("post", f"tasks/{task.pk}/dataset/export?format=COCO 1.0", {})):
        answer = getattr(reviewer, method)(f"/api/{path}", body, content_type=JSON)
        assert answer.status_code == 403, (method, path, answer.content)


def test_an_admin_sees_everything(ada: Any, fill: Fill) -> None:
    task = fill()
    assert door(ada).get(f"/api/tasks/{task.pk}").status_code == 200


def test_a_task_is_filled_in_one_request(client: Client, project: Project) -> None:
    task = client.post("/api/tasks", {"name": "Monday", "project_id": project.pk, "segment_size": 2}, content_type=JSON).json()
    files = {f"client_files[{n}]": ContentFile(picture(), name=f"/home/me/{n}.jpg") for n in (0, 1, 10, 2)}
    answer = client.post(f"/api/tasks/{task['id']}/data/", {**files, "image_quality": 70, "sorting_method": "predefined"})
    assert answer.status_code == 202, answer.content
    request = f"/api/requests/{answer.json()['rq_id']}"
    assert client.get(request).json()["status"] == "queued"
    runner.run(answer.json()["rq_id"])
    body = client.get(request).json()
    assert (body["status"], body["progress"], body["operation"]["task_id"]) == ("finished", 1.0, task["id"])
    meta = client.get(f"/api/tasks/{task['id']}/data/meta").json()
    assert [frame["name"] for frame in meta["frames"]] == ["0.jpg", "1.jpg", "2.jpg", "10.jpg"]
    found = client.get(f"/api/tasks/{task['id']}").json()
    assert (found["size"], found["mode"], found["jobs"]["count"]) == (4, "annotation", 2)
    job = client.get(f"/api/jobs?task_id={task['id']}&sort=id").json()["results"][1]
    assert (job["start_frame"], job["stop_frame"]) == (2, 3)
    for path in (f"tasks/{task['id']}/data", f"tasks/{task['id']}/data/", f"jobs/{job['id']}/data"):
        image = client.get(f"/api/{path}?type=frame&number=2&quality=original")
        assert image["Content-Type"] == "image/jpeg" and b"".join(image.streaming_content) == picture()
    assert client.get(f"/api/jobs/{job['id']}/data?type=frame&number=0&quality=original").status_code == 404
    assert client.get(f"/api/tasks/{task['id']}/data/?type=frame&number=x").status_code == 400
    assert client.get(f"/api/tasks/{task['id']}/preview").status_code == 200


def test_a_task_is_filled_in_cvats_three_steps(client: Client, alice: Any, project: Project) -> None:
    task = tasks.create_task(actor=alice, project=project, name="Monday")
    path = f"/api/tasks/{task.pk}/data/"
    assert client.post(path, content_type=JSON, headers={"Upload-Start": ""}).status_code == 202
    for number in range(2):
        body = {"client_files[0]": ContentFile(picture(), name=f"{number}.jpg"), "image_quality": 70}
        assert client.post(path, body, headers={"Upload-Multiple": ""}).status_code == 200
    answer = client.post(path, {"image_quality": 70}, content_type=JSON, headers={"Upload-Finish": ""})
    assert answer.status_code == 202
    runner.run(answer.json()["rq_id"])
    assert Task.objects.get().size == 2


def test_data_that_is_refused_leaves_nothing_behind(client: Client, alice: Any, project: Project, settings: Any) -> None:
    task = tasks.create_task(actor=alice, project=project, name="Monday")
    path = f"/api/tasks/{task.pk}/data/"
    assert client.post(path, {}, content_type=JSON).status_code == 400
    assert client.post(path, {"remote_files": ["ftp://x/y"]}, content_type=JSON).json()["urls"]
    assert client.post(path, {"sorting_method": "odd", "client_files[0]": ContentFile(picture(), name="a.jpg")}).status_code == 400
    table = ContentFile(b"a\tb\n1\t2\n", name="t.tsv")
    assert "column" in client.post(path, {"table": table, "column": "image", "client_files[0]": ContentFile(picture(), name="a.jpg")}).json()
    settings.INGEST_MAX_FILE_BYTES = 100
    assert client.post(path, {"client_files[0]": ContentFile(b"x", name="a"), "client_files[1]": ContentFile(picture(), name="b")}).status_code == 400
    assert (Upload.objects.count(), Request.objects.count(), stored_files()) == (0, 0, [])


def test_a_table_with_addresses_starts_an_ingest(client: Client, alice: Any, project: Project) -> None:
    task = tasks.create_task(actor=alice, project=project, name="Monday")
    table = ContentFile(b"INPUT:image\tGOLDEN:x\nhttps://example.org/1.jpg\t\nhttps://example.org/2.jpg\t\n", name="dataset.tsv")
    answer = client.post(f"/api/tasks/{task.pk}/data/", {"table": table, "column": "INPUT:image"})
    assert answer.status_code == 202
    assert Request.objects.get().params["urls"] == ["https://example.org/1.jpg", "https://example.org/2.jpg"]
    assert client.post(f"/api/tasks/{task.pk}/data/", {"remote_files": ["https://x.org/1"]}, content_type=JSON).status_code == 409


def test_a_failed_ingest_says_which_files(client: Client, alice: Any, project: Project) -> None:
    task = tasks.create_task(actor=alice, project=project, name="Monday")
    archive = zipped({"a.jpg": picture(), "b.txt": b"hello"})
    rq_id = client.post(f"/api/tasks/{task.pk}/data/", {"client_files[0]": ContentFile(archive, name="all.zip")}).json()["rq_id"]
    runner.run(rq_id)
    body = client.get(f"/api/requests/{rq_id}").json()
    assert body["status"] == "failed" and "1 file cannot be used" in body["message"]
    assert body["errors"][0].startswith("all.zip/b.txt is not")


def shape(job: Job, frame: int = 0, **fields: Any) -> dict[str, Any]:
    return {"type": "rectangle", "frame": frame, "label_id": job.task.project.labels.first().pk, "points": [1.0, 2.0, 30.0, 40.0],
            "occluded": False, "attributes": [], **fields}


def test_annotations_of_a_job_are_put_patched_and_deleted(client: Client, fill: Fill) -> None:
    job = fill().jobs.get()
    path = f"/api/jobs/{job.pk}/annotations/"
    put = client.put(path, {"version": 0, "tags": [], "tracks": [], "shapes": [shape(job), shape(job, 2, outside=False, elements=[])]},
                     content_type=JSON)
    assert put.status_code == 200, put.json()
    first, second = client.get(path).json()["shapes"]
    assert (first["id"], first["frame"], second["frame"], first["points"]) == (1, 0, 2, [1.0, 2.0, 30.0, 40.0])
    made = client.patch(f"{path}?action=create", {"shapes": [shape(job, 1)]}, content_type=JSON).json()
    assert [entry["id"] for entry in made["shapes"]] == [3]
    moved = client.patch(f"{path}?action=update", {"shapes": [{**first, "frame": 1, "points": [5, 5, 9, 9]}]}, content_type=JSON)
    assert moved.status_code == 200, moved.json()
    assert sorted((entry["id"], entry["frame"]) for entry in client.get(path).json()["shapes"]) == [(1, 1), (2, 2), (3, 1)]
    assert client.patch(f"{path}?action=delete", {"shapes": [{**second}]}, content_type=JSON).status_code == 200
    assert [entry["id"] for entry in client.get(path).json()["shapes"]] == [3, 1]
    assert client.delete(path).status_code == 204
    assert client.get(path).json()["shapes"] == []


@pytest.mark.parametrize("body", [
    {"shapes": [{"frame": 0}]}, {"shapes": [{}]}, {"shapes": 5}, {"tracks": [{"frame": 0}]}, [], {"shapes": ["x"]}, {"tags": [{"frame": -1}]},
    {"tags": [{"frame": 99, "label_id": 1}]}])
def test_bad_annotations_are_400(client: Client, fill: Fill, body: Any) -> None:
    job = fill().jobs.get()
    for path in (f"jobs/{job.pk}", f"tasks/{job.task_id}"):
        assert client.put(f"/api/{path}/annotations/", body, content_type=JSON).status_code == 400
    assert client.patch(f"/api/jobs/{job.pk}/annotations/?action=odd", {}, content_type=JSON).status_code == 400
    job.refresh_from_db()
    assert job.revision == 0


def test_annotations_of_a_task_go_to_its_jobs(client: Client, fill: Fill) -> None:
    task = fill(count=4, segment_size=2)
    first, second = task.jobs.all()
    path = f"/api/tasks/{task.pk}/annotations/"
    assert client.put(path, {"shapes": [shape(first, 0), shape(first, 3)]}, content_type=JSON).status_code == 200
    assert [entry["frame"] for entry in client.get(f"/api/jobs/{second.pk}/annotations/").json()["shapes"]] == [3]
    assert client.patch(f"{path}?action=create", {"tags": [{"frame": 1, "label_id": task.project.labels.last().pk}]}, content_type=JSON).status_code == 200
    body = client.get(path).json()
    assert ([entry["frame"] for entry in body["shapes"]], [entry["frame"] for entry in body["tags"]]) == ([0, 3], [1])


def test_a_job_in_other_hands_is_409(client: Client, fill: Fill) -> None:
    job = fill().jobs.get()
    jobs.begin_attempt(job=job, attempt="A1", worker="W1")
    assert client.put(f"/api/jobs/{job.pk}/annotations/", {"shapes": [shape(job)]}, content_type=JSON).json()["code"] == "read_only"
    assert client.patch(f"/api/jobs/{job.pk}", {"stage": "validation"}, content_type=JSON).status_code == 409


def test_stage_and_state_follow_cvats_rules(client: Client, rita: Any, stranger: Any, reviewer: Client, fill: Fill) -> None:
    job = fill().jobs.get()
    path = f"/api/jobs/{job.pk}"

    def patched(body: dict[str, Any]) -> Any:
        return client.patch(path, body, content_type=JSON)

    assert patched({"state": "in progress"}).json()["state"] == "in progress"
    body = patched({"stage": "validation"}).json()
    assert (body["stage"], body["state"], body["status"]) == ("validation", "new", "validation")
    body = patched({"stage": "acceptance", "state": "completed", "assignee": rita.pk}).json()
    assert (body["stage"], body["state"], body["status"], body["assignee"]["username"]) == ("acceptance", "completed", "completed", "rita")
    assert patched({"assignee": None}).json()["assignee"] is None
    assert patched({"state": "odd"}).status_code == patched({"assignee": stranger.pk}).status_code == patched({"assignee": 0}).status_code == 400
    task = client.get(f"/api/tasks/{job.task_id}").json()
    assert (task["status"], task["jobs"]["completed"], task["jobs"]["validation"]) == ("completed", 1, 0)


def test_an_export_is_asked_for_polled_and_downloaded(client: Client, fill: Fill, bob: Any) -> None:
    job = fill().jobs.get()
    client.put(f"/api/jobs/{job.pk}/annotations/", {"shapes": [shape(job)]}, content_type=JSON)
    for target in (f"tasks/{job.task_id}", f"projects/{job.task.project_id}"):
        answer = client.post(f"/api/{target}/dataset/export?format=COCO 1.0&save_images=True&filename=../my file.zip")
        assert answer.status_code == 202, answer.json()
        assert client.post(f"/api/{target}/dataset/export?format=COCO 1.0&save_images=True&filename=../my file.zip").status_code == 409
        runner.run(answer.json()["rq_id"])
        body = client.get(f"/api/requests/{answer.json()['rq_id']}").json()
        assert body["result_url"].startswith("http://testserver/api/requests/")
        file = client.get(body["result_url"])
        assert file["Content-Disposition"] == 'attachment; filename="my_file.zip"'
        assert len(zipfile.ZipFile(io.BytesIO(b"".join(file.streaming_content))).namelist()) == 5
        assert Client().get(body["result_url"]).status_code == 401
        assert door(bob).get(body["result_url"]).status_code == 404
    assert client.post(f"/api/tasks/{job.task_id}/dataset/export?format=odd").status_code == 400
    assert client.post(f"/api/tasks/{job.task_id}/dataset/export").status_code == 400


def test_lists_are_filtered_searched_sorted_and_paged(client: Client, alice: Any, bob: Any) -> None:
    for number in range(12):
        projects.create_project(actor=alice, name=f"Street {number:02d}")
    projects.create_project(actor=bob, name="Street of Bob")
    page = client.get("/api/projects?sort=name&page_size=5&page=2").json()
    assert (page["count"], page["results"][0]["name"], bool(page["next"])) == (12, "Street 05", True)
    assert client.get("/api/projects?search=street 03").json()["count"] == 1
    assert client.get("/api/projects?name=Street 04").json()["count"] == 1
    assert client.get("/api/projects?owner=bob").json()["count"] == 0
    assert client.get("/api/projects?sort=-id").json()["results"][0]["name"] == "Street 11"
    assert client.get("/api/projects?sort=password").status_code == 400
    assert client.get("/api/projects?page=99").status_code == 404
    assert client.get("/api/projects?id=x").status_code == 400
    assert client.get("/api/jobs?state=odd").status_code == 400
    assert client.get("/api/projects?search=%00").status_code == 200


def test_a_list_page_costs_few_queries(client: Client, fill: Fill, django_assert_max_num_queries: Any) -> None:
    for number in range(4):
        fill(count=4, segment_size=1, name=f"Task {number}")
    for path in ("projects", "tasks", "jobs?page_size=100", "labels", "requests"):
        with django_assert_max_num_queries(10):
            assert client.get(f"/api/{path}").json()["count"]


def test_rooms_above_add_to_answers(client: Client, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extensions, "_api_extras", [lambda kind, thing: {"crowd": f"{kind} {thing.pk}"}])
    assert client.get(f"/api/projects/{project.pk}").json()["crowd"] == f"project {project.pk}"


def test_what_a_room_above_still_needs_is_not_deleted(client: Client, fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    task = fill()
    monkeypatch.setattr(extensions, "_deletion_obstacles", [lambda thing: "Stop the pool first." if isinstance(thing, Task) else None])
    for path in (f"tasks/{task.pk}", f"projects/{task.project_id}"):
        answer = client.delete(f"/api/{path}")
        assert (answer.status_code, answer.json()) == (409, {"code": "in_use", "detail": "Stop the pool first."})


def test_the_schema_is_complete_and_documents_every_door() -> None:
    answer = Client().get("/api/schema/", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    paths = answer.json()["paths"]
    for path in ("/api/projects/{id}", "/api/tasks/{id}/data/", "/api/jobs/{id}/annotations/", "/api/editor/submit", "/api/auth/login"):
        assert path in paths
