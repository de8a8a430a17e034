"""What changes by itself: overlap by confidence, prices by skill, control tasks by experience, tasks chosen for review."""
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import psycopg2
import pytest
import toloka.client as toloka
from toloka.client.pool import DynamicOverlapConfig, DynamicPricingConfig

from sandbox.engine.intervals import chosen
from tests.sandbox.conftest import REISSUE, Shop, refused
from tests.stack.sandbox import Refused, TolokerAccount

FIELDS = [{"name": "result"}]


def _skill(shop: Shop) -> str:
    return str(shop.ask("POST", "/skills", {"name": "quality", "hidden": False})["id"])


def _skilled(shop: Shop, skill: str, value: float) -> TolokerAccount:
    toloker = shop.toloker()
    shop.ask("PUT", "/user-skills", {"skill_id": skill, "user_id": toloker.id, "value": value})
    return toloker


def _overlap_config(skill: str, **fields: Any) -> dict[str, Any]:
    return {"type": "BASIC", "max_overlap": 4, "min_confidence": 0.9, "answer_weight_skill_id": skill, "fields": FIELDS, **fields}


def _adaptive(shop: Shop, skill: str, overlap: int = 1, count: int = 1, delay: int = 60, **config: Any) -> tuple[str, list[str]]:
    """An OPEN pool with dynamic overlap, that accepts by itself; and its tasks."""
    pool = shop.pool(overlap=overlap, auto_accept_solutions=config.pop("auto_accept", True),
                     auto_close_after_complete_delay_seconds=delay, dynamic_overlap_config=_overlap_config(skill, **config))
    return pool, shop.tasks(pool, count, "allow_defaults=true&open_pool=true")


def _do(toloker: TolokerAccount, pool: str, result: str) -> str:
    page = toloker.take(pool)
    toloker.submit(page["id"], *({"result": result} for _ in page["tasks"]))
    return str(page["id"])


def _overlap(shop: Shop, task: str) -> int:
    return int(shop.ask("GET", f"/tasks/{task}")["overlap"])


def test_a_task_goes_to_one_more_until_its_answer_is_sure(shop: Shop) -> None:
    skill = _skill(shop)
    pool, (task,) = _adaptive(shop, skill)
    _do(_skilled(shop, skill, 70), pool, "OK")
    assert _overlap(shop, task) == 2
    _do(_skilled(shop, skill, 70), pool, "BAD")
    assert _overlap(shop, task) == 3
    _do(_skilled(shop, skill, 90), pool, "BAD")
    assert _overlap(shop, task) == 3
    with refused("NO_TASKS_AVAILABLE"):
        shop.toloker().take(pool)


def test_one_sure_answer_is_enough(shop: Shop) -> None:
    skill = _skill(shop)
    pool, (task,) = _adaptive(shop, skill)
    _do(_skilled(shop, skill, 95), pool, "OK")
    assert _overlap(shop, task) == 1


def test_the_overlap_ends_at_its_limit_however_unsure_the_answer_is(shop: Shop) -> None:
    skill = _skill(shop)
    pool, (task,) = _adaptive(shop, skill, max_overlap=3)
    for answer in ("OK", "BAD", "OK"):
        _do(_skilled(shop, skill, 50), pool, answer)
    assert _overlap(shop, task) == 3
    with refused("NO_TASKS_AVAILABLE"):
        shop.toloker().take(pool)


def test_the_pool_stays_open_between_two_answers_and_closes_after_the_last(shop: Shop) -> None:
    skill = _skill(shop)
    pool, _ = _adaptive(shop, skill, delay=30)
    _do(_skilled(shop, skill, 60), pool, "OK")
    shop.sandbox.advance(120)
    assert shop.status(pool) == "OPEN"
    _do(_skilled(shop, skill, 95), pool, "OK")
    shop.sandbox.advance(29)
    assert shop.status(pool) == "OPEN"
    shop.sandbox.advance(2)
    assert shop.ask("GET", f"/pools/{pool}")["last_close_reason"] == "COMPLETED"


