"""Saving, drafts, submitting and giving up in a real Chromium."""
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.editor.desk import Desk, desk, editor_libraries, fake, near
from tests.editor.fake_api import JOB_KEY, FakeEditorApi
from tests.stack.waiting import comes_true, until

# Fixtures reach this file's tests by being named here.
__all__ = ["desk", "editor_libraries", "fake"]
pytestmark = pytest.mark.journey


def test_changes_are_saved_by_themselves_in_the_shape_of_the_protocol(desk: Desk) -> None:
    desk.open().draw_box()
    expect(desk.page.locator(".ed-save")).to_have_text("Saving…")
    desk.page.wait_for_timeout(2000)
    desk.saved()
    [body] = desk.fake.saves
    assert body["revision"] == 0 and set(body["frames"]) == {"10"}
    [shape] = body["frames"]["10"]["shapes"]
    near(shape.pop("points"), [50, 280, 180, 360])
    assert shape.pop("client_id")
    assert shape == {"type": "rectangle", "label_id": 3, "rotation": 0, "occluded": False, "z_order": 0, "group": 0, "source": "manual",
                     "attributes": [{"spec_id": 9, "value": "false"}, {"spec_id": 10, "value": "dark"}]}
    assert body["frames"]["10"]["tags"] == []


def test_when_another_tab_saved_the_same_image_the_person_chooses(desk: Desk) -> None:
    desk.open()
    theirs = {"type": "rectangle", "label_id": 3, "points": [1, 1, 30, 30], "attributes": []}
    desk.fake.annotations = {"10": {"shapes": [theirs], "tags": []}, "12": {"shapes": [theirs], "tags": []}}
    desk.fake.revision = 5
    desk.draw_box()
    expect(desk.page.get_by_role("heading", name="Changed in two places")).to_be_visible()
    expect(desk.page.locator(".ed-save")).to_have_text("Not saved")
    desk.page.get_by_role("button", name="Keep mine").click()
    desk.saved()
    near(desk.fake.annotations["10"]["shapes"][0]["points"], [50, 280, 180, 360])
    assert desk.points(12) == [[1, 1, 30, 30]], "what only the other tab changed is taken over"


def test_work_done_without_a_connection_is_offered_again_after_a_reload(desk: Desk) -> None:
    desk.open()
    desk.fake.down = True
    desk.draw_box()
    banner = desk.page.get_by_role("alert").filter(has_text="Not saved: There is no connection to the server.")
    expect(banner).to_contain_text("Your work is kept in this browser.")
    desk.fake.down = False
    desk.fake.save_refusals = [(503, {"code": "server", "detail": "Restarting."})] * 9  # so that no retry is faster than the reload
    desk.page.on("dialog", lambda dialog: dialog.accept())
    desk.page.reload()
    desk.page.evaluate("() => window.ed.ready")
    desk.fake.save_refusals = []
    expect(desk.page.get_by_role("heading", name="Work that was not saved")).to_be_visible()
    assert desk.fake.saves == []
    desk.page.get_by_role("button", name="Take them back").click()
    desk.saved()
    near(desk.fake.annotations["10"]["shapes"][0]["points"], [50, 280, 180, 360])
    desk.page.reload()
    desk.page.evaluate("() => window.ed.ready")
    expect(desk.page.get_by_role("heading", name="Work that was not saved")).to_have_count(0)


def test_a_tab_that_died_offers_its_work_in_the_next_one(desk: Desk) -> None:
    desk.open()
    desk.fake.save_refusals = [(503, {"code": "server", "detail": "Restarting."})] * 9
    desk.draw_box()
    expect(desk.page.locator(".ed-banner")).to_contain_text("Your work is kept in this browser.")
    # A page that is closed may still save as it goes; one that crashes hears nothing.
    desk.page.evaluate("() => window.addEventListener('visibilitychange', (event) => event.stopImmediatePropagation(), true)")
    desk.page.close(run_before_unload=False)
    desk.fake.save_refusals = []
    assert desk.fake.saves == []
    again = Desk(desk.page.context.new_page(), desk.fake)
    again.page.goto(desk.fake.editor_address)
    again.page.get_by_role("button", name="Take them back").click()
    again.saved()
    near(desk.fake.annotations["10"]["shapes"][0]["points"], [50, 280, 180, 360])
    assert again.errors == []


