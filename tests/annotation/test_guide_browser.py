"""Pictures on the guide's page, in a real Chromium: chosen, pasted, refused; shown by the page's own policy."""
import base64
import os
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotation.models import Asset
from tests.annotation.pictures import picture
from tests.cast import PASSWORD
from tests.stack.waiting import until

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PASTE = """([name, type, content]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], name, { type }));
  document.querySelector("textarea[name=guide]").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(autouse=True)
def _database_beside_playwright(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright's own event loop runs in this thread; Django would take our look at the database for a mistake."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def test_pictures_go_into_the_guide_and_are_seen(live_server: Any, page: Page, alice: Any, project: Any) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
    page.goto(f"{live_server.url}/login?next=/projects/{project.pk}/guide")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    text = page.get_by_label("Markdown")
    expect(text).to_have_value("# Boxes")

    page.locator("input[data-guide-pictures]").set_input_files(
        {"name": "car.png", "mimeType": "image/png", "buffer": picture(300, 200, form="PNG")})
    expect(page.locator("#preview img")).to_have_count(1)
    content = base64.b64encode(picture(200, 100)).decode()
    page.evaluate(PASTE, ["lorry.jpg", "image/jpeg", content])
    expect(page.locator("#preview img")).to_have_count(2)
    first, second = Asset.objects.order_by("created_date")
    assert text.input_value().split() == ["#", "Boxes", f"![car](/api/assets/{first.pk})", f"![lorry](/api/assets/{second.pk})"]
    until(page, "[...document.querySelectorAll('#preview img')].every((one) => one.complete && one.naturalWidth > 0)")
    page.evaluate(PASTE, ["bad.png", "image/png", base64.b64encode(b"nothing").decode()])
    expect(page.get_by_text("bad.png is not a whole PNG, JPEG, GIF or WebP picture.")).to_be_visible()

    page.get_by_role("button", name="Save guide").click()
    page.wait_for_url(f"**/projects/{project.pk}")
    until(page, "[...document.querySelectorAll('.markdown img')].filter((one) => one.naturalWidth > 0).length === 2")
    project.refresh_from_db()
    assert project.guide.count("/api/assets/") == 2
    assert complaints == []
