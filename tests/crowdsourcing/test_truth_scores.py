"""How submitted work fits the ground truth: what the numbers mean, that they are written once and follow the truth."""
from typing import Any

import pytest

from annotation.errors import Refused
from annotation.models import Frame, FrameAnnotation, ImportedFrame, Job, JobType, Snapshot, Task
from annotation.sampling import Choice
from annotation.services import ground_truth, jobs
from crowdsourcing import quality
from crowdsourcing.models import Assignment, TruthScore
from crowdsourcing.quality import truth as scoring
from crowdsourcing.quality.truth import scores_of
from tests.crowdsourcing.crowd import Crowd

SIZES = {0: (100, 100), 1: (100, 100)}


def box(x1: float, y1: float, x2: float, y2: float, label: int = 1) -> dict[str, Any]:
    return {"type": "rectangle", "points": [x1, y1, x2, y2], "label_id": label, "attributes": []}


def on(*shapes: dict[str, Any], tags: Any = ()) -> dict[str, Any]:
    return {"shapes": list(shapes), "tags": [{"label_id": tag, "attributes": []} for tag in tags]}


A, B, C = box(0, 0, 10, 10), box(20, 20, 40, 40), box(60, 60, 90, 90)


@pytest.mark.parametrize(("true", "given", "score", "counts"), [
    (on(A, B), on(A, B), 1.0, (2, 0, 0, 0)),
    (on(), {}, 1.0, (0, 0, 0, 0)),
    (on(A), {}, 0.0, (0, 1, 0, 0)),
    (on(), on(A), 0.0, (0, 0, 1, 0)),
    # IoU 0.8 of the only object.
    (on(A), on(box(0, 0, 10, 8)), 0.8, (1, 0, 0, 0)),
    (on(A, B), on(A), 0.6667, (1, 1, 0, 0)),
    (on(A), on(A, C), 0.6667, (1, 0, 1, 0)),
    # The right place under a wrong name counts on neither side.
    (on(A, B), on(A, box(20, 20, 40, 40, label=2)), 0.5, (1, 0, 0, 1)),
    # IoU under a half is no match: one missing, one too much.
    (on(A), on(box(0, 0, 10, 4)), 0.0, (0, 1, 1, 0)),
    # Two boxes on one object: one of them is too much.
    (on(A), on(A, A), 0.6667, (1, 0, 1, 0)),
    (on(tags=[3]), on(tags=[3]), 1.0, (1, 0, 0, 0)),
    (on(tags=[3]), on(tags=[4]), 0.0, (0, 1, 1, 0)),
], ids=["same", "empty", "nothing", "invented", "loose", "half", "too-much", "relabelled", "beside", "twice", "tag", "other-tag"])
def test_what_a_frame_scores(true: Any, given: Any, score: float, counts: tuple[int, ...]) -> None:
    overall, frames = scores_of({"0": true}, {"0": given}, SIZES)
    frame = frames["0"]
    assert (overall, frame["score"]) == (score, score)
    assert tuple(frame[name] for name in ("matched", "missing", "extra", "relabelled")) == counts


def test_the_attempt_scores_the_mean_of_the_frames_that_are_known() -> None:
    score, frames = scores_of({"0": on(A), "1": on(B)}, {"0": on(A), "1": on(), "7": on(C)}, SIZES)
    assert score == 0.5 and sorted(frames) == ["0", "1"]


@pytest.fixture(autouse=True)
def _pictures(request: pytest.FixtureRequest) -> None:
    """The scene's task has jobs only."""
    if "crowd" in request.fixturenames:
        task = request.getfixturevalue("crowd").task
        Frame.objects.bulk_create([Frame(task=task, number=number, name=f"{number}.jpg", width=100, height=100, byte_size=1)
                                   for number in range(task.size)])


@pytest.fixture
def worked(crowd: Crowd) -> Assignment:
    """One submitted attempt with a box on the job's first frame; nothing is known to be right yet."""
    crowd.open_pool()
    attempt = crowd.work()
    snapshot = attempt.snapshot
    assert snapshot is not None
    Snapshot.objects.filter(pk=snapshot.pk).update(data={"frames": {str(crowd.job().start_frame): on(A)}})
    return attempt


def score(attempt: Assignment) -> float | None:
    quality.score_pool(attempt.pool)
    found = TruthScore.objects.filter(assignment=attempt).first()
    return None if found is None else found.score


@pytest.mark.django_db
def test_scores_are_written_once_and_follow_what_is_imported(crowd: Crowd, worked: Assignment) -> None:
    assert score(worked) is None
    known = ImportedFrame.objects.create(task=crowd.task, kind="ground truth", frame=crowd.job().start_frame, shapes=[A])
    assert quality.score_pool(worked.pool) == 1 and quality.score_pool(worked.pool) == 0
    assert score(worked) == 1.0
    known.shapes = [A, B]
    known.save()
    assert score(worked) == pytest.approx(0.6667)
    known.delete()
    assert score(worked) is None, "what is not known any more measures nobody"