def test_saving_goes_on_by_itself_when_the_connection_is_back(desk: Desk) -> None:
    desk.open()
    desk.fake.down = True
    desk.draw_box()
    expect(desk.page.locator(".ed-save")).to_have_text("Not saved")
    desk.fake.down = False
    desk.page.get_by_role("button", name="Try now").click()
    desk.saved()
    assert len(desk.fake.saves) == 1


def test_a_session_that_ended_is_opened_again_without_a_word(desk: Desk) -> None:
    desk.open()
    desk.fake.token = "token-2"
    desk.draw_box()
    desk.saved()
    assert desk.fake.requests.count(f"POST /editor/{JOB_KEY}/session") == 2


def test_submitting_tells_the_platforms_page_and_ends_the_work(new_context: Callable[..., BrowserContext]) -> None:
    with FakeEditorApi(frames=2) as fake:
        page = new_context().new_page()
        page.goto(fake.platform_address)
        frame = page.frames[1]
        frame.wait_for_url("**/editor/**")
        frame.evaluate("() => window.ed.ready")
        frame.get_by_role("button", name="Start annotating").click()
        frame.get_by_role("button", name="Rectangle", exact=True).click()
        for x, y in [(50, 280), (180, 360)]:
            place = frame.evaluate("([x, y]) => window.ed.page(x, y)", [x, y])
            page.mouse.click(place["x"], place["y"])
        frame.get_by_role("button", name="Submit").click()
        expect(frame.get_by_text("One image has nothing on it.")).to_be_visible()
        frame.get_by_role("button", name="Submit anyway").click()
        expect(frame.get_by_role("heading", name="Submitted")).to_be_visible()
        until(page, "() => window.messages.length === 2")
        ready, done = page.evaluate("() => window.messages")
        assert ready == {"origin": fake.address, "data": {"type": "cvatoloka:ready"}}
        digest = done["data"].pop("digest")
        assert done == {"origin": fake.address, "data": {"type": "cvatoloka:done", "job_key": JOB_KEY, "revision": 1}}
        assert len(digest) == 64 and fake.submits == [{"revision": 1}]
        assert len(fake.annotations["10"]["shapes"]) == 1, "the last change went before the submission"
        assert frame.get_by_role("button", name="Submit").count() == 0


def test_a_task_page_reloaded_after_the_submission_is_told_again(new_context: Callable[..., BrowserContext]) -> None:
    with FakeEditorApi() as fake:
        fake.read_only, fake.revision = True, 4
        page = new_context().new_page()
        page.goto(fake.platform_address)
        until(page, "() => window.messages.length === 2")
        done = page.evaluate("() => window.messages[1].data")
        assert (done["type"], done["job_key"], done["revision"]) == ("cvatoloka:done", JOB_KEY, 4)
        expect(page.frames[1].get_by_role("heading", name="Submitted")).to_be_visible()


def test_a_page_that_is_not_listed_is_told_nothing(new_context: Callable[..., BrowserContext]) -> None:
    with FakeEditorApi() as fake:
        fake.read_only = True
        fake.parent_origins = "https://elsewhere.example"
        page = new_context().new_page()
        page.goto(fake.platform_address)
        expect(page.frames[1].get_by_text("The page around this one is not known here")).to_be_visible()
        assert page.evaluate("() => window.messages") == []


