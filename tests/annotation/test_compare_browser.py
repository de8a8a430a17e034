"""The compare page in a real Chromium, under a strict content security policy."""
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.annotation.test_differences import attempted
from tests.annotation.test_pages_browser import _database_beside_playwright, at

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
__all__ = ["_database_beside_playwright", "at", "attempted"]


def test_the_legend_the_list_and_the_keys_lead_through_the_differences(at: Any, page: Page, attempted: Any) -> None:
    job, _snapshot = attempted
    page.set_viewport_size({"width": 1440, "height": 1000})
    at(f"/jobs/{job.pk}")
    page.get_by_role("link", name="Compare").click()
    place, svg = page.locator(".viewer-place"), page.locator(".viewer-stage svg")
    expect(place).to_have_text("1 / 3")
    relabelled = page.locator('.viewer-stage [data-kind="relabelled"]')
    expect(relabelled).to_be_visible()
    assert relabelled.locator(".is").evaluate("shape => getComputedStyle(shape).stroke") == "rgb(168, 85, 247)"

    page.locator(".object-list li", has_text="car → person").click()
    expect(relabelled).to_have_class(re.compile("is-marked"))
    expect(svg).not_to_have_attribute("viewBox", "0 0 100 80")
    page.keyboard.press("0")
    expect(svg).to_have_attribute("viewBox", "0 0 100 80")

    page.get_by_role("button", name="relabelled").click()
    expect(relabelled).to_be_hidden()
    expect(page.locator(".object-list li", has_text="car → person")).to_be_hidden()
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="removed")).to_have_attribute("aria-pressed", "false")

    page.keyboard.press("n")  # frame 1 does not differ
    expect(place).to_have_text("3 / 3")
    expect(page.locator('[data-frame-link="2"]')).to_have_attribute("aria-current", "true")
    expect(page.locator('.viewer-stage [data-kind="removed"]')).to_be_hidden()  # what is hidden stays so
    expect(page.locator(".object-tags")).to_contain_text("night")
    page.keyboard.press("d")
    expect(place).to_have_text("2 / 3")
    page.keyboard.press("p")
    expect(place).to_have_text("1 / 3")

    page.get_by_label("First version").select_option("current")
    expect(page.get_by_text("No differences.")).to_be_visible()
