"""A pool's life, what may be done in which state, and what stands in the way of the archive."""
from datetime import datetime, timedelta

import pytest

from tests.sandbox.conftest import Shop, refused


def _later(shop: Shop, **delta: float) -> str:
    return (datetime.fromisoformat(shop.sandbox.now()) + timedelta(**delta)).isoformat()


def test_a_new_pool_is_closed_and_every_field_comes_back(shop: Shop) -> None:
    skill = shop.ask("POST", "/skills", {"name": "quality"})["id"]
    form = {
        "project_id": shop.project["id"], "private_name": "Night shift", "private_comment": "ours", "public_description": "Boxes",
        "public_instructions": "<b>Draw</b>", "may_contain_adult_content": True, "will_expire": "2060-01-01T00:00:00",
        "auto_close_after_complete_delay_seconds": 90, "reward_per_assignment": 0.009, "metadata": {"cvatoloka_id": ["7"]},
        "assignment_max_duration_seconds": 600, "auto_accept_solutions": False, "auto_accept_period_day": 21, "priority": 10,
        "assignments_issuing_config": {"issue_task_suites_in_creation_order": True},
        "filter": {"and": [{"or": [{"category": "profile", "key": "languages", "operator": "IN", "value": "EN"}]}]},
        "quality_control": {"captcha_frequency": "LOW", "checkpoints_config": {"real_settings": {"target_overlap": 5}}, "configs": [
            {"collector_config": {"type": "GOLDEN_SET", "uuid": "38830d4b-930b-43ab-a98f-f52e992fd11a", "parameters": {"history_size": 10}},
             "rules": [{"conditions": [{"key": "total_answers_count", "operator": "GTE", "value": 3}],
                        "action": {"type": "SET_SKILL_FROM_OUTPUT_FIELD",
                                   "parameters": {"skill_id": "1", "from_field": "correct_answers_rate"}}}]}]},
        "mixer_config": {"real_tasks_count": 4, "golden_tasks_count": 1, "training_tasks_count": 0, "min_real_tasks_count": 2,
                         "golden_task_distribution_function": {"scope": "POOL", "distribution": "UNIFORM", "window_days": 3,
                                                               "intervals": [{"from": 1, "to": 5, "frequency": 2}]}},
        "dynamic_overlap_config": {"type": "BASIC", "max_overlap": 5, "min_confidence": 0.95, "answer_weight_skill_id": skill,
                                   "fields": [{"name": "result"}]},
        "dynamic_pricing_config": {"type": "SKILL", "skill_id": skill, "intervals": [{"from": 1, "to": 50, "reward_per_assignment": 0.05}]},
        "defaults": {"default_overlap_for_new_task_suites": 3, "default_overlap_for_new_tasks": 2},
        "speed_quality_balance": {"type": "TOP_PERCENTAGE_BY_QUALITY", "percent": 50}, "a_field_of_next_year": {"kept": [1, None, 1.5]}}
    made = shop.ask("POST", "/pools", {**form, "id": "1", "status": "OPEN", "created": "1999-01-01T00:00:00"})
    assert made == shop.ask("GET", f"/pools/{made['id']}")
    assert {name: made[name] for name in form} == form
    assert (made["status"], made["type"], made["owner"]["id"]) == ("CLOSED", "REGULAR", shop.requester.id)
    assert made["id"] != "1" and made["created"] > "2020"


