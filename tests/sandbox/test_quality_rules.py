"""Every collector with its conditions, and every action."""
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.sandbox.conftest import REISSUE, Shop, refused
from tests.sandbox.rules import ban, bans, collector, control_tasks, days_of, new_skill, quality, rule, value_of, work
from tests.sandbox.test_trainings import learn, open_training

ONE_CONTROL_TASK = {"real_tasks_count": 0, "golden_tasks_count": 1}


def test_too_many_rejections_are_a_ban_everywhere(shop: Shop) -> None:
    pool = shop.open_pool(4, **quality(collector("ACCEPTANCE_RATE", ban(
        ("total_assignments_count", "GT", 2), ("rejected_assignments_rate", "GT", 35), scope="ALL_PROJECTS",
        duration_unit="DAYS", duration=15, private_comment="Often wrong"))))
    other = shop.open_pool()
    toloker = shop.toloker()
    pages = work(toloker, pool, "OK", "OK", "OK")
    for key, verdict in zip(pages, ("REJECTED", "ACCEPTED"), strict=False):
        shop.review(key, verdict)
    assert bans(shop, toloker) == []
    shop.review(pages[2], "REJECTED")
    [row] = bans(shop, toloker)
    assert (row["scope"], row["private_comment"], days_of(row)) == ("ALL_PROJECTS", "Often wrong", 15)
    for closed in (pool, other):
        with refused("ACCESS_DENIED", 403):
            toloker.take(closed)


def test_what_a_pool_accepts_by_itself_says_nothing_about_quality(shop: Shop) -> None:
    skill = new_skill(shop)
    pool = shop.open_pool(2, auto_accept_solutions=True, **quality(
        collector("ACCEPTANCE_RATE", rule([], "SET_SKILL", skill_id=skill, skill_value=1))))
    toloker = shop.toloker()
    work(toloker, pool, "OK", "OK")
    assert value_of(shop, skill, toloker) is None


def test_an_acceptance_rate_becomes_a_skill(shop: Shop) -> None:
    skill = new_skill(shop)
    pool = shop.open_pool(4, **quality(collector("ACCEPTANCE_RATE", rule(
        [], "SET_SKILL_FROM_OUTPUT_FIELD", skill_id=skill, from_field="accepted_assignments_rate"), history_size=3)))
    toloker = shop.toloker()
    pages = work(toloker, pool, "OK", "OK", "OK", "OK")
    seen = []
    for key, verdict in zip(pages, ("REJECTED", "ACCEPTED", "ACCEPTED", "ACCEPTED"), strict=True):
        shop.review(key, verdict)
        seen.append(round(value_of(shop, skill, toloker) or 0))
    assert seen == [0, 50, 67, 100]
    # The latest word on a page counts, and makes it the latest page.
    shop.review(pages[0], "ACCEPTED")
    assert value_of(shop, skill, toloker) == 100


def test_whoever_completes_a_page_gets_a_skill(shop: Shop) -> None:
    skill = new_skill(shop)
    pool = shop.open_pool(3, **quality(collector("ANSWER_COUNT", rule(
        [("assignments_accepted_count", "GT", 1)], "SET_SKILL", skill_id=skill, skill_value=7))))
    toloker = shop.toloker()
    work(toloker, pool, "OK")
    assert value_of(shop, skill, toloker) is None
    work(toloker, pool, "OK")
    assert value_of(shop, skill, toloker) == 7


def test_a_rejected_page_is_not_completed_until_it_is_accepted_after_all(shop: Shop) -> None:
    skill = new_skill(shop)
    pool = shop.open_pool(3, **quality(collector("ANSWER_COUNT", rule(
        [("assignments_accepted_count", "EQ", 2)], "SET_SKILL", skill_id=skill, skill_value=7))))
    toloker = shop.toloker()
    [first] = work(toloker, pool, "OK")
    shop.review(first, "REJECTED")
    work(toloker, pool, "OK")
    assert value_of(shop, skill, toloker) is None
    shop.review(first, "ACCEPTED")
    assert value_of(shop, skill, toloker) == 7


def test_skips_in_a_row_are_counted_and_a_submission_starts_anew(shop: Shop) -> None:
    pool = shop.open_pool(9, **quality(collector("SKIPPED_IN_ROW_ASSIGNMENTS", ban(("skipped_in_row_count", "GTE", 3)))))
    toloker = shop.toloker()
    for step in "ssxss":
        page = toloker.take(pool)
        if step == "s":
            toloker.skip(page["id"])
        else:
            toloker.submit(page["id"], {"result": "OK"})
    assert bans(shop, toloker) == []
    toloker.skip(toloker.take(pool)["id"])
    assert [row["scope"] for row in bans(shop, toloker)] == ["POOL"]


