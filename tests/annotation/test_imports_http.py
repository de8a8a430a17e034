"""Doors to imports: the page of a task, and REST. Who may, what is said when something is wrong, and how many queries a page takes."""
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from annotation import runner
from annotation.formats import IMPORT_FORMATS
from annotation.models import ImportedFrame, ProjectMember, Request, Task
from annotation.services import members
from tests.annotation.conftest import Fill
from tests.annotation.filling import stored_files
from tests.annotation.test_imports import BOX, coco

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(fill: Fill) -> Task:
    return fill(count=3)


@pytest.fixture
def page(client: Client, alice: Any) -> Client:
    client.force_login(alice)
    return client


def file(data: bytes | None = None, name: str = "found.json") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, coco(BOX) if data is None else data)


def run_all() -> None:
    for pk in Request.objects.filter(status="queued").values_list("pk", flat=True):
        runner.run(str(pk))


# --- the page -----------------------------------------------------------------------------------------------------------

def test_a_file_is_imported_shown_and_removed_on_the_page(page: Client, task: Task) -> None:
    address = f"/tasks/{task.pk}/imports"
    before = page.get(address).content.decode()
    assert before.count("Nothing yet.") == 2 and "Jobs start empty" in before
    answer = page.post(address, {"file": file(), "kind": "preannotation", "format": ""})
    assert (answer.status_code, answer["Location"]) == (302, address)
    request = Request.objects.get(action="import")
    assert f'hx-get="/requests/{request.pk}?view=progress&amp;then=reload&amp;brief=1"' in page.get(address).content.decode()
    run_all()
    after = page.get(address).content.decode()
    assert "1 of 3" in after and "found.json" in after and after.count("Nothing yet.") == 1
    assert f'action="/tasks/{task.pk}/imports/preannotation/remove"' in after and "1 shape and 0 tags on 1 frame go." in after
    shown = page.post(f"{address}/show", {"show": "on"}, follow=True).content.decode()
    assert "Jobs start with them" in shown and "start with the pre-annotations" in shown
    task.refresh_from_db()
    assert task.show_preannotations and "with pre-annotations" in page.get(f"/tasks/{task.pk}").content.decode()
    assert "were removed" in page.post(f"{address}/preannotation/remove", follow=True).content.decode()
    assert not ImportedFrame.objects.exists()
    assert page.post(f"{address}/nonsense/remove").status_code == 404
    assert page.get(f"{address}/show").status_code == 405


def test_the_page_tells_what_did_not_fit_and_keeps_what_was_there(page: Client, task: Task) -> None:
    address = f"/tasks/{task.pk}/imports"
    page.post(address, {"file": file(), "kind": "ground truth"})
    run_all()
    bad = coco(BOX, {**BOX, "category_id": 4}, categories=[{"id": 3, "name": "car"}, {"id": 4, "name": "<b>dog"}])
    page.post(address, {"file": file(bad), "kind": "ground truth"})
    run_all()
    told = page.get(address).content.decode()
    assert "1 thing does not fit, so nothing was imported" in told and "no label “&lt;b&gt;dog”" in told and "1 of 3" in told
    page.post(address, {"file": file(bad), "kind": "ground truth", "leave_out": "on"})
    run_all()
    told = page.get(address).content.decode()
    assert "1 thing to know" in told and "nothing was imported" not in told


@pytest.mark.parametrize(("changes", "words"), [
    ({"file": ""}, "Choose a file."), ({"file": SimpleUploadedFile("a.json", b"")}, "This file is empty."),
    ({"kind": "mine"}, "Select a valid choice"), ({"format": "YOLO"}, "Select a valid choice")])
def test_a_form_with_faults_says_which(page: Client, task: Task, changes: dict[str, Any], words: str) -> None:
    answer = page.post(f"/tasks/{task.pk}/imports", {"file": file(), "kind": "preannotation", "format": "", **changes})
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Request.objects.filter(action="import").exists() and not [path for path in stored_files() if "imports" in path]


def test_who_may_look_and_who_may_import(client: Client, alice: Any, rita: Any, stranger: Any, task: Task) -> None:
    members.share_project(actor=alice, project=task.project, user=rita, role=ProjectMember.Role.REVIEWER)
    address = f"/tasks/{task.pk}/imports"
    for user, looks, acts in ((rita, 200, 403), (stranger, 404, 404)):
        client.force_login(user)
        assert client.get(address).status_code == looks
        assert client.post(address, {"file": file(), "kind": "preannotation"}).status_code == acts
        assert client.post(f"{address}/show", {"show": "on"}).status_code == acts
        assert client.post(f"{address}/preannotation/remove").status_code == acts
        api = f"/api/tasks/{task.pk}/annotations"
        assert client.get(f"{api}/imported").status_code == looks
        assert client.post(f"{api}/import?kind=preannotation", {"annotation_file": file()}).status_code == acts
        assert client.delete(f"{api}/imported?kind=preannotation").status_code == acts
    client.logout()
    assert client.get(address).status_code == 302
    assert not Request.objects.filter(action="import").exists()


