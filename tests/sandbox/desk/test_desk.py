"""A human Toloker at the desk: from signing up to an appeal, over real HTTP in a real Chromium."""
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.sandbox.desk.conftest import Desk, Shop, classic
from tests.stack.sandbox import Refused, SandboxServer, TolokerAccount


def test_a_toloker_signs_up_works_a_classic_task_and_sees_it_in_review(desk: Desk, shop: Shop) -> None:
    pool = shop.pool(shop.project(classic()), ["A <grey> sofa"])
    desk.sign_up()
    card = desk.page.locator(".pool")
    expect(card).to_contain_text("Look at one photograph")
    expect(card).to_contain_text("$0.05")
    expect(card).to_contain_text("10 min")
    expect(card).to_contain_text("Ann's lab")
    expect(card).not_to_contain_text("18+")
    desk.page.get_by_role("button", name="Start: Is there a cat?").click()
    expect(desk.page.frame_locator("iframe.instructions").get_by_text("Answer Yes if a cat shows.")).to_be_visible()
    desk.page.get_by_role("button", name="Got it").click()
    frame = desk.frame()
    expect(frame.get_by_role("heading", name="A <grey> sofa")).to_be_visible()
    (active,) = shop.assignments(pool, "ACTIVE")
    expect(frame.locator(".whose")).to_have_text(active["id"])
    desk.submit()
    expect(desk.page.locator(".task-trouble")).to_contain_text("Not submitted yet. Say yes or no.")
    expect(frame.get_by_role("alert")).to_have_text("Say yes or no.")
    assert shop.assignments(pool, "SUBMITTED") == []
    frame.get_by_label("Yes").check()
    expect(frame.get_by_role("alert")).to_have_count(0)
    desk.submit()
    expect(desk.page.get_by_role("heading", name="Submitted, now in review")).to_be_visible()
    (submitted,) = shop.assignments(pool, "SUBMITTED")
    assert submitted["solutions"] == [{"output_values": {"result": "YES"}}]
    desk.page.get_by_role("link", name="My work").last.click()
    expect(desk.page.locator(".work")).to_contain_text("In review")
    expect(desk.page.locator(".work")).to_contain_text("Is there a cat?")
    desk.page.get_by_role("link", name="Earnings").click()
    expect(desk.page.locator(".figure", has_text="On review")).to_contain_text("$0.05")


