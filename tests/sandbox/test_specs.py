"""What an edit of a project means for its pools; and in which order, to whom and until when pools go out."""
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import toloka.client as toloka
from toloka.client.project import ProjectUpdateDifferenceLevel

from sandbox import specs
from tests.sandbox.conftest import Shop, project_form, refused
from tests.stack.sandbox import Refused

TEXT = {"type": "string"}
WORDS = {**TEXT, "allowed_values": ["a", "b"]}
SIZES = {"type": "array_string", "min_size": 2, "max_size": 4}
NUMBER = {"type": "integer", "min_value": 1, "max_value": 9}
SHORT = {**TEXT, "min_length": 2, "max_length": 5}
OPTIONAL = {"required": False}
EQUAL, LOOSE, BREAKING = "EQUAL", "NON_BREAKING_CHANGE", "BREAKING_CHANGE"


@pytest.mark.parametrize("part", ["input_spec", "output_spec"])
@pytest.mark.parametrize(("old", "new", "level"), [
    # fields come, go, are renamed
    ({"a": TEXT}, {"a": TEXT, "b": TEXT}, BREAKING),
    ({"a": TEXT}, {"a": TEXT, "b": {**TEXT, **OPTIONAL}}, LOOSE),
    ({"a": TEXT, "b": TEXT}, {"a": TEXT}, BREAKING),
    ({"a": TEXT, "b": {**TEXT, **OPTIONAL}}, {"a": TEXT}, LOOSE),
    ({"a": TEXT}, {"b": TEXT}, BREAKING),
    # required, hidden
    ({"a": {**TEXT, **OPTIONAL}}, {"a": TEXT}, BREAKING),
    ({"a": {**TEXT, **OPTIONAL}}, {"a": {**TEXT, "required": True}}, BREAKING),
    ({"a": TEXT}, {"a": {**TEXT, **OPTIONAL}}, LOOSE),
    ({"a": TEXT}, {"a": {**TEXT, "hidden": True}}, LOOSE),
    ({"a": TEXT}, {"a": {**TEXT, "required": True, "hidden": False, "pattern": None}}, EQUAL),
    # types
    ({"a": TEXT}, {"a": {"type": "url"}}, BREAKING),
    ({"a": TEXT}, {"a": {"type": "array_string"}}, BREAKING),
    ({"a": {**TEXT, **OPTIONAL}}, {"a": {"type": "url", **OPTIONAL}}, BREAKING),
    ({"a": TEXT}, {"a": {"type": "STRING"}}, EQUAL),
    # allowed values, patterns
    ({"a": WORDS}, {"a": {**WORDS, "allowed_values": ["a", "b", "c"]}}, BREAKING),
    ({"a": WORDS}, {"a": {**WORDS, "allowed_values": ["a"]}}, BREAKING),
    ({"a": WORDS}, {"a": {**WORDS, "allowed_values": ["b", "a"]}}, LOOSE),
    ({"a": TEXT}, {"a": WORDS}, BREAKING),
    ({"a": WORDS}, {"a": TEXT}, LOOSE),
    ({"a": {"type": "integer", "allowed_values": [1]}}, {"a": {"type": "integer", "allowed_values": [True]}}, BREAKING),
    ({"a": TEXT}, {"a": {**TEXT, "pattern": "x+"}}, BREAKING),
    ({"a": {**TEXT, "pattern": "x+"}}, {"a": {**TEXT, "pattern": "x*"}}, BREAKING),
    ({"a": {**TEXT, "pattern": "x+"}}, {"a": TEXT}, LOOSE),
    # bounds
    *[({"a": entry}, {"a": {**entry, name: entry[name] + step}}, level)
      for entry, low, high in ((SIZES, "min_size", "max_size"), (NUMBER, "min_value", "max_value"), (SHORT, "min_length", "max_length"))
      for name, step, level in ((low, 1, BREAKING), (low, -1, LOOSE), (high, -1, BREAKING), (high, 1, LOOSE), (low, 0, EQUAL))],
    ({"a": TEXT}, {"a": {**TEXT, "min_length": 2}}, BREAKING),
    ({"a": SHORT}, {"a": TEXT}, LOOSE),
])
def test_an_edit_of_a_field_breaks_or_does_not(part: str, old: dict[str, Any], new: dict[str, Any], level: str) -> None:
    other = {"input_spec": {}, "output_spec": {}, "view_spec": {"type": "classic"}}
    assert specs.difference({**other, part: old}, {**other, part: new}) == level