def test_giving_up_asks_first_and_tells_the_platforms_page(new_context: Callable[..., BrowserContext]) -> None:
    with FakeEditorApi() as fake:
        page = new_context().new_page()
        page.goto(fake.platform_address)
        frame = page.frames[1]
        frame.wait_for_url("**/editor/**")
        frame.evaluate("() => window.ed.ready")
        frame.get_by_role("button", name="Start annotating").click()
        frame.get_by_role("button", name="Give up").click()
        frame.get_by_role("button", name="Keep working").click()
        expect(frame.get_by_role("dialog")).to_have_count(0)  # it has such a button, too
        assert len(page.evaluate("() => window.messages")) == 1
        frame.get_by_role("button", name="Give up").click()
        frame.get_by_role("dialog").get_by_role("button", name="Give up").click()
        until(page, "() => window.messages.length === 2")
        assert page.evaluate("() => window.messages[1].data") == {"type": "cvatoloka:skip"}


def test_nothing_is_submitted_while_the_last_change_is_not_saved(desk: Desk) -> None:
    desk.open().draw_box()
    desk.fake.save_refusals = [(503, {"code": "server", "detail": "Restarting."})] * 9
    desk.page.get_by_role("button", name="Submit").click()
    desk.page.get_by_role("button", name="Submit anyway").click()
    expect(desk.page.get_by_text("Not submitted: your last changes are not saved yet.")).to_be_visible()
    assert desk.fake.submits == []


def test_after_the_submission_everything_is_read_only(desk: Desk) -> None:
    box = {"id": 1, "type": "rectangle", "label_id": 3, "points": [50, 280, 180, 360], "attributes": []}
    desk.fake.annotations = {"10": {"shapes": [box], "tags": []}}
    desk.fake.read_only = True
    desk.open()
    before = desk.document()
    desk.click(120, 320)
    expect(desk.page.locator(".ed-object.is-selected")).to_have_count(1)
    desk.drag((120, 320), (200, 350))
    desk.press("Delete", "n", "Control+v", "Control+z", "q", "Control+4")
    assert desk.document() == before
    assert desk.fake.saves == []
    expect(desk.page.get_by_role("toolbar", name="Tools")).to_have_count(0)
    expect(desk.page.get_by_role("button", name="Submit")).to_have_count(0)
    expect(desk.page.get_by_text("This job is read-only")).to_be_visible()


def test_a_reviewer_sees_everything_and_changes_nothing(page: Page) -> None:
    with FakeEditorApi(mode="review", seconds_left=None, price=None) as fake:
        road = {"id": 1, "type": "polygon", "label_id": 4, "points": [50, 280, 180, 360, 40, 400], "attributes": []}
        fake.annotations = {"10": {"shapes": [road], "tags": [{"id": 2, "label_id": 7, "attributes": []}]}}
        desk = Desk(page, fake).open(f"{fake.address}/requester")
        expect(page.get_by_text("Review", exact=True)).to_be_visible()
        page.get_by_role("tab", name="Objects").click()
        expect(page.get_by_role("button", name="1. road, polygon of")).to_be_visible()
        desk.drag((90, 340), (200, 300))
        assert desk.points() == [[50, 280, 180, 360, 40, 400]]
        assert f"POST /editor/{JOB_KEY}/session" not in fake.requests


def test_the_deadline_warns_and_ends_the_work(page: Page) -> None:
    with FakeEditorApi(seconds_left=62) as fake:
        desk = Desk(page, fake).open()
        expect(page.locator(".ed-clock")).to_have_class("ed-fact ed-clock is-soon")
        expect(page.get_by_text("Less than one minute is left.")).to_be_visible(timeout=5000)
        desk.draw_box()
        page.evaluate("() => { window.ed.app.deadline.end = Date.now() - 1; }")
        expect(page.get_by_role("heading", name="Time is over")).to_be_visible()
        assert page.get_by_role("button", name="Submit").count() == 0
        # The last change was still sent.
        comes_true(lambda: len(fake.annotations.get("10", {}).get("shapes", [])) == 1)
