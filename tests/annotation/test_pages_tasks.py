"""Tasks: made with their images or not at all, their page, jobs and frames; exports and requests."""
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.annotation.pictures import picture, zipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def no_bell(monkeypatch):
    """Requests stay queued: nobody rings."""
    from annotation.services import requests

    monkeypatch.setattr(requests, "wake", lambda request_id: None)


def file(name: str = "a.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture() if content is None else content)


def send(client, project, **changes):
    form = {
        "name": "Monday", "segment_size": "5", "frame_overlap": "0", "sorting_method": "natural", "source": "files",
        "files": [file("1.jpg"), file("2.jpg")],
    }
    return client.post(f"/projects/{project.pk}/tasks/create", {**form, **changes})


def nothing_is_left() -> bool:
    from annotation.models import Request, Task, Upload
    from tests.annotation.filling import stored_files

    return not Task.objects.exists() and not Request.objects.exists() and not Upload.objects.exists() and stored_files() == []


# --- create ----------------------------------------------------------------------------------------------------------

def test_uploaded_files_go_to_the_worker_in_their_order(as_alice, project, no_bell):
    from annotation.models import Request, Task

    answer = send(as_alice, project, files=[file("b.jpg"), file("a.jpg"), file("c.zip", zipped({"d.jpg": picture()}))])
    task, request = Task.objects.get(), Request.objects.get()
    assert answer.url == f"/tasks/{task.pk}"
    assert [upload.name for upload in task.uploads.all()] == ["b.jpg", "a.jpg", "c.zip"]
    assert (request.action, request.status, request.task) == ("create", "queued", task)
    assert (task.segment_size, task.frame_overlap, task.sorting_method) == (5, 0, "natural")


def test_the_page_of_a_task_being_filled_polls_and_reloads_when_it_is_over(as_alice, project, no_bell):
    from annotation.models import Request

    address = send(as_alice, project).url
    request = Request.objects.get()
    assert f'hx-get="/requests/{request.pk}?view=progress&amp;then=reload&amp;brief=1"' in as_alice.get(address).content.decode()
    poll = {"path": f"/requests/{request.pk}?view=progress&then=reload", "headers": {"HX-Request": "true"}}
    Request.objects.update(status="started", progress=0.42, message="Checking images")
    fragment = as_alice.get(**poll).content.decode()
    assert "42 %" in fragment and "Checking images" in fragment and "<html" not in fragment
    Request.objects.update(status="finished")
    assert as_alice.get(**poll)["HX-Refresh"] == "true"


def test_a_filling_that_ends_while_the_page_is_made_is_not_shown_as_a_task_without_images(as_alice, project, no_bell, monkeypatch):
    from annotation import runner
    from annotation.models import Request, Task
    from annotation.views import tasks as views

    send(as_alice, project)
    task = Task.objects.get()
    request = Request.objects.get(task=task)
    real = views.task_or_404

    def slow_reader(*args, **kwargs):
        found = real(*args, **kwargs)
        runner.run(str(request.pk))
        return found

    monkeypatch.setattr(views, "task_or_404", slow_reader)
    page = as_alice.get(f"/tasks/{task.pk}").content.decode()
    assert "This task has no images" not in page
    assert "hx-get" in page and str(request.pk) in page, "it polls, and reloads when it learns of the end"


def test_addresses_and_the_column_of_a_table_reach_the_request(as_alice, project, no_bell):
    from annotation.models import Request

    send(as_alice, project, source="urls", urls="https://a.example/1.jpg\r\n\r\n https://a.example/2.jpg ", files=[])
    table = file("dataset.tsv", b"city\tINPUT:image\nOslo\thttps://a.example/3.jpg\n")
    send(as_alice, project, source="table", table=table, column="INPUT:image", files=[], skip_bad="on")
    params = [request.params for request in Request.objects.order_by("created_date")]
    assert params[0]["urls"] == ["https://a.example/1.jpg", "https://a.example/2.jpg"]
    assert params[1]["urls"] == ["https://a.example/3.jpg"]
    assert [p["skip_bad"] for p in params] == [False, True]


@pytest.mark.parametrize("changes, field", [
    ({"name": " "}, "name"),
    ({"name": "n" * 257}, "name"),
    ({"segment_size": "-1"}, "segment_size"),
    ({"segment_size": "many"}, "segment_size"),
    ({"segment_size": "5", "frame_overlap": "5"}, "frame_overlap"),
    ({"segment_size": "0", "frame_overlap": "1"}, "frame_overlap"),
    ({"sorting_method": "by colour"}, "sorting_method"),
    ({"source": "telepathy"}, "source"),
    ({"files": []}, "files"),
    ({"files": [SimpleUploadedFile("empty.jpg", b"")]}, "files"),
    ({"source": "urls", "urls": " \n "}, "urls"),
    ({"source": "urls", "urls": "ftp://a.example/1.jpg"}, "urls"),
    ({"source": "urls", "urls": "https://user:secret@a.example/1.jpg"}, "urls"),
    ({"source": "table"}, "table"),
    ({"source": "table", "table": SimpleUploadedFile("t.tsv", b"\xff\xfe\x00broken")}, "table"),
    ({"source": "table", "table": SimpleUploadedFile("t.tsv", b"a\tb\n1\t2\n"), "column": "c"}, "column"),
    ({"source": "table", "table": SimpleUploadedFile("t.tsv", b"a\tb\n1\t2\n")}, "column"),
])
def test_a_bad_field_is_told_at_its_place_and_nothing_is_made(as_alice, project, changes, field):
    answer = send(as_alice, project, **changes)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert nothing_is_left()


def test_a_file_that_is_too_large_leaves_neither_task_nor_the_files_before_it(as_alice, project, settings):
    settings.INGEST_MAX_FILE_BYTES = 2_000
    answer = send(as_alice, project, files=[file("ok.jpg", b"x" * 100), file("large.jpg", b"x" * 2_001)])
    assert answer.status_code == 422
    assert "large.jpg has 2001 bytes" in answer.context["form"].errors["files"][0]
    assert nothing_is_left()


def test_more_files_than_a_task_takes_are_refused(as_alice, project, settings):
    settings.INGEST_MAX_FILES = 2
    answer = send(as_alice, project, files=[file(f"{n}.jpg") for n in range(3)])
    assert "At most 2 files" in answer.context["form"].errors["files"][0]
    assert nothing_is_left()


def test_the_uploading_script_gets_json(as_alice, project, no_bell):
    from annotation.models import Task

    headers = {"Accept": "application/json"}
    address = f"/projects/{project.pk}/tasks/create"
    refused = as_alice.post(address, {"name": "", "source": "urls", "urls": "x"}, headers=headers)
    assert refused.status_code == 422
    assert refused.json()["errors"]["name"] == ["This field is required."]
    form = {"name": "N", "segment_size": 1, "frame_overlap": 0, "sorting_method": "natural", "source": "files", "files": [file()]}
    made = as_alice.post(address, form, headers=headers)
    assert (made.status_code, made.json()) == (201, {"location": f"/tasks/{Task.objects.get().pk}"})


# --- again after a failure -------------------------------------------------------------------------------------------

@pytest.fixture
def refused_task(alice, project):
    from annotation.services import tasks
    from tests.annotation.filling import ingest

    task = tasks.create_task(actor=alice, project=project, name="Tuesday")
    assert ingest(alice, task, {"good.jpg": picture(), "notes.jpg": b"hello"}).status == "failed"
    return task


def test_a_failed_task_lists_every_bad_file_and_offers_another_try(as_alice, refused_task):
    page = as_alice.get(f"/tasks/{refused_task.pk}").content.decode()
    assert "notes.jpg" in page
    assert f'href="/tasks/{refused_task.pk}/images"' in page


def test_the_second_try_fills_the_same_task(as_alice, refused_task, no_bell):
    from annotation.models import Request

    answer = as_alice.post(f"/tasks/{refused_task.pk}/images", {"source": "files", "files": [file()]})
    assert answer.url == f"/tasks/{refused_task.pk}"
    assert Request.objects.filter(task=refused_task, status="queued").count() == 1


def test_a_second_try_while_one_is_running_is_refused_and_keeps_no_file(as_alice, refused_task, no_bell):
    from tests.annotation.filling import stored_files

    as_alice.post(f"/tasks/{refused_task.pk}/images", {"source": "files", "files": [file()]})
    before = stored_files()
    answer = as_alice.post(f"/tasks/{refused_task.pk}/images", {"source": "files", "files": [file()]})
    assert answer.status_code == 422
    assert "right now" in answer.context["form"].non_field_errors()[0]
    assert stored_files() == before


def test_a_filled_task_takes_no_more_images(as_alice, fill):
    task = fill()
    assert as_alice.get(f"/tasks/{task.pk}/images").url == f"/tasks/{task.pk}"
    answer = as_alice.post(f"/tasks/{task.pk}/images", {"source": "files", "files": [file()]})
    assert answer.status_code == 422


# --- task page -------------------------------------------------------------------------------------------------------

def test_the_task_page_shows_jobs_and_links_every_frame_to_its_job(as_alice, fill):
    task = fill(count=5, segment_size=2)
    page = as_alice.get(f"/tasks/{task.pk}").content.decode()
    for job in task.jobs.all():
        assert f'href="/jobs/{job.pk}"' in page
        for number in range(job.start_frame, job.stop_frame + 1):
            assert f'href="/jobs/{job.pk}?frame={number}"' in page


def test_jobs_are_filtered_by_stage_and_state(as_alice, fill):
    from annotation.models import Job

    task = fill(count=3, segment_size=1)
    first, second, _ = task.jobs.all()
    Job.objects.filter(pk=first.pk).update(stage="validation", state="completed")
    Job.objects.filter(pk=second.pk).update(stage="validation", state="rejected")

    def shown(**query):
        return [job.pk for job in as_alice.get(f"/tasks/{task.pk}", query).context["page"]]

    assert shown(stage="validation", state="completed") == [first.pk]
    assert shown(stage="validation") == [first.pk, second.pk]
    assert len(shown(state="no such state")) == 3
    assert "No job is like this" in as_alice.get(f"/tasks/{task.pk}?stage=acceptance").content.decode()


@pytest.mark.parametrize("page", ["", "/images", "/edit", "/delete", "/export"])
def test_a_stranger_gets_404_for_every_page_of_a_task(client, fill, stranger, page):
    task = fill()
    client.force_login(stranger)
    assert client.get(f"/tasks/{task.pk}{page}").status_code == 404
    assert client.get("/tasks").context["page"].paginator.count == 0


def test_a_task_is_renamed(as_alice, fill):
    from annotation.models import Task

    task = fill()
    as_alice.post(f"/tasks/{task.pk}/edit", {"name": "Sunday"})
    assert Task.objects.get().name == "Sunday"
    assert as_alice.post(f"/tasks/{task.pk}/edit", {"name": ""}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_deleting_a_task_takes_its_files_along(as_alice, fill):
    from annotation.models import Task
    from tests.annotation.filling import stored_files

    task = fill()
    assert stored_files()
    assert as_alice.post(f"/tasks/{task.pk}/delete").url == f"/projects/{task.project_id}"
    assert not Task.objects.exists()
    assert stored_files() == []


# --- exports and requests --------------------------------------------------------------------------------------------

def test_an_export_is_started_followed_and_downloaded_by_its_owner_only(as_alice, client, fill, bob, no_bell):
    from annotation import runner
    from annotation.models import Request

    task = fill()
    answer = as_alice.post(f"/tasks/{task.pk}/export", {"format": "COCO 1.0", "which": "all"})
    request = Request.objects.get(action="export")
    assert answer.url == f"/requests/{request.pk}"
    assert as_alice.get(f"/requests/{request.pk}/download").status_code == 404
    runner.run(str(request.pk))
    assert f"/requests/{request.pk}/download" in as_alice.get("/requests").content.decode()
    download = as_alice.get(f"/requests/{request.pk}/download")
    assert b"".join(download.streaming_content).startswith(b"PK")
    assert "attachment" in download["Content-Disposition"]
    client.force_login(bob)
    for page in ("", "/download"):
        assert client.get(f"/requests/{request.pk}{page}").status_code == 404
    assert client.get("/requests").context["page"].paginator.count == 0


def test_an_unknown_format_and_a_repeated_export_are_refused(as_alice, fill, no_bell):
    task = fill()
    assert "format" in as_alice.post(f"/tasks/{task.pk}/export", {"format": "Paint", "which": "all"}).context["form"].errors
    form = {"format": "COCO 1.0", "which": "accepted"}
    as_alice.post(f"/tasks/{task.pk}/export", form)
    answer = as_alice.post(f"/tasks/{task.pk}/export", form)
    assert answer.status_code == 422
    assert "already being made" in answer.content.decode()


def test_a_result_that_is_gone_is_404_not_a_crash(as_alice, fill):
    from annotation.models import Request

    task = fill()
    request = Request.objects.create(owner=task.owner, action="export", task=task, status="finished", result="exports/gone.zip")
    assert as_alice.get(f"/requests/{request.pk}/download").status_code == 404


def test_the_form_is_sent_without_json_by_browsers_without_script(as_alice, project):
    page = as_alice.get(f"/projects/{project.pk}/tasks/create").content.decode()
    assert '<noscript><div class="card-body pb-0"><label class="form-label" for="source-choice">' in page
    assert 'enctype="multipart/form-data"' in page
