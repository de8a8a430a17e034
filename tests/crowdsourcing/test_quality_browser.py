"""A requester looks at a pool's quality in a real Chromium: charts with tables, labels that follow by themselves, pictures, a Toloker."""
import os
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from annotation.models import Frame, ImportedFrame
from crowdsourcing import quality, tasks
from crowdsourcing.models import WorkMeasure
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_from_the_task_to_the_charts_the_labels_and_one_toloker(
        client: Any, alice: Any, live_server: Any, new_context: Callable[..., BrowserContext], monkeypatch: pytest.MonkeyPatch) -> None:
    # Playwright's own event loop runs in this thread; Django would take our look at the database for a mistake.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(tasks, "ring_for_confusions", lambda pool: None)
    task = scene.task(scene.project(alice), jobs=2)
    Frame.objects.bulk_create([Frame(task=task, number=number, name="a.jpg", width=300, height=200, byte_size=1, damage="gone")
                               for number in range(2)])
    ImportedFrame.objects.create(task=task, kind="ground truth", frame=0)
    pool = scene.pool(task, status="OPEN")
    rows = [scene.assignment(job, status) for job, status in zip(task.jobs.all(), ("ACCEPTED", "REJECTED"), strict=True)]
    WorkMeasure.objects.bulk_create([WorkMeasure(assignment=row, with_work=True, frames=1, seconds=30, marks=1) for row in rows])
    client.force_login(alice)
    context = new_context(base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"/tasks/{task.pk}")
    page.get_by_role("navigation", name="Quality of this pool").get_by_role("link", name="Quality", exact=True).click()
    expect(page.get_by_role("img", name="Decisions over time")).to_be_visible()
    page.get_by_text("As a table").first.click()
    expect(page.get_by_role("columnheader", name="Rejected")).to_be_visible()
    page.get_by_role("link", name="Labels", exact=True).click()
    expect(page.get_by_text("1 comparison of submitted jobs is being counted")).to_be_visible()
    quality.count_confusions(pool)
    expect(page.get_by_role("heading", name="Held against the ground truth")).to_be_visible()
    page.get_by_role("link", name="Pictures", exact=True).click()
    page.get_by_role("link", name="Rejected").click()
    page.get_by_role("link", name=f"…{rows[1].toloker.user_id[-8:]}").click()
    expect(page.get_by_role("heading", name="1 attempt")).to_be_visible()
    page.get_by_role("link", name=f"Job {rows[1].job_id}").click()
    expect(page.get_by_role("heading", name=f"Job #{rows[1].job_id}")).to_be_visible()
