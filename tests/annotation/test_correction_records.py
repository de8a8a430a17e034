"""What a correction holds on to, and what may go with it."""
from typing import Any

import pytest

from annotation.errors import Refused
from annotation.models import Correction, Job, Project, Snapshot
from annotation.services import corrections, editor, jobs, projects, shapes

pytestmark = pytest.mark.django_db


@pytest.fixture
def drafted(fill: Any, project: Project, alice: Any) -> Any:
    """A submitted attempt of one car; alice's draft has a person in its place. (job, session)"""
    from datetime import timedelta

    from django.utils import timezone

    job = fill(count=1).jobs.get()
    jobs.begin_attempt(job=job, attempt="a1", worker="w1")
    later = timezone.now() + timedelta(hours=1)
    toloker, _ = editor.open_session(job=job, mode="toloker", attempt="a1", worker="w1", expires_at=later)
    revision = editor.save(session=toloker, revision=job.revision, frames={"0": {"shapes": [box(project, "car")]}})
    editor.submit(session=toloker, revision=revision)
    corrections.begin_correction(actor=alice, job=job, attempt="a1")
    session, _ = editor.open_session(job=Job.objects.get(), mode="correction", attempt="a1", user=alice, expires_at=later)
    editor.save(session=session, revision=0, frames={"0": {"shapes": [box(project, "person")]}})
    return session.job, session


def box(project: Project, name: str) -> dict[str, Any]:
    return {"type": "rectangle", "label_id": project.labels.get(name=name).pk, "points": [1, 1, 20, 20]}


def test_a_label_that_only_a_draft_uses_is_in_use(drafted: Any, project: Project, alice: Any) -> None:
    kept = [{"id": label.pk, "name": label.name, "type": label.type} for label in project.labels.exclude(name="person")]
    with pytest.raises(Refused, match="“person”"):
        projects.set_labels(actor=alice, project=project, labels=kept)


def test_a_project_goes_with_its_corrections(drafted: Any, project: Project, alice: Any) -> None:
    job, _session = drafted
    assert corrections.keep_correction(actor=alice, job=job, attempt="a1") is not None
    projects.delete_project(actor=alice, project=project)
    assert not Correction.objects.exists() and not Snapshot.objects.exists()


def test_an_open_draft_waits_while_somebody_else_has_the_job_and_can_go_on(drafted: Any, alice: Any) -> None:
    job, session = drafted
    jobs.begin_attempt(job=job, attempt="a2", worker="w2")
    assert Correction.objects.get().open
    with pytest.raises(Refused, match="does not hold the job"):
        corrections.keep_correction(actor=alice, job=job, attempt="a1")
    assert shapes.frames_of(job=job) == {}
    session.refresh_from_db()
    assert session.revoked_at is not None, "the reviewer's editor hears of it"
    corrections.discard_correction(actor=alice, job=job, attempt="a1")
    assert not Correction.objects.get().open and list(Snapshot.objects.values_list("reason", flat=True)) == ["submitted"]