@pytest.mark.django_db
def test_a_finished_ground_truth_job_is_the_truth_until_it_is_opened_again(crowd: Crowd, worked: Assignment) -> None:
    first = crowd.job().start_frame
    ImportedFrame.objects.create(task=crowd.task, kind="ground truth", frame=first, shapes=[C])
    job = ground_truth.create_ground_truth_job(actor=crowd.owner, task=crowd.task, choice=Choice(method="manual", frames=[first]))
    FrameAnnotation.objects.create(job=job, frame=first, shapes=[A])
    assert score(worked) == 0.0, "not finished: what was imported counts"
    jobs.update_job(actor=crowd.owner, job=job, state="completed")
    assert score(worked) == 1.0
    crowd.task.refresh_from_db()
    ground_truth.disable_frames(actor=crowd.owner, task=crowd.task, frames=[first])
    assert score(worked) is None
    ground_truth.disable_frames(actor=crowd.owner, task=crowd.task, frames=[])
    assert score(worked) == 1.0
    jobs.update_job(actor=crowd.owner, job=job, state="in progress")
    assert score(worked) == 0.0
    jobs.update_job(actor=crowd.owner, job=job, state="completed")
    ground_truth.delete_ground_truth_job(actor=crowd.owner, job=job)
    assert score(worked) == 0.0


@pytest.mark.django_db
def test_a_honeypot_has_the_truth_of_its_picture(crowd: Crowd, worked: Assignment) -> None:
    first = crowd.job().start_frame
    last = Frame.objects.filter(task=crowd.task).order_by("-number").first()
    assert last is not None and last.number != first
    Task.objects.filter(pk=crowd.task.pk).update(validation_mode="gt_pool")
    Frame.objects.filter(task=crowd.task, number=first).update(honeypot_of=last.number)
    Job.objects.create(task=crowd.task, type=JobType.GROUND_TRUTH, included_frames=[last.number], start_frame=0, stop_frame=last.number,
                       state="completed")
    # Nothing was drawn on it: the box of the attempt is too much.
    assert score(worked) == 0.0
    found = TruthScore.objects.get(assignment=worked)
    assert found.frames == {str(first): {"score": 0.0, "matched": 0, "missing": 0, "extra": 1, "relabelled": 0}}


@pytest.mark.django_db
def test_a_death_between_rounds_keeps_what_was_scored(crowd: Crowd, worked: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    other = crowd.work(1)
    for attempt in (worked, other):
        ImportedFrame.objects.create(task=crowd.task, kind="ground truth", frame=attempt.job.start_frame, shapes=[A])
    monkeypatch.setattr(scoring, "ROUND", 1)
    calls = []

    def die(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return scores_of(*arguments)

    monkeypatch.setattr(scoring, "scores_of", die)
    with pytest.raises(KeyboardInterrupt):
        quality.score_pool(worked.pool)
    assert TruthScore.objects.count() == 1
    assert quality.score_pool(worked.pool) == 1 and TruthScore.objects.count() == 2


@pytest.mark.django_db
def test_work_without_a_snapshot_and_jobs_without_truth_are_not_scored(crowd: Crowd) -> None:
    crowd.open_pool()
    bare, elsewhere = crowd.work(0, snapshot=False), crowd.work(1)
    ImportedFrame.objects.create(task=crowd.task, kind="ground truth", frame=crowd.job().start_frame, shapes=[A])
    assert quality.score_pool(bare.pool) == 0 and not TruthScore.objects.filter(assignment__in=[bare, elsewhere]).exists()


@pytest.mark.django_db
def test_the_crowd_never_gets_the_ground_truth_job(crowd: Crowd) -> None:
    """Also beside a pool that runs already, and beside one that is set up afterwards."""
    job = ground_truth.create_ground_truth_job(actor=crowd.owner, task=crowd.task, choice=Choice(frame_count=1, random_seed=1))
    pool = crowd.open_pool()
    assert not pool.task_suites.filter(job=job).exists() and pool.task_suites.count() == crowd.task.annotation_jobs.count()
    with pytest.raises(Refused, match="Only a ground truth job"):
        ground_truth.delete_ground_truth_job(actor=crowd.owner, job=crowd.job())
    ground_truth.delete_ground_truth_job(actor=crowd.owner, job=job)
    assert pool.task_suites.count() == crowd.task.jobs.count()


@pytest.mark.django_db
def test_the_job_page_the_api_and_the_admin_tell_the_score(crowd: Crowd, worked: Assignment, client: Any, django_user_model: Any) -> None:
    ImportedFrame.objects.create(task=crowd.task, kind="ground truth", frame=crowd.job().start_frame, shapes=[A, B])
    assert score(worked) == pytest.approx(0.6667)
    client.force_login(crowd.owner)
    page = client.get(f"/jobs/{crowd.job().pk}").content.decode()
    assert "0.67 of 1" in page and "1 missing" in page and "a=ground-truth" in page
    told = client.get(f"/api/crowdsourcing/assignments/{worked.pk}").json()["truth_score"]
    assert told["score"] == pytest.approx(0.6667) and told["frames"]["0"]["missing"] == 1
    quality.judge_pool(worked.pool)
    worked.refresh_from_db()
    assert "misses_truth" in [signal["code"] for signal in worked.suspicion_signals]
    client.force_login(django_user_model.objects.create_superuser("root", password="x"))
    assert client.get("/admin/crowdsourcing/truthscore/").status_code == 200
    TruthScore.objects.all().delete()
    assert client.get(f"/api/crowdsourcing/assignments/{worked.pk}").json()["truth_score"] is None
