"""The requester's pages beyond reviewing: what a pool is, its tasks and rules, trainings, skills, webhooks."""
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.sandbox.desk.conftest import STRING, Shop, classic, picture, template_builder
from tests.sandbox.desk.test_requester import Office
from tests.stack.sandbox import SandboxServer

RULES = {"configs": [
    {"collector_config": {"type": "GOLDEN_SET", "parameters": {"history_size": 10}},
     "rules": [{"conditions": [{"key": "golden_set_correct_answers_rate", "operator": "LT", "value": 60}],
                "action": {"type": "RESTRICTION_V2", "parameters": {"scope": "PROJECT", "duration": 2, "duration_unit": "DAYS"}}}]},
    {"collector_config": {"type": "ASSIGNMENTS_ASSESSMENT"},
     "rules": [{"conditions": [{"key": "assessment_event", "operator": "EQ", "value": "REJECT"}],
                "action": {"type": "CHANGE_OVERLAP", "parameters": {"delta": 1, "open_pool": True}}}]}]}
ENGLISH = {"and": [{"or": [{"category": "profile", "key": "languages", "operator": "IN", "value": "EN"}]},
                   {"category": "computed", "key": "client_type", "operator": "EQ", "value": "BROWSER"}]}
DRAWING = {"type": "field.image-annotation", "image": {"type": "data.input", "path": "title"}, "data": {"type": "data.output",
                                                                                                        "path": "result"}}
REGIONS = [{"shape": "rectangle", "left": 0.1, "top": 0.2, "width": 0.3, "height": 0.4, "label": "car"},
           {"shape": "polygon", "points": [{"left": 0.5, "top": 0.1}, {"left": 0.9, "top": 0.1}, {"left": 0.7, "top": 0.6}],
            "label": "sign"},
           {"shape": "point", "left": 0.2, "top": 0.9, "label": "car"}]


@pytest.fixture
def office(quiet_page: Callable[..., Page], sandbox: SandboxServer) -> Office:
    return Office(quiet_page(), sandbox.url)


def test_drawn_regions_lie_over_their_picture_and_all_are_accepted_at_once(office: Office, sandbox: SandboxServer, shop: Shop) -> None:
    project = shop.project(template_builder(DRAWING), output={"result": {"type": "json", "required": True}})
    pool = shop.pool(project, [picture(40 + n, 20) for n in range(3)])
    toloker = sandbox.create_toloker("Ada")
    for _ in range(3):
        toloker.submit(toloker.take(pool)["id"], {"result": REGIONS})
    office.log_in(shop.requester.token, f"/requester/project/{project}/pool/{pool}")
    row = office.page.locator("[data-assignment-id]").first
    expect(row.locator(".regions .line")).to_have_count(3)
    expect(row.locator(".drawn")).to_contain_text("2 car")
    row.get_by_role("button", name="Show large: Answer result").click()
    dialog = office.page.get_by_role("dialog")
    expect(dialog).to_contain_text("rectangle, car: 10.0 %, 20.0 % – 40.0 %, 60.0 %")
    dialog.get_by_role("button", name="Close").last.click()
    expect(office.page.get_by_text("Accepted of the reviewed")).to_be_visible()
    office.page.get_by_role("button", name="Accept all 3 in review").click()
    expect(dialog).to_contain_text("$0.15")
    dialog.get_by_role("button", name="Accept all").click()
    expect(office.page.locator(".facts", has_text="Paid, without fees")).to_contain_text("$0.15")
    assert {work["status"] for work in shop.assignments(pool)} == {"ACCEPTED"}


