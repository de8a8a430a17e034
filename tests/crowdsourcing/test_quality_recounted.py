"""A crowded scene, every number of the pages of quality counted again from plain rows by other sums than those that made it."""
import math
import statistics
from datetime import timedelta
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from annotation.models import Correction, Frame, Job, Label, Snapshot
from crowdsourcing.models import (
    Assignment,
    Consensus,
    LedgerEntry,
    Pool,
    Toloker,
    TruthScore,
    Verdict,
    Verification,
    VerificationTask,
    Vote,
    WorkMeasure,
)
from crowdsourcing.quality import reports
from crowdsourcing.quality.aggregation import wilson
from crowdsourcing.selectors.results import MergedResults, Results
from crowdsourcing.selectors.work import kept_of_votes
from crowdsourcing.statuses import AssignmentStatus
from crowdsourcing.verification_wishes import DEFAULTS
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]
MIXED = ["ACCEPTED", "ACCEPTED", "REJECTED", "SUBMITTED", "SKIPPED", "EXPIRED", "ACTIVE", "ACCEPTED", "REJECTED", "ACCEPTED"]


def measured(row: Assignment, seconds: float, marks: int, score: float | None = None) -> None:
    WorkMeasure.objects.create(assignment=row, with_work=True, frames=1, seconds=seconds, marks=marks)
    if score is not None:
        TruthScore.objects.create(assignment=row, score=score, truth="t")


def frames(pool: Pool) -> None:
    Frame.objects.bulk_create([Frame(task=pool.task, number=number, name=f"f-{number}.jpg", width=400, height=300, byte_size=1)
                               for number in range(pool.task.size)])


@pytest.fixture
def single(alice: Any) -> Pool:
    """One Toloker a job: one turned on appeal, one corrected, one honeypot, skipped, expired and active ones; two jobs are Tom's."""
    pool = scene.pool(scene.task(scene.project(alice), jobs=10), status="OPEN", reward_per_assignment=Decimal("0.055"))
    frames(pool)
    pool.task.validation_mode = "gt_pool"
    pool.task.save()
    Frame.objects.filter(task=pool.task, number=9).update(honeypot_of=0)
    rows = [scene.assignment(job, status) for job, status in zip(pool.task.jobs.all(), MIXED, strict=True)]
    Assignment.objects.filter(pk=rows[1].pk).update(rejected=timezone.now() - timedelta(hours=1))
    LedgerEntry.objects.filter(assignment=rows[1], kind="charge").update(kind="charge_after_release")
    LedgerEntry.objects.create(pool=pool, assignment=rows[1], kind="release", amount=rows[1].reward, at=timezone.now())
    Assignment.objects.filter(pk__in=[rows[0].pk, rows[8].pk]).update(toloker=tom(pool))
    for row, seconds in zip((rows[place] for place in (0, 1, 2, 3, 7, 8, 9)), (41, 7.5, 3, 90, 33, 18, 61), strict=True):
        measured(row, seconds, marks=row.pk % 5, score=(row.pk % 10) / 10 if row.pk % 3 else None)
    kept = Snapshot.objects.create(job=rows[7].job, attempt=rows[7].remote_id, reason="corrected", revision=2, digest="c" * 64,
                                   data={"frames": {"7": {"shapes": [], "tags": []}}})
    Correction.objects.create(job=rows[7].job, attempt=rows[7].remote_id, snapshot=kept, open=False, base_digest="d")
    for row, source, outcome in ((rows[1], "verification", "reject"), (rows[1], "hand", "accept"), (rows[2], "ground_truth", "reject"),
                                 (rows[3], "automatic", "ask"), (rows[3], "verification", "ask")):
        Verdict.objects.create(assignment=row, source=source, outcome=outcome, explanation="Why.")
    return pool


@pytest.fixture
def several(single: Pool) -> Pool:
    """Two Tolokers a job, in the same project: four jobs, each done by Tom and another; the first is merged."""
    pool = scene.pool(scene.task(single.task.project, "Tuesday", jobs=4), status="OPEN", overlap=2)
    frames(pool)
    for number, job in enumerate(list(pool.task.jobs.all())):
        for place in range(2):
            row = scene.assignment(job, "ACCEPTED" if number < 2 else ("REJECTED", "SUBMITTED")[place])
            replica = Job.objects.create(task=pool.task, start_frame=number, stop_frame=number, type="consensus_replica", parent_job=job)
            changed: dict[str, Any] = {"job": replica} | ({"toloker": tom(pool)} if not place else {})
            Assignment.objects.filter(pk=row.pk).update(**changed)
            Snapshot.objects.filter(pk=row.snapshot_id).update(job=replica)
            measured(row, 10 * number + place, marks=3)
        Consensus.objects.create(task_suite=job.task_suite, people=2, outcome="decided" if number < 2 else "more", score=number / 4,
                                 merged_at=timezone.now() if not number else None, merged_people=0 if number else 2)
    return pool


def tom(pool: Pool) -> Toloker:
    return Toloker.objects.get_or_create(account=pool.crowd_project.account, user_id="tom")[0]


