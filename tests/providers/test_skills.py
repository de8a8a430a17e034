"""The contract's skills, held against every provider."""
import uuid

import pytest

from crowdsourcing.providers.base import SkillSpec
from crowdsourcing.providers.errors import NotFound, Unavailable
from tests.providers.stages import Stage, again

WORDS = {"EN": "Outlines road signs", "ES": "Delimita señales"}


def name() -> str:
    return f"Road signs {uuid.uuid4().hex[:8]}"


@pytest.mark.parametrize("after", [False, True])
def test_a_lost_answer_never_makes_two_skills(stage: Stage, after: bool) -> None:
    spec = SkillSpec(name(), True, WORDS)
    stage.break_line("ensure_skill", after=after)
    with pytest.raises(Unavailable):
        stage.provider.ensure_skill(spec)
    made = stage.provider.ensure_skill(spec)
    assert again(lambda: stage.provider.ensure_skill(spec)).id == made.id
    assert [skill.id for skill in stage.provider.skills() if skill.name == spec.name] == [made.id]
    assert (made.name, made.hidden, made.public_requester_description) == (spec.name, True, WORDS)


def test_a_skill_that_is_there_is_taken_as_it_is(stage: Stage) -> None:
    called = name()
    made = stage.provider.ensure_skill(SkillSpec(called, False, WORDS))
    assert made.hidden is False
    found = stage.provider.ensure_skill(SkillSpec(called, True, {"EN": "Other words"}))
    assert (found.id, found.hidden, found.public_requester_description) == (made.id, False, WORDS)


def test_another_name_is_another_skill_and_both_are_listed_in_order(stage: Stage) -> None:
    called = name()
    ids = [stage.provider.ensure_skill(SkillSpec(one)).id for one in (called, called + " 2", called.upper())]
    assert len(set(ids)) == 3
    assert [skill.id for skill in stage.provider.skills() if skill.name.lower().startswith(called.lower())] == ids


def test_who_has_a_skill_and_how_much_of_it(stage: Stage) -> None:
    skill = stage.provider.ensure_skill(SkillSpec(name()))
    other = stage.provider.ensure_skill(SkillSpec(name()))
    assert stage.provider.user_skills(skill.id) == {}
    wanda, walter = stage.give_skill("wanda", skill.id, 70), stage.give_skill("walter", skill.id, 90)
    stage.give_skill("wanda", other.id, 1)
    assert stage.provider.user_skills(skill.id) == {wanda: 70.0, walter: 90.0}


def test_nobody_has_a_skill_that_is_not_there(stage: Stage) -> None:
    with pytest.raises(NotFound) as caught:
        stage.provider.user_skills("4040404040")
    assert not caught.value.retry
