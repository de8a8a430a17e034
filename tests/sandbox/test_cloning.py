"""Copies of pools, of trainings, and of a whole project by toloka-kit."""
from typing import Any

import pytest
import toloka.client as toloka
from toloka.client import unstructure

from tests.sandbox.conftest import FAR, REISSUE, Shop, refused
from tests.sandbox.test_trainings import lessons, open_training, training_form

OF_ITS_OWN = {"id", "created", "status", "last_close_reason", "last_started", "last_stopped"}
FULL_MIXER = {"real_tasks_count": 2, "golden_tasks_count": 0, "training_tasks_count": 0}
RULE = {
    "collector_config": {"type": "ANSWER_COUNT"},
    "rules": [{"conditions": [{"key": "assignments_accepted_count", "operator": "GTE", "value": 3}],
               "action": {"type": "RESTRICTION_V2", "parameters": {"scope": "PROJECT", "duration": 1, "duration_unit": "DAYS"}}}],
}


def rich_pool(shop: Shop, **fields: Any) -> str:
    """A pool with something in every corner that a copy could lose."""
    return shop.pool(
        mixer_config=FULL_MIXER, priority=30, private_comment="secret", public_description="other", metadata={"a": ["b"]},
        filter={"and": [{"or": [{"category": "profile", "key": "country", "operator": "EQ", "value": "US"}]}]},
        ours={"kept": [1, 2]}, **fields)


def the_same(one: dict[str, Any], other: dict[str, Any], *apart: str) -> bool:
    """Equal but for what every object has of its own, and `apart`."""
    left, right = ({name: value for name, value in body.items() if name not in OF_ITS_OWN and name not in apart} for body in (one, other))
    assert left == right
    return True


@pytest.mark.parametrize("state", ["CLOSED", "OPEN", "ARCHIVED"])
def test_a_pool_in_any_state_is_copied_whole_but_without_tasks(shop: Shop, state: str) -> None:
    training_id = open_training(shop)
    quality = {"configs": [RULE, REISSUE], "training_requirement": {"training_pool_id": training_id, "training_passing_skill_value": 70}}
    pool_id = rich_pool(shop, quality_control=quality)
    shop.tasks(pool_id, 3)
    if state == "OPEN":
        shop.ask("POST", f"/pools/{pool_id}/open")
    if state == "ARCHIVED":
        shop.ask("POST", f"/pools/{pool_id}/archive")
    original = shop.ask("GET", f"/pools/{pool_id}")
    operation = shop.ask("POST", f"/pools/{pool_id}/clone")
    assert (operation["type"], operation["status"], operation["parameters"]) == ("POOL.CLONE", "SUCCESS", {"pool_id": pool_id})
    copy = shop.ask("GET", f"/pools/{operation['details']['pool_id']}")
    assert copy["id"] != pool_id and copy["status"] == "CLOSED" and "last_started" not in copy
    assert the_same(original, copy)
    assert len({config["collector_config"]["uuid"] for config in copy["quality_control"]["configs"]}) == 2
    assert shop.ask("GET", f"/tasks?pool_id={copy['id']}")["items"] == []
    assert shop.ask("GET", f"/pools/{pool_id}") == original


def test_a_copy_works_like_its_original(shop: Shop) -> None:
    training_id = open_training(shop, tasks=2)
    requirement = {"training_pool_id": training_id, "training_passing_skill_value": 70}
    original = shop.pool(quality_control={"configs": [], "training_requirement": requirement})
    copy = shop.requester.client().clone_pool(original)
    assert (copy.private_name, copy.is_closed(), copy.will_expire.isoformat()[:19]) == ("pool", True, FAR)
    shop.tasks(copy.id, 1, "allow_defaults=true&open_pool=true")
    with refused("ACCESS_DENIED", 403):
        shop.toloker().take(copy.id)
    shop.ask("POST", f"/trainings/{training_id}/close")
    for pool_id in (original, copy.id):
        with refused("TRAINING_ARCHIVE_CONFLICT"):
            shop.ask("POST", f"/trainings/{training_id}/archive")
        if pool_id == copy.id:
            shop.ask("POST", f"/pools/{pool_id}/close")
        shop.ask("POST", f"/pools/{pool_id}/archive")
    shop.ask("POST", f"/trainings/{training_id}/archive")


