"""A requester's first program: pictures of two kinds, three opinions each, the majority wins. Written as for Toloka itself.

Run by tests/sandbox/test_programs.py through the sandbox's program host. The last line printed is JSON.
"""
import json
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import toloka.client as toloka
from toloka.client.project import template_builder as tb

client = toloka.TolokaClient(input("Token: "), "SANDBOX")

project = client.create_project(toloka.Project(
    public_name="Day or night?", public_description="Say when the picture was taken.", public_instructions="<p>Look at the sky.</p>",
    task_spec=toloka.project.task_spec.TaskSpec(
        input_spec={"picture": toloka.project.UrlSpec()}, output_spec={"when": toloka.project.StringSpec()},
        view_spec=toloka.project.TemplateBuilderViewSpec(view=tb.ListViewV1([
            tb.ImageViewV1(tb.InputData("picture")),
            tb.RadioGroupFieldV1(tb.OutputData("when"), [tb.GroupFieldOption("day", "Day"), tb.GroupFieldOption("night", "Night")],
                                 validation=tb.RequiredConditionV1())])))))
pool = toloka.Pool(
    project_id=project.id, private_name="first", may_contain_adult_content=False, reward_per_assignment=0.01,
    assignment_max_duration_seconds=300, will_expire=datetime.now(UTC) + timedelta(days=30),
    defaults=toloka.Pool.Defaults(default_overlap_for_new_tasks=3, default_overlap_for_new_task_suites=0),
    filter=toloka.filter.Languages.in_("EN"))
pool.set_mixer_config(real_tasks_count=5)
pool.set_captcha_frequency("LOW")
pool = client.create_pool(pool)
tasks = [toloka.Task(pool_id=pool.id, input_values={"picture": f"https://example.com/sky-{n}.jpg"}) for n in range(12)]
client.create_tasks(tasks, allow_defaults=True)
client.open_pool(pool.id)

shares = []
while client.get_pool(pool.id).is_open():
    operation = client.wait_operation(client.get_analytics(
        [toloka.analytics_request.CompletionPercentagePoolAnalytics(subject_id=pool.id)]))
    shares.append(float(operation.details["value"][0]["result"]["value"]))
    time.sleep(60)

frame = client.get_assignments_df(pool.id, status=["APPROVED"])
votes = {picture: Counter(group["OUTPUT:when"]).most_common(1)[0] for picture, group in frame.groupby("INPUT:picture")}
print(json.dumps({
    "close_reason": client.get_pool(pool.id).last_close_reason.value, "answers": len(frame), "pictures": len(votes), "shares": shares,
    "workers": frame["ASSIGNMENT:worker_id"].nunique(), "words": sorted(set(frame["OUTPUT:when"])),
    "agreed": sum(count >= 2 for _, count in votes.values())}))
