"""The audience builder in a real Chromium on the real pool form: lossless, by keyboard, errors at their row."""
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings
from playwright.sync_api import BrowserContext, Page, expect

from tests.crowdsourcing.test_audience import full

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

ENGLISH = {"category": "profile", "key": "languages", "operator": "IN", "value": "EN"}
TESTED = {"category": "skill", "key": "26366", "operator": "EQ", "value": 100}
GERMANY = {"category": "profile", "key": "country", "operator": "EQ", "value": "DE"}


@pytest.fixture
def form(live_server: Any, new_context: Callable[..., BrowserContext], alice: Any, client: Any, settings: Any) -> Iterator[Page]:
    """The form "Create crowdsourcing task", logged in."""
    from tests.crowdsourcing import scene

    project = scene.project(alice)
    scene.crowd_project(project)
    task = scene.task(project)
    client.force_login(alice)
    context = new_context()
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{live_server.url}/tasks/{task.pk}/pool")
    yield page
    assert problems == []


def stored(page: Page) -> Any:
    text = page.locator("#id_filter").input_value()
    return json.loads(text) if text else {}


def load(page: Page, value: Any) -> Any:
    """Put a filter into the field as JSON, go back to rules, and read what the builder writes."""
    page.get_by_role("button", name="Edit as JSON").click()
    page.locator("#id_filter").fill(json.dumps(value))
    page.get_by_role("button", name="Back to rules").click()
    return stored(page)


def test_a_rule_and_a_group_are_added_by_keyboard(form: Page) -> None:
    form.get_by_role("button", name="Add rule").first.focus()
    form.keyboard.press("Enter")
    expect(form.get_by_label("What")).to_be_focused()
    assert stored(form) == {"and": [ENGLISH]}
    form.get_by_label("verified").focus()
    form.keyboard.press("Space")
    assert stored(form) == {"and": [{"and": [ENGLISH, TESTED]}]}
    form.get_by_role("button", name="Add group").last.focus()
    form.keyboard.press("Enter")
    form.keyboard.press("Enter")  # the focus is on the new group's Add rule
    form.get_by_label("What").nth(1).select_option(label="Country")
    form.get_by_label("Country", exact=True).select_option(label="Germany")
    assert stored(form) == {"and": [{"and": [ENGLISH, TESTED]}, {"or": [GERMANY]}]}
    form.get_by_role("button", name="Remove rule").last.click()
    assert stored(form) == {"and": [{"and": [ENGLISH, TESTED]}]}  # an empty group is not sent


def test_a_skill_is_chosen_by_its_name_and_others_by_number(form: Page) -> None:
    from crowdsourcing.models import ProviderAccount, Skill

    Skill.objects.create(account=ProviderAccount.objects.get(), remote_id="100024", name="Road signs")
    form.reload()
    form.get_by_role("button", name="Add rule").first.click()
    form.get_by_label("What").select_option(label="Skill")
    form.get_by_label("Skill", exact=True).select_option(label="Road signs")
    form.get_by_label("How", exact=True).select_option(label="does not have it")
    without = {"category": "skill", "key": "100024", "operator": "EQ", "value": None}
    assert stored(form) == {"and": [without]}
    form.get_by_label("Skill", exact=True).select_option(label="Another one, by its number")
    form.get_by_label("Number of the skill").fill("26366")
    assert stored(form) == {"and": [without | {"key": "26366"}]}
    assert load(form, {"and": [without]}) == {"and": [without]}
    expect(form.get_by_label("Skill", exact=True)).to_have_value("100024")


def test_what_the_fields_cannot_express_is_kept_and_shown_raw(form: Page) -> None:
    strange = {"and": [{"category": "computed", "key": "shoe_size", "operator": "GT", "value": 44}, GERMANY]}
    assert load(form, strange) == strange
    expect(form.locator(".crowd-rule-raw")).to_contain_text("shoe_size")


@pytest.mark.parametrize("value", [
    {"and": [{"category": "skill", "key": "7", "operator": "NE", "value": None}]},
    {"or": [{"category": "skill", "key": "7", "operator": "GTE", "value": 80.5}, {"and": [ENGLISH, TESTED]}]},
    {"and": [ENGLISH, TESTED]},
    {"and": [{"category": "profile", "key": "date_of_birth", "operator": "LTE", "value": 1_000_000_001}]},
    {"and": [{"category": "computed", "key": "region_by_ip", "operator": "IN", "value": 213}]},
    {"and": [{"category": "profile", "key": "adult_allowed", "operator": "NE", "value": False}]},
    {"or": [{"and": [{"or": [GERMANY]}]}]},
])
def test_a_filter_is_read_and_written_unchanged(form: Page, value: Any) -> None:
    assert load(form, value) == value


def test_every_filter_of_the_grammar_survives_the_builder(form: Page) -> None:
    @given(full)
    @hypothesis_settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def survives(value: dict[str, Any]) -> None:
        assert load(form, value) == value

    survives()


def test_an_age_is_sent_as_a_date_of_birth(form: Page) -> None:
    form.get_by_role("button", name="Add rule").first.click()
    form.get_by_label("What").select_option(label="Age")
    form.get_by_label("Years").fill("30")
    condition = stored(form)["and"][0]
    assert (condition["key"], condition["operator"]) == ("date_of_birth", "LTE")
    years = (form.evaluate("Date.now()") / 1000 - condition["value"]) / 86400 / 365.25
    assert 29.99 < years < 30.01


def test_the_servers_fault_stands_at_its_row(form: Page) -> None:
    load(form, {"and": [ENGLISH, {"or": [GERMANY | {"value": "Germania"}]}]})
    form.get_by_label("Price per job").fill("0.05")
    form.get_by_role("button", name="Submit").click()
    row = form.locator(".crowd-rule", has_text="Germania")
    expect(row.locator(".invalid-feedback")).to_contain_text("Country: choose one of")
    assert stored(form) == {"and": [ENGLISH, {"or": [GERMANY | {"value": "Germania"}]}]}


def test_what_a_switch_hides_does_not_keep_the_form_from_being_sent(form: Page) -> None:
    days = form.get_by_label("Days for manual review by requester")
    days.fill("99")
    form.get_by_label("Accept solutions automatically").check()
    expect(days).to_be_hidden()
    assert days.evaluate("input => input.validity.valid")
    form.get_by_label("Accept solutions automatically").uncheck()
    days.fill("7")
    form.get_by_label("Accept solutions automatically").check()
    expect(days).to_have_value("7")


def test_the_cost_follows_the_price_and_the_switches_show_their_parts(form: Page) -> None:
    form.get_by_label("Price per job").fill("0.2")
    expect(form.locator("[data-cost-total]")).to_have_text("$0.78")
    expect(form.get_by_label("Description", exact=True)).to_be_hidden()
    form.get_by_label("Use project description").uncheck()
    expect(form.get_by_label("Description", exact=True)).to_be_visible()
    form.get_by_role("button", name="3 days").click()
    expect(form.get_by_label("Close pool after completion, sec")).to_have_value("259200")
    form.get_by_label("Accept solutions automatically").check()
    expect(form.get_by_label("Days for manual review by requester")).to_be_hidden()