def test_a_pools_tasks_audience_and_rules_are_told_in_words(office: Office, sandbox: SandboxServer, shop: Shop) -> None:
    project = shop.project(classic())
    pool = shop.pool(project, ["A sofa"], quality_control=RULES, filter=ENGLISH)
    shop.requester.call("POST", "/api/v1/tasks?allow_defaults=true", [
        {"pool_id": pool, "input_values": {"title": "Known"}, "infinite_overlap": True,
         "known_solutions": [{"output_values": {"result": "YES"}}]},
        {"pool_id": pool, "input_values": {"title": "Taught"}, "infinite_overlap": True,
         "known_solutions": [{"output_values": {"result": "NO"}}],
         "message_on_unknown_solution": "Look at the ears"}])
    office.log_in(shop.requester.token, f"/requester/project/{project}/pool/{pool}")
    page = office.page
    expect(page.locator(".empty")).to_contain_text("Nobody has taken a task yet.")
    page.get_by_role("link", name="Audience and rules").click()
    rules = page.locator(".rule-card")
    expect(rules).to_contain_text("Open to: languages includes EN and client type is BROWSER.")
    expect(rules).to_contain_text("Control and training tasks (history size 10)")
    expect(rules).to_contain_text("is less than 60 %: close the project to the Toloker for 2 days.")
    expect(rules).to_contain_text("If assessment event is reject: give the tasks to 1 more Toloker and open the pool.")
    rules.get_by_text("Show the pool's JSON").click()
    expect(rules.locator("pre")).to_contain_text('"reward_per_assignment": 0.05')
    page.reload()
    expect(rules).to_be_visible()
    page.get_by_role("link", name="Tasks").click()
    rows = page.locator("[data-task-id]")
    expect(rows).to_have_count(3)
    for words in ("General", "Control", "Training"):
        expect(rows.filter(has_text=words)).to_have_count(1)
    expect(rows.filter(has_text="Taught")).to_contain_text("Hint: Look at the ears")
    expect(rows.filter(has_text="Known")).to_contain_text("result: YES")


def test_a_training_is_run_from_its_page(office: Office, sandbox: SandboxServer, shop: Shop) -> None:
    project = shop.project(classic())
    call = shop.requester.call
    training = call("POST", "/api/v1/trainings", {
        "project_id": project, "private_name": "Cats for beginners", "inherited_instructions": True, "assignment_max_duration_seconds": 600,
        "training_tasks_in_task_suite_count": 1, "task_suites_required_to_pass": 1})["id"]
    call("POST", "/api/v1/tasks", {"pool_id": training, "input_values": {"title": "Tom"},
                                   "known_solutions": [{"output_values": {"result": "YES"}}],
                                   "message_on_unknown_solution": "Look at the ears"})
    office.log_in(shop.requester.token, f"/requester/project/{project}")
    page = office.page
    page.get_by_role("link", name="Cats for beginners").click()
    assert page.url.endswith(f"/requester/project/{project}/training/{training}")
    status = page.locator(".facts .badge")
    expect(status).to_have_text("CLOSED")
    page.get_by_role("button", name="Open").click()
    expect(status).to_have_text("OPEN")
    ada = sandbox.create_toloker("Ada")
    ada.submit(ada.take(training)["id"], {"result": "YES"})
    page.reload()
    expect(page.locator("[data-assignment-id]")).to_contain_text("result: YES")
    page.get_by_role("link", name="Tasks").click()
    expect(page.locator("[data-task-id]")).to_contain_text("Look at the ears")
    page.get_by_role("button", name="Close").click()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(status).to_have_text("CLOSED")
    page.get_by_role("button", name="Archive").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(status).to_have_text("ARCHIVED")


def test_skills_are_given_and_taken_by_hand(quiet_page: Callable[..., Page], sandbox: SandboxServer, shop: Shop) -> None:
    office = Office(quiet_page(refusals=True), sandbox.url)
    ada = sandbox.create_toloker("Ada")
    shop.requester.call("POST", "/api/v1/skills", {"name": "Careful with boxes", "hidden": True, "skill_ttl_hours": 48})
    office.log_in(shop.requester.token, "/requester/skills")
    page = office.page
    page.get_by_role("link", name="Careful with boxes").click()
    assert "/requester/quality/skill/" in page.url
    expect(page.locator(".facts")).to_contain_text("48 h after its last change")
    expect(page.locator(".empty")).to_contain_text("Nobody yet.")
    page.get_by_label("Toloker's id").fill("f" * 32)
    page.get_by_label("Value, 0 to 100").fill("61.5")
    page.get_by_role("button", name="Set").click()
    expect(page.get_by_role("alert")).to_contain_text("There is no such Toloker")
    page.get_by_label("Toloker's id").fill(ada.id)
    page.get_by_role("button", name="Set").click()
    row = page.locator(f"[data-user-id='{ada.id}']")
    expect(row).to_contain_text("61.5")
    row.get_by_role("button", name="Take away").click()
    page.get_by_role("dialog").get_by_role("button", name="Take away").click()
    expect(page.locator(".empty")).to_contain_text("Nobody yet.")


