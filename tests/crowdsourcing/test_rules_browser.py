"""The rules' builder in a real Chromium: by keyboard, live sentences, and the preview before saving."""
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from crowdsourcing.models import Pool, ProviderCommand
from crowdsourcing.rules import presets
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_rule_is_built_tried_and_saved_by_keyboard(
        live_server: Any, new_context: Callable[..., BrowserContext], alice: Any, client: Any) -> None:
    pool = scene.pool(scene.task(scene.project(alice)))
    scene.assignment(pool.task.jobs.first(), "REJECTED")
    client.force_login(alice)
    context = new_context(viewport={"width": 800, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{live_server.url}/pools/{pool.pk}/rules")
    page.get_by_role("button", name="Often rejected: ban 15 days").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("What rule 1 watches")).to_be_focused()
    page.get_by_role("button", name="Remove this condition").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#r0-add")).to_be_focused()
    page.locator("#r0-c0-value").fill("60")
    expect(page.locator("#r0-words")).to_contain_text("more than 60 % rejected jobs: ban")
    page.locator("#r0-c0-value").press("Enter")  # renews, never removes
    expect(page.locator("#r0-c0-value")).to_have_value("60")
    page.get_by_role("button", name="Whom would they have hit so far?").press("Enter")
    expect(page.get_by_role("region", name="Rule 1 tried on past work")).to_contain_text("1 Toloker in the 1 attempt so far.")
    assert Pool.objects.get().quality_rules == []
    page.get_by_role("button", name="Save").press("Enter")
    page.wait_for_url("**/rules?saved=1")
    expect(page.locator(".crowd-command")).to_contain_text("Update pool")
    wanted = presets.often_rejected()
    wanted["rules"][0]["conditions"] = [{"key": "rejected_assignments_rate", "operator": "GT", "value": 60}]
    assert Pool.objects.get().quality_rules == [wanted]
    assert ProviderCommand.objects.get().kind == "update_pool"
    assert problems == []