def test_only_accepted_answers_count_and_each_task_of_a_page_by_itself(shop: Shop) -> None:
    skill = _skill(shop)
    pool = shop.pool(overlap=2, auto_close_after_complete_delay_seconds=60, dynamic_overlap_config=_overlap_config(skill),
                     mixer_config={"real_tasks_count": 2, "mix_tasks_in_creation_order": True, "shuffle_tasks_in_task_suite": False})
    same, other = shop.tasks(pool, 2, "allow_defaults=true&open_pool=true")
    pages = []
    for answers in (("OK", "OK"), ("OK", "BAD")):
        toloker = _skilled(shop, skill, 80)
        page = toloker.take(pool)
        toloker.submit(page["id"], *({"result": answer} for answer in answers))
        pages.append(page["id"])
    shop.review(pages[0], "ACCEPTED")
    assert (_overlap(shop, same), _overlap(shop, other)) == (2, 2)
    shop.review(pages[1], "ACCEPTED")
    assert (_overlap(shop, same), _overlap(shop, other)) == (2, 3)


def test_a_rejection_asks_for_one_more_only_if_the_rest_is_not_sure(shop: Shop) -> None:
    skill = _skill(shop)
    pool, (task,) = _adaptive(shop, skill, overlap=2, auto_accept=False)
    sure = _do(_skilled(shop, skill, 99), pool, "OK")
    wrong = _do(_skilled(shop, skill, 50), pool, "BAD")
    shop.review(sure, "ACCEPTED")
    shop.review(wrong, "REJECTED")
    assert _overlap(shop, task) == 2
    pool, (task,) = _adaptive(shop, skill, overlap=2, auto_accept=False)
    unsure = _do(_skilled(shop, skill, 60), pool, "OK")
    wrong = _do(_skilled(shop, skill, 50), pool, "BAD")
    shop.review(wrong, "REJECTED")
    assert _overlap(shop, task) == 2
    shop.review(unsure, "ACCEPTED")
    assert _overlap(shop, task) == 3


def test_a_rule_that_gives_rejected_work_out_again_does_not_count_twice(shop: Shop) -> None:
    skill = _skill(shop)
    pool = shop.pool(overlap=2, auto_close_after_complete_delay_seconds=60, dynamic_overlap_config=_overlap_config(skill),
                     quality_control={"configs": [REISSUE]})
    task = shop.tasks(pool, 1, "allow_defaults=true&open_pool=true")[0]
    good = _do(_skilled(shop, skill, 60), pool, "OK")
    bad = _do(_skilled(shop, skill, 60), pool, "BAD")
    shop.review(good, "ACCEPTED")
    shop.review(bad, "REJECTED")
    assert _overlap(shop, task) == 3


def _events(shop: Shop, pool: str) -> list[dict[str, Any]]:
    """What waits to be delivered to this pool's subscribers, oldest first."""
    with closing(psycopg2.connect(shop.sandbox.environment["SANDBOX_DATABASE_URL"])) as link, link.cursor() as cursor:
        cursor.execute("SELECT e.body FROM sandbox_webhookevent e JOIN sandbox_webhooksubscription s ON s.id = e.subscription_id "
                       "WHERE s.pool_id = %s", [int(pool)])
        return sorted((json.loads(body) for (body,) in cursor.fetchall()), key=lambda event: event["event_time"])


def test_the_last_word_on_a_task_is_told_once(shop: Shop) -> None:
    skill = _skill(shop)
    pool, (task,) = _adaptive(shop, skill)
    shop.ask("PUT", "/webhook-subscriptions", [{"event_type": "DYNAMIC_OVERLAP_COMPLETED", "pool_id": pool,
                                                "webhook_url": "http://127.0.0.1:9/none"}])
    first = _do(_skilled(shop, skill, 60), pool, "OK")
    assert _events(shop, pool) == []
    second = _do(_skilled(shop, skill, 95), pool, "OK")
    (event,) = _events(shop, pool)
    assert (event["type"], event["pool_id"], event["task_id"]) == ("DYNAMIC_OVERLAP_COMPLETED", pool, task)
    assert (event["assignment_ids"], event["output_values"]) == ([first, second], {"result": "OK"})
    assert event["confidence"] == pytest.approx(0.57 / (0.57 + 0.02))
    shop.ask("PATCH", f"/tasks/{task}", {"overlap": 3})
    _do(_skilled(shop, skill, 10), pool, "BAD")
    assert len(_events(shop, pool)) == 1
    assert _overlap(shop, task) == 3