def test_webhooks_are_listed_tested_and_ended(office: Office, shop: Shop) -> None:
    pool = shop.pool(shop.project(classic()), ["A sofa"])
    office.log_in(shop.requester.token, "/requester/webhooks")
    expect(office.page.locator(".empty")).to_contain_text("No subscriptions")
    shop.requester.call("PUT", "/api/v1/webhook-subscriptions", [
        {"webhook_url": "http://127.0.0.1:9/hook", "event_type": "POOL_CLOSED", "pool_id": pool}])
    office.page.reload()
    row = office.page.locator("[data-subscription-id]")
    expect(row).to_contain_text("pool closed")
    row.get_by_role("button", name="Test").click()
    expect(row.get_by_role("status")).to_contain_text("Not delivered: it could not be reached")
    row.get_by_role("button", name="End").click()
    office.page.get_by_role("dialog").get_by_role("button", name="End").click()
    expect(office.page.locator(".empty")).to_contain_text("No subscriptions")


def test_a_file_in_an_answer_is_opened(office: Office, sandbox: SandboxServer, shop: Shop) -> None:
    project = shop.project(classic(), output={"result": {"type": "file", "required": True}, "note": {**STRING, "required": False}})
    pool = shop.pool(project, ["A sofa"])
    ada = sandbox.create_toloker("Ada")
    page = ada.take(pool)
    file = ada.call("POST", f"/worker/v1/assignments/{page['id']}/attachments?name=a.txt", data=b"Hello from Ada", media_type="text/plain")
    ada.submit(page["id"], {"result": file["id"]})
    office.log_in(shop.requester.token, f"/requester/project/{project}/pool/{pool}")
    with office.page.context.expect_page() as opened:
        office.page.get_by_role("button", name=f"Open file {file['id']}").click()
    expect(opened.value.locator("body")).to_contain_text("Hello from Ada")


def test_a_strangers_page_is_saved_not_opened(office: Office, sandbox: SandboxServer, shop: Shop) -> None:
    project = shop.project(classic(), output={"result": {"type": "file", "required": True}})
    pool = shop.pool(project, ["A sofa"])
    ada = sandbox.create_toloker("Ada")
    page = ada.take(pool)
    file = ada.call("POST", f"/worker/v1/assignments/{page['id']}/attachments?name=a.html", data=b"<script>alert(1)</script>",
                    media_type="text/html")
    ada.submit(page["id"], {"result": file["id"]})
    office.log_in(shop.requester.token, f"/requester/project/{project}/pool/{pool}")
    with office.page.expect_download():
        office.page.get_by_role("button", name=f"Open file {file['id']}").click()
    assert len(office.page.context.pages) == 1


@pytest.mark.parametrize("width", [1440, 800])
def test_no_page_is_wider_than_its_window(quiet_page: Callable[..., Page], sandbox: SandboxServer, shop: Shop, width: int) -> None:
    office = Office(quiet_page(viewport={"width": width, "height": 900}), sandbox.url)
    project = shop.project(classic(), name="A very long name of a project about sofas, cats and everything between them")
    pool = shop.pool(project, ["https://example.org/" + "a" * 200], quality_control=RULES)
    skill = shop.requester.call("POST", "/api/v1/skills", {"name": "s" * 120})["id"]
    ada = sandbox.create_toloker("Ada")
    ada.submit(ada.take(pool)["id"], {"result": "b" * 300})
    office.log_in(shop.requester.token)
    paths = ["", f"project/{project}", f"project/{project}/pool/{pool}", f"project/{project}/pool/{pool}#tasks",
             f"project/{project}/pool/{pool}#rules",
             "skills", f"quality/skill/{skill}", "messages", "messages/new", "webhooks"]
    overflow: dict[str, Any] = {}
    for path in paths:
        office.page.goto("about:blank")
        office.page.goto(f"{office.url}/requester/{path}")
        office.page.locator("h1").wait_for()
        overflow[path] = office.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert {path: wide for path, wide in overflow.items() if wide > 0} == {}
