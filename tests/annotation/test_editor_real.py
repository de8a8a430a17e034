"""The editor against the real pages and the real /api/editor, as a requester who is logged in."""
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from tests.editor.bundles import bundles

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def job(fill: Callable[..., Any]) -> Any:
    bundles()
    return fill(count=2).jobs.first()


@pytest.fixture
def page_of_alice(client: Any, alice: Any, live_server: Any, new_context: Callable[..., BrowserContext]) -> Page:
    client.force_login(alice)
    context = new_context()
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    return context.new_page()


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    place = page.evaluate("([x, y]) => window.ed.page(x, y)", [x, y])
    return place["x"], place["y"]


def test_a_requester_draws_saves_comes_back_and_finishes(page_of_alice: Page, live_server: Any, job: Any) -> None:
    page, errors = page_of_alice, []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None)
    page.goto(live_server.url + reverse("annotation:job_editor", args=[job.pk]))
    page.evaluate("() => window.ed.ready")
    expect(page.locator(".ed-loading")).to_have_count(0)
    page.get_by_role("button", name="Rectangle", exact=True).click()
    page.mouse.click(*at(page, 10, 10))
    page.mouse.click(*at(page, 60, 50))
    page.get_by_role("button", name="night").click()
    expect(page.locator(".ed-save")).to_have_text("Saved", timeout=10_000)
    job.refresh_from_db()
    assert job.revision >= 1

    page.reload()
    page.evaluate("() => window.ed.ready")
    [shape] = page.evaluate("() => window.ed.document()")["frames"]["0"]["shapes"]
    assert all(abs(a - b) <= 1 for a, b in zip(shape["points"], [10, 10, 60, 50], strict=True)), shape
    assert isinstance(shape["id"], int)

    page.keyboard.press("f")
    expect(page.get_by_role("spinbutton", name="Frame")).to_have_value("2")
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("button", name="Submit anyway").click()
    expect(page.get_by_role("heading", name="Submitted")).to_be_visible()
    job.refresh_from_db()
    assert job.state == "completed"
    page.get_by_role("link", name="Back to the job").last.click()
    page.wait_for_url(live_server.url + reverse("annotation:job_detail", args=[job.pk]))
    assert errors == []