def test_income_waits_for_the_acceptance(shop: Shop) -> None:
    pool = shop.open_pool(2, **quality(collector("INCOME", ban(("income_sum_for_last_24_hours", "GT", 0)))))
    toloker, key = shop.submitted(pool)
    assert bans(shop, toloker) == []
    shop.review(key, "ACCEPTED")
    assert len(bans(shop, toloker)) == 1


def test_control_and_training_tasks_are_counted_together_and_apart(shop: Shop) -> None:
    both, control = new_skill(shop, "both"), new_skill(shop, "control")
    pool = shop.pool(mixer_config={"real_tasks_count": 0, "golden_tasks_count": 1, "training_tasks_count": 1,
                                   "shuffle_tasks_in_task_suite": False}, **quality(collector(
        "GOLDEN_SET",
        rule([("total_answers_count", "EQ", 2), ("incorrect_answers_rate", "LTE", 50)], "SET_SKILL_FROM_OUTPUT_FIELD",
             skill_id=both, from_field="correct_answers_rate"),
        rule([("golden_set_answers_count", "EQ", 1), ("golden_set_incorrect_answers_rate", "LT", 1)], "SET_SKILL_FROM_OUTPUT_FIELD",
             skill_id=control, from_field="golden_set_correct_answers_rate"))))
    control_tasks(shop, pool, 1)
    [training] = control_tasks(shop, pool, 1, message_on_unknown_solution="Look again")
    toloker = shop.toloker()
    page = toloker.take(pool)
    said = [{"result": "BAD" if task["id"] == training else "OK"} for task in page["tasks"]]
    with refused("VALIDATION_ERROR", 400):
        toloker.submit(page["id"], *said)
    toloker.submit(page["id"], *({"result": "OK"} for _ in said))
    assert (value_of(shop, both, toloker), value_of(shop, control, toloker)) == (50, 100)


def test_the_majority_bans(shop: Shop) -> None:
    pool = shop.open_pool(2, overlap=3, per_page=2, auto_accept_solutions=True, **quality(collector("MAJORITY_VOTE", ban(
        ("total_answers_count", "GT", 1), ("correct_answers_rate", "LT", 50), scope="PROJECT"), answer_threshold=2)))
    wrong, right, last = (shop.toloker() for _ in range(3))
    work(wrong, pool, "BAD"), work(right, pool, "OK")
    assert bans(shop, wrong) == []
    work(last, pool, "OK")
    assert [row["project_id"] for row in bans(shop, wrong)] == [shop.project["id"]]
    assert bans(shop, right) == bans(shop, last) == []


def test_a_new_answer_after_more_overlap_changes_the_majority(shop: Shop) -> None:
    skill = new_skill(shop)
    pool = shop.open_pool(1, overlap=2, **quality(collector("MAJORITY_VOTE", rule(
        [], "SET_SKILL_FROM_OUTPUT_FIELD", skill_id=skill, from_field="correct_answers_rate"), answer_threshold=2)))
    first, second, third = (shop.toloker() for _ in range(3))
    work(first, pool, "OK"), work(second, pool, "BAD")
    assert value_of(shop, skill, first) is None
    [task] = shop.ask("GET", f"/tasks?pool_id={pool}")["items"]
    shop.ask("PATCH", f"/tasks/{task['id']}?open_pool=true", {"overlap": 3})
    work(third, pool, "BAD")
    assert [value_of(shop, skill, toloker) for toloker in (first, second, third)] == [0, 100, 100]


def test_a_rejected_answer_has_no_vote(shop: Shop) -> None:
    skill = new_skill(shop)
    pool = shop.open_pool(1, overlap=3, **quality(collector("MAJORITY_VOTE", rule(
        [], "SET_SKILL_FROM_OUTPUT_FIELD", skill_id=skill, from_field="correct_answers_rate"), answer_threshold=2)))
    first, second, third = (shop.toloker() for _ in range(3))
    [spam] = work(first, pool, "OK")
    shop.review(spam, "REJECTED")
    work(second, pool, "OK"), work(third, pool, "BAD")
    assert [value_of(shop, skill, toloker) for toloker in (first, second, third)] == [None, None, None]


