"""The ground truth job and honeypots for those who own them, on pages and in the editor, and for those who must not know."""
import threading
from typing import Any

import pytest
from django.db import connection

from annotation.errors import Forbidden
from annotation.models import Frame, FrameAnnotation, ImportedFrame, Job, JobType, Task
from annotation.sampling import Choice, mix
from annotation.services import ground_truth, jobs, truth
from annotation.services.imports import imported_frames_of
from tests.annotation.conftest import Fill
from tests.annotation.filling import ingest
from tests.annotation.pictures import picture

pytestmark = pytest.mark.django_db
BOX = {"type": "rectangle", "points": [1, 2, 30, 40], "attributes": []}
POOL = Choice("gt_pool", "random_uniform", frame_count=2, frames_per_job_count=1, random_seed=3)


@pytest.fixture
def as_alice(client: Any, alice: Any) -> Any:
    client.force_login(alice)
    return client


@pytest.fixture
def mixed(alice: Any, project: Any) -> Task:
    """Eight pictures: two are ground truth, six in two jobs of three with a honeypot each."""
    from annotation.ingest.options import Options
    from annotation.services import tasks

    task = tasks.create_task(actor=alice, project=project, name="Mixed", segment_size=3, sorting_method="random")
    pictures = {f"{number}.jpg": picture(100 + number, 80) for number in range(8)}
    request = ingest(alice, task, pictures, options=Options(validation=POOL.params()))
    assert request.status == "finished", (request.message, request.errors)
    return Task.objects.get(pk=task.pk)


# --- choosing -------------------------------------------------------------------------------------------------------
def test_honeypots_are_spread_evenly_and_stand_anywhere() -> None:
    choice = Choice("gt_pool", "random_uniform", frame_count=10, frames_per_job_count=3, random_seed=1)
    found = mix(110, list(range(0, 110, 11)), 10, choice, choice.generator())
    assert len(found.spans) == 10 and all(stop - start == 12 for start, stop in found.spans)
    assert sorted(place for place, honeypot in found.places if not honeypot) == list(range(110)), "every picture once"
    uses = [place for place, honeypot in found.places if honeypot]
    assert {uses.count(place) for place in set(uses)} == {3}
    for start, stop in found.spans:
        own = [place for place, _ in found.places[start:stop + 1]]
        assert len(set(own)) == len(own), "none twice in a job"
    where = {place - start for start, stop in found.spans for place in range(start, stop + 1) if found.places[place][1]}
    assert len(where) > 6, "not always at the same places"


# --- truth ----------------------------------------------------------------------------------------------------------
def test_what_is_drawn_goes_before_what_was_imported_once_it_is_finished(alice: Any, project: Any, fill: Fill) -> None:
    task = fill(count=4, segment_size=2)
    label = project.labels.get(name="person").pk
    for frame in (0, 1):
        ImportedFrame.objects.create(task=task, kind="ground truth", frame=frame, shapes=[{**BOX, "id": 1, "label_id": label}])
    job = ground_truth.create_ground_truth_job(actor=alice, task=task, choice=Choice(method="manual", frames=[1, 2]))
    first, second = task.annotation_jobs
    assert set(truth.truth_of(job=first)) == {"0", "1"} and truth.has_truth(job=first) and not truth.has_truth(job=second)
    version = truth.truth_version(task.pk)
    jobs.update_job(actor=alice, job=job, state="completed")
    first, second = Job.objects.filter(task=task, type="annotation").select_related("task")
    assert [len(content["shapes"]) for content in truth.truth_of(job=first).values()] == [1, 0]
    assert truth.truth_of(job=second) == {"2": {"shapes": [], "tags": [], "nothing_here": True}} and truth.has_truth(job=second)
    assert set(truth.truth_of(job=job)) == {"1"}, "the job itself is held against what was imported"
    assert truth.truth_version(task.pk) != version


