"""Choosing files of the share and of a bucket in the task form, in a real Chromium."""
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotation.models import CloudStorage, Frame
from annotation.services import storages
from tests.annotation.pictures import picture
from tests.cast import PASSWORD
from tests.stack.buckets import KEY, SECRET, BucketServer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _database_beside_playwright(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def test_boxes_write_names_and_names_mark_boxes(sdk_server: str, page: Page, alice: Any, project: Any, settings: Any, tmp_path: Path,
                                                bucket_server: BucketServer) -> None:
    settings.SHARE_ROOT = str(tmp_path)
    settings.INGEST_ALLOWED_PRIVATE_HOSTS = [bucket_server.host]
    for name in ("day/1.png", "day/2.png", "top.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(picture(form="PNG"))
    bucket_server.make("chosen", {"far/9.png": picture(form="PNG"), "near.png": picture(form="PNG")})
    storages.create_storage(actor=alice, provider_type=CloudStorage.Provider.AWS_S3, resource="chosen", display_name="Chosen",
                            credentials_type="KEY_SECRET_KEY_PAIR", key=KEY, secret_key=SECRET,
                            specific_attributes={"endpoint_url": bucket_server.address})
    page.goto(f"{sdk_server}/login")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.goto(f"{sdk_server}/projects/{project.pk}/tasks/create")
    page.get_by_role("tab", name="Cloud").click()
    page.get_by_label("Cloud storage", exact=True).select_option(label="Chosen")
    page.get_by_label("Take near.png").check()
    expect(page.locator("#id_cloud_files")).to_have_value("near.png")

    page.get_by_role("tab", name="Share").click()
    page.get_by_label("Take top.png").check()
    page.get_by_role("button", name="day", exact=True).click()
    page.get_by_label("Take 2.png").check()
    chosen = page.locator("#id_share_files")
    expect(chosen).to_have_value("top.png\nday/2.png")
    chosen.fill("day/1.png\nday/2.png")
    expect(page.get_by_label("Take 1.png")).to_be_checked()
    page.get_by_role("button", name="share", exact=True).click()
    expect(page.get_by_label("Take top.png")).not_to_be_checked()
    page.get_by_label("Name", exact=True).fill("From the share")
    page.get_by_role("button", name="Create task").click()
    page.get_by_role("heading", name="From the share").wait_for()
    assert sorted(Frame.objects.values_list("name", flat=True)) == ["day/1.png", "day/2.png"]
