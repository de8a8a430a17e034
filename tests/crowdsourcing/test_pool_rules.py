"""A pool's rules and skills through services, outbox and mirror, on PostgreSQL, with the platform in memory."""
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from annotation.errors import Forbidden
from crowdsourcing import selectors, tasks
from crowdsourcing.models import Pool, Skill
from crowdsourcing.providers.errors import Unavailable
from crowdsourcing.rules import merging, presets
from crowdsourcing.services import pools, projects, rules as services
from crowdsourcing.transitions import Refused

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ready(crowd: Any) -> Any:
    """A closed pool at the platform, and a skill."""
    crowd.setup_project()
    crowd.setup_pool()
    crowd.deliver(services.make_skill(actor=crowd.owner, crowd_project=crowd.crowd_project, name="Road signs", description={"en": "Signs"}))
    return crowd


def skill() -> Skill:
    return Skill.objects.get()


def set_rules(crowd: Any, configs: Any, **more: Any) -> None:
    crowd.deliver(pools.update_pool(actor=crowd.owner, pool=crowd.pool, config={"quality_rules": configs, **more}))


def at_platform(crowd: Any) -> set[str]:
    spec = crowd.platform.pools[crowd.pool.remote_id]["spec"]
    return merging.signatures(spec.quality_rules)


def test_a_skill_is_made_once_and_mirrored(ready: Any) -> None:
    assert (skill().name, skill().hidden, skill().public_requester_description) == ("Road signs", True, {"EN": "Signs"})
    with pytest.raises(ValidationError, match="has a skill of this name"):
        services.make_skill(actor=ready.owner, crowd_project=ready.crowd_project, name=" Road signs ")
    with pytest.raises(ValidationError, match="1 to 250"):
        services.make_skill(actor=ready.owner, crowd_project=ready.crowd_project, name=" ")
    with pytest.raises(ValidationError, match="no language codes"):
        services.make_skill(actor=ready.owner, crowd_project=ready.crowd_project, name="New", description={"Klingon": "x"})
    with pytest.raises(Forbidden):
        services.make_skill(actor=_stranger(), crowd_project=ready.crowd_project, name="New")
    assert len(ready.platform.skills) == 1


def _stranger() -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user("stranger")


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_that_dies_while_making_a_skill_makes_one(ready: Any, after: bool) -> None:
    ready.platform.fail("ensure_skill", Unavailable("The line broke."), after=after)
    command = services.make_skill(actor=ready.owner, crowd_project=ready.crowd_project, name="Second")
    assert ready.deliver(command).status == "pending"
    assert ready.deliver(command).status == "done"
    assert [one.name for one in ready.platform.skills.values()] == ["Road signs", "Second"]
    assert Skill.objects.filter(name="Second").count() == 1


def test_skills_made_renamed_and_gone_elsewhere_are_seen(ready: Any) -> None:
    there = ready.platform.skills
    first = skill().remote_id
    there[first] = replace(there[first], name="Signs")
    there["77"] = replace(there[first], id="77", name="From elsewhere")
    tasks.sync_people()
    assert selectors.skill_names(ready.crowd_project.account) == {first: "Signs", "77": "From elsewhere"}
    del there["77"]
    ready.platform.fail("skills", Unavailable("The line broke."))
    tasks.sync_people()
    assert Skill.objects.filter(gone_at=None).count() == 2
    tasks.sync_people()
    assert [one.remote_id for one in Skill.objects.filter(gone_at=None)] == [first]
    there["77"] = replace(there[first], id="77", name="From elsewhere")
    ready.deliver(projects.sync_project(actor=ready.owner, crowd_project=ready.crowd_project))
    assert Skill.objects.filter(gone_at=None).count() == 2


def test_rules_reach_the_platform_and_a_changed_one_replaces_its_former_self(ready: Any) -> None:
    set_rules(ready, presets.example_rules(skill().remote_id))
    assert at_platform(ready) == merging.signatures(presets.example_rules(skill().remote_id))
    assert ready.pool.reissue_policy == "at_once"
    set_rules(ready, [presets.too_fast()])
    assert at_platform(ready) == merging.signatures([presets.too_fast()])
    assert ready.pool.reissue_policy == "after_dispute"
    spec = ready.platform.pools[ready.pool.remote_id]["spec"]
    assert merging.signatures(spec.dropped_rules) == merging.signatures([presets.often_rejected(), presets.completed(skill().remote_id),
                                                                         presets.reissue()])


