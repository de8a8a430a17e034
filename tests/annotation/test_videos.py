"""Videos become tasks."""
import hashlib
import io
from typing import Any

import pytest
from PIL import Image

from annotation.ingest.options import Options
from annotation.models import Frame, Job, Project, Task
from annotation.services import tasks
from tests.annotation.filling import ingest, stored_files
from tests.annotation.pictures import picture, zipped
from tests.annotation.videos import grey, video

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(alice: Any, project: Project) -> Task:
    return tasks.create_task(actor=alice, project=project, name="Film", segment_size=3)


def greys() -> list[int]:
    return [grey(Image.open(frame.original)) for frame in Frame.objects.order_by("number")]


@pytest.mark.parametrize(("form", "codec", "name"), [
    ("mp4", "mpeg4", "a.mp4"), ("mov", "mpeg4", "a.mov"), ("matroska", "mpeg4", "a.mkv"), ("webm", "libvpx", "a.webm"),
    ("avi", "mpeg4", "a.avi")])
def test_every_nth_picture_of_each_kind_becomes_a_frame(alice: Any, task: Task, form: str, codec: str, name: str) -> None:
    content = video(10, form=form, codec=codec)
    request = ingest(alice, task, {name: content}, options=Options(start_frame=1, stop_frame=8, step=3))
    assert request.status == "finished", (request.message, request.errors)
    task.refresh_from_db()
    assert (task.size, task.from_video) == (3, True)
    assert [frame.name for frame in Frame.objects.order_by("number")] == ["frame_000001.jpg", "frame_000004.jpg", "frame_000007.jpg"]
    assert all(abs(seen - wanted) < 8 for seen, wanted in zip(greys(), (20, 80, 140), strict=True))
    frame = Frame.objects.get(number=0)
    assert (frame.width, frame.height, frame.media_type) == (64, 48, "image/jpeg")
    assert frame.sha256 == hashlib.sha256(frame.original.read()).hexdigest()
    kept = task.origin["video"]
    assert (kept["name"], kept["sha256"], kept["byte_size"]) == (name, hashlib.sha256(content).hexdigest(), len(content))
    with frame.original.storage.open(kept["file"]) as file:
        assert file.read() == content
    used = {path for row in Frame.objects.values_list("original", "thumbnail") for path in row}
    assert set(stored_files()) == used | {kept["file"]}
    assert list(Job.objects.values_list("start_frame", "stop_frame")) == [(0, 2)]


def test_a_video_inside_nothing_else_and_alone(alice: Any, task: Task) -> None:
    request = ingest(alice, task, {"a.mp4": video(2), "b.jpg": picture()})
    assert request.status == "failed"
    assert any(sentence.startswith("a.mp4 is a video: make a task of it alone") for sentence in request.errors)
    assert (Frame.objects.count(), stored_files()) == (0, [])


@pytest.mark.parametrize(("name", "content", "said"), [
    ("head only", video(3)[:200], "is no video that can be read"),
    ("cut off", video(30, 320, 240, form="avi", noise=True)[:60_000], "breaks off"),
    ("noise behind the head", video(3)[:32] + bytes(range(256)) * 40, "is no video that can be read"),
    ("ebml noise", b"\x1aE\xdf\xa3" + b"\xff" * 5000, "is no video that can be read"),
    ("playlist", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "is not a JPEG"),
])
def test_a_broken_or_hostile_video_ends_in_a_sentence(alice: Any, task: Task, name: str, content: bytes, said: str) -> None:
    request = ingest(alice, task, {"a.mp4": content})
    assert request.status == "failed"
    assert said in request.message + " ".join(request.errors)
    assert (Frame.objects.count(), stored_files()) == (0, [])


@pytest.mark.parametrize(("limit", "value", "said"), [
    ("INGEST_MAX_VIDEO_SECONDS", 1, "lasts longer than 1 seconds"), ("INGEST_MAX_PIXELS", 1000, "at most 1,000 pixels"),
    ("INGEST_MAX_FILES", 3, "take a larger step")])
def test_limits_of_videos(alice: Any, task: Task, settings: Any, limit: str, value: int, said: str) -> None:
    setattr(settings, limit, value)
    request = ingest(alice, task, {"a.mp4": video(20)})
    assert request.status == "failed" and said in request.message
    assert (Frame.objects.count(), stored_files()) == (0, [])


def test_a_choice_behind_the_end_is_said(alice: Any, task: Task) -> None:
    request = ingest(alice, task, {"a.mp4": video(3)}, options=Options(start_frame=50))
    assert (request.status, request.message) == ("failed", "There is no image in what was sent.")
    assert stored_files() == []


def test_a_video_in_a_zip_is_named(alice: Any, task: Task) -> None:
    request = ingest(alice, task, {"a.zip": zipped({"clip.mp4": video(2)})})
    assert request.status == "failed" and "is a video" in request.errors[0]


def test_frames_are_shown_as_they_were_decoded(alice: Any, task: Task) -> None:
    from tests.annotation.videos import decoded

    content = video(4, 160, 120)
    ingest(alice, task, {"a.mp4": content})
    for frame, image in zip(Frame.objects.order_by("number"), decoded(content), strict=True):
        shown = Image.open(io.BytesIO(frame.original.read()))
        assert shown.size == image.size
        assert abs(grey(shown) - grey(image)) <= 2
