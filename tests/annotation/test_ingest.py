# ruff: noqa: E501 tables of cases are read by column
"""Images into tasks: good ones, every kind of bad one, and what stays behind."""
import hashlib
import io
import struct
import zipfile
import zlib
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image

from annotation.errors import Forbidden, Refused
from annotation.models import Frame, Job, Project, Request, Task, Upload
from annotation.services import tasks
from tests.annotation.conftest import Fill
from tests.annotation.filling import ingest, stored_files
from tests.annotation.pictures import picture, zipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(alice: Any, project: Project) -> Task:
    return tasks.create_task(actor=alice, project=project, name="Monday")


def huge_png(width: int, height: int) -> bytes:
    """A few bytes that claim to be a picture of any size."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"\x00" * 1000)) + chunk(b"IEND", b""))


@pytest.mark.parametrize(("form", "media_type"), [
    ("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("BMP", "image/bmp"), ("GIF", "image/gif"), ("TIFF", "image/tiff")])
def test_every_kind_of_image_is_known_by_its_content_not_its_name(alice: Any, task: Task, form: str, media_type: str) -> None:
    content = picture(64, 48, form=form)
    request = ingest(alice, task, {"picture.dat": content})
    assert request.status == "finished", request.errors
    frame = Frame.objects.get()
    assert (frame.media_type, frame.width, frame.height) == (media_type, 64, 48)
    assert frame.byte_size == len(content)
    assert frame.sha256 == hashlib.sha256(content).hexdigest()
    assert frame.original.read() == content
    assert max(Image.open(frame.thumbnail).size) <= 320
    assert frame.name.startswith("picture.dat.")


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_turned_picture_is_measured_and_shown_upright(alice: Any, task: Task, form: str, orientation: int) -> None:
    content = picture(60, 40, form=form, orientation=orientation)
    assert ingest(alice, task, {"a.jpg": content}).status == "finished"
    frame = Frame.objects.get()
    upright = (40, 60) if orientation >= 5 else (60, 40)
    assert (frame.width, frame.height) == upright
    assert frame.orientation == orientation
    work = Image.open(frame.work_copy)
    assert work.size == upright
    assert work.getexif().get(0x0112, 1) == 1
    assert Image.open(frame.thumbnail).size == upright
    assert frame.original.read() == content


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_the_work_copy_is_turned_the_right_way(alice: Any, task: Task, orientation: int) -> None:
    # White left upper quarter in the upright picture, stored as the camera would.
    upright = Image.new("RGB", (80, 60), "black")
    upright.paste("white", (0, 0, 40, 30))
    stored = upright.transpose({3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    stored.save(out, "PNG", exif=exif)
    ingest(alice, task, {"a.png": out.getvalue()})
    frame = Frame.objects.get()
    for file in (frame.work_copy, frame.thumbnail):
        seen = Image.open(file).convert("L")
        assert seen.getpixel((5, 5)) > 200
        assert seen.getpixel((75, 55)) < 50
        assert seen.getpixel((75, 5)) < 50


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_shown(alice: Any, task: Task, form: str) -> None:
    assert ingest(alice, task, {"a": picture(form=form, frames=3)}).status == "finished"
    frame = Frame.objects.get()
    assert not getattr(Image.open(frame.work_copy), "is_animated", False)


@pytest.mark.parametrize("mode", ["I;16", "F", "L", "1", "P", "CMYK", "RGBA", "LA"])
def test_unusual_pixels_are_shown(alice: Any, task: Task, mode: str) -> None:
    gradient = Image.linear_gradient("L")
    image = gradient.convert("I").point(lambda value: value * 200).convert("I;16") if mode == "I;16" else gradient.convert(mode)
    out = io.BytesIO()
    image.save(out, "TIFF" if mode in ("F", "CMYK") else "PNG")
    assert ingest(alice, task, {"a": out.getvalue()}).status == "finished"
    thumbnail = Image.open(Frame.objects.get().thumbnail).convert("L")
    low, high = thumbnail.getextrema()
    assert low < 40 and high > 200


BAD = {
    "text": (b"hello, I am no picture", "is not a JPEG"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a JPEG"),
    "pdf": (b"%PDF-1.4\n", "is not a JPEG"),
    "html": (b"<html><script>alert(1)</script>", "is not a JPEG"),
    "jpeg head only": (picture()[:20], "is not a JPEG"),
    "cut jpeg": (picture(400, 300)[:-2000], "damaged"),
    "cut png": (picture(400, 300, form="PNG")[:-500], "damaged"),
    "cut webp": (picture(400, 300, form="WEBP")[:-50], "damaged"),
    "cut gif": (picture(400, 300, form="GIF")[:-500], "damaged"),
    "cut tiff": (picture(400, 300, form="TIFF")[:-500], "damaged"),
    "cut bmp": (picture(400, 300, form="BMP")[:-500], "damaged"),
    "flipped png": (picture(form="PNG")[:60] + b"\x00\xff\x00" + picture(form="PNG")[63:], "damaged"),
    "20k x 20k": (huge_png(20_000, 20_000), "20000 x 20000 pixels"),
    "bomb": (huge_png(2**31 - 1, 2**31 - 1), "pixels"),
    "broken zip": (b"PK\x03\x04" + b"\x00" * 50, "is a damaged zip archive"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_named_and_nothing_is_written(alice: Any, task: Task, kind: str) -> None:
    content, sentence = BAD[kind]
    request = ingest(alice, task, {"good.jpg": picture(), "bad.jpg": content})
    assert request.status == "failed"
    assert len(request.errors) == 1
    assert request.errors[0].startswith("bad.jpg ")
    assert sentence in request.errors[0]
    task.refresh_from_db()
    assert (task.size, Frame.objects.count(), Job.objects.count(), Upload.objects.count()) == (0, 0, 0, 0)
    assert stored_files() == []
    # The same task takes the corrected files.
    assert ingest(alice, task, {"good.jpg": picture(), "bad.jpg": picture()}).status == "finished"
    assert Frame.objects.count() == 2


def test_every_bad_file_is_listed(alice: Any, task: Task) -> None:
    request = ingest(alice, task, {"a.jpg": b"x" * 30, "b.jpg": picture(), "c.jpg": b"y" * 30})
    assert [sentence.split()[0] for sentence in request.errors] == ["a.jpg", "c.jpg"]
    assert "2 files cannot be used" in request.message


def test_bad_files_can_be_skipped(alice: Any, task: Task) -> None:
    request = ingest(alice, task, {"a.jpg": b"x" * 30, "b.jpg": picture(), "c.jpg": picture()}, skip_bad=True)
    assert request.status == "finished"
    assert list(Frame.objects.values_list("number", "name")) == [(0, "b.jpg"), (1, "c.jpg")]
    assert [sentence.split()[0] for sentence in request.warnings] == ["a.jpg"]
    assert len(stored_files()) == 4


def test_if_all_are_bad_skipping_fails_too(alice: Any, task: Task) -> None:
    assert ingest(alice, task, {"a.jpg": b"x" * 30}, skip_bad=True).status == "failed"


def test_a_large_jpeg_is_taken_without_decoding_it_whole(alice: Any, task: Task) -> None:
    out = io.BytesIO()
    Image.new("L", (11_000, 9_000), 128).save(out, "JPEG")
    assert ingest(alice, task, {"large.jpg": out.getvalue()}).status == "finished"
    assert Frame.objects.get().width == 11_000


def test_limits_of_the_settings_hold(alice: Any, task: Task, settings: Any) -> None:
    settings.INGEST_MAX_PIXELS = 1000
    assert "at most 1,000 pixels" in ingest(alice, task, {"a.jpg": picture(40, 30)}).errors[0]
    settings.INGEST_MAX_FILE_BYTES = 100
    with pytest.raises(ValidationError, match="at most 100"):
        tasks.add_upload(actor=alice, task=task, name="a.jpg", file=ContentFile(picture()), position=0)
    with pytest.raises(ValidationError, match="is empty"):
        tasks.add_upload(actor=alice, task=task, name="a.jpg", file=ContentFile(b""), position=0)


def test_files_are_ordered_as_the_task_says(alice: Any, project: Project) -> None:
    names = ["b10.jpg", "b2.jpg", "a.jpg", "B1.jpg"]
    expected = {"natural": ["a.jpg", "B1.jpg", "b2.jpg", "b10.jpg"], "lexicographical": ["B1.jpg", "a.jpg", "b10.jpg", "b2.jpg"],
                "predefined": names}
    for method, wanted in expected.items():
        task = tasks.create_task(actor=alice, project=project, name=method, sorting_method=method)
        ingest(alice, task, {name: picture() for name in names})
        assert list(task.frames.values_list("name", flat=True)) == wanted
    task = tasks.create_task(actor=alice, project=project, name="random", sorting_method="random")
    ingest(alice, task, {name: picture() for name in names})
    assert sorted(task.frames.values_list("name", flat=True)) == sorted(names)


def test_jobs_are_cut_by_segment_and_overlap(fill: Fill) -> None:
    task = fill(count=7, segment_size=3, frame_overlap=1)
    assert list(task.jobs.values_list("start_frame", "stop_frame")) == [(0, 2), (2, 4), (4, 6)]
    assert list(fill(count=5, segment_size=2).jobs.values_list("start_frame", "stop_frame")) == [(0, 1), (2, 3), (4, 4)]
    assert list(fill(count=2).jobs.values_list("start_frame", "stop_frame")) == [(0, 1)]


def test_a_zip_with_folders_and_litter(alice: Any, task: Task) -> None:
    content = zipped({"b/2.jpg": picture(), "a/1.png": picture(form="PNG"), "__MACOSX/._1.png": b"x", "a/.DS_Store": b"x", "Thumbs.db": b"x",
                      "empty/": b""})
    assert ingest(alice, task, {"all.zip": content}).status == "finished"
    assert list(Frame.objects.values_list("name", flat=True)) == ["a/1.png", "b/2.jpg"]
    assert Frame.objects.first().original.read() == picture(form="PNG")


@pytest.mark.parametrize("name", ["../../etc/cron.d/x.jpg", "/etc/x.jpg", "a/../../x.jpg", "..\\..\\x.jpg", "C:\\x.jpg"])
def test_paths_out_of_the_archive_are_refused(alice: Any, task: Task, name: str) -> None:
    request = ingest(alice, task, {"slip.zip": zipped({name: picture(), "ok.jpg": picture()})})
    assert request.status == "failed"
    assert "leads out of the archive" in request.errors[0]
    assert stored_files() == []


def test_links_and_encrypted_members_are_refused(alice: Any, task: Task) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link.jpg")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert "is a link" in ingest(alice, task, {"a.zip": out.getvalue()}).errors[0]
    content = bytearray(zipped({"a.jpg": picture()}))
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    assert "is encrypted" in ingest(alice, task, {"a.zip": bytes(content)}).errors[0]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(alice: Any, task: Task) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("bomb.bmp", "w") as member:
        for _ in range(120):
            member.write(b"\x00" * 2**20)
    request = ingest(alice, task, {"bomb.zip": out.getvalue()})
    assert "not an archive of photographs" in request.errors[0]


def test_a_zip_that_lies_about_sizes_is_refused(alice: Any, task: Task) -> None:
    content = bytearray(zipped({"a.jpg": picture(200, 200, form="BMP")}, method=zipfile.ZIP_DEFLATED))
    directory = content.index(b"PK\x01\x02")
    content[directory + 24:directory + 28] = struct.pack("<I", 500)
    request = ingest(alice, task, {"a.zip": bytes(content)})
    assert request.status == "failed"
    assert request.errors[0].startswith("a.zip/a.jpg ")


def test_a_zip_whose_members_overlap_is_refused(alice: Any, task: Task) -> None:
    content = bytearray(zipped({"a.jpg": picture(), "b.jpg": picture()}))
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    content[second + 42:second + 46] = struct.pack("<I", 5)
    request = ingest(alice, task, {"a.zip": bytes(content)})
    assert "on top of each other" in request.errors[0]


def test_a_zip_with_too_many_members_is_refused(alice: Any, task: Task, settings: Any) -> None:
    settings.INGEST_MAX_FILES = 3
    content = zipped({f"{n}.jpg": picture() for n in range(5)})
    assert "at most 3" in ingest(alice, task, {"a.zip": content}).message


def test_an_empty_zip_and_a_zip_in_a_zip_are_refused(alice: Any, task: Task) -> None:
    assert "contains no files" in ingest(alice, task, {"a.zip": zipped({})}).errors[0]
    inner = zipped({"inner.zip": zipped({"a.jpg": picture()})})
    assert "is not a JPEG" in ingest(alice, task, {"a.zip": inner}).errors[0]


def test_two_files_of_one_name_are_refused(alice: Any, task: Task) -> None:
    request = ingest(alice, task, {"a.jpg": picture(), "x/a.jpg": picture()})
    assert "same name" in request.errors[0]


def test_names_are_cleaned_of_paths_and_control_characters(alice: Any, task: Task) -> None:
    ingest(alice, task, {"C:\\Users\\x\\a\x00b\n.jpg": picture(), "/home/me/../é.jpg": picture()})
    assert sorted(Frame.objects.values_list("name", flat=True)) == ["ab.jpg", "é.jpg"]


def test_who_may_fill_and_when(alice: Any, rita: Any, stranger: Any, task: Task) -> None:
    for person in (rita, stranger):
        with pytest.raises(Forbidden):
            tasks.add_upload(actor=person, task=task, name="a.jpg", file=ContentFile(picture()))
        with pytest.raises(Forbidden):
            tasks.start_ingest(actor=person, task=task)
    with pytest.raises(Refused) as nothing:
        tasks.start_ingest(actor=alice, task=task)
    assert nothing.value.code == "nothing_to_ingest"
    tasks.add_upload(actor=alice, task=task, name="a.jpg", file=ContentFile(picture()))
    tasks.start_ingest(actor=alice, task=task)
    with pytest.raises(Refused) as busy:
        tasks.start_ingest(actor=alice, task=task)
    assert busy.value.code == "busy"
    with pytest.raises(Refused):
        tasks.update_task(actor=alice, task=task, segment_size=2)


def test_a_filled_task_takes_no_more(alice: Any, fill: Fill) -> None:
    task = fill()
    with pytest.raises(Refused) as refused:
        tasks.add_upload(actor=alice, task=task, name="a.jpg", file=ContentFile(picture()))
    assert refused.value.code == "has_frames"


def test_deleting_a_task_removes_its_files(alice: Any, fill: Fill, django_capture_on_commit_callbacks: Any) -> None:
    task = fill()
    assert stored_files()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.delete_task(actor=alice, task=task)
    assert stored_files() == []
    assert not Request.objects.exists()
