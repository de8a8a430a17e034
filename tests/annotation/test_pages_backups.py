"""Pages: backing up, creating from a backup, cancelling, the guide's history and pictures."""
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from annotation import runner
from annotation.models import Asset, Project, Request, Task
from annotation.services import exports, projects
from tests.annotation.conftest import Fill
from tests.annotation.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_alice(client: Client, alice: Any) -> Client:
    client.force_login(alice)
    return client


def run(answer: Any) -> Request:
    """Of the page that a form led to."""
    request = Request.objects.get(pk=answer.url.rpartition("/")[2])
    runner.run(str(request.pk))
    request.refresh_from_db()
    return request


@pytest.mark.parametrize("kind", ["task", "project"])
def test_a_backup_is_made_and_becomes_another(as_alice: Client, fill: Fill, kind: str) -> None:
    task = fill(count=2)
    number = task.pk if kind == "task" else task.project_id
    assert f"/{kind}s/{number}/backup" in as_alice.get(f"/{kind}s/{number}").content.decode()
    made = run(as_alice.post(f"/{kind}s/{number}/backup"))
    page = as_alice.get(f"/requests/{made.pk}").content.decode()
    assert "Backup of" in page and "Download" in page
    assert f"/{kind}s/restore" in as_alice.get(f"/{kind}s").content.decode()
    content = made.result.open("rb").read()
    restored = run(as_alice.post(f"/{kind}s/restore", {"file": SimpleUploadedFile("b.zip", content)}))
    assert restored.status == "finished" and (Task.objects.count(), Project.objects.count()) == (2, 2)
    page = as_alice.get(f"/requests/{restored.pk}").content.decode()
    assert f"Open the {kind}" in page and f"/{kind}s/{restored.task_id or restored.project_id}" in page
    listed = as_alice.get("/requests").content.decode()
    assert "Restoring b.zip" in listed and "Backup of" in listed


def test_no_backup_without_a_file_or_a_right(as_alice: Client, rita: Any, fill: Fill, alice: Any) -> None:
    from annotation.services import members

    assert as_alice.post("/tasks/restore").status_code == 422
    refused = as_alice.post("/tasks/restore", {"file": SimpleUploadedFile("b.zip", b"")})
    assert refused.status_code == 422 and "empty" in refused.content.decode()
    task = fill(count=1)
    members.share_project(actor=alice, project=task.project, user=rita, role="reviewer")
    as_alice.force_login(rita)
    assert as_alice.post(f"/tasks/{task.pk}/backup").status_code == 403
    assert not Request.objects.filter(action="export").exists()


def test_waiting_work_is_cancelled_on_its_page(as_alice: Client, alice: Any, bob: Any, fill: Fill) -> None:
    waiting = exports.start_export(actor=alice, project_or_task=fill(count=1), format="COCO 1.0")
    address = f"/requests/{waiting.pk}/cancel"
    assert address in as_alice.get("/requests").content.decode() and address in as_alice.get(f"/requests/{waiting.pk}").content.decode()
    as_alice.post(address)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.message) == ("failed", "Cancelled by alice.")
    again = as_alice.post(address, follow=True).content.decode()
    assert "over already" in again and address not in as_alice.get("/requests").content.decode()
    as_alice.force_login(bob)
    assert as_alice.post(address).status_code == 404


def test_the_guide_through_time(as_alice: Client, alice: Any, rita: Any, project: Project) -> None:
    from annotation.services import members

    projects.update_project(actor=alice, project=project, guide="# Masks")
    assert "Version 2" in as_alice.get(f"/projects/{project.pk}/guide").content.decode()
    history = as_alice.get(f"/projects/{project.pk}/guide/versions").content.decode()
    assert history.index("Version 2") < history.index("Version 1") and "alice" in history
    old = as_alice.get(f"/projects/{project.pk}/guide/versions/1").content.decode()
    assert "Boxes</h3>" in old and "Restore this version" in old
    assert "Restore this version" not in as_alice.get(f"/projects/{project.pk}/guide/versions/2").content.decode()
    assert as_alice.get(f"/projects/{project.pk}/guide/versions/9").status_code == 404
    members.share_project(actor=alice, project=project, user=rita, role="reviewer")
    reviewer = Client()
    reviewer.force_login(rita)
    assert "Restore" not in reviewer.get(f"/projects/{project.pk}/guide/versions/1").content.decode()
    assert reviewer.post(f"/projects/{project.pk}/guide/versions/1").status_code == 403
    as_alice.post(f"/projects/{project.pk}/guide/versions/1")
    project.refresh_from_db()
    assert project.guide == "# Boxes" and project.guide_versions.count() == 3


def test_a_picture_for_the_guide(as_alice: Client, alice: Any, rita: Any, project: Project) -> None:
    address = f"/projects/{project.pk}/guide/pictures"
    sent = as_alice.post(address, {"file": ContentFile(picture(20, 20, form="PNG"), name="a [car].png")})
    asset = Asset.objects.get()
    assert sent.json() == {"markdown": f"![a car](/api/assets/{asset.pk})"}
    shown = as_alice.post(f"/projects/{project.pk}/guide/preview", {"guide": sent.json()["markdown"]}).content.decode()
    assert 'src="/guides/pictures/' in shown
    bad = as_alice.post(address, {"file": ContentFile(b"<svg/>", name="a.svg")})
    assert bad.status_code == 400 and "not a whole" in bad.json()["detail"]
    assert as_alice.post(address).status_code == 400
    as_alice.force_login(rita)
    assert as_alice.post(address).status_code == 404
