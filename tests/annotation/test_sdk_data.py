"""CVAT's own client makes tasks of every kind of data; each frame is compared pixel by pixel."""
import io
from pathlib import Path
from typing import Any

import pytest
from cvat_sdk import models
from cvat_sdk.api_client import exceptions
from cvat_sdk.core.proxies.tasks import ResourceType
from PIL import Image, ImageChops

from tests.annotation.pictures import picture
from tests.annotation.videos import decoded, video
from tests.stack.buckets import KEY, SECRET, BucketServer

pytestmark = pytest.mark.django_db(transaction=True)
FILES = {name: picture(60 + 7 * number, 40, form="PNG", mode=mode)
         for number, (name, mode) in enumerate([("b.png", "RGB"), ("a.png", "L"), ("c.png", "RGBA")])}
LABELS = [models.PatchedLabelRequest(name="car")]


def spec(name: str) -> models.TaskWriteRequest:
    return models.TaskWriteRequest(name=name, labels=LABELS)


def same(shown: Any, content: bytes) -> bool:
    """Pixel by pixel."""
    left, right = Image.open(shown), Image.open(io.BytesIO(content))
    return left.size == right.size and ImageChops.difference(left.convert("RGBA"), right.convert("RGBA")).getbbox() is None


def check(task: Any, names: list[str], files: dict[str, bytes] = FILES) -> None:
    assert [frame.name for frame in task.get_meta().frames] == names
    for number, name in enumerate(names):
        assert same(task.get_frame(number, quality="original"), files[name])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_local_files_in_their_order_and_every_second(sdk: Any, folder: Path) -> None:
    task = sdk.tasks.create_from_data(spec("Local"), [folder / name for name in FILES])
    check(task, ["a.png", "b.png", "c.png"])
    ordered = sdk.tasks.create_from_data(spec("Order"), [folder / name for name in ("c.png", "a.png", "b.png")],
                                         data_params={"sorting_method": "predefined"})
    check(ordered, ["c.png", "a.png", "b.png"])
    half = sdk.tasks.create_from_data(spec("Half"), [folder / name for name in FILES],
                                      data_params={"frame_step": 2, "image_quality": 70})
    check(half, ["a.png", "c.png"])
    assert (half.get_meta().frame_filter, half.get_meta().stop_frame) == ("step=2", 2)
    jobs = sdk.tasks.create_from_data(spec("Jobs"), [folder / name for name in FILES],
                                      data_params={"job_file_mapping": [["c.png"], ["a.png", "b.png"]]})
    assert sorted((job.start_frame, job.stop_frame) for job in jobs.get_jobs()) == [(0, 0), (1, 2)]
    check(jobs, ["c.png", "a.png", "b.png"])


def test_the_server_s_share(sdk: Any, folder: Path, settings: Any) -> None:
    settings.SHARE_ROOT = str(folder)
    (folder / "sub").mkdir()
    (folder / "sub" / "d.png").write_bytes(FILES["a.png"])
    listed, _ = sdk.api_client.server_api.list_share(directory="/")
    assert [(one.name, str(one.type)) for one in listed][:2] == [("sub", "DIR"), ("a.png", "REG")]
    task = sdk.tasks.create_from_data(spec("Share"), ["b.png", "a.png"], resource_type=ResourceType.SHARE)
    check(task, ["a.png", "b.png"])
    tree = sdk.tasks.create_from_data(spec("Tree"), ["/"], resource_type=ResourceType.SHARE,
                                      data_params={"server_files_exclude": ["b.png", "c.png"]})
    check(tree, ["a.png", "sub/d.png"], {**FILES, "sub/d.png": FILES["a.png"]})


