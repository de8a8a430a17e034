"""The contract's second crowd: questions about somebody's work, held against every provider."""
import time
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from crowdsourcing.providers.asking import BAD, GOOD, Question, RemotePage
from crowdsourcing.providers.base import SkillSpec
from crowdsourcing.providers.errors import Refused
from crowdsourcing.quality.verification import sizes
from tests.providers.stages import Stage, again, asking_pool_spec, asking_project_spec

REGION = {"shape": "rectangle", "left": 0.1, "top": 0.2, "width": 0.3, "height": 0.4, "label": "car"}
KEYS = ["one:0", "two:0", "three:0"]


def questions(keys: list[str]) -> list[Question]:
    return [Question(key, f"https://app.example/images/{number}.jpg", [REGION]) for number, key in enumerate(keys)]


def asked(stage: Stage, keys: list[str], **pool: Any) -> tuple[str, str]:
    """An open pool with these questions; its id and the skill's."""
    mark = uuid.uuid4().hex
    skill = stage.provider.ensure_skill(SkillSpec(f"Verifier {mark[:8]}"))
    project = stage.provider.ensure_asking_project(asking_project_spec(f"project-{mark}"))
    made = stage.provider.ensure_asking_pool(asking_pool_spec(project.id, skill.id, f"pool-{mark}", **pool))
    stage.provider.ensure_questions(made.id, questions(keys), overlap=2, operation_id=uuid.uuid4())
    assert stage.provider.open_pool(made.id).status == "OPEN"
    return made.id, skill.id


def given(stage: Stage, pool_id: str, since: Any = None) -> list[RemotePage]:
    return [page for pages in stage.provider.answer_pages(pool_id, since=since) for page in pages]


@pytest.mark.parametrize("after", [False, True])
def test_a_lost_answer_never_makes_two_verifications(stage: Stage, after: bool) -> None:
    before = stage.projects()
    stage.break_line("ensure_asking_project", after=after)
    project = again(lambda: stage.provider.ensure_asking_project(asking_project_spec()))
    assert stage.projects() == before + 1
    skill = stage.provider.ensure_skill(SkillSpec("Verifier"))
    stage.break_line("ensure_asking_pool", after=after)
    made = again(lambda: stage.provider.ensure_asking_pool(asking_pool_spec(project.id, skill.id)))
    assert made.status == "CLOSED"
    assert [pool.id for pool in stage.provider.pools(project.id)] == [made.id]
    assert (project.mark, made.mark) == ("mark-asking", "mark-asking-pool")


def test_words_and_pool_can_be_changed_while_it_is_closed(stage: Stage) -> None:
    pool_id, skill_id = asked(stage, KEYS)
    project_id = stage.provider.pool(pool_id).project_id
    mark = stage.provider.pool(pool_id).mark
    changed = asking_pool_spec(project_id, skill_id, mark, dynamic_overlap=True, max_overlap=5)
    with pytest.raises(Refused):
        stage.provider.update_asking_pool(pool_id, changed)
    stage.provider.close_pool(pool_id)
    for _ in range(2):
        assert stage.provider.update_asking_pool(pool_id, changed).id == pool_id
    stage.provider.update_asking_pool(pool_id, asking_pool_spec(project_id, skill_id, mark))
    words = asking_project_spec(stage.provider.project(project_id).mark, question="Are they all there?", labels=(("car", "Car"),))
    assert stage.provider.update_asking_project(project_id, words).id == project_id


@pytest.mark.parametrize("after", [False, True])
def test_questions_are_asked_once_whatever_gets_lost(stage: Stage, after: bool) -> None:
    pool_id, _ = asked(stage, KEYS[:1])
    operation = uuid.uuid4()
    stage.break_line("ensure_questions", after=after)
    found = again(lambda: stage.provider.ensure_questions(pool_id, questions(KEYS[1:]), overlap=3, operation_id=operation))
    assert [question.key for question in found] == KEYS[1:]
    assert {question.overlap for question in found} == {3}
    repeated = stage.provider.ensure_questions(pool_id, questions(KEYS[1:]), overlap=3, operation_id=operation)
    assert [question.id for question in repeated] == [question.id for question in found]
    assert sorted(question.key for question in stage.provider.questions(pool_id)) == sorted(KEYS)


