"""The ready-made pool, from the click to the JSON that is sent, field by field against what toloka-kit makes of the example's code."""
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import toloka.client as toloka
import toloka.client.project.template_builder as tb
from django.urls import reverse

from annotation.models import Label
from crowdsourcing import selectors
from crowdsourcing.models import Pool
from crowdsourcing.providers.errors import Refused
from crowdsourcing.providers.toloka.drawing_words import project_json
from crowdsourcing.providers.toloka.words import pool_json
from crowdsourcing.selectors.drawing import example_interface
from crowdsourcing.services import pools as services

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

# Where ours differs by design: field -> why.
BY_DESIGN = {
    "private_name": "the task's name, so that it is found",
    "private_comment": "our mark, by which a lost answer is found again",
    "metadata": "the mark once more, for programs",
    "public_description": "every pool of ours tells Tolokers what it is about; the example's falls back on its project's",
    "auto_close_after_complete_delay_seconds": "0 is the platform's own default, said aloud",
    "mixer_config.mix_tasks_in_creation_order": "jobs are given out in the order of the task's frames; the example leaves it to chance",
    "quality_control.configs.0.rules.0.action.parameters.private_comment": "a note for oneself, in our words",
    "quality_control.configs.1.rules.0.action.parameters.private_comment": "a note for oneself, in our words",
}


def notebook_pool(project_id: str, skill_id: str, expires: datetime) -> dict[str, Any]:
    """The example's segmentation pool: its facts, through the same calls."""
    ban, conditions = toloka.user_restriction.UserRestriction.ALL_PROJECTS, toloka.conditions
    made = toloka.pool.Pool(
        project_id=project_id, private_name="Pool 1", may_contain_adult_content=False, will_expire=expires, reward_per_assignment=0.01,
        auto_accept_solutions=False, auto_accept_period_day=1, assignment_max_duration_seconds=60 * 20,
        defaults=toloka.pool.Pool.Defaults(default_overlap_for_new_task_suites=1, default_overlap_for_new_tasks=1))
    made.set_mixer_config(real_tasks_count=1, golden_tasks_count=0, training_tasks_count=0)
    made.filter = toloka.filter.Languages.in_("EN")
    made.quality_control.add_action(
        collector=toloka.collectors.AcceptanceRate(),
        conditions=[conditions.TotalAssignmentsCount > 2, conditions.RejectedAssignmentsRate > 35],
        action=toloka.actions.RestrictionV2(scope=ban, duration=15, duration_unit="DAYS", private_comment="makes mistakes"))
    made.quality_control.add_action(
        collector=toloka.collectors.AssignmentSubmitTime(history_size=5, fast_submit_threshold_seconds=20),
        conditions=[conditions.FastSubmittedCount > 1],
        action=toloka.actions.RestrictionV2(scope=ban, duration=10, duration_unit="DAYS", private_comment="is fast"))
    made.quality_control.add_action(
        collector=toloka.collectors.AnswerCount(), conditions=[conditions.AssignmentsAcceptedCount > 0],
        action=toloka.actions.SetSkill(skill_id=skill_id, skill_value=1))
    made.quality_control.add_action(
        collector=toloka.collectors.AssignmentsAssessment(),
        conditions=[conditions.AssessmentEvent == conditions.AssessmentEvent.REJECT],
        action=toloka.actions.ChangeOverlap(delta=1, open_pool=True))
    return made.unstructure()


