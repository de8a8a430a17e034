"""Files in a bucket instead of a folder, and tasks made from registered buckets. One S3 server for the module."""
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import override_settings
from rest_framework.test import APIClient

from annotation import runner, stored, tidying
from annotation.models import CloudStorage, Frame, Job, Project, Request, Task
from annotation.services import exports, imports, partial_uploads, tasks
from annotation.services.files import remove_tree
from cvatoloka.storages import media_storage
from tests.annotation.filling import ingest, stored_files
from tests.annotation.pictures import picture, zipped
from tests.annotation.videos import video
from tests.stack.buckets import KEY, SECRET, BucketServer

pytestmark = pytest.mark.django_db
PICTURES = {f"{number}.png": picture(40 + number, 30, form="PNG") for number in range(3)}


@pytest.fixture(scope="module")
def photos(bucket_server: BucketServer) -> str:
    """A bucket to register."""
    files = {f"day/{name}": content for name, content in PICTURES.items()} | {
        "day/readme.txt": b"no picture", "night/9.png": picture(form="PNG"), "all.zip": zipped({"z.png": picture(form="PNG")}),
        "film.mp4": video(4), "bad.png": b"no"}
    return bucket_server.make("photos", files)


@pytest.fixture
def in_bucket(bucket_server: BucketServer) -> Iterator[str]:
    """Everything of the application lies in a bucket below a prefix."""
    from urllib.parse import quote

    if "media" not in {one["Name"] for one in bucket_server.client.list_buckets()["Buckets"]}:
        bucket_server.make("media")
    address = f"s3+http://{KEY}:{quote(SECRET, safe='')}@{bucket_server.host}/media/below/here?region=us-east-1"
    from django.conf import settings

    with override_settings(STORAGES={**settings.STORAGES, "default": media_storage(address)}):
        yield "media"
        for folder in ("tasks", "exports", "partial"):
            remove_tree(folder)


