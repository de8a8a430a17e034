"""Who gets what: overlap, pages, reservations, filters, bans, and many takers at once."""
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.conftest import Shop, refused
from tests.stack.sandbox import Refused, TolokerAccount


def _take_all(shop: Shop, pool: str, takers: int) -> list[dict[str, Any] | None]:
    """What that many new Tolokers get when they all ask at the same moment."""
    people = [shop.toloker() for _ in range(takers)]

    def take(person: Any) -> dict[str, Any] | None:
        try:
            return person.take(pool)
        except Refused as refusal:
            assert refusal.code == "NO_TASKS_AVAILABLE"
            return None

    with ThreadPoolExecutor(takers) as threads:
        return list(threads.map(take, people))


def test_twenty_takers_of_ten_tasks_get_exactly_ten_pages(shop: Shop) -> None:
    pool = shop.open_pool(10)
    pages = [page for page in _take_all(shop, pool, 20) if page]
    assert len(pages) == 10
    assert len({page["tasks"][0]["id"] for page in pages}) == 10


def test_many_takers_of_one_task_get_it_as_often_as_its_overlap_says(shop: Shop) -> None:
    pool = shop.open_pool(1, overlap=5)
    pages = [page for page in _take_all(shop, pool, 12) if page]
    assert len(pages) == 5
    task = shop.ask("GET", f"/tasks/{pages[0]['tasks'][0]['id']}")
    assert (task["overlap"], task["remaining_overlap"]) == (5, 0)


def test_one_toloker_asking_twice_at_once_gets_one_page(shop: Shop) -> None:
    pool, toloker = shop.open_pool(5), shop.toloker()
    codes = Counter()

    def take(_: int) -> None:
        try:
            toloker.take(pool)
            codes["taken"] += 1
        except Refused as refusal:
            codes[refusal.code] += 1

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(take, range(6)))
    assert codes == {"taken": 1, "TOO_MANY_ACTIVE_ASSIGNMENTS": 5}


def test_the_project_says_how_many_pages_one_may_hold(new_shop: Any) -> None:
    shop = new_shop(max_active_assignments_count=2)
    pool, toloker = shop.open_pool(5), shop.toloker()
    toloker.take(pool), toloker.take(pool)
    with refused("TOO_MANY_ACTIVE_ASSIGNMENTS"):
        toloker.take(pool)
    assert pool not in toloker.pools()


def test_nobody_gets_the_same_task_twice(shop: Shop) -> None:
    pool, toloker = shop.open_pool(3, overlap=2), shop.toloker()
    seen = set()
    for _ in range(3):
        page = toloker.take(pool)
        seen.add(page["tasks"][0]["id"])
        toloker.submit(page["id"], {"result": "OK"})
    assert len(seen) == 3
    assert pool not in toloker.pools()
    with refused("NO_TASKS_AVAILABLE"):
        toloker.take(pool)


@pytest.mark.parametrize("how", ["skip", "expire"])
def test_what_is_skipped_or_too_late_goes_to_somebody_else(shop: Shop, how: str) -> None:
    # A margin of two minutes: the machine's time goes on, too.
    pool, toloker = shop.open_pool(assignment_max_duration_seconds=600), shop.toloker()
    page = toloker.take(pool)
    with refused("NO_TASKS_AVAILABLE"):
        shop.toloker().take(pool)
    if how == "skip":
        toloker.skip(page["id"])
    else:
        shop.sandbox.advance(480)
        assert shop.assignment(page["id"])["status"] == "ACTIVE"
        shop.sandbox.advance(121)
    found = shop.assignment(page["id"])
    assert found["status"] == {"skip": "SKIPPED", "expire": "EXPIRED"}[how]
    with refused("INAPPROPRIATE_STATUS"):
        toloker.submit(page["id"], {"result": "OK"})
    with refused("NO_TASKS_AVAILABLE"):
        toloker.take(pool)
    assert shop.toloker().take(pool)["tasks"] == page["tasks"]


def test_an_assignment_expires_at_its_deadline_not_when_somebody_looks(shop: Shop) -> None:
    page = shop.toloker().take(shop.open_pool(assignment_max_duration_seconds=60))
    shop.sandbox.advance(hours=1)
    assert shop.assignment(page["id"])["expired"] == page["expires"]


