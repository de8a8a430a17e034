"""The contract's quality rules, held against every provider: whole there and back, never twice, others' rules left alone."""
from typing import Any

import pytest

from crowdsourcing import rules
from crowdsourcing.providers.base import SkillSpec
from crowdsourcing.rules import merging, presets
from tests.providers.stages import Stage, pool_spec, project_spec


def same(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> bool:
    """Every rule once, whatever ids the platform gave."""
    return (merging.signatures(found) == merging.signatures(wanted)
            and sum(len(config["rules"]) for config in found) == sum(len(config["rules"]) for config in wanted))


@pytest.fixture
def wanted(stage: Stage) -> list[dict[str, Any]]:
    skill = stage.provider.ensure_skill(SkillSpec("Has annotated"))
    return rules.clean(presets.example_rules(skill.id))


def test_rules_come_back_as_they_were_sent(stage: Stage, wanted: list[dict[str, Any]]) -> None:
    project = stage.provider.ensure_project(project_spec())
    spec = pool_spec(project.id, quality_rules=wanted)
    pool = stage.provider.ensure_pool(spec)
    assert same(stage.provider.quality_rules(pool.id), wanted)
    assert not stage.provider.differs(pool.id, spec)
    for _ in range(2):
        stage.provider.update_pool(pool.id, spec)
    assert same(stage.provider.quality_rules(pool.id), wanted)


@pytest.mark.parametrize("also", [True, False])
def test_a_rejected_job_is_offered_again_once_however_that_was_asked_for(stage: Stage, wanted: list[dict[str, Any]], also: bool) -> None:
    project = stage.provider.ensure_project(project_spec())
    spec = pool_spec(project.id, quality_rules=wanted if also else wanted[:3], reissue_at_once=True)
    pool = stage.provider.ensure_pool(spec)
    stage.provider.update_pool(pool.id, spec)
    assert same(stage.provider.quality_rules(pool.id), wanted)


def test_a_rule_that_is_changed_replaces_its_former_self(stage: Stage, wanted: list[dict[str, Any]]) -> None:
    project = stage.provider.ensure_project(project_spec())
    spec = pool_spec(project.id, quality_rules=wanted)
    pool = stage.provider.ensure_pool(spec)
    milder = rules.clean([presets.often_rejected() | {"rules": [
        {**presets.often_rejected()["rules"][0], "conditions": [{"key": "rejected_assignments_rate", "operator": "GT", "value": 60}]}]}])
    changed = pool_spec(project.id, will_expire=spec.will_expire, quality_rules=milder, dropped_rules=rules.dropped(wanted, milder, []))
    assert stage.provider.differs(pool.id, changed)
    for _ in range(2):
        stage.provider.update_pool(pool.id, changed)
        assert same(stage.provider.quality_rules(pool.id), milder)
    assert not stage.provider.differs(pool.id, changed)
    bare = pool_spec(project.id, will_expire=spec.will_expire, dropped_rules=rules.dropped(milder, [], changed.dropped_rules))
    stage.provider.update_pool(pool.id, bare)
    assert stage.provider.quality_rules(pool.id) == []
