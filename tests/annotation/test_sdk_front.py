"""CVAT's own client, unmodified, over https through a front server; and which media types and versions are answered."""
import json
from pathlib import Path
from typing import Any

import pytest
from cvat_sdk import Client, models
from cvat_sdk.core.client import Config
from django.test import Client as Browser

from annotation.models import Job
from tests.annotation.front import front_server
from tests.annotation.pictures import picture
from tests.cast import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:Unverified HTTPS request")]


@pytest.fixture
def secure(settings: Any) -> None:
    """Settings of a deployment with PUBLIC_URL=https://… and BEHIND_PROXY=true."""
    settings.SECURE_PROXY_SSL_HEADER, settings.USE_X_FORWARDED_HOST = ("HTTP_X_FORWARDED_PROTO", "https"), True
    settings.SESSION_COOKIE_SECURE = True


def test_all_the_way_over_https(sdk_server: str, secure: None, alice: Any, tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(picture(100, 80))
    with front_server(sdk_server, tmp_path) as address, Client(address, config=Config(verify_ssl=False)) as client:
        client.login((alice.username, PASSWORD))
        project = client.projects.create({"name": "Streets", "labels": [{"name": "car"}]})
        assert project.url == f"{address}/api/projects/{project.id}"
        task = client.tasks.create_from_data({"name": "Monday", "project_id": project.id}, [str(tmp_path / "1.jpg")])
        assert task.get_frame(0, quality="original").read() == picture(100, 80)
        label = project.get_labels()[0]
        task.set_annotations(models.LabeledDataRequest(shapes=[models.LabeledShapeRequest(
            type="rectangle", frame=0, label_id=label.id, points=[1.0, 2.0, 30.0, 40.0])]))
        task.export_dataset("COCO 1.0", str(tmp_path / "out.zip"), include_images=False)
        task.remove_annotations()
        # Resumable: the client goes on at the address it was told.
        task.import_annotations("COCO 1.0", str(tmp_path / "out.zip"))
        assert [shape.points for shape in task.get_annotations().shapes] == [[1.0, 2.0, 30.0, 40.0]]
        cookies = client.api_client.cookies
        assert cookies["sessionid"]["secure"] and not cookies["csrftoken"]["secure"]


def test_pieces_find_their_way_through_a_front_server_that_says_nothing(
        sdk_server: str, alice: Any, tmp_path: Path, fill: Any, settings: Any) -> None:
    job: Job = fill().jobs.get()
    label = job.task.project.labels.first()
    file = tmp_path / "in.json"
    file.write_text(json.dumps({
        "images": [{"id": 1, "file_name": "0.jpg", "width": 100, "height": 80}], "categories": [{"id": 1, "name": label.name}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 30, 40]}]}))
    with front_server(sdk_server, tmp_path, telling=False) as address:
        settings.CSRF_TRUSTED_ORIGINS = [address]
        with Client(address, config=Config(verify_ssl=False)) as client:
            client.login((alice.username, PASSWORD))
            client.tasks.retrieve(job.task_id).import_annotations("COCO 1.0", str(file))
            assert len(client.jobs.retrieve(job.pk).get_annotations().shapes) == 1


def test_another_sites_address_is_never_repeated(client: Browser, alice: Any, fill: Any) -> None:
    client.force_login(alice)
    answer = client.post(f"/api/tasks/{fill().pk}/annotations/?format=COCO 1.0", content_type="application/json",
                         headers={"Upload-Length": "5", "Upload-Metadata": "filename YS5qc29u", "Origin": "https://evil.example"})
    assert answer.status_code == 201 and answer["Location"].startswith("http://testserver/api/")


@pytest.mark.parametrize("path", ["/api/users/self", "/api/crowdsourcing/pools", "/api/nowhere"])
def test_one_version_is_spoken_at_every_door(client: Browser, alice: Any, path: str) -> None:
    client.force_login(alice)
    expected = 404 if path.endswith("nowhere") else 200
    cvat = "application/vnd.cvat+json"
    for accept in (cvat, f"{cvat}; version=2.0", "application/json;version=2.0", "*/*", "text/html", None):
        assert client.get(path, headers={"Accept": accept} if accept else {}).status_code == expected, accept
    for accept in (f"{cvat}; version=1.0", f"{cvat}; version=2.1", "application/json; version=x", "*/*; version=3"):
        refused = client.get(path, headers={"Accept": accept})
        assert refused.status_code == 406 and refused.json()["detail"].startswith('Invalid version in "Accept" header.'), accept
    assert client.get(path, headers={"Accept": "text/csv"}).status_code == 406


def test_a_browser_is_shown_answers_as_pages_without_forms(client: Browser, alice: Any, fill: Any) -> None:
    client.force_login(alice)
    task = fill()
    for path in ("projects", f"tasks/{task.pk}", f"tasks/{task.pk}/annotations/", "auth/login", "server/about", "jobs?state=odd",
                 "crowdsourcing/pools"):
        page = client.get(f"/api/{path}", headers={"Accept": "text/html"})
        assert page["Content-Type"].startswith("text/html") and page.status_code in (200, 400, 405), path
        assert b"<textarea" not in page.content