def test_price_and_time_are_those_of_the_moment_of_taking(shop: Shop) -> None:
    pool = shop.open_pool(2)
    toloker = shop.toloker()
    page = toloker.take(pool)
    shop.ask("POST", f"/pools/{pool}/close")
    form = shop.ask("GET", f"/pools/{pool}")
    shop.ask("PUT", f"/pools/{pool}", {**form, "reward_per_assignment": 1, "assignment_max_duration_seconds": 5})
    shop.sandbox.advance(30)
    toloker.submit(page["id"], {"result": "OK"})
    assert shop.review(page["id"], "ACCEPTED")["reward"] == 0.05
    assert toloker.account()["balance"] == 0.05


def test_reserved_and_unavailable_tasks_find_their_people(shop: Shop) -> None:
    chosen, shunned = shop.toloker(), shop.toloker()
    pool = shop.pool()
    shop.tasks(pool, 1, "allow_defaults=true&open_pool=true", reserved_for=[chosen.id])
    shop.tasks(pool, 1, unavailable_for=[shunned.id])
    with refused("NO_TASKS_AVAILABLE"):
        shunned.take(pool)
    other = shop.toloker()
    other.take(pool)
    with refused("NO_TASKS_AVAILABLE"):
        shop.toloker().take(pool)
    assert chosen.take(pool)


def test_a_page_mixes_general_and_control_tasks(shop: Shop) -> None:
    pool = shop.pool(mixer_config={"real_tasks_count": 2, "golden_tasks_count": 1})
    known = [{"output_values": {"result": "OK"}, "correctness_weight": 1}]
    golden = shop.tasks(pool, 2, "allow_defaults=true", known_solutions=known, infinite_overlap=True)
    shop.tasks(pool, 6, "allow_defaults=true&open_pool=true")
    toloker = shop.toloker()
    for _ in range(2):
        page = toloker.take(pool)
        assert len(page["tasks"]) == 3
        assert len({task["id"] for task in page["tasks"]} & set(golden)) == 1
        assert all("known_solutions" not in task for task in page["tasks"])
        toloker.submit(page["id"], *({"result": "OK"} for _ in range(3)))
    with refused("NO_TASKS_AVAILABLE"):
        toloker.take(pool)  # he has seen every control task
    assert shop.toloker().take(pool)


def test_an_incomplete_last_page_is_issued_only_if_the_mixer_forces_it(shop: Shop) -> None:
    forced = shop.open_pool(1, per_page=3)
    assert len(shop.toloker().take(forced)["tasks"]) == 1
    patient = shop.open_pool(1, mixer_config={"real_tasks_count": 3, "force_last_assignment_delay_seconds": 100})
    strict = shop.open_pool(1, mixer_config={"real_tasks_count": 3, "force_last_assignment": False})
    enough = shop.open_pool(2, mixer_config={"real_tasks_count": 3, "min_real_tasks_count": 2, "force_last_assignment": False})
    assert len(shop.toloker().take(enough)["tasks"]) == 2
    for pool in (patient, strict):
        with refused("NO_TASKS_AVAILABLE"):
            shop.toloker().take(pool)
    shop.sandbox.advance(101)
    assert shop.toloker().take(patient)
    with refused("NO_TASKS_AVAILABLE"):
        shop.toloker().take(strict)


def _has_seen(shop: Shop, pages: int, **mixer: Any) -> tuple[TolokerAccount, str]:
    """Somebody who answered full pages of three of ten tasks, which two people are to answer, until they get none any more."""
    pool, toloker = shop.open_pool(10, overlap=2, mixer_config={"real_tasks_count": 3, **mixer}), shop.toloker()
    for _ in range(pages):
        page = toloker.take(pool)
        assert len(page["tasks"]) == 3
        toloker.submit(page["id"], *({"result": "OK"} for _ in page["tasks"]))
    return toloker, pool


def test_the_last_page_is_the_pools_and_not_the_tolokers(shop: Shop) -> None:
    """`force_last_assignment` speaks of what is left in the pool, `min_real_tasks_count` of what is left for this page."""
    toloker, pool = _has_seen(shop, 3)
    with refused("NO_TASKS_AVAILABLE"):
        toloker.take(pool)  # one is left for him, and ten for the others
    assert len(shop.toloker().take(pool)["tasks"]) == 3
    content, with_fewest = _has_seen(shop, 3, min_real_tasks_count=1)
    assert len(content.take(with_fewest)["tasks"]) == 1
    choosy, with_two = _has_seen(shop, 3, min_real_tasks_count=2)
    with refused("NO_TASKS_AVAILABLE"):
        choosy.take(with_two)


