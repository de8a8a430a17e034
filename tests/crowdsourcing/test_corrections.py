"""Fix and accept: the reviewer's version counts, the Toloker's submission stays, and nothing is half done."""
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from annotation.errors import Forbidden, ReadOnly, Refused, RevisionConflict
from annotation.models import Correction, Frame, Job, ProjectMember, Snapshot
from annotation.services import corrections as room1, editor, shapes
from crowdsourcing.models import Assignment, ProviderCommand
from crowdsourcing.services import assignments, corrections
from tests.crowdsourcing.crowd import Crowd

pytestmark = [pytest.mark.services, pytest.mark.django_db]


@pytest.fixture
def waiting(crowd: Crowd) -> Assignment:
    """Work submitted in the editor by the Toloker: one car on frame 0. The platform and we know that it is submitted."""
    crowd.open_pool()
    Frame.objects.bulk_create([
        Frame(task=crowd.task, number=number, name=f"{number}.jpg", width=400, height=300, media_type="image/jpeg", byte_size=1,
              sha256="0" * 64, original=f"o{number}.jpg", thumbnail=f"t{number}.jpg") for number in range(3)])
    return submitted(crowd)


def submitted(crowd: Crowd, worker: str = "wanda") -> Assignment:
    remote_id = crowd.take(0, worker)
    crowd.sync()
    session, _ = opened(crowd.job(), "toloker", attempt=remote_id, worker=worker)
    revision = editor.save(session=session, revision=crowd.job().revision, frames={"0": {"shapes": [car(crowd, 10)], "tags": []}})
    kept = editor.submit(session=session, revision=revision)
    crowd.platform.submit(remote_id, {"revision": kept.revision, "digest": kept.digest})
    crowd.sync()
    return crowd.assignment(remote_id)


def car(crowd: Crowd, x: float, **fields: Any) -> dict[str, Any]:
    return {"type": "rectangle", "label_id": crowd.project.labels.get().pk, "points": [x, 10.0, x + 50, 60.0], **fields}


def opened(job: Job, mode: str, **fields: Any) -> Any:
    return editor.open_session(job=job, mode=mode, expires_at=timezone.now() + timedelta(hours=1), **fields)


def reviewer(crowd: Crowd, name: str = "rita") -> Any:
    user = get_user_model().objects.create_user(name)
    ProjectMember.objects.create(project=crowd.project, user=user, role="reviewer")
    return user


def fixing(crowd: Crowd, assignment: Assignment, user: Any, x: float = 100, *, begin: bool = True) -> Any:
    """The session of a draft in which the car lies at `x`."""
    correction = corrections.begin_fix(actor=user, assignment=assignment) if begin else Correction.objects.get()
    session, _ = opened(crowd.job(), "correction", attempt=assignment.remote_id, user=user)
    before = editor.work_of(session).frames["0"]["shapes"][0]
    editor.save(session=session, revision=correction.revision, frames={"0": {"shapes": [{**before, "points": car(crowd, x)["points"]}]}})
    return session


def at(frames: Any) -> list[float]:
    return [shape["points"][0] for shape in frames.get("0", {"shapes": []})["shapes"]]


def state(crowd: Crowd) -> Any:
    """What a killed process must not have changed by half."""
    job = crowd.job()
    rows = list(Correction.objects.values_list("open", "snapshot", "revision")), Snapshot.objects.count(), ProviderCommand.objects.count()
    return shapes.frames_of(job=job), job.revision, job.stage, job.state, rows


