"""The TRAINING collector: how somebody did in the training that a pool asks for."""
from sandbox.engine import known, mixing
from sandbox.engine.quality.history import Subject
from sandbox.engine.quality.rules import Config, Facts, configs
from sandbox.engine.quality.work import rate
from sandbox.models import Assignment, Pool, Task, UserSkill


def asking(training: Pool) -> list[int]:
    """Ids of the pools whose TRAINING rules want to know of a page done in this training; itself for its own and its project's."""
    linked = Pool.objects.filter(training=training).exclude(status="ARCHIVED").select_related("project")
    found = [pool.id for pool in linked if any(not config.of_project for config in configs(pool, "TRAINING"))]
    return found + ([training.id] if configs(training, "TRAINING") else [])


def training(config: Config, subject: Subject) -> Facts:
    """Pages done, answers at the first attempt, and whether there is another page for him.

    A pool's rule is about the training that it asks for, a project's about the one in which the page was done.
    """
    school = subject.pool if subject.pool.type == "TRAINING" else subject.pool.training
    if school is None:
        return {}
    pages = list(Assignment.objects.filter(
        pool=school, toloker_id=subject.toloker_id, submitted__lte=subject.at, links__isnull=False).distinct())
    tasks = Task.objects.in_bulk([key for page in pages for key in page.task_ids])
    scores = [known.score(tasks[key].form.get("known_solutions"), said)
              for page in pages for key, said in zip(page.task_ids, known.first_answers(page.solutions, page.first_declined), strict=True)]
    right = rate(sum(scores), len(scores))
    return {"submitted_assignments_count": len(pages), "total_answers_count": len(scores), "correct_answers_rate": right,
            "incorrect_answers_rate": None if right is None else 100 - right, "next_assignment_available": _goes_on(school, subject)}


def _goes_on(school: Pool, subject: Subject) -> bool:
    finished = UserSkill.objects.filter(skill=school.training_skill, toloker_id=subject.toloker_id).exists()
    return not finished and mixing.could_pick(school, subject.toloker_id, subject.at)
