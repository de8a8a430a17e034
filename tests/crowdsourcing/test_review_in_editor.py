"""A reviewer in a real browser: pins issues in the editor's review mode, answers and resolves them, and rejects with them as reasons."""
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from annotation.models import Issue, Job, Label
from annotation.services import projects, shapes, tasks
from crowdsourcing.models import Assignment, ProviderCommand
from tests.annotation.filling import ingest
from tests.crowdsourcing import scene
from tests.editor.bundles import bundles
from tests.editor.fake_api import picture

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def assignment(alice: Any) -> Assignment:
    """Submitted: three pictures, a car marked on the first."""
    bundles()
    label = {"name": "car", "color": "#3b82f6", "type": "rectangle"}
    project = projects.create_project(actor=alice, name="Streets", labels=[label], guide="# Boxes")
    task = tasks.create_task(actor=alice, project=project, name="Cars in the street")
    ingest(alice, task, {f"street_{number}.jpg": picture(640, 480, number) for number in range(1, 4)})
    job = task.jobs.get()
    box = {"type": "rectangle", "label_id": Label.objects.get().pk, "points": [60, 290, 180, 360]}
    shapes.save_frames(job=job, revision=job.revision, frames={"0": {"shapes": [box], "tags": []}})
    scene.pool(task, status="OPEN")
    made = scene.assignment(job)
    Job.objects.update(attempt=made.remote_id)
    return made


@pytest.fixture
def page(client: Any, alice: Any, live_server: Any, assignment: Assignment, new_context: Callable[..., BrowserContext]) -> Page:
    client.force_login(alice)
    context = new_context()
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    opened = context.new_page()
    opened.goto(live_server.url + reverse("annotation:job_editor", args=[assignment.job_id]) + "?mode=review")
    opened.evaluate("() => window.ed.ready")
    expect(opened.locator(".ed-loading")).to_have_count(0)
    return opened


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    place = page.evaluate("([x, y]) => window.ed.page(x, y)", [x, y])
    return place["x"], place["y"]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*at(page, *start))
    page.mouse.down()
    page.mouse.move(*at(page, (start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
    page.mouse.move(*at(page, *end))
    page.mouse.up()


def test_a_review_from_the_first_issue_to_the_rejection(page: Page, live_server: Any, assignment: Assignment) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None)
    card = page.get_by_role("dialog", name="New issue")
    expect(page.get_by_text("No issues yet.")).to_be_visible()

    # A place by key and click, in own words.
    page.keyboard.press("n")
    page.mouse.click(*at(page, 400, 300))
    card.get_by_label("What is wrong here?").fill("The red car is missing")
    page.keyboard.press("Enter")
    first = page.get_by_role("button", name="Issue 1, open: The red car is missing")
    expect(first).to_have_attribute("aria-expanded", "true")
    # A right click on an object, and a quick text.
    page.mouse.click(*at(page, 100, 320), button="right")
    expect(card.get_by_text("about car")).to_be_visible()
    card.get_by_role("button", name="Wrong position").click()
    expect(page.get_by_role("button", name="Issue 2, open: Wrong position")).to_be_visible()
    # A rectangle on the next frame; one's own words are offered again.
    page.keyboard.press("f")
    expect(page.locator(".ed-loading")).to_have_count(0)
    page.keyboard.press("n")
    drag(page, (300, 100), (500, 200))
    card.get_by_role("button", name="The red car is missing").click()
    expect(page.get_by_role("button", name="Issue 3, open: The red car is missing")).to_be_visible()
    made = list(Issue.objects.order_by("pk").values_list("frame", "attempt", "shape_id"))
    [box] = shapes.frames_of(job=assignment.job)["0"]["shapes"]
    assert made == [(0, assignment.remote_id, None), (0, assignment.remote_id, box["id"]), (1, assignment.remote_id, None)]
    place, region = Issue.objects.order_by("pk")[0].position, Issue.objects.order_by("pk")[2].position
    assert all(abs(a - b) <= 2 for a, b in zip(place, [400, 300], strict=True)), place
    assert all(abs(a - b) <= 2 for a, b in zip(region, [300, 100, 500, 200], strict=True)), region

    # By keys to the first one, an answer, resolved; a click on a pin selects it.
    page.keyboard.press(".")
    expect(page.get_by_role("spinbutton", name="Frame")).to_have_value("1")
    page.get_by_label("Comment on issue 1").fill("Also on the left")
    page.keyboard.press("Enter")
    expect(page.locator(".ed-comment")).to_have_count(2)
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.get_by_role("button", name="Issue 1, resolved")).to_be_visible()
    page.mouse.click(*at(page, 60, 290))
    expect(page.get_by_role("button", name="Issue 2, open")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Shift+R")
    expect(page.get_by_role("button", name="Issue 1, resolved")).to_have_count(0)

    # Rejected from the bar above, with the two open ones; keys of the editor are off in the question.
    page.get_by_role("link", name="Reject").click()
    question = page.get_by_role("dialog", name="Reject this work?")
    expect(question.locator("blockquote")).to_contain_text("1. Frame 1 (street_1.jpg): Wrong position")
    question.get_by_role("checkbox", name="Frame 2 (street_2.jpg)").click()
    page.keyboard.press("n")
    expect(question.locator("blockquote")).not_to_contain_text("Frame 2")
    question.get_by_label("Anything else?").fill("Please read the guide.")
    expect(question.locator("blockquote")).to_contain_text("Please read the guide.")
    question.get_by_role("button", name="Reject").click()
    page.wait_for_url("**/editor?mode=review")
    expect(page.get_by_role("group", name="Review")).to_contain_text("Reject")
    assert ProviderCommand.objects.get().payload["comment"] == "Please read the guide.\n\n1. Frame 1 (street_1.jpg): Wrong position"
    # J is the way to the next one; nothing else waits, so it ends at the queue.
    page.evaluate("() => window.ed.ready")
    page.keyboard.press("j")
    page.wait_for_url("**/review")
    assert errors == []