def test_a_correction_counts_once_accepted_and_the_submission_stays(crowd: Crowd, waiting: Assignment) -> None:
    rita, original = reviewer(crowd), waiting.snapshot
    assert original is not None
    fixing(crowd, waiting, rita)
    assert at(shapes.frames_of(job=crowd.job())) == [10], "a draft is beside the job"
    command = corrections.fix_and_accept(actor=rita, assignment=waiting, comment="Nearly.")
    assert (command.kind, command.payload, command.actor) == ("accept_assignment", {"comment": "Nearly."}, rita)
    kept = Snapshot.objects.get(reason="corrected")
    assert (kept.attempt, kept.worker, kept.author, at(kept.data["frames"])) == (waiting.remote_id, "wanda", rita, [100])
    crowd.deliver(command)
    assert crowd.state()[:2] == ("acceptance", "completed") and at(shapes.frames_of(job=crowd.job())) == [100]
    after = crowd.assignment(waiting.remote_id)
    assert after.status == "ACCEPTED" and after.snapshot_id == original.pk
    original.refresh_from_db()
    assert at(original.data["frames"]) == [10] and after.solution["digest"] == original.digest
    crowd.sync()
    assert at(shapes.frames_of(job=crowd.job())) == [100], "news of the platform do not undo it"


def test_the_toloker_still_sees_and_repeats_what_was_submitted(crowd: Crowd, waiting: Assignment) -> None:
    session, _ = opened(crowd.job(), "toloker", attempt=waiting.remote_id, worker="wanda")
    fixing(crowd, waiting, crowd.owner)
    corrections.keep_fix(actor=crowd.owner, assignment=waiting)
    session.job.refresh_from_db()
    work = editor.work_of(session)
    assert at(work.frames) == [10] and work.revision == waiting.solution["revision"] and "submitted" in (work.read_only_reason or "")
    assert editor.submit(session=session, revision=work.revision).digest == waiting.solution["digest"]


def test_ids_stay_and_new_shapes_get_their_own(crowd: Crowd, waiting: Assignment) -> None:
    session = fixing(crowd, waiting, crowd.owner)
    first = editor.work_of(session).frames["0"]["shapes"][0]
    revision = editor.work_of(session).revision
    editor.save(session=session, revision=revision, frames={"0": {"shapes": [first, car(crowd, 200, client_id="new")]}})
    editor.save(session=session, revision=revision + 1, frames={"0": {"shapes": [first, car(crowd, 210, client_id="new")]}})
    ids = [shape["id"] for shape in editor.work_of(session).frames["0"]["shapes"]]
    assert len(set(ids)) == 2 and ids[0] == first["id"]
    corrections.keep_fix(actor=crowd.owner, assignment=waiting)
    assert [shape["id"] for shape in shapes.frames_of(job=crowd.job())["0"]["shapes"]] == ids


def test_conflicts_and_bad_shapes_are_refused_as_usual(crowd: Crowd, waiting: Assignment) -> None:
    session = fixing(crowd, waiting, crowd.owner)
    now = editor.work_of(session).revision
    with pytest.raises(RevisionConflict) as conflict:
        editor.save(session=session, revision=now - 1, frames={"0": {"shapes": []}})
    assert conflict.value.revision == now
    with pytest.raises(Refused, match="this job has the frames"):
        editor.save(session=session, revision=now, frames={"2": {"shapes": [car(crowd, 1)]}})
    with pytest.raises(ReadOnly, match="keep it"):
        editor.submit(session=session, revision=now)
    assert at(editor.work_of(session).frames) == [100]


def test_two_reviewers_at_once_one_is_told_who_and_may_take_over(crowd: Crowd, waiting: Assignment) -> None:
    rita, otto = reviewer(crowd), reviewer(crowd, "otto")
    session = fixing(crowd, waiting, rita)
    for verb in (corrections.begin_fix, corrections.keep_fix, corrections.discard_fix, corrections.fix_and_accept):
        with pytest.raises(Refused, match="rita is fixing this job") as refused:
            verb(actor=otto, assignment=waiting)  # type: ignore[operator]
        assert refused.value.code == "being_corrected"
    corrections.begin_fix(actor=otto, assignment=waiting, take_over=True)
    with pytest.raises(ReadOnly, match="otto took this correction over"):
        editor.save(session=session, revision=editor.work_of(session).revision, frames={"0": {"shapes": []}})
    kept = corrections.keep_fix(actor=otto, assignment=waiting)
    assert kept is not None and kept.author == otto and at(kept.data["frames"]) == [100]
    assert ProviderCommand.objects.filter(kind="accept_assignment").count() == 0