def test_a_page_is_not_short_because_others_are_taking_theirs(shop: Shop) -> None:
    """What somebody else holds for a moment is waited for, before a page goes out with fewer tasks than it could have."""
    pool = shop.open_pool(6, overlap=8, mixer_config={"real_tasks_count": 6, "min_real_tasks_count": 1})
    people = [shop.toloker() for _ in range(8)]
    with ThreadPoolExecutor(8) as crowd:
        pages = list(crowd.map(lambda one: len(one.take(pool)["tasks"]), people))
    assert pages == [6] * 8


def test_tasks_come_in_order_of_creation_if_asked(shop: Shop) -> None:
    pool = shop.pool(mixer_config={"real_tasks_count": 1, "mix_tasks_in_creation_order": True})
    keys = shop.tasks(pool, 4, "allow_defaults=true&open_pool=true")
    assert [shop.toloker().take(pool)["tasks"][0]["id"] for _ in range(4)] == keys == sorted(keys)


def test_cancelling_a_task_stops_issuing_but_not_what_is_in_work(shop: Shop) -> None:
    pool = shop.pool()
    (key,) = shop.tasks(pool, 1, "open_pool=true", overlap=3)
    toloker = shop.toloker()
    page = toloker.take(pool)
    answer = shop.ask("PATCH", f"/tasks/{key}/set-overlap-or-min", {"overlap": 0})
    assert (answer["overlap"], answer["remaining_overlap"]) == (1, 0)
    with refused("NO_TASKS_AVAILABLE"):
        shop.toloker().take(pool)
    with refused("VALIDATION_ERROR", 400):
        shop.ask("PATCH", f"/tasks/{key}", {"overlap": 0})
    toloker.submit(page["id"], {"result": "OK"})
    assert shop.status(pool) == "CLOSED"


def test_adult_content_is_for_those_who_allow_it(shop: Shop) -> None:
    pool = shop.open_pool(may_contain_adult_content=True)
    child = shop.toloker(adult_allowed=False)
    assert pool not in child.pools()
    with refused("ACCESS_DENIED", 403):
        child.take(pool)
    assert shop.toloker().take(pool)


def test_filters_look_at_profile_and_skills(shop: Shop) -> None:
    skill = shop.ask("POST", "/skills", {"name": "boxes", "hidden": False})["id"]
    no_skill = {"category": "skill", "key": skill, "operator": "EQ", "value": None}
    english = {"category": "profile", "key": "languages", "operator": "IN", "value": "EN"}
    verified = {"category": "skill", "key": "26377", "operator": "EQ", "value": 100}
    beginners = shop.open_pool(9, filter={"and": [{"or": [english]}, {"or": [no_skill]}]})
    experts = shop.open_pool(9, filter={"and": [{"category": "skill", "key": skill, "operator": "GTE", "value": 80}]})
    germans = shop.open_pool(9, filter={"or": [verified]})
    person, german = shop.toloker(), shop.toloker(languages=["DE"], verified_languages=["DE"])
    assert set(person.pools()) >= {beginners} and not set(person.pools()) & {experts, germans}
    assert germans in german.pools() and beginners not in german.pools()
    set_to = shop.ask("PUT", "/user-skills", {"skill_id": skill, "user_id": person.id, "value": 79.6})
    assert (set_to["value"], set_to["exact_value"]) == (80, 79.6)
    assert not {beginners, experts} & set(person.pools())
    assert shop.ask("PUT", "/user-skills", {"skill_id": skill, "user_id": person.id, "value": 80})["id"] == set_to["id"]
    assert experts in person.pools()
    assert person.account()["skills"] == [{"skill_id": skill, "name": "boxes", "value": 80}]
    shop.ask("DELETE", f"/user-skills/{set_to['id']}")
    assert beginners in person.pools()


def test_a_skill_is_forgotten_when_nobody_renews_it(shop: Shop) -> None:
    skill = shop.ask("POST", "/skills", {"name": "fresh", "skill_ttl_hours": 2})["id"]
    person = shop.toloker()
    shop.ask("PUT", "/user-skills", {"skill_id": skill, "user_id": person.id, "value": 1})
    shop.sandbox.advance(hours=1)
    shop.ask("PUT", "/user-skills", {"skill_id": skill, "user_id": person.id, "value": 1})
    shop.sandbox.advance(hours=1.5)
    assert len(shop.ask("GET", f"/user-skills?skill_id={skill}")["items"]) == 1
    shop.sandbox.advance(hours=1)
    assert shop.ask("GET", f"/user-skills?skill_id={skill}")["items"] == []