def test_a_crowd_at_once_leaves_every_task_with_exactly_its_overlap(shop: Shop) -> None:
    skill = _skill(shop)
    review = {"target_overlap": 3, "task_distribution_function": _function((1, None, 2))}
    pool = shop.pool(overlap=1, auto_accept_solutions=True, auto_close_after_complete_delay_seconds=3_600,
                     dynamic_overlap_config=_overlap_config(skill), quality_control={"checkpoints_config": {"real_settings": review}})
    tasks = shop.tasks(pool, 6, "allow_defaults=true&open_pool=true")
    crowd = [_skilled(shop, skill, value) for value in (55, 60, 65, 70, 90, 95)]

    def work(toloker: TolokerAccount) -> None:
        while True:
            try:
                _do(toloker, pool, "OK" if toloker.id < "8" else "BAD")
            except Refused as refusal:
                assert refusal.code == "NO_TASKS_AVAILABLE"
                return

    with ThreadPoolExecutor(len(crowd)) as threads:
        list(threads.map(work, crowd))
    for task in tasks:
        found = shop.ask("GET", f"/tasks/{task}")
        answers = shop.ask("GET", f"/assignments?task_id={task}")["items"]
        assert {answer["status"] for answer in answers} == {"ACCEPTED"}
        assert len({answer["user_id"] for answer in answers}) == len(answers) == found["overlap"] - found["remaining_overlap"]
        # Nothing is left but what everybody in the crowd has done already.
        assert (found["remaining_overlap"] == 0 or len(answers) == len(crowd)) and found["overlap"] <= 4


def test_an_endless_task_and_pages_of_the_requesters_own_keep_their_overlap(shop: Shop) -> None:
    skill = _skill(shop)
    settings = {"auto_accept_solutions": True, "auto_close_after_complete_delay_seconds": 60,
                "dynamic_overlap_config": _overlap_config(skill)}
    values = {"input_values": {"image": "https://example.com/1.png"}}
    pool = shop.pool(**settings)
    endless = shop.ask("POST", "/tasks?open_pool=true", {"pool_id": pool, "infinite_overlap": True, **values})
    _do(_skilled(shop, skill, 10), pool, "OK")
    assert shop.ask("GET", f"/tasks/{endless['id']}")["infinite_overlap"] is True
    pool = shop.pool(mixer_config=None, **settings)
    page = shop.ask("POST", "/task-suites?open_pool=true", {"pool_id": pool, "overlap": 1, "tasks": [values]})
    _do(_skilled(shop, skill, 10), pool, "OK")
    assert shop.ask("GET", f"/task-suites/{page['id']}")["overlap"] == 1


def test_the_kit_makes_a_pool_with_dynamic_overlap_and_prices(shop: Shop) -> None:
    skill = _skill(shop)
    client: toloka.TolokaClient = shop.requester.client()
    pool = client.get_pool(shop.pool())
    pool.auto_close_after_complete_delay_seconds = 60
    pool.dynamic_overlap_config = DynamicOverlapConfig(
        type=DynamicOverlapConfig.Type.BASIC, max_overlap=5, min_confidence=0.95, answer_weight_skill_id=skill,
        fields=[DynamicOverlapConfig.Field("result")])
    pool.dynamic_pricing_config = DynamicPricingConfig(
        type=DynamicPricingConfig.Type.SKILL, skill_id=skill,
        intervals=[DynamicPricingConfig.Interval(from_=50, to=79, reward_per_assignment=0.05)])
    again = client.create_pool(pool)
    assert again.dynamic_overlap_config == pool.dynamic_overlap_config
    assert again.dynamic_pricing_config == pool.dynamic_pricing_config


def _priced(shop: Shop, skill: str, **fields: Any) -> str:
    intervals = [{"from": 0, "to": 60, "reward_per_assignment": 0.07}, {"from": 61, "to": 100, "reward_per_assignment": 0.5}]
    return shop.open_pool(10, dynamic_pricing_config={"type": "SKILL", "skill_id": skill, "intervals": intervals}, **fields)


@pytest.mark.parametrize(("value", "price"), [(None, 0.05), (0, 0.07), (60, 0.07), (60.4, 0.07), (60.5, 0.5), (61, 0.5), (100, 0.5)])
def test_the_price_follows_the_tolokers_skill(shop: Shop, value: float | None, price: float) -> None:
    skill = _skill(shop)
    pool = _priced(shop, skill)
    toloker = shop.toloker() if value is None else _skilled(shop, skill, value)
    card = next(item for item in toloker.call("GET", "/worker/v1/pools")["items"] if item["pool_id"] == pool)
    page = toloker.take(pool)
    assert (card["reward"], page["reward"], shop.assignment(page["id"])["reward"]) == (price, price, price)


