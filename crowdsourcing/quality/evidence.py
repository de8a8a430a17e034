"""What is known of attempts, collected for judgement: many at once, in a fixed number of queries."""
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q
from django.utils import timezone

from annotation.models import ValidationMode
from crowdsourcing.models import Assignment, Consensus, Pool, TruthScore, VerificationTask, Vote, WorkMeasure
from crowdsourcing.quality.agreeing import ROUND, Rule, count_jobs, inputs_of, rule_by, rule_of
from crowdsourcing.quality.facts import truth_frames_of
from crowdsourcing.quality.judgement import Agreed, Answer, Evidence
from crowdsourcing.selectors.clock import our_time
from crowdsourcing.selectors.consensus import Piece, work_of
from crowdsourcing.statuses import AssignmentStatus

# Work comes by another road than the platform's news of it: for so long its absence says nothing.
LATE = timedelta(minutes=10)


def evidence_of(pool: Pool, ids: Sequence[int], *, compared: bool = True) -> dict[int, Evidence]:
    """By assignment. Twelve queries at most, however many. Without `compared` nothing of how those who did one job agree."""
    rows = list(Assignment.objects.filter(pool=pool, pk__in=ids).select_related("task_suite", "job").defer("solution"))
    measures = WorkMeasure.objects.in_bulk([row.pk for row in rows])
    scores = TruthScore.objects.in_bulk([row.pk for row in rows])
    truth, rejected = truth_frames_of(pool, {row.job_id for row in rows}), _rejected(rows)
    answers, agreed, records = _answers(rows), _agreed(pool, rows) if compared else {}, _records(pool, rows)
    return {row.pk: _of_one(row, pool, measures.get(row.pk), scores.get(row.pk), truth.get(row.job_id, 0),
                            answers.get(row.pk, ()), agreed.get(row.pk), rejected[row.job_id], records[row.pk]) for row in rows}


def _of_one(row: Assignment, pool: Pool, measure: WorkMeasure | None, truth: TruthScore | None, truth_frames: int,
            answers: tuple[Answer, ...], agreed: Agreed | None, rejected: list[Any],
            record: tuple[int, int]) -> Evidence:
    job = row.job
    with_work = row.snapshot_id is not None
    # Counted before its work arrived, it counts nothing.
    measured = measure is not None and measure.with_work == with_work
    scores = {int(frame) - job.start_frame + 1: float(values["score"]) for frame, values in truth.frames.items()} if truth else {}
    return Evidence(
        frames=job.stop_frame - job.start_frame + 1, with_work=with_work, late=not with_work and _may_come(row, pool), measured=measured,
        seconds=measure.seconds if measured and measure else None, untouched=measure.untouched_frames if measured and measure else 0,
        suspicion=row.suspicion if row.suspicion_at else None,
        suspicion_reasons=tuple(signal["text"] for signal in row.suspicion_signals),
        truth_frames=max(truth_frames, len(scores)), score=truth.score if truth else None, scores=scores, answers=answers, agreed=agreed,
        honeypots=pool.task.validation_mode == ValidationMode.GT_POOL,
        rejected_before=sum(created < row.created for created in rejected), record=record)


def _may_come(row: Assignment, pool: Pool) -> bool:
    return row.submitted is not None and timezone.now() - our_time(pool.crowd_project.account, row.submitted) < LATE


def _records(pool: Pool, rows: Sequence[Assignment]) -> dict[int, tuple[int, int]]:
    """Assignment -> how many other attempts of its Toloker in the project were accepted, and judged."""
    judged = Assignment.objects.filter(
        toloker__in={row.toloker_id for row in rows}, pool__crowd_project=pool.crowd_project_id,
        status__in=(AssignmentStatus.ACCEPTED, AssignmentStatus.REJECTED))
    accepted = Count("pk", filter=Q(status=AssignmentStatus.ACCEPTED))
    counts = judged.order_by().values("toloker").annotate(judged=Count("pk"), accepted=accepted)
    found = {one["toloker"]: (one["accepted"], one["judged"]) for one in counts}
    return {row.pk: _of_others(found.get(row.toloker_id, (0, 0)), row.status) for row in rows}


def _of_others(record: tuple[int, int], status: str) -> tuple[int, int]:
    """Without the attempt itself, which is in it once it was judged."""
    accepted, judged = record
    own = status == AssignmentStatus.ACCEPTED, status in (AssignmentStatus.ACCEPTED, AssignmentStatus.REJECTED)
    return accepted - own[0], judged - own[1]


def _rejected(rows: Sequence[Assignment]) -> dict[int, list[Any]]:
    """Job -> when its rejected attempts began."""
    found: dict[int, list[Any]] = defaultdict(list)
    attempts = Assignment.objects.filter(job__in={row.job_id for row in rows}, status=AssignmentStatus.REJECTED)
    for job, created in attempts.order_by().values_list("job", "created"):
        found[job].append(created)
    return found