def test_a_honeypot_begins_with_the_pre_annotations_of_its_picture_and_is_in_no_export(mixed: Task) -> None:
    job = mixed.annotation_jobs.first()
    (number, real), = ground_truth.layout_of(task=mixed, job=job).honeypots.items()
    ImportedFrame.objects.create(task=mixed, kind="preannotation", frame=real, shapes=[{**BOX, "id": 1, "label_id": 1}])
    assert set(imported_frames_of(job=job, kind="preannotation")) == {str(number)}
    from annotation.formats.scope import Scope

    scope = Scope(mixed, False)
    numbers = [image.number for image in scope.images()]
    # The ground truth is a result once it is finished.
    assert number not in numbers and len(numbers) == scope.frame_count == 6
    Job.objects.filter(task=mixed, type=JobType.GROUND_TRUTH).update(state="completed")
    scope = Scope(mixed, False)
    assert scope.frame_count == 8 and sorted(image.path for image in scope.images()) == [f"{number}.jpg" for number in range(8)]


# --- who must not know ----------------------------------------------------------------------------------------------
def test_whoever_annotates_cannot_tell_a_honeypot(client: Any, mixed: Task) -> None:
    from django.utils import timezone

    from annotation.services.editor import open_session

    job = mixed.annotation_jobs.first()
    _session, token = open_session(job=job, mode="toloker", attempt="", expires_at=timezone.now() + timezone.timedelta(hours=1))
    key = {"HTTP_AUTHORIZATION": f"Editor {token}"}
    told = client.get("/api/editor/job", **key)
    assert [frame["number"] for frame in told.json()["frames"]] == list(job.numbers)
    assert {tuple(sorted(frame)) for frame in told.json()["frames"]} == {("height", "name", "number", "width")}
    assert b"honeypot" not in told.content and b"gt_pool" not in told.content
    answers = [client.get(f"/api/editor/frames/{number}", **key) for number in job.numbers]
    assert {answer.status_code for answer in answers} == {200}
    heads = [set(answer.headers) for answer in answers]
    assert all(head == heads[0] for head in heads)
    # The ground truth's own frames are not the job's.
    assert client.get(f"/api/editor/frames/{mixed.size - 1}", **key).status_code == 404


def test_only_who_may_change_the_project_makes_deletes_and_sees(client: Any, bob: Any, fill: Fill, mixed: Task) -> None:
    task = fill(count=2)
    with pytest.raises(Forbidden):
        ground_truth.create_ground_truth_job(actor=bob, task=task, choice=Choice(frame_count=1))
    with pytest.raises(Forbidden):
        ground_truth.delete_ground_truth_job(actor=bob, job=ground_truth.ground_truth_job_of(mixed) or Job())
    client.force_login(bob)
    for address in (f"/tasks/{mixed.pk}/ground-truth", f"/api/tasks/{mixed.pk}/validation_layout",
                    f"/api/jobs/{mixed.jobs.first().pk}/validation_layout"):
        assert client.get(address).status_code == 404
    assert client.post(f"/tasks/{mixed.pk}/ground-truth/delete").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_made(alice: Any, fill: Fill) -> None:
    task = fill(count=3)
    ends: list[str] = []

    def make() -> None:
        try:
            ground_truth.create_ground_truth_job(actor=alice, task=task, choice=Choice(frame_count=1))
            ends.append("made")
        except Exception as problem:
            ends.append(str(problem))
        finally:
            connection.close()

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(end == "made" for end in ends) == [False, True] and any("takes one" in end for end in ends)
    assert task.jobs.filter(type="ground_truth").count() == 1


# --- pages ----------------------------------------------------------------------------------------------------------
def test_as_many_frames_are_offered_for_the_ground_truth_as_a_small_task_can_give(as_alice: Any, fill: Fill) -> None:
    task = fill(count=7, segment_size=1)
    page = f"/tasks/{task.pk}/ground-truth"
    assert b'name="frame_count" value="2"' in as_alice.get(page).content
    assert as_alice.post(page, {"frame_selection_method": "random_uniform", "frame_count": "2"}).status_code == 302
    few = fill(count=2, segment_size=1)
    response = as_alice.post(f"/tasks/{few.pk}/ground-truth", {"frame_selection_method": "random_uniform", "frame_count": "3"})
    assert (response.status_code, b"3 ground truth frames are more than the task" in response.content) == (422, True)


