"""One job from its first shape to its payment, on real parts: drawn at the desk in the cross-site frame, interrupted, reviewed with issues,
rejected, redone by another Toloker, compared, fixed and accepted."""
import io
import json
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PASSWORD
from tests.journeys.hands import Hands
from tests.journeys.people import Desk, Requester
from tests.journeys.programs import Api
from tests.stack.app import AppServer
from tests.stack.sandbox import RequesterAccount, SandboxServer
from tests.stack.waiting import until

TITLE = "Squares in every way"
KINDS = ["rectangle", "polygon", "polyline", "points", "ellipse", "mask", "tag"]
COMMENT = """Please look again.

1. Frame 1 (square0.jpg): The bright square is missing
2. Frame 1 (square0.jpg): Wrong position"""


@pytest.fixture
def api(app_server: AppServer, requester: Requester) -> Api:
    """What the requester's own programs see."""
    return Api(app_server.url, requester.name, PASSWORD)


def publish(api: Api, key: str, pictures: list[Path]) -> dict[str, Any]:
    """A project with a label for every shape and one for the image, a task of one job on both pictures, an open pool; gives the task."""
    project = api.make_project(TITLE, (("square", "any"), ("night", "tag")))
    task = api.make_task(project["id"], "Two squares", pictures, segment_size=2)
    api.finish(api.set_up_project(project["id"], key))
    api.finish(api.set_up_pool(task["id"], reissue_policy="by_hand"))
    api.finish(api.command("POST", f"/api/crowdsourcing/pools/{api.pool_of(task['id'])['id']}/start"))
    return task


def test_a_job_is_drawn_rejected_with_issues_redone_compared_fixed_and_paid_once(
    requester: Requester, api: Api, toloker: Callable[[str], Desk], sandbox_server: SandboxServer, pictures: list[Path],
) -> None:
    account = sandbox_server.create_requester(balance="20.00")
    task = publish(api, account.token, pictures)
    [job] = api.all("/api/jobs", task_id=task["id"])
    task_url, job_url = f"{requester.url}/tasks/{task['id']}", f"{requester.url}/jobs/{job['id']}"

    kim = toloker("Kim")
    hands = Hands(kim.page, kim.take(TITLE))
    draw_by_mouse(hands)
    draw_by_keys(hands)
    hands = come_back(kim, hands)
    work_offline(hands)
    hands = lose_the_tab(kim, hands)
    drawn = [hands.types(0), hands.types(1)]
    assert drawn == [[*KINDS[:6], "rectangle", "rectangle", "tag"], KINDS]
    kim.submit(hands.editor)
    stored = api.call("GET", f"/api/jobs/{job['id']}/annotations/")
    assert sorted(shape["type"] for shape in stored["shapes"]) == sorted([*KINDS[:6] * 2, "rectangle", "rectangle"])
    assert len(stored["tags"]) == 2

    open_from_queue(requester, task_url, job_url, "14 shapes, 2 tags")
    reject_with_issues(requester, api, job["id"])
    kim.my_work()
    expect(kim.page.locator(".work .comment")).to_contain_text(COMMENT, use_inner_text=True)

    requester.open(job_url)
    requester.page.get_by_role("link", name="Give to another Toloker").click()
    requester.press(requester.page.get_by_role("dialog").get_by_role("button", name=re.compile("Give")))
    lee = toloker("Lee")
    redo(lee)

    open_from_queue(requester, task_url, job_url, "3 shapes")
    compare(requester)
    requester.open(job_url)
    fix_and_accept(requester)
    requester.open(f"{requester.url}/review")
    requester.see("Nothing waits for your review")
    lee.my_work()
    expect(lee.page.locator(".work")).to_contain_text("Accepted")

    assert boxes_in_export(api, task["project_id"]) == [
        pytest.approx(box, abs=1.5) for box in ([30, 20, 100, 70], [150, 20, 100, 70], [200, 150, 200, 180])]
    corrected, submitted, rejected = api.call("GET", f"/api/jobs/{job['id']}/snapshots")["results"]
    assert [(one["reason"], one["author"]) for one in (corrected, submitted, rejected)] == [
        ("corrected", requester.name), ("submitted", None), ("submitted", None)]
    change = api.call("GET", f"/api/jobs/{job['id']}/differences?a={submitted['id']}&b={corrected['id']}")
    assert {kind: count for kind, count in change["counts"].items() if count} == {"moved": 1, "unchanged": 2}
    paid_once(account, sandbox_server)
    requester.open(task_url)
    expect(requester.page.locator("div", has=requester.page.get_by_text("Spent", exact=True)).last).to_contain_text("$0.05")
    assert requester.errors == [] and kim.errors == [] and lee.errors == []