def test_the_price_is_that_of_the_moment_of_taking_and_the_money_is_moved_by_it(shop: Shop) -> None:
    skill = _skill(shop)
    pool = _priced(shop, skill)
    toloker = _skilled(shop, skill, 90)
    page = toloker.take(pool)
    shop.ask("PUT", "/user-skills", {"skill_id": skill, "user_id": toloker.id, "value": 10})
    toloker.submit(page["id"], {"result": "OK"})
    assert shop.balance() == 1000 - 0.65
    assert shop.review(page["id"], "ACCEPTED")["reward"] == 0.5
    assert toloker.account()["balance"] == 0.5
    assert toloker.take(pool)["reward"] == 0.07


def test_a_price_that_does_not_fit_closes_the_pool_though_the_base_price_would(new_shop: Any) -> None:
    shop = new_shop(balance="0.30")
    skill = _skill(shop)
    pool = _priced(shop, skill)
    with refused("NO_TASKS_AVAILABLE"):
        _skilled(shop, skill, 90).take(pool)
    assert shop.ask("GET", f"/pools/{pool}")["last_close_reason"] == "NOT_ENOUGH_BALANCE"


def test_a_free_pool_with_prices_needs_money_to_open(new_shop: Any) -> None:
    shop = new_shop(balance="0")
    skill = _skill(shop)
    free = shop.open_pool(1, reward_per_assignment=0)
    assert shop.status(free) == "OPEN"
    with refused("NOT_ENOUGH_BALANCE"):
        _priced(shop, skill, reward_per_assignment=0)


def _prices(*intervals: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "SKILL", "intervals": [{"reward_per_assignment": 0.05, **interval} for interval in intervals], **more}


@pytest.mark.parametrize(("field", "value", "path", "code"), [
    ("dynamic_pricing_config", _prices({"from": 0, "to": 50}, {"from": 50, "to": 60}), "intervals.1.from", "INVALID_VALUE"),
    ("dynamic_pricing_config", _prices({"from": 40}, {"from": 0, "to": 50}), "intervals.0.from", "INVALID_VALUE"),
    ("dynamic_pricing_config", _prices({"from": 0, "to": 101}), "intervals.0.to", "VALUE_GREATER_THAN_MAX"),
    ("dynamic_pricing_config", _prices({"from": 20, "to": 10}), "intervals.0.to", "VALUE_LESS_THAN_MIN"),
    ("dynamic_pricing_config", _prices({"reward_per_assignment": 0.001}), "intervals.0.reward_per_assignment", "VALUE_LESS_THAN_MIN"),
    ("dynamic_pricing_config", _prices({"reward_per_assignment": None}), "intervals.0.reward_per_assignment", "VALUE_REQUIRED"),
    ("dynamic_pricing_config", _prices({"reward_per_assignment": 0.0050001}), "intervals.0.reward_per_assignment", "INVALID_VALUE"),
    ("dynamic_pricing_config", _prices(), "intervals", "ARRAY_SIZE_LESS_THAN_MIN"),
    ("dynamic_pricing_config", _prices({}, type="MOON"), "type", "UNKNOWN_ENUM_VALUE"),
    ("dynamic_pricing_config", _prices({}, skill_id="77"), "skill_id", "ENTITY_DOES_NOT_EXIST"),
    ("dynamic_pricing_config", _prices({}, skill_id=None), "skill_id", "VALUE_REQUIRED"),
    ("dynamic_overlap_config", {"fields": [{"name": "color"}]}, "fields.0.name", "VALUE_NOT_ALLOWED"),
    ("dynamic_overlap_config", {"fields": []}, "fields", "VALUES_REQUIRED"),
    ("dynamic_overlap_config", {"answer_weight_skill_id": "77"}, "answer_weight_skill_id", "ENTITY_DOES_NOT_EXIST"),
    ("dynamic_overlap_config", {"max_overlap": 1}, "max_overlap", "VALUE_LESS_THAN_MIN"),
    ("dynamic_overlap_config", {"min_confidence": 1.01}, "min_confidence", "VALUE_GREATER_THAN_MAX"),
    ("dynamic_overlap_config", {"type": None}, "type", "VALUE_REQUIRED"),
    ("speed_quality_balance", {"type": "TOP_PERCENTAGE_BY_QUALITY", "percent": 5}, "percent", "VALUE_LESS_THAN_MIN"),
    ("speed_quality_balance", {"type": "BEST_CONCURRENT_USERS_BY_QUALITY"}, "count", "VALUE_REQUIRED"),
    ("speed_quality_balance", {"type": "BEST_CONCURRENT_USERS_BY_QUALITY", "count": 101}, "count", "VALUE_GREATER_THAN_MAX"),
])
def test_a_pool_that_changes_by_itself_is_checked(shop: Shop, field: str, value: dict[str, Any], path: str, code: str) -> None:
    skill = _skill(shop)
    if field == "dynamic_pricing_config":
        value = {"skill_id": skill, **value}
    elif field == "dynamic_overlap_config":
        value = _overlap_config(skill, **value)
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.pool(auto_close_after_complete_delay_seconds=60, **{field: value})
    assert refusal.payload[f"{field}.{path}"]["code"] == code


