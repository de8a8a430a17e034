"""The ready-made pool, from the click to the JSON that is sent, field by field against what toloka-kit makes of the example's code."""
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import toloka.client as toloka
from django.urls import reverse

from crowdsourcing import selectors
from crowdsourcing.models import Pool
from crowdsourcing.providers.toloka.words import pool_json

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
    crowd.setup_project()
    client.force_login(crowd.owner)
    page = client.get(reverse("crowdsourcing:pool_setup", args=[crowd.task.pk])).content.decode()
    assert "Ready-made pool" in page and f"Annotated: {crowd.project.name}" in page
    before = datetime.now(UTC)
    answer = client.post(reverse("crowdsourcing:pool_example", args=[crowd.task.pk]))
    assert answer.url == reverse("crowdsourcing:pool_setup", args=[crowd.task.pk])
    crowd.deliver(selectors.latest_command(Pool.objects.get()))
    spec = crowd.platform.pools[crowd.pool.remote_id]["spec"]
    assert timedelta(days=365) <= spec.will_expire - before < timedelta(days=365, minutes=5)
    ours = pool_json(spec)
    ours["reward_per_assignment"] = float(ours["reward_per_assignment"])
    skill_id = next(iter(crowd.platform.skills))
    theirs = notebook_pool(crowd.crowd_project.remote_id, skill_id, spec.will_expire)
    assert set(differences(ours, theirs)) - {"will_expire"} == set(BY_DESIGN)
    # The same moment; milliseconds are written by the one and left out by the other.
    assert abs(datetime.fromisoformat(ours["will_expire"]) - datetime.fromisoformat(theirs["will_expire"])) < timedelta(seconds=1)


def test_a_ready_made_pool_takes_another_skill_and_is_only_the_owners_to_make(crowd: Any, client: Any, bob: Any) -> None:
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