@pytest.mark.parametrize("address", ["http://a:b@host/bucket", "s3://host/bucket", "s3://a:b@host", "s3://a@host/bucket"])
def test_an_address_that_says_too_little_is_refused_without_the_secret(address: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        media_storage(address)
    assert "host" in str(refused.value) and address not in str(refused.value)


def test_amazons_own_needs_no_host() -> None:
    options = media_storage("s3://key:se%2Fcret@/bucket/pre/fix?region=eu-central-1")["OPTIONS"]
    wanted = {"access_key": "key", "secret_key": "se/cret", "endpoint_url": None, "bucket_name": "bucket", "location": "pre/fix",
              "region_name": "eu-central-1"}
    assert {name: options[name] for name in wanted} == wanted


def test_from_images_to_export_import_and_nothing_left(in_bucket: str, bucket_server: BucketServer, alice: Any,
                                                       project: Project) -> None:
    task = tasks.create_task(actor=alice, project=project, name="Far", segment_size=2)
    uploads = {**PICTURES, "more.zip": zipped({"z.png": picture(form="PNG")}), "turned.jpg": picture(60, 40, orientation=6)}
    request = ingest(alice, task, uploads)
    assert request.status == "finished", (request.message, request.errors)
    frames = {frame.name: frame for frame in Frame.objects.all()}
    assert frames["1.png"].original.read() == PICTURES["1.png"]
    named = {path for row in Frame.objects.values_list("original", "thumbnail", "work_copy") for path in row if path}
    assert bucket_server.keys(in_bucket) == {f"below/here/{path}" for path in named} and set(stored_files()) == named
    _frames_of(task, alice)
    shapes = {"images": [{"id": 1, "file_name": "1.png", "width": 41, "height": 30}], "categories": [{"id": 1, "name": "car"}],
              "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 10, 12], "area": 120, "iscrowd": 0}]}
    imported = imports.start_import(actor=alice, task=task, kind="preannotation",
                                    file=ContentFile(json.dumps(shapes).encode(), name="boxes.json"))
    runner.run(str(imported.pk))
    imported.refresh_from_db()
    assert imported.status == "finished", (imported.message, imported.errors)
    export = exports.start_export(actor=alice, project_or_task=task, format="COCO 1.0", save_images=True, only_accepted=False)
    runner.run(str(export.pk))
    export.refresh_from_db()
    with export.result.open("rb") as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        assert archive.read("images/1.png") == PICTURES["1.png"]
    assert tidying.tidy() == 0
    remove_tree(f"tasks/{task.pk}")
    assert stored_files() == []


def _frames_of(task: Task, alice: Any) -> None:
    client = APIClient()
    client.force_authenticate(alice)
    number = task.frames.get(name="2.png").number
    path = f"/api/tasks/{task.pk}/data?type=frame&number={number}&quality=original"
    answer = client.get(path)
    assert b"".join(answer.streaming_content) == PICTURES["2.png"]
    part = client.get(path, headers={"Range": "bytes=3-9"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, PICTURES["2.png"][3:10])
    assert client.get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.head(path)["Content-Length"] == str(len(PICTURES["2.png"]))


def test_an_archive_in_the_bucket_is_read_by_ranges(in_bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "RANGE_BYTES", 64 * 1024)
    content = zipped({f"{number}.bin": bytes([number]) * 200_000 for number in range(20)})
    default_storage.save("tasks/1/uploads/big", ContentFile(content))
    asked: list[int] = []
    real = stored.Stored.read
    monkeypatch.setattr(stored.Stored, "read", lambda self, start, stop: asked.append(stop - start) or real(self, start, stop))
    with stored.open_seekable("tasks/1/uploads/big") as file, zipfile.ZipFile(file) as archive:
        assert archive.read("7.bin") == bytes([7]) * 200_000
    assert sum(asked) < 600_000 < len(content)
    with pytest.raises(FileNotFoundError):
        stored.open_seekable("tasks/1/uploads/none")


def test_pieces_of_a_file_and_a_cancelled_one(in_bucket: str, alice: Any, project: Project) -> None:
    task = tasks.create_task(actor=alice, project=project, name="Far")
    content = PICTURES["0.png"]
    upload = partial_uploads.begin(actor=alice, task=task, purpose="data", name="0.png", length=len(content))
    partial_uploads.append(upload=upload, offset=0, piece=content[:10])
    partial_uploads.append(upload=upload, offset=10, piece=content[10:])
    upload.refresh_from_db()
    [made] = partial_uploads.take_data(actor=alice, task=task, position=0)
    assert made.file.read() == content
    request = tasks.start_ingest(actor=alice, task=task)
    runner.run(str(request.pk))
    assert Frame.objects.get().original.read() == content


# --- registered buckets ------------------------------------------------------------------------------------------------

@pytest.fixture
def client(alice: Any) -> APIClient:
    found = APIClient()
    found.force_authenticate(alice)
    return found


@pytest.fixture
def body(bucket_server: BucketServer, photos: str, settings: Any) -> dict[str, Any]:
    settings.INGEST_ALLOWED_PRIVATE_HOSTS = [bucket_server.host]
    return {"provider_type": "AWS_S3_BUCKET", "resource": photos, "display_name": "Photos", "credentials_type": "KEY_SECRET_KEY_PAIR",
            "key": KEY, "secret_key": SECRET, "specific_attributes": f"endpoint_url={bucket_server.address}"}


@pytest.fixture
def storage(client: APIClient, body: dict[str, Any]) -> CloudStorage:
    answer = client.post("/api/cloudstorages", body, format="json")
    assert answer.status_code == 201, answer.content
    return CloudStorage.objects.get()


def taken(client: APIClient, task: Task, storage: CloudStorage, **fields: Any) -> Request:
    answer = client.post(f"/api/tasks/{task.pk}/data/", {"cloud_storage_id": storage.pk, **fields}, format="json")
    assert answer.status_code == 202, answer.content
    runner.run(answer.json()["rq_id"])
    return Request.objects.get(pk=answer.json()["rq_id"])


def test_a_bucket_is_registered_looked_into_changed_and_forgotten(client: APIClient, storage: CloudStorage, stranger: Any) -> None:
    row = client.get(f"/api/cloudstorages/{storage.pk}")
    assert SECRET not in row.content.decode() and "key" not in row.json()
    assert (row.json()["resource"], row.json()["manifests"], row.json()["owner"]["username"]) == ("photos", [], "alice")
    assert SECRET.encode() not in bytes(storage.credentials)
    assert client.get(f"/api/cloudstorages/{storage.pk}/status").json() == "AVAILABLE"
    first = client.get(f"/api/cloudstorages/{storage.pk}/content-v2?page_size=2").json()
    second = client.get(f"/api/cloudstorages/{storage.pk}/content-v2", {"page_size": 500, "next_token": first["next"]}).json()
    assert len(first["content"]) == 2 and second["next"] is None
    names = {(one["name"], one["type"]) for one in first["content"] + second["content"]}
    assert names == {("day", "DIR"), ("night", "DIR"), ("all.zip", "REG"), ("film.mp4", "REG"), ("bad.png", "REG")}
    inner = client.get(f"/api/cloudstorages/{storage.pk}/content-v2?prefix=night/").json()
    assert inner["content"] == [{"name": "9.png", "type": "REG", "mime_type": "image"}]
    changed = client.patch(f"/api/cloudstorages/{storage.pk}", {"display_name": "Ours"}, format="json")
    assert changed.json()["display_name"] == "Ours"
    assert [one["id"] for one in client.get("/api/cloudstorages?search=our").json()["results"]] == [storage.pk]
    other = APIClient()
    other.force_authenticate(stranger)
    assert other.get(f"/api/cloudstorages/{storage.pk}").status_code == 404
    assert other.get("/api/cloudstorages").json()["count"] == 0
    assert client.delete(f"/api/cloudstorages/{storage.pk}").status_code == 204
    assert not CloudStorage.objects.exists()


@pytest.mark.parametrize(("field", "value", "where"), [
    ("provider_type", "AZURE_CONTAINER", "provider_type"), ("provider_type", "GOOGLE_CLOUD_STORAGE", "provider_type"),
    ("provider_type", "FTP", "provider_type"), ("resource", "no-such-bucket", "resource"), ("secret_key", "", "secret_key"),
    ("credentials_type", "CONNECTION_STRING", "credentials_type"), ("specific_attributes", "endpoint_url=ftp://x", "specific_attributes"),
    ("specific_attributes", "what=ever", "specific_attributes"), ("specific_attributes", "nothing", "specific_attributes"),
    ("session_token", "x", "session_token"), ("display_name", "", "display_name"),
    ("specific_attributes", "endpoint_url=http://127.0.0.1:1", "resource")])
def test_what_cannot_be_registered_is_said_by_field(client: APIClient, body: dict[str, Any], field: str, value: str, where: str) -> None:
    answer = client.post("/api/cloudstorages", {**body, field: value}, format="json")
    assert answer.status_code == 400 and where in answer.json(), answer.json()
    assert SECRET not in answer.content.decode() and not CloudStorage.objects.exists()


def test_private_servers_are_refused_unless_allowed(client: APIClient, body: dict[str, Any], settings: Any) -> None:
    settings.INGEST_ALLOWED_PRIVATE_HOSTS = []
    answer = client.post("/api/cloudstorages", body, format="json")
    assert answer.status_code == 400 and "private network" in answer.json()["resource"][0]


@pytest.mark.parametrize(("fields", "expected"), [
    ({"server_files": ["day/"]}, ["day/0.png", "day/1.png", "day/2.png"]), ({"server_files": ["day/1.png"]}, ["day/1.png"]),
    ({"server_files": ["/"], "filename_pattern": "*ight/*"}, ["night/9.png"]),
    ({"filename_pattern": "day/*.png", "start_frame": 2}, ["day/2.png"]),
    ({"server_files": ["day/"], "server_files_exclude": ["day/1.png"]}, ["day/0.png", "day/2.png"]),
    ({"server_files": ["all.zip"]}, ["z.png"]),
    ({"server_files": ["film.mp4"], "frame_filter": "step=2"}, ["frame_000000.jpg", "frame_000002.jpg"])])
def test_tasks_are_made_of_a_bucket(client: APIClient, storage: CloudStorage, alice: Any, project: Project, fields: dict[str, Any],
                                    expected: list[str]) -> None:
    task = tasks.create_task(actor=alice, project=project, name="Cloud")
    request = taken(client, task, storage, **fields)
    assert request.status == "finished", (request.message, request.errors)
    assert list(Frame.objects.order_by("number").values_list("name", flat=True)) == expected
    if "day/1.png" in expected:
        assert Frame.objects.get(name="day/1.png").original.read() == PICTURES["1.png"]
    meta = client.get(f"/api/tasks/{task.pk}/data/meta").json()
    assert (meta["storage"], meta["cloud_storage_id"]) == ("cloud_storage", storage.pk)


@pytest.mark.parametrize(("names", "said"), [
    (["none.png"], "is not in the bucket"), (["bad.png"], "is not a JPEG"), (["none/"], "No image")])
def test_what_is_wrong_in_a_bucket_is_said(client: APIClient, storage: CloudStorage, alice: Any, project: Project, names: list[str],
                                           said: str) -> None:
    task = tasks.create_task(actor=alice, project=project, name="Cloud")
    request = taken(client, task, storage, server_files=names)
    assert request.status == "failed" and said in request.message + " ".join(request.errors)
    assert (Job.objects.count(), stored_files()) == (0, [])


def test_others_storages_are_not_there(client: APIClient, storage: CloudStorage, project: Project, stranger: Any, alice: Any) -> None:
    task = tasks.create_task(actor=alice, project=project, name="Cloud")
    CloudStorage.objects.update(owner=stranger)
    answer = client.post(f"/api/tasks/{task.pk}/data/", {"cloud_storage_id": storage.pk, "server_files": ["day/"]}, format="json")
    assert answer.status_code == 400 and "no such cloud storage" in answer.json()["cloud_storage_id"][0]