def test_remote_files(sdk: Any, folder: Path, bucket_server: BucketServer, settings: Any) -> None:
    settings.INGEST_ALLOWED_PRIVATE_HOSTS = [bucket_server.host]
    bucket_server.make("open", FILES)
    bucket_server.client.put_bucket_acl(Bucket="open", ACL="public-read")
    for name in FILES:
        bucket_server.client.put_object_acl(Bucket="open", Key=name, ACL="public-read")
    task = sdk.tasks.create_from_data(spec("Web"), [f"{bucket_server.address}/open/{name}" for name in FILES],
                                      resource_type=ResourceType.REMOTE)
    check(task, ["a.png", "b.png", "c.png"])


def test_a_cloud_storage(sdk: Any, bucket_server: BucketServer, settings: Any) -> None:
    settings.INGEST_ALLOWED_PRIVATE_HOSTS = [bucket_server.host]
    bucket_server.make("clouds", {f"set/{name}": content for name, content in FILES.items()})
    api = sdk.api_client.cloudstorages_api
    storage, _ = api.create(models.CloudStorageWriteRequest(
        provider_type="AWS_S3_BUCKET", resource="clouds", display_name="Clouds", credentials_type="KEY_SECRET_KEY_PAIR", key=KEY,
        secret_key=SECRET, specific_attributes=f"endpoint_url={bucket_server.address}", manifests=[]))
    assert (storage.resource, storage.owner.username) == ("clouds", "alice")
    assert api.retrieve_status(storage.id)[0] == "AVAILABLE"
    content, _ = api.retrieve_content_v2(storage.id, prefix="set/")
    assert [one.name for one in content.content] == ["a.png", "b.png", "c.png"] and content.next is None
    changed, _ = api.partial_update(storage.id, patched_cloud_storage_write_request=models.PatchedCloudStorageWriteRequest(
        provider_type="AWS_S3_BUCKET", resource="clouds", display_name="Sky", credentials_type="KEY_SECRET_KEY_PAIR"))
    assert changed.display_name == "Sky"
    assert [one.id for one in api.list()[0].results] == [storage.id]
    task = sdk.tasks.create_from_data(spec("Cloud"), ["set/"], resource_type=ResourceType.SHARE,
                                      data_params={"cloud_storage_id": storage.id})
    check(task, [f"set/{name}" for name in sorted(FILES)], {f"set/{name}": content for name, content in FILES.items()})
    api.destroy(storage.id)
    with pytest.raises(exceptions.NotFoundException):
        api.retrieve(storage.id)


def test_a_video(sdk: Any, tmp_path: Path) -> None:
    content = video(6, 160, 120)
    (tmp_path / "film.mp4").write_bytes(content)
    task = sdk.tasks.create_from_data(spec("Film"), [tmp_path / "film.mp4"], data_params={"frame_step": 2, "start_frame": 1})
    assert (task.size, task.mode) == (3, "interpolation")
    meta = task.get_meta()
    assert [frame.name for frame in meta.frames] == ["frame_000001.jpg", "frame_000003.jpg", "frame_000005.jpg"]
    assert (meta.start_frame, meta.stop_frame, meta.frame_filter) == (1, 5, "step=2")
    for number, image in enumerate(decoded(content)[1::2]):
        shown = Image.open(task.get_frame(number, quality="original"))
        # JPEG at 95 against what the decoder gives.
        worst = max(high for _, high in ImageChops.difference(shown.convert("RGB"), image).getextrema())  # type: ignore[misc]
        assert shown.size == image.size and worst <= 6


def test_what_is_not_done_is_said(sdk: Any, folder: Path) -> None:
    task = sdk.tasks.create(spec("No"))
    with pytest.raises(exceptions.ApiException) as refused:
        task.upload_data([folder / "a.png"], params={
            "validation_params": {"mode": "gt_pool", "frame_selection_method": "manual", "frames": ["a.png"], "frames_per_job_count": 1}})
    assert refused.value.status == 400 and b"need the sorting method random" in refused.value.body
    done = sdk.tasks.create_from_data(spec("Yes"), [folder / "a.png"])
    with pytest.raises(exceptions.ApiException) as kept:
        done.remove_frames_by_ids([0])
    assert kept.value.status == 400