def differences(ours: Any, theirs: Any, path: str = "") -> dict[str, tuple[Any, Any]]:
    """Path of every value that is not the same -> (ours, theirs); None where there is none."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        parts = [(str(key), ours.get(key), theirs.get(key)) for key in {**ours, **theirs}]
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        parts = [(str(place), mine, their) for place, (mine, their) in enumerate(zip(ours, theirs, strict=True))]
    else:
        return {} if ours == theirs else {path: (ours, theirs)}
    found: dict[str, tuple[Any, Any]] = {}
    for key, mine, their in parts:
        found |= differences(mine, their, f"{path}.{key}" if path else key)
    return found


def test_one_click_gives_the_pool_that_the_example_gives(crowd: Any, client: Any) -> None:
    crowd.make_frames()
    crowd.setup_project()
    client.force_login(crowd.owner)
    page = client.get(reverse("crowdsourcing:pool_setup", args=[crowd.task.pk])).content.decode()
    assert "Ready-made pool" in page and f"Annotated: {crowd.project.name}" in page
    assert "Tolokers draw in Toloka’s own image annotation, as in the example: rectangles, at least one on every image." in page
    before = datetime.now(UTC)
    answer = client.post(reverse("crowdsourcing:pool_example", args=[crowd.task.pk]))
    assert answer.url == reverse("crowdsourcing:pool_setup", args=[crowd.task.pk])
    crowd.deliver(selectors.latest_command(Pool.objects.get()))
    spec = crowd.platform.pools[crowd.pool.remote_id]["spec"]
    assert timedelta(days=365) <= spec.will_expire - before < timedelta(days=365, minutes=5)
    ours = pool_json(spec)
    ours["reward_per_assignment"] = float(ours["reward_per_assignment"])
    skill_id = next(iter(crowd.platform.skills))
    assert crowd.pool.drawing_project is not None
    theirs = notebook_pool(crowd.pool.drawing_project.remote_id, skill_id, spec.will_expire)
    assert set(differences(ours, theirs)) - {"will_expire"} == set(BY_DESIGN)
    # The same moment; milliseconds are written by the one and left out by the other.
    assert abs(datetime.fromisoformat(ours["will_expire"]) - datetime.fromisoformat(theirs["will_expire"])) < timedelta(seconds=1)


def test_its_project_draws_as_the_examples_does(crowd: Any) -> None:
    crowd.make_frames()
    crowd.setup_project()
    crowd.deliver(selectors.latest_command(services.setup_example_pool(actor=crowd.owner, task=crowd.task)))
    wanted = project_json(crowd.platform.projects[crowd.pool.drawing_project.remote_id]["spec"])
    ours = json.loads(wanted["task_spec"]["view_spec"]["config"])
    drawn = ours["view"]["items"][0]
    theirs = tb.TemplateBuilder(view=tb.fields.ImageAnnotationFieldV1(
        image=tb.data.InputData(path="image"), data=tb.data.OutputData(path="result"),
        shapes={tb.fields.ImageAnnotationFieldV1.Shape.RECTANGLE: True}, validation=tb.conditions.RequiredConditionV1())).unstructure()
    without_versions = json.loads(json.dumps(theirs["view"]), object_hook=lambda node: {k: v for k, v in node.items() if k != "version"})
    # The image as large as the page lets it be, and words for who marked nothing.
    assert set(differences(drawn, without_versions)) == {"fullHeight", "validation.hint"}
    assert [[number for number, _ in page.images] for page in crowd.platform.tasks.values()] == [[0], [1], [2]]


@pytest.mark.parametrize(("label", "shape"), [("any", "rectangle"), ("polygon", "polygon"), ("points", "point")])
def test_labels_for_one_other_shape_are_drawn_with_that(crowd: Any, label: str, shape: str) -> None:
    crowd.project.labels.update(type=label)
    assert example_interface(crowd.task) == (
        {"interface": "image_annotation", "interface_options": {"shapes": [shape], "needed": True}}, [])


def test_a_task_that_does_not_fit_stays_with_our_editor_and_says_why(crowd: Any, client: Any) -> None:
    Label.objects.create(project=crowd.project, name="lane", color="#c2185b", type="polyline")
    crowd.setup_project()
    client.force_login(crowd.owner)
    why = "The label “lane” is for polyline only, which the platform&#x27;s own annotation does not have."
    page = client.get(reverse("crowdsourcing:pool_setup", args=[crowd.task.pk])).content.decode()
    assert "Tolokers will work in our editor," in page and why in page
    told = client.post(reverse("crowdsourcing:pool_example", args=[crowd.task.pk]), follow=True).content.decode()
    assert "Tolokers work in our editor, not in Toloka’s own image annotation as in the example. " + why in told
    assert (crowd.pool.interface, crowd.pool.interface_options, crowd.pool.drawing_project) == ("editor", {}, None)


def test_a_pool_that_is_half_at_the_platform_keeps_its_interface(crowd: Any) -> None:
    crowd.make_frames()
    crowd.setup_project()
    crowd.platform.fail("ensure_tasks", Refused("The pool is full.", "VALIDATION_ERROR"))
    crowd.setup_pool()
    assert crowd.pool.remote_id and selectors.latest_command(crowd.pool).status == "failed"
    crowd.deliver(selectors.latest_command(services.setup_example_pool(actor=crowd.owner, task=crowd.task)))
    assert crowd.pool.interface == "editor" and not crowd.pool.task_suites.filter(remote_task_id="").exists()


def test_a_ready_made_pool_takes_another_skill_and_is_only_the_owners_to_make(crowd: Any, client: Any, bob: Any) -> None:
    crowd.make_frames()
    crowd.setup_project()
    address = reverse("crowdsourcing:pool_example", args=[crowd.task.pk])
    client.force_login(bob)
    assert client.post(address).status_code == 404
    crowd.project.members.create(user=bob, role="reviewer")
    assert client.post(address).status_code == 403
    client.force_login(crowd.owner)
    assert client.get(address).status_code == 405
    assert client.post(address, {"skill_name": "s" * 251}).status_code == 302 and not Pool.objects.exists()
    client.post(address, {"skill_name": "Area selection"})
    crowd.deliver(selectors.latest_command(Pool.objects.get()))
    assert [skill.name for skill in crowd.platform.skills.values()] == ["Area selection"]
    assert selectors.rules_of(crowd.pool)[2]["rules"][0]["action"]["parameters"]["skill_id"] == next(iter(crowd.platform.skills))