def test_dynamic_overlap_needs_time_before_the_pool_closes(shop: Shop) -> None:
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.pool(dynamic_overlap_config=_overlap_config(_skill(shop)), auto_close_after_complete_delay_seconds=0)
    assert list(refusal.payload) == ["auto_close_after_complete_delay_seconds"]
    # One that does not say waits for a second by itself.
    assert shop.ask("GET", f"/pools/{shop.pool(dynamic_overlap_config=_overlap_config(_skill(shop)))}")["status"] == "CLOSED"


def _function(*intervals: tuple[int, int | None, int], **fields: Any) -> dict[str, Any]:
    return {"scope": "POOL", "distribution": "UNIFORM", "window_days": 30, **fields,
            "intervals": [{"from": start, "frequency": every, **({} if end is None else {"to": end})} for start, end, every in intervals]}


@pytest.mark.unit
def test_tolokas_own_example_of_intervals() -> None:
    function = _function((1, 5, 3), (6, 1000, 5), (1001, None, 8))
    assert chosen(function, range(1, 15)) == {1, 4, 6, 11}
    assert chosen(function, range(995, 1012)) == {996, 1001, 1009}
    assert chosen(_function((5, 6, 1)), range(1, 9)) == {5, 6}
    assert chosen(_function((0, 10, 4)), range(1, 11)) == {1, 5, 9}


KNOWN = {"known_solutions": [{"output_values": {"result": "OK"}}], "infinite_overlap": True, "overlap": None}


def _page_kinds(shop: Shop, toloker: TolokerAccount, pool: str, golden: list[str]) -> str:
    """One page, done: G for each control task, r for the others."""
    page = toloker.take(pool)
    toloker.submit(page["id"], *({"result": "OK"} for _ in page["tasks"]))
    return "".join("G" if task["id"] in golden else "r" for task in page["tasks"])


def test_control_tasks_come_as_often_as_the_function_says(shop: Shop) -> None:
    mixer = {"real_tasks_count": 7, "golden_tasks_count": 0, "shuffle_tasks_in_task_suite": False,
             "golden_task_distribution_function": _function((1, 5, 3), (6, 1000, 5))}
    pool = shop.pool(mixer_config=mixer)
    golden = shop.tasks(pool, 6, "", **KNOWN)
    shop.tasks(pool, 40, "allow_defaults=true&open_pool=true")
    toloker = shop.toloker()
    assert [_page_kinds(shop, toloker, pool, golden) for _ in range(3)] == ["GrrGrGr", "rrrGrrr", "rGrrrrG"]
    assert pool not in toloker.pools()
    with refused("NO_TASKS_AVAILABLE"):
        toloker.take(pool)
    assert _page_kinds(shop, shop.toloker(), pool, golden) == "GrrGrGr"


def test_training_tasks_follow_their_function_and_control_tasks_have_the_first_choice(shop: Shop) -> None:
    mixer = {"real_tasks_count": 4, "shuffle_tasks_in_task_suite": False, "golden_task_distribution_function": _function((1, None, 4)),
             "training_task_distribution_function": _function((1, None, 2))}
    pool = shop.pool(mixer_config=mixer)
    golden = shop.tasks(pool, 2, "", **KNOWN)
    training = shop.tasks(pool, 2, "", message_on_unknown_solution="Look again", **KNOWN)
    shop.tasks(pool, 10, "allow_defaults=true&open_pool=true")
    page = shop.toloker().take(pool)
    assert ["G" if task["id"] in golden else "T" if task["id"] in training else "r" for task in page["tasks"]] == ["G", "r", "T", "r"]