def test_the_page_takes_few_queries_however_much_there_is(page: Client, task: Task, django_assert_max_num_queries: Any) -> None:
    for kind in ("preannotation", "ground truth") * 2:
        page.post(f"/tasks/{task.pk}/imports", {"file": file(), "kind": kind})
        run_all()
    with django_assert_max_num_queries(10):
        assert page.get(f"/tasks/{task.pk}/imports").status_code == 200


def test_a_task_without_images_asks_for_them(page: Client, alice: Any, project: Any) -> None:
    empty = Task.objects.create(project=project, owner=alice, name="empty")
    assert "add the images first" in page.get(f"/tasks/{empty.pk}/imports").content.decode()
    answer = page.post(f"/tasks/{empty.pk}/imports", {"file": file(), "kind": "preannotation"})
    assert answer.status_code == 422


# --- REST ---------------------------------------------------------------------------------------------------------------

def test_programs_import_count_show_and_remove(page: Client, task: Task) -> None:
    api = f"/api/tasks/{task.pk}"
    answer = page.post(f"{api}/annotations/import?kind=ground_truth&format=COCO%201.0&leave_out=True", {"annotation_file": file()})
    assert answer.status_code == 202
    again = page.post(f"{api}/annotations/import?kind=ground_truth", {"annotation_file": file()})
    assert (again.status_code, again.json()["code"]) == (409, "busy")
    run_all()
    told = page.get(f"/api/requests/{answer.json()['rq_id']}").json()
    assert (told["status"], told["operation"]["type"], told["operation"]["format"]) == ("finished", "import:annotations", "COCO 1.0")
    assert told["message"] == "1 shape and 0 tags on 1 frame." and told["errors"] == told["warnings"] == []
    assert page.get(f"{api}/annotations/imported").json() == [
        {"kind": "preannotation", "frames": 0, "shapes": 0, "tags": 0, "rq_id": None, "filename": None},
        {"kind": "ground_truth", "frames": 1, "shapes": 1, "tags": 0, "rq_id": answer.json()["rq_id"], "filename": "found.json"}]
    assert page.get(api).json()["show_preannotations"] is False
    changed = page.patch(api, {"show_preannotations": True}, content_type="application/json")
    assert (changed.status_code, changed.json()["show_preannotations"], changed.json()["name"]) == (200, True, "Monday")
    assert page.delete(f"{api}/annotations/imported?kind=ground_truth").status_code == 204
    assert page.get(f"{api}/annotations/imported").json()[1]["frames"] == 0
    importers = page.get("/api/server/annotation/formats").json()["importers"]
    assert [importer["name"] for importer in importers] == list(IMPORT_FORMATS)


@pytest.mark.parametrize(("query", "body", "field"), [
    ("", {"annotation_file": "f"}, "kind"), ("?kind=mine", {"annotation_file": "f"}, "kind"),
    ("?kind=preannotation", {}, "annotation_file"), ("?kind=preannotation", {"annotation_file": ""}, "annotation_file"),
    ("?kind=preannotation&format=YOLO", {"annotation_file": "f"}, "format"),
    ("?kind=preannotation&leave_out=perhaps", {"annotation_file": "f"}, "leave_out")])
def test_bad_requests_name_the_field(page: Client, task: Task, query: str, body: dict[str, str], field: str) -> None:
    files = {name: file(content.encode()) for name, content in body.items()}
    answer = page.post(f"/api/tasks/{task.pk}/annotations/import{query}", files)
    assert answer.status_code == 400 and list(answer.json()) == [field], answer.json()
    assert page.delete(f"/api/tasks/{task.pk}/annotations/imported?kind=all").status_code == 400
    assert page.patch(f"/api/tasks/{task.pk}", {"show_preannotations": "perhaps"}, content_type="application/json").status_code == 400
    assert not Request.objects.filter(action="import").exists()


def test_the_schema_describes_the_doors() -> None:
    paths = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()["paths"]
    begin = paths["/api/tasks/{id}/annotations/import"]["post"]
    assert {parameter["name"] for parameter in begin["parameters"]} == {"id", "kind", "format", "leave_out"}
    assert {"202", "400", "403", "404", "409"} <= set(begin["responses"]) and "multipart/form-data" in begin["requestBody"]["content"]
    assert set(paths["/api/tasks/{id}/annotations/imported"]) == {"get", "delete"}
