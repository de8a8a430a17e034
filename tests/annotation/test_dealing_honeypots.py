"""Honeypots dealt to jobs: evenly, neighbours apart, and anew to those that nobody has begun."""
import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from annotation.errors import Forbidden, Refused
from annotation.ingest.options import Options
from annotation.models import EditorSession, Frame, FrameAnnotation, Issue, Job, Snapshot, Task
from annotation.sampling import Choice, deal
from annotation.services import ground_truth, honeypots, jobs, tasks
from annotation.services.editor import open_session
from annotation.services.shapes import RevisionConflict, save_frames
from tests.annotation.filling import ingest
from tests.annotation.pictures import picture

CHOICE = Choice("gt_pool", "random_uniform", frame_count=3, frames_per_job_count=1, random_seed=3)


@pytest.fixture
def mixed(alice: Any, project: Any) -> Task:
    """Fifteen pictures: three are ground truth, twelve in four jobs of three with a honeypot each."""
    task = tasks.create_task(actor=alice, project=project, name="Mixed", segment_size=3, sorting_method="random")
    request = ingest(alice, task, {f"{number:02}.jpg": picture(100 + number, 80) for number in range(15)},
                     options=Options(validation=CHOICE.params()))
    assert request.status == "finished", (request.message, request.errors)
    return Task.objects.get(pk=task.pk)


def real_of(task: Task, job: Job) -> list[int]:
    return list(ground_truth.layout_of(task=task, job=job).honeypots.values())


# --- how they are dealt ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("jobs_count", "pool", "a_job"), [(40, 12, 3), (50, 7, 3), (100, 2, 1), (9, 20, 2)],
                         ids=["twelve", "seven", "two", "plenty"])
def test_each_is_used_as_rarely_as_can_be_and_neighbours_share_none(jobs_count: int, pool: int, a_job: int) -> None:
    dealt = deal([a_job] * jobs_count, range(pool), random.Random(7))
    uses = Counter(one for job in dealt for one in job)
    assert max(uses.values()) - min(uses[one] for one in range(pool)) <= 1
    assert all(len(set(job)) == a_job for job in dealt), "none twice in a job"
    assert not any(set(one) & set(other) for one, other in pairwise(dealt))


def test_fewer_than_two_jobs_want_are_shared_as_little_as_can_be() -> None:
    dealt = deal([3] * 20, range(4), random.Random(1))
    assert {len(set(one) & set(other)) for one, other in pairwise(dealt)} == {2}


def test_what_stays_counts() -> None:
    fixed = {0: [0, 1], 3: [0, 1], 4: [2, 3]}
    dealt = deal([2] * 6, range(6), random.Random(1), fixed)
    assert [dealt[place] for place in fixed] == list(fixed.values())
    assert Counter(one for job in dealt for one in job) == dict.fromkeys(range(6), 2), "the others are dealt to the rest"
    assert not set(dealt[2]) & {0, 1}, "the neighbour to come has them"
    with pytest.raises(ValueError, match="wants 3 honeypots, and 2"):
        deal([3], [1, 2], random.Random(1))


# --- anew -----------------------------------------------------------------------------------------------------------
def _attempt(task: Task, job: Job) -> None:
    jobs.begin_attempt(job=job, attempt="a1", worker="wanda")


def _over(task: Task, job: Job) -> None:
    _attempt(task, job)
    jobs.release_job(job=job, attempt="a1")
    assert Snapshot.objects.filter(job=job).exists()


def _drawn(task: Task, job: Job) -> None:
    FrameAnnotation.objects.create(job=job, frame=job.start_frame, nothing_here=True)


def _remarked(task: Task, job: Job) -> None:
    Issue.objects.create(job=job, frame=job.start_frame, owner=task.project.owner)


def _moved_on(task: Task, job: Job) -> None:
    jobs.update_job(actor=task.project.owner, job=job, stage="validation")


@pytest.mark.django_db
@pytest.mark.parametrize("done", [_attempt, _over, _drawn, _remarked, _moved_on])
def test_a_job_on_which_anything_was_done_keeps_its_pictures(alice: Any, mixed: Task, done: Callable[[Task, Job], None]) -> None:
    first, *others = list(mixed.annotation_jobs.select_related("task__project"))
    done(mixed, first)
    (mine,), rows = real_of(mixed, first), dict(Frame.objects.filter(task=mixed).values_list("number", "pk"))
    ground_truth.disable_frames(actor=alice, task=mixed, frames=[mine])
    dealt = honeypots.deal_honeypots(actor=alice, task=mixed)
    assert real_of(mixed, first) == [mine], "although it does not measure any more"
    assert dealt.kept == [f"Job #{first.pk} has been begun: what was done on it was done on these pictures. Its honeypots stay."]
    assert all(mine not in real_of(mixed, job) for job in others)
    with pytest.raises(Refused, match="has been begun"):
        honeypots.deal_honeypots(actor=alice, task=mixed, job=first)
    same = [number for number, pk in Frame.objects.filter(task=mixed).values_list("number", "pk") if rows[number] == pk]
    assert set(first.numbers) <= set(same), "not even its rows are others"


