"""Trainings: pages of tasks with known answers and hints, and the skill that says how much somebody got right at once.

A training is a Pool row of type TRAINING. Its value for one Toloker is the percentage of tasks that he answered right at the
first attempt, and is known after `task_suites_required_to_pass` pages, or when he has seen all.
"""
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.engine import due, events, known, mixing, people
from sandbox.models import Assignment, AssignmentTask, Pool, Skill, Task, Toloker, UserSkill

_STEP = Decimal("0.000001")
WRONG = "This answer is wrong: try again"


def new_skill(requester_id: str, name: str, at: datetime) -> Skill:
    """The hidden skill that a training sets."""
    return Skill.objects.create(requester_id=requester_id, name=name[:250], training=True, hidden=True, created=at,
                                form={"name": name[:250], "hidden": True})


def first_refusal(assignment: Assignment, pool: Pool, solutions: list[dict[str, Any]]) -> dict[str, Any]:
    """Hints for the wrong answers to training tasks, by `solutions.N`; empty if the answers are taken as they are.

    The first wrong attempt is kept in `first_declined` and refused; whatever comes next is taken.
    """
    if assignment.first_declined is not None or not _may_hold_training_tasks(pool):
        return {}
    tasks = Task.objects.filter(kind="TRAINING").in_bulk(assignment.task_ids)
    hints = {}
    for index, (key, solution) in enumerate(zip(assignment.task_ids, solutions, strict=True)):
        hint = hint_for(tasks[key], solution) if key in tasks else None
        if hint is not None:
            hints[f"solutions.{index}"] = {"code": "INVALID_VALUE", "message": hint}
    if hints:
        assignment.first_declined = solutions
        assignment.save(update_fields=["first_declined"])
    return hints


def hint_for(task: Task, solution: dict[str, Any]) -> str | None:
    """What a training task says to a wrong answer; None if it is right or partly right."""
    if known.score(task.form.get("known_solutions"), solution["output_values"]) > 0:
        return None
    return str(task.form.get("message_on_unknown_solution") or WRONG)


def _may_hold_training_tasks(pool: Pool) -> bool:
    mixer = pool.form.get("mixer_config")
    return pool.type == "TRAINING" or not mixer or bool(
        mixer.get("training_tasks_count") or mixer.get("training_task_distribution_function"))


@events.on("ASSIGNMENT_APPROVED", "ASSIGNMENT_SKIPPED", "ASSIGNMENT_EXPIRED")
def _page_over(event: events.Event) -> None:
    assignment = event.assignment
    if event.pool.type != "TRAINING" or assignment is None:
        return
    if event.kind != "ASSIGNMENT_APPROVED" and assignment.first_declined is None:
        # Nothing was answered: unlike other tasks these may be given to him again, or he could never pass.
        assignment.links.all().delete()
    else:
        _rate(event.pool, assignment.toloker_id, event.at)


def _rate(training: Pool, toloker_id: str, at: datetime) -> None:
    """Set the skill once enough pages are done. A page left after wrong answers is done, too: its hints were seen."""
    if training.training_skill_id is None or UserSkill.objects.filter(skill_id=training.training_skill_id, toloker_id=toloker_id).exists():
        return
    pages = Assignment.objects.filter(pool=training, toloker_id=toloker_id, links__isnull=False).distinct()
    done = list(pages.exclude(status="ACTIVE"))
    required = training.form.get("task_suites_required_to_pass") or None
    more = pages.filter(status="ACTIVE").exists() or mixing.could_pick(training, toloker_id, at)
    if more and not (required and len(done) >= required):
        return
    row = people.set_skill(toloker_id, training.training_skill_id, _value(done), at)
    _plan_retry(training, row)


def _value(pages: list[Assignment]) -> Decimal:
    """Per cent of the tasks on these pages that were right at the first attempt."""
    tasks = Task.objects.in_bulk([key for page in pages for key in page.task_ids])
    answers = [(key, answer) for page in pages
               for key, answer in zip(page.task_ids, known.first_answers(page.solutions, page.first_declined), strict=True)]
    scores = [known.score(tasks[key].form.get("known_solutions"), answer) for key, answer in answers]
    return (Decimal(str(sum(scores))) * 100 / max(len(scores), 1)).quantize(_STEP)


def _plan_retry(training: Pool, row: UserSkill) -> None:
    days = training.form.get("retry_training_after_days")
    if days:
        due.schedule("TRAINING_RETRY", row.id, row.modified + timedelta(days=days))


def edited(training: Pool) -> None:
    """The training's form was replaced: its skill has its name, and values fade as it says now."""
    skill = training.training_skill
    if skill is None:
        return
    skill.name = training.form["private_name"][:250]
    skill.form = {**skill.form, "name": skill.name}
    skill.save(update_fields=["name", "form"])
    for row in skill.values.all():
        _plan_retry(training, row)


@due.on("TRAINING_RETRY")
def _forget(target: str, at: datetime) -> None:
    """The value is gone and all tasks may be given again, except those on a page that he is just doing."""
    row = UserSkill.objects.filter(pk=target).first()
    training = Pool.objects.filter(training_skill_id=row.skill_id).first() if row else None
    days = training.form.get("retry_training_after_days") if training else None
    if row is None or training is None or not days:
        return
    if row.modified + timedelta(days=days) > at:
        _plan_retry(training, row)
        return
    Toloker.objects.select_for_update(no_key=True).get(pk=row.toloker_id)
    people.forget_skill(row, at)
    AssignmentTask.objects.filter(task__pool=training, toloker_id=row.toloker_id).exclude(assignment__status="ACTIVE").delete()
