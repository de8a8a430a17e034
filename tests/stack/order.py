"""In which order a parallel run takes the files: the long ones first, so that none of them is left to one worker at the end."""
from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

JOURNEYS = "tests/journeys"
# By the time they take; what is not here needs less than these.
LONG = (
    "house/test_lint.py", "house/test_demo.py", "sandbox/test_programs.py", "house/test_fuzz.py", "sandbox/test_fuzz.py",
    "sandbox/test_alone.py", "providers/test_road.py", "sandbox/test_bad_input.py", "sandbox/test_robots.py", "sandbox/test_webhooks.py",
    "house/test_embedded.py", "sandbox/test_quality_history.py", "sandbox/test_durability.py", "house/test_settings.py",
    "providers/test_news.py", "sandbox/test_crossings.py", "house/test_walls.py")


class Files(LoadFileScheduling):
    """A file stays on one worker, and the journeys are like one file: they share the application, which is slow to start.

    The files are taken as they were collected, not by how many tests they have.
    """

    def schedule(self) -> None:
        self.config.option.loadscopereorder = False
        super().schedule()
        # Whoever replaces a worker that died is given one file and begins with its last test only once there is another.
        for node in self.nodes:
            self._reschedule(node)

    def remove_node(self, node: WorkerController) -> str | None:
        """Name the test that a worker died of; the others get what it had not begun.

        pytest-xdist 3.8 gives them all that it ever had: whoever is given a file without a test left waits for ever (its issue 1323), and
        what killed one worker is run by the next.
        """
        left = {scope: tests for scope, tests in self.assigned_work.pop(node).items() if not all(tests.values())}
        crashed = next((test for tests in left.values() for test, done in tests.items() if not done), None)
        for scope, tests in left.items():
            if rest := {test: False for test, done in tests.items() if not done and test != crashed}:
                self.workqueue[scope] = rest
        if crashed is not None:
            for other in self.nodes:
                self._reschedule(other)
        return crashed

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return JOURNEYS if file.startswith(f"{JOURNEYS}/") else file


def arrange(items: list[pytest.Item]) -> None:
    """Sort by file: journeys, the long ones, those with a browser, the rest. The order within a file stays."""
    with_browser = {_file(item) for item in items if "browser" in getattr(item, "fixturenames", ())}

    def place(item: pytest.Item) -> int:
        file = _file(item)
        if file.startswith(f"{JOURNEYS}/"):
            return -1
        if (short := file.removeprefix("tests/")) in LONG:
            return LONG.index(short)
        return len(LONG) if file in with_browser else len(LONG) + 1

    items.sort(key=place)


def _file(item: pytest.Item) -> str:
    return PurePosixPath(item.nodeid.split("::", 1)[0]).as_posix()