@pytest.mark.django_db
def test_everything_of_the_picture_comes_with_it_under_a_new_address(alice: Any, mixed: Task, client: Any) -> None:
    job = mixed.annotation_jobs.first()
    (number, before), = ground_truth.layout_of(task=mixed, job=job).honeypots.items()
    old = Frame.objects.get(task=mixed, number=number)
    dealt = honeypots.deal_honeypots(actor=alice, task=mixed, job=job)
    assert dealt.changed == [job.pk]
    new = Frame.objects.get(task=mixed, number=number)
    real = Frame.objects.get(task=mixed, number=new.honeypot_of)
    assert real.number != before and new.pk not in (old.pk, real.pk), "what browsers keep of the old row is not shown for the new one"
    for name in ("name", "width", "height", "sha256", "byte_size", "media_type", "original", "thumbnail", "work_copy", "orientation"):
        assert getattr(new, name) == getattr(real, name), name
    client.force_login(alice)
    assert client.get(f"/frames/{new.pk}/thumbnail").status_code == 200
    assert Frame.objects.filter(task=mixed).count() == mixed.size


@pytest.mark.django_db
def test_a_single_job_gets_others_than_it_has_however_often_they_are_used(alice: Any, mixed: Task) -> None:
    job = mixed.annotation_jobs.first()
    for _ in range(3):
        before = real_of(mixed, job)
        honeypots.deal_honeypots(actor=alice, task=mixed, job=job)
        assert real_of(mixed, job) != before


@pytest.mark.django_db
def test_an_open_editor_has_to_load_the_new_pictures(alice: Any, mixed: Task) -> None:
    job = mixed.annotation_jobs.select_related("task__project").first()
    session, _ = open_session(job=job, mode="requester", attempt="", user=alice, expires_at=timezone.now() + timedelta(hours=1))
    revision = job.revision
    assert honeypots.deal_honeypots(actor=alice, task=mixed, job=job).changed
    assert EditorSession.objects.get(pk=session.pk).revoked_at is not None
    with pytest.raises(RevisionConflict):
        save_frames(job=Job.objects.get(pk=job.pk), revision=revision, frames={})


@pytest.mark.django_db
def test_what_cannot_be_is_refused_and_changes_nothing(alice: Any, bob: Any, mixed: Task, fill: Any) -> None:
    layout = ground_truth.layout_of(task=mixed)
    with pytest.raises(Forbidden):
        honeypots.deal_honeypots(actor=bob, task=mixed)
    with pytest.raises(Refused, match="no honeypots"):
        honeypots.deal_honeypots(actor=alice, task=fill(count=2))
    ground_truth.disable_frames(actor=alice, task=mixed, frames=layout.frames)
    with pytest.raises(Refused, match="Let more frames of the ground truth measure"):
        honeypots.deal_honeypots(actor=alice, task=mixed)
    for job in mixed.annotation_jobs:
        _drawn(mixed, job)
    with pytest.raises(Refused, match="Every job has been begun"):
        honeypots.deal_honeypots(actor=alice, task=mixed)
    assert ground_truth.layout_of(task=mixed).honeypots == layout.honeypots


@pytest.mark.django_db(transaction=True)
def test_whoever_begins_a_job_meanwhile_gets_the_old_or_the_new_pictures_and_keeps_them(alice: Any, mixed: Task) -> None:
    """A job that is begun while honeypots are dealt waits until they lie, and is not dealt to once it was begun."""
    job = mixed.annotation_jobs.select_related("task__project").first()
    seen: list[list[int]] = []
    started = threading.Event()

    def begin() -> None:
        try:
            started.set()
            jobs.begin_attempt(job=job, attempt="a1", worker="wanda")
            seen.append(real_of(mixed, job))
        finally:
            connection.close()

    thread = threading.Thread(target=begin)
    with transaction.atomic():
        honeypots.deal_honeypots(actor=alice, task=mixed, job=job)
        thread.start()
        assert started.wait(10)
        dealt = real_of(mixed, job)
        assert not seen, "it waits"
    thread.join(10)
    assert seen == [dealt]
    with pytest.raises(Refused):
        honeypots.deal_honeypots(actor=alice, task=mixed, job=job)


@pytest.mark.django_db
def test_the_page_says_how_often_and_deals_anew(client: Any, alice: Any, mixed: Task) -> None:
    client.force_login(alice)
    page = f"/tasks/{mixed.pk}/ground-truth"
    shown = client.get(page).content.decode()
    assert "4 places in the jobs, 3 pictures that measure: each picture is used twice at most." in shown
    assert "may meet a picture again" in shown and "Deal the honeypots anew" in shown
    first = mixed.annotation_jobs.first()
    _drawn(mixed, first)
    (mine,) = real_of(mixed, first)
    other = next(number for number in ground_truth.layout_of(task=mixed).frames if number != mine)
    ground_truth.disable_frames(actor=alice, task=mixed, frames=[other])
    told = client.post(f"{page}/deal", follow=True).content.decode()
    assert "other honeypots now" in told and f"1 keeps theirs: Job #{first.pk} has been begun" in told
    for job in mixed.annotation_jobs:
        FrameAnnotation.objects.get_or_create(job=job, frame=job.start_frame)
    assert "Every job has been begun already" in client.post(f"{page}/deal", follow=True).content.decode()
    assert client.get(f"{page}/deal").status_code == 405