def test_keeping_without_deciding_then_throwing_away_restores_what_was_submitted(crowd: Crowd, waiting: Assignment) -> None:
    fixing(crowd, waiting, crowd.owner)
    kept = corrections.keep_fix(actor=crowd.owner, assignment=waiting)
    assert corrections.keep_fix(actor=crowd.owner, assignment=waiting) == kept
    revision = crowd.job().revision
    assert crowd.state()[:2] == ("validation", "completed") and at(shapes.frames_of(job=crowd.job())) == [100]
    corrections.discard_fix(actor=crowd.owner, assignment=waiting)
    corrections.discard_fix(actor=crowd.owner, assignment=waiting)
    assert at(shapes.frames_of(job=crowd.job())) == [10] and crowd.job().revision == revision + 1
    assert Snapshot.objects.filter(reason="corrected").get() == kept, "the record stays"
    assert not room1.in_force(jobs=[crowd.job()]).exists()


def test_a_second_correction_begins_with_the_first_and_one_without_change_is_none(crowd: Crowd, waiting: Assignment) -> None:
    corrections.begin_fix(actor=crowd.owner, assignment=waiting)
    assert corrections.keep_fix(actor=crowd.owner, assignment=waiting) is None
    fixing(crowd, waiting, crowd.owner)
    first = corrections.keep_fix(actor=crowd.owner, assignment=waiting)
    session = fixing(crowd, waiting, crowd.owner, 150)
    assert at(editor.work_of(session).frames) == [150]
    second = corrections.keep_fix(actor=crowd.owner, assignment=waiting)
    assert second is not None and second != first and Correction.objects.get().snapshot == second
    fixing(crowd, waiting, crowd.owner, 10)
    assert corrections.keep_fix(actor=crowd.owner, assignment=waiting) is None, "it says what was submitted"
    assert at(shapes.frames_of(job=crowd.job())) == [10] and not room1.in_force(jobs=[crowd.job()]).exists()


def test_rejected_and_given_to_another_the_correction_stays_with_its_attempt(crowd: Crowd, waiting: Assignment) -> None:
    fixing(crowd, waiting, crowd.owner)
    corrections.keep_fix(actor=crowd.owner, assignment=waiting)
    crowd.reject(waiting)
    rejected = crowd.assignment(waiting.remote_id)
    with pytest.raises(Refused, match="Only submitted work"):
        corrections.begin_fix(actor=crowd.owner, assignment=rejected)
    with pytest.raises(Refused, match="rejected\\. The correction stays"):
        corrections.discard_fix(actor=crowd.owner, assignment=rejected)
    crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
    crowd.take(0, "boris")
    crowd.sync()
    assert crowd.state() == ("annotation", "in progress", "boris") and shapes.frames_of(job=crowd.job()) == {}
    assert list(Snapshot.objects.order_by("pk").values_list("reason", flat=True)) == ["submitted", "corrected"]
    assert Correction.objects.get().attempt == waiting.remote_id
    assert not room1.in_force(jobs=[crowd.job()]).exists(), "the job is somebody else's"


def test_accepted_after_all_the_corrected_version_is_put_back(crowd: Crowd, waiting: Assignment) -> None:
    fixing(crowd, waiting, crowd.owner)
    corrections.keep_fix(actor=crowd.owner, assignment=waiting)
    crowd.reject(waiting)
    crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
    crowd.sync()
    assert crowd.state()[:2] == ("annotation", "new")
    crowd.accept(crowd.assignment(waiting.remote_id))
    assert crowd.state()[:2] == ("acceptance", "completed") and at(shapes.frames_of(job=crowd.job())) == [100]
    assert room1.in_force(jobs=[crowd.job()]).count() == 1