def test_from_the_page_to_the_truth_and_back(as_alice: Any, fill: Fill, project: Any) -> None:
    task = fill(count=6, segment_size=3)
    page = f"/tasks/{task.pk}/ground-truth"
    assert "Make a ground truth job" in as_alice.get(page).content.decode()
    for wrong, sentence in (({"frame_selection_method": "random_uniform", "frame_count": "7"}, "more than the task&#x27;s 6 frames"),
                            ({"frame_selection_method": "random_per_job", "frame_count": "4"}, "more than a job&#x27;s 3 frames"),
                            ({"frame_selection_method": "random_uniform"}, "Say how many."),
                            ({"frame_selection_method": "manual"}, "Name at least one frame."),
                            ({"frame_selection_method": "manual", "frames": "1, x"}, "“x” is not a frame"),
                            ({"frame_selection_method": "manual", "frames": "5-2"}, "“5-2” is not a frame"),
                            ({"frame_selection_method": "manual", "frames": "6"}, "no frame 6")):
        answer = as_alice.post(page, wrong)
        assert answer.status_code == 422 and sentence in answer.content.decode(), wrong
    assert as_alice.post(page, {"frame_selection_method": "manual", "frames": "1, 4-5"}).status_code == 302
    job = task.jobs.get(type="ground_truth")
    assert job.numbers == [1, 4, 5]
    shown = as_alice.get(page).content.decode()
    assert "It measures nobody until you submit it" in shown and "0 of 3 frames" in shown
    # The job's page and the task's; its frames only.
    assert "2 / 3" in as_alice.get(f"/jobs/{job.pk}?frame=2").content.decode()
    whole = as_alice.get(f"/tasks/{task.pk}").content.decode()
    assert "3 frames, to be drawn" in whole and f'href="/jobs/{job.pk}"' not in whole and whole.count("frame-mark") == 3
    label = project.labels.get(name="person")
    FrameAnnotation.objects.create(job=job, frame=4, shapes=[{**BOX, "id": 1, "label_id": label.pk}])
    jobs.update_job(actor=task.owner, job=job, state="completed")
    assert "1 of 3 frames" in as_alice.get(page).content.decode()
    second = task.annotation_jobs.last()
    assert "Ground truth" in as_alice.get(f"/jobs/{second.pk}").content.decode()
    assert as_alice.get(f"/jobs/{second.pk}/compare?a=ground-truth&b=current").status_code == 200
    as_alice.post(f"{page}/frames", {"frame": "4", "disabled": "on"})
    as_alice.post(f"{page}/frames", {"frame": "5", "disabled": "on"})
    assert as_alice.get(f"/jobs/{second.pk}/compare?a=ground-truth&b=current").status_code == 200  # says that there is nothing to compare
    as_alice.post(f"{page}/frames", {"frame": "5", "disabled": "off"})
    assert Task.objects.get(pk=task.pk).disabled_frames == [4]
    assert as_alice.post(f"{page}/delete").status_code == 302
    assert Task.objects.get(pk=task.pk).disabled_frames == [] and not task.jobs.filter(type="ground_truth").exists()


def test_honeypots_are_marked_for_the_requester(as_alice: Any, mixed: Task) -> None:
    job = mixed.annotation_jobs.first()
    (number, real), = ground_truth.layout_of(task=mixed, job=job).honeypots.items()
    assert f"the picture of frame {real}" in as_alice.get(f"/jobs/{job.pk}?frame={number}").content.decode()
    whole = as_alice.get(f"/tasks/{mixed.pk}").content.decode()
    assert whole.count(">honeypot<") == 2 and whole.count(">truth<") == 2 and "1 a job" in whole
    page = as_alice.get(f"/tasks/{mixed.pk}/ground-truth").content.decode()
    assert "1 a job, 2 in all" in page and "goes with its task only" in page and "/ground-truth/delete" not in page
    assert Frame.objects.filter(task=mixed, honeypot_of__isnull=False).count() == 2