def draw_by_mouse(hands: Hands) -> None:
    """Each kind of object on the first frame, then two steps back and forward again."""
    hands.tool("Rectangle")
    hands.drag((20, 20), (120, 90))
    hands.tool("Polygon")
    hands.click((150, 20), (250, 20), (250, 90), (150, 20))
    hands.tool("Line")
    hands.click((280, 30), (340, 80), (380, 30))
    hands.press("n")
    hands.tool("Points")
    hands.click((420, 40), (460, 60))
    hands.press("n")
    hands.tool("Ellipse")
    hands.drag((480, 20), (600, 100))
    hands.tool("Mask")
    hands.drag((450, 200), (560, 200))
    hands.press("n")
    hands.editor.get_by_role("button", name="night").click()
    assert hands.types(0) == KINDS
    drawn = hands.content(0)
    hands.press("Control+z", "Control+z")
    assert hands.types(0) == KINDS[:5]
    hands.press("Control+y", "Control+Shift+z")
    assert hands.content(0) == drawn


def draw_by_keys(hands: Hands) -> None:
    """The same on the second frame without the mouse."""
    hands.press("f")
    expect(hands.editor.get_by_role("spinbutton", name="Frame")).to_have_value("2")
    hands.loaded()
    corners = ["Enter", "Space", "Control+ArrowRight", "Shift+ArrowDown", "Space"]
    ways = {"Rectangle": corners, "Polygon": [*corners, "Control+ArrowDown", "Space", "Enter"], "Line": [*corners, "Enter"],
            "Points": [*corners, "Enter"],
            "Ellipse": ["Enter", "Space", "Control+ArrowLeft", "Shift+ArrowUp", "Space"], "Mask": ["ArrowRight", "Space", "Enter"]}
    for name, way in ways.items():
        hands.tool(name, by_key=True)
        hands.press(*way)
    hands.editor.get_by_role("button", name="night").press("Enter")
    assert hands.types(1) == KINDS
    left, top, right, bottom = hands.content(1)["shapes"][0]["points"]
    assert (right - left, bottom - top) == (100, 10)


def come_back(desk: Desk, hands: Hands) -> Hands:
    """Reload the desk: all is there, and there is nothing to be asked about."""
    hands.saved()
    before = [hands.types(0), hands.types(1)]
    desk.page.reload()
    again = Hands(desk.page, desk.editor())
    assert [again.types(0), again.types(1)] == before
    expect(again.editor.get_by_role("dialog")).to_have_count(0)
    return again


def work_offline(hands: Hands) -> None:
    """A box that is drawn without a connection is on the server as soon as there is one again."""
    hands.page.context.set_offline(True)
    hands.tool("Rectangle")
    hands.drag((20, 300), (120, 400))
    expect(hands.editor.get_by_role("alert")).to_contain_text("Not saved: There is no connection to the server.")
    hands.page.context.set_offline(False)
    hands.saved()


def lose_the_tab(desk: Desk, hands: Hands) -> Hands:
    """A box that was drawn without a connection, in a tab that then crashed, is offered again."""
    hands.page.context.set_offline(True)
    hands.tool("Rectangle")
    hands.drag((140, 300), (180, 400))
    expect(hands.editor.get_by_role("alert")).to_contain_text("Your work is kept in this browser.")
    until(hands.editor, "() => window.ed.app.saver.drafts.get().then((draft) => draft !== null)")
    desk.lose_tab()
    again = Hands(desk.page, desk.editor())
    expect(again.editor.get_by_role("heading", name="Work that was not saved")).to_be_visible()
    again.editor.get_by_role("button", name="Take them back").click()
    again.saved()
    return again


def open_from_queue(requester: Requester, task_url: str, job_url: str, contents: str) -> None:
    """Sync, then from the only row of the queue to the job's page."""
    requester.sync(task_url)
    requester.open(f"{requester.url}/review")
    requester.see(contents)
    row = requester.page.locator("[data-row]")
    expect(row).to_have_count(1)
    row.get_by_role("link", name=re.compile("Job")).click()
    requester.page.wait_for_url(job_url)


