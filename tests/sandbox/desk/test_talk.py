"""Messages between a requester and a Toloker, appeals, bonuses and skills, each side at its own page."""
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.sandbox.desk.conftest import Desk, Shop, classic
from tests.sandbox.desk.test_requester import Office
from tests.stack.sandbox import SandboxServer, TolokerAccount


@pytest.fixture
def office(quiet_page: Callable[..., Page], sandbox: SandboxServer) -> Office:
    return Office(quiet_page(), sandbox.url)


def _worked(shop: Shop, toloker: TolokerAccount, *titles: str) -> list[str]:
    pool = shop.pool(shop.project(classic()), list(titles))
    works = []
    for _ in titles:
        works.append(toloker.take(pool)["id"])
        toloker.submit(works[-1], {"result": "YES"})
    return works


def test_a_requester_writes_and_a_toloker_answers(desk: Desk, office: Office, shop: Shop) -> None:
    ada = desk.become("Ada")
    _worked(shop, ada, "A sofa")
    office.log_in(shop.requester.token, f"/requester/messages/to/{ada.id}")
    office.page.get_by_label("Topic").fill("Your boxes")
    office.page.get_by_label("Text").fill("Please mark the <b>signs</b>, too.")
    office.page.get_by_role("button", name="Send").click()
    office.page.get_by_role("heading", name="Your boxes").wait_for()
    desk.page.goto(f"{desk.url}/#/messages")
    desk.page.reload()
    talk = desk.page.locator(".conversation")
    expect(talk).to_contain_text("Please mark the <b>signs</b>, too.")
    expect(talk).to_contain_text("With Ann's lab")
    talk.get_by_label("Your answer").fill("I shall.")
    talk.get_by_role("button", name="Send").click()
    expect(talk.locator(".bubble.mine")).to_contain_text("I shall.")
    office.page.get_by_role("link", name="Messages").first.click()
    entry = office.page.locator(".threads li")
    expect(entry).to_contain_text("New")
    expect(entry).to_contain_text("I shall.")
    entry.get_by_role("link").click()
    office.page.get_by_label("Your answer").fill("Thank you.")
    office.page.get_by_role("button", name="Send").click()
    expect(office.page.locator(".bubble.mine").last).to_contain_text("Thank you.")
    desk.page.get_by_role("button", name="Refresh").click()
    expect(talk.locator(".bubble")).to_have_count(3)
    office.page.get_by_role("link", name="Messages").last.click()
    expect(office.page.locator(".threads .unread")).to_have_count(0)


def test_a_message_to_all_takes_no_answers_where_the_requester_says_so(desk: Desk, office: Office, shop: Shop) -> None:
    _worked(shop, desk.become("Ada"), "A sofa")
    office.log_in(shop.requester.token, "/requester/messages/new")
    office.page.get_by_label("Topic").fill("Holidays")
    office.page.get_by_label("Text").fill("No tasks until Monday.")
    office.page.get_by_label("They may answer").uncheck()
    office.page.get_by_role("button", name="Send").click()
    office.page.get_by_role("heading", name="Holidays").wait_for()
    desk.page.goto(f"{desk.url}/#/messages")
    desk.page.reload()
    expect(desk.page.locator(".conversation")).to_contain_text("The requester takes no answers to this message.")
    expect(desk.page.get_by_label("Your answer")).to_have_count(0)


def test_an_appeal_is_read_and_answered_by_accepting_the_work(desk: Desk, office: Office, shop: Shop) -> None:
    ada = desk.become("Ada")
    (work,) = _worked(shop, ada, "A sofa")
    shop.review(work, "REJECTED", "No cat.")
    ada.appeal(work, "It sits behind the sofa.")
    office.log_in(shop.requester.token, "/requester/messages")
    office.page.get_by_role("link", name="Appeal against a rejection").click()
    expect(office.page.locator(".bubble")).to_contain_text("It sits behind the sofa.")
    office.page.get_by_role("link", name=work).click()
    row = office.page.locator(f"[data-assignment-id='{work}']")
    row.get_by_role("button", name="Accept").click()
    office.page.get_by_role("dialog").get_by_role("button", name="Accept").click()
    expect(row).to_contain_text("Accepted")
    desk.page.goto(f"{desk.url}/#/work")
    desk.page.reload()
    expect(desk.page.locator(".work")).to_contain_text("You appealed.")
    desk.page.get_by_role("link", name="Read the messages").click()
    expect(desk.page.locator(".bubble.mine")).to_contain_text("It sits behind the sofa.")