@pytest.mark.parametrize(("good", "status"), [(True, "ACCEPTED"), (False, "REJECTED")])
def test_control_tasks_decide_about_all_that_waits(shop: Shop, good: bool, status: str) -> None:
    pool = shop.pool(mixer_config=ONE_CONTROL_TASK, **quality(collector(
        "GOLDEN_SET",
        rule([("golden_set_answers_count", "GTE", 3), ("golden_set_correct_answers_rate", "GT", 90)], "APPROVE_ALL_ASSIGNMENTS"),
        rule([("golden_set_answers_count", "GTE", 3), ("golden_set_incorrect_answers_rate", "GTE", 40)], "REJECT_ALL_ASSIGNMENTS",
             public_comment="Too many mistakes"))))
    control_tasks(shop, pool, 4)
    toloker, other = shop.toloker(), shop.toloker()
    [untouched] = work(other, pool, "OK")
    pages = work(toloker, pool, "OK" if good else "BAD", "OK" if good else "BAD")
    assert [shop.assignment(key)["status"] for key in pages] == ["SUBMITTED"] * 2
    pages += work(toloker, pool, "OK")
    found = [shop.assignment(key) for key in pages]
    assert [item["status"] for item in found] == [status] * 3
    assert {item.get("public_comment") for item in found} == {None if good else "Too many mistakes"}
    assert shop.assignment(untouched)["status"] == "SUBMITTED"
    assert toloker.account()["balance"] == pytest.approx(0.15 if good else 0)


def test_a_rule_that_rejects_sets_off_the_rules_about_rejections(shop: Shop) -> None:
    pool = shop.open_pool(3, **quality(
        REISSUE, collector("ACCEPTANCE_RATE", ban(("rejected_assignments_rate", "EQ", 100))),
        collector("ASSIGNMENT_SUBMIT_TIME", rule([("fast_submitted_count", "GT", 2)], "REJECT_ALL_ASSIGNMENTS"),
                  fast_submit_threshold_seconds=60)))
    toloker = shop.toloker()
    pages = work(toloker, pool, "OK", "OK", "OK")
    assert [shop.assignment(key)["status"] for key in pages] == ["REJECTED"] * 3
    assert {task["overlap"] for task in shop.ask("GET", f"/tasks?pool_id={pool}")["items"]} == {2}
    assert shop.status(pool) == "OPEN" and len(bans(shop, toloker)) == 1


def test_a_condition_compares_with_every_operator(shop: Shop) -> None:
    holds = [("EQ", 2), ("NE", 1), ("GT", 1), ("GTE", 2), ("LT", 3), ("LTE", 2)]
    fails = [("EQ", 1), ("NE", 2), ("GT", 2), ("GTE", 3), ("LT", 2), ("LTE", 1)]
    skills = [new_skill(shop, f"{operator} {value}") for operator, value in holds + fails]
    pool = shop.open_pool(2, **quality(collector("ANSWER_COUNT", *(
        rule([("assignments_accepted_count", "GTE", 2), ("assignments_accepted_count", operator, value)], "SET_SKILL", skill_id=skill,
             skill_value=1) for skill, (operator, value) in zip(skills, holds + fails, strict=True)))))
    toloker = shop.toloker()
    work(toloker, pool, "OK", "OK")
    assert [row["skill_id"] for row in shop.ask("GET", f"/user-skills?user_id={toloker.id}")["items"]] == skills[:len(holds)]


@pytest.mark.parametrize(("scope", "action", "parameters", "days"), [
    ("POOL", "RESTRICTION", {"duration_days": 3}, 3), ("ALL_PROJECTS", "RESTRICTION", {}, None),
    ("PROJECT", "RESTRICTION_V2", {"duration_unit": "MINUTES", "duration": 90}, 0.0625),
    ("POOL", "RESTRICTION_V2", {"duration_unit": "HOURS", "duration": 12}, 0.5),
    ("ALL_PROJECTS", "RESTRICTION_V2", {"duration_unit": "DAYS", "duration": 2}, 2),
    ("PROJECT", "RESTRICTION_V2", {"duration_unit": "PERMANENT"}, None)])
def test_a_ban_has_a_scope_and_an_end(shop: Shop, scope: str, action: str, parameters: dict, days: float | None) -> None:
    pool = shop.open_pool(2, **quality(collector("ANSWER_COUNT", rule([], action, scope=scope, **parameters))))
    toloker, _ = shop.submitted(pool)
    [row] = bans(shop, toloker)
    assert (row["scope"], row.get("pool_id"), row.get("project_id")) == (
        scope, pool if scope == "POOL" else None, shop.project["id"] if scope == "PROJECT" else None)
    assert (days_of(row) if "will_expire" in row else None) == days


