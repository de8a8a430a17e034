"""A real Chromium, driven by Playwright's synchronous API."""
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.stack import chromium

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
             # The last such list counts: Playwright's own without ThirdPartyStoragePartitioning. With that off too, Chromium denies the
             # editor its IndexedDB in the platform's frame, which people's browsers do not: local drafts could not be tested.
             "--disable-features=AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,"
             "LensOverlay,MediaRouter,PaintHolding,AvoidCorsURLLoaderRestartOnRedirect,OptimizationHints,NetworkTimeServiceQuerying,"
             # A process kept ready for the next site is one more a test, seldom used.
             "SpareRendererForSitePerProcess"]
WIDE = {"width": 1440, "height": 900}
# How long a step may take on a busy machine; nothing waits so long where all is well.
TIMEOUT_MS = 30_000


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    """Playwright's driver process, one a run."""
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    """One Chromium for the run. Without one the test fails with the sentence that says what to install."""
    try:
        path = chromium.ensure()
    except chromium.NoChromium as error:
        pytest.fail(str(error), pytrace=False)
    opened = playwright_driver.chromium.launch(executable_path=path, args=ARGUMENTS, headless=True)
    yield opened
    opened.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A function that opens a separate browser profile (its own cookies): one for each person of a journey."""
    opened: list[BrowserContext] = []

    def open_one(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": WIDE, "locale": "en-GB", **options})
        context.set_default_timeout(TIMEOUT_MS)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext], request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a fresh profile. When the test fails, its picture is in test-results/<test name>.png."""
    opened = new_context().new_page()
    failures = request.session.testsfailed
    yield opened
    if request.session.testsfailed > failures:
        picture = Path(request.config.rootpath) / "test-results" / f"{request.node.name}.png"
        picture.parent.mkdir(exist_ok=True)
        opened.screenshot(path=picture, full_page=True)