def test_nobody_wrote_yet(desk: Desk, office: Office, shop: Shop) -> None:
    desk.become("Ada")
    desk.page.goto(f"{desk.url}/#/messages")
    desk.page.reload()
    expect(desk.page.locator(".empty")).to_contain_text("No messages")
    office.log_in(shop.requester.token, "/requester/messages")
    expect(office.page.locator(".empty")).to_contain_text("Nobody wrote to you")


def test_earnings_show_bonuses_skills_and_restrictions(desk: Desk, shop: Shop) -> None:
    ada = desk.become("Ada")
    works = _worked(shop, ada, "A sofa", "A lamp")
    shop.review(works[0], "ACCEPTED")
    call = shop.requester.call
    call("POST", "/api/v1/user-bonuses", {"user_id": ada.id, "amount": 0.5, "public_title": {"EN": "Thank you"},
                                          "public_message": {"EN": "Best of all"}})
    skill = call("POST", "/api/v1/skills", {"name": "Careful", "hidden": False})
    call("PUT", "/api/v1/user-skills", {"skill_id": skill["id"], "user_id": ada.id, "value": 77})
    call("PUT", "/api/v1/user-restrictions", {"scope": "ALL_PROJECTS", "user_id": ada.id, "will_expire": "2060-01-01T00:00:00"})
    desk.page.goto(f"{desk.url}/#/earnings")
    desk.page.reload()
    page = desk.page
    expect(page.locator(".figure", has_text="Balance")).to_contain_text("$0.55")
    expect(page.locator(".figure", has_text="On review")).to_contain_text("$0.05")
    expect(page.locator(".bonuses")).to_contain_text("$0.50")
    expect(page.locator(".bonuses")).to_contain_text("Thank you")
    expect(page.locator(".bonuses")).to_contain_text("Best of all")
    expect(page.locator(".skills")).to_contain_text("77")
    expect(page.get_by_text("Closed to you: all projects of a requester")).to_be_visible()


def test_my_work_is_filtered_and_shown_in_pages(desk: Desk, shop: Shop) -> None:
    ada = desk.become("Ada")
    works = _worked(shop, ada, *(f"Number {n}" for n in range(33)))
    shop.review(works[0], "ACCEPTED", "Thanks")
    shop.review(works[1], "REJECTED", "No")
    desk.page.goto(f"{desk.url}/#/work")
    desk.page.reload()
    expect(desk.page.locator(".work")).to_have_count(30)
    desk.page.get_by_role("button", name="Show more").click()
    expect(desk.page.locator(".work")).to_have_count(33)
    for tab, count in (("In review", 31), ("Accepted", 1), ("Rejected", 1), ("Skipped", 0), ("Expired", 0)):
        link = desk.page.get_by_role("navigation", name="Kinds of work").get_by_role("link", name=tab)
        expect(link).to_contain_text(str(count))
    desk.page.get_by_role("link", name="Accepted").click()
    expect(desk.page.locator(".work")).to_contain_text("Thanks")
    desk.page.get_by_role("link", name="Skipped").click()
    expect(desk.page.locator(".empty")).to_contain_text("Nothing of this kind")


def test_a_full_profile_is_what_filters_see(desk: Desk, shop: Shop) -> None:
    def is_(category: str, key: str, operator: str, value: object) -> dict[str, object]:
        return {"category": category, "key": key, "operator": operator, "value": value}

    everything = [is_("profile", "country", "EQ", "DE"), is_("profile", "citizenship", "EQ", "FR"), is_("profile", "gender", "EQ",
                                                                                                        "FEMALE"),
                  is_("profile", "education", "EQ", "MIDDLE"), is_("profile", "languages", "IN", "FR"), is_("profile", "city", "IN", 177),
                  is_("computed", "region_by_ip", "IN", 96), is_("computed", "region_by_phone", "IN", 124),
                  is_("computed", "device_category", "EQ", "SMARTPHONE"), is_("computed", "client_type", "EQ", "TOLOKA_APP")]
    shop.pool(shop.project(classic()), ["A sofa"], filter={"and": everything}, may_contain_adult_content=True)
    desk.page.goto(f"{desk.url}/#/new")
    page = desk.page
    page.get_by_text("Profile: what audience rules look at").click()
    for label, choice in (("Country", "Germany"), ("Citizenship", "France"), ("Phone number's country", "France"), ("Device",
        "Phone, in the mobile app"),
                          ("Gender", "Female"), ("Education", "Middle")):
        page.get_by_label(label).first.select_option(choice)
    page.get_by_label("City").fill("177")
    page.get_by_label("Date of birth").fill("1999-01-31")
    page.get_by_role("group", name="Speaks").get_by_label("French").check()
    page.get_by_role("group", name="language test").get_by_label("French").check()
    page.get_by_role("button", name="Start working").click()
    expect(page.get_by_role("button", name="Start: Is there a cat?")).to_be_visible()