@pytest.fixture
def elsewhere(several: Pool, alice: Any) -> Pool:
    """Tom again, at another account of the same requester: another person as far as anybody knows."""
    other = scene.project(alice, "Cows")
    pool = scene.pool(scene.task(other, jobs=2), scene.crowd_project(other), status="OPEN")
    rows = [scene.assignment(job, "ACCEPTED") for job in pool.task.jobs.all()]
    Assignment.objects.filter(pk=rows[0].pk).update(toloker=tom(pool))
    return pool


def rows_of(condition: str, *values: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"""SELECT a.*, t.user_id, m.seconds, m.frames, m.marks, s.score FROM crowdsourcing_assignment a
            JOIN crowdsourcing_toloker t ON t.id = a.toloker_id LEFT JOIN crowdsourcing_workmeasure m ON m.assignment_id = a.id
            LEFT JOIN crowdsourcing_truthscore s ON s.assignment_id = a.id WHERE {condition}""", values)
        return [dict(zip([column[0] for column in cursor.description], row, strict=True)) for row in cursor.fetchall()]


def recounted(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """As /api/crowdsourcing/pools/{id}/quality and workers have it, as far as one pool or one person goes."""
    by = {status: [row for row in rows if row["status"] == status] for status in AssignmentStatus.values}
    decided = len(by["ACCEPTED"]) + len(by["REJECTED"])
    timed = [row for row in by["ACCEPTED"] + by["REJECTED"] + by["SUBMITTED"] if row["seconds"] is not None]
    scores = [row["score"] for row in rows if row["score"] is not None]
    middle = statistics.median([row["seconds"] for row in timed]) if timed else None
    return {
        "accepted": len(by["ACCEPTED"]), "rejected": len(by["REJECTED"]), "waiting": len(by["SUBMITTED"]),
        "given_back": len(by["SKIPPED"]) + len(by["EXPIRED"]), "overturned": sum(row["rejected"] is not None for row in by["ACCEPTED"]),
        "spent": f"{sum((row['reward'] for row in by['ACCEPTED']), Decimal('0.000')):.3f}",
        "objects": sum(row["marks"] or 0 for row in by["ACCEPTED"]), "median": middle,
        "share": [len(by["ACCEPTED"]), decided], "truth": [round(math.fsum(scores), 4), len(scores)],
        "hourly": f"{sum(row['reward'] for row in timed) / len(timed) * 3600 / Decimal(str(middle)):.2f}" if middle else None}


def told(answer: dict[str, Any]) -> dict[str, Any]:
    names = ("accepted", "rejected", "waiting", "given_back", "overturned", "spent", "objects", "hourly")
    return {name: answer[name] for name in names} | {
        "median": answer["seconds"] and answer["seconds"]["median"], "share": [answer["acceptance"]["part"], answer["acceptance"]["whole"]],
        "truth": [answer["truth"]["part"], answer["truth"]["whole"]]}


def test_pools_and_people_are_counted_right(signed_in: Any, single: Pool, several: Pool, elsewhere: Pool) -> None:
    for pool in (single, several, elsewhere):
        answer = signed_in.get(f"/api/crowdsourcing/pools/{pool.pk}/quality").json()
        assert told(answer) == recounted(rows_of("a.pool_id = %s", pool.pk)), pool
        assert answer["money"]["spent"] == answer["spent"]
        listed = signed_in.get(f"/api/crowdsourcing/workers?pool={pool.pk}").json()["results"]
        assert listed and {row["id"]: told(row) for row in listed} == {
            row["id"]: recounted(rows_of("a.pool_id = %s AND a.toloker_id = %s", pool.pk, row["id"])) for row in listed}
    for person in Toloker.objects.filter(assignments__isnull=False).distinct():
        answer = signed_in.get(f"/api/crowdsourcing/workers/{person.pk}").json()
        assert told(answer) == recounted(rows_of("a.toloker_id = %s", person.pk))
        page = signed_in.get(f"/crowdsourcing/workers/{person.pk}").context
        assert page["page"].paginator.count == len(rows_of("a.toloker_id = %s", person.pk))
        assert {one["pool"]: one["summary"].came_in for one in page["pools"]} == {
            pool.pk: sum(row["submitted"] is not None for row in rows_of("a.toloker_id = %s AND a.pool_id = %s", person.pk, pool.pk))
            for pool in (single, several, elsewhere) if rows_of("a.toloker_id = %s AND a.pool_id = %s", person.pk, pool.pk)}
    assert len(signed_in.get("/api/crowdsourcing/workers?user_id=tom").json()["results"]) == 2


def test_every_chart_holds_each_job_once(signed_in: Any, single: Pool, several: Pool) -> None:
    for pool in (single, several):
        rows = rows_of("a.pool_id = %s", pool.pk)
        answer = signed_in.get(f"/api/crowdsourcing/pools/{pool.pk}/quality").json()
        counts = answer["distributions"]
        words = {"accepted": "ACCEPTED", "waiting": "SUBMITTED", "rejected": "REJECTED"}
        for name, column in (("truth", "score"), ("seconds", "seconds")):
            assert {word: sum(bins) for word, bins in counts[name]["counts"].items()} == {
                word: sum(row["status"] == status and row[column] is not None for row in rows) for word, status in words.items()}
        assert sum(sum(bins) for bins in counts["agreement"]["counts"].values()) == (4 if pool == several else 0)
        periods = answer["decisions"]["periods"]
        assert [sum(period[word] for period in periods) for word in ("accepted", "rejected")] == [answer["accepted"], answer["rejected"]]
        assert all(before["end"] == after["start"] for before, after in pairwise(periods))
        assert {(row["source"], row["outcome"]): row["count"] for row in answer["verdicts"]} == {
            (row.source, row.outcome): Verdict.objects.filter(assignment__pool=pool, source=row.source, outcome=row.outcome).count()
            for row in Verdict.objects.filter(assignment__pool=pool)}


def test_pictures_are_those_of_the_work_that_is_meant(signed_in: Any, single: Pool, several: Pool) -> None:
    for pool in (single, several):
        for status in (AssignmentStatus.ACCEPTED, AssignmentStatus.SUBMITTED, AssignmentStatus.REJECTED):
            wanted = {(row["id"], row["job_id"]) for row in rows_of("a.pool_id = %s AND a.status = %s", pool.pk, status)}
            shown = [list(Results(pool, status, honeypots=honeypots)[0:99]) for honeypots in (False, True)]
            assert {(one.assignment, one.job) for part in shown for one in part} == wanted and len(shown[0]) + len(shown[1]) == len(wanted)
            assert [one.frame.number for one in shown[1]] == ([9] if pool == single and status == "ACCEPTED" else [])
            assert [one.frame.number for one in shown[0] if one.corrected] == ([7] if pool == single and status == "ACCEPTED" else [])
    assert [(one.job, one.people) for one in MergedResults(several)[0:99]] == [(several.task.jobs.filter(type="annotation").first().pk, 2)]
    label = Label.objects.filter(project=single.task.project).first()
    assert label is not None and label.name in signed_in.get(f"/pools/{single.pk}/results").content.decode()


def test_of_none_and_of_all_the_interval_ends_where_the_shares_end() -> None:
    for number in range(1, 200):
        assert wilson(0, number)[0] == 0.0 and wilson(number, number)[1] == 1.0
        for part in {0, 1, number // 2, number}:
            low, high = wilson(part, number)
            share = part / number
            for end in (low, high):
                # The score interval ends where (share - end)^2 = z^2 end (1 - end) / n.
                assert (share - end) ** 2 == pytest.approx(1.959963984540054 ** 2 * end * (1 - end) / number, abs=1e-12)
            assert 0 <= low <= share <= high <= 1


def test_votes_are_counted_on_the_way_and_once(django_assert_num_queries: Any, single: Pool) -> None:
    """340,000 of them as rows in memory took 300 MB."""
    people = [Toloker.objects.create(account=single.crowd_project.account, user_id=f"v{number}") for number in range(4)]
    verification = Verification.objects.create(pool=single, mark="m", config=DEFAULTS)
    answers = ["OK OK OK", "OK BAD OK", "BAD BAD BAD BAD", "OK"]
    for number, said in enumerate(answers):
        question = VerificationTask.objects.create(verification=verification, assignment=single.assignments.all()[number], frame=number,
                                                   answer="" if number == 3 else said.split()[-1], confidence=0.8)
        for place, answer in enumerate(said.split()):
            Vote.objects.create(task=question, toloker=people[place], remote_assignment_id=f"page {number // 2} of {place}", answer=answer,
                                submitted=timezone.now(), reward=Decimal("0.01"))
    walked: list[Any] = []

    def counted(rows: Any) -> reports.Verification:
        assert not isinstance(rows, list)
        return reports.verification_of(walked.append(row) or row for row in rows)
    with django_assert_num_queries(2):
        found = kept_of_votes(single, counted)
    assert len(walked) == found.votes == 11 and found.questions == 4 and found.settled == {"OK": 2, "BAD": 1}
    equal = sum(a == b for said in answers for a, b in combinations(said.split(), 2))
    assert (found.pairs.part, found.pairs.whole) == (equal, sum(math.comb(len(said.split()), 2) for said in answers)) == (10, 12)
    assert found.paid == Decimal("0.01") * len({row.page for row in walked}) == Decimal("0.07")
    assert {one.user_id: one.votes for one in found.verifiers} == {"v0": 4, "v1": 3, "v2": 3, "v3": 1}
    assert sum(map(sum, found.confidence.counts.values())) == 3


def test_lists_of_a_job_that_several_do_hold_what_is_about_any_of_them(signed_in: Any, several: Pool) -> None:
    job = several.task.jobs.filter(type="annotation").first()
    rows = list(Assignment.objects.filter(job__parent_job=job))
    for row in rows:
        Verdict.objects.create(assignment=row, source="consensus", outcome="accept", explanation="Why.")
    for name in ("assignments", "verdicts", "reviews"):
        counts = [signed_in.get(f"/api/crowdsourcing/{name}?job={one}").json()["count"] for one in (job.pk, *(row.job_id for row in rows))]
        assert counts == [2, 1, 1], name