def reject_with_issues(requester: Requester, api: Api, job: int) -> None:
    """Two issues in the editor, about a place and about an object, and a rejection with both as its reasons."""
    page = requester.page
    page.get_by_role("link", name="View in editor").click()
    hands, card = Hands(page), page.get_by_role("dialog", name="New issue")
    hands.press("n")
    hands.click((300, 240))
    card.get_by_label("What is wrong here?").fill("The bright square is missing")
    hands.press("Enter")
    expect(page.get_by_role("button", name="Issue 1, open: The bright square is missing")).to_be_visible()
    hands.click((70, 60), button="right")
    expect(card.get_by_text("about square")).to_be_visible()
    card.get_by_role("button", name="Wrong position").click()
    expect(page.get_by_role("button", name="Issue 2, open: Wrong position")).to_be_visible()
    box = next(shape["id"] for shape in hands.content(0)["shapes"] if shape["type"] == "rectangle")
    made = sorted(api.all("/api/issues", job_id=job), key=lambda issue: issue["id"])
    assert [(issue["frame"], issue["shape_id"], issue["resolved"]) for issue in made] == [(0, None, False), (0, box, False)]
    assert made[0]["position"] == pytest.approx([300, 240], abs=1.5)

    page.get_by_role("group", name="Review").get_by_role("link", name="Reject").click()
    question = page.get_by_role("dialog", name="Reject this work?")
    question.get_by_label("Anything else?").fill("Please look again.")
    expect(question.locator("blockquote")).to_have_text(COMMENT, use_inner_text=True)
    requester.press(question.get_by_role("button", name="Reject"))
    requester.see_in_bar("appeal possible until")


def redo(desk: Desk) -> None:
    """Another Toloker: the box elsewhere, the same polygon, the square that was missing; nothing on the second picture. Begins with
    nothing of what was rejected."""
    hands = Hands(desk.page, desk.take(TITLE))
    assert hands.types(0) == hands.types(1) == []
    hands.tool("Rectangle")
    hands.drag((30, 20), (130, 90))
    hands.tool("Polygon")
    hands.click((150, 20), (250, 20), (250, 90), (150, 20))
    hands.tool("Rectangle")
    hands.drag((200, 150), (370, 330))
    hands.press("f")
    expect(hands.editor.get_by_role("spinbutton", name="Frame")).to_have_value("2")
    hands.loaded()
    hands.press("e")
    expect(hands.editor.get_by_text("2 of 2 frames done")).to_be_visible()
    desk.submit(hands.editor)


def compare(requester: Requester) -> None:
    """What the second attempt says otherwise than the first one."""
    page = requester.page
    page.get_by_role("link", name="Compare with the earlier attempt").click()
    expect(page.get_by_role("heading", name="Compare attempts")).to_be_visible()
    sums = page.get_by_role("region", name="All frames")
    words = ("Added", "Removed", "Relabelled", "Moved", "Answers changed", "Unchanged")
    expect(sums.locator("dt")).to_have_text([re.compile(word) for word in words])
    expect(sums.locator("dd")).to_have_text(["1", "14", "0", "1", "0", "1"])
    expect(page.locator("#viewer .object-list li", has_text="moved, IoU 8")).to_have_count(1)


def fix_and_accept(requester: Requester) -> None:
    """The requester draws the square's lower right corner to its place and accepts in the same step."""
    page = requester.page
    bar = page.get_by_role("group", name="Review")
    bar.get_by_role("button", name="Fix").click()
    hands = Hands(page)
    hands.click((300, 240))
    hands.drag((370, 330), (400, 330))
    assert hands.content(0)["shapes"][-1]["points"] == pytest.approx([200, 150, 400, 330], abs=1.5)
    page.get_by_role("button", name="Finish", exact=True).click()
    expect(bar.get_by_text("1 frame changed")).to_be_visible()
    bar.get_by_role("link", name="Fix and accept").click()
    requester.press(page.get_by_role("dialog").get_by_role("button", name="Fix and accept"))
    requester.see_in_bar("Accepted")
    requester.see_in_bar(f"Corrected by {requester.name}")


def boxes_in_export(api: Api, project: int) -> list[list[float]]:
    """Boxes of COCO's annotations, in order: [x, y, width, height]."""
    address = f"/api/projects/{project}/dataset/export?format=COCO 1.0&save_images=false"
    request = api.call("POST", address)["rq_id"]
    api.wait_for(request)
    answer = api.http.get(f"/api/requests/{request}/result", follow_redirects=True)
    answer.raise_for_status()
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".json") and "report" not in name)
        return [annotation["bbox"] for annotation in json.loads(archive.read(name))["annotations"]]


def paid_once(account: RequesterAccount, sandbox: SandboxServer) -> None:
    """One rejection, one acceptance; the platform took the price and its fee for one job."""
    decisions = [call for call in sandbox.requests(path="/assignments/", method="PATCH") if call["requester_id"] == account.id]
    assert [call["status"] for call in decisions] == [200, 200]
    fee = Decimal(sandbox.environment.get("SANDBOX_FEE_PERCENT", "30"))
    paid = Decimal("20.00") - Decimal(str(account.call("GET", "/api/v1/requester")["balance"]))
    assert paid == Decimal("0.05") * (100 + fee) / 100
