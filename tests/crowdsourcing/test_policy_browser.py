"""A requester tries a policy on past work, puts it in force and turns it off, in a real Chromium."""
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from annotation.models import Frame
from crowdsourcing import tasks
from crowdsourcing.models import Pool, Verdict
from tests.crowdsourcing import scene
from tests.crowdsourcing.test_deciding import attempts

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pool(alice: Any, monkeypatch: pytest.MonkeyPatch) -> Pool:
    # Playwright's own event loop runs in this thread; Django would take our look at the database for a mistake.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(tasks.deliver, "delay", lambda command_id: None)
    task = scene.task(scene.project(alice), jobs=5)
    Frame.objects.bulk_create([Frame(task=task, number=number, name="a.jpg", width=90, height=60, byte_size=1) for number in range(5)])
    made = scene.pool(task, status="OPEN")
    attempts(made, 5, 12, 90, 140)
    # Never measured: nothing can be said of it.
    scene.assignment(task.jobs.last(), "ACCEPTED", age=timedelta(days=3))
    return made


@pytest.fixture
def page(client: Any, alice: Any, live_server: Any, pool: Pool, new_context: Callable[..., BrowserContext]) -> Page:
    client.force_login(alice)
    context = new_context(base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    return context.new_page()


def test_a_policy_is_tried_put_in_force_decides_and_is_turned_off(page: Page, pool: Pool) -> None:
    page.goto(f"/tasks/{pool.task_id}")
    page.get_by_role("navigation", name="Quality of this pool").get_by_role("link", name="Review policy").click()
    fast = page.get_by_label("Reject when faster than, seconds a frame")
    expect(fast).to_be_hidden()
    page.get_by_label("Decide by rules").check()
    fast.fill("60")
    page.get_by_label("Leave to a person from this suspicion on, 0 to 1").fill("")
    page.get_by_label("Accept everything that nothing speaks against").check()
    page.get_by_role("button", name="Try on past work").click()
    tried = page.get_by_role("region", name="Tried on past work: nothing was changed")
    expect(tried).to_contain_text("2 more accepted, $0.10 more.")
    expect(tried).to_contain_text("Of 1 of them too little is known to tell")
    expect(tried.get_by_role("row")).to_have_count(5)
    # What was tried is still in the form.
    expect(fast).to_have_value("60")
    page.get_by_role("button", name="Put in force").click()
    expect(page.get_by_text("Version 1 is in force.")).to_be_visible()
    tasks.settle_policy(pool.pk)
    assert Verdict.objects.count() == 4
    page.goto(f"/jobs/{pool.task.jobs.first().pk}")
    attempt = page.locator("#crowd-attempts li").first
    expect(attempt).to_contain_text("Reject: rules")
    attempt.get_by_text("What it was made of").click()
    expect(attempt.get_by_role("row", name="Rejects below, s a frame 60")).to_be_visible()
    attempt.get_by_role("link", name="policy 1").click()
    expect(page.get_by_text("2 accepted, 2 rejected, 0 left to you")).to_be_visible()
    page.get_by_role("link", name="Turn off").click()
    page.get_by_role("dialog").get_by_role("button", name="Turn off").click()
    expect(page.get_by_text("The policy is off: this pool is reviewed by hand.")).to_be_visible()