def test_a_projects_rule_counts_over_its_pools_and_runs_beside_the_pools_own(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop(**quality(collector("ANSWER_COUNT", ban(("assignments_accepted_count", "EQ", 3), scope="PROJECT"))))
    skill = new_skill(shop)
    first = shop.open_pool(3)
    second = shop.open_pool(3, **quality(collector("ANSWER_COUNT", rule(
        [("assignments_accepted_count", "EQ", 1)], "SET_SKILL", skill_id=skill, skill_value=5))))
    toloker = shop.toloker()
    work(toloker, first, "OK", "OK")
    assert bans(shop, toloker) == []
    work(toloker, second, "OK")
    assert len(bans(shop, toloker)) == 1 and value_of(shop, skill, toloker) == 5


def test_a_majority_is_asked_when_the_overlap_is_cut_to_what_there_is(shop: Shop) -> None:
    skill = new_skill(shop)
    pool = shop.open_pool(1, overlap=9, **quality(collector("MAJORITY_VOTE", rule(
        [], "SET_SKILL_FROM_OUTPUT_FIELD", skill_id=skill, from_field="correct_answers_rate"), answer_threshold=2)))
    tolokers = [shop.toloker() for _ in range(3)]
    for toloker, result in zip(tolokers, ("OK", "OK", "BAD"), strict=True):
        work(toloker, pool, result)
    [task] = shop.ask("GET", f"/tasks?pool_id={pool}")["items"]
    shop.ask("PATCH", f"/tasks/{task['id']}/set-overlap-or-min", {"overlap": 0})
    assert [value_of(shop, skill, toloker) for toloker in tolokers] == [100, 100, 0]


def test_a_page_that_the_requester_made_is_given_out_again_whole(shop: Shop) -> None:
    pool = shop.pool(mixer_config=None, reject_gives_back=True)
    suite = shop.ask("POST", "/task-suites?open_pool=true", {
        "pool_id": pool, "overlap": 1, "tasks": [{"input_values": {"image": f"https://example.com/{n}.png"}} for n in range(2)]})
    _, key = shop.submitted(pool)
    assert shop.status(pool) == "CLOSED"
    shop.review(key, "REJECTED")
    assert shop.ask("GET", f"/task-suites/{suite['id']}")["overlap"] == 2
    _, again = shop.submitted(pool)
    assert shop.assignment(again)["task_suite_id"] == suite["id"]


def _trainees(shop: Shop, skill: str, **fields: Any) -> str:
    """A training whose pool sets a skill once somebody has learnt all, and bans who needed two hints."""
    training = open_training(shop)
    requirement = {"training_pool_id": training, "training_passing_skill_value": 10}
    configs = quality(collector("TRAINING", rule(
        [("next_assignment_available", "EQ", False), ("submitted_assignments_count", "EQ", 2)], "SET_SKILL_FROM_OUTPUT_FIELD",
        skill_id=skill, from_field="correct_answers_rate"), ban(("total_answers_count", "EQ", 4), ("incorrect_answers_rate", "GT", 25))))
    shop.pool(quality_control={**configs["quality_control"], "training_requirement": requirement}, **fields)
    return training


def test_a_pool_hears_of_the_training_it_asks_for(shop: Shop) -> None:
    skill = new_skill(shop)
    training = _trainees(shop, skill)
    quick, slow = shop.toloker(), shop.toloker()
    learn(quick, training, "BAD", "OK")
    assert value_of(shop, skill, quick) is None
    learn(quick, training, "OK", "OK")
    learn(slow, training, "BAD", "OK"), learn(slow, training, "OK", "BAD")
    assert (value_of(shop, skill, quick), value_of(shop, skill, slow)) == (75, 50)
    assert (len(bans(shop, quick)), len(bans(shop, slow))) == (0, 1)


def test_a_project_hears_of_its_trainings(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop(**quality(collector("TRAINING", ban(("submitted_assignments_count", "EQ", 1), scope="PROJECT"))))
    training, toloker = open_training(shop), shop.toloker()
    learn(toloker, training, "OK", "OK")
    assert [row["scope"] for row in bans(shop, toloker)] == ["PROJECT"]


def test_many_at_once_are_judged_once_each(shop: Shop) -> None:
    skill = new_skill(shop)
    pool = shop.open_pool(8, auto_accept_solutions=True, **quality(
        collector("ANSWER_COUNT", rule([("assignments_accepted_count", "EQ", 1)], "SET_SKILL", skill_id=skill, skill_value=1)),
        collector("INCOME", ban(("income_sum_for_last_24_hours", "GT", 0))),
        collector("USERS_ASSESSMENT", rule([("pool_access_revoked_reason", "EQ", "RESTRICTION")], "CHANGE_OVERLAP", delta=1))))
    tolokers = [shop.toloker() for _ in range(8)]
    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(lambda toloker: work(toloker, pool, "OK"), tolokers))
    assert [value_of(shop, skill, toloker) for toloker in tolokers] == [1] * 8
    assert [len(bans(shop, toloker)) for toloker in tolokers] == [1] * 8
    assert [task["overlap"] for task in shop.ask("GET", f"/tasks?pool_id={pool}")["items"]] == [2] * 8