def edited(shop: Shop, **spec: Any) -> dict[str, Any]:
    """The project's form with other parts of its task_spec."""
    return {**shop.project, "task_spec": {**shop.project["task_spec"], **spec}}


def put(shop: Shop, form: dict[str, Any]) -> None:
    shop.project = shop.ask("PUT", f"/projects/{shop.project['id']}", form)


def fits(shop: Shop, pool_id: str, **values: Any) -> bool:
    """Whether a task with these input values besides the image may be added to the pool."""
    try:
        shop.ask("POST", "/tasks", {"pool_id": pool_id, "overlap": 1, "input_values": {"image": "https://example.com/a.png", **values}})
    except Refused as refusal:
        assert refusal.code == "VALIDATION_ERROR", refusal.body
        return False
    return True


def test_a_breaking_edit_is_for_new_pools_only(shop: Shop) -> None:
    old = shop.open_pool()
    put(shop, edited(shop, input_spec={"image": {"type": "url"}, "size": {"type": "integer"}},
                     output_spec={"result": {"type": "string", "allowed_values": ["YES", "NO"]}},
                     view_spec={"type": "classic", "markup": "<b></b>"}))
    new = shop.pool()
    assert fits(shop, old) and not fits(shop, old, size=1)
    assert fits(shop, new, size=1) and not fits(shop, new)
    shop.ask("POST", f"/pools/{new}/open")
    for pool_id, markup, answer in ((old, "<div></div>", "OK"), (new, "<b></b>", "YES")):
        toloker = shop.toloker()
        page = toloker.take(pool_id)
        assert page["view_spec"]["markup"] == markup
        assert toloker.submit(page["id"], {"result": answer})["status"] == "SUBMITTED"


def test_any_other_edit_reaches_the_pools_that_are_there(shop: Shop) -> None:
    old, toloker = shop.open_pool(3), shop.toloker()
    view = {"type": "classic", "markup": "<i></i>", "script": "", "styles": ""}
    put(shop, {**edited(shop, input_spec={"image": {"type": "url"}, "size": {"type": "integer", "required": False}}, view_spec=view),
               "public_name": "New name", "public_instructions": "Think"})
    assert fits(shop, old) and fits(shop, old, size=1) and not fits(shop, old, size="x")
    page = toloker.take(old)
    assert (page["view_spec"], page["public_name"], page["instructions"]) == (view, "New name", "Think")
    put(shop, edited(shop, output_spec={"result": {"type": "string"}}))
    assert toloker.submit(page["id"], {"result": "whatever"})["status"] == "SUBMITTED"


def test_pools_of_an_older_version_are_left_alone_by_later_edits(shop: Shop) -> None:
    first = shop.open_pool()
    size = {"image": {"type": "url"}, "size": {"type": "integer"}}
    put(shop, edited(shop, input_spec=size))
    second = shop.pool()
    put(shop, edited(shop, input_spec={**size, "note": {"type": "string", "required": False}},
                     view_spec={"type": "classic", "markup": "<u></u>"}))
    assert fits(shop, second, size=1, note="x") and not fits(shop, first, note="x")
    assert shop.toloker().take(first)["view_spec"]["markup"] == "<div></div>"
    put(shop, edited(shop, input_spec={"image": {"type": "url"}}))
    third = shop.pool()
    assert fits(shop, third) and not fits(shop, second) and fits(shop, first)


