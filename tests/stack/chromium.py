"""Where the browser of the journeys is. `python -m tests.stack.chromium` finds or installs it and says which."""
import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = ("The browser tests need Chromium: install it (Debian, Ubuntu: apt-get install chromium) or set CHROME to the path of a "
          "Chromium or Chrome.")


class NoChromium(RuntimeError):
    """No browser; the message says what to install."""


def find() -> str | None:
    """Path of $CHROME, else of the first Chromium on PATH. NoChromium when $CHROME names nothing that runs."""
    if named := os.environ.get("CHROME"):
        path = shutil.which(named)
        if path is None:
            raise NoChromium(f"CHROME is {named!r}, and there is no such program. {ADVICE}")
        return path
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def ensure() -> str:
    """Path of a Chromium, installed with apt-get when this is root on a system that has it. NoChromium otherwise."""
    found = find()
    if found:
        return found
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        raise NoChromium(ADVICE)
    print("chromium: not on PATH; installing it with apt-get (about 300 MB)", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", "chromium"]):
        result = subprocess.run([apt, *arguments], env=environment, capture_output=True, text=True)
        if result.returncode and arguments[0] == "install":
            reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise NoChromium(f"apt-get could not install chromium: {reason}. {ADVICE}")
    found = find()
    if not found:
        raise NoChromium(f"apt-get installed chromium and it is still not on PATH. {ADVICE}")
    return found


if __name__ == "__main__":
    try:
        print(f"chromium: {ensure()}")
    except NoChromium as error:
        print(f"chromium: {error}", file=sys.stderr)
        sys.exit(1)
