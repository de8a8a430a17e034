"""A reviewer works through the queue with keys, then decides about the rest at once, in a real Chromium."""
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from annotation.models import Frame
from crowdsourcing import tasks
from crowdsourcing.models import Assignment, BulkDecision, ProviderCommand
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rows(alice: Any, monkeypatch: pytest.MonkeyPatch) -> list[Assignment]:
    """Five jobs in the queue, the third one suspicious, the first one accepted by itself in 5 hours."""
    # Playwright's own event loop runs in this thread; Django would take our look at the database for a mistake.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(tasks.carry_on_bulk, "apply_async", lambda args, countdown=0: None)
    monkeypatch.setattr(tasks.deliver, "delay", lambda command_id: None)
    task = scene.task(scene.project(alice), jobs=5)
    Frame.objects.bulk_create([Frame(task=task, number=number, name="a.jpg", width=90, height=60, byte_size=1) for number in range(5)])
    pool = scene.pool(task, status="OPEN")
    made = [scene.assignment(job, age=timedelta(hours=20 - number)) for number, job in enumerate(pool.task.jobs.all())]
    Assignment.objects.update(suspicion_at=timezone.now())
    signals = [{"code": "too_fast", "weight": 0.5, "text": "2 s a frame; the usual job of this pool takes 40 s a frame."},
               {"code": "untouched", "weight": 0.25, "text": "2 of 4 frames left untouched: nothing drawn or changed."}]
    Assignment.objects.filter(pk=made[2].pk).update(suspicion=0.63, suspicion_signals=signals)
    near = timezone.now() - timedelta(days=pool.auto_accept_period_day) + timedelta(hours=5)
    Assignment.objects.filter(pk=made[0].pk).update(submitted=near)
    return made


@pytest.fixture
def page(client: Any, alice: Any, live_server: Any, rows: list[Assignment], new_context: Callable[..., BrowserContext]) -> Page:
    client.force_login(alice)
    context = new_context(base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    return context.new_page()


def test_keys_walk_the_queue_and_one_question_decides_the_rest(page: Page, rows: list[Assignment]) -> None:
    job = [row.job_id for row in rows]
    page.goto("/review")
    page.get_by_label("Order").select_option("suspicion")
    expect(page.locator("[data-row]").first).to_contain_text(f"Job {job[2]}")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("[data-row].is-at")).to_contain_text(f"Job {job[2]}")
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name=f"Job {job[2]}")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Job #{job[2]}")).to_be_visible()
    expect(page.get_by_role("note")).to_contain_text("2 s a frame")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name=f"Job #{job[0]}")).to_be_visible()

    page.goto("/review?suspicion=high")
    page.get_by_role("checkbox", name=f"Job {job[2]}").check()
    page.get_by_role("button", name="Reject…").click()
    question = page.get_by_role("dialog")
    expect(question.get_by_role("heading")).to_have_text("Reject 1 job?")
    question.get_by_label("Why is this work rejected?").fill("Two frames are empty.")
    question.get_by_role("button", name="Reject 1 job").click()
    expect(page.get_by_role("heading", name="Reject 1 job")).to_be_visible()

    page.goto("/review")
    page.get_by_label("All 4 that wait").check()
    page.get_by_role("button", name="Accept…").click()
    expect(question.get_by_role("row", name="The requester is charged, USD $0.26")).to_be_visible()
    question.get_by_role("button", name="Accept 4 jobs").click()
    expect(page.get_by_role("status").filter(has_text="0 of 4 settled")).to_be_visible()
    bulk = BulkDecision.objects.get(verb="accept_assignment")
    tasks.carry_on_bulk(str(bulk.pk), bulk.moved_at.isoformat())
    ProviderCommand.objects.filter(kind="accept_assignment").update(status="done")
    ProviderCommand.objects.filter(target_id=rows[4].pk).update(status="failed", error="Not enough money on the account. Top it up.")
    # The page looks again by itself.
    expect(page.get_by_text("Finished; 1 needs a look")).to_be_visible()
    expect(page.get_by_role("row", name=f"Job {job[4]}")).to_contain_text("Top it up.")
    page.get_by_role("button", name="Try 1 again").click()
    expect(page.get_by_role("status").filter(has_text="3 of 4 settled")).to_be_visible()