def test_accepted_while_somebody_fixes_nothing_is_lost(crowd: Crowd, waiting: Assignment) -> None:
    session = fixing(crowd, waiting, crowd.owner)
    crowd.deliver(assignments.accept_assignment(actor=crowd.owner, assignment=waiting, despite_draft=True))
    session.job.refresh_from_db()
    with pytest.raises(ReadOnly, match="accepted already\\. What you changed is kept as a draft"):
        editor.save(session=session, revision=editor.work_of(session).revision, frames={"0": {"shapes": []}})
    kept = corrections.keep_fix(actor=crowd.owner, assignment=waiting)
    assert kept is not None and at(shapes.frames_of(job=crowd.job())) == [100] and crowd.state()[:2] == ("acceptance", "completed")
    with pytest.raises(Refused, match="accepted already\\. The correction stays"):
        corrections.discard_fix(actor=crowd.owner, assignment=waiting)


def test_while_a_decision_is_on_its_way_nothing_is_begun_or_kept(crowd: Crowd, waiting: Assignment) -> None:
    fixing(crowd, waiting, crowd.owner)
    assignments.accept_assignment(actor=crowd.owner, assignment=waiting, despite_draft=True)
    before = state(crowd)
    for verb in (corrections.begin_fix, corrections.keep_fix, corrections.discard_fix, corrections.fix_and_accept):
        with pytest.raises(Refused) as refused:
            verb(actor=crowd.owner, assignment=waiting)  # type: ignore[operator]
        assert refused.value.code == "busy"
    assert state(crowd) == before


def test_work_that_never_came_and_strangers_open_nothing(crowd: Crowd, waiting: Assignment) -> None:
    with pytest.raises(Forbidden):
        corrections.begin_fix(actor=get_user_model().objects.create_user("eve"), assignment=waiting)
    with pytest.raises(Forbidden):
        corrections.begin_fix(actor=None, assignment=waiting)
    Assignment.objects.update(snapshot=None)
    Snapshot.objects.all().delete()
    with pytest.raises(Refused, match="submitted without work"):
        corrections.begin_fix(actor=crowd.owner, assignment=waiting)
    assert not Correction.objects.exists()


class Killed(BaseException):
    """Nothing after it runs."""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("line", ["write_frames", "take_snapshot", "_put", "_snapshot", "_close", "keep_correction", "ask"])
def test_killed_at_any_line_of_fix_and_accept_nothing_is_half_done(
        crowd: Crowd, waiting: Assignment, monkeypatch: pytest.MonkeyPatch, line: str, after: bool) -> None:
    fixing(crowd, waiting, crowd.owner)
    before = state(crowd)
    module = corrections if line == "ask" else room1
    original = getattr(module, line)

    def dying(*values: Any, **named: Any) -> Any:
        if after:
            original(*values, **named)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module, line, dying)
        with pytest.raises(Killed):
            corrections.fix_and_accept(actor=crowd.owner, assignment=waiting)
    assert state(crowd) == before
    corrections.fix_and_accept(actor=crowd.owner, assignment=waiting)
    assert at(shapes.frames_of(job=crowd.job())) == [100] and ProviderCommand.objects.filter(kind="accept_assignment").count() == 1


@pytest.mark.parametrize("line", ["give_ids", "validate_frames"])
def test_killed_while_saving_the_draft_is_as_it_was(
        crowd: Crowd, waiting: Assignment, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    session = fixing(crowd, waiting, crowd.owner)
    before = editor.work_of(session)

    def dying(*values: Any, **named: Any) -> Any:
        raise Killed

    monkeypatch.setattr(room1, line, dying)
    with pytest.raises(Killed):
        editor.save(session=session, revision=before.revision, frames={"0": {"shapes": []}})
    assert editor.work_of(session) == before


def test_an_export_holds_the_corrected_version_and_says_how_many(crowd: Crowd, waiting: Assignment) -> None:
    from annotation.formats.scope import Scope

    fixing(crowd, waiting, crowd.owner)
    crowd.deliver(corrections.fix_and_accept(actor=crowd.owner, assignment=waiting))
    scope = Scope(crowd.task, None)
    assert scope.corrected_jobs == 1 and [at({"0": {"shapes": image.shapes}}) for image in scope.annotated()] == [[100]]