@pytest.mark.parametrize(("field", "value", "path", "code"), [
    ("private_name", None, "private_name", "VALUE_REQUIRED"),
    ("reward_per_assignment", 0.004, "reward_per_assignment", "VALUE_LESS_THAN_MIN"),
    ("reward_per_assignment", -1, "reward_per_assignment", "VALUE_LESS_THAN_MIN"),
    ("reward_per_assignment", "0.05", "reward_per_assignment", "FLOAT_EXPECTED"),
    ("assignment_max_duration_seconds", 4, "assignment_max_duration_seconds", "VALUE_LESS_THAN_MIN"),
    ("auto_close_after_complete_delay_seconds", 259_201, "auto_close_after_complete_delay_seconds", "VALUE_GREATER_THAN_MAX"),
    ("auto_accept_period_day", 22, "auto_accept_period_day", "VALUE_GREATER_THAN_MAX"),
    ("auto_accept_period_day", 0, "auto_accept_period_day", "VALUE_LESS_THAN_MIN"),
    ("priority", 101, "priority", "VALUE_GREATER_THAN_MAX"),
    ("will_expire", "tomorrow", "will_expire", "INVALID_DATE_TIME_SYNTAX"),
    ("will_expire", "2030-02-31T00:00:00", "will_expire", "INVALID_DATE_TIME_SYNTAX"),
    ("will_expire", "0001-01-01T00:00:00+14:00", "will_expire", "INVALID_DATE_TIME_SYNTAX"),
    ("assignment_max_duration_seconds", 10**15, "assignment_max_duration_seconds", "VALUE_GREATER_THAN_MAX"),
    ("quality_control", {"configs": [7]}, "quality_control.configs.0", "OBJECT_EXPECTED"),
    ("quality_control", {"configs": [{"collector_config": {"type": "MAGIC"}, "rules": []}]},
     "quality_control.configs.0.collector_config.type", "UNKNOWN_ENUM_VALUE"),
    ("quality_control", {"configs": [{"collector_config": {"type": "ANSWER_COUNT"}, "rules": [
        {"conditions": [{"key": "assignments_accepted_count", "operator": "GT", "value": 1}],
         "action": {"type": "CHANGE_OVERLAP", "parameters": {"delta": 1}}}]}]},
     "quality_control.configs.0.rules.0.action.type", "VALUE_NOT_ALLOWED"),
    ("defaults", {}, "", ""),
    ("defaults", [], "defaults", "OBJECT_EXPECTED"),
    ("mixer_config", {}, "mixer_config.real_tasks_count", "VALUE_REQUIRED"),
    ("mixer_config", {"real_tasks_count": 501}, "mixer_config.real_tasks_count", "VALUE_GREATER_THAN_MAX"),
    ("filter", {"and": [{"or": []}]}, "filter.and.0.or", "INVALID_VALUE"),
    ("filter", {"and": [{"category": "profile", "key": "languages", "operator": "IN", "value": ["EN"]}]}, "filter.and.0.value",
     "SIMPLE_VALUE_EXPECTED"),
    ("filter", {"category": "profile", "key": "shoe_size", "operator": "EQ", "value": 1}, "filter.key", "UNKNOWN_ENUM_VALUE"),
    ("filter", {"category": "profile", "key": "country", "operator": "GT", "value": "US"}, "filter.operator", "VALUE_NOT_ALLOWED"),
    ("filter", {"category": "skill", "key": "999999999", "operator": "GT", "value": 1}, "filter", "ENTITY_DOES_NOT_EXIST"),
    ("project_id", "123456789", "project_id", "ENTITY_DOES_NOT_EXIST"),
    ("project_id", "abc", "project_id", "ENTITY_DOES_NOT_EXIST"),
    ("private_comment", "a\x00b", "", "CHARACTER_NOT_ALLOWED"),
])
def test_a_wrong_field_is_named_by_its_path(shop: Shop, field: str, value: object, path: str, code: str) -> None:
    if not code:
        assert shop.pool(**{field: value})
        return
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.pool(**{field: value})
    assert refusal.payload[path]["code"] == code


def test_a_pool_without_tasks_does_not_open(shop: Shop) -> None:
    with refused("EMPTY_POOL"):
        shop.ask("POST", f"/pools/{shop.pool()}/open")


def test_opening_and_closing_twice_is_harmless(shop: Shop) -> None:
    pool = shop.pool()
    shop.tasks(pool)
    opened = shop.ask("POST", f"/pools/{pool}/open")
    assert (opened["type"], opened["status"], opened["parameters"]) == ("POOL.OPEN", "SUCCESS", {"pool_id": pool})
    assert shop.ask("POST", f"/pools/{pool}/open") is None  # 204
    assert shop.ask("POST", f"/pools/{pool}/close")["type"] == "POOL.CLOSE"
    assert shop.ask("POST", f"/pools/{pool}/close") is None
    found = shop.ask("GET", f"/pools/{pool}")
    assert (found["last_close_reason"], found["last_started"] <= found["last_stopped"]) == ("MANUAL", True)


