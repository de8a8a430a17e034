"""Aggregated solutions: one answer for a task out of the accepted ones, by trust in each Toloker or by Dawid and Skene's model."""
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.engine import known, voting
from sandbox.models import Assignment, AssignmentTask, Pool, Task, UserSkill

# task id -> (Toloker's id, his output values), in order of assignment
Answers = dict[str, list[tuple[str, dict[str, Any]]]]


@dataclass(frozen=True)
class Aggregate:
    """The answer to one task. `confidence` (0..1) of several fields is the chance that all of them are right."""

    task_id: str
    confidence: float
    output_values: dict[str, Any] = field(default_factory=dict)


def accepted_answers(pool: Pool, task_ids: Sequence[str] | None = None) -> Answers:
    """Of the whole pool, or of these tasks."""
    rows = Assignment.objects.filter(pool=pool, status="ACCEPTED").order_by("id")
    if task_ids is not None:
        rows = rows.filter(pk__in=AssignmentTask.objects.filter(task_id__in=task_ids).values("assignment_id"))
    wanted = None if task_ids is None else set(task_ids)
    answers: Answers = defaultdict(list)
    for toloker, ids, solutions in rows.values_list("toloker_id", "task_ids", "solutions").iterator(chunk_size=2_000):
        for task_id, solution in zip(ids, solutions or [], strict=False):
            if wanted is None or task_id in wanted:
                answers[task_id].append((toloker, solution["output_values"]))
    return answers


def trust(pool: Pool, tolokers: Iterable[str], skill_id: int | None) -> dict[str, float]:
    """Each Toloker's chance of being right: his skill's value, or what his accepted control answers in this pool say."""
    everybody = set(tolokers)
    found: dict[str, float] = {}
    if skill_id is not None:
        rows = UserSkill.objects.filter(skill_id=skill_id, toloker_id__in=everybody).values_list("toloker_id", "exact_value")
        found = {toloker: float(value) / 100 for toloker, value in rows}
    scores: dict[str, list[float]] = defaultdict(list)
    for toloker, points in _control_scores(pool, everybody - found.keys()):
        scores[toloker].append(points)
    return found | {toloker: voting.accuracy(sum(scores[toloker]), len(scores[toloker])) for toloker in everybody - found.keys()}


def _control_scores(pool: Pool, tolokers: set[str]) -> Iterator[tuple[str, float]]:
    links = AssignmentTask.objects.filter(toloker_id__in=tolokers, task__pool=pool, task__kind="GOLDEN", assignment__status="ACCEPTED")
    pairs = list(links.values_list("assignment_id", "task_id"))
    given = Assignment.objects.in_bulk({assignment for assignment, _ in pairs})
    forms = dict(Task.objects.filter(pk__in={task for _, task in pairs}).values_list("id", "form"))
    for assignment_id, task_id in pairs:
        row = given[assignment_id]
        solution = (row.solutions or [])[row.task_ids.index(task_id)]
        yield row.toloker_id, known.score(forms[task_id].get("known_solutions"), solution["output_values"])


def by_trust(pool: Pool, names: Sequence[str], skill_id: int | None, task_ids: Sequence[str] | None = None) -> list[Aggregate]:
    """WEIGHTED_DYNAMIC_OVERLAP, in order of task id. Baseline solutions are further answers, trusted by `confidence_weight`.

    Tasks without an accepted answer are left out. A field that nobody filled in is left out of the answer.
    """
    answers = accepted_answers(pool, task_ids)
    trusted = trust(pool, {toloker for given in answers.values() for toloker, _ in given}, skill_id)
    spec = pool.spec.task_spec["output_spec"]
    tasks = Task.objects.filter(pool=pool) if task_ids is None else Task.objects.filter(pk__in=task_ids)
    result = []
    for task_id, form in tasks.order_by("id").values_list("id", "form").iterator(chunk_size=2_000):
        if task_id not in answers:
            continue
        votes = [(values, trusted[toloker]) for toloker, values in answers[task_id]]
        votes += [(base["output_values"], _weight(base)) for base in form.get("baseline_solutions") or []]
        values, confidence = {}, 1.0
        for name in names:
            cast = [(vote[name], sure) for vote, sure in votes if vote.get(name) is not None]
            if cast:
                values[name], chance = voting.weighted(cast, voting.options(spec[name]) or [])
                confidence *= chance
        if values:
            result.append(Aggregate(task_id, confidence, values))
    return result


def _weight(baseline: dict[str, Any]) -> float:
    given = baseline.get("confidence_weight")
    return 1.0 if given is None else float(given)


def by_model(pool: Pool, names: Sequence[str]) -> list[Aggregate]:
    """DAWID_SKENE over the whole pool, each field by itself, in order of task id."""
    answers = accepted_answers(pool)
    values: dict[str, dict[str, Any]] = defaultdict(dict)
    confidence: dict[str, float] = defaultdict(lambda: 1.0)
    for name in names:
        said = [voting.Answer(task_id, toloker, given[name])
                for task_id, all_ in answers.items() for toloker, given in all_ if given.get(name) is not None]
        for task_id, chances in voting.dawid_skene(said).items():
            label, chance = voting.most_likely(chances)
            values[task_id][name] = label
            confidence[task_id] *= chance
    return [Aggregate(task_id, confidence[task_id], values[task_id]) for task_id in sorted(values)]
