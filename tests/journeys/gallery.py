"""Pictures of every page, taken while the main job runs on real parts: `bin/screenshots`."""
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.journeys.pictures import Gallery
from tests.journeys.tour import Tour
from tests.stack import chromium
from tests.stack.browser import ARGUMENTS
from tests.stack.sandbox import free_port

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    data = Path(tempfile.mkdtemp(prefix="cvatoloka-gallery-"))
    demo = subprocess.Popen([ROOT / "bin" / "demo", "--json", "--data", str(data), "--port", str(free_port()), "--sandbox-port",
                             str(free_port())], stdout=subprocess.PIPE, text=True)
    try:
        assert demo.stdout is not None
        line = demo.stdout.readline()
        if not line:
            raise SystemExit("The demo did not start; its words are above.")
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium.ensure(), args=ARGUMENTS)
            gallery = Gallery(folder)
            Tour(json.loads(line), data / "photos", browser, gallery).run()
            gallery.index()
            browser.close()
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(60)
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
