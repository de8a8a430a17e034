"""Reading meters: nobody works who has not passed the training, and control tasks watch those who have.

Run by tests/sandbox/test_programs.py through the sandbox's program host. The last line printed is JSON.
"""
import json
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import toloka.client as toloka
from toloka.client.project import template_builder as tb

PASSING = 60


def reading(number: int) -> str:
    return f"{number * 37 % 900 + 100}.{number % 10}"


def task(pool_id: str, name: str, number: int, **more: object) -> toloka.Task:
    return toloka.Task(pool_id=pool_id, input_values={"meter": f"https://example.com/{name}-{number}.png"}, **more)


def known(number: int) -> list[toloka.task.BaseTask.KnownSolution]:
    return [toloka.task.BaseTask.KnownSolution(output_values={"reading": reading(number)})]


client = toloka.TolokaClient(input("Token: "), "SANDBOX")
project = client.create_project(toloka.Project(
    public_name="Read the meter", public_description="Type the digits.", public_instructions="<p>All of them.</p>",
    task_spec=toloka.project.task_spec.TaskSpec(
        input_spec={"meter": toloka.project.UrlSpec()}, output_spec={"reading": toloka.project.StringSpec()},
        view_spec=toloka.project.TemplateBuilderViewSpec(view=tb.ListViewV1([
            tb.ImageViewV1(tb.InputData("meter"), rotatable=True),
            tb.TextFieldV1(tb.OutputData("reading"), label="Digits", validation=tb.SchemaConditionV1(
                schema={"type": "string", "pattern": r"^\d+\.?\d*$", "minLength": 1, "maxLength": 8}))])))))

training = client.create_training(toloka.Training(
    project_id=project.id, private_name="reading", may_contain_adult_content=False, assignment_max_duration_seconds=600,
    mix_tasks_in_creation_order=True, shuffle_tasks_in_task_suite=False, training_tasks_in_task_suite_count=2,
    task_suites_required_to_pass=2, retry_training_after_days=1, inherited_instructions=True))
client.create_tasks([task(training.id, "lesson", n, known_solutions=known(n), message_on_unknown_solution=f"It says {reading(n)}.")
                     for n in range(4)], allow_defaults=True)

pool = toloka.Pool(
    project_id=project.id, private_name="meters", may_contain_adult_content=False, reward_per_assignment=0.02,
    assignment_max_duration_seconds=600, will_expire=datetime.now(UTC) + timedelta(days=30),
    defaults=toloka.Pool.Defaults(default_overlap_for_new_task_suites=3), filter=toloka.filter.Languages.in_("EN"))
pool.set_training_requirement(training_pool_id=training.id, training_passing_skill_value=PASSING)
pool.set_mixer_config(real_tasks_count=2, golden_tasks_count=1)
pool.quality_control.add_action(
    toloka.collectors.AssignmentSubmitTime(history_size=5, fast_submit_threshold_seconds=7),
    toloka.actions.RestrictionV2(scope="PROJECT", duration=1, duration_unit="DAYS", private_comment="too fast"),
    [toloka.conditions.FastSubmittedCount >= 1])
pool = client.create_pool(pool)
client.create_tasks([task(pool.id, "control", n, known_solutions=known(n), infinite_overlap=True) for n in range(5)]
                    + [task(pool.id, "meter", n) for n in range(8)], allow_defaults=True)
training, pool = client.open_training(training.id), client.open_pool(pool.id)
while client.get_pool(pool.id).is_open():
    time.sleep(60)

votes: dict[str, Counter[str]] = {}
workers = set()
for assignment in client.get_assignments(pool_id=pool.id, status="ACCEPTED"):
    workers.add(assignment.user_id)
    for asked, answer in zip(assignment.tasks, assignment.solutions, strict=True):
        if not asked.known_solutions:
            votes.setdefault(asked.input_values["meter"], Counter())[answer.output_values["reading"]] += 1
lessons = list(client.get_assignments(pool_id=training.id, status="ACCEPTED"))
corrected = [lesson for lesson in lessons if lesson.first_declined_solution_attempt]
client.close_training(training.id)
print(json.dumps({
    "meters": len(votes), "answers": sum(count for votes_for in votes.values() for count in votes_for.values()), "workers": len(workers),
    "trained": len({lesson.user_id for lesson in lessons}), "untrained": len(workers - {lesson.user_id for lesson in lessons}),
    "corrected": len(corrected), "agreed": sum(votes_for.most_common(1)[0][1] >= 2 for votes_for in votes.values())}))
