"""Sorting pictures with control tasks among them, and rules against the careless: golden set, majority, skipping, income.

Run by tests/sandbox/test_programs.py through the sandbox's program host. The last line printed is JSON.
"""
import getpass
import json
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import toloka.client as toloka
from toloka.client.project import template_builder as tb

KINDS = ("chair", "table", "lamp")
PER_PAGE, CONTROL, REAL, OVERLAP = 3, 6, 12, 3

client = toloka.TolokaClient(getpass.getpass("Token: "), "PRODUCTION")
balance = client.get_requester().balance
project = client.create_project(toloka.Project(
    public_name="What furniture is it?", public_description="Choose what stands in the middle.",
    task_spec=toloka.project.task_spec.TaskSpec(
        input_spec={"photo": toloka.project.UrlSpec()}, output_spec={"kind": toloka.project.StringSpec(allowed_values=list(KINDS))},
        view_spec=toloka.project.TemplateBuilderViewSpec(
            view=tb.ListViewV1([tb.ImageViewV1(tb.InputData("photo"), ratio=[4, 3]),
                                tb.ButtonRadioGroupFieldV1(
                                    tb.OutputData("kind"), [tb.GroupFieldOption(kind, kind.title()) for kind in KINDS],
                                    validation=tb.RequiredConditionV1())]),
            plugins=[tb.HotkeysPluginV1(key_1=tb.SetActionV1(tb.OutputData("kind"), KINDS[0]))]))))
skill = client.create_skill(name=f"Furniture {project.id}", hidden=True)

pool = toloka.Pool(
    project_id=project.id, private_name="furniture", may_contain_adult_content=False, reward_per_assignment=0.03,
    assignment_max_duration_seconds=600, will_expire=datetime.now(UTC) + timedelta(days=30),
    defaults=toloka.Pool.Defaults(default_overlap_for_new_task_suites=OVERLAP, default_overlap_for_new_tasks=OVERLAP),
    filter=toloka.filter.Languages.in_("EN") & (toloka.filter.DeviceCategory != "WEARABLE_COMPUTER"))
pool.set_mixer_config(real_tasks_count=PER_PAGE, golden_tasks_count=1)


def ban(reason: str) -> toloka.actions.RestrictionV2:
    return toloka.actions.RestrictionV2(scope="PROJECT", duration=1, duration_unit="DAYS", private_comment=reason)


rules = pool.quality_control
rules.add_action(toloka.collectors.Income(), ban("enough"), [toloka.conditions.IncomeSumForLast24Hours >= 20])
rules.add_action(toloka.collectors.SkippedInRowAssignments(), ban("skips"), [toloka.conditions.SkippedInRowCount >= 3])
rules.add_action(toloka.collectors.MajorityVote(answer_threshold=2, history_size=10), ban("alone"),
                 [toloka.conditions.TotalAnswersCount >= 6, toloka.conditions.CorrectAnswersRate < 30])
rules.add_action(toloka.collectors.GoldenSet(), ban("control"),
                 [toloka.conditions.GoldenSetAnswersCount >= 2, toloka.conditions.GoldenSetCorrectAnswersRate < 40])
rules.add_action(toloka.collectors.GoldenSet(history_size=10),
                 toloka.actions.SetSkillFromOutputField(skill_id=skill.id, from_field="correct_answers_rate"),
                 [toloka.conditions.TotalAnswersCount >= 1])
pool = client.create_pool(pool)

known = [toloka.Task(pool_id=pool.id, input_values={"photo": f"https://example.com/known-{n}.jpg"}, infinite_overlap=True,
                     known_solutions=[toloka.task.BaseTask.KnownSolution(output_values={"kind": KINDS[n % len(KINDS)]})])
         for n in range(CONTROL)]
asked = [toloka.Task(pool_id=pool.id, input_values={"photo": f"https://example.com/new-{n}.jpg"}) for n in range(REAL)]
created = client.create_tasks(known + asked, allow_defaults=True)
client.open_pool(pool.id)
while not client.get_pool(pool.id).is_closed():
    time.sleep(60)

frame = client.get_assignments_df(pool.id)
control = frame[frame["GOLDEN:kind"].notna()]
real = frame[frame["GOLDEN:kind"].isna()]
winners = {photo: Counter(group["OUTPUT:kind"]).most_common(1)[0][0] for photo, group in real.groupby("INPUT:photo")}
skills = {row.user_id: row.value for row in client.get_user_skills(skill_id=skill.id)}
print(json.dumps({
    "created": len(created.items), "answers": len(real), "photos": len(winners), "kinds": sorted(set(real["OUTPUT:kind"])),
    "control_right": float((control["OUTPUT:kind"] == control["GOLDEN:kind"]).mean()),
    "skilled": len(skills), "workers": frame["ASSIGNMENT:worker_id"].nunique(),
    "bans": sorted({row.private_comment for row in client.get_user_restrictions(project_id=project.id)}),
    "spent": float(balance - client.get_requester().balance), "pages": frame["ASSIGNMENT:assignment_id"].nunique()}))