def test_the_kit_asks_what_an_edit_would_be(shop: Shop) -> None:
    client = shop.requester.client()
    project = client.get_project(shop.project["id"])
    levels, asked = ProjectUpdateDifferenceLevel, client.check_update_project_for_major_version_change
    assert asked(project.id, project) == levels.EQUAL
    project.public_description = "Other"
    assert asked(project.id, project) == levels.NON_BREAKING_CHANGE
    project.task_spec.output_spec["why"] = toloka.project.StringSpec()
    assert asked(project.id, project) == levels.BREAKING_CHANGE
    assert client.get_project(project.id).public_description == "Draw boxes"  # asking changes nothing
    client.update_project(project.id, project)
    assert asked(project.id, project) == levels.EQUAL


def test_a_project_for_the_map_is_kept_as_it_is(shop: Shop) -> None:
    form = project_form(assignments_issuing_type="MAP_SELECTOR", assignments_issuing_view_config={
        "title_template": "Shop {{inputParams['name']}}", "description_template": "Go there", "map_provider": "GOOGLE"})
    made = shop.ask("POST", "/projects", form)
    assert {name: made[name] for name in form} == form
    project = shop.requester.client().get_project(made["id"])
    assert project.assignments_issuing_view_config.map_provider.value == "GOOGLE"
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.ask("POST", "/projects", project_form(assignments_issuing_type="MAP_SELECTOR"))
    assert refusal.payload["assignments_issuing_view_config"]["code"] == "VALUE_REQUIRED"


def test_pools_of_a_project_come_by_priority_and_else_as_they_were_started(shop: Shop) -> None:
    late, early, urgent = shop.pool(), shop.open_pool(), shop.open_pool(priority=90)
    shop.tasks(late, 1, "allow_defaults=true&open_pool=true")
    toloker, mine = shop.toloker(), {late, early, urgent}
    assert [pool for pool in toloker.pools() if pool in mine] == [urgent, early, late]
    shop.ask("PATCH", f"/pools/{late}", {"priority": 100})
    assert [pool for pool in toloker.pools() if pool in mine] == [late, urgent, early]
    with refused("VALIDATION_ERROR", 400):
        shop.ask("PATCH", f"/pools/{late}", {"priority": 101})
    shop.ask("POST", f"/pools/{late}/close")
    shop.ask("POST", f"/pools/{late}/archive")
    with refused("INAPPROPRIATE_STATUS"):
        shop.ask("PATCH", f"/pools/{late}", {"priority": 1})


def test_the_limit_of_pages_in_work_counts_all_pools_of_one_project(shop: Shop) -> None:
    one, two, toloker = shop.open_pool(), shop.open_pool(), shop.toloker()
    elsewhere = Shop(shop.sandbox, shop.requester, shop.ask("POST", "/projects", project_form())).open_pool()
    page = toloker.take(one)
    assert two not in toloker.pools() and elsewhere in toloker.pools()
    with refused("TOO_MANY_ACTIVE_ASSIGNMENTS"):
        toloker.take(two)
    toloker.take(elsewhere)
    toloker.submit(page["id"], {"result": "OK"})
    assert toloker.take(two)["status"] == "ACTIVE"


def test_a_pools_end_closes_it_and_only_a_later_date_opens_it_again(shop: Shop) -> None:
    """Seconds pass here, no more: the sandbox is shared."""
    soon = datetime.fromisoformat(shop.sandbox.now()).replace(tzinfo=UTC) + timedelta(seconds=20)
    pool_id, toloker = shop.open_pool(2, will_expire=soon.isoformat()), shop.toloker()
    page = toloker.take(pool_id)
    shop.sandbox.advance(seconds=25)
    found = shop.ask("GET", f"/pools/{pool_id}")
    assert (found["status"], found["last_close_reason"]) == ("CLOSED", "EXPIRED")
    assert toloker.submit(page["id"], {"result": "OK"})["status"] == "SUBMITTED"
    with refused("NO_TASKS_AVAILABLE"):
        shop.toloker().take(pool_id)
    with refused("CONFLICT_STATE"):
        shop.ask("POST", f"/pools/{pool_id}/open")
    shop.ask("PUT", f"/pools/{pool_id}", {**found, "will_expire": "2060-01-01T00:00:00"})
    shop.ask("POST", f"/pools/{pool_id}/open")
    assert shop.status(pool_id) == "OPEN"