def _agreed(pool: Pool, rows: Sequence[Assignment]) -> dict[int, Agreed]:
    """Assignment -> how it goes with the others, where that was counted from the work that there is now."""
    if pool.overlap < 2:
        return {}
    rule, suites = rule_of(pool), {row.task_suite_id for row in rows}
    work, counted = work_of(pool, suites=suites), Consensus.objects.in_bulk(suites)
    found = {}
    for row in rows:
        one = counted.get(row.task_suite_id)
        if one is not None and one.inputs == inputs_of(rule, work.get(row.task_suite_id, [])) and str(row.pk) in one.agreements:
            found[row.pk] = _of_person(pool, row, one.people, one.outcome, one.agreements)
    return found


def agreed_in_hindsight(pool: Pool, rows: Sequence[Assignment], config: Mapping[str, Any]) -> dict[int, Agreed]:
    """The same by another config's rule, and of rejected attempts, too: a rejection takes its work out of what is compared, so it is
    compared with everything that was handed in. Nothing is written; what is kept is taken where it says the same.

    `rows` with their job. Empty where such a policy does not decide by it.
    """
    if pool.overlap < 2 or not config.get("consensus"):
        return {}
    rule = rule_by(pool, config)
    found: dict[int, Agreed] = {}
    for rejected in (False, True):
        chosen = [row for row in rows if (row.status == AssignmentStatus.REJECTED) is rejected]
        counted = _counted_by(rule, work_of(pool, rejected=rejected, suites={row.task_suite_id for row in chosen}) if chosen else {})
        for row in chosen:
            one = counted.get(row.task_suite_id)
            if one is not None and str(row.pk) in one["agreements"]:
                found[row.pk] = _of_person(pool, row, one["people"], one["outcome"], one["agreements"])
    return found


def _counted_by(rule: Rule, work: Mapping[int, Sequence[Piece]]) -> dict[int, dict[str, Any]]:
    """Suite -> as `count_jobs`."""
    kept = Consensus.objects.in_bulk(work)
    found = {suite: vars(one) for suite, one in kept.items() if one.inputs == inputs_of(rule, work[suite])}
    fresh = [suite for suite in work if suite not in found]
    for start in range(0, len(fresh), ROUND):
        found |= count_jobs(rule, {suite: work[suite] for suite in fresh[start:start + ROUND]})
    return found


def _of_person(pool: Pool, row: Assignment, people: int, outcome: str, agreements: Mapping[str, Any]) -> Agreed:
    mine, start = agreements[str(row.pk)], row.job.start_frame
    return Agreed(
        people=people, wanted=pool.overlap, outcome=outcome, score=mine["score"], low=mine["low"], high=mine["high"],
        matched=mine["matched"], missed=mine["missed"], extra=mine["extra"],
        frames={int(number) - start + 1: score for number, score in mine["frames"].items()})


def _answers(rows: Sequence[Assignment]) -> dict[int, tuple[Answer, ...]]:
    """Assignment -> what the verification crowd said about its frames, in their order."""
    start = {row.pk: row.job.start_frame for row in rows}
    waiting = {row.pk for row in rows if row.status == AssignmentStatus.SUBMITTED}
    questions = list(VerificationTask.objects.filter(assignment__in=start).order_by("assignment_id", "frame"))
    votes: dict[int, list[tuple[str, float | None]]] = defaultdict(list)
    given = list(Vote.objects.filter(task__in=[one.pk for one in questions]).order_by("pk").values_list("task", "toloker", "answer"))
    weights = _weights({toloker for _, toloker, _ in given})
    for task, toloker, word in given:
        votes[task].append((word, weights.get(toloker)))
    found: dict[int, list[Answer]] = defaultdict(list)
    for one in questions:
        # Dropped because the work was decided meanwhile, it says nothing of what the crowd would have answered.
        moot = one.assignment_id not in waiting and one.confidence is None and not one.answer
        answer = Answer(frame=one.frame - start[one.assignment_id] + 1, answer=one.answer, confidence=one.confidence,
                        settled=one.decided_at is not None and not moot, votes=tuple(votes[one.pk]))
        found[one.assignment_id].append(answer)
    return {assignment: tuple(said) for assignment, said in found.items()}


def _weights(verifiers: set[int]) -> dict[int, float]:
    """How often each verifier's answer was the one that was found, begun with one even chance: (0.5 + agreed) / (1 + settled)."""
    if not verifiers:
        return {}
    settled = Vote.objects.filter(toloker__in=verifiers, task__decided_at__isnull=False).exclude(task__answer="")
    rows = settled.order_by().values("toloker").annotate(settled=Count("pk"), agreed=Count("pk", filter=Q(answer=F("task__answer"))))
    found = {row["toloker"]: (0.5 + row["agreed"]) / (1 + row["settled"]) for row in rows}
    return {toloker: found.get(toloker, 0.5) for toloker in verifiers}