def test_the_function_counts_the_whole_project_if_it_says_so(shop: Shop) -> None:
    toloker = shop.toloker()
    for scope, kinds in (("PROJECT", "rrr"), ("POOL", "Grr")):
        first = shop.open_pool(1)
        _do(toloker, first, "OK")
        mixer = {"real_tasks_count": 3, "shuffle_tasks_in_task_suite": False,
                 "golden_task_distribution_function": _function((1, None, 10), scope=scope)}
        pool = shop.pool(mixer_config=mixer)
        golden = shop.tasks(pool, 1, "", **KNOWN)
        shop.tasks(pool, 3, "allow_defaults=true&open_pool=true")
        assert _page_kinds(shop, toloker, pool, golden) == kinds


def _reviewing(shop: Shop, overlap: int, target: int, *intervals: tuple[int, int | None, int]) -> str:
    settings = {"target_overlap": target, "task_distribution_function": _function(*intervals)}
    return shop.pool(overlap=overlap, quality_control={"checkpoints_config": {"real_settings": settings}},
                     mixer_config={"real_tasks_count": 1, "mix_tasks_in_creation_order": True})


def test_every_third_task_of_a_toloker_is_reviewed_by_others(shop: Shop) -> None:
    pool = _reviewing(shop, 1, 3, (1, None, 3))
    tasks = shop.tasks(pool, 8, "allow_defaults=true&open_pool=true")
    toloker = shop.toloker()
    for _ in range(4):
        _do(toloker, pool, "OK")
    assert [_overlap(shop, task) for task in tasks] == [3, 1, 1, 3, 1, 1, 1, 1]
    # The first of somebody else is one that waits for review, and so marks no other.
    assert shop.toloker().take(pool)["tasks"][0]["id"] == tasks[0]
    assert [_overlap(shop, task) for task in tasks] == [3, 1, 1, 3, 1, 1, 1, 1]


def test_review_can_also_lower_the_overlap_but_not_below_what_was_issued(shop: Shop) -> None:
    pool = _reviewing(shop, 4, 2, (1, None, 2))
    tasks = shop.tasks(pool, 2, "allow_defaults=true&open_pool=true")
    toloker = shop.toloker()
    assert _do(toloker, pool, "OK") != _do(toloker, pool, "OK")
    assert [_overlap(shop, task) for task in tasks] == [2, 4]
    assert shop.ask("GET", f"/tasks/{tasks[0]}")["remaining_overlap"] == 1


@pytest.mark.parametrize(("function", "path", "code"), [
    (_function((1, 5, 0)), "intervals.0.frequency", "VALUE_LESS_THAN_MIN"),
    (_function((1, 5, 2), (5, 9, 2)), "intervals.1.from", "INVALID_VALUE"),
    (_function((1, None, 2), (7, 9, 2)), "intervals.1.from", "INVALID_VALUE"),
    (_function((9, 5, 2)), "intervals.0.to", "VALUE_LESS_THAN_MIN"),
    (_function(), "intervals", "ARRAY_SIZE_LESS_THAN_MIN"), (_function((1, 5, 2), scope="WORLD"), "scope", "UNKNOWN_ENUM_VALUE"),
    (_function((1, 5, 2), window_days=366), "window_days", "VALUE_GREATER_THAN_MAX"),
    (_function((1, 5, 2), distribution=None), "distribution", "VALUE_REQUIRED"), ("often", "", "OBJECT_EXPECTED"),
])
def test_a_distribution_function_is_checked(shop: Shop, function: Any, path: str, code: str) -> None:
    review = {"checkpoints_config": {"real_settings": {"target_overlap": 2, "task_distribution_function": function}}}
    for place, fields in (
            ("mixer_config.golden_task_distribution_function",
             {"mixer_config": {"real_tasks_count": 1, "golden_task_distribution_function": function}}),
            ("quality_control.checkpoints_config.real_settings.task_distribution_function", {"quality_control": review})):
        with refused("VALIDATION_ERROR", 400) as refusal:
            shop.pool(**fields)
        assert refusal.payload[f"{place}.{path}".rstrip(".")]["code"] == code
