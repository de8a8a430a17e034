"""A reviewer in a real browser: fixes submitted work in the editor, looks at what is different, and accepts."""
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from annotation.models import Correction, Snapshot
from annotation.services import shapes
from crowdsourcing.models import Assignment, ProviderCommand
from tests.crowdsourcing.test_review_in_editor import assignment, drag

__all__ = ["assignment"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(client: Any, alice: Any, live_server: Any, assignment: Assignment, new_context: Callable[..., BrowserContext]) -> Page:
    """The job's page; the submission holds the car that is on the job."""
    Snapshot.objects.update(attempt=assignment.remote_id, data={"frames": shapes.frames_of(job=assignment.job)})
    client.force_login(alice)
    context = new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    opened = context.new_page()
    opened.goto(f"{live_server.url}/jobs/{assignment.job_id}")
    return opened


def test_fix_look_at_the_difference_and_accept(page: Page, assignment: Assignment) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    bar, job = page.get_by_role("group", name="Review"), assignment.job
    bar.get_by_role("button", name="Fix").click()
    page.wait_for_url("**/editor?mode=correction")
    page.evaluate("() => window.ed.ready")
    expect(page.locator(".ed-loading")).to_have_count(0)
    expect(page.get_by_text("Fixing", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Submit")).to_have_count(0)
    drag(page, (120, 325), (160, 325))
    expect(page.locator(".ed-save")).to_have_text("Saved", timeout=10_000)
    page.get_by_role("button", name="Finish", exact=True).click()

    page.wait_for_url(f"**/jobs/{job.pk}#correction")
    expect(bar.get_by_text("You are fixing this work.")).to_be_visible()
    expect(bar.get_by_text("1 frame changed")).to_be_visible()
    bar.get_by_role("link", name="What is different?").click()
    expect(page.locator(".object-words").first).to_contain_text("moved, IoU")
    page.go_back()

    bar.get_by_role("link", name="Throw away").click()
    page.get_by_role("button", name="Cancel").click()
    bar.get_by_role("link", name="Fix and accept").click()
    dialog = page.get_by_role("dialog", name="Keep the correction and accept?")
    expect(dialog.locator("strong").first).to_have_text("$0.05")
    dialog.get_by_role("button", name="Fix and accept").click()
    expect(bar.get_by_text("Corrected by alice")).to_be_visible()

    kept = Correction.objects.get().snapshot
    assert kept is not None and kept.author is not None and ProviderCommand.objects.get().kind == "accept_assignment"
    moved, stayed = (snapshot.data["frames"]["0"]["shapes"][0]["points"] for snapshot in (kept, Snapshot.objects.get(reason="submitted")))
    assert stayed == [60, 290, 180, 360] and abs(moved[0] - 100) < 5 and moved[1] == pytest.approx(290, abs=5)
    assert errors == []
