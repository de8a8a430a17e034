"""The whole road in real browsers: set up, start, annotate at the desk, submit, reject, redo by another Toloker, accept, archive."""
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Desk, Requester
from tests.stack.sandbox import SandboxServer

TITLE = "Bright squares"
BOX = (200.0, 150.0, 400.0, 330.0)


@pytest.mark.journey
def test_a_requester_gets_a_crowds_work_rejects_one_has_it_redone_and_archives(
    requester: Requester, toloker: Callable[[str], Desk], sandbox_server: SandboxServer, pictures: list[Path], tmp_path: Path,
) -> None:
    account = sandbox_server.create_requester(balance="50.00")
    project = requester.make_project(TITLE, "square")
    requester.write_guide(project, "Draw **one** box around the bright square.")
    requester.set_up_project(project, account.token, "Boxes around squares.")
    task = requester.make_task(project, "Two squares", pictures, segment_size=1)
    requester.set_up_pool(task, "0.05", "Only when I press the button")

    kim = toloker("Kim")
    assert not kim.sees(TITLE), "a pool that was not started must not be visible to Tolokers"
    requester.verb(task, "Start Toloka pool", "Start")
    requester.see("The pool is open and waits for Tolokers.")

    job_of_kim = work(kim)
    kim_again_job = work(kim)
    assert job_of_kim != kim_again_job

    requester.sync(task)
    requester.see("2 to review")
    requester.press(requester.page.get_by_role("link", name=re.compile("wait.* for your review")))
    first = requester.page.url
    expect(requester.page.locator("#viewer .shapes rect, #viewer .shapes polygon").first).to_be_visible()
    requester.decide(first, "Reject", "The box is too large.")
    requester.see_in_bar("appeal possible until")
    assert requester.page.get_by_role("group", name="Review").get_by_role("link", name="Reject").count() == 0
    expect(requester.page.get_by_role("group", name="Review").get_by_role("link", name="Accept")).to_be_visible()

    kim.my_work()
    expect(kim.page.get_by_text("The box is too large.")).to_be_visible()
    assert not kim.sees(TITLE), "a rejected job must wait until the requester gives it away"

    requester.open(first)
    requester.page.get_by_role("link", name="Give to another Toloker").click()
    requester.press(requester.page.get_by_role("dialog").get_by_role("button", name=re.compile("Give")))
    assert not kim.sees(TITLE), "a redo never goes to the Toloker whose work was rejected"
    lee = toloker("Lee")
    work(lee)

    requester.sync(task)
    requester.see("2 to review")
    for _ in range(2):
        requester.open(task)
        requester.press(requester.page.get_by_role("link", name=re.compile("wait.* for your review")))
        job = requester.page.url
        requester.decide(job, "Accept", "Thank you.")
        requester.see_in_bar("Accepted")
    requester.open(task)
    requester.see("2 accepted")

    check_export(requester, project, tmp_path)
    archive(requester, project, task, sandbox_server)
    decisions = [r for r in sandbox_server.requests(path="/assignments/", method="PATCH") if r["requester_id"] == account.id]
    assert [r["status"] for r in decisions] == [200, 200, 200], "one call for each decision: a rejection and two acceptances"
    balance = account.call("GET", "/api/v1/requester")["balance"]
    assert balance < 50.0 - 2 * 0.05 + 0.001, "two accepted jobs are paid"
    assert balance > 50.0 - 3 * 0.05, "and only two"
    assert requester.errors == [] and kim.errors == [] and lee.errors == []


def work(desk: Desk) -> str:
    """Take, draw one box, submit. Gives the address of the editor that was used."""
    editor = desk.take(TITLE)
    address = editor.url
    desk.draw(editor, BOX)
    expect(editor.get_by_text("Saved").first).to_be_visible()
    assert sum(len(frame["shapes"]) for frame in editor.evaluate("() => window.ed.document()")["frames"].values()) == 1
    desk.submit(editor)
    return address.split("#")[0]


def check_export(requester: Requester, project: str, folder: Path) -> None:
    """The export holds one box a picture, where it was drawn."""
    page = requester.page
    requester.open(f"{project.rstrip('/')}/export")
    page.get_by_label("Format").select_option(label="COCO 1.0")
    requester.press(page.get_by_role("button", name="Start export"))
    with page.expect_download(timeout=30_000) as waiting:
        page.get_by_role("link", name=re.compile("Download")).first.click(timeout=30_000)
    target = folder / "export.zip"
    waiting.value.save_as(target)
    with zipfile.ZipFile(target) as archive_file:
        name = next(name for name in archive_file.namelist() if name.endswith(".json") and "report" not in name)
        coco = json.loads(archive_file.read(name))
    assert len(coco["images"]) == 2 and len(coco["annotations"]) == 2
    for annotation in coco["annotations"]:
        x, y, width, height = annotation["bbox"]
        assert [x, y, x + width, y + height] == pytest.approx(list(BOX), abs=3)


def archive(requester: Requester, project: str, task: str, sandbox: SandboxServer) -> None:
    """The dispute over the rejection must be over first: the page says so, then the sandbox's calendar moves on."""
    requester.sync(task)
    requester.open(task)
    if not requester.page.get_by_text("Toloka: closed").is_visible():
        requester.verb(task, "Stop Toloka pool", "Stop")
        requester.see("Toloka: closed")
    requester.open(task)
    requester.page.get_by_role("button", name="Actions").click()
    expect(requester.page.get_by_text(re.compile("rejected less than 9 days ago"))).to_be_visible()
    sandbox.advance(days=10)
    requester.sync(task)
    requester.verb(task, "Archive Toloka pool", "Archive")
    requester.see("Toloka: archived")
    requester.verb(project, "Archive Toloka project", "Archive")
    requester.see("Toloka: archived")
