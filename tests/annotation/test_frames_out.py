"""Images on their way out: tags, ranges, a front server, and copies that are made when somebody looks."""
import hashlib
import io
import zipfile
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from rest_framework.test import APIClient

from annotation import copies
from annotation.models import Frame, Task
from tests.annotation.conftest import Fill
from tests.annotation.filling import stored_files
from tests.annotation.pictures import picture

pytestmark = pytest.mark.django_db
ORIGINAL = "data?type=frame&number=0&quality=original"


@pytest.fixture
def content() -> bytes:
    return picture(100, 80, form="PNG")


@pytest.fixture
def task(fill: Fill, content: bytes) -> Task:
    return fill({"a.png": content})


@pytest.fixture
def look(alice: Any, task: Task) -> Any:
    """look(path below the task, method, **headers) -> answer with its whole `body`"""
    client = APIClient()
    client.force_authenticate(alice)

    def asked(path: str = ORIGINAL, method: str = "get", **headers: str) -> Any:
        answer = getattr(client, method)(f"/api/tasks/{task.pk}/{path}", headers=headers)
        answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return answer

    return asked


def test_the_tag_is_the_digest_of_the_bytes_and_saves_sending_them(look: Any, content: bytes) -> None:
    answer = look()
    assert answer.body == content
    assert hashlib.sha256(content).hexdigest() in answer["ETag"] and not answer["ETag"].startswith("W/")
    assert (answer["Accept-Ranges"], answer["Content-Length"], answer["Content-Type"]) == ("bytes", str(len(content)), "image/png")
    assert answer["Cache-Control"].startswith("private")
    for known in (answer["ETag"], f'"other", {answer["ETag"]}', "*"):
        again = look(**{"If-None-Match": known})
        assert (again.status_code, again.body, again["ETag"]) == (304, b"", answer["ETag"])
    assert look(**{"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(("asked", "start", "stop"), [
    ("bytes=0-9", 0, 10), ("bytes=10-", 10, None), ("bytes=-7", -7, None), ("bytes=3-3", 3, 4), ("bytes=5-99999999", 5, None)])
def test_one_range_is_cut_out(look: Any, content: bytes, asked: str, start: int, stop: int | None) -> None:
    answer = look(Range=asked)
    assert (answer.status_code, answer.body) == (206, content[start:stop])
    first = start % len(content)
    assert answer["Content-Range"] == f"bytes {first}-{first + len(answer.body) - 1}/{len(content)}"
    assert answer["Content-Length"] == str(len(answer.body))


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "bytes=9-3", "bytes=-", "items=0-1", "bytes=a-b", ""])
def test_ranges_that_say_nothing_bring_the_whole(look: Any, content: bytes, asked: str) -> None:
    answer = look(Range=asked)
    assert (answer.status_code, answer.body) == (200, content)


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_range_outside_is_416(look: Any, content: bytes, asked: str) -> None:
    answer = look(Range=asked)
    assert (answer.status_code, answer.body, answer["Content-Range"]) == (416, b"", f"bytes */{len(content)}")


def test_a_range_of_another_version_brings_the_whole(look: Any, content: bytes) -> None:
    tag = look()["ETag"]
    assert look(Range="bytes=0-1", **{"If-Range": tag}).body == content[:2]
    assert look(Range="bytes=0-1", **{"If-Range": '"older"'}).body == content


def test_head_tells_the_length_and_sends_nothing(look: Any, content: bytes) -> None:
    answer = look(method="head")
    assert (answer.status_code, answer.body, answer["Content-Length"]) == (200, b"", str(len(content)))
    assert answer["ETag"] == look()["ETag"]


def test_the_front_server_sends_the_file_where_there_is_one(look: Any, task: Task, settings: Any, client: Any, alice: Any) -> None:
    settings.MEDIA_ACCEL_LOCATION = "/stored/"
    answer = look()
    frame = task.frames.get()
    assert (answer.body, answer["X-Accel-Redirect"]) == (b"", f"/stored/{frame.original.name}")
    assert (answer["Content-Type"], frame.sha256 in answer["ETag"]) == ("image/png", True)
    assert look(**{"If-None-Match": answer["ETag"]}).status_code == 304


def test_the_same_chunk_has_the_same_bytes(look: Any, content: bytes) -> None:
    first, second = (look("data?type=chunk&number=0&quality=original") for _ in range(2))
    assert first.body == second.body and first["ETag"] == second["ETag"]
    with zipfile.ZipFile(io.BytesIO(first.body)) as archive:
        assert [archive.read(name) for name in archive.namelist()] == [content]


def without_copies(task: Task) -> Frame:
    """As a large task is for a while after it was filled."""
    frame = task.frames.get()
    for name in filter(None, (frame.thumbnail.name, frame.work_copy.name)):
        default_storage.delete(name)
    Frame.objects.update(thumbnail="", work_copy="", needs_work_copy=bool(frame.work_copy))
    return Frame.objects.get()


def test_who_looks_first_has_the_copies_made(fill: Fill, alice: Any) -> None:
    task = fill({"turned.jpg": picture(100, 80, orientation=6)})
    client = APIClient()
    client.force_authenticate(alice)
    without_copies(task)
    answer = client.get(f"/api/tasks/{task.pk}/data?type=frame&number=0&quality=compressed")
    assert Image.open(io.BytesIO(b"".join(answer.streaming_content))).size == (80, 100)
    frame = Frame.objects.get()
    assert frame.thumbnail and frame.work_copy
    assert client.get(f"/api/tasks/{task.pk}/preview").status_code == 200
    assert set(stored_files()) == {frame.original.name, frame.thumbnail.name, frame.work_copy.name}


def test_the_background_makes_what_is_missing_once(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = without_copies(task)
    rung: list[int] = []
    monkeypatch.setattr(copies, "ring", rung.append)
    assert (copies.sweep(), rung) == (1, [task.pk])
    assert copies.work(task.pk) is False
    made = Frame.objects.get()
    assert made.thumbnail and not made.work_copy
    assert copies.sweep() == 0
    # Somebody who looked at the same moment throws their own away.
    frame.thumbnail.name = ""
    copies.make(frame)
    assert frame.thumbnail == made.thumbnail
    assert set(stored_files()) == {made.original.name, made.thumbnail.name}


def test_an_image_that_turns_out_damaged_is_named_once(fill: Fill, alice: Any) -> None:
    task = fill({"a.jpg": picture(), "b.jpg": picture(64, 48)})
    frame = task.frames.get(number=1)
    default_storage.delete(frame.original.name)
    default_storage.save(frame.original.name, io.BytesIO(picture(400, 300)[:2000]))  # type: ignore[arg-type]
    Frame.objects.filter(pk=frame.pk).update(thumbnail="")
    assert copies.work(task.pk) is False
    assert copies.sweep() == 0
    [warning] = task.requests.get().warnings
    assert warning.startswith("Frame 1 (b.jpg) is damaged")
    client = APIClient()
    client.force_authenticate(alice)
    answer = client.get(f"/api/tasks/{task.pk}/data?type=frame&number=1&quality=thumbnail")
    assert answer.status_code == 404 and "damaged" in answer.json()["detail"]
