"""Background requests survive lost bells, dead workers and second runs."""
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from annotation import runner, tidying
from annotation.ingest import ingest as ingest_module
from annotation.models import Frame, Job, Project, Request, Task, Upload
from annotation.services import exports, requests, tasks
from tests.annotation.conftest import Fill
from tests.annotation.filling import stored_files
from tests.annotation.pictures import picture
from tests.stack.waiting import comes_true
from tests.stack.worker import CeleryWorker


@pytest.fixture
def waiting(alice: Any, project: Project) -> Request:
    """A request with three images that nobody began."""
    task = tasks.create_task(actor=alice, project=project, name="Monday", segment_size=2)
    for number in range(3):
        tasks.add_upload(actor=alice, task=task, name=f"{number}.jpg", file=ContentFile(picture()), position=number)
    return tasks.start_ingest(actor=alice, task=task)


class Died(BaseException):
    """Stands for SIGKILL: nothing of ours may catch it and tidy up."""


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["before any file", "among the files", "before the rows"])
def test_a_run_that_died_is_begun_again_with_the_same_result(waiting: Request, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    calls = {"n": 0}

    def dies(*arguments: Any, **names: Any) -> Any:
        calls["n"] += 1
        if moment != "among the files" or calls["n"] == 3:
            raise Died
        return real_save(*arguments, **names)

    real_save = default_storage.save
    target = {"before any file": (ingest_module, "_make_all"), "among the files": (default_storage, "save"),
              "before the rows": (ingest_module, "_write")}[moment]
    with monkeypatch.context() as patch, pytest.raises(Died):
        # A killed process removes nothing.
        patch.setattr(ingest_module, "remove_tree", lambda folder: None)
        patch.setattr(*target, dies)
        runner.run(str(waiting.pk))
    waiting.refresh_from_db()
    assert (waiting.status, Frame.objects.count(), Upload.objects.count()) == ("started", 0, 3)
    # Rung again while the heart may still beat: nothing happens.
    runner.run(str(waiting.pk))
    assert Frame.objects.count() == 0
    Request.objects.update(heartbeat=timezone.now() - timedelta(seconds=runner.STALE_SECONDS + 1))
    runner.run(str(waiting.pk))
    waiting.refresh_from_db()
    assert (waiting.status, waiting.run) == ("finished", 2)
    assert list(Frame.objects.values_list("number", "name")) == [(0, "0.jpg"), (1, "1.jpg"), (2, "2.jpg")]
    assert list(Job.objects.values_list("start_frame", "stop_frame")) == [(0, 1), (2, 2)]
    named = {path for row in Frame.objects.values_list("original", "thumbnail", "work_copy") for path in row if path}
    assert set(stored_files()) == named


@pytest.mark.django_db
def test_a_run_that_was_taken_over_writes_nothing_and_cleans_up(waiting: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    real = ingest_module._write

    def overtaken(run: Any, *arguments: Any) -> None:
        Request.objects.filter(pk=run.request.pk).update(run=run.request.run + 1)
        real(run, *arguments)

    monkeypatch.setattr(ingest_module, "_write", overtaken)
    runner.run(str(waiting.pk))
    waiting.refresh_from_db()
    assert (waiting.status, Frame.objects.count()) == ("started", 0)
    assert not [path for path in stored_files() if "frames-" in path]
    assert Upload.objects.count() == 3


@pytest.mark.django_db
def test_a_request_that_kills_every_worker_fails_with_a_sentence(waiting: Request) -> None:
    Request.objects.update(status="started", run=runner.MAX_RUNS, heartbeat=timezone.now() - timedelta(hours=1))
    runner.run(str(waiting.pk))
    waiting.refresh_from_db()
    assert waiting.status == "failed"
    assert "stopped in the middle" in waiting.message
    assert stored_files() == []


@pytest.mark.django_db
def test_a_finished_request_is_not_done_twice(waiting: Request) -> None:
    runner.run(str(waiting.pk))
    runner.run(str(waiting.pk))
    waiting.refresh_from_db()
    assert (waiting.run, Frame.objects.count()) == (1, 3)


@pytest.mark.django_db
def test_a_task_deleted_meanwhile_ends_its_request_quietly(waiting: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    real = ingest_module._write

    def deleted(*arguments: Any) -> None:
        Task.objects.all().delete()
        real(*arguments)

    monkeypatch.setattr(ingest_module, "_write", deleted)
    runner.run(str(waiting.pk))
    assert not Request.objects.exists()
    assert not [path for path in stored_files() if "frames-" in path]


@pytest.mark.django_db
def test_a_fault_of_ours_fails_the_request_with_its_number(waiting: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_module, "_write", lambda *arguments: 1 / 0)
    runner.run(str(waiting.pk))
    waiting.refresh_from_db()
    assert waiting.status == "failed" and str(waiting.pk) in waiting.message
    assert stored_files() == []


@pytest.mark.django_db
def test_a_full_disk_is_said(waiting: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any, **names: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    runner.run(str(waiting.pk))
    waiting.refresh_from_db()
    assert "disk is full" in waiting.message


@pytest.mark.django_db
def test_the_sweep_rings_for_what_was_lost(waiting: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[Any] = []
    monkeypatch.setattr(runner, "wake", rung.append)
    assert runner.sweep() == 0
    Request.objects.update(created_date=timezone.now() - timedelta(minutes=2))
    assert runner.sweep() == 1
    assert runner.sweep() == 0
    Request.objects.update(heartbeat=timezone.now() - timedelta(minutes=10))
    assert runner.sweep() == 1
    Request.objects.update(status="started")
    assert runner.sweep() == 0
    Request.objects.update(heartbeat=timezone.now() - timedelta(minutes=2))
    assert runner.sweep() == 1
    Request.objects.update(status="finished")
    assert runner.sweep() == 0
    assert rung == [waiting.pk] * 3


@pytest.mark.django_db(transaction=True)
def test_a_silent_broker_does_not_stop_the_requester(alice: Any, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*arguments: Any) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(requests, "wake", silent)
    task = tasks.create_task(actor=alice, project=project, name="Monday")
    tasks.add_upload(actor=alice, task=task, name="a.jpg", file=ContentFile(picture()))
    assert tasks.start_ingest(actor=alice, task=task).status == "queued"


@pytest.mark.django_db
def test_progress_is_written_at_most_every_half_second(waiting: Request) -> None:
    Request.objects.update(status="started", run=1)
    waiting.refresh_from_db()
    run = runner.Run(waiting)
    run.progress(0.25)
    run.progress(0.5)
    waiting.refresh_from_db()
    assert waiting.progress == 0.25


@pytest.mark.django_db
def test_tidying_removes_only_what_nobody_names(fill: Fill, alice: Any, project: Project) -> None:
    task = fill()
    request = exports.start_export(actor=alice, project_or_task=task, format="COCO 1.0")
    runner.run(str(request.pk))
    kept = set(stored_files() + stored_files("exports"))
    default_storage.save(f"tasks/{task.pk}/frames-9/original/x.jpg", ContentFile(b"x"))
    default_storage.save("tasks/999999/frames-1/original/x.jpg", ContentFile(b"x"))
    default_storage.save("exports/00000000-0000-0000-0000-000000000000/1/x.zip", ContentFile(b"x"))
    other = tasks.create_task(actor=alice, project=project, name="Other")
    tasks.add_upload(actor=alice, task=other, name="a.jpg", file=ContentFile(picture()))
    Upload.objects.update(created_date=timezone.now() - timedelta(days=3))
    assert tidying.tidy() == 4
    assert set(stored_files() + stored_files("exports")) == kept
    Request.objects.update(finished_date=timezone.now() - timedelta(days=15))
    tidying.tidy()
    assert stored_files("exports") == []
    request.refresh_from_db()
    assert not request.result


@pytest.mark.django_db(transaction=True)
def test_killing_the_worker_in_the_middle_of_an_ingest(alice: Any, celery_worker_process: CeleryWorker) -> None:
    from annotation.services import projects

    project = projects.create_project(actor=alice, name="Streets", labels=[])
    task = tasks.create_task(actor=alice, project=project, name="Monday", segment_size=20)
    content = picture(1600, 1200, form="PNG")
    for number in range(40):
        tasks.add_upload(actor=alice, task=task, name=f"{number}.png", file=ContentFile(content), position=number)
    request = tasks.start_ingest(actor=alice, task=task)
    comes_true(lambda: Request.objects.get().progress > 0)
    celery_worker_process.kill()
    request.refresh_from_db()
    assert (request.status, Frame.objects.count()) == ("started", 0)
    celery_worker_process.start()
    Request.objects.update(heartbeat=timezone.now() - timedelta(seconds=runner.STALE_SECONDS + 1))
    runner.sweep()
    comes_true(lambda: Request.objects.get().status in ("finished", "failed"))
    request.refresh_from_db()
    assert (request.status, request.run) == ("finished", 2), request.message
    assert list(Frame.objects.values_list("number", flat=True)) == list(range(40))
    assert Job.objects.count() == 2
    comes_true(lambda: not Upload.objects.exists())
    named = {path for row in Frame.objects.values_list("original", "thumbnail") for path in row}
    comes_true(lambda: set(stored_files()) == named)
    # The dead worker's message would be delivered again after an hour; the fixture waits until nothing is unacknowledged.
    client = redis.Redis.from_url(celery_worker_process.environment["REDIS_URL"])
    client.delete("unacked", "unacked_index")
    client.close()
