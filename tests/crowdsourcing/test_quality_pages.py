"""The pages of a pool's quality and of a Toloker: what they count, what they say of nothing, whom they let in, what they cost."""
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from annotation.models import Correction, Frame, ImportedFrame, Job, Label, ProjectMember, Snapshot, Task
from annotation.services.truth import truth_version
from crowdsourcing import quality, tasks
from crowdsourcing.models import Assignment, Pool, Toloker, TruthScore, Verdict, Verification, VerificationTask, Vote, WorkMeasure
from crowdsourcing.quality import reports
from crowdsourcing.selectors.work import work_in
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]
PAGES = ["quality", "quality/workers", "quality/labels", "results"]


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Pools that were rung for."""
    found: list[int] = []
    monkeypatch.setattr(tasks, "ring_for_confusions", found.append)
    return found


@pytest.fixture
def pool(alice: Any) -> Pool:
    made = scene.pool(scene.task(scene.project(alice), jobs=4), status="OPEN")
    Label.objects.create(project=made.task.project, name="van", color="#ef4444", type="rectangle")
    Frame.objects.bulk_create([Frame(task=made.task, number=number, name=f"street-{number}.jpg", width=400, height=300, byte_size=1)
                               for number in range(4)])
    return made


@pytest.fixture
def four(pool: Pool) -> list[Assignment]:
    """Accepted, accepted, rejected, waiting; the first two by one Toloker, measured by the ground truth and by the clock."""
    rows = [scene.assignment(job, status) for job, status in zip(
        pool.task.jobs.all(), ("ACCEPTED", "ACCEPTED", "REJECTED", "SUBMITTED"), strict=True)]
    Assignment.objects.filter(pk=rows[1].pk).update(toloker=rows[0].toloker)
    for row, seconds, score in zip(rows, (40, 60, 5, 50), (0.9, 0.8, 0.1, None), strict=True):
        WorkMeasure.objects.create(assignment=row, with_work=True, frames=1, seconds=seconds, marks=2)
        if score is not None:
            TruthScore.objects.create(assignment=row, score=score, truth="t")
    Assignment.objects.filter(pk=rows[2].pk).update(suspicion=0.8, suspicion_at=timezone.now(), suspicion_signals=[
        {"code": "too_fast", "weight": 0.5, "text": "5 s a frame; the usual job of this pool takes 45 s a frame."}])
    Verdict.objects.create(assignment=rows[2], outcome="reject", source="ground_truth", explanation="It fits the truth by 10 %.")
    return rows


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def vote(pool: Pool, row: Assignment, answers: dict[Toloker, str], settled: str = "OK") -> None:
    verification, _ = Verification.objects.get_or_create(pool=pool, defaults={"mark": uuid.uuid4().hex})
    question = VerificationTask.objects.create(verification=verification, assignment=row, frame=row.job.start_frame,
                                               answer=settled, confidence=0.9, decided_at=timezone.now())
    for number, (toloker, answer) in enumerate(answers.items()):
        Vote.objects.create(task=question, toloker=toloker, remote_assignment_id=f"{question.pk}-{number}", answer=answer,
                            submitted=timezone.now())


def verifiers(pool: Pool, number: int) -> list[Toloker]:
    return [Toloker.objects.create(account=pool.crowd_project.account, user_id=f"verifier-{place}") for place in range(number)]


def test_the_overview_counts_what_was_decided_measured_and_paid(signed_in: Any, pool: Pool, four: list[Assignment]) -> None:
    people = verifiers(pool, 3)
    vote(pool, four[0], dict.fromkeys(people, "OK"))
    Vote.objects.update(reward="0.01")
    page = text_of(signed_in.get(f"/pools/{pool.pk}/quality"))
    for words in ("2 of 3 decided", "67 %, with 95 % certainty between 21 % and 94 %", "mean of 3 jobs", "3 votes on 1 question", "45 s",
                  "$4.00 / h", "5 s a frame; the usual job", "By ground truth", "1 of 1 job looked highly suspicious",
                  "Half of the jobs took less than 45 s", "1 rejected of 1", 'shape or tag costs</dt><dd class="number">$0.025',
                  'answers</a>, fee in it</dt><dd class="number">$0.039'):
        assert words in page, words
    assert page.count('role="img"') >= 5 and page.count("As a table") == 5


@pytest.mark.parametrize(("path", "words"), [
    ("quality", "No Toloker has taken a job yet"), ("quality/workers", "Nobody has taken a job yet"),
    ("quality/labels", "Import a ground truth on the task’s page, or fix a submitted job"), ("results", "Nothing is accepted yet")])
def test_an_empty_page_says_what_to_do_next(signed_in: Any, pool: Pool, path: str, words: str) -> None:
    page = text_of(signed_in.get(f"/pools/{pool.pk}/{path}"))
    assert words in page and f"/tasks/{pool.task_id}" in page


def test_closed_and_taken_pools_are_empty_in_other_words(signed_in: Any, pool: Pool) -> None:
    Pool.objects.update(status="CLOSED")
    assert "Start the pool on the task’s page" in text_of(signed_in.get(f"/pools/{pool.pk}/quality"))
    scene.assignment(pool.task.jobs.first(), "ACTIVE")
    assert "Nothing was submitted yet" in text_of(signed_in.get(f"/pools/{pool.pk}/quality"))


def test_workers_stand_in_the_order_that_was_asked_for(signed_in: Any, pool: Pool, four: list[Assignment]) -> None:
    address = f"/pools/{pool.pk}/quality/workers"

    def order(sort: str) -> list[int]:
        page = text_of(signed_in.get(address, {"sort": sort}))
        places = {row.toloker_id: page.index(f"/crowdsourcing/workers/{row.toloker_id}") for row in (four[0], four[2], four[3])}
        return sorted(places, key=lambda key: places[key])
    good, bad, new = four[0].toloker_id, four[2].toloker_id, four[3].toloker_id
    assert order("best") == [good, bad, new] and order("worst") == [bad, good, new] and order("fastest")[0] == bad
    assert order("jobs")[0] == good == order("paid")[0] and order("suspicion")[0] == bad and order("nonsense") == order("best")
    people = verifiers(pool, 3)
    vote(pool, four[0], {people[0]: "OK", people[1]: "OK", people[2]: "BAD"})
    assert "3 Tolokers who check" in text_of(signed_in.get(address))


def test_votes_that_came_since_are_counted(signed_in: Any, pool: Pool, four: list[Assignment]) -> None:
    people = verifiers(pool, 2)
    vote(pool, four[0], dict.fromkeys(people, "OK"))
    assert "2 votes on 1 question" in text_of(signed_in.get(f"/pools/{pool.pk}/quality"))
    vote(pool, four[1], {people[0]: "OK", people[1]: "BAD"})
    assert "4 votes on 2 questions" in text_of(signed_in.get(f"/pools/{pool.pk}/quality"))


def test_labels_are_counted_by_who_looks_and_the_page_follows(signed_in: Any, pool: Pool, four: list[Assignment], rung: list[int]) -> None:
    van = pool.task.project.labels.get(name="van")
    ImportedFrame.objects.create(task=pool.task, kind="ground truth", frame=0, shapes=[
        {"type": "rectangle", "points": [60, 50, 260, 190], "label_id": van.pk}])
    page = text_of(signed_in.get(f"/pools/{pool.pk}/quality/labels"))
    assert "1 comparison of submitted jobs is being counted" in page and "every 4s" in page and rung == [pool.pk]
    quality.count_confusions(pool)
    part = text_of(signed_in.get(f"/pools/{pool.pk}/quality/labels", HTTP_HX_REQUEST="true"))
    assert "<html" not in part and "every 4s" not in part and "van <span class=\"text-secondary\">taken for</span>" in part
    assert "Held against the ground truth" in part and rung == [pool.pk]


def test_forty_labels_stay_readable_and_all_can_be_seen(signed_in: Any, pool: Pool, four: list[Assignment]) -> None:
    made = [Label.objects.create(project=pool.task.project, name=f"kind {number}", color="#112233", type="rectangle").pk
            for number in range(40)]
    cells = {f"{label}:{label}": 5 for label in made} | {f"{label}:{made[number - 1]}": 1 for number, label in enumerate(made[:5])}
    ImportedFrame.objects.create(task=pool.task, kind="ground truth", frame=0)
    four[0].confusions.create(against="truth", version=truth_version(pool.task_id), cells=cells)
    page = text_of(signed_in.get(f"/pools/{pool.pk}/quality/labels"))
    assert "show all 40" in page and "all others" in page and page.count('<th scope="row"') == 13
    assert text_of(signed_in.get(f"/pools/{pool.pk}/quality/labels?all=1")).count('<th scope="row"') == 40


def test_pictures_show_the_regions_that_count_with_a_way_to_the_job(signed_in: Any, pool: Pool, four: list[Assignment]) -> None:
    van = pool.task.project.labels.get(name="van")
    job = four[1].job
    kept = Snapshot.objects.create(job=job, attempt=four[1].remote_id, reason="corrected", revision=2, digest="c" * 64, data={"frames": {
        str(job.start_frame): {"shapes": [{"type": "polygon", "points": [1, 2, 30, 2, 30, 40], "label_id": van.pk}], "tags": []}}})
    Correction.objects.create(job=job, attempt=four[1].remote_id, snapshot=kept, open=False, base_digest="d")
    page = text_of(signed_in.get(f"/pools/{pool.pk}/results"))
    assert "2 pictures" in page and page.count("<image ") == 2
    assert '<rect x="60" y="50" width="200" height="140" fill="#3b82f6"' in page
    assert '<polygon points="1,2 30,2 30,40" fill="#ef4444"' in page and "corrected" in page
    assert f"/jobs/{job.pk}?frame={job.start_frame}" in page and "street-2.jpg" not in page
    rejected = text_of(signed_in.get(f"/pools/{pool.pk}/results", {"show": "rejected", "worker": four[2].toloker_id}))
    assert "1 picture<" in rejected and "street-2.jpg" in rejected
    assert "No such work of this Toloker" in text_of(signed_in.get(f"/pools/{pool.pk}/results?worker={four[2].toloker_id}"))
    assert signed_in.get(f"/pools/{pool.pk}/results?worker=x&show=y&page=99").status_code == 200


def test_honeypots_are_no_results_and_shown_marked_when_asked_for(
        signed_in: Any, pool: Pool, four: list[Assignment], django_assert_max_num_queries: Any) -> None:
    assert "honeypot" not in text_of(signed_in.get(f"/pools/{pool.pk}/results")), "where there are none nobody reads of them"
    Task.objects.filter(pk=pool.task_id).update(validation_mode="gt_pool")
    Frame.objects.filter(task=pool.task, number=1).update(honeypot_of=3)
    address = f"/pools/{pool.pk}/results"
    with django_assert_max_num_queries(10):
        page = text_of(signed_in.get(address))
    assert "1 picture ·" in page and "street-0.jpg" in page and "street-1.jpg" not in page
    assert 'href="?show=accepted&amp;honeypots=1">1 honeypot</a> left out' in page
    marked = text_of(signed_in.get(address, {"honeypots": 1}))
    assert "1 honeypot ·" in marked and "in no export" in marked and "street-1.jpg" in marked and "street-0.jpg" not in marked
    assert "</span>honeypot</span>" in marked and f'/tasks/{pool.task_id}/ground-truth">frame 3</a>' in marked
    assert "No honeypots here" in text_of(signed_in.get(address, {"honeypots": 1, "show": "rejected"}))
    Frame.objects.filter(task=pool.task).update(honeypot_of=3)
    assert "Nothing but honeypots" in text_of(signed_in.get(address))
    assert "those on honeypots counted" in text_of(signed_in.get(f"/pools/{pool.pk}/quality"))


def test_a_frame_with_very_many_shapes_says_so_and_draws_some(signed_in: Any, pool: Pool, four: list[Assignment]) -> None:
    shape = {"type": "rectangle", "points": [1, 1, 5, 5], "label_id": pool.task.project.labels.get(name="van").pk}
    Snapshot.objects.filter(pk=four[0].snapshot_id).update(data={"frames": {"0": {"shapes": [shape] * 500, "tags": []}}})
    page = text_of(signed_in.get(f"/pools/{pool.pk}/results"))
    assert "van <strong>500</strong>" in page and page.count('fill="#ef4444" stroke') == 200 and "200 of 500 drawn" in page


def test_a_worker_page_tells_their_story_and_nobody_elses(signed_in: Any, alice: Any, bob: Any, pool: Pool, four: list[Assignment]) -> None:
    bad = four[2].toloker
    page = text_of(signed_in.get(f"/crowdsourcing/workers/{bad.pk}"))
    for words in ("0 of 1 decided", "It fits the truth by 10 %.", "5 s a frame; the usual job", f"Job {four[2].job_id}",
                  "10 %", f"/pools/{pool.pk}/results?worker={bad.pk}"):
        assert words in page, words
    assert f"Job {four[0].job_id}<" not in page
    # The same Toloker in Bob's pool: neither sees what they did for the other.
    other = scene.pool(scene.task(scene.project(bob, "Cows"), "Herd", jobs=1), scene.crowd_project(
        scene.project(bob, "Sheep"), account=pool.crowd_project.account))
    foreign = scene.assignment(other.task.jobs.first(), "ACCEPTED")
    Assignment.objects.filter(pk=foreign.pk).update(toloker=bad)
    assert "Herd" not in text_of(signed_in.get(f"/crowdsourcing/workers/{bad.pk}"))
    signed_in.force_login(bob)
    page = text_of(signed_in.get(f"/crowdsourcing/workers/{bad.pk}"))
    assert "Herd" in page and "1 of 1 decided" in page and "It fits the truth" not in page
    assert signed_in.get(f"/crowdsourcing/workers/{four[0].toloker_id}").status_code == 404


def test_who_only_checks_has_a_page_too(signed_in: Any, pool: Pool, four: list[Assignment]) -> None:
    one, other = verifiers(pool, 2)
    vote(pool, four[0], {one: "OK", other: "BAD"})
    page = text_of(signed_in.get(f"/crowdsourcing/workers/{other.pk}"))
    assert "1 vote on others’ work" in page and "0 %, with 95 % certainty between 0 % and 79 %" in page


def test_reviewers_look_strangers_do_not(signed_in: Any, pool: Pool, four: list[Assignment], rita: Any, stranger: Any) -> None:
    addresses = [*(f"/pools/{pool.pk}/{path}" for path in PAGES), f"/crowdsourcing/workers/{four[0].toloker_id}"]
    ProjectMember.objects.create(project=pool.task.project, user=rita, role="reviewer")
    for who, status in ((rita, 200), (stranger, 404)):
        signed_in.force_login(who)
        assert [signed_in.get(address).status_code for address in addresses] == [status] * 5
    signed_in.logout()
    assert [signed_in.get(address).status_code for address in addresses] == [302] * 5


@pytest.mark.parametrize("size", [3, 60])
def test_pages_take_few_queries_at_any_size(signed_in: Any, alice: Any, size: int, django_assert_max_num_queries: Any) -> None:
    pool = scene.pool(scene.task(scene.project(alice), jobs=size), status="OPEN")
    Frame.objects.bulk_create([Frame(task=pool.task, number=number, name="a.jpg", width=9, height=9, byte_size=1)
                               for number in range(size)])
    rows = [scene.assignment(job, "ACCEPTED" if number % 3 else "REJECTED") for number, job in enumerate(pool.task.jobs.all())]
    WorkMeasure.objects.bulk_create([WorkMeasure(assignment=row, with_work=True, frames=1, seconds=9, marks=1) for row in rows])
    ImportedFrame.objects.bulk_create([ImportedFrame(task=pool.task, kind="ground truth", frame=number) for number in range(size)])
    quality.count_confusions(pool)
    people = verifiers(pool, 3)
    for row in rows[:20]:
        vote(pool, row, dict.fromkeys(people, "OK"))
    Assignment.objects.update(toloker=rows[0].toloker)
    for path in [*(f"/pools/{pool.pk}/{path}" for path in PAGES), f"/crowdsourcing/workers/{rows[0].toloker_id}"]:
        with django_assert_max_num_queries(10) as few:
            assert signed_in.get(path).status_code == 200
        assert few, path


def test_ten_thousand_attempts_are_counted_in_one_query(alice: Any, django_assert_num_queries: Any) -> None:
    pool = scene.pool(scene.task(scene.project(alice), jobs=1))
    suite, account = pool.task_suites.get(), pool.crowd_project.account
    people = Toloker.objects.bulk_create([Toloker(account=account, user_id=f"w{number}") for number in range(200)])
    now = timezone.now()
    rows = Assignment.objects.bulk_create([Assignment(
        pool=pool, task_suite=suite, job_id=suite.job_id, toloker=people[number % 200], remote_id=f"a{number}",
        status="ACCEPTED" if number % 4 else "REJECTED",
        reward=Decimal("0.05"), created=now, submitted=now, accepted=now - timedelta(hours=number) if number % 4 else None,
        rejected=None if number % 4 else now) for number in range(10_000)], batch_size=2_000)
    WorkMeasure.objects.bulk_create([WorkMeasure(assignment=row, with_work=True, frames=1, seconds=number % 100, marks=3)
                                     for number, row in enumerate(rows)], batch_size=2_000)
    with django_assert_num_queries(1):
        work = work_in(pool)
        summary, workers = reports.summary_of(work), reports.in_order(reports.workers_of(work), "best")
        days = reports.over_time(work, timezone.get_default_timezone())
    assert (summary.accepted, summary.rejected, len(workers), days.unit) == (7_500, 2_500, 200, "month")
    assert sum(days.accepted) == 7_500 and summary.spent == Decimal("375.00")
    assert Job.objects.count() == 1
