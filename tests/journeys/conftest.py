"""The stage of the journeys: application on localhost, sandbox on 127.0.0.1, so that the editor's frame is truly cross-site."""
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.journeys.people import Desk, Requester
from tests.stack.app import AppServer
from tests.stack.sandbox import SandboxServer, free_port, sandbox_server as start_sandbox

PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[SandboxServer]:
    """One sandbox for all journeys; its desk is on 127.0.0.1, another site than the application's localhost."""
    with start_sandbox(SANDBOX_PUBLIC_URL="") as server:
        server.environment["SANDBOX_PUBLIC_URL"] = server.url
        yield server


@pytest.fixture(scope="session")
def app_environment(app_environment: dict[str, str]) -> dict[str, str]:
    """Shorter waits than a deployment's, in the same order: a call gives up before its command is given to another worker."""
    return {**app_environment, "PLATFORM_TIMEOUT_SECONDS": "5", "COMMAND_RELEASE_SECONDS": "8"}


@pytest.fixture
def requester(app_server: AppServer, new_context: Callable[..., BrowserContext], request: pytest.FixtureRequest) -> Requester:
    """A logged-in requester in a browser of her own."""
    name = f"rq{free_port()}"
    app_server.create_user(name, PASSWORD)
    person = Requester(new_context().new_page(), app_server.url)
    person.log_in(name, PASSWORD)
    return person


@pytest.fixture
def toloker(sandbox_server: SandboxServer, new_context: Callable[..., BrowserContext]) -> Callable[[str], Desk]:
    """A function that seats a new Toloker at the desk, in a browser of his own."""

    def seat(name: str) -> Desk:
        desk = Desk(new_context().new_page(), sandbox_server.url)
        desk.sign_up(name)
        return desk

    return seat


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Two JPEG pictures with a bright square each."""
    from PIL import Image, ImageDraw

    paths = []
    for number in range(2):
        image = Image.new("RGB", (640, 480), (40, 60, 90 + 40 * number))
        ImageDraw.Draw(image).rectangle((200, 150, 400, 330), fill=(240, 200, 60))
        path = tmp_path / f"square{number}.jpg"
        image.save(path, quality=90)
        paths.append(path)
    return paths


def pytest_runtest_makereport(item: Any, call: Any) -> None:
    """When a journey fails, each open page's picture is in test-results/."""
    if call.when != "call" or call.excinfo is None:
        return
    folder = Path(item.config.rootpath) / "test-results"
    folder.mkdir(exist_ok=True)
    browser = item.funcargs.get("browser")
    for number, page in enumerate(page for context in (browser.contexts if browser else []) for page in context.pages):
        page.screenshot(path=folder / f"{item.name}-{number}.png")
