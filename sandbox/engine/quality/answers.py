"""Collectors that compare answers: with known solutions, and with the majority. Each comparison is a row of AnswerCheck."""
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from sandbox.engine import known
from sandbox.engine.quality.history import Subject, span
from sandbox.engine.quality.rules import Config, Facts
from sandbox.engine.quality.work import rate
from sandbox.models import AnswerCheck, Assignment, Pool, Task

Values = dict[str, Any]


def golden_set(config: Config, subject: Subject) -> Facts:
    """Answers to control and training tasks; the golden_set_ facts leave training tasks out. Partly right counts in part."""
    found = _latest(config, subject).aggregate(count=Count("id"), right=Sum("score"), golden_count=Count("id", filter=Q(golden=True)),
                                               golden_right=Sum("score", filter=Q(golden=True)))
    return {**_facts("", found["count"], found["right"]), **_facts("golden_set_", found["golden_count"], found["golden_right"])}


def majority_vote(config: Config, subject: Subject) -> Facts:
    """Answers to general tasks that the majority was asked about."""
    found = _latest(config, subject).aggregate(count=Count("id"), right=Sum("score"))
    return _facts("", found["count"], found["right"])


def _latest(config: Config, subject: Subject) -> QuerySet[AnswerCheck]:
    counted = span(config, subject)
    rows = AnswerCheck.objects.filter(counted.during("at"), kind=config.kind, collector__in=counted.collectors,
                                      toloker_id=subject.toloker_id).order_by("-id")
    return rows if counted.size is None else rows[:counted.size]


def _facts(prefix: str, count: int, score: float | None) -> Facts:
    right = rate(score or 0, count)
    name = f"{prefix}answers_count" if prefix else "total_answers_count"
    return {name: count, f"{prefix}correct_answers_rate": right,
            f"{prefix}incorrect_answers_rate": None if right is None else 100 - right}


def check_known(config: Config, assignment: Assignment, at: datetime) -> bool:
    """Compare a submitted page with known solutions; False if it has no control or training task.

    Of a training task, which may be tried again, the first attempt counts.
    """
    tasks = Task.objects.exclude(kind="REAL").in_bulk(assignment.task_ids)
    first = known.first_answers(assignment.solutions, assignment.first_declined)
    rows = []
    for index, key in enumerate(assignment.task_ids):
        if key in tasks:
            golden = tasks[key].kind == "GOLDEN"
            said = answer(assignment, key) if golden else first[index]
            score = known.score(tasks[key].form.get("known_solutions"), said)
            rows.append(_check(config, assignment, key, score, at, golden=golden))
    AnswerCheck.objects.bulk_create(rows, ignore_conflicts=True)
    return bool(rows)


def answer(assignment: Assignment, task_id: str) -> Values:
    """What this page says of this task."""
    solution = (assignment.solutions or [])[assignment.task_ids.index(task_id)]
    return solution.get("output_values") or {}


def _check(config: Config, assignment: Assignment, task_id: str, score: float, at: datetime, golden: bool = False) -> AnswerCheck:
    return AnswerCheck(collector=config.uuid, kind=config.kind, project_id=assignment.pool.project_id, pool_id=assignment.pool_id,
                       toloker_id=assignment.toloker_id, assignment=assignment, task_id=task_id, score=score, golden=golden, at=at)


def check_majority(config: Config, pool: Pool, task_ids: Iterable[str], at: datetime) -> set[str]:
    """Ask the majority about those of these tasks that have their full overlap. Ids of the Tolokers about whom something new is known.

    An answer that was rejected has no vote and is not judged. Answers that came after an earlier count change its outcome.
    """
    threshold = int(config.parameters.get("answer_threshold") or 1)
    fields = required_fields(pool.spec.task_spec["output_spec"])
    judged: dict[tuple[str, str], AnswerCheck] = {}
    for task in _full(task_ids):
        pages = list(Assignment.objects.filter(links__task=task, status__in=("SUBMITTED", "ACCEPTED")).order_by("submitted", "id"))
        for page, score in zip(pages, verdicts([answer(page, task.id) for page in pages], fields, threshold), strict=True):
            if score is not None:
                page.pool = pool
                judged[page.id, task.id] = _check(config, page, task.id, score, at)
    known_scores = {(page, task): score for page, task, score in AnswerCheck.objects.filter(
        collector=config.uuid, task_id__in={task for _, task in judged}).values_list("assignment_id", "task_id", "score")}
    news = [row for key, row in judged.items() if known_scores.get(key) != row.score]
    AnswerCheck.objects.bulk_create(news, update_conflicts=True, update_fields=["score"],
                                    unique_fields=["collector", "assignment", "task"])
    return {row.toloker_id for row in news}


def required_fields(output_spec: dict[str, Any]) -> list[str]:
    """The fields in which answers must agree: those that must be answered, or all if none must."""
    return [name for name, entry in output_spec.items() if entry.get("required", True)] or list(output_spec)


def verdicts(answers: list[Values], fields: list[str], threshold: int) -> list[float | None]:
    """1 or 0 for each answer: did at least `threshold` say the same? None for all where no answer was given so often."""
    counts = [sum(all(known.same(one.get(name), other.get(name)) for name in fields) for other in answers) for one in answers]
    if not any(count >= threshold for count in counts):
        return [None] * len(answers)
    return [float(count >= threshold) for count in counts]


def _full(task_ids: Iterable[str]) -> list[Task]:
    """General tasks that nobody else will be given and nobody is at work on."""
    general = Task.objects.filter(pk__in=list(task_ids), kind="REAL").order_by("id").annotate(
        at_work=Count("links", filter=Q(links__assignment__status="ACTIVE")))
    return list(general.filter(at_work=0, infinite_overlap=False, remaining=0))
