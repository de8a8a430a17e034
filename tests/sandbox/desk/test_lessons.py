"""A training at the desk: the hint at a wrong answer, another try, and the pool that it opens."""
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.sandbox.desk.conftest import Desk, Shop, classic, template_builder
from tests.stack.sandbox import SandboxServer

RADIO = {"type": "field.radio-group", "label": "Is it a cat?", "data": {"type": "data.output", "path": "result"},
         "options": [{"value": "YES", "label": "Yes"}, {"value": "NO", "label": "No"}]}


def training(shop: Shop, project: str) -> str:
    """Id of a new OPEN training with one page of one task, to which Yes is right."""
    call = shop.requester.call
    made = str(call("POST", "/api/v1/trainings", {
        "project_id": project, "private_name": "Cats", "inherited_instructions": True, "assignment_max_duration_seconds": 600,
        "training_tasks_in_task_suite_count": 1})["id"])
    call("POST", "/api/v1/tasks?open_pool=true", {
        "pool_id": made, "input_values": {"title": "Tom"}, "known_solutions": [{"output_values": {"result": "YES"}}],
        "message_on_unknown_solution": "Look at the ears"})
    return made


def close(shop: Shop, training_id: str) -> None:
    shop.requester.call("POST", f"/api/v1/trainings/{training_id}/close")


def test_a_wrong_answer_gets_its_hint_and_the_training_opens_the_pool(
        quiet_page: Callable[..., Page], sandbox: SandboxServer, shop: Shop) -> None:
    desk = Desk(quiet_page(refusals=True), sandbox.url)
    project = shop.project(classic())
    lesson = training(shop, project)
    pool = shop.pool(project, ["Kitty"], quality_control={
        "configs": [], "training_requirement": {"training_pool_id": lesson, "training_passing_skill_value": 0}})
    desk.become()
    desk.page.reload()
    card, guarded = (desk.page.locator(f"[data-pool-id='{key}']") for key in (lesson, pool))
    expect(card.locator(".price")).to_have_text("Training, unpaid")
    expect(guarded).to_have_count(0)
    desk.page.get_by_role("button", name="Practise: Is there a cat?").click()
    desk.page.get_by_role("button", name="Got it").click()
    frame = desk.frame()
    frame.get_by_label("No").check()
    desk.submit()
    expect(desk.page.locator(".task-trouble")).to_contain_text("Read the hints")
    expect(frame.get_by_role("alert")).to_have_text("Look at the ears")
    desk.page.reload()
    frame = desk.frame()
    expect(frame.get_by_role("alert")).to_have_text("Look at the ears")
    frame.get_by_label("Yes").check()
    desk.submit()
    expect(desk.page.get_by_role("heading", name="Practised")).to_be_visible()
    desk.page.get_by_role("link", name="Open tasks").last.click()
    expect(guarded.locator(".price")).to_contain_text("$0.05")
    expect(card).to_have_count(0)
    close(shop, lesson)


def test_a_template_builder_page_shows_the_hint_too(quiet_page: Callable[..., Page], sandbox: SandboxServer, shop: Shop) -> None:
    desk = Desk(quiet_page(refusals=True), sandbox.url)
    lesson = training(shop, shop.project(template_builder(RADIO)))
    frame = desk.take(lesson)
    frame.get_by_label("No").check()
    desk.submit()
    expect(frame.get_by_role("alert")).to_have_text("Look at the ears")
    frame.get_by_label("Yes").check()
    desk.submit()
    expect(desk.page.get_by_role("heading", name="Practised")).to_be_visible()
    close(shop, lesson)
