"""The notebook's own code for its verification, run by toloka-kit, against what we send: the same JSON, ids and names of ours apart."""
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import toloka.client as toloka
import toloka.client.project.template_builder as tb

from crowdsourcing.providers.asking import AskingPoolSpec, AskingProjectSpec
from crowdsourcing.providers.toloka.asking_words import pool_json, project_json
from tests.providers.stages import asking_pool_spec

QUESTION = "Are all traffic signs outlined correctly?"
OURS = ("private_comment", "metadata", "private_name", "will_expire")


def notebook_page() -> Any:
    answer = tb.data.OutputData(path="result")
    selection = tb.data.InternalData(path="selection", default=tb.data.InputData(path="selection"))
    picture = tb.fields.ImageAnnotationFieldV1(image=tb.data.InputData(path="image"), data=selection, disabled=True)
    options = [tb.fields.GroupFieldOption(label="Yes", value="OK"), tb.fields.GroupFieldOption(label="No", value="BAD")]
    choice = tb.fields.RadioGroupFieldV1(label=QUESTION, data=answer, options=options, validation=tb.conditions.RequiredConditionV1())
    keys = tb.plugins.HotkeysPluginV1(
        key_1=tb.actions.SetActionV1(data=answer, payload="OK"), key_2=tb.actions.SetActionV1(data=answer, payload="BAD"))
    return toloka.project.view_spec.TemplateBuilderViewSpec(
        config=tb.TemplateBuilder(view=tb.view.ListViewV1(items=[picture, choice]), plugins=[keys]))


def notebook_project() -> dict[str, Any]:
    fields = toloka.project.field_spec
    spec = toloka.project.task_spec.TaskSpec(
        input_spec={"image": fields.UrlSpec(), "selection": fields.JsonSpec(), "assignment_id": fields.StringSpec()},
        output_spec={"result": fields.StringSpec(allowed_values=["OK", "BAD"])}, view_spec=notebook_page())
    made = toloka.project.Project(
        assignments_issuing_type=toloka.project.Project.AssignmentsIssuingType.AUTOMATED, public_name="Signs?", public_description="Look",
        public_instructions="<b>Look</b>", task_spec=spec)
    return made.unstructure()


def test_the_verification_project_is_the_notebooks() -> None:
    ours = project_json(AskingProjectSpec(mark="m", name="Signs?", description="Look", instructions_html="<b>Look</b>", question=QUESTION))
    theirs = notebook_project()
    for made in (ours, theirs):
        made["task_spec"]["view_spec"]["config"] = json.loads(made["task_spec"]["view_spec"]["config"])
    assert {key: value for key, value in ours.items() if key not in OURS} == theirs


def test_labels_are_named_where_there_are_several_to_tell_apart() -> None:
    spec = AskingProjectSpec(mark="m", name="n", description="d", instructions_html="i", question="q", labels=(("car", "Car"),))
    page = json.loads(project_json(spec)["task_spec"]["view_spec"]["config"])
    assert page["view"]["items"][0]["labels"] == [{"value": "car", "label": "Car"}]


def test_a_page_may_be_smaller_where_that_is_wanted() -> None:
    made = toloka.pool.Pool()
    made.set_mixer_config(
        real_tasks_count=2, golden_tasks_count=0, training_tasks_count=0, mix_tasks_in_creation_order=True, force_last_assignment=True,
        min_real_tasks_count=1, force_last_assignment_delay_seconds=30)
    ours = pool_json(asking_pool_spec("1", "78", min_tasks_per_page=1, last_page_delay_seconds=30))
    assert ours["mixer_config"] == made.unstructure()["mixer_config"]


def notebook_pool(expires: datetime) -> dict[str, Any]:
    made = toloka.pool.Pool(
        project_id="1", private_name="Pool 1. Road sign verification", may_contain_adult_content=False, reward_per_assignment=0.01,
        will_expire=expires, assignment_max_duration_seconds=60 * 10,
        defaults=toloka.pool.Pool.Defaults(default_overlap_for_new_task_suites=2))
    made.filter = toloka.filter.Languages.in_("EN") & toloka.filter.Skill("77").__eq__(None)
    made.set_mixer_config(
        real_tasks_count=10, golden_tasks_count=0, training_tasks_count=0, mix_tasks_in_creation_order=True, force_last_assignment=True)
    made.set_dynamic_overlap_config(
        type="BASIC", max_overlap=5, min_confidence=0.8, answer_weight_skill_id="78",
        fields=[toloka.pool.DynamicOverlapConfig.Field(name="result")])
    return made.unstructure()


def test_the_verification_pool_is_the_notebooks() -> None:
    """Its rules are the config's business: see tests/crowdsourcing/test_verification_wanted.py."""
    expires = datetime(2030, 1, 1, tzinfo=UTC)
    theirs = notebook_pool(expires)
    ours = pool_json(AskingPoolSpec(
        mark="m", project_id="1", name="n", may_contain_adult_content=False, reward_per_assignment=Decimal("0.01"),
        assignment_max_duration_seconds=600, will_expire=expires, filter=theirs["filter"], tasks_per_page=10, overlap=2, max_overlap=5,
        min_confidence=0.8, dynamic_overlap=True, weight_skill_id="78"))
    ours["reward_per_assignment"] = float(ours["reward_per_assignment"])
    assert {key: value for key, value in ours.items() if key not in OURS} == {
        key: value for key, value in theirs.items() if key not in OURS}
