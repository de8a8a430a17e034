"""Collecting photographs from people's telephones: one page for everybody, files as answers, nobody twice.

Run by tests/sandbox/test_programs.py through the sandbox's program host. The last line printed is JSON.
"""
import io
import json
import time
from datetime import UTC, datetime, timedelta

import toloka.client as toloka
from PIL import Image
from toloka.client.project import template_builder as tb

WANTED = 4

client = toloka.TolokaClient(input("Token: "), "PRODUCTION")
project = client.create_project(toloka.Project(
    public_name="A photograph of your cup", public_description="Take a picture of a cup.",
    task_spec=toloka.project.task_spec.TaskSpec(
        input_spec={"theme": toloka.project.StringSpec(required=False, hidden=True)},
        output_spec={"photo": toloka.project.FileSpec(), "full": toloka.project.StringSpec(allowed_values=["full", "empty"])},
        view_spec=toloka.project.TemplateBuilderViewSpec(view=tb.ListViewV1([
            tb.MediaFileFieldV1(tb.OutputData("photo"), tb.MediaFileFieldV1.Accept(photo=True, gallery=True), multiple=False,
                                validation=tb.RequiredConditionV1()),
            tb.RadioGroupFieldV1(tb.OutputData("full"), [tb.GroupFieldOption("full", "Full"), tb.GroupFieldOption("empty", "Empty")])])))))
name = f"Cups {project.id}"
skill = next(client.get_skills(name=name), None) or client.create_skill(name=name, public_requester_description={"EN": "Sent a cup"})
pool = toloka.Pool(
    project_id=project.id, private_name="cups", may_contain_adult_content=False, reward_per_assignment=0.05,
    assignment_max_duration_seconds=600, will_expire=datetime.now(UTC) + timedelta(days=30), auto_accept_solutions=True,
    defaults=toloka.Pool.Defaults(default_overlap_for_new_task_suites=1),
    filter=toloka.filter.Languages.in_("EN") & (toloka.filter.Skill(skill.id) == None) & (toloka.filter.ClientType == "TOLOKA_APP"))  # noqa: E711
pool.quality_control.add_action(toloka.collectors.AnswerCount(), toloka.actions.SetSkill(skill_id=skill.id, skill_value=1),
                                [toloka.conditions.AssignmentsAcceptedCount > 0])
pool = client.create_pool(pool)
client.create_task_suite(toloka.TaskSuite(pool_id=pool.id, tasks=[toloka.Task(input_values={"theme": "cups"})], overlap=WANTED))
client.open_pool(pool.id)
while client.get_pool(pool.id).is_open():
    time.sleep(60)

sizes, people, media = [], set(), set()
for assignment in client.get_assignments(pool_id=pool.id, status="ACCEPTED"):
    people.add(assignment.user_id)
    for solution in assignment.solutions:
        file = io.BytesIO()
        client.download_attachment(solution.output_values["photo"], file)
        with Image.open(io.BytesIO(file.getvalue())) as picture:
            picture.load()
            sizes.append(picture.size)
        media.add(client.get_attachment(solution.output_values["photo"]).media_type)
print(json.dumps({"photographs": len(sizes), "people": len(people), "widest": max(width for width, _ in sizes), "media": sorted(media),
                  "skilled": len({row.user_id for row in client.get_user_skills(skill_id=skill.id)} & people)}))
