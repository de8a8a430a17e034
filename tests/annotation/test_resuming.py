"""A large task: killed between batches it goes on where it stopped; its small copies come later; which files, in which order."""
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from annotation import copies, runner
from annotation.ingest import journal, making
from annotation.ingest.options import Options, clean_options
from annotation.models import Frame, Job, Project, Request, Upload
from annotation.services import tasks
from tests.annotation.filling import ingest, stored_files
from tests.annotation.pictures import picture, zipped
from tests.stack.databases import url_of

# A process of its own, so that it can be killed as the kernel does. It prints each batch that is written down.
_PROGRAM = """
import sys, time, django
django.setup()
from annotation import runner
from annotation.ingest import journal
journal.BATCH = 10
import annotation.ingest.ingest as ingest
ingest.BATCH = 10
keep = journal.Journal.keep
def told(self, batch):
    keep(self, batch)
    print("batch", flush=True)
    if self._next == 3:
        time.sleep(60)
journal.Journal.keep = told
runner.run(sys.argv[1])
"""


def named() -> set[str]:
    return {path for row in Frame.objects.values_list("original", "thumbnail", "work_copy") for path in row if path}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("packed", [True, False], ids=["zip", "files"])
def test_a_worker_killed_between_batches_leaves_its_batches_to_the_next(alice: Any, packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    from annotation.services import projects

    project = projects.create_project(actor=alice, name="Streets", labels=[])
    task = tasks.create_task(actor=alice, project=project, name="Monday", segment_size=20)
    files = {f"{number:02d}.png": picture(20 + number, 30, form="PNG") for number in range(45)}
    for name, content in ({"all.zip": zipped(files)} if packed else files).items():
        tasks.add_upload(actor=alice, task=task, name=name, file=ContentFile(content))
    request = tasks.start_ingest(actor=alice, task=task)
    environment = {**os.environ, "DATABASE_URL": url_of(connection.settings_dict)}
    program = subprocess.Popen([sys.executable, "-c", _PROGRAM, str(request.pk)], env=environment, stdout=subprocess.PIPE, text=True,
                               cwd=Path(__file__).parents[2])
    assert program.stdout is not None
    assert [program.stdout.readline() for _ in range(3)] == ["batch\n"] * 3
    program.kill()
    program.wait()
    program.stdout.close()
    assert (Frame.objects.count(), Request.objects.get().status) == (0, "started")
    Request.objects.update(heartbeat=timezone.now() - timedelta(seconds=runner.STALE_SECONDS + 1))
    made: list[int] = []
    real = making.Maker.make
    monkeypatch.setattr(making.Maker, "make", lambda self, number, entry: made.append(number) or real(self, number, entry))
    runner.run(str(request.pk))
    request.refresh_from_db()
    assert (request.status, request.run) == ("finished", 2), (request.message, request.errors)
    # Thirty were written down: they are not made again.
    assert sorted(made) == list(range(30, 45))
    assert list(Frame.objects.order_by("number").values_list("number", "name", "width")) == [
        (number, f"{number:02d}.png", 20 + number) for number in range(45)]
    assert all(frame.original.read() == files[frame.name] for frame in Frame.objects.all())
    assert Job.objects.count() == 3 and not Upload.objects.exists()
    assert set(stored_files()) == named()


@pytest.mark.django_db
def test_batches_of_another_request_are_not_believed(alice: Any, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotation.ingest.ingest.BATCH", 2)
    task = tasks.create_task(actor=alice, project=project, name="Monday")
    dead = f"tasks/{task.pk}/frames-00000000-1"
    from django.core.files.storage import default_storage

    default_storage.save(f"{dead}/journal/000000.json", ContentFile(b'["x cannot be read"]'))
    default_storage.save(f"{dead}/original/x.png", ContentFile(b"x"))
    request = ingest(alice, task, {f"{number}.png": picture(form="PNG") for number in range(5)})
    assert request.status == "finished", request.errors
    assert set(stored_files()) == named()


@pytest.mark.django_db
def test_a_batch_that_was_not_written_to_its_end_is_made_again(alice: Any, project: Project) -> None:
    from django.core.files.storage import default_storage

    task = tasks.create_task(actor=alice, project=project, name="Monday")
    for number in range(3):
        tasks.add_upload(actor=alice, task=task, name=f"{number}.png", file=ContentFile(picture(form="PNG")), position=number)
    request = tasks.start_ingest(actor=alice, task=task)
    default_storage.save(f"tasks/{task.pk}/frames-{request.pk.hex[:8]}-0/journal/000000.json", ContentFile(b'[{"name": "0.p'))
    runner.run(str(request.pk))
    request.refresh_from_db()
    assert (request.status, Frame.objects.count()) == ("finished", 3)
    assert set(stored_files()) == named()


@pytest.mark.django_db
def test_of_many_images_the_first_get_their_copies_at_once(alice: Any, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "EAGER_IMAGES", 2)
    rung: list[int] = []
    monkeypatch.setattr(copies, "ring", rung.append)
    task = tasks.create_task(actor=alice, project=project, name="Monday")
    files = {"0.png": picture(form="PNG"), "1.png": picture(form="PNG"), "2.png": picture(form="PNG"),
             "3.jpg": picture(90, 60, orientation=6), "4.png": picture(90, 60, form="PNG", orientation=8)}
    ingest(alice, task, files)
    assert [bool(frame.thumbnail) for frame in Frame.objects.order_by("number")] == [True, True, False, False, False]
    turned = Frame.objects.filter(number__gte=3)
    assert [(frame.width, frame.height, frame.needs_work_copy) for frame in turned] == [(60, 90, True), (60, 90, True)]
    assert copies.work(task.pk) is False
    assert all(frame.thumbnail and bool(frame.work_copy) == frame.needs_work_copy for frame in Frame.objects.all())
    assert set(stored_files()) == named()


@pytest.mark.django_db
def test_a_late_image_that_is_cut_off_still_fails_the_request(alice: Any, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "EAGER_IMAGES", 0)
    task = tasks.create_task(actor=alice, project=project, name="Monday")
    for form in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"):
        whole = picture(300, 200, form=form)
        request = ingest(alice, task, {f"a.{form}": whole[:len(whole) * 2 // 3]})
        assert request.status == "failed" and "damaged" in request.errors[0], form
    assert stored_files() == []


@pytest.mark.django_db
@pytest.mark.parametrize(("options", "expected"), [
    (Options(start_frame=1), ["1", "2", "3", "4", "5"]), (Options(stop_frame=2), ["0", "1", "2"]),
    (Options(start_frame=1, stop_frame=4, step=2), ["1", "3"]), (Options(upload_file_order=["3", "0", "5", "1", "2", "4"]), [*"305124"])])
def test_which_frames_in_which_order(alice: Any, project: Project, options: Options, expected: list[str]) -> None:
    task = tasks.create_task(actor=alice, project=project, name="Monday", sorting_method="predefined")
    files = {f"{number}.png": picture(form="PNG") for number in range(6)}
    if options.upload_file_order:
        options = Options(upload_file_order=[f"{name}.png" for name in options.upload_file_order])
    request = ingest(alice, task, files, options=options)
    assert request.status == "finished", request.message
    assert list(Frame.objects.order_by("number").values_list("name", flat=True)) == [f"{name}.png" for name in expected]
    assert set(stored_files()) == named()


@pytest.mark.django_db
def test_jobs_of_named_files(alice: Any, project: Project) -> None:
    task = tasks.create_task(actor=alice, project=project, name="Monday", segment_size=1)
    files = {name: picture(form="PNG") for name in ("a.png", "b.png", "c.png")} | {"bad.png": b"no"}
    mapping = [["c.png", "bad.png"], ["b.png"], ["a.png"]]
    request = ingest(alice, task, files, options=Options(job_file_mapping=mapping), skip_bad=True)
    assert request.status == "finished", request.message
    assert list(Frame.objects.order_by("number").values_list("name", flat=True)) == ["c.png", "b.png", "a.png"]
    assert list(Job.objects.values_list("start_frame", "stop_frame")) == [(0, 0), (1, 1), (2, 2)]


@pytest.mark.django_db
@pytest.mark.parametrize(("mapping", "said"), [([["a.png"]], "is not named"), ([["a.png", "b.png", "x.png"]], "no such file")])
def test_a_mapping_that_is_not_of_these_files(alice: Any, project: Project, mapping: list[list[str]], said: str) -> None:
    task = tasks.create_task(actor=alice, project=project, name="Monday")
    request = ingest(alice, task, {"a.png": picture(form="PNG"), "b.png": picture(form="PNG")}, options=Options(job_file_mapping=mapping))
    assert request.status == "failed" and said in request.message
    assert stored_files() == []


@pytest.mark.parametrize("raw", [
    {"start_frame": "x"}, {"start_frame": -1}, {"start_frame": 5, "stop_frame": 4}, {"frame_filter": "step=0"}, {"frame_filter": "every 2"},
    {"frame_filter": ["step=2"]}, {"job_file_mapping": [[]]}, {"job_file_mapping": [["a", "a"]]}, {"job_file_mapping": {"a": 1}},
    {"upload_file_order": ["a", "a"]}, {"upload_file_order": "a"}, {"job_file_mapping": [["a"]], "start_frame": 1}, {"filename_pattern": 5},
    {"validation_params": {"mode": "gt"}}, {"stop_frame": True}, {"start_frame": 10**12}])
def test_choices_that_say_nothing_are_refused_by_name(raw: dict[str, Any]) -> None:
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError) as refused:
        clean_options(raw)
    assert set(refused.value.message_dict) <= set(raw)


def test_results_are_written_down_whole() -> None:
    assert set(journal._FIELDS) <= {field.name for field in Frame._meta.fields}
