"""Boxes drawn by some, judged by others, and drawn again until they are good: two pools tied together by streaming.

Run by tests/sandbox/test_programs.py through the sandbox's program host. The last line printed is JSON.
"""
import asyncio
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import toloka.client as toloka
from toloka.client.project import template_builder as tb
from toloka.streaming import AssignmentsObserver, Pipeline
from toloka.streaming.event import AssignmentEvent

PICTURES, OPINIONS = 14, 3
# Events younger than this are not looked at yet, for an answer may be on its way; and no pool closes before they are.
LAG, CLOSING_DELAY = timedelta(minutes=2), 150
client = toloka.TolokaClient(input("Token: "), "SANDBOX")


def project(name: str, view: tb.base.BaseComponent, inputs: dict, outputs: dict) -> str:
    spec = toloka.project.task_spec.TaskSpec(input_spec=inputs, output_spec=outputs,
                                             view_spec=toloka.project.TemplateBuilderViewSpec(view=view))
    return client.create_project(toloka.Project(public_name=name, public_description=name, task_spec=spec)).id


def pool(project_id: str, overlap: int, **fields: object) -> toloka.Pool:
    return toloka.Pool(
        project_id=project_id, private_name="streamed", may_contain_adult_content=False, reward_per_assignment=0.01,
        assignment_max_duration_seconds=1200, will_expire=datetime.now(UTC) + timedelta(days=30),
        auto_close_after_complete_delay_seconds=CLOSING_DELAY,
        defaults=toloka.Pool.Defaults(default_overlap_for_new_task_suites=overlap), **fields)


boxes = project("Mark every boat", tb.ImageAnnotationFieldV1(
    tb.OutputData("boats"), tb.InputData("photo"), shapes={"rectangle": True}, validation=tb.RequiredConditionV1()),
    {"photo": toloka.project.UrlSpec()}, {"boats": toloka.project.JsonSpec()})
opinions = project("Are the boats marked?", tb.ListViewV1([
    tb.ImageAnnotationFieldV1(tb.InternalData("marked", default=tb.InputData("marked")), tb.InputData("photo"), disabled=True),
    tb.RadioGroupFieldV1(tb.OutputData("verdict"), [tb.GroupFieldOption("OK", "Yes"), tb.GroupFieldOption("BAD", "No")])]),
    {"photo": toloka.project.UrlSpec(), "marked": toloka.project.JsonSpec(), "assignment": toloka.project.StringSpec()},
    {"verdict": toloka.project.StringSpec(allowed_values=["OK", "BAD"])})
drew = client.create_skill(name=f"Drew boats {boxes}")
judges = client.create_skill(name=f"Judges boats {boxes}")

drawing = pool(boxes, 1, auto_accept_solutions=False, auto_accept_period_day=3, filter=toloka.filter.Languages.in_("EN"))
drawing.set_mixer_config(real_tasks_count=1)
drawing.quality_control.add_action(toloka.collectors.AssignmentsAssessment(), toloka.actions.ChangeOverlap(delta=1, open_pool=True),
                                   [toloka.conditions.AssessmentEvent == "REJECT"])
drawing.quality_control.add_action(toloka.collectors.AnswerCount(), toloka.actions.SetSkill(skill_id=drew.id, skill_value=1),
                                   [toloka.conditions.AssignmentsAcceptedCount > 0])
drawing = client.create_pool(drawing)
judging = pool(opinions, OPINIONS, filter=toloka.filter.Languages.in_("EN") & (toloka.filter.Skill(drew.id) == None))  # noqa: E711
judging.set_mixer_config(real_tasks_count=4, force_last_assignment=True)
judging.quality_control.add_action(
    toloka.collectors.MajorityVote(answer_threshold=2, history_size=10),
    toloka.actions.SetSkillFromOutputField(skill_id=judges.id, from_field="correct_answers_rate"),
    [toloka.conditions.TotalAnswersCount > 1])
judging = client.create_pool(judging)


def ask_for_opinions(events: list[AssignmentEvent]) -> None:
    """Whatever was drawn becomes a question."""
    client.create_tasks(
        [toloka.Task(pool_id=judging.id, input_values={
            "photo": event.assignment.tasks[0].input_values["photo"], "marked": event.assignment.solutions[0].output_values["boats"],
            "assignment": event.assignment.id}) for event in events], allow_defaults=True, open_pool=True)


class Verdicts:
    """Counts opinions, each by how often its giver was with the majority so far."""

    def __init__(self) -> None:
        self.votes: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.accepted, self.rejected = 0, 0

    def __call__(self, events: list[AssignmentEvent]) -> None:
        for event in events:
            for task, solution in zip(event.assignment.tasks, event.assignment.solutions, strict=True):
                self.votes[task.input_values["assignment"]].append((solution.output_values["verdict"], event.assignment.user_id))
        weights = {row.user_id: row.value for row in client.get_user_skills(skill_id=judges.id)}
        for assignment_id in [key for key, votes in self.votes.items() if len(votes) >= OPINIONS]:
            votes = self.votes.pop(assignment_id)
            balance = sum(weights.get(user, 50) * (1 if verdict == "OK" else -1) for verdict, user in votes)
            if balance > 0:
                client.accept_assignment(assignment_id, "Thank you")
                self.accepted += 1
            else:
                client.reject_assignment(assignment_id, "A boat is missing or marked badly")
                self.rejected += 1


verdicts = Verdicts()
pipeline = Pipeline(period=timedelta(seconds=30))
pipeline.register(AssignmentsObserver(client, drawing.id, cursor_time_lag=LAG)).on_submitted(ask_for_opinions)
pipeline.register(AssignmentsObserver(client, judging.id, cursor_time_lag=LAG)).on_accepted(verdicts)
photos = [f"https://example.com/boats-{n}.jpg" for n in range(PICTURES)]
client.create_tasks([toloka.Task(pool_id=drawing.id, input_values={"photo": photo}) for photo in photos],
                    allow_defaults=True, open_pool=True)
asyncio.run(pipeline.run())

drawn_by = {assignment.id: assignment.user_id for assignment in client.get_assignments(pool_id=drawing.id)}
judged_own = [judged.id for judged in client.get_assignments(pool_id=judging.id, status="ACCEPTED") for task in judged.tasks
              if drawn_by[task.input_values["assignment"]] == judged.user_id]
good = list(client.get_assignments(pool_id=drawing.id, status="ACCEPTED"))
regions = [region for assignment in good for region in assignment.solutions[0].output_values["boats"]]
print(json.dumps({
    "photos": len({assignment.tasks[0].input_values["photo"] for assignment in good}), "accepted": verdicts.accepted,
    "rejected": verdicts.rejected, "left": sum(1 for _ in client.get_assignments(pool_id=drawing.id, status="SUBMITTED")),
    "shapes": sorted({region["shape"] for region in regions}), "undecided": len(verdicts.votes),
    "judged_own": len(judged_own)}))