def test_a_rejected_toloker_reads_the_comment_and_appeals(desk: Desk, shop: Shop) -> None:
    pool = shop.pool(shop.project(classic()), ["A sofa"])
    desk.sign_up()
    desk.start().get_by_label("No").check()
    desk.submit()
    desk.page.get_by_role("heading", name="Submitted, now in review").wait_for()
    (submitted,) = shop.assignments(pool)
    shop.review(submitted["id"], "REJECTED", "The cat sits behind the sofa.")
    desk.page.goto(f"{desk.url}/#/work/rejected")
    work = desk.page.locator(".work")
    expect(work).to_contain_text("Rejected")
    expect(work).to_contain_text("The cat sits behind the sofa.")
    work.get_by_role("button", name="Appeal").click()
    desk.page.get_by_role("button", name="Send appeal").click()
    expect(desk.page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Write something first")
    desk.page.get_by_label("Your appeal").fill("One cannot see it there.")
    desk.page.get_by_role("button", name="Send appeal").click()
    expect(desk.page.get_by_role("status")).to_contain_text("sent to the requester")
    expect(work).to_contain_text("You appealed")
    (ada,) = desk.page.evaluate("JSON.parse(localStorage.getItem('sandbox.tolokers'))")
    with pytest.raises(Refused, match="appealed already"):
        TolokerAccount(desk.url, f"Toloker {ada['token']}").appeal(submitted["id"], "Again!")


def test_an_automatically_accepted_task_is_paid_at_once(desk: Desk, shop: Shop) -> None:
    shop.pool(shop.project(classic()), ["A sofa"], auto_accept_solutions=True, reward_per_assignment=0.125)
    desk.sign_up()
    desk.start().get_by_label("No").check()
    desk.submit()
    expect(desk.page.get_by_role("heading", name="Accepted: you earned $0.125")).to_be_visible()
    expect(desk.page.locator("#balance")).to_have_text("$0.125")


def test_a_skipped_task_is_not_offered_again(desk: Desk, shop: Shop) -> None:
    pool = shop.pool(shop.project(classic()), ["A sofa"])
    desk.sign_up()
    desk.start()
    desk.page.get_by_role("button", name="Skip").click()
    desk.page.get_by_role("button", name="Keep working").click()
    assert shop.assignments(pool, "SKIPPED") == []
    desk.page.get_by_role("button", name="Skip").click()
    desk.page.get_by_role("button", name="Skip the task").click()
    expect(desk.page.get_by_role("heading", name="No tasks for this Toloker right now")).to_be_visible()
    assert len(shop.assignments(pool, "SKIPPED")) == 1
    desk.page.get_by_role("link", name="My work").click()
    expect(desk.page.locator(".work")).to_contain_text("Skipped")


def test_an_empty_desk_says_what_to_do_and_finds_a_pool_that_opens_later(desk: Desk, shop: Shop) -> None:
    desk.sign_up()
    expect(desk.page.locator(".empty")).to_contain_text("Set one up in the application, press Start")
    shop.pool(shop.project(classic()), ["A sofa"])
    desk.page.get_by_role("button", name="Look again").click()
    expect(desk.page.get_by_role("button", name="Start: Is there a cat?")).to_be_visible()


def test_a_reload_shows_the_same_task_and_the_desk_offers_to_go_on(desk: Desk, shop: Shop) -> None:
    shop.pool(shop.project(classic()), ["A sofa"])
    desk.sign_up()
    desk.start()
    desk.page.reload()
    expect(desk.frame().get_by_role("heading", name="A sofa")).to_be_visible()
    desk.page.get_by_role("link", name="Leave the task for now").click()
    expect(desk.page.locator(".in-hand")).to_contain_text("You have a task in hand: Is there a cat?")
    desk.page.get_by_role("link", name="Go on").click()
    expect(desk.frame().get_by_role("heading", name="A sofa")).to_be_visible()


def test_one_browser_plays_several_tolokers(desk: Desk, shop: Shop) -> None:
    pool = shop.pool(shop.project(classic()), ["A sofa", "A lamp"])
    desk.sign_up("Ada")
    desk.start().get_by_label("Yes").check()
    desk.submit()
    desk.page.get_by_role("heading", name="Submitted, now in review").wait_for()
    desk.sign_up("Bruno")
    desk.start().get_by_label("No").check()
    desk.submit()
    desk.page.get_by_role("heading", name="Submitted, now in review").wait_for()
    assert len({work["user_id"] for work in shop.assignments(pool)}) == 2
    desk.page.locator(".menu summary").click()
    desk.page.get_by_role("button", name="Ada").click()
    # Bruno's last page has such a link, too, and goes with him.
    expect(desk.page.locator(".menu summary")).to_contain_text("Ada")
    desk.page.get_by_role("navigation", name="Desk").get_by_role("link", name="My work").click()
    expect(desk.page.locator(".work")).to_have_count(1)
    expect(desk.page.locator(".menu summary")).to_contain_text("Ada")


def test_the_profile_decides_what_is_offered(desk: Desk, shop: Shop) -> None:
    german = {"and": [{"or": [{"category": "profile", "key": "languages", "operator": "IN", "value": "DE"}]}]}
    shop.pool(shop.project(classic()), ["Ein Sofa"], filter=german)
    desk.sign_up("Ada")
    expect(desk.page.locator(".empty")).to_be_visible()
    desk.page.goto(f"{desk.url}/#/new")
    desk.page.get_by_label("Name").fill("Greta")
    desk.page.get_by_text("Profile: what audience rules look at").click()
    desk.page.get_by_role("group", name="Speaks").get_by_label("German").check()
    desk.page.get_by_role("button", name="Start working").click()
    expect(desk.page.get_by_role("button", name="Start: Is there a cat?")).to_be_visible()


def test_adult_content_is_marked(desk: Desk, shop: Shop) -> None:
    shop.pool(shop.project(classic()), ["A sofa"], may_contain_adult_content=True)
    desk.sign_up()
    expect(desk.page.locator(".pool .adult")).to_have_text("18+")


def test_a_task_whose_time_is_over_says_so(quiet_page: Callable[..., Page], sandbox: SandboxServer, shop: Shop) -> None:
    pool = shop.pool(shop.project(classic()), ["A sofa"])
    desk = Desk(quiet_page(refusals=True), sandbox.url)
    desk.sign_up()
    frame = desk.start()
    expect(desk.page.get_by_role("timer")).to_contain_text(re.compile(r"[789]:\d\d$"))
    frame.get_by_label("Yes").check()
    sandbox.advance(minutes=11)
    desk.submit()
    expect(desk.page.locator(".task-trouble")).to_contain_text("no longer in your hands")
    assert [work["status"] for work in shop.assignments(pool)] == ["EXPIRED"]
    desk.page.reload()
    expect(desk.page.get_by_role("heading", name="This task is not in your hands")).to_be_visible()


def test_a_pool_that_emptied_meanwhile_is_explained(quiet_page: Callable[..., Page], sandbox: SandboxServer, shop: Shop) -> None:
    pool = shop.pool(shop.project(classic()), ["A sofa"])
    desk = Desk(quiet_page(refusals=True), sandbox.url)
    desk.sign_up()
    desk.page.get_by_role("button", name="Start: Is there a cat?").wait_for()
    sandbox.create_toloker("Quicker").take(pool)
    desk.page.get_by_role("button", name="Start: Is there a cat?").click()
    expect(desk.page.get_by_role("alert")).to_contain_text("Somebody else took the last task")


def test_a_second_task_of_a_project_waits_for_the_first(quiet_page: Callable[..., Page], sandbox: SandboxServer, shop: Shop) -> None:
    project = shop.project(classic())
    shop.pool(project, ["A sofa"])
    desk = Desk(quiet_page(refusals=True), sandbox.url)
    desk.sign_up()
    desk.start()
    (ada,) = desk.page.evaluate("JSON.parse(localStorage.getItem('sandbox.tolokers'))")
    second = shop.pool(project, ["A lamp"])
    with pytest.raises(Refused, match="TOO_MANY_ACTIVE_ASSIGNMENTS"):
        TolokerAccount(desk.url, f"Toloker {ada['token']}").take(second)
    # The platform does not offer what it would refuse; the desk offers to go on instead.
    desk.page.get_by_role("link", name="Leave the task for now").click()
    expect(desk.page.get_by_role("link", name="Go on")).to_be_visible()
    expect(desk.page.locator(".pool")).to_have_count(0)


def test_a_toloker_the_sandbox_forgot_is_asked_to_sign_up_again(quiet_page: Callable[..., Page], sandbox: SandboxServer) -> None:
    page = quiet_page(refusals=True)
    page.goto(sandbox.url)
    page.evaluate("localStorage.setItem('sandbox.tolokers', JSON.stringify([{id: 'x', token: 'gone', name: 'Ghost'}]))")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Ghost: The sandbox does not know this Toloker any more")
    expect(page.get_by_role("button", name="Start working")).to_be_visible()


def test_a_sandbox_that_does_not_answer_is_reported_in_words(quiet_page: Callable[..., Page], sandbox: SandboxServer) -> None:
    desk = Desk(quiet_page(refusals=True), sandbox.url)
    desk.sign_up()
    desk.page.route("**/worker/v1/pools", lambda route: route.abort())
    desk.page.get_by_role("button", name="Refresh").click()
    expect(desk.page.get_by_role("alert")).to_contain_text("The sandbox does not answer.")
    expect(desk.page.get_by_role("button", name="Try again")).to_be_visible()
    desk.page.unroute("**/worker/v1/pools")
    desk.page.get_by_role("button", name="Refresh").click()
    expect(desk.page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(("width", "height", "frame_width", "frame_height"), [(1440, 900, 1100, 700), (800, 900, 800, 700)])
def test_the_task_gets_most_of_the_window(quiet_page: Callable[..., Page], sandbox: SandboxServer, shop: Shop, width: int, height: int,
                                          frame_width: int, frame_height: int) -> None:
    shop.pool(shop.project(classic()), ["A sofa"])
    desk = Desk(quiet_page(viewport={"width": width, "height": height}), sandbox.url)
    desk.sign_up()
    assert _overflow(desk.page) <= 0
    desk.start()
    box: Any = desk.page.locator("iframe.task-frame").bounding_box()
    assert box["width"] >= frame_width
    assert box["height"] >= frame_height
    assert _overflow(desk.page) <= 0
    assert desk.page.get_by_role("button", name="Submit").bounding_box()


def _overflow(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found


def test_a_task_can_be_worked_with_the_keyboard_alone(desk: Desk, shop: Shop) -> None:
    pool = shop.pool(shop.project(classic()), ["A sofa"])
    desk.sign_up()
    desk.page.get_by_role("button", name="Start: Is there a cat?").focus()
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("button", name="Got it")).to_be_focused()
    desk.page.keyboard.press("Escape")
    frame = desk.frame()
    frame.get_by_label("No").focus()
    desk.page.keyboard.press("1")
    expect(frame.get_by_label("Yes")).to_be_checked()
    desk.page.get_by_role("button", name="Submit").focus()
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("heading", name="Submitted, now in review")).to_be_focused()
    assert len(shop.assignments(pool, "SUBMITTED")) == 1