def test_an_open_pool_is_not_edited_except_its_priority(shop: Shop) -> None:
    pool = shop.open_pool()
    whole = shop.ask("GET", f"/pools/{pool}")
    with refused("INAPPROPRIATE_STATUS") as refusal:
        shop.ask("PUT", f"/pools/{pool}", whole)
    assert refusal.payload == {"appropriate_statuses": ["CLOSED"]}
    assert shop.ask("PATCH", f"/pools/{pool}", {"priority": 5})["priority"] == 5
    shop.ask("POST", f"/pools/{pool}/close")
    changed = shop.ask("PUT", f"/pools/{pool}", {**whole, "reward_per_assignment": 0.07})
    assert (changed["reward_per_assignment"], changed["status"]) == (0.07, "CLOSED")


def test_closing_for_an_update_opens_again_after_fifteen_minutes(shop: Shop) -> None:
    pool = shop.open_pool()
    shop.ask("POST", f"/pools/{pool}/close-for-update")
    assert shop.ask("GET", f"/pools/{pool}")["last_close_reason"] == "FOR_UPDATE"
    shop.sandbox.advance(minutes=14)
    assert shop.status(pool) == "CLOSED"
    shop.sandbox.advance(minutes=2)
    assert shop.status(pool) == "OPEN"


def test_a_complete_pool_closes_after_its_delay(shop: Shop) -> None:
    pool = shop.open_pool(2, auto_close_after_complete_delay_seconds=100)
    shop.submitted(pool)
    shop.sandbox.advance(200)
    assert shop.status(pool) == "OPEN"  # one task is left
    last = shop.toloker()
    page = last.take(pool)
    shop.sandbox.advance(200)
    assert shop.status(pool) == "OPEN"  # it is in work
    last.submit(page["id"], {"result": "OK"})
    shop.sandbox.advance(90)
    assert shop.status(pool) == "OPEN"
    shop.sandbox.advance(20)
    found = shop.ask("GET", f"/pools/{pool}")
    assert (found["status"], found["last_close_reason"]) == ("CLOSED", "COMPLETED")


def test_new_tasks_call_off_the_closing(shop: Shop) -> None:
    pool = shop.open_pool(auto_close_after_complete_delay_seconds=100)
    shop.submitted(pool)
    shop.tasks(pool)
    shop.sandbox.advance(200)
    assert shop.status(pool) == "OPEN"


def test_a_pool_expires_and_needs_a_later_date_to_open(shop: Shop) -> None:
    pool = shop.open_pool(will_expire=_later(shop, minutes=5))
    shop.sandbox.advance(minutes=6)
    found = shop.ask("GET", f"/pools/{pool}")
    assert (found["status"], found["last_close_reason"]) == ("CLOSED", "EXPIRED")
    with refused("CONFLICT_STATE"):
        shop.ask("POST", f"/pools/{pool}/open")
    shop.ask("PUT", f"/pools/{pool}", {**found, "will_expire": "2060-01-01T00:00:00"})
    assert shop.ask("POST", f"/pools/{pool}/open")["status"] == "SUCCESS"


def test_a_closed_pool_gives_nothing_out_but_takes_what_is_finished(shop: Shop) -> None:
    pool = shop.open_pool(2)
    toloker = shop.toloker()
    page = toloker.take(pool)
    shop.ask("POST", f"/pools/{pool}/close")
    with refused("NO_TASKS_AVAILABLE"):
        shop.toloker().take(pool)
    assert toloker.submit(page["id"], {"result": "OK"})["status"] == "SUBMITTED"