def test_the_policy_and_the_rule_about_rejected_jobs_say_the_same(ready: Any) -> None:
    update = {"actor": ready.owner, "pool": ready.pool}
    ready.deliver(pools.update_pool(**update, config={"reissue_policy": "at_once"}))
    assert selectors.rules_of(ready.pool) == [presets.reissue()]
    set_rules(ready, [presets.reissue(), presets.too_fast()])
    assert selectors.rules_of(ready.pool) == [presets.reissue(), presets.too_fast()]
    ready.deliver(pools.update_pool(**update, config={"reissue_policy": "by_hand"}))
    assert (selectors.rules_of(ready.pool), ready.pool.reissue_policy) == ([presets.too_fast()], "by_hand")
    with pytest.raises(ValidationError, match="Take out the rule"):
        pools.update_pool(**update, config={"reissue_policy": "by_hand", "quality_rules": [presets.reissue()]})
    set_rules(ready, [presets.too_fast()], reissue_policy="at_once")
    assert selectors.rules_of(ready.pool) == [presets.too_fast(), presets.reissue()]


def test_a_rejected_job_is_offered_once_more_and_not_twice(crowd: Any) -> None:
    crowd.open_pool(quality_rules=[presets.reissue()])
    crowd.reject(crowd.work())
    tasks.reissue_after_dispute()
    crowd.deliver_all()
    assert crowd.suite().overlap == 2


def test_skills_that_are_not_the_accounts_or_gone_are_refused_with_the_number_of_the_rule(ready: Any) -> None:
    with pytest.raises(ValidationError, match="Rule 2: this account has no skill with the id 999"):
        set_rules(ready, [presets.too_fast(), presets.completed("999")])
    named = skill().remote_id
    set_rules(ready, [presets.completed(named)])
    ready.platform.skills.clear()
    tasks.sync_people()
    assert selectors.skills_gone(ready.pool) == ["The skill “Road signs” of rule 1 is gone at the platform. Choose another one there."]
    with pytest.raises(Refused, match="is gone at the platform"):
        pools.start_pool(actor=ready.owner, pool=ready.pool)
    with pytest.raises(ValidationError, match="Rule 1: the skill “Road signs” is gone"):
        set_rules(ready, [presets.completed(named)])
    Pool.objects.update(quality_rules=[], filter={"and": [{"or": [{"category": "skill", "key": named, "operator": "NE", "value": None}]}]})
    assert selectors.skills_gone(ready.pool) == ["The skill “Road signs” of the audience is gone at the platform. Change the audience."]


def test_an_open_pool_keeps_its_rules_until_it_is_stopped(crowd: Any) -> None:
    crowd.open_pool()
    with pytest.raises(Refused, match="Stop it first"):
        set_rules(crowd, [presets.too_fast()])
    assert crowd.pool.quality_rules == []


def test_nothing_is_written_when_one_rule_is_wrong(ready: Any) -> None:
    before = ready.pool.quality_rules
    with pytest.raises(ValidationError):
        set_rules(ready, [presets.too_fast(), {"collector_config": {"type": "SHOE"}, "rules": []}])
    assert ready.pool.quality_rules == before and selectors.open_command(ready.pool) is None


# --- the example's pool -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", ["ensure_skill", "ensure_drawing_project", "ensure_pool", "ensure_drawings"])
@pytest.mark.parametrize("after", [False, True])
def test_the_ready_made_pool_is_whole_whichever_answer_is_lost(crowd: Any, method: str, after: bool) -> None:
    crowd.make_frames()
    crowd.setup_project()
    crowd.platform.fail(method, Unavailable("The line broke."), after=after)
    made = pools.setup_example_pool(actor=crowd.owner, task=crowd.task)
    command = selectors.latest_command(made)
    assert crowd.deliver(command).status == "pending"
    assert crowd.deliver(command).status == "done"
    assert len(crowd.platform.skills) == len(crowd.platform.pools) == 1
    given = next(iter(crowd.platform.skills.values()))
    assert given.name == f"Annotated: {crowd.project.name}"
    assert crowd.pool.quality_rules == presets.example_rules(given.id)
    assert at_platform(crowd) == merging.signatures(presets.example_rules(given.id))
    assert (crowd.pool.reward_per_assignment, crowd.pool.reissue_policy) == (Decimal("0.01"), "at_once")
    assert crowd.pool.task_suites.exclude(remote_task_id="").count() == 3


def test_a_ready_made_pool_without_a_project_is_refused(crowd: Any) -> None:
    with pytest.raises(Refused, match="Set the project up"):
        pools.setup_example_pool(actor=crowd.owner, task=crowd.task)
    assert not Pool.objects.exists()
