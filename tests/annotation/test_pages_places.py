"""Pages of cloud storages, and taking files from the share and from buckets in the task form."""
from pathlib import Path
from typing import Any

import pytest

from annotation import runner
from annotation.models import CloudStorage, Frame, Request, Task
from tests.annotation.pictures import picture
from tests.annotation.videos import video
from tests.stack.buckets import KEY, SECRET, BucketServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_alice(client: Any, alice: Any) -> Any:
    client.force_login(alice)
    return client


@pytest.fixture
def form(bucket_server: BucketServer, settings: Any) -> dict[str, str]:
    settings.INGEST_ALLOWED_PRIVATE_HOSTS = [bucket_server.host]
    if "pages" not in {one["Name"] for one in bucket_server.client.list_buckets()["Buckets"]}:
        bucket_server.make("pages", {"day/a b&c.png": picture(form="PNG"), "top.png": picture(form="PNG")})
    return {"display_name": "Photos", "resource": "pages", "endpoint_url": bucket_server.address, "credentials_type": "KEY_SECRET_KEY_PAIR",
            "key": KEY, "secret_key": SECRET}


@pytest.fixture
def storage(as_alice: Any, form: dict[str, str]) -> CloudStorage:
    assert as_alice.post("/cloud-storages/create", form).status_code == 302
    return CloudStorage.objects.get()


def fields(**chosen: str) -> dict[str, str]:
    return {"name": "Monday", "segment_size": "10", "frame_overlap": "0", "sorting_method": "natural", **chosen}


def test_a_bucket_is_registered_browsed_changed_and_forgotten(as_alice: Any, form: dict[str, str], storage: CloudStorage) -> None:
    assert "Photos" in as_alice.get("/cloud-storages").content.decode()
    page = as_alice.get(f"/cloud-storages/{storage.pk}").content.decode()
    assert SECRET not in page and "pages" in page
    folder = as_alice.get(f"/cloud-storages/{storage.pk}/folder?take").content.decode()
    assert 'data-take="day/"' in folder and 'data-take="top.png"' in folder
    inner = as_alice.get(f"/cloud-storages/{storage.pk}/folder?folder=day/&take").content.decode()
    assert 'data-take="day/a b&amp;c.png"' in inner
    answer = as_alice.post(f"/cloud-storages/{storage.pk}/edit", {**form, "display_name": "Ours", "key": "", "secret_key": ""})
    assert answer.status_code == 302
    storage.refresh_from_db()
    assert storage.display_name == "Ours" and storage.credentials
    assert as_alice.post(f"/cloud-storages/{storage.pk}/delete").status_code == 302
    assert not CloudStorage.objects.exists()


def test_a_wrong_bucket_stays_in_the_form_with_its_reason(as_alice: Any, form: dict[str, str], settings: Any) -> None:
    answer = as_alice.post("/cloud-storages/create", {**form, "resource": "no-such"})
    assert answer.status_code == 422 and "does not exist" in answer.content.decode()
    wrong = as_alice.post("/cloud-storages/create", {**form, "endpoint_url": "example"})
    assert wrong.status_code == 422 and "is like https" in wrong.content.decode()
    settings.INGEST_ALLOWED_PRIVATE_HOSTS = []
    refused = as_alice.post("/cloud-storages/create", form)
    assert refused.status_code == 422 and "private network" in refused.content.decode()
    assert SECRET not in refused.content.decode() and not CloudStorage.objects.exists()


def test_a_stranger_finds_none_of_it(client: Any, storage: CloudStorage, stranger: Any) -> None:
    client.force_login(stranger)
    for path in ("", "/edit", "/delete", "/folder"):
        assert client.get(f"/cloud-storages/{storage.pk}{path}").status_code == 404
    assert "Photos" not in client.get("/cloud-storages").content.decode()


def test_a_task_from_the_bucket_through_the_form(as_alice: Any, storage: CloudStorage, project: Any) -> None:
    address = f"/projects/{project.pk}/tasks/create"
    assert f'value="{storage.pk}"' in as_alice.get(address).content.decode()
    answer = as_alice.post(address, fields(source="cloud", cloud_storage=str(storage.pk), cloud_files="day/\n"))
    assert answer.status_code == 302, answer.content.decode()
    runner.run(str(Request.objects.get().pk))
    assert [frame.name for frame in Frame.objects.all()] == ["day/a b&c.png"]
    empty = as_alice.post(address, fields(source="cloud", cloud_storage=str(storage.pk)))
    assert empty.status_code == 422 and "Choose files or folders of the bucket" in empty.content.decode()


def test_a_task_from_the_share_through_the_form(as_alice: Any, project: Any, settings: Any, tmp_path: Path) -> None:
    address = f"/projects/{project.pk}/tasks/create"
    assert "tab-share" not in as_alice.get(address).content.decode()
    assert as_alice.get("/share/folder").status_code == 404
    (tmp_path / "in").mkdir()
    for number in range(4):
        (tmp_path / "in" / f"{number}.png").write_bytes(picture(form="PNG"))
    settings.SHARE_ROOT = str(tmp_path)
    assert "tab-share" in as_alice.get(address).content.decode()
    assert 'data-take="in/3.png"' in as_alice.get("/share/folder?folder=in/&take").content.decode()
    assert "not a folder" in as_alice.get("/share/folder?folder=../").content.decode()
    answer = as_alice.post(address, fields(source="share", share_files="in/", step="2", start_frame="1"))
    assert answer.status_code == 302, answer.content.decode()
    runner.run(str(Request.objects.get().pk))
    assert [frame.name for frame in Frame.objects.all()] == ["in/1.png", "in/3.png"]
    missing = as_alice.post(address, fields(source="share", share_files="../out"))
    assert missing.status_code == 422 and "is not on the server" in missing.content.decode()
    assert Task.objects.count() == 1


def test_every_nth_picture_of_an_uploaded_video(as_alice: Any, project: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    film = SimpleUploadedFile("film.mp4", video(6))
    answer = as_alice.post(f"/projects/{project.pk}/tasks/create", {**fields(source="files", step="3"), "files": film})
    assert answer.status_code == 302, answer.content.decode()
    runner.run(str(Request.objects.get().pk))
    assert [frame.name for frame in Frame.objects.all()] == ["frame_000000.jpg", "frame_000003.jpg"]
    backwards = as_alice.post(f"/projects/{project.pk}/tasks/create",
                              {**fields(source="files", start_frame="5", stop_frame="2"), "files": SimpleUploadedFile("a.mp4", b"x")})
    assert backwards.status_code == 422 and "lies before the first" in backwards.content.decode()
