"""The requester's pages, at the addresses that toloka-kit prints."""
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.sandbox.desk.conftest import Shop, classic
from tests.stack.sandbox import SandboxServer


@dataclass
class Office:
    """The requester's pages in a browser."""

    page: Page
    url: str

    def log_in(self, token: str, path: str = "/requester/") -> None:
        """Open a page with the API token."""
        self.page.goto(self.url + path)
        self.page.get_by_label("API token").fill(token)
        self.page.get_by_role("button", name="Log in").click()


@pytest.fixture
def office(quiet_page: Callable[..., Page], sandbox: SandboxServer) -> Office:
    """Pages on which nothing is refused."""
    return Office(quiet_page(), sandbox.url)


@pytest.fixture
def strict_office(quiet_page: Callable[..., Page], sandbox: SandboxServer) -> Office:
    """Pages on which the platform refuses something."""
    return Office(quiet_page(refusals=True), sandbox.url)


def _submitted(shop: Shop, sandbox: SandboxServer, pool: str, answer: str = "YES") -> str:
    toloker = sandbox.create_toloker("Ada")
    taken = toloker.take(pool)
    toloker.submit(taken["id"], {"result": answer})
    return str(taken["id"])


def test_a_requester_accepts_by_hand(office: Office, sandbox: SandboxServer, shop: Shop) -> None:
    project = shop.project(classic(), name="Cats & sofas")
    pool = shop.pool(project, ["A sofa"])
    work = _submitted(shop, sandbox, pool)
    office.log_in(shop.requester.token)
    office.page.get_by_role("link", name="Cats & sofas").click()
    expect(office.page.locator(f"[data-waiting='{pool}']")).to_have_text("1")
    office.page.get_by_role("link", name="First pool").click()
    assert office.page.url.endswith(f"/requester/project/{project}/pool/{pool}")
    row = office.page.locator(f"[data-assignment-id='{work}']")
    expect(row).to_contain_text("result: YES")
    expect(row).to_contain_text("title: A sofa")
    expect(row).to_contain_text(shop.assignments(pool)[0]["user_id"])
    row.get_by_role("button", name="Accept").click()
    office.page.get_by_role("dialog").get_by_role("button", name="Accept").click()
    expect(row).to_contain_text("Accepted")
    expect(row.get_by_role("button")).to_have_count(0)
    assert shop.assignments(pool)[0]["status"] == "ACCEPTED"


def test_a_rejection_needs_a_reason_and_can_be_turned(office: Office, sandbox: SandboxServer, shop: Shop) -> None:
    project = shop.project(classic())
    pool = shop.pool(project, ["A sofa"])
    work = _submitted(shop, sandbox, pool)
    office.log_in(shop.requester.token, f"/requester/project/{project}/pool/{pool}")
    row = office.page.locator(f"[data-assignment-id='{work}']")
    row.get_by_role("button", name="Reject").click()
    dialog = office.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Write why")
    dialog.get_by_label("Comment for the Toloker").fill("There is a cat.")
    dialog.get_by_role("button", name="Reject").click()
    expect(row).to_contain_text("Comment: There is a cat.")
    expect(row.get_by_role("button", name="Reject")).to_have_count(0)
    (rejected,) = shop.assignments(pool)
    assert (rejected["status"], rejected["public_comment"]) == ("REJECTED", "There is a cat.")
    row.get_by_role("button", name="Accept").click()
    dialog.get_by_role("button", name="Accept").click()
    expect(row).to_contain_text("Accepted")


def test_a_pool_is_closed_opened_and_archived(office: Office, sandbox: SandboxServer, shop: Shop) -> None:
    project = shop.project(classic())
    pool = shop.pool(project, ["A sofa"])
    office.log_in(shop.requester.token, f"/requester/project/{project}/pool/{pool}")
    status = office.page.locator(".facts .badge")
    expect(status).to_have_text("OPEN")
    office.page.get_by_role("button", name="Close").click()
    office.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(status).to_have_text("CLOSED")
    office.page.get_by_role("button", name="Open").click()
    expect(status).to_have_text("OPEN")
    office.page.get_by_role("button", name="Close").click()
    office.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    office.page.get_by_role("button", name="Archive").click()
    office.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    office.page.get_by_role("button", name="Archive").click()
    office.page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(status).to_have_text("ARCHIVED")
    shop.made.clear()
    office.page.get_by_role("link", name="Is there a cat?").click()
    office.page.get_by_role("button", name="Archive").click()
    office.page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(office.page.locator(".facts .badge")).to_have_text("ARCHIVED")


def test_what_stands_in_the_way_is_said_in_words(strict_office: Office, sandbox: SandboxServer, shop: Shop) -> None:
    project = shop.project(classic())
    pool = shop.pool(project, ["A sofa", "A lamp"])
    _submitted(shop, sandbox, pool)
    page = strict_office.page
    strict_office.log_in(shop.requester.token, f"/requester/project/{project}/pool/{pool}")
    page.get_by_role("button", name="Close").click()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Archive").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(page.get_by_role("alert")).to_contain_text("There is work to review in this pool.")
    page.get_by_role("link", name="Is there a cat?").click()
    page.get_by_role("button", name="Archive").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(page.get_by_role("alert")).to_contain_text("Archive them first.")


def test_a_wrong_token_is_refused_and_asked_for_again(strict_office: Office) -> None:
    strict_office.log_in("not-a-token")
    expect(strict_office.page.get_by_role("alert")).to_contain_text("does not know this token")
    expect(strict_office.page.get_by_label("API token")).to_have_value("")


def test_another_requesters_project_is_not_shown(strict_office: Office, sandbox: SandboxServer, shop: Shop) -> None:
    project = shop.project(classic(), name="Secret sofas")
    other = sandbox.create_requester("Bob")
    strict_office.log_in(other.token, f"/requester/project/{project}")
    expect(strict_office.page.get_by_role("alert")).to_be_visible()
    expect(strict_office.page.get_by_text("Secret sofas")).to_have_count(0)
    strict_office.page.get_by_role("link", name="All projects").click()
    expect(strict_office.page.get_by_role("heading", name="No projects yet")).to_be_visible()


def test_the_token_stays_in_its_tab_and_log_out_forgets_it(office: Office, sandbox: SandboxServer) -> None:
    requester = sandbox.create_requester("Ann's lab", "12.50")
    office.log_in(requester.token)
    expect(office.page.get_by_text("Ann's lab")).to_be_visible()
    expect(office.page.get_by_text("$12.50")).to_be_visible()
    other = office.page.context.new_page()
    other.goto(f"{office.url}/requester/")
    expect(other.get_by_label("API token")).to_be_visible()
    office.page.get_by_role("button", name="Log out").click()
    office.page.reload()
    expect(office.page.get_by_label("API token")).to_be_visible()
