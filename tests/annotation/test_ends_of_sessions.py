"""What a key to the editor opens after its owner's rights changed, and how a finished job of one's own is opened again."""
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotation.errors import Refused
from annotation.models import EditorSession, Job, JobState, Project, ProjectMember, Snapshot
from annotation.services import editor, jobs, members
from tests.annotation.conftest import Fill

pytestmark = pytest.mark.django_db
REQUESTER, REVIEWER = ProjectMember.Role.REQUESTER, ProjectMember.Role.REVIEWER


@pytest.fixture
def job(fill: Fill) -> Job:
    return fill().jobs.get()


def key(job: Job, user: Any, mode: str = EditorSession.Mode.REQUESTER) -> Client:
    _, token = editor.open_session(job=job, mode=mode, user=user, expires_at=timezone.now() + timedelta(hours=1))
    return Client(headers={"Authorization": f"Editor {token}"})


def save(client: Client) -> int:
    return client.patch("/api/editor/annotations", {"revision": 0, "frames": {}}, content_type="application/json").status_code


def test_a_key_ends_when_the_project_is_no_longer_shared(alice: Any, bob: Any, project: Project, job: Job) -> None:
    members.share_project(actor=alice, project=project, user=bob, role=REQUESTER)
    client = key(job, bob)
    assert client.get("/api/editor/job").status_code == 200
    members.unshare_project(actor=alice, project=project, user=bob)
    assert client.get("/api/editor/job").status_code == 401
    assert client.get("/api/editor/frames/0").status_code == 401
    assert save(client) == 401


def test_a_key_to_work_ends_when_its_owner_may_only_review(alice: Any, bob: Any, project: Project, job: Job) -> None:
    members.share_project(actor=alice, project=project, user=bob, role=REQUESTER)
    work, look = key(job, bob), key(job, bob, EditorSession.Mode.REVIEW)
    members.share_project(actor=alice, project=project, user=bob, role=REVIEWER)
    assert save(work) == 401
    assert look.get("/api/editor/job").json()["job"]["read_only"] is True


def finished(job: Job, user: Any) -> Client:
    client = key(job, user)
    assert save(client) == 200
    assert client.post("/api/editor/submit", {"revision": 1}, content_type="application/json").status_code == 200
    job.refresh_from_db()
    assert job.state == JobState.COMPLETED
    return client


def test_a_reopened_job_that_needed_no_change_can_be_finished_again(alice: Any, job: Job) -> None:
    client = finished(job, alice)
    jobs.reopen_job(actor=alice, job=job)
    assert client.post("/api/editor/submit", {"revision": 1}, content_type="application/json").status_code == 200
    job.refresh_from_db()
    assert job.state == JobState.COMPLETED
    assert Snapshot.objects.filter(job=job).count() == 1


def test_a_button_on_the_job_page_reopens_ones_own_finished_job(client: Client, alice: Any, job: Job) -> None:
    client.force_login(alice)
    assert "Reopen" not in client.get(f"/jobs/{job.pk}").content.decode()
    finished(job, alice)
    page = client.get(f"/jobs/{job.pk}").content.decode()
    assert "View in editor" in page
    assert f'action="/jobs/{job.pk}/reopen"' in page
    assert client.get(f"/jobs/{job.pk}/reopen").status_code == 405
    answer = client.post(f"/jobs/{job.pk}/reopen", follow=True)
    assert answer.redirect_chain == [(f"/jobs/{job.pk}", 302)]
    page = answer.content.decode()
    assert "Open in editor" in page
    assert "/reopen" not in page


def test_a_reviewer_and_a_stranger_do_not_reopen(client: Client, alice: Any, rita: Any, stranger: Any, project: Project, job: Job) -> None:
    members.share_project(actor=alice, project=project, user=rita, role=REVIEWER)
    finished(job, alice)
    for user, status in ((rita, 403), (stranger, 404)):
        client.force_login(user)
        assert client.post(f"/jobs/{job.pk}/reopen").status_code == status
    client.force_login(rita)
    assert "/reopen" not in client.get(f"/jobs/{job.pk}").content.decode()


def test_a_crowds_job_is_not_reopened_and_the_page_says_why(client: Client, alice: Any, job: Job) -> None:
    jobs.begin_attempt(job=job, attempt="A1", worker="W1")
    jobs.mark_accepted(job=job)
    with pytest.raises(Refused, match="crowd"):
        jobs.reopen_job(actor=alice, job=job)
    client.force_login(alice)
    assert "/reopen" not in client.get(f"/jobs/{job.pk}").content.decode()
    assert "done by a crowd" in client.post(f"/jobs/{job.pk}/reopen", follow=True).content.decode()


def test_reopening_a_job_that_nobody_began_leaves_it_new(alice: Any, job: Job) -> None:
    assert jobs.reopen_job(actor=alice, job=job).state == JobState.NEW


def test_a_tolokers_key_never_shows_what_another_one_drew(project: Project, job: Job) -> None:
    """A key may be made in the very moment in which its attempt loses the job: ending the open ones comes too early for it."""
    jobs.begin_attempt(job=job, attempt="a2", worker="w2")
    later = timezone.now() + timedelta(hours=1)
    theirs, _ = editor.open_session(job=job, mode="toloker", attempt="a2", worker="w2", expires_at=later)
    box = {"type": "rectangle", "label_id": project.labels.first().pk, "points": [1, 1, 20, 20]}
    revision = editor.save(session=theirs, revision=job.revision, frames={"0": {"shapes": [box]}})
    _, token = editor.open_session(job=job, mode="toloker", attempt="a1", worker="w1", expires_at=later)
    client = Client(headers={"Authorization": f"Editor {token}"})
    for submitted in (False, True):
        if submitted:
            editor.submit(session=theirs, revision=revision)
        opened = client.get("/api/editor/job").json()
        assert opened["annotations"]["frames"] == client.get("/api/editor/annotations").json()["frames"] == {}
        assert "taken away" in opened["job"]["read_only_reason"]