@pytest.mark.parametrize("scope", ["POOL", "PROJECT", "ALL_PROJECTS"])
def test_a_banned_toloker_gets_nothing_until_the_ban_ends(shop: Shop, scope: str) -> None:
    pool, other = shop.open_pool(5), shop.open_pool(5)
    person = shop.toloker()
    names = {"POOL": {"pool_id": pool}, "PROJECT": {"project_id": shop.project["id"]}, "ALL_PROJECTS": {}}[scope]
    until = shop.sandbox.now()[:-4]
    ban = shop.ask("PUT", "/user-restrictions", {"scope": scope, "user_id": person.id, "will_expire": None, **names})
    again = shop.ask("PUT", "/user-restrictions", {"scope": scope, "user_id": person.id, "will_expire": _in_an_hour(until), **names})
    assert again["id"] == ban["id"]
    with refused("ACCESS_DENIED", 403):
        person.take(pool)
    assert (other in person.pools()) == (scope == "POOL")
    assert [item["scope"] for item in person.account()["restrictions"]] == [scope]
    shop.sandbox.advance(hours=1, seconds=1)
    assert {pool, other} <= set(person.pools())


def _in_an_hour(moment: str) -> str:
    return (datetime.fromisoformat(moment) + timedelta(hours=1)).isoformat()


def test_nobody_is_banned_by_another_requester_or_by_the_system_scope(shop: Shop, new_shop: Any) -> None:
    person, stranger = shop.toloker(), new_shop()
    ban = shop.ask("PUT", "/user-restrictions", {"scope": "ALL_PROJECTS", "user_id": person.id})
    assert stranger.open_pool() in person.pools()
    with refused("ACCESS_DENIED", 403):
        stranger.ask("DELETE", f"/user-restrictions/{ban['id']}")
    with refused("SYSTEM_SCOPE_MODIFICATION"):
        shop.ask("PUT", "/user-restrictions", {"scope": "SYSTEM", "user_id": person.id})
    shop.ask("DELETE", f"/user-restrictions/{ban['id']}")
    assert shop.ask("GET", f"/user-restrictions?user_id={person.id}")["items"] == []


def test_more_urgent_pools_come_first(shop: Shop) -> None:
    slow, fast = shop.open_pool(priority=1), shop.open_pool(priority=90)
    found = [pool for pool in shop.toloker().pools() if pool in (slow, fast)]
    assert found == [fast, slow]


def test_another_tolokers_assignment_is_none_of_ones_business(shop: Shop) -> None:
    page = shop.toloker().take(shop.open_pool())
    other = shop.toloker()
    with refused("ACCESS_DENIED", 403):
        other.submit(page["id"], {"result": "OK"})
    with refused("ACCESS_DENIED", 403):
        other.skip(page["id"])
    with refused("DOES_NOT_EXIST", 404):
        other.skip("nothing")


@pytest.mark.parametrize(("values", "path", "code"), [
    ({}, "solutions.0.output_values.result", "VALUE_REQUIRED"),
    ({"result": None}, "solutions.0.output_values.result", "VALUE_REQUIRED"),
    ({"result": "MAYBE"}, "solutions.0.output_values.result", "VALUE_NOT_ALLOWED"),
    ({"result": 1}, "solutions.0.output_values.result", "STRING_EXPECTED"),
    ({"result": "OK", "more": 1}, "solutions.0.output_values.more", "VALUE_NOT_ALLOWED"),
])
def test_a_solution_obeys_the_output_spec(shop: Shop, values: dict[str, Any], path: str, code: str) -> None:
    toloker = shop.toloker()
    page = toloker.take(shop.open_pool())
    with refused("VALIDATION_ERROR", 400) as refusal:
        toloker.submit(page["id"], values)
    assert refusal.payload[path]["code"] == code
    with refused("VALIDATION_ERROR", 400):
        toloker.submit(page["id"])
    assert toloker.submit(page["id"], {"result": "OK"})["status"] == "SUBMITTED"