def test_a_copied_training_has_a_skill_of_its_own(shop: Shop) -> None:
    client = shop.requester.client()
    first = client.get_training(open_training(shop, tasks=2, task_suites_required_to_pass=1, metadata={"a": ["b"]}))
    toloker = shop.toloker()
    page = toloker.take(first.id)
    toloker.submit(page["id"], {"result": "OK"}, {"result": "OK"})
    second = client.clone_training(first.id)
    assert second.is_closed() and second.id != first.id
    assert the_same(unstructure(first), unstructure(second))
    operation = next(client.get_operations(type="TRAINING.CLONE"))
    assert (operation.parameters.training_id, operation.details.training_id) == (first.id, second.id)
    assert len(list(client.get_skills(name=first.private_name))) == 2
    lessons(shop, second.id, 2)
    client.open_training(second.id)
    assert second.id in toloker.pools() and first.id not in toloker.pools()


def test_nothing_is_copied_into_an_archived_project(shop: Shop) -> None:
    pool_id, training_id = shop.pool(), shop.ask("POST", "/trainings", training_form(shop))["id"]
    shop.ask("POST", f"/pools/{pool_id}/archive")
    shop.ask("POST", f"/trainings/{training_id}/archive")
    shop.ask("POST", f"/projects/{shop.project['id']}/archive")
    for path in (f"/pools/{pool_id}/clone", f"/trainings/{training_id}/clone"):
        with refused("PROJECT_INAPPROPRIATE_STATUS"):
            shop.ask("POST", path)
    assert len(shop.ask("GET", "/skills?name=Cats%20for%20beginners")["items"]) == 1  # no skill without a training
    with refused("DOES_NOT_EXIST", 404):
        shop.ask("POST", "/pools/99999999/clone")
    with refused("METHOD_NOT_ALLOWED", 405):
        shop.ask("GET", f"/pools/{pool_id}/clone")


def test_a_copy_takes_the_projects_newest_spec(shop: Shop) -> None:
    pool_id = shop.pool()
    project = shop.project
    project["task_spec"]["input_spec"]["size"] = {"type": "integer"}
    shop.ask("PUT", f"/projects/{project['id']}", project)
    shop.tasks(pool_id)
    copy = shop.ask("POST", f"/pools/{pool_id}/clone")["details"]["pool_id"]
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.tasks(copy)
    assert refusal.payload["0"]["input_values.size"]["code"] == "VALUE_REQUIRED"


@pytest.mark.parametrize("reuse", [True, False])
def test_the_kit_copies_a_project_with_pools_trainings_and_rules(shop: Shop, reuse: bool) -> None:
    client = shop.requester.client()
    training_id = open_training(shop)
    requirement = {"training_pool_id": training_id, "training_passing_skill_value": 70}
    guarded = rich_pool(shop, quality_control={"configs": [RULE], "training_requirement": requirement})
    pool_ids = [guarded, shop.pool(mixer_config=FULL_MIXER)]
    project = shop.ask("PUT", f"/projects/{shop.project['id']}", {**shop.project, "quality_control": {"configs": [RULE]}})
    # In the kit's words: it says every default.
    client.update_project(project["id"], client.get_project(project["id"]))
    project = shop.ask("GET", f"/projects/{project['id']}")
    copy = client.clone_project(project["id"], reuse_controllers=reuse)
    made = shop.ask("GET", f"/projects/{copy.project.id}")
    assert the_same(project, made, "quality_control")
    assert [training.project_id for training in copy.trainings] == [made["id"]]
    assert [pool.project_id for pool in copy.pools] == [made["id"]] * 2
    new_training = copy.trainings[0].id
    assert new_training != training_id and copy.trainings[0].is_closed()
    assert the_same(shop.ask("GET", f"/trainings/{training_id}"), shop.ask("GET", f"/trainings/{new_training}"), "project_id")
    for old_id, pool in zip(pool_ids, copy.pools, strict=True):
        old, new = shop.ask("GET", f"/pools/{old_id}"), shop.ask("GET", f"/pools/{pool.id}")
        assert new["status"] == "CLOSED" and the_same(old, new, "project_id", "quality_control")
    assert copy.pools[0].quality_control.training_requirement.training_pool_id == new_training
    before = [shop.ask("GET", path) for path in (f"/projects/{project['id']}", f"/pools/{pool_ids[0]}")]
    after = [made, shop.ask("GET", f"/pools/{copy.pools[0].id}")]
    for one, other in zip(before, after, strict=True):
        uuids = [body["quality_control"]["configs"][0]["collector_config"]["uuid"] for body in (one, other)]
        assert (uuids[0] == uuids[1]) is reuse and all(uuids)
        assert one["quality_control"]["configs"][0]["rules"] == other["quality_control"]["configs"][0]["rules"]
    assert isinstance(copy.project, toloka.Project)