def test_the_archive_waits_for_work_review_and_disputes(shop: Shop) -> None:
    pool = shop.open_pool()
    with refused("INAPPROPRIATE_STATUS"):
        shop.ask("POST", f"/pools/{pool}/archive")
    toloker = shop.toloker()
    page = toloker.take(pool)
    shop.ask("POST", f"/pools/{pool}/close")
    with refused("THERE_IS_ACTIVE_ASSIGNMENT"):
        shop.ask("POST", f"/pools/{pool}/archive")
    toloker.submit(page["id"], {"result": "OK"})
    with refused("SUBMITTED_ASSIGNMENTS_CONFLICT"):
        shop.ask("POST", f"/pools/{pool}/archive")
    shop.review(page["id"], "REJECTED")
    with refused("THERE_IS_REJECTED_ASSIGNMENT"):
        shop.ask("POST", f"/pools/{pool}/archive")
    with refused("UNARCHIVED_POOLS_CONFLICT"):
        shop.ask("POST", f"/projects/{shop.project['id']}/archive")
    shop.sandbox.advance(days=9, minutes=1)
    assert shop.ask("POST", f"/pools/{pool}/archive")["type"] == "POOL.ARCHIVE"
    assert shop.ask("POST", f"/pools/{pool}/archive") is None
    for _ in range(2):  # never 204 for a project: toloka-kit reads the body
        assert shop.ask("POST", f"/projects/{shop.project['id']}/archive")["parameters"] == {"project_id": shop.project["id"]}
    _nothing_more_happens_to(shop, pool)


def _nothing_more_happens_to(shop: Shop, pool: str) -> None:
    for verb in ("open", "close"):
        with refused("INAPPROPRIATE_STATUS"):
            shop.ask("POST", f"/pools/{pool}/{verb}")
    with refused("INAPPROPRIATE_STATUS"):
        shop.tasks(pool)
    with refused("INAPPROPRIATE_STATUS"):
        shop.ask("PATCH", f"/pools/{pool}", {"priority": 1})
    with refused("PROJECT_INAPPROPRIATE_STATUS"):
        shop.pool()
    with refused("INAPPROPRIATE_STATUS"):
        shop.ask("PUT", f"/projects/{shop.project['id']}", shop.project)


def test_a_breaking_edit_of_the_project_is_for_new_pools_only(shop: Shop) -> None:
    pool = shop.open_pool(2)
    changed = {**shop.project, "task_spec": {**shop.project["task_spec"], "output_spec": {"verdict": {"type": "boolean"}}}}
    path = f"/api/staging/projects/{shop.project['id']}/check"
    assert shop.requester.call("POST", path, changed) == {"differenceLevel": "BREAKING_CHANGE"}
    assert shop.requester.call("POST", path, shop.project) == {"differenceLevel": "EQUAL"}
    shop.ask("PUT", f"/projects/{shop.project['id']}", changed)
    shop.submitted(pool)
    new = shop.open_pool()
    toloker = shop.toloker()
    page = toloker.take(new)
    with refused("VALIDATION_ERROR", 400):
        toloker.submit(page["id"], {"result": "OK"})
    toloker.submit(page["id"], {"verdict": True})


def test_lists_page_without_losing_or_repeating(shop: Shop) -> None:
    pools = [shop.pool() for _ in range(7)]
    seen, after = [], "0"
    while True:
        page = shop.ask("GET", f"/pools?project_id={shop.project['id']}&sort=id&id_gt={after}&limit=3")
        seen += [item["id"] for item in page["items"]]
        if not page["has_more"]:
            break
        after = seen[-1]
    assert seen == pools
    newest = shop.ask("GET", f"/pools?project_id={shop.project['id']}&sort=-created,-id&limit=2")["items"]
    assert [item["id"] for item in newest] == pools[:-3:-1]
    assert shop.ask("GET", f"/pools?project_id={shop.project['id']}&status=OPEN,ARCHIVED")["items"] == []


@pytest.mark.parametrize("query", ["limit=0", "limit=301", "limit=x", "sort=reward", "status=WILD", "created_gt=now", "id_gt=x"])
def test_a_list_says_which_parameter_it_does_not_understand(shop: Shop, query: str) -> None:
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.ask("GET", f"/pools?{query}")
    assert list(refusal.payload) == [query.split("=")[0]]