def test_as_many_bytes_as_the_loop_sends_at_once_are_taken_and_more_than_the_platform_allows_are_not(stage: Stage) -> None:
    pool_id, _ = asked(stage, KEYS[:1])
    corners = [{"left": round(0.1 + place / 1e5, 6), "top": 0.123456} for place in range(12_000)]

    def long(keys: list[str]) -> list[Question]:
        return [replace(question, regions=[{"shape": "polygon", "points": corners}]) for question in questions(keys)]

    (found,) = sizes.parts(enumerate(long(KEYS[1:])))
    assert sum(sizes.size_of(question) for _, question in found) > sizes.MOST_BYTES * 0.8
    taken = stage.provider.ensure_questions(pool_id, [question for _, question in found], overlap=2, operation_id=uuid.uuid4())
    assert [question.key for question in taken] == KEYS[1:]
    with pytest.raises(Refused):
        stage.provider.ensure_questions(pool_id, long(["four:0", "five:0", "six:0", "seven:0"]), overlap=2, operation_id=uuid.uuid4())
    assert len(stage.provider.questions(pool_id)) == 3, "nothing of it"


def test_answers_are_read_page_by_page_and_from_a_time_on(stage: Stage) -> None:
    pool_id, _ = asked(stage, KEYS[:2])
    ids = {question.key: question.id for question in stage.provider.questions(pool_id)}
    assert given(stage, pool_id) == []
    stage.answer(pool_id, "vera", {KEYS[0]: GOOD, KEYS[1]: BAD})
    (first,) = given(stage, pool_id)
    assert first.answers == {ids[KEYS[0]]: GOOD, ids[KEYS[1]]: BAD}
    assert (first.status, first.reward) == ("ACCEPTED", Decimal("0.01")), "answers are paid as they come"
    time.sleep(0.05)
    stage.answer(pool_id, "victor", {KEYS[0]: GOOD, KEYS[1]: GOOD})
    both = given(stage, pool_id)
    assert len({page.user_id for page in both}) == 2
    assert [page.id for page in given(stage, pool_id, first.submitted)] == [page.id for page in both], "the moment itself is read again"
    assert [page.id for page in given(stage, pool_id, both[1].submitted)] == [both[1].id]


def test_whoever_has_less_than_a_page_left_is_given_that(stage: Stage) -> None:
    pool_id, _ = asked(stage, KEYS, min_tasks_per_page=1)
    for worker in ("vera", "victor"):
        stage.answer(pool_id, worker, dict.fromkeys(KEYS[:2], GOOD))
        stage.answer(pool_id, worker, {KEYS[2]: BAD})
    assert [len(page.answers) for page in given(stage, pool_id)] == [2, 1, 2, 1]
    assert stage.provider.pool(pool_id).status == "CLOSED", "nothing is left"


def test_one_more_person_is_asked_and_the_platform_aggregates_by_skill(stage: Stage) -> None:
    pool_id, skill_id = asked(stage, KEYS[:2])
    ids = {question.key: question.id for question in stage.provider.questions(pool_id)}
    for worker, said in (("vera", GOOD), ("victor", BAD)):
        stage.answer(pool_id, worker, {KEYS[0]: said, KEYS[1]: BAD})
    stage.give_skill("victor", skill_id, 90)
    stage.give_skill("vera", skill_id, 60)
    assert stage.provider.reissue(ids[KEYS[0]], overlap=3).overlap == 3
    assert {question.key: question.overlap for question in stage.provider.questions(pool_id)} == {KEYS[0]: 3, KEYS[1]: 2}
    found = {answer.question_id: answer for answer in stage.provider.aggregated(pool_id, skill_id=skill_id)}
    assert {key: answer.answer for key, answer in found.items()} == {ids[KEYS[0]]: BAD, ids[KEYS[1]]: BAD}
    assert 0.5 < found[ids[KEYS[0]]].confidence < found[ids[KEYS[1]]].confidence <= 1
